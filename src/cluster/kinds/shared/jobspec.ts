/** What Jobs and the templates of CronJobs share. @source pkg/apis/batch/v1/defaults.go, pkg/apis/batch/validation */
import type { JobSpec } from '../../api/generated/types.ts'
import { invalidValue, notSupported, required, tooLong } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsSubdomain, regexError } from '../../api/meta/validation.ts'
import { validateFailurePolicy, validateSuccessPolicy } from './jobpolicies.ts'
import { defaultPodSpec } from './poddefaults.ts'
import { nonNegative, validatePodTemplate } from './podtemplate.ts'

const INT32_MAX = 2147483647

/** Fills defaults in place. */
export function defaultJobSpec(spec: JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) {
    spec.completions = 1
    spec.parallelism = 1
  }
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : INT32_MAX
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'
  spec.manualSelector ??= false
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const p of rule.onPodConditions ?? []) p.status ||= 'True'
  }
  if (spec.template?.spec) defaultPodSpec(spec.template.spec)
}

/** Field errors of a job's spec, but for its selector. */
export function validateJobSpec(spec: JobSpec, path: string): FieldError[] {
  const at = (f: string) => `${path}.${f}`
  const out = [
    ...nonNegative(spec.parallelism, at('parallelism')),
    ...nonNegative(spec.completions, at('completions')),
    ...nonNegative(spec.activeDeadlineSeconds, at('activeDeadlineSeconds')),
    ...nonNegative(spec.backoffLimit, at('backoffLimit')),
    ...nonNegative(spec.ttlSecondsAfterFinished, at('ttlSecondsAfterFinished')),
    ...nonNegative(spec.backoffLimitPerIndex, at('backoffLimitPerIndex')),
    ...nonNegative(spec.maxFailedIndexes, at('maxFailedIndexes')),
  ]
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    out.push(required(at('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'))
  out.push(...validateManagedBy(spec.managedBy, at('managedBy')))
  out.push(...validateMode(spec, path))
  if (spec.podFailurePolicy) out.push(...validateFailurePolicy(spec, at('podFailurePolicy')))
  if (spec.successPolicy && spec.completionMode !== 'Indexed') {
    const text = 'requires indexed completion mode'
    out.push(invalidValue(at('successPolicy'), spec.successPolicy, text))
  } else if (spec.successPolicy) out.push(...validateSuccessPolicy(spec, at('successPolicy')))
  out.push(...validateReplacement(spec, at('podReplacementPolicy')))
  out.push(...validatePodTemplate(spec.template, at('template')))
  out.push(...validateRestart(spec, at('template.spec.restartPolicy')))
  return out
}

const MANAGED_BY_MAX = 63

function validateManagedBy(value: string | undefined, path: string): FieldError[] {
  if (value === undefined) return []
  const out = validateDomainPath(value, path)
  if (value.length > MANAGED_BY_MAX) out.push(tooLong(path, MANAGED_BY_MAX))
  return out
}

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"

/** `acme.io/foo`. @source staging/src/k8s.io/apimachinery/pkg/util/validation IsDomainPrefixedPath */
function validateDomainPath(value: string, path: string): FieldError[] {
  if (value === '') return [required(path)]
  const [host = '', rest = ''] = value.split(/\/(.*)/s)
  if (!host || !rest) {
    const text = 'must be a domain-prefixed path (such as "acme.io/foo")'
    return [invalidValue(path, value, text)]
  }
  const out = dnsSubdomain(host).map((e) => invalidValue(path, host, e))
  if (!new RegExp(`^${HTTP_PATH}$`).test(rest))
    out.push(invalidValue(path, rest, regexError('Invalid path', HTTP_PATH)))
  return out
}

const PARALLELISM_MAX = 100_000
const FAILED_MAX = 100_000
const COMPLETIONS_HIGH = 100_000
const LIMIT_WHEN_HIGH = 10_000

function validateMode(spec: JobSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  const mode = spec.completionMode as string
  if (mode !== 'NonIndexed' && mode !== 'Indexed')
    out.push(notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']))
  if (mode === 'Indexed') out.push(...validateIndexed(spec, path))
  if (mode !== 'NonIndexed') return out
  for (const f of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const)
    if (spec[f] !== undefined)
      out.push(invalidValue(`${path}.${f}`, spec[f], 'requires indexed completion mode'))
  return out
}

function validateIndexed(spec: JobSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  const { completions, parallelism = 0, maxFailedIndexes: failed } = spec
  const atMost = (field: string, value: number, max: number | string, when = '') => {
    out.push(invalidValue(`${path}.${field}`, value, `must be less than or equal to ${max}${when}`))
  }
  if (completions === undefined)
    out.push(required(`${path}.completions`, 'when completion mode is Indexed'))
  if (parallelism > PARALLELISM_MAX)
    atMost('parallelism', parallelism, PARALLELISM_MAX, ' when completion mode is Indexed')
  if (completions !== undefined && failed !== undefined && failed > completions)
    atMost('maxFailedIndexes', failed, 'completions')
  if (failed !== undefined && failed > FAILED_MAX) atMost('maxFailedIndexes', failed, FAILED_MAX)
  if ((completions ?? 0) <= COMPLETIONS_HIGH || spec.backoffLimitPerIndex === undefined) return out
  const when = ` when completions are above ${COMPLETIONS_HIGH} and used with backoff limit per index`
  if (failed === undefined) {
    const text = `must be specified when completions is above ${COMPLETIONS_HIGH}`
    out.push(required(`${path}.maxFailedIndexes`, text))
  }
  if (parallelism > LIMIT_WHEN_HIGH) atMost('parallelism', parallelism, LIMIT_WHEN_HIGH, when)
  if (failed !== undefined && failed > LIMIT_WHEN_HIGH)
    atMost('maxFailedIndexes', failed, LIMIT_WHEN_HIGH, when)
  return out
}

function validateReplacement(spec: JobSpec, path: string): FieldError[] {
  const policy = spec.podReplacementPolicy as string
  const valid = spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  return valid.includes(policy) ? [] : [notSupported(path, policy, valid)]
}

function validateRestart(spec: JobSpec, path: string): FieldError[] {
  const policy = spec.template?.spec?.restartPolicy as string | undefined
  if (policy === undefined || policy === 'Always')
    return [required(path, 'valid values: "OnFailure", "Never"')]
  if (policy !== 'OnFailure' && policy !== 'Never')
    return [notSupported(path, policy, ['OnFailure', 'Never'])]
  if (!spec.podFailurePolicy || policy === 'Never') return []
  const text = 'only "Never" is supported when podFailurePolicy is specified'
  return [invalidValue(path, policy, text)]
}
