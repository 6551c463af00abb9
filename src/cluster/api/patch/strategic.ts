/**
 * Strategic merge patch: lists with a merge key merge item by item, with `$patch`, `$retainKeys`,
 * `$setElementOrder/...` and `$deleteFromPrimitiveList/...` directives.
 * @source staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go
 */
import { deepEqual, isObject, type JsonObject } from '../meta/json.ts'
import { resolve, type Schema } from '../schema.ts'

/** A patch that makes no sense. */
export class StrategicPatchError extends Error {
  override name = 'StrategicPatchError'

  /** @param known true when the server knows the error as the client's fault: 400 instead of 500 */
  constructor(
    message: string,
    readonly known = false,
  ) {
    super(message)
  }
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
    throw badDirective(directive, patch)
  }
  const type = schema && resolve(schema)
  let out: JsonObject = { ...target }
  const retain = patch[RETAIN]
  if (retain !== undefined) {
    const kept = retainedKeys(retain, patch)
    out = Object.fromEntries(Object.entries(out).filter(([k]) => kept.includes(k)))
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
    if (!key.startsWith(ORDER)) continue
    const name = key.slice(ORDER.length)
    const mergeKey = type?.properties?.[name]?.patchMergeKey
    const order = orderOf(patch[key], patch[name], mergeKey)
    const list = out[name]
    if (!Array.isArray(list)) continue
    const before = seenBefore(listOf(target[name]), listOf(patch[name]), mergeKey)
    out[name] = arranged(list, order, before, mergeKey)
  }
  return out
}

function badDirective(directive: unknown, patch: JsonObject): StrategicPatchError {
  return new StrategicPatchError(
    `unknown patch type: ${String(directive)} in map: ${printMap(patch)}`,
  )
}

/** The keys that stay; every key that the patch sets must be among them. */
function retainedKeys(retain: unknown, patch: JsonObject): readonly unknown[] {
  const bad = new StrategicPatchError('invalid patch format of retainKeys', true)
  if (!Array.isArray(retain)) throw bad
  for (const [k, v] of Object.entries(patch)) {
    if (v === null || k === RETAIN || k.startsWith(ORDER) || k.startsWith(DELETE_FROM)) continue
    if (!retain.includes(k)) throw bad
  }
  return retain
}

function listOf(v: unknown): readonly unknown[] {
  return Array.isArray(v) ? v : []
}

/** The order a patch states, which its own list must keep. */
function orderOf(order: unknown, list: unknown, mergeKey: string | undefined): readonly unknown[] {
  if (!Array.isArray(order)) {
    const what = isObject(order) ? 'map[string]interface {}' : typeof order
    throw new StrategicPatchError(`expected a []interface {}, but received a ${what}`)
  }
  const items = listOf(list)
  const ids = order.map((o) => idOf(o, mergeKey))
  const own = items.filter((v) => !(isObject(v) && v[PATCH] !== undefined))
  let at = -1
  const kept = own.every((v) => {
    at = ids.indexOf(idOf(v, mergeKey), at + 1)
    return at >= 0
  })
  if (kept || ids.length === 0) return order
  throw new StrategicPatchError(
    `The order in patch list:\n${printValue(items)}\n doesn't match $setElementOrder list:\n${printValue(order)}\n`,
  )
}

/**
 * The server's own order, when the patch states one: Go deletes and appends in place, so what is new takes the places
 * of what was deleted and counts as having been there, behind the rest.
 */
function seenBefore(
  live: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string | undefined,
): readonly unknown[] {
  const ids = live.map((v) => idOf(v, mergeKey))
  const deleted = patch
    .filter((v) => isObject(v) && v[PATCH] === 'delete')
    .map((v) => idOf(v, mergeKey))
  const kept = live.filter((v) => !deleted.includes(idOf(v, mergeKey)))
  const added = patch.filter(
    (v) => !(isObject(v) && v[PATCH] !== undefined) && !ids.includes(idOf(v, mergeKey)),
  )
  return [...kept, ...added].slice(0, live.length)
}

function idOf(v: unknown, mergeKey: string | undefined): unknown {
  return mergeKey && isObject(v) ? v[mergeKey] : v
}

/**
 * A merged list in its final order: what the patch names in the order it does, what only the server has in the order it
 * had, each of these before the items of the patch that it stood before; items that are new come first.
 */
function arranged(
  merged: readonly unknown[],
  order: readonly unknown[],
  before: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const wanted = order.map((o) => idOf(o, mergeKey))
  const was = before.map((o) => idOf(o, mergeKey))
  const by = (ids: readonly unknown[]) => (a: unknown, b: unknown) =>
    ids.indexOf(idOf(a, mergeKey)) - ids.indexOf(idOf(b, mergeKey))
  const isNamed = (v: unknown) => wanted.includes(idOf(v, mergeKey))
  const named = merged.filter(isNamed).sort(by(wanted))
  const others = merged.filter((v) => !isNamed(v)).sort(by(was))
  const out: unknown[] = []
  for (const v of named) {
    const place = was.indexOf(idOf(v, mergeKey))
    while (others.length > 0 && was.indexOf(idOf(others[0], mergeKey)) < place) {
      out.push(others.shift())
    }
    out.push(v)
  }
  return [...out, ...others]
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
    const mergeKey = field.patchMergeKey
    const merged = mergeKey
      ? mergeKeyed(current, value, mergeKey, field.items)
      : mergePrimitives(current, value)
    const ordered = patch[ORDER + key] !== undefined
    out[key] = ordered ? merged : arranged(merged, value, current, mergeKey)
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
): unknown[] {
  let out = [...base] as JsonObject[]
  let replaces = false
  const rest: JsonObject[] = []
  for (const p of patch) {
    if (!isObject(p)) {
      const what = JSON.stringify(p)
      throw new StrategicPatchError(`expected map for list item, got ${what}`)
    }
    const directive = p[PATCH]
    if (directive === undefined) rest.push(p)
    else if (directive === 'replace') replaces = true
    else if (directive === 'delete') out = out.filter((o) => o[mergeKey] !== keyOf(p, mergeKey))
    else if (directive === 'merge') {
      throw new StrategicPatchError('merging lists cannot yet be specified in the patch')
    } else throw badDirective(directive, p)
  }
  if (replaces) return rest.map(withoutDirectives)
  for (const p of rest) {
    const id = keyOf(p, mergeKey)
    const i = out.findIndex((o) => o[mergeKey] === id)
    if (i >= 0) out[i] = mergeObject(out[i] as JsonObject, p, items)
    else out.push(mergeObject({}, p, items))
  }
  return out
}

function keyOf(p: JsonObject, mergeKey: string): unknown {
  const id = p[mergeKey]
  if (id !== undefined) return id
  throw new StrategicPatchError(
    `map: ${printMap(p)} does not contain declared merge key: ${mergeKey}`,
  )
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
