/** Field errors of a Job's pod failure policy and success policy. @source pkg/apis/batch/validation/validation.go */
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../../api/generated/types.ts'
import {
  duplicate,
  invalidValue,
  invalidWithoutValue,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { qualifiedName } from '../../api/meta/validation.ts'
import { nonNegative } from './podtemplate.ts'

const RULES_MAX = 20
const VALUES_MAX = 255
const INDEXES_MAX = 64 * 1024
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const OPERATORS = ['In', 'NotIn']
const STATUSES = ['False', 'True', 'Unknown']

function validValues(list: readonly string[]): string {
  return `valid values: [${list.map((v) => JSON.stringify(v)).join(' ')}]`
}

/** One of a list, which has to be there. */
function oneOf(value: string | undefined, valid: readonly string[], at: string): FieldError[] {
  if (!value) return [required(at, validValues(valid))]
  return valid.includes(value) ? [] : [notSupported(at, value, valid)]
}

/** Field errors of `podFailurePolicy`. */
export function validateFailurePolicy(spec: JobSpec, path: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? []
  const out: FieldError[] = []
  if (rules.length > RULES_MAX) out.push(tooMany(`${path}.rules`, rules.length, RULES_MAX))
  rules.forEach((r, i) => {
    out.push(...validateRule(spec, r, `${path}.rules[${i}]`))
  })
  return out
}

function validateRule(spec: JobSpec, r: PodFailurePolicyRule, at: string): FieldError[] {
  const out = oneOf(r.action, ACTIONS, `${at}.action`)
  if (r.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    const text = 'requires the backoffLimitPerIndex to be set'
    out.push(invalidValue(`${at}.action`, r.action, text))
  }
  if (r.onExitCodes) out.push(...validateCodes(spec, r.onExitCodes, `${at}.onExitCodes`))
  const patterns = r.onPodConditions ?? []
  const list = `${at}.onPodConditions`
  if (patterns.length > RULES_MAX) out.push(tooMany(list, patterns.length, RULES_MAX))
  patterns.forEach((p, i) => {
    const type = `${list}[${i}].type`
    for (const m of qualifiedName(p.type)) out.push(invalidValue(type, p.type, m))
    out.push(...oneOf(p.status, STATUSES, `${list}[${i}].status`))
  })
  if (r.onExitCodes && patterns.length > 0) {
    const text = 'specifying both OnExitCodes and OnPodConditions is not supported'
    out.push(invalidWithoutValue(at, text))
  }
  if (!r.onExitCodes && patterns.length === 0) {
    const text = 'specifying one of OnExitCodes and OnPodConditions is required'
    out.push(invalidWithoutValue(at, text))
  }
  return out
}

function validateCodes(
  spec: JobSpec,
  r: PodFailurePolicyOnExitCodesRequirement,
  at: string,
): FieldError[] {
  const out = oneOf(r.operator, OPERATORS, `${at}.operator`)
  const template = spec.template?.spec
  const all = [...(template?.containers ?? []), ...(template?.initContainers ?? [])]
  if (r.containerName !== undefined && !all.some((c) => c.name === r.containerName)) {
    const text = 'must be one of the container or initContainer names in the pod template'
    out.push(invalidValue(`${at}.containerName`, r.containerName, text))
  }
  const values = r.values ?? []
  const path = `${at}.values`
  if (values.length === 0)
    out.push(invalidValue(path, r.values ?? null, 'at least one value is required'))
  else if (values.length > VALUES_MAX) out.push(tooMany(path, values.length, VALUES_MAX))
  values.forEach((v, i) => {
    if (r.operator === 'In' && v === 0)
      out.push(invalidValue(`${path}[${i}]`, v, 'must not be 0 for the In operator'))
    if (values.indexOf(v) < i) out.push(duplicate(`${path}[${i}]`, v))
  })
  const ordered = values.every((v, i) => i === 0 || (values[i - 1] as number) <= v)
  if (!ordered) out.push(invalidValue(path, values, 'must be ordered'))
  return out
}

/** Field errors of `successPolicy`, of an indexed Job. */
export function validateSuccessPolicy(spec: JobSpec, path: string): FieldError[] {
  const rules = spec.successPolicy?.rules ?? []
  const out: FieldError[] = []
  if (rules.length === 0) {
    const text = 'at least one rules must be specified when the successPolicy is specified'
    out.push(required(`${path}.rules`, text))
  }
  if (rules.length > RULES_MAX) out.push(tooMany(`${path}.rules`, rules.length, RULES_MAX))
  rules.forEach((r, i) => {
    out.push(...validateSuccessRule(r, spec.completions ?? 0, `${path}.rules[${i}]`))
  })
  return out
}

function validateSuccessRule(r: SuccessPolicyRule, completions: number, at: string): FieldError[] {
  const out: FieldError[] = []
  const { succeededCount: count, succeededIndexes: indexes } = r
  if (count === undefined && indexes === undefined) {
    const text = 'at least one of succeededCount or succeededIndexes must be specified'
    out.push(required(at, text))
  }
  let total = 0
  if (indexes !== undefined) {
    const path = `${at}.succeededIndexes`
    if (indexes.length > INDEXES_MAX) out.push(tooLong(path, INDEXES_MAX))
    const found = countIndexes(indexes, completions)
    if (typeof found === 'number') total = found
    else out.push(invalidValue(path, indexes, `error parsing succeededIndexes: ${found}`))
  }
  if (count === undefined) return out
  const path = `${at}.succeededCount`
  out.push(...nonNegative(count, path))
  if (count > completions) {
    const text = `must be less than or equal to ${completions} (the number of specified completions)`
    out.push(invalidValue(path, count, text))
  }
  if (indexes !== undefined && count > total) {
    const text = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`
    out.push(invalidValue(path, count, text))
  }
  return out
}

/** How many indexes a text such as `0,3-5` names, or what is wrong with it. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0
  let last: number | undefined
  let total = 0
  for (const part of text.split(',')) {
    const found = interval(part, completions)
    if (typeof found === 'string') return found
    const [from, to] = found
    if (last !== undefined && last >= from)
      return `non-increasing order, previous: ${last}, current: ${from}`
    total += to - from + 1
    last = to
  }
  return total
}

function interval(text: string, completions: number): readonly [number, number] | string {
  const ends = text.split('-')
  if (ends.length > 2)
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`
  const out: number[] = []
  for (const e of ends) {
    if (!/^[+-]?\d+$/.test(e))
      return `cannot convert string to integer for index: ${JSON.stringify(e)}`
    if (Number(e) >= completions) return `too large index: ${JSON.stringify(e)}`
    out.push(Number(e))
  }
  const [from = 0, to = from] = out
  if (ends.length === 2 && from >= to)
    return `non-increasing order, previous: ${from}, current: ${to}`
  return [from, to]
}
