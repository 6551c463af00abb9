/** Plain JSON values: comparing and walking them without copying. `undefined` members count as absent. */

/** Any JSON object. */
export type JsonObject = { [key: string]: unknown }

/** True for `{...}`; false for arrays and null. */
export function isObject(v: unknown): v is JsonObject {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

/** Structural equality of JSON; shared parts compare at once. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false
    return true
  }
  if (Array.isArray(b)) return false
  return sameMembers(a as JsonObject, b as JsonObject)
}

function sameMembers(a: JsonObject, b: JsonObject): boolean {
  let members = 0
  for (const k of Object.keys(a)) {
    const v = a[k]
    if (v === undefined) continue
    members++
    if (!deepEqual(v, b[k])) return false
  }
  for (const k of Object.keys(b)) if (b[k] !== undefined) members--
  return members === 0
}

/** Copies a JSON value all the way down; only for what is about to be changed in place. */
export function cloneJson<T>(v: T): T {
  if (typeof v !== 'object' || v === null) return v
  if (Array.isArray(v)) return v.map((x) => cloneJson(x)) as T
  const out: JsonObject = {}
  for (const [k, x] of Object.entries(v)) if (x !== undefined) out[k] = cloneJson(x)
  return out as T
}

/** Ordering by UTF-16 code units: what Go's byte order gives for the names Kubernetes allows. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * The new value with every subtree that equals the old one's replaced by the old one, so that versions share memory.
 * @returns `old` itself when nothing changed
 */
export function graft<T>(next: T, old: unknown): T {
  if (next === old) return next
  if (typeof next !== 'object' || next === null || typeof old !== 'object' || old === null) {
    return next
  }
  if (Array.isArray(next)) {
    if (!Array.isArray(old)) return next
    let same = next.length === old.length
    const out = next.map((v, i) => {
      const g = graft(v, old[i])
      if (g !== old[i]) same = false
      return g
    })
    return (same ? old : out) as T
  }
  if (Array.isArray(old)) return next
  return graftObject(next as JsonObject, old as JsonObject) as T
}

function graftObject(next: JsonObject, old: JsonObject): JsonObject {
  let same = true
  const out: JsonObject = {}
  let members = 0
  for (const k of Object.keys(next)) {
    const v = next[k]
    if (v === undefined) continue
    members++
    const g = graft(v, old[k])
    out[k] = g
    if (g !== old[k]) same = false
  }
  if (same) {
    for (const k of Object.keys(old)) if (old[k] !== undefined) members--
    if (members === 0) return old
  }
  return out
}

/** The value with all members of objects sorted, as Go writes maps. */
export function sortedDeep(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(sortedDeep)
  if (!isObject(v)) return v
  const out: JsonObject = {}
  for (const k of Object.keys(v).sort()) out[k] = sortedDeep(v[k])
  return out
}

/** JSON text with the letters that HTML minds escaped, as Go's encoder does. */
export function htmlSafeJson(v: unknown): string {
  return JSON.stringify(v).replace(/[<>&]/g, (ch) => `\\u00${ch.charCodeAt(0).toString(16)}`)
}
