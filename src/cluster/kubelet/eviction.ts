/**
 * Eviction under node pressure: every ten seconds the memory still available is held against the hard threshold; below
 * it the node has MemoryPressure, and pods end one by one until there is enough again.
 * @source pkg/kubelet/eviction/eviction_manager.go, pkg/kubelet/eviction/helpers.go
 */
import type { Pod } from '../api/generated/types.ts'
import { podRequests } from '../api/helpers/requests.ts'
import { tolerates } from '../api/helpers/tolerations.ts'
import { canonicalQuantity, formatQuantity, quantityValue } from '../api/meta/quantity.ts'
import type { EventTarget, Recorder } from '../client/recorder.ts'
import type { Millis } from '../sim/clock.ts'
import { sleep, type Task } from '../sim/task.ts'
import type { World } from '../sim/world.ts'
import type { Eviction, PodRecord } from './podrecord.ts'
import { qosClassOf } from './qos.ts'
import { memoryInUse, podMemory } from './usage.ts'

/** Upstream's defaults. @unit threshold: bytes; times: ms; grace: s */
export const EVICTION = {
  thresholdBytes: 100 * 1024 ** 2,
  intervalMs: 10_000,
  transitionMs: 300_000,
  cleanupMs: 30_000,
  cleanupPollMs: 1000,
  graceSeconds: 1,
} as const

const REASON = 'Evicted'
const PAGE = 4096
/** Priorities from here on belong to the system. @source pkg/apis/scheduling/types.go SystemCriticalPriority */
const SYSTEM_CRITICAL = 2_000_000_000

/** Memory in use by one pod and its containers. @unit bytes */
export interface PodUse {
  readonly pod: Pod
  readonly bytes: number
  readonly containers: readonly { readonly name: string; readonly bytes: number }[]
}

/** What the manager needs of its kubelet. */
export interface EvictionHost {
  readonly world: World
  readonly place: string
  readonly recorder: Recorder
  /** @unit bytes */
  readonly capacityBytes: number
  nodeTarget(): EventTarget
  target(pod: Pod): EventTarget
  records(): readonly PodRecord[]
  evict(record: PodRecord, eviction: Eviction): void
}

/** Watches one node's memory. */
export class EvictionManager {
  private observedAt: Millis | undefined

  constructor(private readonly host: EvictionHost) {}

  /** Whether the node has MemoryPressure: below the threshold now, or within the last five minutes. */
  get underPressure(): boolean {
    if (this.observedAt === undefined) return false
    return this.host.world.clock.now - this.observedAt < EVICTION.transitionMs
  }

  /** The loop. */
  *run(): Task<void> {
    const { world, place } = this.host
    for (;;) {
      const evicted = this.synchronize()
      if (evicted) yield* this.cleanedUp(evicted)
      else yield* sleep(world, place, EVICTION.intervalMs, { background: true, label: 'eviction' })
    }
  }

  /** Why a new pod may not start here; undefined when it may. */
  refuses(pod: Pod): string | undefined {
    if (!this.underPressure || isCritical(pod) || qosClassOf(pod) !== 'BestEffort') return undefined
    const taint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' } as const
    if (pod.spec?.tolerations?.some((t) => tolerates(t, taint))) return undefined
    return 'The node had condition: [MemoryPressure]. '
  }

  /** One look. @returns the pod that has to go */
  private synchronize(): PodRecord | undefined {
    const { host } = this
    const active = host.records().filter((r) => !r.finished && !r.evicted)
    const used = memoryInUse(active)
    const available = wholePages(host.capacityBytes - used)
    if (available >= EVICTION.thresholdBytes) return undefined
    this.observedAt = host.world.clock.now
    host.recorder.event(
      host.nodeTarget(),
      'Warning',
      'EvictionThresholdMet',
      'Attempting to reclaim memory',
    )
    const ranked = rankByMemory(active.map(useOf)).filter((u) => !isCritical(u.pod))
    const [first] = ranked
    const victim = first && active.find((r) => r.pod === first.pod)
    if (!first || !victim) return undefined
    this.evict(victim, first, available, ranked)
    return victim
  }

  private evict(
    victim: PodRecord,
    use: PodUse,
    available: number,
    ranked: readonly PodUse[],
  ): void {
    const { host } = this
    const { trace } = host.world
    const message = evictionMessage(use, available)
    const over = overusing(use)
    host.recorder.event(host.target(victim.pod), 'Warning', REASON, message, {
      offending_containers: over.map((c) => c.name).join(','),
      offending_containers_usage: over.map((c) => bytes(c.bytes)).join(','),
      starved_resource: 'memory',
    })
    const { namespace = '', name = '' } = victim.pod.metadata
    trace.current = trace.record({
      owner: host.place,
      verb: 'decide',
      about: { kind: 'Pod', namespace, name },
      text: `evicted: ${message.trim()}`,
      detail: {
        available,
        capacity: host.capacityBytes,
        ranked: ranked.map((u) => ({
          namespace: u.pod.metadata.namespace ?? '',
          pod: u.pod.metadata.name ?? '',
          bytes: u.bytes,
          request: requestOf(u.pod),
          priority: u.pod.spec?.priority ?? 0,
        })),
      },
    })
    const reason = 'TerminationByKubelet'
    host.evict(victim, {
      reason: REASON,
      message,
      graceSeconds: EVICTION.graceSeconds,
      condition: { type: 'DisruptionTarget', status: 'True', reason, message },
    })
  }

  private *cleanedUp(victim: PodRecord): Task<void> {
    const { world, place } = this.host
    const until = world.clock.now + EVICTION.cleanupMs
    do yield* sleep(world, place, EVICTION.cleanupPollMs, { label: 'eviction' })
    while (!victim.finished && world.clock.now < until)
  }
}

/** Pods in the order in which they have to go: over their request first, then low priority, then most over it. */
export function rankByMemory(pods: readonly PodUse[]): PodUse[] {
  const facts = pods.map((use) => {
    const over = use.bytes - requestOf(use.pod)
    return { use, over, priority: use.pod.spec?.priority ?? 0 }
  })
  facts.sort(
    (a, b) => Number(b.over > 0) - Number(a.over > 0) || a.priority - b.priority || b.over - a.over,
  )
  return facts.map((f) => f.use)
}

/** The message of status and Event. @param available what is left on the node @unit bytes */
export function evictionMessage(use: PodUse, available: number): string {
  const threshold = `Threshold quantity: ${bytes(EVICTION.thresholdBytes)}, available: ${bytes(available)}. `
  const own = use.pod.spec?.resources?.requests?.memory
  const whole = own
    ? `Pod ${use.pod.metadata.name} was using ${bytes(use.bytes)}, request is ${canonicalQuantity(own)}, has larger consumption of memory. `
    : ''
  const parts = overusing(use).map(
    (c) =>
      `Container ${c.name} was using ${bytes(c.bytes)}, request is ${c.request}, has larger consumption of memory. `,
  )
  return `The node was low on resource: memory. ${threshold}${whole}${parts.join('')}`
}

/** Containers that use more than they asked for. */
function overusing(use: PodUse): { name: string; bytes: number; request: string }[] {
  const specs = [...(use.pod.spec?.containers ?? []), ...(use.pod.spec?.initContainers ?? [])]
  return use.containers.flatMap((c) => {
    const spec = specs.find((s) => s.name === c.name)
    if (!spec) return []
    const request = canonicalQuantity(spec.resources?.requests?.memory ?? '0')
    return c.bytes > quantityValue(request) ? [{ ...c, request }] : []
  })
}

function useOf(record: PodRecord): PodUse {
  const running = record.containers.filter((c) => c.current?.running)
  return {
    pod: record.pod,
    bytes: wholePages(podMemory(record)),
    containers: running.map((c) => ({
      name: c.spec.name,
      bytes: wholePages(c.current?.usage.memoryBytes ?? 0),
    })),
  }
}

function requestOf(pod: Pod): number {
  return podRequests(pod).get('memory') ?? 0
}

/** System pods and static ones are never evicted. @source pkg/kubelet/types/pod_update.go IsCriticalPod */
export function isCritical(pod: Pod): boolean {
  const source = pod.metadata.annotations?.['kubernetes.io/config.source']
  const mirror = pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
  if (mirror || (source !== undefined && source !== 'api')) return true
  return (pod.spec?.priority ?? 0) >= SYSTEM_CRITICAL
}

/** The kernel counts in pages. */
function wholePages(n: number): number {
  return Math.ceil(n / PAGE) * PAGE
}

function bytes(n: number): string {
  return formatQuantity(n, 'BinarySI')
}
