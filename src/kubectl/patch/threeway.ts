/**
 * The patch that `kubectl apply` sends: what the manifest changes against the live object, and what it dropped since
 * it was last applied. Strategic for built-in kinds, JSON merge for custom ones.
 * @source staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go CreateThreeWayMergePatch,
 *   staging/src/k8s.io/apimachinery/pkg/util/jsonmergepatch/patch.go
 */
import { resolve, type Schema } from '../../cluster/api/schema.ts'
import { equal, isEmpty, isMap, type JsonMap, mergePatch } from './json.ts'

type Patch = Record<string, unknown>

/** Three states of one object. */
export interface ThreeStates {
  /** As last applied; undefined when it never was. */
  readonly original: JsonMap | undefined
  /** As the manifest wants it. */
  readonly modified: JsonMap
  /** As it is. */
  readonly current: JsonMap
}

/** The strategic merge patch; `{}` when nothing is to be done. */
export function strategicThreeWay(s: ThreeStates, schema: Schema): Patch {
  const delta = diffMaps(s.current, s.modified, schema, { additions: true, deletions: false })
  const dropped = diffMaps(s.original ?? {}, s.modified, schema, {
    additions: false,
    deletions: true,
  })
  return combine(delta, dropped, schema)
}

/** The JSON merge patch; `{}` when nothing is to be done. */
export function mergeThreeWay(s: ThreeStates): Patch {
  const changed = keepOrDrop(mergePatch(s.current, s.modified), false)
  const dropped = keepOrDrop(mergePatch(s.original ?? {}, s.modified), true)
  return combine(changed ?? {}, dropped ?? {}, undefined)
}

/** Only the nulls of a patch, or everything but them. */
function keepOrDrop(patch: Patch, nulls: boolean): Patch | undefined {
  const out: Patch = {}
  for (const k of Object.keys(patch)) {
    const v = patch[k]
    if (v === null) {
      if (nulls) out[k] = null
    } else if (isMap(v) && (nulls || !isEmpty(v))) {
      const inner = keepOrDrop(v as Patch, nulls)
      if (inner) out[k] = inner
    } else if (!nulls) out[k] = v
  }
  return isEmpty(out) ? undefined : out
}

interface Wanted {
  readonly additions: boolean
  readonly deletions: boolean
}

/** The two-way strategic merge patch, for edits. */
export function strategicTwoWay(from: JsonMap, to: JsonMap, schema: Schema): Patch {
  return diffMaps(from, to, schema, { additions: true, deletions: true })
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (!schema) return undefined
  const s = resolve(schema)
  return s.properties?.[key] ?? s.additionalProperties
}

function strategies(field: Schema | undefined): string[] {
  return field?.patchStrategy?.split(',') ?? []
}

function diffMaps(
  from: JsonMap,
  to: JsonMap,
  schema: Schema | undefined,
  want: Wanted,
  retainKeys = false,
): Patch {
  const patch: Patch = {}
  for (const k of Object.keys(to)) {
    const b = to[k]
    const a = from[k]
    if (b === undefined) continue
    const field = fieldSchema(schema, k)
    if (a === undefined) {
      if (want.additions) patch[k] = b
    } else if (isMap(a) && isMap(b)) {
      if (strategies(field).includes('replace')) {
        if (want.additions && !equal(a, b)) patch[k] = b
        continue
      }
      const inner = diffMaps(a, b, field, want, strategies(field).includes('retainKeys'))
      if (!isEmpty(inner)) patch[k] = inner
    } else if (Array.isArray(a) && Array.isArray(b)) diffListField(k, a, b, field, want, patch)
    else if (want.additions && !equal(a, b)) patch[k] = b
  }
  let gone = false
  for (const k of Object.keys(from)) {
    if (from[k] === undefined || to[k] !== undefined) continue
    gone = true
    if (want.deletions) patch[k] = null
  }
  if (retainKeys && (!isEmpty(patch) || gone)) patch.$retainKeys = Object.keys(to).sort()
  return patch
}

function diffListField(
  key: string,
  a: readonly unknown[],
  b: readonly unknown[],
  field: Schema | undefined,
  want: Wanted,
  patch: Patch,
): void {
  if (!strategies(field).includes('merge')) {
    if (want.additions && !equal(a, b)) patch[key] = b
    return
  }
  if (a.length === 0) {
    if (b.length > 0 && want.additions) patch[key] = b
    return
  }
  const mergeKey = field?.patchMergeKey
  if (mergeKey && isMap(a[0] ?? b[0])) diffKeyed(key, a, b, field as Schema, mergeKey, want, patch)
  else diffScalars(key, a, b, want, patch)
}

function diffScalars(
  key: string,
  a: readonly unknown[],
  b: readonly unknown[],
  want: Wanted,
  patch: Patch,
): void {
  const added = want.additions ? b.filter((x) => !a.includes(x)) : []
  const removed = want.deletions ? a.filter((x) => !b.includes(x)) : []
  if (added.length > 0) patch[key] = added
  if (removed.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = removed
  const changed = added.length > 0 || removed.length > 0
  if (changed || !sameOrder(a, b)) patch[`$setElementOrder/${key}`] = b
}

function diffKeyed(
  key: string,
  a: readonly unknown[],
  b: readonly unknown[],
  field: Schema,
  mergeKey: string,
  want: Wanted,
  patch: Patch,
): void {
  const before = a as readonly JsonMap[]
  const after = b as readonly JsonMap[]
  const retain = strategies(field).includes('retainKeys')
  const list: Patch[] = []
  for (const item of after) {
    const old = before.find((x) => x[mergeKey] === item[mergeKey])
    if (!old) {
      if (want.additions) list.push(item as Patch)
      continue
    }
    const inner = diffMaps(old, item, field.items, want, retain)
    if (!isEmpty(inner)) list.push({ ...inner, [mergeKey]: item[mergeKey] })
  }
  if (want.deletions)
    for (const old of before)
      if (!after.some((x) => x[mergeKey] === old[mergeKey]))
        list.push({ $patch: 'delete', [mergeKey]: old[mergeKey] })
  if (list.length > 0) patch[key] = list
  const keys = (items: readonly JsonMap[]) => items.map((x) => x[mergeKey])
  if (list.length > 0 || !sameOrder(keys(before), keys(after)))
    patch[`$setElementOrder/${key}`] = after.map((x) => ({ [mergeKey]: x[mergeKey] }))
}

/** True when what both lists have in common comes in the same order. */
function sameOrder(a: readonly unknown[], b: readonly unknown[]): boolean {
  const x = a.filter((v) => b.includes(v))
  const y = b.filter((v) => a.includes(v))
  return equal(x, y)
}

/** Puts the deletions into the patch of additions and changes. */
function combine(delta: Patch, dropped: Patch, schema: Schema | undefined): Patch {
  const out: Patch = { ...delta }
  for (const k of Object.keys(dropped)) {
    const d = dropped[k]
    const mine = out[k]
    const field = fieldSchema(schema, k)
    if (mine === undefined) out[k] = d
    else if (isMap(mine) && isMap(d)) out[k] = combine(mine as Patch, d as Patch, field)
    else if (Array.isArray(mine) && Array.isArray(d) && !k.startsWith('$setElementOrder/')) {
      const mergeKey = field?.patchMergeKey
      out[k] = mergeKey ? combineItems(mine, d, mergeKey, field) : [...mine, ...d]
    }
  }
  return out
}

function combineItems(
  delta: readonly unknown[],
  dropped: readonly unknown[],
  mergeKey: string,
  field: Schema | undefined,
): Patch[] {
  const out = delta.map((x) => x as Patch)
  for (const d of dropped as readonly Patch[]) {
    const i = out.findIndex((x) => x[mergeKey] === d[mergeKey])
    const mine = out[i]
    if (mine) out[i] = combine(mine, d, field?.items)
    else out.push(d)
  }
  return out
}
