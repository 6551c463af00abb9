/** What Jobs and the templates of CronJobs share. @source pkg/apis/batch/v1/defaults.go, pkg/apis/batch/validation */
import type { JobSpec } from '../../api/generated/types.ts'
import { invalidValue, notSupported, required } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
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

/** Field errors of a job's spec. */
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
  out.push(...validateModes(spec, path))
  out.push(...validatePodTemplate(spec.template, at('template')))
  const policy = spec.template?.spec?.restartPolicy as string | undefined
  if (policy === undefined || policy === 'Always') {
    out.push(required(at('template.spec.restartPolicy'), 'valid values: "OnFailure", "Never"'))
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    out.push(notSupported(at('template.spec.restartPolicy'), policy, ['OnFailure', 'Never']))
  } else if (spec.podFailurePolicy && policy !== 'Never') {
    const text = 'only "Never" is supported when podFailurePolicy is specified'
    out.push(invalidValue(at('template.spec.restartPolicy'), policy, text))
  }
  return out
}

function validateModes(spec: JobSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  const mode = spec.completionMode as string
  if (mode !== 'NonIndexed' && mode !== 'Indexed') {
    out.push(notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']))
  } else if (mode === 'Indexed' && spec.completions === undefined) {
    out.push(required(`${path}.completions`, `when completion mode is ${mode}`))
  } else if (
    mode === 'Indexed' &&
    (spec.parallelism ?? 0) > 100000 &&
    (spec.completions ?? 0) > 100000
  ) {
    const text = 'must be less than or equal to 100000 when completion mode is Indexed'
    out.push(invalidValue(`${path}.parallelism`, spec.parallelism, text))
  }
  if (mode !== 'Indexed' && spec.backoffLimitPerIndex !== undefined) {
    const text = 'requires indexed completion mode'
    out.push(invalidValue(`${path}.backoffLimitPerIndex`, spec.backoffLimitPerIndex, text))
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    const text = 'when maxFailedIndexes is specified'
    out.push(required(`${path}.backoffLimitPerIndex`, text))
  }
  const replace = spec.podReplacementPolicy as string
  if (spec.podFailurePolicy && replace !== 'Failed') {
    out.push(notSupported(`${path}.podReplacementPolicy`, replace, ['Failed']))
  } else if (replace !== 'Failed' && replace !== 'TerminatingOrFailed') {
    out.push(
      notSupported(`${path}.podReplacementPolicy`, replace, ['Failed', 'TerminatingOrFailed']),
    )
  }
  return out
}
