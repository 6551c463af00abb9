/**
 * Strategic merge patch: lists with a merge key merge item by item, with `$patch`, `$retainKeys`,
 * `$setElementOrder/...` and `$deleteFromPrimitiveList/...` directives.
 * @source staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go
 */
import { deepEqual, isObject, type JsonObject } from '../meta/json.ts'
import { resolve, type Schema } from '../schema.ts'

/** A patch that makes no sense; the server answers 422 or 400 with its text. */
export class StrategicPatchError extends Error {
  override name = 'StrategicPatchError'
}

const ORDER = '$setElementOrder/'
const DELETE_FROM = '$deleteFromPrimitiveList/'
const RETAIN = '$retainKeys'
const PATCH = '$patch'

/** The target with the patch applied. @throws StrategicPatchError */
export function strategicPatch(target: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  return mergeObject(target, patch, schema)
}

function mergeObject(
  target: JsonObject,
  patch: JsonObject,
  schema: Schema | undefined,
): JsonObject {
  if (patch[PATCH] !== undefined) {
    const { [PATCH]: directive, ...rest } = patch
    if (directive === 'replace') return rest
    if (directive === 'delete') return {}
    if (directive !== 'merge')
      throw new StrategicPatchError(`unknown patch type: ${String(directive)}`)
  }
  const type = schema && resolve(schema)
  let out: JsonObject = { ...target }
  const retain = patch[RETAIN]
  if (Array.isArray(retain)) {
    out = Object.fromEntries(Object.entries(out).filter(([k]) => retain.includes(k)))
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === PATCH || key === RETAIN || key.startsWith(ORDER)) continue
    if (key.startsWith(DELETE_FROM)) {
      removePrimitives(out, key.slice(DELETE_FROM.length), value)
      continue
    }
    const field = type?.properties?.[key] ?? type?.additionalProperties
    mergeField(out, key, value, field, patch)
  }
  for (const key of Object.keys(patch)) {
    if (key.startsWith(ORDER)) reorder(out, key.slice(ORDER.length), patch[key], type)
  }
  return out
}

function removePrimitives(out: JsonObject, key: string, values: unknown): void {
  const list = out[key]
  if (!Array.isArray(list) || !Array.isArray(values)) return
  out[key] = list.filter((x) => !values.includes(x))
}

function mergeField(
  out: JsonObject,
  key: string,
  value: unknown,
  field: Schema | undefined,
  patch: JsonObject,
): void {
  if (value === null) {
    delete out[key]
    return
  }
  const current = out[key]
  if (isObject(value)) {
    const base = isObject(current) ? current : {}
    const replaces = field?.patchStrategy?.includes('replace') ?? false
    out[key] = replaces ? withoutDirectives(value) : mergeObject(base, value, field)
    return
  }
  if (Array.isArray(value) && field?.patchStrategy?.includes('merge')) {
    if (!Array.isArray(current)) {
      // Nothing to merge with: the list is taken as it stands, even with items of one key.
      out[key] = value
        .filter((v) => !(isObject(v) && v[PATCH] !== undefined))
        .map(withoutDirectives)
      return
    }
    const base = current
    const ordered = patch[ORDER + key] !== undefined
    out[key] = field.patchMergeKey
      ? mergeKeyed(base, value, field.patchMergeKey, field.items, ordered)
      : mergePrimitives(base, value)
    return
  }
  out[key] = Array.isArray(value) ? value.map(withoutDirectives) : value
}

function withoutDirectives(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(withoutDirectives)
  if (!isObject(v)) return v
  const out: JsonObject = {}
  for (const [k, x] of Object.entries(v)) {
    if (k === PATCH || k === RETAIN || k.startsWith(ORDER) || k.startsWith(DELETE_FROM)) continue
    if (x !== null) out[k] = withoutDirectives(x)
  }
  return out
}

function mergePrimitives(base: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const out = [...base]
  for (const v of patch) if (!out.some((x) => deepEqual(x, v))) out.push(v)
  return out
}

function mergeKeyed(
  base: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
  items: Schema | undefined,
  ordered: boolean,
): unknown[] {
  if (patch.some((p) => isObject(p) && p[PATCH] === 'replace')) {
    return patch.filter((p) => !(isObject(p) && p[PATCH] === 'replace')).map(withoutDirectives)
  }
  let out = [...base] as JsonObject[]
  const added: JsonObject[] = []
  for (const p of patch) {
    if (!isObject(p)) {
      const what = JSON.stringify(p)
      throw new StrategicPatchError(`expected map for list item, got ${what}`)
    }
    const id = p[mergeKey]
    if (id === undefined) {
      const at = printMap(p)
      throw new StrategicPatchError(`map: ${at} does not contain declared merge key: ${mergeKey}`)
    }
    if (p[PATCH] === 'delete') {
      out = out.filter((o) => o[mergeKey] !== id)
      continue
    }
    const i = out.findIndex((o) => o[mergeKey] === id)
    if (i >= 0) out[i] = mergeObject(out[i] as JsonObject, p, items)
    else {
      const j = added.findIndex((o) => o[mergeKey] === id)
      if (j >= 0) added[j] = mergeObject(added[j] as JsonObject, p, items)
      else added.push(mergeObject({}, p, items))
    }
  }
  // Without an explicit order, items of the patch that are new stand before those that were there.
  return ordered ? [...out, ...added] : [...added, ...out]
}

/** How Go prints a map in an error: `map[image:x]`. */
function printMap(o: JsonObject): string {
  const parts = Object.keys(o)
    .sort()
    .map((k) => `${k}:${printValue(o[k])}`)
  return `map[${parts.join(' ')}]`
}

function printValue(v: unknown): string {
  if (Array.isArray(v)) return `[${v.map(printValue).join(' ')}]`
  return isObject(v) ? printMap(v) : String(v)
}

/** Puts a list into the order that the patch states; items it does not name keep their place among them. */
function reorder(out: JsonObject, key: string, order: unknown, type: Schema | undefined): void {
  const list = out[key]
  if (!Array.isArray(list) || !Array.isArray(order)) return
  const mergeKey = type?.properties?.[key]?.patchMergeKey
  const idOf = (v: unknown) => (mergeKey && isObject(v) ? v[mergeKey] : v)
  const wanted = order.map(idOf)
  const rank = (v: unknown) => wanted.indexOf(idOf(v))
  const named = list.filter((v) => rank(v) >= 0).sort((a, b) => rank(a) - rank(b))
  const others = list.filter((v) => rank(v) < 0)
  const merged: unknown[] = []
  let n = 0
  // Server-only items stay behind the named item that preceded them.
  for (const v of others) {
    const before = list.slice(0, list.indexOf(v)).filter((x) => rank(x) >= 0)
    const last = before.length === 0 ? -1 : Math.max(...before.map((x) => named.indexOf(x)))
    while (n <= last) merged.push(named[n++])
    merged.push(v)
  }
  while (n < named.length) merged.push(named[n++])
  out[key] = merged
}
