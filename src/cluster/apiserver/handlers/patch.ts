/**
 * PATCH: the patch is applied to the version served, and the result goes the way of an update.
 * @source staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go
 */

import { invalidValue } from '../../api/meta/field.ts'
import { htmlSafeJson, isObject, type JsonObject, sortedDeep } from '../../api/meta/json.ts'
import { JsonSyntaxError } from '../../api/meta/jsontext.ts'
import { badRequest, failure, invalid, unsupportedMediaType } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { JsonPatchError, type JsonPatchOperation, jsonPatch } from '../../api/patch/json.ts'
import { mergePatch } from '../../api/patch/merge.ts'
import { StrategicPatchError, strategicPatch } from '../../api/patch/strategic.ts'
import type { Schema } from '../../api/schema.ts'
import { conversionFault, decodeStrictly, readBody } from '../body.ts'
import type { Call } from '../call.ts'
import { DecodeError, decode } from '../decode.ts'

/** Media types of patches. */
export const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** Operations that one JSON patch may hold. */
const OPERATIONS_MAX = 10_000

/** A patch read from the request, ready to be applied again and again until the write wins. */
export interface ReadPatch {
  readonly type: string
  readonly body: unknown
  apply(current: AnyObject, what?: { kind: string; schema: Schema; apiVersion: string }): AnyObject
}

/** Reads a JSON, merge or strategic merge patch. @throws ApiError */
export function readPatch(c: Call): ReadPatch {
  const type = (c.request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  const known = Object.values<string>(PATCH_TYPES)
  const supported = c.served.custom ? known.filter((t) => t !== PATCH_TYPES.strategic) : known
  if (!supported.includes(type)) {
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${supported.slice(0, 3).join(', ')}`,
    )
  }
  const body = parsePatch(c, type)
  return {
    type,
    body,
    apply: (current, what) => applyPatch(c, type, body, current, what),
  }
}

function parsePatch(c: Call, type: string): unknown {
  try {
    const { value, duplicates } = readBody(c.request.body, type)
    if (duplicates.length > 0 && c.fieldValidation === 'Strict') {
      throw badRequest(
        `strict decoding error: ${duplicates.map((d) => `duplicate field ${JSON.stringify(d)}`).join(', ')}`,
      )
    }
    if (duplicates.length > 0 && c.fieldValidation === 'Warn') {
      c.warnings.push(...duplicates.map((d) => `duplicate field ${JSON.stringify(d)}`))
    }
    if (type === PATCH_TYPES.json) return checkOperations(value)
    if (!isObject(value)) {
      const decoding = type === PATCH_TYPES.merge && c.fieldValidation !== 'Ignore'
      throw badRequest(`${decoding ? 'error decoding patch: ' : ''}${notAnObject(value)}`)
    }
    return value
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badRequest(error.message)
    throw error
  }
}

function notAnObject(value: unknown): string {
  const what = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  return `json: cannot unmarshal ${what} into Go value of type map[string]interface {}`
}

function checkOperations(value: unknown): readonly JsonPatchOperation[] {
  if (!Array.isArray(value)) {
    const what = isObject(value) ? 'object' : typeof value
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${what} into Go value of type []interface {}`,
    )
  }
  if (value.length > OPERATIONS_MAX) {
    throw failure(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${value.length}`,
    )
  }
  return value as JsonPatchOperation[]
}

function applyPatch(
  c: Call,
  type: string,
  body: unknown,
  current: AnyObject,
  what?: { kind: string; schema: Schema; apiVersion: string },
): AnyObject {
  const { definition, apiVersion } = c.served
  const schema = what?.schema ?? definition.schema
  let patched: unknown
  try {
    if (type === PATCH_TYPES.json) patched = jsonPatch(current, body as JsonPatchOperation[])
    else if (type === PATCH_TYPES.merge) patched = mergePatch(current, body)
    else patched = strategicPatch(current, body as JsonObject, schema)
  } catch (error) {
    if (error instanceof JsonPatchError) throw rejected()
    if (error instanceof StrategicPatchError) {
      throw error.known ? badRequest(error.message) : failure(500, '', error.message)
    }
    throw error
  }
  if (c.typed) return decode(schema, patched) as AnyObject
  const kind = what?.kind ?? definition.kind
  const as = { kind, apiVersion: what?.apiVersion ?? apiVersion }
  if (type === PATCH_TYPES.strategic) checkTypes(schema, patched, body)
  else if (!c.served.custom) checkSameKind(c, patched as AnyObject, as, touched(current, patched))
  if (type !== PATCH_TYPES.strategic) checkDecodes(schema, patched, touched(current, patched))
  return decodePatched(c, schema, patched, as)
}

/** A strategic patch of the wrong types is told in the words of the converter that upstream uses for it. */
function checkTypes(schema: Schema, patched: unknown, body: unknown): void {
  try {
    decode(schema, patched)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    const m = /cannot unmarshal (\w+).* of type (\S+)$/.exec(error.message)
    const text = m ? converterText(m[1] as string, m[2] as string) : error.message
    const shown = invalidValue('patch', printGo(body), text)
    throw invalid({ group: '', kind: '' }, '', [shown])
  }
}

/** Such a patch may not make another kind of the object. */
function checkSameKind(
  c: Call,
  o: AnyObject,
  as: { kind: string; apiVersion: string },
  shown: unknown,
): void {
  if (!isObject(o) || (o.kind === as.kind && o.apiVersion === as.apiVersion)) return
  if (typeof o.kind !== 'string' || typeof o.apiVersion !== 'string') return
  const why = conversionFault(o.apiVersion, o.kind, c.served.definition.group, as.kind)
  const error = invalidValue('patch', htmlSafeJson(shown), why)
  throw invalid({ group: '', kind: '' }, '', [error])
}

/** Any other patch of the wrong types is told as the whole object it would have made, in JSON. */
function checkDecodes(schema: Schema, patched: unknown, shown: unknown): void {
  try {
    decode(schema, patched)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    const value = htmlSafeJson(shown)
    throw invalid({ group: '', kind: '' }, '', [invalidValue('patch', value, error.message)])
  }
}

/** What a patch changed is written anew, with its members sorted; the rest stays as it was stored. */
function touched(before: unknown, after: unknown): unknown {
  if (before === after || !isObject(after)) return after
  if (!isObject(before)) return sortedDeep(after)
  const out: JsonObject = {}
  for (const k of Object.keys(after).sort()) out[k] = touched(before[k], after[k])
  return out
}

function converterText(have: string, want: string): string {
  if (want.startsWith('[]')) return `cannot restore slice from ${GO_KINDS[have] ?? have}`
  if (want.startsWith('map[')) return `cannot restore map from ${GO_KINDS[have] ?? have}`
  if (want.includes('.')) return `cannot restore struct from: ${GO_KINDS[have] ?? have}`
  return `unrecognized type: ${want}`
}

const GO_KINDS: Readonly<Record<string, string>> = {
  object: 'map',
  array: 'slice',
  number: 'int64',
}

function printGo(v: unknown): string {
  if (Array.isArray(v)) return `[${v.map(printGo).join(' ')}]`
  if (v === null) return '<nil>'
  if (!isObject(v)) return String(v)
  const parts = Object.keys(v)
    .sort()
    .map((k) => `${k}:${printGo(v[k])}`)
  return `map[${parts.join(' ')}]`
}

function decodePatched(
  c: Call,
  schema: Schema,
  patched: unknown,
  as: { kind: string; apiVersion: string },
): AnyObject {
  return decodeStrictly(c, schema, { value: patched, duplicates: [] }, as)
}

/** A JSON patch that does not fit the object says no more than this. */
function rejected() {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request')
}
