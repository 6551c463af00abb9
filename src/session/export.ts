/**
 * All that a person made in a cluster, as one YAML text that makes it again. What the cluster made by itself (owned
 * objects, its installation, what controllers keep) is left out, and so are fields that defaulting puts back. Pure.
 */
import type { JsonObject } from '../cluster/api/meta/json.ts'
import { cloneJson, deepEqual, isObject } from '../cluster/api/meta/json.ts'
import type { AnyObject, KubeObject } from '../cluster/api/object.ts'
import { definitions } from '../cluster/kinds/index.ts'
import { toYaml } from '../kubectl/printers/yaml.ts'
import type { ExportedManifests } from '../protocol/manifests.ts'
import { bare, inOrder, leftOut, withoutMadeClaims } from './manifests.ts'

const byType = new Map(
  definitions.map((d) => [`${d.group ? `${d.group}/` : ''}${d.version}/${d.kind}`, d]),
)

/** Manifests of what a person made. @param objects everything that the cluster holds */
export function exportManifests(objects: readonly KubeObject[]): ExportedManifests {
  const made = objects.filter((o) => leftOut(o) === undefined && !o.metadata.deletionTimestamp)
  const written = inOrder(withoutMadeClaims(made).map((o) => short(bare(o))))
  return { yaml: toDocuments(written), count: written.length }
}

/** Several documents in one text. */
export function toDocuments(objects: readonly KubeObject[]): string {
  return objects.map((o) => toYaml(o)).join('---\n')
}

/** The object without the fields that the server's defaults put back. */
function short(o: AnyObject): AnyObject {
  const fill = byType.get(`${o.apiVersion}/${o.kind}`)?.defaults
  if (!fill) return o
  const filled = (x: AnyObject): AnyObject => {
    const copy = cloneJson(x)
    fill(copy)
    return copy
  }
  const whole = filled(o)
  const root = cloneJson(o)
  const same = () => {
    try {
      return deepEqual(filled(root), whole)
    } catch (error) {
      // Defaulting reads what validation would have refused: such a field stays.
      if (error instanceof TypeError) return false
      throw error
    }
  }
  for (const k of Object.keys(root)) {
    if (!['apiVersion', 'kind', 'metadata'].includes(k)) prune(root as JsonObject, k, same)
  }
  return root
}

/** Takes a member away when defaulting puts it back, else looks inside it. */
function prune(holder: JsonObject, key: string, same: () => boolean): void {
  const value = holder[key]
  delete holder[key]
  if (same()) return
  holder[key] = value
  const inner = Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : []
  for (const o of inner) for (const k of Object.keys(o)) prune(o, k, same)
}
