/** Job. @source pkg/registry/batch/job/strategy.go, pkg/apis/batch/validation/validation.go */
import type { Container, Job, JobSpec, PodTemplateSpec } from '../api/generated/types.ts'
import { conditionOf, isTrue } from '../api/meta/conditions.ts'
import { humanDuration } from '../api/meta/duration.ts'
import { invalidValue, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { formatLabelSelector, selects } from '../api/meta/labels.ts'
import type { FieldError } from '../api/meta/status.ts'
import { parseTime } from '../api/meta/time.ts'
import { dnsLabel } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { goTemplate } from './shared/gostructs.ts'
import { defaultJobSpec, validateJobSpec } from './shared/jobspec.ts'
import { validateSelector } from './shared/meta.ts'
import { jobWarnings } from './shared/podwarnings.ts'

const UID_LABEL = 'batch.kubernetes.io/controller-uid'
const NAME_LABEL = 'batch.kubernetes.io/job-name'

/** The kind. */
export const job = own<Job>('batch', 'v1', 'Job', {
  defaults(o) {
    defaultJobSpec(o.spec as JobSpec)
    takeTemplateLabels(o)
  },
  validate: (o, old) => [...validateSpec(o), ...(old ? validateUpdate(o, old) : [])],
  strategy: {
    defaultPropagation: 'Orphan',
    prepareForCreate(o) {
      if (!o.spec?.manualSelector) generateSelector(o)
    },
    canonicalize: takeTemplateLabels,
    warnings: (o, old, c) => (c.subresource === '' ? jobWarnings(o, old) : []),
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

/** A job without labels has its template's, as soon as it is read: generated ones, too, but those are not validated. */
function takeTemplateLabels(o: Job): void {
  const labels = o.spec?.template?.metadata?.labels
  if (!labels || Object.keys(o.metadata.labels ?? {}).length > 0) return
  o.metadata.labels = { ...labels }
}

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
  const out = [...validateGenerated(o), ...validateJobSpec(spec, 'spec')]
  if (!spec.selector) out.push(required('spec.selector'))
  else out.push(...validateSelector(spec.selector, 'spec.selector'))
  const labels = spec.template.metadata?.labels
  if (spec.selector && !selects(spec.selector, labels)) {
    const text = '`selector` does not match template `labels`'
    out.push(invalidValue('spec.template.metadata.labels', labels ?? null, text))
  }
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 0) {
    const { name = '' } = o.metadata
    const last = `${name}-${(spec.completions ?? 0) - 1}`
    const text = `will not able to create pod with invalid DNS label: ${last}`
    if (dnsLabel(last).length > 0) out.push(invalidValue('metadata.name', name, text))
  }
  return out
}

/** A selector and labels that were generated are those of this very job. */
function validateGenerated(o: Job): FieldError[] {
  const spec = o.spec as JobSpec
  if (spec.manualSelector || !spec.selector) return []
  const { uid = '', name = '' } = o.metadata
  const expected = {
    'controller-uid': uid,
    'job-name': name,
    [UID_LABEL]: uid,
    [NAME_LABEL]: name,
  }
  const labels = spec.template.metadata?.labels ?? {}
  const out: FieldError[] = []
  for (const [key, value] of Object.entries(expected)) {
    const at = `spec.template.metadata.labels[${key}]`
    const text = `must be '${value}'`
    if (labels[key] === undefined) out.push(required(at, text))
    else if (labels[key] !== value) out.push(invalidValue(at, labels, text))
  }
  if (!selects(spec.selector, expected))
    out.push(invalidValue('spec.selector', spec.selector, '`selector` not auto-generated'))
  return out
}

function validateUpdate(o: Job, old: Job): FieldError[] {
  const next = o.spec as JobSpec
  const was = old.spec as JobSpec
  const out: FieldError[] = []
  const fixed = (field: string, a: unknown, b: unknown) => {
    if (!deepEqual(a, b)) out.push(invalidValue(`spec.${field}`, a ?? null, 'field is immutable'))
  }
  if (next.completionMode !== 'Indexed') fixed('completions', next.completions, was.completions)
  else if (
    next.completions !== undefined &&
    next.completions !== was.completions &&
    next.completions !== next.parallelism
  ) {
    const text = 'can only be modified in tandem with spec.parallelism'
    out.push(invalidValue('spec.completions', next.completions, text))
  }
  fixed('selector', next.selector, was.selector)
  const idle = was.suspend === true && !old.status?.active
  const template = idle ? withFree(was.template, next.template) : was.template
  if (!deepEqual(next.template, template)) {
    out.push(invalidValue('spec.template', goTemplate(next.template), 'field is immutable'))
  }
  fixed('completionMode', next.completionMode, was.completionMode)
  fixed('podFailurePolicy', next.podFailurePolicy, was.podFailurePolicy)
  fixed('backoffLimitPerIndex', next.backoffLimitPerIndex, was.backoffLimitPerIndex)
  fixed('managedBy', next.managedBy, was.managedBy)
  fixed('successPolicy', next.successPolicy, was.successPolicy)
  return out
}

/** What of a template may change while its job is suspended, taken from the new one: placement, labels, resources. */
function withFree(was: PodTemplateSpec, next: PodTemplateSpec): PodTemplateSpec {
  const pick = <T extends object, K extends keyof T>(to: T, from: T | undefined, ...keys: K[]) => {
    const out = { ...to }
    for (const k of keys) {
      if (from?.[k] === undefined) delete out[k]
      else out[k] = from[k]
    }
    return out
  }
  const resources = (list: Container[] | undefined, from: Container[] | undefined) =>
    list?.map((c, i) => pick(c, from?.[i], 'resources'))
  const { affinity } = was.spec ?? {}
  const kept = pick({ ...affinity }, next.spec?.affinity, 'nodeAffinity')
  const spec = pick(
    { containers: [], ...was.spec },
    next.spec,
    'nodeSelector',
    'tolerations',
    'schedulingGates',
  )
  const init = resources(spec.initContainers, next.spec?.initContainers)
  return {
    ...was,
    metadata: pick({ ...was.metadata }, next.metadata, 'labels', 'annotations'),
    spec: {
      ...pick(
        spec,
        Object.keys(kept).length > 0 ? { ...spec, affinity: kept } : undefined,
        'affinity',
      ),
      ...(init ? { initContainers: init } : {}),
      containers: resources(spec.containers, next.spec?.containers) ?? [],
    },
  }
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
