/** Job. @source pkg/registry/batch/job/strategy.go, pkg/apis/batch/validation/validation.go */
import type { Job, JobSpec } from '../api/generated/types.ts'
import { conditionOf, isTrue } from '../api/meta/conditions.ts'
import { humanDuration } from '../api/meta/duration.ts'
import { invalidValue, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { formatLabelSelector, selects } from '../api/meta/labels.ts'
import type { FieldError } from '../api/meta/status.ts'
import { parseTime } from '../api/meta/time.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { defaultJobSpec, validateJobSpec } from './shared/jobspec.ts'
import { validateSelector } from './shared/meta.ts'
import { templateWarnings } from './shared/podwarnings.ts'

const UID_LABEL = 'batch.kubernetes.io/controller-uid'
const NAME_LABEL = 'batch.kubernetes.io/job-name'

/** The kind. */
export const job = own<Job>('batch', 'v1', 'Job', {
  defaults: (o) => defaultJobSpec(o.spec as JobSpec),
  validate: (o, old) => [...validateSpec(o), ...(old ? validateUpdate(o, old) : [])],
  strategy: {
    defaultPropagation: 'Orphan',
    prepareForCreate(o) {
      if (!o.spec?.manualSelector) generateSelector(o)
      const labels = o.spec?.template.metadata?.labels
      if (labels && Object.keys(o.metadata.labels ?? {}).length === 0)
        o.metadata.labels = { ...labels }
    },
    warnings: (o, _old, c) => (c.subresource === '' ? templateWarnings(o.spec?.template) : []),
  },
  columns: [
    nameColumn(),
    column<Job>('Status', statusOf),
    column<Job>('Completions', completions),
    column<Job>('Duration', duration),
    ageColumn(),
    ...podTemplateColumns<Job>(
      (o) => o.spec?.template.spec,
      (o) => formatLabelSelector(o.spec?.selector),
    ),
  ],
  fields: { 'status.successful': (o) => String(o.status?.succeeded ?? 0) },
})

/** The selector and labels that tie a job's pods to this very job. */
function generateSelector(o: Job): void {
  const spec = o.spec as JobSpec
  const uid = o.metadata.uid ?? ''
  const name = o.metadata.name ?? ''
  const labels: Record<string, string> = { ...spec.template.metadata?.labels }
  for (const [k, v] of [
    [UID_LABEL, uid],
    [NAME_LABEL, name],
    ['controller-uid', uid],
    ['job-name', name],
  ] as const) {
    labels[k] ??= v
  }
  spec.template.metadata = { ...spec.template.metadata, labels }
  const selector = { ...spec.selector }
  selector.matchLabels = {
    ...selector.matchLabels,
    [UID_LABEL]: selector.matchLabels?.[UID_LABEL] ?? uid,
  }
  spec.selector = selector
}

function validateSpec(o: Job): FieldError[] {
  const spec = o.spec as JobSpec
  const out: FieldError[] = []
  if (!spec.manualSelector) {
    const expected = { matchLabels: { [UID_LABEL]: o.metadata.uid ?? '' } }
    const legacy = { matchLabels: { 'controller-uid': o.metadata.uid ?? '' } }
    if (!deepEqual(spec.selector, expected) && !deepEqual(spec.selector, legacy)) {
      out.push(
        invalidValue('spec.selector', spec.selector ?? null, '`selector` not auto-generated'),
      )
    }
  }
  const specErrors = validateJobSpec(spec, 'spec')
  if (!spec.selector) out.push(required('spec.selector'))
  else out.push(...validateSelector(spec.selector, 'spec.selector'))
  const labels = spec.template.metadata?.labels
  if (spec.selector && !selects(spec.selector, labels)) {
    const text = '`selector` does not match template `labels`'
    out.push(invalidValue('spec.template.metadata.labels', labels ?? null, text))
  }
  return [...specErrors, ...out]
}

function validateUpdate(o: Job, old: Job): FieldError[] {
  const next = o.spec as JobSpec
  const was = old.spec as JobSpec
  const out: FieldError[] = []
  const fixed = (field: string, a: unknown, b: unknown) => {
    if (!deepEqual(a, b)) out.push(invalidValue(`spec.${field}`, a ?? null, 'field is immutable'))
  }
  if (next.completions !== was.completions) {
    const elastic = next.completionMode === 'Indexed' && next.completions === next.parallelism
    if (next.completionMode !== 'Indexed') fixed('completions', next.completions, was.completions)
    else if (!elastic) {
      const text = 'can only be modified in tandem with spec.parallelism'
      out.push(invalidValue('spec.completions', next.completions ?? null, text))
    }
  }
  fixed('selector', next.selector, was.selector)
  if (!was.suspend || o.status?.startTime) fixed('template', next.template, was.template)
  fixed('completionMode', next.completionMode, was.completionMode)
  fixed('podFailurePolicy', next.podFailurePolicy, was.podFailurePolicy)
  fixed('backoffLimitPerIndex', next.backoffLimitPerIndex, was.backoffLimitPerIndex)
  fixed('managedBy', next.managedBy, was.managedBy)
  fixed('successPolicy', next.successPolicy, was.successPolicy)
  return out
}

function statusOf(o: Job): string {
  const conditions = o.status?.conditions
  if (isTrue(conditions, 'Complete')) return 'Complete'
  if (isTrue(conditions, 'Failed')) return 'Failed'
  if (o.metadata.deletionTimestamp) return 'Terminating'
  if (isTrue(conditions, 'Suspended')) return 'Suspended'
  if (isTrue(conditions, 'FailureTarget')) return 'FailureTarget'
  if (isTrue(conditions, 'SuccessCriteriaMet')) return 'SuccessCriteriaMet'
  return 'Running'
}

function completions(o: Job): string {
  const done = o.status?.succeeded ?? 0
  const spec = o.spec
  if (spec?.completions !== undefined) return `${done}/${spec.completions}`
  const parallel = spec?.parallelism ?? 0
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`
}

function duration(o: Job, nowMs: number): string {
  const start = parseTime(o.status?.startTime)
  if (start === undefined) return ''
  const failed = conditionOf(o.status?.conditions, 'Failed')
  const end = parseTime(o.status?.completionTime) ?? parseTime(failed?.lastTransitionTime)
  return humanDuration((end ?? nowMs) - start)
}
