/**
 * Pods that want to be near, or far from, other pods.
 * @source pkg/scheduler/framework/plugins/interpodaffinity
 */
import type { Pod } from '../../api/generated/types.ts'
import {
  type CycleState,
  type Handle,
  type Plugin,
  SKIP,
  type Verdict,
  verdict,
} from '../framework/interface.ts'
import {
  type AffinityTerm,
  type NodeInfo,
  type PodInfo,
  termMatches,
} from '../framework/nodeinfo.ts'

const NAME = 'InterPodAffinity'
const NOT_NEAR = verdict('UnschedulableAndUnresolvable', "node(s) didn't match pod affinity rules")
const TOO_NEAR = verdict('Unschedulable', "node(s) didn't match pod anti-affinity rules")
const UNWANTED = verdict(
  'Unschedulable',
  "node(s) didn't satisfy existing pods anti-affinity rules",
)
/** What a required affinity of an existing pod counts for when the new pod is scored. */
const HARD_WEIGHT = 1

/** Pods counted by `key=value` of a topology. */
type Counts = Map<string, number>

class FilterState {
  constructor(
    readonly wantedBy: Counts,
    readonly near: Counts,
    readonly far: Counts,
  ) {}
  copy(): FilterState {
    return new FilterState(new Map(this.wantedBy), new Map(this.near), new Map(this.far))
  }
}

/** Filters by required terms of the pod and of pods that are there; scores by preferred ones. */
export function interPodAffinity(handle: Handle): Plugin {
  const { cache, labelsOfNamespace } = handle
  const hits = (t: AffinityTerm, pod: Pod) => termMatches(t, pod, labelsOfNamespace)
  return {
    name: NAME,
    enqueueOn: [
      { resource: 'AssignedPod', actions: ['Add', 'Update', 'Delete'] },
      { resource: 'Node', actions: ['Add', 'Update'] },
      { resource: 'Namespace', actions: ['Add', 'Update'] },
    ],
    preFilter(s, pod, nodes) {
      const wants = pod.requiredAffinity.length > 0 || pod.requiredAntiAffinity.length > 0
      if (!wants && cache.nodesWithAntiAffinity.size === 0) return { verdict: SKIP }
      const state = new FilterState(new Map(), new Map(), new Map())
      for (const n of cache.nodesWithAntiAffinity.values()) {
        for (const p of n.podsWithRequiredAntiAffinity.values()) {
          countTerms(state.wantedBy, p.requiredAntiAffinity, n, 1, (t) => hits(t, pod.pod))
        }
      }
      if (wants) for (const n of nodes) for (const p of n.pods.values()) near(state, pod, p, n, 1)
      if (!wants && state.wantedBy.size === 0) return { verdict: SKIP }
      s.set(NAME, state)
      return undefined
    },
    adjust(s, pod, other, node, sign) {
      const state = s.get<FilterState>(NAME)
      if (!state) return
      countTerms(state.wantedBy, other.requiredAntiAffinity, node, sign, (t) => hits(t, pod.pod))
      near(state, pod, other, node, sign)
    },
    filter: (s, pod, node) => filter(s.get<FilterState>(NAME), pod, node, hits),
    preScore: (s, pod, nodes) => prepareScore(handle, s, pod, nodes, hits),
    scorer(s) {
      const counts = s.get<Map<string, Counts>>(`${NAME}/score`) ?? new Map<string, Counts>()
      return (node) => {
        let sum = 0
        for (const [key, byValue] of counts) {
          const value = node.label(key)
          if (value !== undefined) sum += byValue.get(value) ?? 0
        }
        return sum
      }
    },
    normalize(_s, _pod, _nodes, scores) {
      let min = Number.POSITIVE_INFINITY
      let max = Number.NEGATIVE_INFINITY
      for (const v of scores) {
        if (v < min) min = v
        if (v > max) max = v
      }
      const spread = max - min
      for (let i = 0; i < scores.length; i++) {
        scores[i] = spread > 0 ? Math.floor((100 * ((scores[i] as number) - min)) / spread) : 0
      }
    },
  }

  function near(s: FilterState, pod: PodInfo, other: PodInfo, node: NodeInfo, n: 1 | -1): void {
    const { requiredAffinity } = pod
    // A pod counts as company only when it meets all the terms together.
    if (requiredAffinity.length > 0 && requiredAffinity.every((t) => hits(t, other.pod))) {
      countTerms(s.near, requiredAffinity, node, n, () => true)
    }
    countTerms(s.far, pod.requiredAntiAffinity, node, n, (t) => hits(t, other.pod))
  }
}

type Hits = (t: AffinityTerm, pod: Pod) => boolean

function filter(
  state: FilterState | undefined,
  pod: PodInfo,
  node: NodeInfo,
  hits: Hits,
): Verdict | undefined {
  if (!state || !node.node) return undefined
  const labels = node.node.metadata.labels
  if (!isNear(state, pod, labels, hits)) return NOT_NEAR
  for (const t of pod.requiredAntiAffinity) {
    const value = labels?.[t.topologyKey]
    if (value !== undefined && (state.far.get(`${t.topologyKey}=${value}`) ?? 0) > 0)
      return TOO_NEAR
  }
  for (const [pair, n] of state.wantedBy) {
    if (n <= 0) continue
    const at = pair.indexOf('=')
    if (labels?.[pair.slice(0, at)] === pair.slice(at + 1)) return UNWANTED
  }
  return undefined
}

function isNear(
  state: FilterState,
  pod: PodInfo,
  labels: Readonly<Record<string, string>> | undefined,
  hits: Hits,
): boolean {
  let company = true
  for (const t of pod.requiredAffinity) {
    const value = labels?.[t.topologyKey]
    if (value === undefined) return false
    if ((state.near.get(`${t.topologyKey}=${value}`) ?? 0) <= 0) company = false
  }
  if (company) return true
  // The first pod of a group that wants its own kind near may go anywhere.
  return state.near.size === 0 && pod.requiredAffinity.every((t) => hits(t, pod.pod))
}

function countTerms(
  counts: Counts,
  terms: readonly AffinityTerm[],
  node: NodeInfo,
  n: number,
  when: (t: AffinityTerm) => boolean,
): void {
  for (const t of terms) {
    const value = node.node?.metadata.labels?.[t.topologyKey]
    if (value === undefined || !when(t)) continue
    const pair = `${t.topologyKey}=${value}`
    const now = (counts.get(pair) ?? 0) + n
    if (now > 0) counts.set(pair, now)
    else counts.delete(pair)
  }
}

function prepareScore(
  handle: Handle,
  s: CycleState,
  pod: PodInfo,
  _nodes: readonly NodeInfo[],
  hits: Hits,
): Verdict | undefined {
  const { cache } = handle
  const wishes = pod.preferredAffinity.length > 0 || pod.preferredAntiAffinity.length > 0
  if (!wishes && cache.nodesWithAffinity.size === 0) return SKIP
  const scores = new Map<string, Counts>()
  const add = (
    terms: readonly AffinityTerm[],
    at: NodeInfo,
    about: Pod,
    sign: number,
    fixed = 0,
  ) => {
    for (const t of terms) {
      const value = at.node?.metadata.labels?.[t.topologyKey]
      if (value === undefined || !hits(t, about)) continue
      const byValue = scores.get(t.topologyKey) ?? new Map<string, number>()
      scores.set(t.topologyKey, byValue)
      byValue.set(value, (byValue.get(value) ?? 0) + sign * (fixed || t.weight))
    }
  }
  const nodes = wishes ? cache.list() : cache.nodesWithAffinity.values()
  for (const n of nodes) {
    for (const p of wishes ? n.pods.values() : n.podsWithAffinity.values()) {
      add(pod.preferredAffinity, n, p.pod, 1)
      add(pod.preferredAntiAffinity, n, p.pod, -1)
      add(p.requiredAffinity, n, pod.pod, 1, HARD_WEIGHT)
      add(p.preferredAffinity, n, pod.pod, 1)
      add(p.preferredAntiAffinity, n, pod.pod, -1)
    }
  }
  if (scores.size === 0) return SKIP
  s.set(`${NAME}/score`, scores)
  return undefined
}
