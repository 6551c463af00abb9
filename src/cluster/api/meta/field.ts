/**
 * Field errors in upstream's words; paths are plain text such as `spec.containers[0].image`.
 * @source staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go
 */

import { isObject } from './json.ts'
import type { FieldError } from './status.ts'

/** `spec.replicas: Required value: text`. */
export function required(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, body: `Required value${detail && `: ${detail}`}` }
}

/** `Invalid value: -1: must be ...`; strings are quoted, objects shown as JSON. */
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  const tail = detail ? `: ${detail}` : ''
  return { type: 'FieldValueInvalid', field, body: `Invalid value: ${show(value)}${tail}` }
}

/** `Invalid value: must be ...`, where the value is left out. */
export function invalidWithoutValue(field: string, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, body: `Invalid value: ${detail}` }
}

/** `Unsupported value: "x": supported values: "a", "b"`. */
export function notSupported(field: string, value: unknown, valid: readonly string[]): FieldError {
  const list = valid.map((v) => JSON.stringify(v)).join(', ')
  const tail = valid.length > 0 ? `: supported values: ${list}` : ''
  return { type: 'FieldValueNotSupported', field, body: `Unsupported value: ${show(value)}${tail}` }
}

/** `Forbidden: text`. */
export function forbiddenField(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, body: `Forbidden${detail && `: ${detail}`}` }
}

/** `Duplicate value: "x"`. */
export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, body: `Duplicate value: ${show(value)}` }
}

/** `Not found: "x"`. */
export function notFoundField(field: string, value: unknown): FieldError {
  return { type: 'FieldValueNotFound', field, body: `Not found: ${show(value)}` }
}

/** `Too long: may not be more than 5 bytes`. */
export function tooLong(field: string, maxBytes: number): FieldError {
  const s = maxBytes === 1 ? 'byte' : 'bytes'
  const body = `Too long: may not be more than ${maxBytes} ${s}`
  return { type: 'FieldValueTooLong', field, body }
}

/** `Too many: 5: must have at most 2 items`. */
export function tooMany(field: string, count: number, max: number): FieldError {
  const s = max === 1 ? 'item' : 'items'
  const body = `Too many: ${count}: must have at most ${max} ${s}`
  return { type: 'FieldValueTooMany', field, body }
}

/** `Invalid value: "string": detail` of a value with the wrong JSON type. */
export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueTypeInvalid', field, body: `Invalid value: ${show(value)}: ${detail}` }
}

/** An error of ours inside validation. */
export function internalField(field: string, detail: string): FieldError {
  return { type: 'InternalError', field, body: `Internal error: ${detail}` }
}

/** How Go's error prints a bad value. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value) || isObject(value)) return JSON.stringify(sortKeys(value))
  return String(value)
}

function sortKeys(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(sortKeys)
  if (!isObject(v)) return v
  const out: Record<string, unknown> = {}
  for (const k of Object.keys(v)) if (v[k] !== undefined) out[k] = sortKeys(v[k])
  return out
}
