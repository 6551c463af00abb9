/**
 * How kustomize merges a patch: like a strategic merge, but what the patch lists comes first, in the patch's order, and
 * of directives it knows only `$patch`.
 * @source https://github.com/kubernetes-sigs/kustomize (kyaml/yaml/merge2, kyaml/yaml/walk)
 */
import { isObject, type JsonObject } from '../../cluster/api/meta/json.ts'
import { resolve, type Schema } from '../../cluster/api/schema.ts'

/** The target with the patch in it. Lists of unknown kinds are replaced. */
export function merged(
  target: JsonObject,
  patch: JsonObject,
  schema: Schema | undefined,
): JsonObject {
  const { $patch: directive, ...rest } = patch
  if (directive === 'replace') return rest
  const type = schema && resolve(schema)
  const out: JsonObject = { ...target }
  for (const [key, value] of Object.entries(rest)) {
    const field = type?.properties?.[key] ?? type?.additionalProperties
    if (value === null) delete out[key]
    else if (isObject(value)) {
      if (value.$patch === 'delete') delete out[key]
      else out[key] = merged(isObject(out[key]) ? (out[key] as JsonObject) : {}, value, field)
    } else if (
      Array.isArray(value) &&
      Array.isArray(out[key]) &&
      field?.patchStrategy?.includes('merge')
    )
      out[key] = mergedList(out[key] as unknown[], value, field)
    else out[key] = Array.isArray(value) ? value.filter((x) => !isDirective(x)) : value
  }
  return out
}

function isDirective(item: unknown): boolean {
  return isObject(item) && item.$patch !== undefined
}

function mergedList(
  target: readonly unknown[],
  patch: readonly unknown[],
  field: Schema,
): unknown[] {
  const keys = field.listMapKeys ?? (field.patchMergeKey ? [field.patchMergeKey] : [])
  if (keys.length === 0) return [...patch, ...target.filter((x) => !patch.includes(x))]
  if (patch.some((p) => isObject(p) && p.$patch === 'replace'))
    return patch.filter((p) => !isDirective(p))
  const left = [...target]
  const out: unknown[] = []
  for (const item of patch) {
    if (!isObject(item)) continue
    // Keys that the patch leaves out do not count, such as the protocol of a port.
    const known = keys.filter((k) => item[k] !== undefined && item[k] !== '')
    const i = left.findIndex(
      (x) => isObject(x) && known.every((k) => String(x[k]) === String(item[k])),
    )
    const old = i < 0 ? {} : (left.splice(i, 1)[0] as JsonObject)
    if (item.$patch === 'delete') continue
    out.push(merged(old, item, field.items))
  }
  return [...out, ...left]
}
