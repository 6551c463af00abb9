/** JSON merge patch. @source https://www.rfc-editor.org/rfc/rfc7396 */
import { isObject, type JsonObject } from '../meta/json.ts'

/** The target with the patch applied; shares what the patch does not touch. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const out: JsonObject = isObject(target) ? { ...target } : {}
  for (const [k, v] of Object.entries(patch)) {
    if (v === null) delete out[k]
    else out[k] = mergePatch(out[k], v)
  }
  return out
}
