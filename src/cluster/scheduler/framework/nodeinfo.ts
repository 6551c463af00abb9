/**
 * What the scheduler knows of a node and of the pods on it, as plain numbers ready for filtering.
 * @source pkg/scheduler/framework/types.go NodeInfo, PodInfo
 */
import type { Node, Pod, PodAffinityTerm, Taint } from '../../api/generated/types.ts'
import { amountsOf, podRequests } from '../../api/helpers/requests.ts'
import {
  type Labels,
  matches,
  type Requirement,
  type Selector,
  selectorOf,
} from '../../api/meta/labels.ts'
import { keyOf } from '../../api/object.ts'
import * as F from './figures.ts'
import { type Figures, lonelyFigures } from './figures.ts'

/** Counted for a container that asks for nothing, so that such pods still spread. @unit milli-CPU, bytes */
export const DEFAULT_REQUEST = { cpu: 100, memory: 200 * 1024 * 1024 } as const

/** Amounts of resources. @unit cpu in thousandths, bytes, pieces */
export interface Resources {
  cpu: number
  memory: number
  ephemeral: number
  /** Extended resources and huge pages; undefined when there are none. */
  scalars: Map<string, number> | undefined
}

/** A pod affinity term, compiled. */
export interface AffinityTerm {
  readonly topologyKey: string
  readonly selector: Selector | undefined
  readonly namespaces: ReadonlySet<string>
  readonly namespaceSelector: Selector | undefined
  readonly weight: number
}

export const HOSTNAME = 'kubernetes.io/hostname'
export const ZONE = 'topology.kubernetes.io/zone'

const NO_TERMS: readonly AffinityTerm[] = []

/** A pod with what scheduling needs of it, computed once. */
export class PodInfo {
  readonly key: string
  readonly requests: Resources
  readonly nonZeroCpu: number
  readonly nonZeroMemory: number
  readonly priority: number
  readonly hostPorts: readonly HostPort[]
  readonly requiredAffinity: readonly AffinityTerm[]
  readonly requiredAntiAffinity: readonly AffinityTerm[]
  readonly preferredAffinity: readonly AffinityTerm[]
  readonly preferredAntiAffinity: readonly AffinityTerm[]
  readonly hasAffinity: boolean

  constructor(public pod: Pod) {
    this.key = keyOf(pod)
    const requests = podRequests(pod)
    this.requests = toResources(requests)
    const allAsked = pod.spec?.containers.every(
      (c) => c.resources?.requests?.cpu && c.resources.requests.memory,
    )
    if (allAsked) {
      this.nonZeroCpu = this.requests.cpu
      this.nonZeroMemory = this.requests.memory
    } else {
      const filled = podRequests(pod, { nonMissing: DEFAULT_REQUEST })
      this.nonZeroCpu = filled.get('cpu') ?? 0
      this.nonZeroMemory = filled.get('memory') ?? 0
    }
    this.priority = pod.spec?.priority ?? 0
    this.hostPorts = hostPortsOf(pod)
    const affinity = pod.spec?.affinity
    const pa = affinity?.podAffinity
    const anti = affinity?.podAntiAffinity
    this.requiredAffinity = terms(pod, pa?.requiredDuringSchedulingIgnoredDuringExecution)
    this.requiredAntiAffinity = terms(pod, anti?.requiredDuringSchedulingIgnoredDuringExecution)
    this.preferredAffinity = weighted(pod, pa?.preferredDuringSchedulingIgnoredDuringExecution)
    this.preferredAntiAffinity = weighted(
      pod,
      anti?.preferredDuringSchedulingIgnoredDuringExecution,
    )
    this.hasAffinity =
      this.requiredAffinity.length > 0 ||
      this.requiredAntiAffinity.length > 0 ||
      this.preferredAffinity.length > 0 ||
      this.preferredAntiAffinity.length > 0
  }
}

/** One port wanted on the node itself. */
export interface HostPort {
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

function hostPortsOf(pod: Pod): HostPort[] {
  const out: HostPort[] = []
  const spec = pod.spec
  if (!spec) return out
  const sidecars = spec.initContainers?.filter((c) => c.restartPolicy === 'Always') ?? []
  for (const c of [...spec.containers, ...sidecars]) {
    for (const p of c.ports ?? []) {
      if (!p.hostPort) continue
      out.push({ ip: p.hostIP || '0.0.0.0', protocol: p.protocol ?? 'TCP', port: p.hostPort })
    }
  }
  return out
}

function weighted(
  pod: Pod,
  list: readonly { podAffinityTerm: PodAffinityTerm; weight: number }[] | undefined,
): readonly AffinityTerm[] {
  return list?.map((t) => compileTerm(pod, t.podAffinityTerm, t.weight)) ?? NO_TERMS
}

function terms(pod: Pod, list: readonly PodAffinityTerm[] | undefined): readonly AffinityTerm[] {
  return list?.map((t) => compileTerm(pod, t, 0)) ?? NO_TERMS
}

function compileTerm(pod: Pod, t: PodAffinityTerm, weight: number): AffinityTerm {
  const own = !t.namespaces?.length && !t.namespaceSelector
  return {
    topologyKey: t.topologyKey,
    selector: withLabelKeys(t, pod),
    namespaces: new Set(own ? [pod.metadata.namespace ?? ''] : (t.namespaces ?? [])),
    namespaceSelector: selectorOf(t.namespaceSelector),
    weight,
  }
}

/** matchLabelKeys narrow the selector to the pod's own values of those labels. */
function withLabelKeys(t: PodAffinityTerm, pod: Pod): Selector | undefined {
  const selector = selectorOf(t.labelSelector)
  if (!selector || (!t.matchLabelKeys?.length && !t.mismatchLabelKeys?.length)) return selector
  const more: Requirement[] = []
  for (const key of t.matchLabelKeys ?? []) {
    const v = pod.metadata.labels?.[key]
    if (v !== undefined) more.push({ key, op: 'in', values: [v] })
  }
  for (const key of t.mismatchLabelKeys ?? []) {
    const v = pod.metadata.labels?.[key]
    if (v !== undefined) more.push({ key, op: 'notin', values: [v] })
  }
  return [...selector, ...more]
}

/** True when the term is about that pod. */
export function termMatches(
  term: AffinityTerm,
  pod: Pod,
  labelsOfNamespace: (namespace: string) => Labels,
): boolean {
  const namespace = pod.metadata.namespace ?? ''
  if (!term.namespaces.has(namespace)) {
    if (!term.namespaceSelector) return false
    if (!matches(term.namespaceSelector, labelsOfNamespace(namespace))) return false
  }
  return term.selector !== undefined && matches(term.selector, pod.metadata.labels)
}

/** Amounts by name as a Resources record. */
export function toResources(amounts: ReadonlyMap<string, number>): Resources {
  let scalars: Map<string, number> | undefined
  for (const [name, n] of amounts) {
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || name === 'pods') {
      continue
    }
    if (n === 0) continue
    scalars ??= new Map()
    scalars.set(name, n)
  }
  return {
    cpu: amounts.get('cpu') ?? 0,
    memory: amounts.get('memory') ?? 0,
    ephemeral: amounts.get('ephemeral-storage') ?? 0,
    scalars,
  }
}

/** A node, its pods and their sums. Only the cache (or a preemption's dry run on a copy) changes it. */
export class NodeInfo {
  readonly pods = new Map<string, PodInfo>()
  readonly podsWithAffinity = new Map<string, PodInfo>()
  readonly podsWithRequiredAntiAffinity = new Map<string, PodInfo>()
  /** Extended resources that its pods ask for, and that it has. */
  asked: Map<string, number> | undefined
  extended: ReadonlyMap<string, number> | undefined
  /** Host ports in use: `TCP/80` to the addresses they are bound to. */
  readonly usedPorts = new Map<string, string[]>()
  /** Image names (with digest or tag) to bytes. */
  images: ReadonlyMap<string, number> = NO_IMAGES
  /** What is asked of every node for every pod, out of the node's object. */
  unschedulable = false
  taints: readonly Taint[] | undefined
  hostname: string | undefined
  zone: string | undefined
  /** Claims used by pods here: `namespace/name` to how many pods. */
  readonly claims = new Map<string, number>()

  constructor(
    readonly name: string,
    public node: Node | undefined,
    readonly figures: Figures = lonelyFigures(),
  ) {
    if (node) this.takeIn(node)
  }

  setNode(node: Node): void {
    if (node === this.node) return
    this.node = node
    this.takeIn(node)
  }

  private takeIn(node: Node): void {
    const amounts = amountsOf(node.status?.allocatable)
    const { cpu, memory, ephemeral, scalars } = toResources(amounts)
    const { numbers, at } = this.figures
    numbers[at + F.CPU] = cpu
    numbers[at + F.MEMORY] = memory
    numbers[at + F.EPHEMERAL] = ephemeral
    numbers[at + F.PODS_ALLOWED] = amounts.get('pods') ?? 0
    this.extended = scalars
    this.images = imagesOf(node)
    this.unschedulable = node.spec?.unschedulable === true
    this.taints = node.spec?.taints?.length ? node.spec.taints : undefined
    this.hostname = node.metadata.labels?.[HOSTNAME]
    this.zone = node.metadata.labels?.[ZONE]
  }

  /** The value of a label of the node. */
  label(key: string): string | undefined {
    if (key === HOSTNAME) return this.hostname
    return key === ZONE ? this.zone : this.node?.metadata.labels?.[key]
  }

  add(info: PodInfo): void {
    this.pods.set(info.key, info)
    if (info.hasAffinity) this.podsWithAffinity.set(info.key, info)
    if (info.requiredAntiAffinity.length > 0) this.podsWithRequiredAntiAffinity.set(info.key, info)
    this.count(info, 1)
    for (const p of info.hostPorts) {
      const id = `${p.protocol}/${p.port}`
      this.usedPorts.set(id, [...(this.usedPorts.get(id) ?? []), p.ip])
    }
    for (const v of info.pod.spec?.volumes ?? []) {
      const name = v.persistentVolumeClaim?.claimName
      if (!name) continue
      const key = `${info.pod.metadata.namespace}/${name}`
      this.claims.set(key, (this.claims.get(key) ?? 0) + 1)
    }
  }

  remove(key: string): PodInfo | undefined {
    const info = this.pods.get(key)
    if (!info) return undefined
    this.pods.delete(key)
    this.podsWithAffinity.delete(key)
    this.podsWithRequiredAntiAffinity.delete(key)
    this.count(info, -1)
    for (const p of info.hostPorts) {
      const id = `${p.protocol}/${p.port}`
      const left = this.usedPorts.get(id)?.filter((ip) => ip !== p.ip) ?? []
      if (left.length > 0) this.usedPorts.set(id, left)
      else this.usedPorts.delete(id)
    }
    for (const v of info.pod.spec?.volumes ?? []) {
      const name = v.persistentVolumeClaim?.claimName
      if (!name) continue
      const claim = `${info.pod.metadata.namespace}/${name}`
      const n = (this.claims.get(claim) ?? 1) - 1
      if (n > 0) this.claims.set(claim, n)
      else this.claims.delete(claim)
    }
    return info
  }

  /** A copy for a dry run; pods are shared. */
  copy(): NodeInfo {
    const c = new NodeInfo(this.name, this.node)
    for (const p of this.pods.values()) c.add(p)
    return c
  }

  private count(info: PodInfo, sign: 1 | -1): void {
    const { numbers, at } = this.figures
    const bump = (figure: number, n: number) => {
      numbers[at + figure] = (numbers[at + figure] as number) + sign * n
    }
    const { cpu, memory, ephemeral, scalars } = info.requests
    numbers[at + F.PODS] = this.pods.size
    bump(F.CPU_ASKED, cpu)
    bump(F.MEMORY_ASKED, memory)
    bump(F.EPHEMERAL_ASKED, ephemeral)
    bump(F.CPU_ASKED_NON_ZERO, info.nonZeroCpu)
    bump(F.MEMORY_ASKED_NON_ZERO, info.nonZeroMemory)
    if (!scalars) return
    this.asked ??= new Map()
    for (const [name, n] of scalars) this.asked.set(name, (this.asked.get(name) ?? 0) + sign * n)
  }
}

const NO_IMAGES: ReadonlyMap<string, number> = new Map()

function imagesOf(node: Node): ReadonlyMap<string, number> {
  const list = node.status?.images
  if (!list?.length) return NO_IMAGES
  const images = new Map<string, number>()
  for (const i of list) for (const n of i.names ?? []) images.set(n, i.sizeBytes ?? 0)
  return images
}
