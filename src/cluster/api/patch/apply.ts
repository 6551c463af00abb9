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

/** Checks a configuration. @throws ApplyError with path and reason */
export function checkConfiguration(value: unknown, schema: Schema | undefined, at = ''): void {
  if (!schema) return
  const s = resolve(schema)
  if (isObject(value) && s.properties) {
    for (const [k, v] of Object.entries(value)) {
      const field = s.properties[k]
      if (!field) {
        if (s.preserveUnknownFields) continue
        throw new ApplyError(`${at}.${k}: field not declared in schema`)
      }
      checkConfiguration(v, field, `${at}.${k}`)
    }
  } else if (isObject(value) && s.additionalProperties) {
    for (const [k, v] of Object.entries(value)) {
      checkConfiguration(v, s.additionalProperties, `${at}.${k}`)
    }
  } else if (Array.isArray(value) && s.items) {
    checkItems(value, { ...s, ...pick(schema) }, at)
  }
}

function pick(s: Schema): Partial<Schema> {
  return {
    ...(s.listType ? { listType: s.listType } : {}),
    ...(s.listMapKeys ? { listMapKeys: s.listMapKeys } : {}),
  }
}

function checkItems(list: readonly unknown[], s: Schema, at: string): void {
  const seen = new Set<string>()
  list.forEach((item, i) => {
    if (s.listType === 'map') {
      const key = itemKey(item, s)
      const text = keyText(key)
      if (seen.has(key)) throw new ApplyError(`${at}: duplicate entries for key ${text}`)
      seen.add(key)
      checkConfiguration(item, s.items, at + text)
    } else {
      const key = JSON.stringify(item)
      if (s.listType === 'set') {
        if (seen.has(key)) throw new ApplyError(`${at}: duplicate entries for key [=${key}]`)
        seen.add(key)
      }
      checkConfiguration(item, s.items, `${at}[${i}]`)
    }
  })
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
