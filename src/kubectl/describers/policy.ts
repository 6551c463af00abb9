/** Describes namespaces, quotas, limits, disruption budgets and priority classes. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import type {
  LimitRange,
  Namespace,
  PodDisruptionBudget,
  PriorityClass,
  ResourceQuota,
} from '../../cluster/api/generated/types.ts'
import { formatLabelSelector } from '../../cluster/api/meta/labels.ts'
import { canonicalQuantity } from '../../cluster/api/meta/quantity.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { compareStrings } from '../printers/gojson.ts'
import { type DescribeContext, head, related } from './describer.ts'
import { describeEvents } from './events.ts'
import { type PrefixWriter, pairsText, writeConditions } from './writer.ts'

type Quantities = Readonly<Record<string, string>> | undefined

/** What a quota scope selects, in Kubernetes' words. */
const SCOPES: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort:
    'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
}

/** A namespace, with its quotas and limits. */
export function* describeNamespace(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const name = o.metadata.name ?? ''
  const status = (o as unknown as Namespace).status
  head(c, o, false)
  w.field(0, 'Status', status?.phase)
  if (status?.conditions?.length) {
    w.write(0, 'Conditions:\n')
    writeConditions(w, status.conditions)
  }
  w.write(0, '\n')
  const quotas = yield* related<ResourceQuota>(c, 'resourcequotas', name)
  namespaceQuotas(w, quotas)
  w.write(0, '\n')
  const ranges = yield* related<LimitRange>(c, 'limitranges', name)
  if (ranges.length === 0) w.write(0, 'No LimitRange resource.\n')
  else {
    w.write(0, `Resource Limits\n ${LIMITS_HEAD}`)
    w.write(0, ` ${LIMITS_RULE}`)
    for (const r of ranges) limits(w, r, ' ')
  }
}

function namespaceQuotas(w: PrefixWriter, quotas: readonly ResourceQuota[]): void {
  if (quotas.length === 0) {
    w.write(0, 'No resource quota.\n')
    return
  }
  w.write(0, 'Resource Quotas\n')
  const name = (q: ResourceQuota) => q.metadata.name ?? ''
  for (const q of [...quotas].sort((a, b) => compareStrings(name(a), name(b)))) {
    w.field(1, 'Name', name(q))
    scopes(w, q, 1, '* ')
    w.write(1, 'Resource\tUsed\tHard\n')
    w.write(1, '--------\t---\t---\n')
    usage(w, q, 1)
  }
}

function scopes(w: PrefixWriter, q: ResourceQuota, level: number, bullet: string): void {
  const list = [...(q.spec?.scopes ?? [])].sort(compareStrings)
  if (list.length === 0) return
  w.field(level, 'Scopes', list.join(', '))
  for (const s of list) if (SCOPES[s]) w.write(level, `${bullet}${SCOPES[s]}\n`)
}

function usage(w: PrefixWriter, q: ResourceQuota, level: number): void {
  const { hard = {}, used = {} } = q.status ?? {}
  for (const r of Object.keys(hard).sort(compareStrings))
    w.write(
      level,
      `${r}\t${canonicalQuantity(used[r] ?? '0')}\t${canonicalQuantity(hard[r] as string)}\n`,
    )
}

/** A ResourceQuota. */
export function* describeQuota(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const q = o as unknown as ResourceQuota
  w.field(0, 'Name', o.metadata.name)
  w.field(0, 'Namespace', o.metadata.namespace)
  scopes(w, q, 0, ' * ')
  w.write(0, 'Resource\tUsed\tHard\n')
  w.write(0, '--------\t----\t----\n')
  usage(w, q, 0)
}

const LIMITS_HEAD =
  'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n'
const LIMITS_RULE =
  '----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n'

/** A LimitRange. */
export function* describeLimitRange(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  w.field(0, 'Name', o.metadata.name)
  w.field(0, 'Namespace', o.metadata.namespace)
  w.write(0, LIMITS_HEAD)
  w.write(0, LIMITS_RULE)
  limits(w, o as unknown as LimitRange, '')
}

function limits(w: PrefixWriter, range: LimitRange, indent: string): void {
  const shown = (q: Quantities, r: string) =>
    q?.[r] === undefined ? '-' : canonicalQuantity(q[r] as string)
  for (const l of range.spec?.limits ?? []) {
    const lists: Quantities[] = [l.min, l.max, l.defaultRequest, l.default, l.maxLimitRequestRatio]
    const names = new Set(lists.flatMap((q) => Object.keys(q ?? {})))
    for (const r of [...names].sort(compareStrings))
      w.write(0, `${indent}${l.type}\t${r}\t${lists.map((q) => shown(q, r)).join('\t')}\n`)
  }
}

/** A PodDisruptionBudget. */
export function* describePodDisruptionBudget(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const { spec, status } = o as unknown as PodDisruptionBudget
  w.field(0, 'Name', o.metadata.name)
  w.field(0, 'Namespace', o.metadata.namespace)
  if (spec?.minAvailable !== undefined) w.field(0, 'Min available', spec.minAvailable)
  else if (spec?.maxUnavailable !== undefined) w.field(0, 'Max unavailable', spec.maxUnavailable)
  w.field(0, 'Selector', spec?.selector ? formatLabelSelector(spec.selector) : '<unset>')
  w.write(0, 'Status:\n')
  w.field(2, 'Allowed disruptions', status?.disruptionsAllowed ?? 0)
  w.field(2, 'Current', status?.currentHealthy ?? 0)
  w.field(2, 'Desired', status?.desiredHealthy ?? 0)
  w.field(2, 'Total', status?.expectedPods ?? 0)
  yield* describeEvents(c, o)
}

/** A PriorityClass. */
export function* describePriorityClass(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const p = o as unknown as PriorityClass
  w.field(0, 'Name', o.metadata.name)
  w.field(0, 'Value', p.value)
  w.field(0, 'GlobalDefault', p.globalDefault === true)
  w.field(0, 'PreemptionPolicy', p.preemptionPolicy)
  w.field(0, 'Description', p.description)
  w.field(0, 'Annotations', pairsText(o.metadata.annotations))
  yield* describeEvents(c, o)
}
