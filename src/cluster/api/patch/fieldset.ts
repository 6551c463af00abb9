/**
 * Sets of fields in the form of FieldsV1: `f:` names, `k:` list items by key, `v:` set members, `.` for the thing
 * itself; an empty object is a leaf that is in the set.
 * @source sigs.k8s.io/structured-merge-diff/fieldpath, typed
 */
import { deepEqual, isObject, type JsonObject } from '../meta/json.ts'
import { resolve, type Schema } from '../schema.ts'

/** A node of the set. */
export interface FieldSet {
  readonly [element: string]: FieldSet
}

/** A leaf. */
export const LEAF: FieldSet = {}

function isLeaf(s: FieldSet): boolean {
  for (const _ of Object.keys(s)) return false
  return true
}

function compact(out: Record<string, FieldSet>): FieldSet | undefined {
  return isLeaf(out) ? undefined : out
}

/** True when the node itself is in the set. */
function owns(s: FieldSet): boolean {
  return isLeaf(s) || s['.'] !== undefined
}

/** Everything in either. */
export function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b) return a ?? b
  if (isLeaf(a) && isLeaf(b)) return LEAF
  const out: Record<string, FieldSet> = {}
  if (owns(a) || owns(b)) out['.'] = LEAF
  for (const k of keysOf(a, b)) out[k] = union(a[k], b[k]) as FieldSet
  return out
}

/** What is in `a` and not in `b`. */
export function minus(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b) return a
  const out: Record<string, FieldSet> = {}
  if (isLeaf(a)) return owns(b) ? undefined : LEAF
  if (a['.'] && !owns(b)) out['.'] = LEAF
  for (const k of keysOf(a)) {
    const rest = minus(a[k], b[k])
    if (rest) out[k] = rest
  }
  return single(out)
}

/**
 * What is in `a` and has nothing of it in `b`: a field stays claimed while anything below it is, whether or not the
 * field itself is named (updates name maps themselves, applied configurations only their keys).
 * @source sigs.k8s.io/structured-merge-diff fieldpath/set.go EnsureNamedFieldsAreMembers
 */
export function unclaimed(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b) return a
  if (isLeaf(a)) return undefined
  const out: Record<string, FieldSet> = {}
  for (const k of keysOf(a)) {
    const rest = unclaimed(a[k], b[k])
    if (rest) out[k] = rest
  }
  return single(out)
}

/** What is in both. */
export function both(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b) return undefined
  const out: Record<string, FieldSet> = {}
  if (owns(a) && owns(b)) {
    if (isLeaf(a) || isLeaf(b)) return LEAF
    out['.'] = LEAF
  }
  for (const k of keysOf(a)) {
    const common = both(a[k], b[k])
    if (common) out[k] = common
  }
  return single(out)
}

/** `{".":{}}` is a leaf. */
function single(out: Record<string, FieldSet>): FieldSet | undefined {
  const keys = Object.keys(out)
  if (keys.length === 1 && keys[0] === '.') return LEAF
  return compact(out)
}

function keysOf(...sets: FieldSet[]): string[] {
  const keys = new Set<string>()
  for (const s of sets) for (const k of Object.keys(s)) if (k !== '.') keys.add(k)
  return [...keys]
}

/** The set with members in the order Go writes them. */
export function sorted(s: FieldSet): FieldSet {
  const out: Record<string, FieldSet> = {}
  for (const k of Object.keys(s).sort()) out[k] = sorted(s[k] as FieldSet)
  return out
}

/** How a list or map is owned: as a whole, by member, or by key. */
function kindOf(s: Schema | undefined): 'struct' | 'atomic' | 'map' | 'keyed' | 'set' | 'scalar' {
  if (!s) return 'atomic'
  if (s.properties) return s.mapType === 'atomic' ? 'atomic' : 'struct'
  if (s.additionalProperties) return s.mapType === 'atomic' ? 'atomic' : 'map'
  if (s.items) {
    if (s.listType === 'map') return 'keyed'
    return s.listType === 'set' ? 'set' : 'atomic'
  }
  return s.type === 'object' || s.preserveUnknownFields ? 'map' : 'scalar'
}

/** A field's own list and map facts stand beside its reference. */
function typeOf(s: Schema | undefined): Schema | undefined {
  if (!s) return undefined
  const r = resolve(s)
  if (r === s || (!s.listType && !s.mapType)) return r
  return {
    ...r,
    ...(s.listType ? { listType: s.listType } : {}),
    ...(s.mapType ? { mapType: s.mapType } : {}),
  }
}

/** `k:{"name":"x"}` of a list item. */
export function itemKey(item: unknown, schema: Schema): string {
  const keys = [...(schema.listMapKeys ?? [])].sort()
  const id: JsonObject = {}
  const properties = resolve(schema.items as Schema).properties
  for (const k of keys) {
    const v = isObject(item) ? item[k] : undefined
    id[k] = v ?? properties?.[k]?.default ?? null
  }
  return `k:${JSON.stringify(id)}`
}

/** All fields that a configuration states, for apply. */
export function fieldsOf(value: unknown, schema: Schema | undefined): FieldSet {
  const s = typeOf(schema)
  const out: Record<string, FieldSet> = {}
  switch (kindOf(s)) {
    case 'struct':
    case 'map':
      if (!isObject(value)) return LEAF
      for (const [k, v] of Object.entries(value)) {
        if (v !== undefined)
          out[`f:${k}`] = fieldsOf(v, s?.properties?.[k] ?? s?.additionalProperties)
      }
      return out
    case 'keyed':
      if (!Array.isArray(value)) return LEAF
      for (const item of value) {
        const fields = fieldsOf(item, s?.items)
        out[itemKey(item, s as Schema)] = isLeaf(fields) ? LEAF : { '.': LEAF, ...fields }
      }
      return out
    case 'set':
      if (!Array.isArray(value)) return LEAF
      for (const item of value) out[`v:${JSON.stringify(item)}`] = LEAF
      return out
    default:
      return LEAF
  }
}

/** What differs between two versions. */
export interface Comparison {
  /** Added or changed. */
  readonly changed: FieldSet | undefined
  readonly removed: FieldSet | undefined
}

/** Compares two versions field by field. @param always the field is written even when empty, so it never appears */
export function compare(
  old: unknown,
  next: unknown,
  schema: Schema | undefined,
  always = true,
): Comparison {
  if (old === next || deepEqual(old, next)) return NOTHING
  const s = typeOf(schema)
  if (next === undefined) return { changed: undefined, removed: all(old, s, always) }
  if (old === undefined) return { changed: all(next, s, always), removed: undefined }
  switch (kindOf(s)) {
    case 'struct':
    case 'map':
      if (!isObject(old) || !isObject(next)) return { changed: LEAF, removed: undefined }
      return compareMembers(old, next, s)
    case 'keyed':
    case 'set':
      if (!Array.isArray(old) || !Array.isArray(next)) return { changed: LEAF, removed: undefined }
      return compareItems(old, next, s as Schema)
    default:
      return { changed: LEAF, removed: undefined }
  }
}

const NOTHING: Comparison = { changed: undefined, removed: undefined }

function compareMembers(old: JsonObject, next: JsonObject, s: Schema | undefined): Comparison {
  const changed: Record<string, FieldSet> = {}
  const removed: Record<string, FieldSet> = {}
  for (const k of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const field = s?.properties?.[k] ?? s?.additionalProperties
    const c = compare(old[k], next[k], field, isAlways(s, k))
    if (c.changed) changed[`f:${k}`] = c.changed
    if (c.removed) removed[`f:${k}`] = c.removed
  }
  return { changed: compact(changed), removed: compact(removed) }
}

function isAlways(s: Schema | undefined, k: string): boolean {
  const field = s?.properties?.[k]
  if (!field) return false
  return isObject(field.default) || (s?.required?.includes(k) ?? false)
}

function compareItems(old: readonly unknown[], next: readonly unknown[], s: Schema): Comparison {
  const changed: Record<string, FieldSet> = {}
  const removed: Record<string, FieldSet> = {}
  const idOf = (item: unknown) =>
    s.listType === 'map' ? itemKey(item, s) : `v:${JSON.stringify(item)}`
  const before = new Map(old.map((item) => [idOf(item), item]))
  for (const item of next) {
    const id = idOf(item)
    const c = compare(before.get(id), item, s.items, false)
    before.delete(id)
    if (c.changed) changed[id] = c.changed
    if (c.removed) removed[id] = c.removed
  }
  for (const [id, item] of before) removed[id] = all(item, typeOf(s.items), false)
  return { changed: compact(changed), removed: compact(removed) }
}

/** A value that came or went as a whole: its parts, and itself unless it is always there. */
function all(value: unknown, s: Schema | undefined, always: boolean): FieldSet {
  const own: Record<string, FieldSet> = always ? {} : { '.': LEAF }
  switch (kindOf(s)) {
    case 'struct':
    case 'map':
      if (!isObject(value)) return LEAF
      for (const [k, v] of Object.entries(value)) {
        if (v === undefined) continue
        const field = s?.properties?.[k] ?? s?.additionalProperties
        own[`f:${k}`] = all(v, typeOf(field), isAlways(s, k))
      }
      return single(own) ?? LEAF
    case 'keyed':
      if (!Array.isArray(value)) return LEAF
      for (const item of value) own[itemKey(item, s as Schema)] = all(item, typeOf(s?.items), false)
      return single(own) ?? LEAF
    case 'set':
      if (!Array.isArray(value)) return LEAF
      for (const item of value) own[`v:${JSON.stringify(item)}`] = LEAF
      return single(own) ?? LEAF
    default:
      return LEAF
  }
}

/** Paths of all members, as conflicts name them: `.spec.containers[name="x"].image`. */
export function pathsOf(s: FieldSet, at = ''): string[] {
  const out: string[] = []
  if (at !== '' && owns(s)) out.push(at)
  for (const k of Object.keys(s)
    .filter((x) => x !== '.')
    .sort()) {
    out.push(...pathsOf(s[k] as FieldSet, at + elementText(k)))
  }
  return out
}

function elementText(element: string): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('v:')) return `[=${rest}]`
  const id = JSON.parse(rest) as JsonObject
  return `[${Object.entries(id)
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .join(',')}]`
}
