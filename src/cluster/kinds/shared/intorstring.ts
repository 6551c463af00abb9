/** Numbers that may also be percentages: rollout bounds. @source pkg/apis/apps/validation/validation.go */
import { invalidValue } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { regexError } from '../../api/meta/validation.ts'

/** Field errors of a number or percentage that may not be negative. */
export function validateIntOrPercent(v: number | string | undefined, path: string): FieldError[] {
  if (v === undefined) return []
  if (typeof v === 'number') {
    return v >= 0 ? [] : [invalidValue(path, v, 'must be greater than or equal to 0')]
  }
  if (/^[0-9]+%$/.test(v)) return []
  const text = "a valid percent string must be a numeric string followed by an ending '%'"
  return [invalidValue(path, v, regexError(text, '[0-9]+%', '1%', '93%'))]
}

/** Field errors of a percentage above 100. */
export function atMostHundred(v: number | string | undefined, path: string): FieldError[] {
  if (typeof v !== 'string' || !/^[0-9]+%$/.test(v) || Number(v.slice(0, -1)) <= 100) return []
  return [invalidValue(path, v, 'must not be greater than 100%')]
}

/** True for `0`, `0%` and what is no number at all. */
export function isZero(v: number | string | undefined): boolean {
  return typeof v === 'string' ? Number.parseInt(v, 10) === 0 || !/^\d/.test(v) : !v
}

/** Bounds of a rollout as an error shows them: by the names of upstream's own type. */
export function shownBounds(
  r: { maxUnavailable?: number | string; maxSurge?: number | string } | undefined,
): unknown {
  return r ? { MaxUnavailable: r.maxUnavailable ?? 0, MaxSurge: r.maxSurge ?? 0 } : null
}
