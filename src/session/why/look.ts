/** Reads the cluster as it is at this instant, without a request and without moving time: straight from etcd's keys. */
import type { KindMap } from '../../cluster/api/generated/kindmap.ts'
import type { Event, Pod } from '../../cluster/api/generated/types.ts'
import { isPodTerminal } from '../../cluster/api/helpers/pods.ts'
import { podRequests } from '../../cluster/api/helpers/requests.ts'
import { parseTime } from '../../cluster/api/meta/time.ts'
import type { AnyObject, KubeObject } from '../../cluster/api/object.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { prefixEnd, type Revision, type StoreEvent } from '../../cluster/etcd/store.ts'
import { findImage, parseImage } from '../../cluster/runtime/images/index.ts'
import type { CauseId, Millis } from '../../cluster/sim/clock.ts'
import type { TraceRecord } from '../../cluster/sim/trace.ts'
import type { About, FaultCommand } from '../../protocol/protocol.ts'

/** Records looked through, newest first, before giving up. */
const LOOK_BACK = 100_000
const RECORDS_MAX = 400

/** A moment of the past: what had happened by then is all there is. */
export interface Moment {
  readonly at: Millis
  readonly revision: Revision
}

/** A reader of one cluster, now or as it was. Make a new one for each question: what it has read it keeps. */
export class Look {
  private readonly lists = new Map<string, readonly KubeObject[]>()
  private eventsAbout: Map<string, Event[]> | undefined
  private disturbed: FaultCommand[] | undefined
  private used: Map<string, Map<string, number>> | undefined

  constructor(
    readonly cluster: Cluster,
    readonly moment?: Moment,
  ) {}

  /** Virtual now, or the moment looked at. @unit ms */
  get now(): Millis {
    return this.moment?.at ?? this.cluster.world.clock.now
  }

  /** Virtual milliseconds of an API timestamp. */
  at(time: string | undefined): number | undefined {
    const t = parseTime(time)
    return t === undefined ? undefined : t - this.cluster.world.clock.epochMs
  }

  /** Objects of a kind, of a namespace or of all, by name. */
  list<K extends keyof KindMap>(kind: K, namespace?: string): readonly KindMap[K][] {
    const all = this.all(kind) as readonly KindMap[K][]
    return namespace === undefined
      ? all
      : all.filter((o) => (o as KubeObject).metadata.namespace === namespace)
  }

  /** One object. */
  get<K extends keyof KindMap>(kind: K, namespace: string, name: string): KindMap[K] | undefined {
    return this.any({ kind, namespace, name }) as KindMap[K] | undefined
  }

  /** One object of any kind, custom ones too. */
  any(about: About): AnyObject | undefined {
    return this.all(about.kind).find(
      (o) => o.metadata.name === about.name && (o.metadata.namespace ?? '') === about.namespace,
    ) as AnyObject | undefined
  }

  /** Objects of any kind in a namespace. */
  anyOf(kind: string, namespace: string): AnyObject[] {
    return this.all(kind).filter((o) => o.metadata.namespace === namespace) as AnyObject[]
  }

  /** Events about an object, newest first. */
  events(about: About): readonly Event[] {
    if (!this.eventsAbout) {
      this.eventsAbout = new Map()
      for (const e of this.list('Event')) {
        const { kind = '', namespace = '', name = '' } = e.involvedObject
        const key = keyOf({ kind, namespace, name })
        const known = this.eventsAbout.get(key)
        if (known) known.push(e)
        else this.eventsAbout.set(key, [e])
      }
      for (const list of this.eventsAbout.values())
        list.sort((a, b) => this.eventAt(b) - this.eventAt(a))
    }
    return this.eventsAbout.get(keyOf(about)) ?? []
  }

  /** What the pods of a node ask for, by resource. @unit as podRequests */
  usedOn(node: string): ReadonlyMap<string, number> {
    if (!this.used) {
      this.used = new Map()
      for (const p of this.list('Pod')) {
        const name = p.spec?.nodeName
        if (!name || isPodTerminal(p)) continue
        const sums = this.used.get(name) ?? new Map<string, number>()
        this.used.set(name, sums)
        for (const [r, n] of podRequests(p)) sums.set(r, (sums.get(r) ?? 0) + n)
      }
    }
    return this.used.get(node) ?? new Map()
  }

  /** When an event was last seen. */
  eventAt(e: Event): number {
    return (
      this.at(e.series?.lastObservedTime ?? e.lastTimestamp ?? e.eventTime ?? undefined) ??
      this.at(e.metadata.creationTimestamp) ??
      0
    )
  }

  /** Trace records about an object, newest first. */
  records(about: About): TraceRecord[] {
    const found: TraceRecord[] = []
    let looked = 0
    this.backwards((r) => {
      const a = r.about
      if (a && a.kind === about.kind && a.name === about.name && sameSpace(a.namespace, about))
        found.push(r)
      return ++looked < LOOK_BACK && found.length < RECORDS_MAX
    })
    return found
  }

  /** Walks the trace, newest first, until `visit` returns false. */
  backwards(visit: (r: TraceRecord) => boolean): void {
    const { now, moment } = this
    this.cluster.world.trace.backwards((r) => (moment && r.at > now ? true : visit(r)))
  }

  /** The chain of causes that ends in a record, root first. */
  chain(id: CauseId): TraceRecord[] {
    return this.cluster.world.trace.chain(id)
  }

  /** Ports that a pod listens on; of a pod that is gone by now, those of its images. */
  ports(pod: Pod): number[] {
    const end = this.cluster.network.at(pod.status?.podIP ?? '')
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`
    if (!this.moment || end?.name === name) return [...(end?.ports.keys() ?? [])]
    return (pod.spec?.containers ?? []).flatMap((c) => {
      const reference = parseImage(c.image ?? '')
      const image = reference && findImage(reference)
      return image && 'ports' in image ? [...(image.ports ?? [])] : []
    })
  }

  /** What a container had printed, of its newest instance that printed anything. */
  printed(pod: Pod, container: string): string[] {
    const { cluster, now } = this
    const kubelet = cluster.kubeletOf(pod.spec?.nodeName ?? '')
    const worker = kubelet?.worker(pod.metadata.namespace ?? '', pod.metadata.name ?? '')
    const c = worker?.record.containers.find((x) => x.spec.name === container)
    for (const instance of [c?.current, c?.previous]) {
      const lines = (instance?.log.all() ?? [])
        .filter((l) => l.at - cluster.world.clock.epochMs <= now)
        .map((l) => l.text.trim())
        .filter(Boolean)
      if (lines.length > 0) return lines
    }
    return []
  }

  /** Whether a machine is without power. */
  poweredOff(node: string): boolean {
    if (!this.moment) return this.cluster.machineState(node) === 'off'
    const power = this.records({ kind: 'Node', namespace: '', name: node }).find((r) =>
      /^power-o(n|ff)$/.test(String(r.detail?.kind)),
    )
    return power?.detail?.kind === 'power-off'
  }

  /** What a person broke and has not healed since, newest first; told by the trace. */
  faults(): readonly FaultCommand[] {
    if (this.disturbed) return this.disturbed
    const found: FaultCommand[] = []
    const healed = new Set<string>()
    let looked = 0
    this.backwards((r) => {
      const fault = r.verb === 'fault' ? (r.detail as FaultCommand | undefined) : undefined
      if (fault?.kind === 'heal-all') return false
      if (fault?.kind === 'mend') healed.add(`${fault.from} ${fault.to}`)
      if (fault?.kind === 'registry-heal') healed.add(fault.image)
      if (fault?.kind === 'cut' && !healed.has(`${fault.from} ${fault.to}`)) found.push(fault)
      if (fault?.kind === 'registry' && !healed.has(fault.image)) found.push(fault)
      return ++looked < LOOK_BACK
    })
    this.disturbed = found
    return found
  }

  /** Every kept version of an object, oldest first. */
  versions(about: About): StoreEvent[] {
    const { store } = this.cluster
    const keys = this.prefixes(about.kind).map(
      (p) => `${p}${about.namespace ? `${about.namespace}/` : ''}${about.name}`,
    )
    return store
      .changes(0, this.moment?.revision ?? store.status().revision)
      .filter((e) => keys.includes(e.kv.key))
  }

  private all(kind: string): readonly KubeObject[] {
    const known = this.lists.get(kind)
    if (known) return known
    const found: KubeObject[] = []
    for (const key of this.prefixes(kind)) {
      const { kvs } = this.cluster.store.history({
        key,
        end: prefixEnd(key),
        revision: this.moment?.revision ?? 0,
      })
      for (const kv of kvs) {
        const o = kv.value as KubeObject | undefined
        if (o?.metadata && o.kind === kind) found.push(o)
      }
    }
    this.lists.set(kind, found)
    return found
  }

  /** Where etcd keeps a kind; a kind of two groups has two places. */
  private prefixes(kind: string): string[] {
    const found = new Set<string>()
    for (const s of this.cluster.api.registry.all()) {
      if (s.definition.kind === kind) found.add(s.cache.prefix)
    }
    return [...found]
  }
}

function sameSpace(namespace: string | undefined, about: About): boolean {
  return !namespace || namespace === about.namespace
}

/** One string for an object's name. */
export function keyOf(about: About): string {
  return `${about.kind}/${about.namespace}/${about.name}`
}

/** Names an object. */
export function aboutOf(o: { kind: string; metadata: KubeObject['metadata'] }): About {
  return {
    kind: o.kind,
    namespace: o.metadata.namespace ?? '',
    name: o.metadata.name ?? '',
  }
}
