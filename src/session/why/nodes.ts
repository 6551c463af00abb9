/** Why a node is as it is, and what keeps it from being drained. */
import type { Node, PodDisruptionBudget } from '../../cluster/api/generated/types.ts'
import { selects } from '../../cluster/api/meta/labels.ts'
import { headOf, patchLine, target } from './edits.ts'
import { acting, bad, type Candidate, type Finding, ok, said } from './finding.ts'
import { aboutOf, type Look } from './look.ts'
import { pressed, pressureFinding } from './pressure.ts'
import { rules } from './rules.ts'

/** True when its kubelet has not been heard of. */
export function isSilent(node: Node): boolean {
  return ready(node)?.status === 'Unknown'
}

function ready(node: Node) {
  return node.status?.conditions?.find((c) => c.type === 'Ready')
}

/** How a node fares. */
export function nodeFinding(look: Look, node: Node): Finding {
  const about = aboutOf(node)
  const { name } = about
  const r = ready(node)
  if (r?.status === 'Unknown') {
    const seconds = Math.round((look.now - (look.at(r.lastTransitionTime) ?? look.now)) / 1000)
    const because = cutOff(look, name)
    return bad('why.node.unknown', about, {
      values: { seconds },
      rule: rules.heartbeats,
      field: 'status.conditions',
      ...(because ? { because } : {}),
    })
  }
  if (r?.status !== 'True') {
    const values = { reason: `${r?.reason ?? ''} ${r?.message ?? ''}`.trim() }
    return bad('why.node.notready', about, { values, rule: rules.heartbeats })
  }
  if (pressed(node)) return pressureFinding(look, node)
  if (node.spec?.unschedulable) {
    const held = holdingUp(look, name)
    const uncordon: Candidate = {
      command: `kubectl uncordon ${name}`,
      why: said('why.fix.uncordon', { node: name }),
      cost: 1,
    }
    const make = held ? bad : ok
    return make(held ? 'why.node.draining' : 'why.node.cordoned', about, {
      rule: held ? rules.apiEviction : rules.cordon,
      field: 'spec.unschedulable',
      fixes: [uncordon],
      ...(held ? { because: held } : {}),
    })
  }
  return ok('why.node.ready', about, { rule: rules.heartbeats })
}

/** What was done to a machine that keeps its kubelet from being heard; to undo that is an act, not a command. */
function cutOff(look: Look, name: string): Finding | undefined {
  const about = { kind: 'Node', namespace: '', name }
  const rest = { rule: rules.heartbeats, beyond: said('why.beyond.machine') }
  const fault = look.records(about).find((x) => x.verb === 'fault')
  if (fault && look.poweredOff(name)) {
    return bad('why.node.power', about, {
      ...rest,
      values: { at: fault.at },
      fixes: [acting({ kind: 'power-on', node: name }, said('why.fix.power', { node: name }))],
    })
  }
  for (const cut of look.faults()) {
    if (cut.kind !== 'cut' || (cut.from !== name && cut.to !== name)) continue
    const { from, to } = cut
    return bad('why.node.cut', about, {
      ...rest,
      values: { from, to },
      fixes: [acting({ kind: 'mend', from, to }, said('why.fix.mend', { from, to }))],
    })
  }
  return undefined
}

/** The budget that refused evictions from a cordoned node. */
function holdingUp(look: Look, node: string): Finding | undefined {
  for (const budget of look.list('PodDisruptionBudget')) {
    if ((budget.status?.disruptionsAllowed ?? 0) > 0) continue
    const pods = look
      .list('Pod', budget.metadata.namespace)
      .filter((p) => p.spec?.nodeName === node && selects(budget.spec?.selector, p.metadata.labels))
    if (pods.length > 0) return budgetFinding(look, budget)
  }
  return undefined
}

/** How a budget fares. */
export function budgetFinding(look: Look, budget: PodDisruptionBudget): Finding {
  const about = aboutOf(budget)
  const s = budget.status
  const values = {
    healthy: s?.currentHealthy ?? 0,
    desired: s?.desiredHealthy ?? 0,
    expected: s?.expectedPods ?? 0,
    allowed: s?.disruptionsAllowed ?? 0,
  }
  if (values.allowed > 0) return ok('why.budget.ok', about, { values, rule: rules.disruption })
  if (values.expected === 0) return ok('why.budget.none', about, { values, rule: rules.disruption })
  const pod = look
    .list('Pod', budget.metadata.namespace)
    .find((p) => selects(budget.spec?.selector, p.metadata.labels))
  const head = pod && headOf(look, pod)
  const replicas = (head as { spec?: { replicas?: number } } | undefined)?.spec?.replicas
  const fixes: Candidate[] = []
  if (head && replicas !== undefined) {
    fixes.push({
      command: `kubectl scale ${target(head)} --replicas=${replicas + 1}`,
      why: said('why.fix.scale.up', { n: replicas + 1 }),
      cost: 1,
    })
  }
  const less =
    budget.spec?.maxUnavailable === undefined
      ? { minAvailable: Math.max(0, values.desired - 1) }
      : { maxUnavailable: 1 }
  fixes.push({
    command: patchLine(budget, { spec: less }, 'merge'),
    why: said('why.fix.budget'),
    cost: 2,
  })
  return bad('why.budget.full', about, {
    values,
    rule: rules.disruption,
    field: 'spec.minAvailable',
    fixes,
  })
}
