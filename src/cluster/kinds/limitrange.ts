/** LimitRange. @source pkg/apis/core/validation ValidateLimitRange, pkg/apis/core/v1/defaults.go */
import type { LimitRange, LimitRangeItem } from '../api/generated/types.ts'
import { duplicate, forbiddenField, invalidValue, required } from '../api/meta/field.ts'
import { compareQuantity, milliValue } from '../api/meta/quantity.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { nameColumn } from './shared/columns.ts'
import {
  overcommits,
  validateContainerResourceName,
  validateResourceName,
} from './shared/resources.ts'

const STANDARD_TYPES = new Set(['Pod', 'Container', 'PersistentVolumeClaim'])

/** The kind. */
export const limitrange = own<LimitRange>('', 'v1', 'LimitRange', {
  defaults(o) {
    for (const l of o.spec?.limits ?? []) if (l.type === 'Container') fillDefaults(l)
  },
  validate(o) {
    const out: FieldError[] = []
    const types = new Set<string>()
    o.spec?.limits?.forEach((l, i) => {
      const at = `spec.limits[${i}]`
      if (!l.type.includes('/') && !STANDARD_TYPES.has(l.type)) {
        const text = 'must be a standard limit type or fully qualified'
        out.push(invalidValue(`${at}.type`, l.type, text))
      }
      if (types.has(l.type)) out.push(duplicate(`${at}.type`, l.type))
      types.add(l.type)
      out.push(...validateItem(l, at))
    })
    return out
  },
  columns: [nameColumn(), { name: 'Created At', value: (o) => o.metadata.creationTimestamp ?? '' }],
})

/** What is missing follows from what is there: default from max, request from default or min. */
function fillDefaults(l: LimitRangeItem): void {
  const limits = { ...l.default }
  for (const [k, v] of Object.entries(l.max ?? {})) limits[k] ??= v
  if (Object.keys(limits).length > 0) l.default = limits
  const requests = { ...l.defaultRequest }
  for (const [k, v] of Object.entries(limits)) requests[k] ??= v
  for (const [k, v] of Object.entries(l.min ?? {})) requests[k] ??= v
  if (Object.keys(requests).length > 0) l.defaultRequest = requests
}

function validateItem(l: LimitRangeItem, at: string): FieldError[] {
  const namesOf = (f: keyof typeof l) => validateNames(l, f, at)
  const out: FieldError[] = [...namesOf('max'), ...namesOf('min')]
  if (l.type === 'Pod') {
    for (const f of ['default', 'defaultRequest'] as const) {
      if (Object.keys(l[f] ?? {}).length > 0) {
        out.push(forbiddenField(`${at}.${f}`, "may not be specified when `type` is 'Pod'"))
      }
    }
  } else out.push(...namesOf('default'), ...namesOf('defaultRequest'))
  if (l.type === 'PersistentVolumeClaim' && !l.min?.storage && !l.max?.storage) {
    const text = 'either minimum or maximum storage value is required, but neither was provided'
    out.push(required(`${at}.limits`, text))
  }
  out.push(...namesOf('maxLimitRequestRatio'))
  const names = new Set<string>()
  for (const f of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const) {
    for (const k of Object.keys(l[f] ?? {})) names.add(k)
  }
  for (const k of names) out.push(...validateBounds(l, k, at))
  return out
}

/** Pods and containers have other resources than claims. */
function validateNames(l: LimitRangeItem, f: keyof LimitRangeItem, at: string): FieldError[] {
  const ofPods = l.type === 'Pod' || l.type === 'Container'
  const check = ofPods ? validateContainerResourceName : validateResourceName
  return Object.keys(l[f] ?? {}).flatMap((k) => check(k, `${at}.${f}[${k}]`))
}

function validateBounds(l: LimitRangeItem, k: string, at: string): FieldError[] {
  const out: FieldError[] = []
  const min = l.min?.[k]
  const max = l.max?.[k]
  const limit = l.default?.[k]
  const request = l.defaultRequest?.[k]
  const over = (a?: string, b?: string) =>
    a !== undefined && b !== undefined && compareQuantity(a, b) > 0
  if (over(min, max)) {
    out.push(
      invalidValue(`${at}.min[${k}]`, min, `min value ${min} is greater than max value ${max}`),
    )
  }
  if (over(min, request)) {
    const text = `min value ${min} is greater than default request value ${request}`
    out.push(invalidValue(`${at}.defaultRequest[${k}]`, request, text))
  }
  if (over(request, max)) {
    const text = `default request value ${request} is greater than max value ${max}`
    out.push(invalidValue(`${at}.defaultRequest[${k}]`, request, text))
  }
  if (over(request, limit)) {
    const text = `default request value ${request} is greater than default limit value ${limit}`
    out.push(invalidValue(`${at}.defaultRequest[${k}]`, request, text))
  }
  if (over(min, limit)) {
    const text = `min value ${min} is greater than default value ${limit}`
    out.push(invalidValue(`${at}.default[${k}]`, min, text))
  }
  if (over(limit, max)) {
    const text = `default value ${limit} is greater than max value ${max}`
    out.push(invalidValue(`${at}.default[${k}]`, max, text))
  }
  const ratio = l.maxLimitRequestRatio?.[k]
  if (ratio !== undefined && compareQuantity(ratio, '1') < 0) {
    const text = `ratio ${ratio} is less than 1`
    out.push(invalidValue(`${at}.maxLimitRequestRatio[${k}]`, ratio, text))
  }
  if (ratio !== undefined && min !== undefined && max !== undefined) {
    const widest = milliValue(max) / milliValue(min)
    const text = `ratio ${ratio} is greater than max/min = ${widest.toFixed(6)}`
    if (milliValue(ratio) / 1000 > widest) {
      out.push(invalidValue(`${at}.maxLimitRequestRatio[${k}]`, ratio, text))
    }
  }
  if (!overcommits(k) && limit && request && compareQuantity(limit, request) !== 0) {
    const text = `default value ${limit} must equal to defaultRequest value ${request} in ${k}`
    out.push(invalidValue(`${at}.defaultRequest[${k}]`, request, text))
  }
  return out
}
