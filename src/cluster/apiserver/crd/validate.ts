/**
 * Values against a structural schema, in the words of the OpenAPI validator, and CEL rules.
 * @source k8s.io/kube-openapi/pkg/validation/validate, apiextensions-apiserver/pkg/apiserver/validation
 */
import {
  invalidValue,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '../../api/meta/field.ts'
import { deepEqual, isObject } from '../../api/meta/json.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { parseTime } from '../../api/meta/time.ts'
import { propertiesOf, type RawSchema, sub } from './structural.ts'

/** A value that was there before, and where it stood; what has not changed is not looked at again. */
export interface Before {
  readonly value: unknown
}

/**
 * Field errors of a value by its schema alone.
 * @param before what stood here: errors that were there already are let pass (ratcheting)
 */
export function validateValue(
  v: unknown,
  s: RawSchema | undefined,
  path: string,
  before?: Before,
): FieldError[] {
  if (!s || (before && deepEqual(before.value, v))) return []
  if (v === null) return s.nullable === true ? [] : [wrongType(path, 'null', String(s.type ?? ''))]
  const wrong = typeError(v, s, path)
  if (wrong) return [wrong]
  const out: FieldError[] = []
  if (Array.isArray(s.enum) && !s.enum.some((x) => deepEqual(x, v))) {
    const words = s.enum.map((x) => (typeof x === 'string' ? x : JSON.stringify(x)))
    out.push(notSupported(path, v, words))
  }
  if (typeof v === 'string') out.push(...stringErrors(v, s, path))
  else if (typeof v === 'number') out.push(...numberErrors(v, s, path))
  else if (Array.isArray(v)) out.push(...arrayErrors(v, s, path, before))
  else if (isObject(v)) out.push(...objectErrors(v, s, path, before))
  out.push(...combined(v, s, path))
  return out
}

/** Field errors of repeated members in lists that are sets or maps; said after all others. */
export function listErrors(v: unknown, s: RawSchema | undefined, path: string): FieldError[] {
  if (!s) return []
  if (Array.isArray(v)) {
    const items = sub(s, 'items')
    return [
      ...uniqueErrors(v, s, path),
      ...v.flatMap((item, i) => listErrors(item, items, `${path}[${i}]`)),
    ]
  }
  if (!isObject(v)) return []
  const known = propertiesOf(s)
  const more = sub(s, 'additionalProperties')
  return Object.keys(v)
    .sort()
    .flatMap((k) => listErrors(v[k], known[k] ?? more, path ? `${path}.${k}` : k))
}

/** Field errors of the defaults in a definition's schema. */
export function defaultFaults(s: RawSchema, path: string): FieldError[] {
  const out: FieldError[] = []
  if (s.default !== undefined) {
    for (const e of validateValue(s.default, s, '')) {
      const field = e.field ? `${path}.default.${e.field}` : `${path}.default`
      out.push({ ...e, field })
    }
  }
  for (const [k, v] of Object.entries(propertiesOf(s)))
    out.push(...defaultFaults(v, `${path}.properties[${k}]`))
  for (const part of ['items', 'additionalProperties']) {
    const inner = sub(s, part)
    if (inner) out.push(...defaultFaults(inner, `${path}.${part}`))
  }
  return out
}

function kindOf(v: unknown): string {
  if (Array.isArray(v)) return 'array'
  if (typeof v === 'number') return Number.isInteger(v) ? 'integer' : 'number'
  return v === null ? 'null' : typeof v
}

function typeError(v: unknown, s: RawSchema, path: string): FieldError | undefined {
  const have = kindOf(v)
  if (s['x-kubernetes-int-or-string'] === true) {
    return have === 'integer' || have === 'string'
      ? undefined
      : wrongType(path, have, 'integer,string')
  }
  const want = s.type as string | undefined
  if (!want || have === want || (want === 'number' && have === 'integer')) return undefined
  return wrongType(path, have, want)
}

function wrongType(path: string, have: string, want: string): FieldError {
  return typeInvalid(path, have, `${path} in body must be of type ${want}: ${JSON.stringify(have)}`)
}

function stringErrors(v: string, s: RawSchema, path: string): FieldError[] {
  const out: FieldError[] = []
  const max = s.maxLength as number | undefined
  const min = s.minLength as number | undefined
  if (max !== undefined && [...v].length > max) out.push(tooLong(path, max))
  if (min !== undefined && [...v].length < min) {
    out.push(invalidValue(path, v, `${path} in body should be at least ${min} chars long`))
  }
  const pattern = s.pattern as string | undefined
  if (pattern !== undefined && !matchesPattern(pattern, v)) {
    out.push(invalidValue(path, v, `${path} in body should match '${pattern}'`))
  }
  const format = s.format as string | undefined
  if (format && !hasFormat(v, format)) {
    out.push(
      invalidValue(path, v, `${path} in body must be of type ${format}: ${JSON.stringify(v)}`),
    )
  }
  return out
}

function matchesPattern(pattern: string, v: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(v)
  } catch (error) {
    if (error instanceof SyntaxError) return true
    throw error
  }
}

function hasFormat(v: string, format: string): boolean {
  switch (format) {
    case 'date-time':
      return parseTime(v) !== undefined
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(v)
    case 'ipv4':
      return /^(\d{1,3}\.){3}\d{1,3}$/.test(v) && v.split('.').every((p) => Number(p) <= 255)
    case 'email':
      return /^[^@\s]+@[^@\s]+$/.test(v)
    case 'uuid':
      return /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(v)
    case 'duration':
      return /^(\d+(\.\d+)?\s*(ns|us|µs|ms|s|m|h|d|w))+$/.test(v)
    default:
      return true
  }
}

function numberErrors(v: number, s: RawSchema, path: string): FieldError[] {
  const out: FieldError[] = []
  const min = s.minimum as number | undefined
  const max = s.maximum as number | undefined
  if (min !== undefined && (v < min || (s.exclusiveMinimum === true && v === min))) {
    const than = s.exclusiveMinimum === true ? 'greater than' : 'greater than or equal to'
    out.push(invalidValue(path, v, `${path} in body should be ${than} ${min}`))
  }
  if (max !== undefined && (v > max || (s.exclusiveMaximum === true && v === max))) {
    const than = s.exclusiveMaximum === true ? 'less than' : 'less than or equal to'
    out.push(invalidValue(path, v, `${path} in body should be ${than} ${max}`))
  }
  const of = s.multipleOf as number | undefined
  if (of !== undefined && v % of !== 0) {
    out.push(invalidValue(path, v, `${path} in body should be a multiple of ${of}`))
  }
  return out
}

function arrayErrors(
  v: readonly unknown[],
  s: RawSchema,
  path: string,
  before?: Before,
): FieldError[] {
  const out: FieldError[] = []
  const max = s.maxItems as number | undefined
  const min = s.minItems as number | undefined
  if (max !== undefined && v.length > max) out.push(tooMany(path, v.length, max))
  if (min !== undefined && v.length < min) {
    out.push(invalidValue(path, v.length, `${path} in body should have at least ${min} items`))
  }
  const earlier = earlierItems(v, s, before?.value)
  v.forEach((item, i) => {
    out.push(...validateValue(item, sub(s, 'items'), `${path}[${i}]`, earlier[i]))
  })
  return out
}

/** What stood for each item before: by key in lists that are maps, unknown in others. */
function earlierItems(
  v: readonly unknown[],
  s: RawSchema,
  old: unknown,
): readonly (Before | undefined)[] {
  const keys = (s['x-kubernetes-list-map-keys'] as string[] | undefined) ?? []
  if (keys.length === 0 || !Array.isArray(old)) return []
  const id = (x: unknown) => JSON.stringify(keys.map((k) => (isObject(x) ? x[k] : undefined)))
  const known = new Map(old.map((value) => [id(value), { value }]))
  return v.map((x) => known.get(id(x)))
}

function uniqueErrors(v: readonly unknown[], s: RawSchema, path: string): FieldError[] {
  const type = s['x-kubernetes-list-type']
  const keys = (s['x-kubernetes-list-map-keys'] as string[] | undefined) ?? []
  if (type !== 'set' && type !== 'map') return []
  const out: FieldError[] = []
  const seen: unknown[] = []
  v.forEach((item, i) => {
    const id =
      type === 'set' || !isObject(item)
        ? item
        : Object.fromEntries(keys.filter((k) => item[k] !== undefined).map((k) => [k, item[k]]))
    if (seen.some((x) => deepEqual(x, id))) {
      const body = `Duplicate value: ${JSON.stringify(id)}`
      out.push({ type: 'FieldValueDuplicate', field: `${path}[${i}]`, body })
    }
    seen.push(id)
  })
  return out
}

function objectErrors(
  v: Readonly<Record<string, unknown>>,
  s: RawSchema,
  path: string,
  before?: Before,
): FieldError[] {
  const out: FieldError[] = []
  for (const k of (s.required as string[] | undefined) ?? []) {
    if (v[k] === undefined) out.push(required(path ? `${path}.${k}` : k))
  }
  const max = s.maxProperties as number | undefined
  const count = Object.keys(v).length
  if (max !== undefined && count > max) {
    out.push({
      type: 'FieldValueTooMany',
      field: path,
      body: `Too many: ${count}: must have at most ${max} items`,
    })
  }
  const min = s.minProperties as number | undefined
  if (min !== undefined && count < min) {
    out.push(invalidValue(path, count, `${path} in body should have at least ${min} properties`))
  }
  const known = propertiesOf(s)
  const more = sub(s, 'additionalProperties')
  const was = before && isObject(before.value) ? before.value : {}
  const earlier = (k: string) => (was[k] === undefined ? undefined : { value: was[k] })
  for (const k of Object.keys(v).sort()) {
    const field = known[k] ?? more
    const at = path ? `${path}.${k}` : k
    if (field) out.push(...validateValue(v[k], field, at, earlier(k)))
  }
  return out
}

function combined(v: unknown, s: RawSchema, path: string): FieldError[] {
  const passes = (x: unknown) => isObject(x) && validateValue(v, x, path).length === 0
  const out: FieldError[] = []
  for (const x of (s.allOf as unknown[] | undefined) ?? []) {
    if (isObject(x)) out.push(...validateValue(v, x, path))
  }
  const any = s.anyOf as unknown[] | undefined
  if (any && s['x-kubernetes-int-or-string'] !== true && !any.some(passes)) {
    out.push(invalidValue(path, v, `${path} in body must validate at least one schema (anyOf)`))
  }
  const one = s.oneOf as unknown[] | undefined
  if (one) {
    const found = one.filter(passes).length
    if (found !== 1) {
      const tail = found === 0 ? 'Found none valid' : `Found ${found} valid alternatives`
      out.push(
        invalidValue(
          path,
          v,
          `${path} in body must validate one and only one schema (oneOf). ${tail}`,
        ),
      )
    }
  }
  if (isObject(s.not) && passes(s.not)) {
    out.push(invalidValue(path, v, `${path} in body must not validate the schema (not)`))
  }
  return out
}
