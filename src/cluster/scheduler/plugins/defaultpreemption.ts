/**
 * When no node can take a pod, less important pods may have to go.
 * @source pkg/scheduler/framework/preemption/preemption.go, plugins/defaultpreemption/default_preemption.go
 */
import type { Pod, PodDisruptionBudget } from '../../api/generated/types.ts'
import { selects } from '../../api/meta/labels.ts'
import { parseTime } from '../../api/meta/time.ts'
import { keyOf } from '../../api/object.ts'
import type { Random } from '../../sim/random.ts'
import { type CycleState, type Handle, type Verdict, verdict } from '../framework/interface.ts'
import type { NodeInfo, PodInfo } from '../framework/nodeinfo.ts'
import { type Diagnosis, type Framework, fitError } from '../framework/runtime.ts'

const MIN_CANDIDATES = 100
const MIN_CANDIDATES_PERCENT = 10
const NOT_HELPFUL = verdict(
  'UnschedulableAndUnresolvable',
  'Preemption is not helpful for scheduling',
)
const NO_VICTIMS = verdict(
  'UnschedulableAndUnresolvable',
  'No preemption victims found for incoming pod',
)

/** A node and whom to evict there. */
export interface Candidate {
  readonly node: NodeInfo
  readonly victims: readonly PodInfo[]
  readonly violations: number
}

/** Whom to evict, or why nobody. */
export type PreemptionResult = { readonly candidate: Candidate } | { readonly message: string }

/** Decides on preemption; carries nothing out. */
export function planPreemption(
  handle: Handle,
  framework: Framework,
  s: CycleState,
  pod: PodInfo,
  diagnosis: Diagnosis,
  random: Random,
): PreemptionResult {
  const ineligible = whyNotEligible(handle, pod, diagnosis)
  if (ineligible) return { message: `preemption: ${ineligible}` }
  const nodes = handle.cache.list()
  const verdicts = new Map<NodeInfo, Verdict>()
  const helpful: NodeInfo[] = []
  for (const n of nodes) {
    if (diagnosis.refused.get(n)?.verdict.code === 'Unschedulable') helpful.push(n)
    else verdicts.set(n, NOT_HELPFUL)
  }
  const budgets = [...handle.informer('PodDisruptionBudget').list(pod.pod.metadata.namespace)]
  const found: Candidate[] = []
  const wanted = candidatesWanted(helpful.length)
  const offset = helpful.length > 0 ? random.below(helpful.length) : 0
  for (let i = 0; i < helpful.length && found.length < wanted; i++) {
    const node = helpful[(offset + i) % helpful.length] as NodeInfo
    const outcome = selectVictims(framework, s, pod, node, budgets)
    if ('code' in outcome) verdicts.set(node, outcome)
    else found.push(outcome)
  }
  if (found.length === 0) {
    return { message: `preemption: ${fitError(nodes.length, verdicts.values())}` }
  }
  return { candidate: pickOne(found) }
}

function candidatesWanted(nodes: number): number {
  const share = Math.floor((nodes * MIN_CANDIDATES_PERCENT) / 100)
  return Math.min(Math.max(share, MIN_CANDIDATES), nodes)
}

function whyNotEligible(handle: Handle, pod: PodInfo, diagnosis: Diagnosis): string | undefined {
  if (pod.pod.spec?.preemptionPolicy === 'Never')
    return 'not eligible due to preemptionPolicy=Never.'
  const name = pod.pod.status?.nominatedNodeName
  const node = name ? handle.cache.nodes.get(name) : undefined
  if (!node) return undefined
  // A nominated node that cannot be helped any more does not hold the pod back.
  if (diagnosis.refused.get(node)?.verdict.code === 'UnschedulableAndUnresolvable') return undefined
  for (const p of node.pods.values()) {
    if (p.priority < pod.priority && p.pod.metadata.deletionTimestamp) {
      const byUs = p.pod.status?.conditions?.some(
        (c) => c.type === 'DisruptionTarget' && c.reason === 'PreemptionByScheduler',
      )
      if (byUs) return 'not eligible due to a terminating pod on the nominated node.'
    }
  }
  return undefined
}

function selectVictims(
  framework: Framework,
  s: CycleState,
  pod: PodInfo,
  real: NodeInfo,
  budgets: readonly PodDisruptionBudget[],
): Candidate | Verdict {
  const potential = [...real.pods.values()].filter((p) => p.priority < pod.priority)
  if (potential.length === 0) return NO_VICTIMS
  const node = real.copy()
  const state = s.copy()
  for (const p of potential) {
    node.remove(p.key)
    framework.adjust(state, pod, p, node, -1)
  }
  const refusal = framework.filterWithNominated(state, pod, node)
  if (refusal) return refusal.verdict
  potential.sort(moreImportant)
  const { violating, others } = splitByBudget(potential, budgets)
  const victims: PodInfo[] = []
  let violations = 0
  const reprieve = (p: PodInfo): boolean => {
    node.add(p)
    framework.adjust(state, pod, p, node, 1)
    if (!framework.filterWithNominated(state, pod, node)) return true
    node.remove(p.key)
    framework.adjust(state, pod, p, node, -1)
    victims.push(p)
    return false
  }
  for (const p of violating) if (!reprieve(p)) violations++
  for (const p of others) reprieve(p)
  victims.sort(moreImportant)
  return { node: real, victims, violations }
}

function startOf(pod: Pod): number {
  return parseTime(pod.status?.startTime) ?? Number.MAX_SAFE_INTEGER
}

function moreImportant(a: PodInfo, b: PodInfo): number {
  return b.priority - a.priority || startOf(a.pod) - startOf(b.pod) || (a.key < b.key ? -1 : 1)
}

function splitByBudget(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): { violating: PodInfo[]; others: PodInfo[] } {
  const allowed = budgets.map((b) => b.status?.disruptionsAllowed ?? 0)
  const violating: PodInfo[] = []
  const others: PodInfo[] = []
  for (const p of pods) {
    let violates = false
    budgets.forEach((b, i) => {
      if (b.metadata.namespace !== p.pod.metadata.namespace || !p.pod.metadata.labels) return
      if (!selects(b.spec?.selector, p.pod.metadata.labels)) return
      if (b.status?.disruptedPods?.[p.pod.metadata.name ?? '']) return
      allowed[i] = (allowed[i] as number) - 1
      if ((allowed[i] as number) < 0) violates = true
    })
    ;(violates ? violating : others).push(p)
  }
  return { violating, others }
}

/** Fewest broken budgets, then the least important victims, the fewest, the youngest. */
function pickOne(candidates: readonly Candidate[]): Candidate {
  const measures: ((c: Candidate) => number)[] = [
    (c) => c.violations,
    (c) => c.victims[0]?.priority ?? Number.NEGATIVE_INFINITY,
    (c) => c.victims.reduce((sum, v) => sum + v.priority + 2_147_483_648, 0),
    (c) => c.victims.length,
    (c) => -earliestStartOfHighest(c),
  ]
  let left = candidates
  for (const measure of measures) {
    if (left.length === 1) break
    const best = Math.min(...left.map(measure))
    left = left.filter((c) => measure(c) === best)
  }
  return left[0] as Candidate
}

function earliestStartOfHighest(c: Candidate): number {
  const highest = c.victims[0]?.priority
  const starts = c.victims.filter((v) => v.priority === highest).map((v) => startOf(v.pod))
  return Math.min(...starts)
}

/** The condition put on a victim before it is deleted. */
export function disruptionCondition(pod: Pod, now: string): object {
  const { generation } = pod.metadata
  return {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: 'default-scheduler: preempting to accommodate a higher priority pod',
    lastTransitionTime: now,
    ...(generation ? { observedGeneration: generation } : {}),
  }
}

/** Names the victims in a trace. */
export function describeVictims(c: Candidate): string {
  return c.victims.map((v) => keyOf(v.pod)).join(', ')
}
