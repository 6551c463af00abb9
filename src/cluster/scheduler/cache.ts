/**
 * The scheduler's picture of nodes and assigned pods, including pods it has just assumed onto a node and whose binding
 * is still under way. One cycle reads it without interruption, so no copy of it is needed as a snapshot.
 * @source pkg/scheduler/backend/cache/cache.go, node_tree.go
 */
import type { Node, Pod } from '../api/generated/types.ts'
import { matches, type Selector } from '../api/meta/labels.ts'
import { keyOf } from '../api/object.ts'
import { FigureStore } from './framework/figures.ts'
import { NodeInfo, PodInfo } from './framework/nodeinfo.ts'

/** Selectors whose pods are counted by node; the least recently used goes first. */
const COUNTED_SELECTORS_MAX = 512
/** Sums kept for one selector: pods of a DaemonSet each ask for another node. */
const SUMS_MAX = 16

/** Pods of a namespace that match a selector, counted by node. */
export interface PodCounts {
  readonly byNode: ReadonlyMap<string, number>
  /** The same summed up by the value of a node label, over all nodes or those that meet what `id` stands for. */
  byDomain(
    topologyKey: string,
    id?: string,
    meets?: (node: Node) => boolean,
  ): ReadonlyMap<string, number>
}

/** Sums by the value of a node label, over nodes that count. */
interface Sums {
  readonly topologyKey: string
  readonly meets: ((node: Node) => boolean) | undefined
  readonly byValue: Map<string, number>
}

class Counter implements PodCounts {
  readonly byNode = new Map<string, number>()
  private readonly domains = new Map<string, Sums>()
  constructor(
    readonly namespace: string,
    readonly selector: Selector,
    private readonly nodeOf: (name: string) => Node | undefined,
  ) {}

  add(node: string, n: number): void {
    bump(this.byNode, node, n)
    for (const sums of this.domains.values()) this.sum(sums, node, n)
  }

  byDomain(
    topologyKey: string,
    id = '',
    meets?: (node: Node) => boolean,
  ): ReadonlyMap<string, number> {
    const key = `${topologyKey}|${id}`
    const known = this.domains.get(key)
    if (known) return known.byValue
    const sums: Sums = { topologyKey, meets, byValue: new Map() }
    for (const [node, n] of this.byNode) this.sum(sums, node, n)
    this.domains.set(key, sums)
    if (this.domains.size > SUMS_MAX) this.domains.delete(this.domains.keys().next().value ?? '')
    return sums.byValue
  }

  private sum({ topologyKey, meets, byValue }: Sums, name: string, n: number): void {
    const node = this.nodeOf(name)
    const value = node?.metadata.labels?.[topologyKey]
    if (node && value !== undefined && (!meets || meets(node))) bump(byValue, value, n)
  }

  /** Labels of nodes have changed; sums are made anew when asked for. */
  forgetDomains(): void {
    this.domains.clear()
  }
}

function bump(map: Map<string, number>, key: string, n: number): void {
  const now = (map.get(key) ?? 0) + n
  if (now > 0) map.set(key, now)
  else map.delete(key)
}

/** Nodes, pods on them, and counts that plugins ask for. */
export class SchedulerCache {
  readonly nodes = new Map<string, NodeInfo>()
  private readonly figures = new FigureStore()
  /** Nodes that exist, zones taking turns. */
  private ordered: NodeInfo[] = []
  private orderStale = false
  private readonly podNode = new Map<string, string>()
  private readonly assumed = new Set<string>()
  readonly nodesWithAffinity = new Map<string, NodeInfo>()
  readonly nodesWithAntiAffinity = new Map<string, NodeInfo>()
  private readonly counters = new Map<string, Counter>()
  private readonly countersByNamespace = new Map<string, Set<Counter>>()
  /** Nodes by image, for image locality. */
  readonly imageNodes = new Map<string, number>()

  /** Nodes in the order in which they are tried. */
  list(): readonly NodeInfo[] {
    if (this.orderStale) {
      this.orderStale = false
      this.ordered = interleave([...this.nodes.values()].filter((n) => n.node))
    }
    return this.ordered
  }

  addNode(node: Node): NodeInfo {
    const name = node.metadata.name ?? ''
    let info = this.nodes.get(name)
    if (info?.node?.metadata.labels !== node.metadata.labels) this.forgetDomains()
    if (info) {
      this.countImages(info, -1)
      if (!info.node || zoneOf(info.node) !== zoneOf(node)) this.orderStale = true
      info.setNode(node)
    } else {
      info = new NodeInfo(name, node, this.figures.take())
      this.nodes.set(name, info)
      this.orderStale = true
    }
    this.countImages(info, 1)
    return info
  }

  removeNode(name: string): void {
    const info = this.nodes.get(name)
    if (!info) return
    this.countImages(info, -1)
    this.forgetDomains()
    this.orderStale = true
    if (info.pods.size === 0) this.drop(info)
    else info.node = undefined
  }

  /** Puts a pod on a node before its binding is known to have succeeded. */
  assume(info: PodInfo, node: string): void {
    this.assumed.add(info.key)
    this.put(info, node)
  }

  /** Takes back an assumption. */
  forget(key: string): void {
    if (!this.assumed.delete(key)) return
    this.take(key)
  }

  isAssumed(key: string): boolean {
    return this.assumed.has(key)
  }

  nodeOf(key: string): string | undefined {
    return this.podNode.get(key)
  }

  /** Takes an assigned pod from the API as it is now. */
  setPod(pod: Pod): void {
    const key = keyOf(pod)
    const node = pod.spec?.nodeName ?? ''
    this.assumed.delete(key)
    const known = this.nodes.get(this.podNode.get(key) ?? '')?.pods.get(key)
    if (known && this.podNode.get(key) === node && sameForScheduling(known.pod, pod)) {
      known.pod = pod
      return
    }
    if (known) this.take(key)
    this.put(new PodInfo(pod), node)
  }

  removePod(key: string): void {
    this.assumed.delete(key)
    this.take(key)
  }

  /** Pods of a namespace that match, by node; kept true from now on. Terminating pods do not count. */
  counts(namespace: string, selector: Selector, id: string): PodCounts {
    const key = `${namespace}|${id}`
    let counter = this.counters.get(key)
    if (counter) {
      this.counters.delete(key)
      this.counters.set(key, counter)
      return counter
    }
    counter = new Counter(namespace, selector, (name) => this.nodes.get(name)?.node)
    this.counters.set(key, counter)
    if (this.counters.size > COUNTED_SELECTORS_MAX) this.dropOldestCounter()
    const set = this.countersByNamespace.get(namespace)
    if (set) set.add(counter)
    else this.countersByNamespace.set(namespace, new Set([counter]))
    for (const n of this.nodes.values()) {
      for (const p of n.pods.values()) if (counts(counter, p.pod)) counter.add(n.name, 1)
    }
    return counter
  }

  private put(info: PodInfo, name: string): void {
    let node = this.nodes.get(name)
    if (!node) {
      // A pod may be known before its node is.
      node = new NodeInfo(name, undefined, this.figures.take())
      this.nodes.set(name, node)
    }
    node.add(info)
    this.podNode.set(info.key, name)
    this.noteAffinity(node)
    this.countPod(info.pod, name, 1)
  }

  private take(key: string): void {
    const name = this.podNode.get(key)
    if (name === undefined) return
    this.podNode.delete(key)
    const node = this.nodes.get(name)
    const info = node?.remove(key)
    if (!node || !info) return
    this.noteAffinity(node)
    this.countPod(info.pod, name, -1)
    if (!node.node && node.pods.size === 0) this.drop(node)
  }

  private drop(info: NodeInfo): void {
    this.nodes.delete(info.name)
    this.figures.giveBack(info.figures)
  }

  private countPod(pod: Pod, node: string, n: 1 | -1): void {
    const set = this.countersByNamespace.get(pod.metadata.namespace ?? '')
    if (!set) return
    for (const c of set) if (counts(c, pod)) c.add(node, n)
  }

  private noteAffinity(node: NodeInfo): void {
    if (node.podsWithAffinity.size > 0) this.nodesWithAffinity.set(node.name, node)
    else this.nodesWithAffinity.delete(node.name)
    if (node.podsWithRequiredAntiAffinity.size > 0) this.nodesWithAntiAffinity.set(node.name, node)
    else this.nodesWithAntiAffinity.delete(node.name)
  }

  private forgetDomains(): void {
    for (const c of this.counters.values()) c.forgetDomains()
  }

  private countImages(info: NodeInfo, n: 1 | -1): void {
    for (const image of info.images.keys()) {
      const now = (this.imageNodes.get(image) ?? 0) + n
      if (now > 0) this.imageNodes.set(image, now)
      else this.imageNodes.delete(image)
    }
  }

  private dropOldestCounter(): void {
    for (const [key, c] of this.counters) {
      this.counters.delete(key)
      this.countersByNamespace.get(c.namespace)?.delete(c)
      return
    }
  }
}

function counts(c: Counter, pod: Pod): boolean {
  if (pod.metadata.namespace !== c.namespace || pod.metadata.deletionTimestamp) return false
  return matches(c.selector, pod.metadata.labels)
}

/** Status changes come often and change nothing here; the spec is shared by the server when it did not change. */
function sameForScheduling(old: Pod, now: Pod): boolean {
  return (
    old.spec === now.spec &&
    sameLabels(old.metadata.labels, now.metadata.labels) &&
    !old.metadata.deletionTimestamp === !now.metadata.deletionTimestamp &&
    old.metadata.uid === now.metadata.uid
  )
}

function sameLabels(a: Pod['metadata']['labels'], b: Pod['metadata']['labels']): boolean {
  if (a === b) return true
  const keys = Object.keys(a ?? {})
  if (keys.length !== Object.keys(b ?? {}).length) return false
  return keys.every((k) => a?.[k] === b?.[k])
}

function zoneOf(node: Node): string {
  const l = node.metadata.labels
  const region = l?.['topology.kubernetes.io/region'] ?? ''
  const zone = l?.['topology.kubernetes.io/zone'] ?? ''
  return region || zone ? `${region}:${zone}` : ''
}

/** One node of each zone in turn, zones in the order they appeared. */
function interleave(nodes: readonly NodeInfo[]): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>()
  for (const n of nodes) {
    const zone = n.node ? zoneOf(n.node) : ''
    const list = zones.get(zone)
    if (list) list.push(n)
    else zones.set(zone, [n])
  }
  if (zones.size <= 1) return [...nodes]
  const out: NodeInfo[] = []
  const lists = [...zones.values()]
  for (let i = 0; out.length < nodes.length; i++) {
    for (const list of lists) {
      const n = list[i]
      if (n) out.push(n)
    }
  }
  return out
}
