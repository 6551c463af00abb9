/** Plain JSON: equality, and the merge patch (RFC 7396) from one value to another. */

/** A JSON object. */
export type JsonMap = Readonly<Record<string, unknown>>

/** True for a plain object. */
export function isMap(v: unknown): v is JsonMap {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

/** Deep equality; absent and undefined are the same. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((x, i) => equal(x, b[i]))
  if (!isMap(a) || !isMap(b)) return false
  for (const k of Object.keys(a)) if (!equal(a[k], b[k])) return false
  for (const k of Object.keys(b)) if (a[k] === undefined && b[k] !== undefined) return false
  return true
}

/** The merge patch that turns `from` into `to`; empty when they are equal. */
export function mergePatch(from: JsonMap, to: JsonMap): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  for (const k of Object.keys(to)) {
    const a = from[k]
    const b = to[k]
    if (b === undefined) continue
    if (isMap(a) && isMap(b)) {
      const inner = mergePatch(a, b)
      if (Object.keys(inner).length > 0) patch[k] = inner
    } else if (!equal(a, b)) patch[k] = b
  }
  for (const k of Object.keys(from))
    if (from[k] !== undefined && to[k] === undefined) patch[k] = null
  return patch
}

/** The value with a merge patch applied. */
export function applyMergePatch(value: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch
  const out: Record<string, unknown> = isMap(value) ? { ...value } : {}
  for (const k of Object.keys(patch)) {
    if (patch[k] === null) delete out[k]
    else out[k] = applyMergePatch(out[k], patch[k])
  }
  return out
}

/** True for `{}`. */
export function isEmpty(v: JsonMap): boolean {
  return Object.keys(v).length === 0
}
