/**
 * Runs the plugins of a profile over nodes: which nodes can take a pod, and which of them is best.
 * @source pkg/scheduler/framework/runtime/framework.go, pkg/scheduler/schedule_one.go
 */
import type { Random } from '../../sim/random.ts'
import type { WeightedPlugin } from '../profile.ts'
import { type CycleState, type Plugin, type Verdict, verdict } from './interface.ts'
import type { NodeInfo, PodInfo } from './nodeinfo.ts'

/** Below this many nodes all are looked at. */
const MIN_FEASIBLE_NODES = 100
const MIN_PERCENTAGE = 5

/** A refusal: by which plugin, and why. */
export interface Refusal {
  readonly plugin: string
  readonly verdict: Verdict
}

/** Why nodes were refused. */
export interface Diagnosis {
  readonly refused: Map<NodeInfo, Refusal>
  /** Set when a plugin refused the pod before any node was tried. */
  preFilter?: Refusal
  readonly plugins: Set<string>
}

/** Scores of the feasible nodes: total, and weighted by plugin. */
export interface Scores {
  readonly totals: readonly number[]
  readonly byPlugin: ReadonlyMap<string, readonly number[]>
}

/** Nodes to find before the search ends: all of few, a falling share of many. */
export function feasibleNodesToFind(nodes: number): number {
  if (nodes < MIN_FEASIBLE_NODES) return nodes
  const percentage = Math.max(MIN_PERCENTAGE, 50 - Math.floor(nodes / 125))
  return Math.max(MIN_FEASIBLE_NODES, Math.floor((nodes * percentage) / 100))
}

/** The plugins at their extension points. */
export class Framework {
  private readonly preFilters: readonly Plugin[]
  private readonly filters: readonly Plugin[]
  private readonly scorers: readonly WeightedPlugin[]
  /** Where the next search starts, so that all nodes get their turn. */
  private nextStart = 0

  constructor(
    readonly plugins: readonly WeightedPlugin[],
    private readonly random: Random,
    /** Pods promised to a node by preemption, of at least the priority of `pod`. */
    private readonly nominatedTo: (node: string, pod: PodInfo) => readonly PodInfo[],
  ) {
    const all = plugins.map((p) => p.plugin)
    this.preFilters = all.filter((p) => p.preFilter)
    this.filters = all.filter((p) => p.filter)
    this.scorers = plugins.filter((p) => p.plugin.scorer && p.weight > 0)
  }

  /** The reason why a pod may not enter the active queue. */
  preEnqueue(pod: PodInfo): Refusal | undefined {
    for (const { plugin } of this.plugins) {
      const v = plugin.preEnqueue?.(pod.pod)
      if (v) return { plugin: plugin.name, verdict: v }
    }
    return undefined
  }

  /** Nodes that can take the pod, up to the number wanted. */
  findFeasible(
    s: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    nominated: NodeInfo | undefined,
  ): { feasible: NodeInfo[]; diagnosis: Diagnosis; evaluated: number } {
    const diagnosis: Diagnosis = { refused: new Map(), plugins: new Set() }
    const allowed = this.preFilter(s, pod, nodes, diagnosis)
    if (diagnosis.preFilter) return { feasible: [], diagnosis, evaluated: 0 }
    // The node that preemption has cleared is asked first; when it fits, no other is.
    if (nominated && this.runFilters(s, pod, nominated) === undefined) {
      return { feasible: [nominated], diagnosis, evaluated: 1 }
    }
    const candidates = allowed ? nodes.filter((n) => allowed.has(n.name)) : nodes
    const wanted = feasibleNodesToFind(candidates.length)
    const feasible: NodeInfo[] = []
    const n = candidates.length
    const start = n === 0 ? 0 : this.nextStart % n
    let evaluated = 0
    const filters = this.filters.filter((p) => !s.skipFilter.has(p.name))
    for (; evaluated < n && feasible.length < wanted; evaluated++) {
      const node = candidates[(start + evaluated) % n] as NodeInfo
      const refusal = this.filterWithNominated(s, pod, node, filters)
      if (refusal === undefined) feasible.push(node)
      else {
        diagnosis.refused.set(node, refusal)
        diagnosis.plugins.add(refusal.plugin)
      }
    }
    if (n > 0) this.nextStart = (start + evaluated) % n
    return { feasible, diagnosis, evaluated }
  }

  /** Runs the filters for one node, as if nothing were nominated there. */
  runFilters(
    s: CycleState,
    pod: PodInfo,
    node: NodeInfo,
    filters = this.filters.filter((p) => !s.skipFilter.has(p.name)),
  ): Refusal | undefined {
    for (const p of filters) {
      const v = p.filter?.(s, pod, node)
      if (v) return { plugin: p.name, verdict: v }
    }
    return undefined
  }

  /** Runs the filters for one node, counting the pods that preemption has promised it. */
  filterWithNominated(
    s: CycleState,
    pod: PodInfo,
    node: NodeInfo,
    filters = this.filters.filter((p) => !s.skipFilter.has(p.name)),
  ): Refusal | undefined {
    const promised = this.nominatedTo(node.name, pod)
    if (promised.length === 0) return this.runFilters(s, pod, node, filters)
    const copy = node.copy()
    const state = s.copy()
    for (const p of promised) {
      copy.add(p)
      this.adjust(state, pod, p, copy, 1)
    }
    // They may never arrive, so the pod must fit without them too.
    return this.runFilters(state, pod, copy, filters) ?? this.runFilters(s, pod, node, filters)
  }

  /** Tells the plugins' state that `other` came to (or went from) a copied node. */
  adjust(s: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo, sign: 1 | -1): void {
    for (const { plugin } of this.plugins) {
      if (!s.skipFilter.has(plugin.name)) plugin.adjust?.(s, pod, other, node, sign)
    }
  }

  /** Scores the feasible nodes. */
  score(s: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Scores {
    const totals = new Array<number>(nodes.length).fill(0)
    const byPlugin = new Map<string, readonly number[]>()
    for (const { plugin } of this.scorers) {
      if (plugin.preScore?.(s, pod, nodes)?.code === 'Skip') s.skipScore.add(plugin.name)
    }
    for (const { plugin, weight } of this.scorers) {
      const scorer = s.skipScore.has(plugin.name) ? undefined : plugin.scorer?.(s, pod)
      if (!scorer) continue
      const scores = nodes.map(scorer)
      plugin.normalize?.(s, pod, nodes, scores)
      for (let i = 0; i < scores.length; i++) {
        const weighted = (scores[i] as number) * weight
        scores[i] = weighted
        totals[i] = (totals[i] as number) + weighted
      }
      byPlugin.set(plugin.name, scores)
    }
    return { totals, byPlugin }
  }

  /** The best node; among equals, chance decides. */
  selectHost(nodes: readonly NodeInfo[], totals: readonly number[]): NodeInfo {
    let max = Number.NEGATIVE_INFINITY
    let best: NodeInfo[] = []
    for (let i = 0; i < nodes.length; i++) {
      const score = totals[i] as number
      if (score < max) continue
      if (score > max) best = []
      max = score
      best.push(nodes[i] as NodeInfo)
    }
    return best[best.length === 1 ? 0 : this.random.below(best.length)] as NodeInfo
  }

  private preFilter(
    s: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    diagnosis: Diagnosis,
  ): ReadonlySet<string> | undefined {
    let allowed: ReadonlySet<string> | undefined
    const limiting: string[] = []
    for (const p of this.preFilters) {
      const answer = p.preFilter?.(s, pod, nodes)
      if (!answer) continue
      if (answer.verdict?.code === 'Skip') {
        s.skipFilter.add(p.name)
        continue
      }
      if (answer.verdict) {
        diagnosis.preFilter = { plugin: p.name, verdict: answer.verdict }
        diagnosis.plugins.add(p.name)
        return undefined
      }
      const names = answer.nodes
      if (!names) continue
      limiting.push(p.name)
      const before: ReadonlySet<string> | undefined = allowed
      allowed = before ? new Set([...before].filter((n) => names.has(n))) : names
    }
    if (allowed) refuseOthers(allowed, nodes, limiting, diagnosis)
    return allowed
  }
}

function refuseOthers(
  allowed: ReadonlySet<string>,
  nodes: readonly NodeInfo[],
  plugins: string[],
  diagnosis: Diagnosis,
): void {
  const text = `node(s) didn't satisfy plugin(s) [${plugins.sort().join(' ')}]`
  const refusal: Refusal = {
    plugin: plugins[0] as string,
    verdict: verdict('UnschedulableAndUnresolvable', text),
  }
  for (const p of plugins) diagnosis.plugins.add(p)
  for (const n of nodes) if (!allowed.has(n.name)) diagnosis.refused.set(n, refusal)
}

/** `0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu. <after>`. */
export function fitError(
  nodes: number,
  refusals: Iterable<Verdict>,
  o: { preFilter?: string; after?: string } = {},
): string {
  if (nodes === 0) return 'no nodes available to schedule pods'
  let text = `0/${nodes} nodes are available:`
  if (o.preFilter) text += ` ${o.preFilter}.`
  else {
    const counts = new Map<string, number>()
    for (const v of refusals) for (const r of v.reasons) counts.set(r, (counts.get(r) ?? 0) + 1)
    const lines = [...counts].map(([reason, n]) => `${n} ${reason}`).sort()
    if (lines.length > 0) text += ` ${lines.join(', ')}.`
  }
  return o.after ? `${text} ${o.after}` : text
}
