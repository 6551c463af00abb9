/**
 * Server-side apply's merging: what a configuration states goes into the object, what its owner no longer states goes.
 * @source sigs.k8s.io/structured-merge-diff/merge/update.go, typed/merge.go
 */
import { isObject, type JsonObject } from '../meta/json.ts'
import { resolve, type Schema } from '../schema.ts'
import { type FieldSet, itemKey } from './fieldset.ts'

/** A configuration that does not fit the schema. */
export class ApplyError extends Error {
  override name = 'ApplyError'
}

/** Checks a configuration. @throws ApplyError with paths and reasons */
export function checkConfiguration(value: unknown, schema: Schema | undefined): void {
  const faults: string[] = []
  check(value, schema, '', faults)
  if (faults.length === 0) return
  const several = ['errors:', ...faults.map((f) => `  ${f}`)].join('\n')
  throw new ApplyError(faults.length === 1 ? (faults[0] as string) : several)
}

function check(value: unknown, schema: Schema | undefined, at: string, faults: string[]): void {
  if (!schema || value === null || value === undefined) return
  const s = resolve(schema)
  const wrong = (text: string) => faults.push(at ? `${at}: ${text}` : text)
  if (s.properties || s.additionalProperties) {
    if (!isObject(value)) {
      wrong(`expected map, got ${held(value)}`)
      return
    }
    for (const [k, v] of Object.entries(value)) {
      const field = s.properties?.[k] ?? s.additionalProperties
      if (field) check(v, field, `${at}.${k}`, faults)
      else if (!s.preserveUnknownFields) faults.push(`${at}.${k}: field not declared in schema`)
    }
  } else if (s.items) {
    if (Array.isArray(value)) checkItems(value, { ...s, ...pick(schema) }, at, faults)
    else wrong(`expected list, got ${held(value)}`)
  } else {
    const text = scalarFault(value, s)
    if (text) wrong(text)
  }
}

/** @source sigs.k8s.io/structured-merge-diff/typed/validate.go validateScalar */
function scalarFault(value: unknown, s: Schema): string | undefined {
  if (s.intOrString || s.id?.endsWith('.Quantity')) return undefined
  if (s.type === 'integer' || s.type === 'number') {
    if (typeof value === 'number') return undefined
    return `expected numeric (int or float), got ${goTypeOf(value)}`
  }
  if (s.type === 'string' && (!s.format || s.format === 'byte')) {
    if (typeof value === 'string') return undefined
    return `expected string, got &value.valueUnstructured{Value:${sharpOf(value)}}`
  }
  if (s.type === 'boolean' && typeof value !== 'boolean') {
    return `expected boolean, got ${held(value)}`
  }
  return undefined
}

/** How Go's %v prints a value that is held by another. */
function held(value: unknown): string {
  return `&{${plain(value)}}`
}

function plain(v: unknown): string {
  if (Array.isArray(v)) return `[${v.map(plain).join(' ')}]`
  if (v === null) return '<nil>'
  if (!isObject(v)) return String(v)
  const members = Object.keys(v).sort()
  return `map[${members.map((k) => `${k}:${plain(v[k])}`).join(' ')}]`
}

/** How Go's %#v prints a value. */
function sharpOf(v: unknown): string {
  if (typeof v === 'string') return JSON.stringify(v)
  if (Array.isArray(v)) return `[]interface {}{${v.map(sharpOf).join(', ')}}`
  if (!isObject(v)) return String(v)
  const members = Object.keys(v).sort()
  const inner = members.map((k) => `${JSON.stringify(k)}:${sharpOf(v[k])}`).join(', ')
  return `map[string]interface {}{${inner}}`
}

function goTypeOf(v: unknown): string {
  if (Array.isArray(v)) return '[]interface {}'
  if (isObject(v)) return 'map[string]interface {}'
  return typeof v === 'boolean' ? 'bool' : typeof v
}

function pick(s: Schema): Partial<Schema> {
  return {
    ...(s.listType ? { listType: s.listType } : {}),
    ...(s.listMapKeys ? { listMapKeys: s.listMapKeys } : {}),
  }
}

function checkItems(list: readonly unknown[], s: Schema, at: string, faults: string[]): void {
  const seen = new Set<string>()
  for (const [i, item] of list.entries()) {
    if (s.listType !== 'map' && s.listType !== 'set') {
      check(item, s.items, `${at}[${i}]`, faults)
      continue
    }
    const bad = s.listType === 'map' ? keyFault(item, s) : memberFault(item)
    if (bad) {
      faults.push(`${at}: element ${i}: ${bad}`)
      return
    }
    const text = s.listType === 'map' ? keyText(itemKey(item, s)) : `[=${JSON.stringify(item)}]`
    if (seen.has(text)) faults.push(`${at}: duplicate entries for key ${text}`)
    seen.add(text)
    check(item, s.items, at + text, faults)
  }
}

/** Why an item of a list with keys cannot be told from others. */
function keyFault(item: unknown, s: Schema): string | undefined {
  if (item === null) return 'associative list with keys may not have a null element'
  if (!isObject(item)) return 'associative list with keys may not have non-map elements'
  const properties = resolve(s.items as Schema).properties
  const missing = [...(s.listMapKeys ?? [])]
    .sort()
    .find((k) => item[k] === undefined && properties?.[k]?.default === undefined)
  if (missing === undefined) return undefined
  return `associative list with keys has an element that omits key field ${JSON.stringify(missing)} (and doesn't have default value)`
}

function memberFault(item: unknown): string | undefined {
  if (item === null) return 'associative list without keys has an element that is explicitly null'
  if (isObject(item)) return "associative list without keys has an element that's a map type"
  return Array.isArray(item) ? 'not supported: associative list with lists as elements' : undefined
}

function keyText(key: string): string {
  const id = JSON.parse(key.slice(2)) as JsonObject
  return `[${Object.entries(id)
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .join(',')}]`
}

/** The live value with the configuration merged in. */
export function mergeApplied(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  if (live === undefined || live === null || !schema) return applied
  const s = {
    ...resolve(schema),
    ...pick(schema),
    ...(schema.mapType ? { mapType: schema.mapType } : {}),
  }
  if (isObject(live) && isObject(applied)) {
    const free = s.properties || s.additionalProperties || s.type === 'object'
    if (s.mapType === 'atomic' || !free) return applied
    const out: JsonObject = { ...live }
    for (const [k, v] of Object.entries(applied)) {
      out[k] = mergeApplied(out[k], v, s.properties?.[k] ?? s.additionalProperties)
    }
    return out
  }
  if (Array.isArray(live) && Array.isArray(applied)) {
    if (s.listType === 'map') return mergeKeyed(live, applied, s)
    if (s.listType === 'set') {
      return [...live, ...applied.filter((x) => !live.includes(x))]
    }
  }
  return applied
}

function mergeKeyed(live: readonly unknown[], applied: readonly unknown[], s: Schema): unknown[] {
  const wanted = new Map(applied.map((item) => [itemKey(item, s), item]))
  const out: unknown[] = []
  for (const item of live) {
    const key = itemKey(item, s)
    const mine = wanted.get(key)
    out.push(mine === undefined ? item : mergeApplied(item, mine, s.items))
    wanted.delete(key)
  }
  for (const item of applied) if (wanted.has(itemKey(item, s))) out.push(item)
  return out
}

/** The value without the fields of the set; lists and maps left empty by it go too. */
export function removeFields(value: unknown, set: FieldSet, schema: Schema | undefined): unknown {
  const s = schema && { ...resolve(schema), ...pick(schema) }
  if (isObject(value)) return removeMembers(value, set, s)
  if (Array.isArray(value) && s?.listType === 'map') {
    const out: unknown[] = []
    for (const item of value) {
      const inner = set[itemKey(item, s)]
      if (!inner) out.push(item)
      else if (!goes(inner)) out.push(removeFields(item, inner, s.items))
    }
    return out
  }
  if (Array.isArray(value) && s?.listType === 'set') {
    return value.filter((x) => !set[`v:${JSON.stringify(x)}`])
  }
  return value
}

/** A leaf goes; so does an item that is named itself. */
function goes(set: FieldSet): boolean {
  return Object.keys(set).length === 0 || set['.'] !== undefined
}

function removeMembers(value: JsonObject, set: FieldSet, s: Schema | undefined): JsonObject {
  const out: JsonObject = { ...value }
  for (const k of Object.keys(value)) {
    const inner = set[`f:${k}`]
    if (!inner) continue
    if (Object.keys(inner).length === 0) {
      delete out[k]
      continue
    }
    const rest = removeFields(value[k], inner, s?.properties?.[k] ?? s?.additionalProperties)
    const empty = Array.isArray(rest)
      ? rest.length === 0
      : isObject(rest) && Object.keys(rest).length === 0
    if (empty && inner['.']) delete out[k]
    else out[k] = rest
  }
  return out
}
