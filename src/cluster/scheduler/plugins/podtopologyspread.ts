/**
 * Spreads matching pods over zones, nodes or any other topology. Pods without constraints of their own are spread over
 * nodes and zones by the selectors of their Services and controllers.
 * @source pkg/scheduler/framework/plugins/podtopologyspread
 */
import type { Node, Pod, TopologySpreadConstraint } from '../../api/generated/types.ts'
import { matchesRequiredNodeAffinity } from '../../api/helpers/nodeaffinity.ts'
import { untoleratedTaint } from '../../api/helpers/tolerations.ts'
import {
  formatSelector,
  matches,
  matchesSet,
  type Requirement,
  type Selector,
  selectorOf,
} from '../../api/meta/labels.ts'
import { controllerOf } from '../../api/meta/ownership.ts'
import { type CycleState, type Handle, type Plugin, SKIP, verdict } from '../framework/interface.ts'
import { HOSTNAME, type NodeInfo, type PodInfo, ZONE } from '../framework/nodeinfo.ts'

const NAME = 'PodTopologySpread'
const TOO_SKEWED = verdict('Unschedulable', "node(s) didn't match pod topology spread constraints")
const NO_LABEL = verdict(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match pod topology spread constraints (missing required label)",
)

interface Constraint {
  readonly topologyKey: string
  readonly maxSkew: number
  readonly minDomains: number
  readonly selector: Selector
  readonly id: string
  readonly honorAffinity: boolean
  readonly honorTaints: boolean
}

/** Pods by domain of one constraint, while filtering. */
class Domains {
  private known: number | undefined
  constructor(
    readonly constraint: Constraint,
    readonly counts: Map<string, number>,
  ) {}
  /** The emptiest domain's count; 0 while there are fewer domains than wanted. */
  min(): number {
    if (this.counts.size < this.constraint.minDomains) return 0
    if (this.known !== undefined) return this.known
    let min = Number.POSITIVE_INFINITY
    for (const n of this.counts.values()) if (n < min) min = n
    this.known = min
    return min
  }
  change(value: string, by: number): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + by)
    this.known = undefined
  }
}

class FilterState {
  constructor(readonly domains: readonly Domains[]) {}
  copy(): FilterState {
    return new FilterState(this.domains.map((d) => new Domains(d.constraint, new Map(d.counts))))
  }
}

const NONE: ReadonlySet<NodeInfo> = new Set()

interface ScoreState {
  readonly constraints: readonly Constraint[]
  /** Pods by domain; by node name for the hostname. */
  readonly counts: readonly ReadonlyMap<string, number>[]
  readonly weights: readonly number[]
  readonly ignored: ReadonlySet<NodeInfo>
}

/** Filters by hard constraints, scores by soft (or default) ones. */
export function podTopologySpread(handle: Handle): Plugin {
  return {
    name: NAME,
    enqueueOn: [
      {
        resource: 'AssignedPod',
        actions: ['Add', 'Update', 'Delete'],
        helps: (pod, old, now) => concerns(pod.pod, (now ?? old) as Pod),
      },
      { resource: 'Node', actions: ['Add', 'Update', 'Delete'] },
    ],
    preFilter(s, pod, nodes) {
      const hard = ownConstraints(pod.pod, 'DoNotSchedule')
      if (hard.length === 0) return { verdict: SKIP }
      s.set(NAME, new FilterState(hard.map((c) => countDomains(handle, pod, c, hard, nodes))))
      return undefined
    },
    adjust(s, pod, other, node, sign) {
      for (const d of s.get<FilterState>(NAME)?.domains ?? []) {
        const value = node.node?.metadata.labels?.[d.constraint.topologyKey]
        if (value === undefined || !d.counts.has(value)) continue
        if (other.pod.metadata.namespace !== pod.pod.metadata.namespace) continue
        if (!matches(d.constraint.selector, other.pod.metadata.labels)) continue
        d.change(value, sign)
      }
    },
    filter(s, pod, node) {
      for (const d of s.get<FilterState>(NAME)?.domains ?? []) {
        const value = node.node?.metadata.labels?.[d.constraint.topologyKey]
        if (value === undefined) return NO_LABEL
        const self = matches(d.constraint.selector, pod.pod.metadata.labels) ? 1 : 0
        const skew = (d.counts.get(value) ?? 0) + self - d.min()
        if (skew > d.constraint.maxSkew) return TOO_SKEWED
      }
      return undefined
    },
    preScore: (s, pod, nodes) => prepareScore(handle, s, pod, nodes),
    scorer(s) {
      const state = s.get<ScoreState>(`${NAME}/score`)
      return state ? (node) => scoreSpread(state, node) : () => 0
    },
    normalize(s, _pod, nodes, scores) {
      const state = s.get<ScoreState>(`${NAME}/score`)
      if (state) normalizeSpread(state, nodes, scores)
    },
  }
}

function scoreSpread(state: ScoreState, node: NodeInfo): number {
  const { constraints, counts, weights, ignored } = state
  if (ignored.size > 0 && ignored.has(node)) return 0
  let sum = 0
  for (let i = 0; i < constraints.length; i++) {
    const c = constraints[i] as Constraint
    const value = node.label(c.topologyKey)
    if (value === undefined) continue
    const domain = c.topologyKey === HOSTNAME ? node.name : value
    const n = (counts[i] as ReadonlyMap<string, number>).get(domain)
    sum += (n ?? 0) * (weights[i] as number) + (c.maxSkew - 1)
  }
  return Math.round(sum)
}

function normalizeSpread(state: ScoreState, nodes: readonly NodeInfo[], scores: number[]): void {
  let min = Number.POSITIVE_INFINITY
  let max = 0
  for (let i = 0; i < nodes.length; i++) {
    if (state.ignored.size > 0 && state.ignored.has(nodes[i] as NodeInfo)) continue
    const v = scores[i] as number
    if (v < min) min = v
    if (v > max) max = v
  }
  for (let i = 0; i < nodes.length; i++) {
    if (state.ignored.size > 0 && state.ignored.has(nodes[i] as NodeInfo)) scores[i] = 0
    else if (max === 0) scores[i] = 100
    else scores[i] = Math.floor((100 * (max + min - (scores[i] as number))) / max)
  }
}

function prepareScore(handle: Handle, s: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]) {
  const own = (pod.pod.spec?.topologySpreadConstraints?.length ?? 0) > 0
  const constraints = own
    ? ownConstraints(pod.pod, 'ScheduleAnyway')
    : defaultConstraints(handle, pod.pod)
  if (constraints.length === 0) return SKIP
  const ignored = own ? lacking(nodes, constraints) : NONE
  const domains = constraints.map((c) => domainsOf(nodes, c.topologyKey, ignored))
  const counts = constraints.map((c, i) =>
    c.topologyKey === HOSTNAME
      ? handle.cache.counts(pod.pod.metadata.namespace ?? '', c.selector, c.id).byNode
      : sumDomains(handle, pod, c, own ? constraints : [], domains[i] as ReadonlySet<string>),
  )
  const weights = constraints.map((c, i) => {
    const size =
      c.topologyKey === HOSTNAME
        ? nodes.length - ignored.size
        : (domains[i] as ReadonlySet<string>).size
    return naturalLog(size + 2)
  })
  s.set(`${NAME}/score`, { constraints, counts, weights, ignored } satisfies ScoreState)
  return undefined
}

/** Nodes that lack a label of the constraints. */
function lacking(
  nodes: readonly NodeInfo[],
  constraints: readonly Constraint[],
): ReadonlySet<NodeInfo> {
  return new Set(nodes.filter((n) => constraints.some((c) => n.label(c.topologyKey) === undefined)))
}

/** Values of a label; of the hostname none, as each node is a domain of its own. */
function domainsOf(
  nodes: readonly NodeInfo[],
  key: string,
  ignored: ReadonlySet<NodeInfo>,
): ReadonlySet<string> {
  const values = new Set<string>()
  if (key === HOSTNAME) return values
  // Without an iterator: this runs over hundreds of nodes for every pod.
  for (let i = 0; i < nodes.length; i++) {
    const n = nodes[i] as NodeInfo
    const value = n.label(key)
    if (value !== undefined && !(ignored.size > 0 && ignored.has(n))) values.add(value)
  }
  return values
}

/** Only nodes that hold matching pods are visited. */
function sumDomains(
  handle: Handle,
  pod: PodInfo,
  c: Constraint,
  required: readonly Constraint[],
  domains: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const { cache } = handle
  const counts = cache.counts(pod.pod.metadata.namespace ?? '', c.selector, c.id)
  // The sums are kept unless taints, which change often, decide which nodes count.
  if (required.length <= 1 && !c.honorTaints) {
    const where = c.honorAffinity ? requirementsOf(pod.pod) : undefined
    return counts.byDomain(c.topologyKey, where?.id, where?.meets)
  }
  const out = new Map<string, number>()
  for (const [name, n] of counts.byNode) {
    const node = cache.nodes.get(name)?.node
    const value = node?.metadata.labels?.[c.topologyKey]
    if (!node || value === undefined || !domains.has(value)) continue
    if (required.some((r) => node.metadata.labels?.[r.topologyKey] === undefined)) continue
    if (!isIncluded(c, pod.pod, node)) continue
    out.set(value, (out.get(value) ?? 0) + n)
  }
  return out
}

/** Which nodes a pod asks for; undefined when any will do. */
function requirementsOf(pod: Pod): { id: string; meets(node: Node): boolean } | undefined {
  const selector = pod.spec?.nodeSelector
  const { requiredDuringSchedulingIgnoredDuringExecution: required } =
    pod.spec?.affinity?.nodeAffinity ?? {}
  if (!selector && !required) return undefined
  const id = JSON.stringify([selector, required])
  return { id, meets: (node) => matchesRequiredNodeAffinity(pod, node) }
}

function countDomains(
  handle: Handle,
  pod: PodInfo,
  c: Constraint,
  all: readonly Constraint[],
  nodes: readonly NodeInfo[],
): Domains {
  const counts = new Map<string, number>()
  const namespace = pod.pod.metadata.namespace ?? ''
  const byNode = handle.cache.counts(namespace, c.selector, c.id).byNode
  for (const n of nodes) {
    const labels = n.node?.metadata.labels
    if (!n.node || all.some((x) => labels?.[x.topologyKey] === undefined)) continue
    if (!isIncluded(c, pod.pod, n.node)) continue
    const value = labels?.[c.topologyKey] as string
    counts.set(value, (counts.get(value) ?? 0) + (byNode.get(n.name) ?? 0))
  }
  return new Domains(c, counts)
}

function isIncluded(c: Constraint, pod: Pod, node: NonNullable<NodeInfo['node']>): boolean {
  if (c.honorAffinity && !matchesRequiredNodeAffinity(pod, node)) return false
  if (!c.honorTaints) return true
  const { taints } = node.spec ?? {}
  return !untoleratedTaint(taints, pod.spec?.tolerations, ['NoSchedule', 'NoExecute'])
}

function ownConstraints(
  pod: Pod,
  when: TopologySpreadConstraint['whenUnsatisfiable'],
): readonly Constraint[] {
  const list = pod.spec?.topologySpreadConstraints
  if (!list) return []
  return list.filter((c) => c.whenUnsatisfiable === when).map((c) => compile(c, pod))
}

function compile(c: TopologySpreadConstraint, pod: Pod): Constraint {
  const keys: Requirement[] = []
  for (const key of c.matchLabelKeys ?? []) {
    const v = pod.metadata.labels?.[key]
    if (v !== undefined) keys.push({ key, op: 'in', values: [v] })
  }
  // No selector selects no pods; the impossible requirement says the same.
  const base = selectorOf(c.labelSelector) ?? [{ key: '', op: 'in', values: [] }]
  const selector = [...base, ...keys]
  return {
    topologyKey: c.topologyKey,
    maxSkew: c.maxSkew,
    minDomains: c.minDomains ?? 1,
    selector,
    id: formatSelector(selector),
    honorAffinity: c.nodeAffinityPolicy !== 'Ignore',
    honorTaints: c.nodeTaintsPolicy === 'Honor',
  }
}

function defaultConstraints(handle: Handle, pod: Pod): readonly Constraint[] {
  const selector = defaultSelector(handle, pod)
  if (selector.length === 0) return []
  const common = {
    selector,
    id: formatSelector(selector),
    minDomains: 1,
    honorAffinity: true,
    honorTaints: false,
  }
  return [
    { ...common, topologyKey: HOSTNAME, maxSkew: 3 },
    { ...common, topologyKey: ZONE, maxSkew: 5 },
  ]
}

/** Selectors of the pod's Services and of its controller, all together. */
function defaultSelector(handle: Handle, pod: Pod): Selector {
  const namespace = pod.metadata.namespace ?? ''
  const out: Requirement[] = []
  for (const service of handle.informer('Service').list(namespace)) {
    const set = service.spec?.selector
    if (!set || Object.keys(set).length === 0 || !matchesSet(set, pod.metadata.labels)) continue
    for (const key of Object.keys(set)) out.push({ key, op: '=', values: [set[key] as string] })
  }
  const owner = controllerOf(pod)
  if (owner?.kind === 'ReplicaSet' || owner?.kind === 'StatefulSet') {
    const o = handle.informer(owner.kind).get(namespace, owner.name)
    if (o) out.push(...(selectorOf(o.spec?.selector) ?? []))
  } else if (owner?.kind === 'ReplicationController') {
    const o = handle.informer('ReplicationController').get(namespace, owner.name)
    const set = o?.spec?.selector ?? {}
    for (const key of Object.keys(set)) out.push({ key, op: '=', values: [set[key] as string] })
  }
  return out
}

function concerns(pod: Pod, other: Pod): boolean {
  if (pod.metadata.namespace !== other.metadata.namespace) return false
  const list = pod.spec?.topologySpreadConstraints
  if (!list) return true
  return list.some((c) => matches(compile(c, pod).selector, other.metadata.labels))
}

/** ln(x) by arithmetic alone, so that every engine rounds alike. x is 1 or more. */
function naturalLog(x: number): number {
  let m = x
  let k = 0
  while (m > 1.5) {
    m /= 2
    k++
  }
  const t = (m - 1) / (m + 1)
  const square = t * t
  let term = t
  let sum = 0
  for (let i = 1; i < 40; i += 2) {
    sum += term / i
    term *= square
  }
  return k * Math.LN2 + 2 * sum
}
