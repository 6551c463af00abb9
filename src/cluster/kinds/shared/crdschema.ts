/**
 * Field errors of a schema in a CustomResourceDefinition: what it may say at all, and what makes it structural.
 * @source apiextensions-apiserver/pkg/apis/apiextensions/validation, pkg/apiserver/schema/validation.go
 */
import { forbiddenField, invalidValue, notSupported, required } from '../../api/meta/field.ts'
import { compareText, deepEqual, isObject, type JsonObject } from '../../api/meta/json.ts'
import type { FieldError } from '../../api/meta/status.ts'

type Raw = JsonObject

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const META = ['metadata', 'kind', 'apiVersion']
const JUNCTORS = ['allOf', 'oneOf', 'anyOf'] as const

function sub(s: Raw, key: string): Raw | undefined {
  const v = s[key]
  return isObject(v) ? v : undefined
}

function properties(s: Raw): [string, Raw][] {
  return Object.entries(sub(s, 'properties') ?? {}).filter((e): e is [string, Raw] =>
    isObject(e[1]),
  )
}

function list(s: Raw, key: string): Raw[] {
  const v = s[key]
  return Array.isArray(v) ? v.filter(isObject) : []
}

/** Field errors of a version's schema. */
export function validateCrdSchema(s: Raw, path: string): FieldError[] {
  const out: FieldError[] = []
  if (s.nullable === true) {
    out.push(forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root'))
  }
  out.push(...validateProps(s, path, true))
  const structural = [...invariants(s, 'root', path), ...completeness(s, s, path, path)]
  const text = (e: FieldError) => `${e.field}: ${e.body}`
  return [...out, ...structural.sort((a, b) => compareText(text(a), text(b)))]
}

/** Members that Kubernetes does not take, and why. */
const UNSUPPORTED = [
  ['id', 'id is not supported'],
  ['additionalItems', 'additionalItems is not supported'],
  ['patternProperties', 'patternProperties is not supported'],
  ['definitions', 'definitions is not supported'],
  ['dependencies', 'dependencies is not supported'],
  ['$ref', '$ref is not supported'],
] as const

function validateProps(s: Raw, path: string, top = false): FieldError[] {
  const out: FieldError[] = []
  const forbid = (key: string, text: string) => out.push(forbiddenField(`${path}.${key}`, text))
  for (const [key, text] of UNSUPPORTED) if (s[key] !== undefined) forbid(key, text)
  if (s.type === 'null') {
    forbid('type', 'type cannot be set to null, use nullable as an alternative')
  }
  if (Array.isArray(s.items)) forbid('items', 'items must be a schema object and not an array')
  if (typeof s.type === 'string' && s.type !== '' && !TYPES.includes(s.type)) {
    out.push(notSupported(`${path}.type`, s.type, TYPES))
  }
  if (s.uniqueItems === true) {
    const text = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    forbid('uniqueItems', text)
  }
  if (s.additionalProperties !== undefined) {
    const closed = s.additionalProperties === false || isObject(s.additionalProperties)
    if (properties(s).length > 0 && closed) {
      forbid('additionalProperties', 'additionalProperties and properties are mutual exclusive')
    }
    const more = sub(s, 'additionalProperties')
    if (more) out.push(...validateProps(more, `${path}.additionalProperties`))
  }
  for (const [k, v] of properties(s)) {
    const at = `${path}.properties[${k}]`
    if (top && META.includes(k) && v.default !== undefined) {
      out.push(forbiddenField(`${at}.default`, `must not be set in top-level ${k}`))
    }
    out.push(...validateProps(v, at))
  }
  const not = sub(s, 'not')
  if (not) out.push(...validateProps(not, `${path}.not`))
  for (const j of JUNCTORS) {
    list(s, j).forEach((x, i) => {
      out.push(...validateProps(x, `${path}.${j}[${i}]`))
    })
  }
  const items = sub(s, 'items')
  if (items) out.push(...validateProps(items, `${path}.items`))
  if (s['x-kubernetes-preserve-unknown-fields'] === false) {
    const at = `${path}.x-kubernetes-preserve-unknown-fields`
    out.push(invalidValue(at, false, 'must be true or undefined'))
  }
  return [...out, ...validateMapType(s, path), ...validateListType(s, path)]
}

/** That a schema with an extension has the type which the extension is made for. */
function ofType(s: Raw, type: string, extension: string, path: string): FieldError[] {
  if (s[extension] === undefined || s.type === type) return []
  const text = `must be ${type} if ${extension} is specified`
  return [s.type ? invalidValue(`${path}.type`, s.type, text) : required(`${path}.type`, text)]
}

function validateMapType(s: Raw, path: string): FieldError[] {
  const out = ofType(s, 'object', 'x-kubernetes-map-type', path)
  const type = s['x-kubernetes-map-type']
  if (type !== undefined && type !== 'atomic' && type !== 'granular') {
    out.push(notSupported(`${path}.x-kubernetes-map-type`, type, ['atomic', 'granular']))
  }
  return out
}

const LIST_TYPE = 'x-kubernetes-list-type'
const LIST_KEYS = 'x-kubernetes-list-map-keys'

function validateListType(s: Raw, path: string): FieldError[] {
  const type = s[LIST_TYPE]
  const keys = Array.isArray(s[LIST_KEYS]) ? (s[LIST_KEYS] as string[]) : []
  const out = ofType(s, 'array', LIST_TYPE, path)
  const items = sub(s, 'items')
  if (out.length === 0 && type === 'set' && items) out.push(...validateSetItems(items, path))
  if (type !== undefined && !['atomic', 'set', 'map'].includes(String(type))) {
    out.push(notSupported(`${path}.${LIST_TYPE}`, type, ['atomic', 'set', 'map']))
  }
  if (keys.length > 0 && type !== 'map') {
    const text = `must be map if ${LIST_KEYS} is non-empty`
    const at = `${path}.${LIST_TYPE}`
    out.push(type === undefined ? required(at, text) : invalidValue(at, type, text))
  }
  if (type === 'map') out.push(...validateMapList(items, keys, path))
  if (items?.nullable === true && (type === 'set' || type === 'map')) {
    const text = `cannot be nullable when ${LIST_TYPE} is ${type}`
    out.push(forbiddenField(`${path}.items.nullable`, text))
  }
  return out
}

function validateSetItems(items: Raw, path: string): FieldError[] {
  const text = `must be atomic as item of a list with ${LIST_TYPE}=set`
  const own = items[LIST_TYPE]
  if (items.type === 'array' && own !== undefined && own !== 'atomic') {
    return [invalidValue(`${path}.items.${LIST_TYPE}`, own, text)]
  }
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    return [invalidValue(`${path}.items.x-kubernetes-map-type`, own ?? null, text)]
  }
  return []
}

function validateMapList(
  items: Raw | undefined,
  keys: readonly string[],
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  const at = `${path}.${LIST_KEYS}`
  if (keys.length === 0) out.push(required(at, `must not be empty if ${LIST_TYPE} is map`))
  if (!items) {
    return [...out, required(`${path}.items`, `must have a schema if ${LIST_TYPE} is map`)]
  }
  if (items.type !== 'object') {
    const text = `must be object if parent array's ${LIST_TYPE} is map`
    return [...out, invalidValue(`${path}.items.type`, items.type ?? '', text)]
  }
  const known = Object.fromEntries(properties(items))
  const must = Array.isArray(items.required) ? items.required : []
  keys.forEach((k, i) => {
    const s = known[k]
    const field = `${path}.items.properties[${k}]`
    if (!s) {
      out.push(invalidValue(at, keys, 'entries must all be names of item properties'))
    } else if (s.type === 'array' || s.type === 'object') {
      const text = `must be a scalar type if parent array's ${LIST_TYPE} is map`
      out.push(invalidValue(`${field}.type`, items.type, text))
    }
    if (keys.indexOf(k) < i) out.push(invalidValue(at, keys, 'must not contain duplicate entries'))
    const text = `this property is in ${LIST_KEYS}, so it`
    if (s && !must.includes(k) && s.default === undefined) {
      out.push(
        required(`${field}.default`, `${text} must have a default or be a required property`),
      )
    }
    if (s?.nullable === true) {
      out.push(forbiddenField(`${field}.nullable`, `${text} cannot be nullable`))
    }
  })
  return out
}

type Level = 'root' | 'item' | 'field'

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }]
const OPEN = 'x-kubernetes-preserve-unknown-fields'
const EMBEDDED = 'x-kubernetes-embedded-resource'
const EITHER = 'x-kubernetes-int-or-string'

function invariants(s: Raw, level: Level, path: string): FieldError[] {
  const out: FieldError[] = []
  const items = sub(s, 'items')
  if (s.type === 'array' && !items) out.push(required(`${path}.items`, 'must be specified'))
  if (items) out.push(...invariants(items, 'item', `${path}.items`))
  for (const [k, v] of properties(s)) {
    if (level === 'root' && k === 'metadata') continue
    out.push(...invariants(v, 'field', `${path}.properties[${k}]`))
  }
  if (s.additionalProperties !== undefined) {
    const at = `${path}.additionalProperties`
    if (level === 'root') out.push(forbiddenField(at, 'must not be used at the root'))
    const more = sub(s, 'additionalProperties')
    if (more) out.push(...invariants(more, 'field', at))
    if (s[EMBEDDED]) out.push(forbiddenField(at, `must not be used if ${EMBEDDED} is set`))
  }
  for (const x of [OPEN, EMBEDDED]) {
    if (s[EITHER] !== true || s[x] !== true) continue
    out.push(invalidValue(`${path}.${x}`, true, `must be false if ${EITHER} is true`))
  }
  out.push(...validations(s, path))
  const at = `${path}.type`
  if (s[EMBEDDED] === true && s.type !== 'object') {
    const text = `must be object if ${EMBEDDED} is true`
    out.push(s.type ? invalidValue(at, s.type, text) : required(at, text))
  } else if (!s.type && s[EITHER] !== true && s[OPEN] !== true) {
    out.push(required(at, EMPTY_TYPE[level]))
  }
  if (level === 'root' && s.type && s.type !== 'object') {
    out.push(invalidValue(at, s.type, 'must be object at the root'))
  }
  if (level === 'root' || s[EMBEDDED] === true) out.push(...metadata(s, level, path))
  if (s[EMBEDDED] === true && s[OPEN] !== true && properties(s).length === 0) {
    const text = `must not be empty if ${EMBEDDED} is true without ${OPEN}`
    out.push(required(`${path}.properties`, text))
  }
  return out
}

/** Kind, version and metadata are what they are everywhere. */
function metadata(s: Raw, level: Level, path: string): FieldError[] {
  const out: FieldError[] = []
  const known = Object.fromEntries(properties(s))
  for (const k of ['kind', 'apiVersion']) {
    const type = known[k]?.type
    if (!known[k] || type === 'string') continue
    out.push(invalidValue(`${path}.properties[${k}].type`, type ?? '', 'must be string'))
  }
  const m = known.metadata
  if (!m) return out
  const at = `${path}.properties[metadata]`
  if (m.type !== 'object') {
    out.push(invalidValue(`${at}.type`, m.type ?? '', 'must be object'))
  }
  const named = properties(m).every(([k]) => k === 'name' || k === 'generateName')
  const rest = Object.keys(m).some((k) => !['type', 'properties', 'description'].includes(k))
  if (level === 'root' && (!named || rest)) {
    const text =
      'must not specify anything other than name and generateName, but metadata is implicitly specified'
    out.push(forbiddenField(at, text))
  }
  return out
}

/** Junctors may only restrict what is specified outside of them. */
function validations(s: Raw, path: string): FieldError[] {
  const out: FieldError[] = []
  const either = (x: unknown) => deepEqual(x, INT_OR_STRING)
  for (const j of JUNCTORS) {
    if (j === 'anyOf' && either(s.anyOf)) continue
    list(s, j).forEach((x, i) => {
      const plain = j === 'allOf' && i === 0 && either(x.anyOf)
      out.push(...nested(plain ? { ...x, anyOf: undefined } : x, `${path}.${j}[${i}]`))
    })
  }
  const not = sub(s, 'not')
  if (not) out.push(...nested(not, `${path}.not`))
  const { pattern } = s
  if (typeof pattern === 'string' && pattern !== '' && !isPattern(pattern)) {
    const text = "must be a valid regular expression, but isn't: error parsing regexp"
    out.push(invalidValue(`${path}.pattern`, pattern, text))
  }
  return out
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

const NESTED = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  [OPEN, 'must be false to be structural'],
  [EMBEDDED, 'must be false to be structural'],
  [EITHER, 'must be false to be structural'],
  [LIST_KEYS, 'must be empty to be structural'],
  [LIST_TYPE, 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
] as const

function nested(s: Raw, path: string): FieldError[] {
  const out = validations(s, path)
  const items = sub(s, 'items')
  if (items) out.push(...nested(items, `${path}.items`))
  for (const [k, v] of properties(s)) out.push(...nested(v, `${path}.properties[${k}]`))
  for (const [key, text] of NESTED) {
    if (s[key] !== undefined && s[key] !== false) out.push(forbiddenField(`${path}.${key}`, text))
  }
  if (sub(s, 'properties')?.metadata) {
    const text = 'must not be specified in a nested context'
    out.push(forbiddenField(`${path}.properties[metadata]`, text))
  }
  return out
}

/** What a junctor speaks of is specified outside of it, too. */
function completeness(outer: Raw, s: Raw, path: string, at: string): FieldError[] {
  const out: FieldError[] = []
  const lacks = (where: string, by: string) =>
    out.push(required(where, `because it is defined in ${by}`))
  const inside = s !== outer
  const known = Object.fromEntries(properties(outer))
  for (const [k, v] of properties(s)) {
    const there = known[k]
    const where = `${path}.properties[${k}]`
    if (there) out.push(...completeness(there, inside ? v : there, where, `${at}.properties[${k}]`))
    else if (outer[OPEN] !== true) lacks(where, `${at}.properties[${k}]`)
  }
  const items = sub(s, 'items')
  const own = sub(outer, 'items')
  if (items && own)
    out.push(...completeness(own, inside ? items : own, `${path}.items`, `${at}.items`))
  else if (items) lacks(`${path}.items`, `${at}.items`)
  for (const j of JUNCTORS) {
    list(s, j).forEach((x, i) => {
      out.push(...completeness(outer, x, path, `${at}.${j}[${i}]`))
    })
  }
  const not = sub(s, 'not')
  if (not) out.push(...completeness(outer, not, path, `${at}.not`))
  return out
}
