/**
 * An object on its way through a kustomization: what it says now, and by which names it was known before.
 * @source api/resource/resource.go, kyaml/resid of kustomize 5
 */
import { isObject, type JsonObject } from '../../cluster/api/meta/json.ts'
import { matches } from '../../cluster/api/meta/labels.ts'
import { parseSelector } from '../../cluster/api/meta/selectorparser.ts'
import { resources as builtin } from '../../cluster/api/resources.ts'
import { CliError } from '../errors.ts'
import type { Selector } from './kustomization.ts'

/** Who an object is. */
export interface Id {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
}

/** An object and its history. */
export interface Resource {
  object: JsonObject
  /** Earlier identities, the first one first. */
  readonly past: Id[]
  readonly prefixes: string[]
  readonly suffixes: string[]
  /** Its name gets a hash of its content in the end. */
  hashed: boolean
}

const CLUSTER_SCOPED = new Set(
  builtin.filter((r) => !r.namespaced).map((r) => `${r.group}/${r.kind}`),
)

/** A new resource. @throws CliError when apiVersion, kind or name are missing */
export function resourceOf(object: JsonObject, source: string): Resource {
  const id = idOf(object)
  if (!id.kind) throw new CliError(`missing Resource metadata in object ${JSON.stringify(object)}`)
  if (!id.name && !id.kind.endsWith('List'))
    throw new CliError(
      `accumulating resources from '${source}': missing metadata.name in object {{${String(object.apiVersion ?? '')} ${id.kind}} {{ } map[] map[]}}`,
    )
  return { object, past: [], prefixes: [], suffixes: [], hashed: false }
}

/** The `metadata` of an object, made when missing. */
export function metadataOf(object: JsonObject): JsonObject {
  if (!isObject(object.metadata)) object.metadata = {}
  return object.metadata as JsonObject
}

/** Who the object says it is. */
export function idOf(object: JsonObject): Id {
  const [a = '', b] = String(object.apiVersion ?? '').split('/')
  const m = isObject(object.metadata) ? object.metadata : {}
  return {
    group: b === undefined ? '' : a,
    version: b ?? a,
    kind: String(object.kind ?? ''),
    name: String(m.name ?? ''),
    namespace: String(m.namespace ?? ''),
  }
}

/** Who it was first. */
export function originalId(r: Resource): Id {
  return r.past[0] ?? idOf(r.object)
}

/** All identities, the current one first. */
export function idsOf(r: Resource): readonly Id[] {
  return [idOf(r.object), ...r.past]
}

/** Keeps who it is now, before that changes. */
export function remember(r: Resource): void {
  r.past.push(idOf(r.object))
}

export function isClusterScoped(id: Pick<Id, 'group' | 'kind'>): boolean {
  return CLUSTER_SCOPED.has(`${id.group}/${id.kind}`)
}

/** Where it lives as far as comparisons go: nothing said means `default`. */
export function effectiveNamespace(id: Id): string {
  if (isClusterScoped(id)) return '_non_namespaceable_'
  return id.namespace === '' ? 'default' : id.namespace
}

/** Same kind, name and place. */
export function sameId(a: Id, b: Id): boolean {
  return sameKind(a, b) && a.name === b.name && effectiveNamespace(a) === effectiveNamespace(b)
}

function sameKind(a: Id, b: Id): boolean {
  return a.group === b.group && a.version === b.version && a.kind === b.kind
}

/** `Deployment.v1.apps/web.[noNs]`. */
export function idText(id: Id): string {
  const gvk = [id.kind || '[noKind]', id.version || '[noVer]', id.group || '[noGrp]'].join('.')
  return `${gvk}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`
}

/** Whether group, version and kind are what is asked for; what is not said matches all. */
export function ofKind(
  id: Pick<Id, 'group' | 'version' | 'kind'>,
  s: Pick<Selector, 'group' | 'version' | 'kind'>,
): boolean {
  return (
    (!s.group || anchored(s.group).test(id.group)) &&
    (!s.version || anchored(s.version).test(id.version)) &&
    (!s.kind || anchored(s.kind).test(id.kind))
  )
}

/** The resources that a selector means, by any name they ever had. @throws CliError bad expressions */
export function select(all: readonly Resource[], s: Selector): Resource[] {
  const name = s.name ? anchored(s.name) : undefined
  const namespace = s.namespace ? anchored(s.namespace) : undefined
  const labels = s.labelSelector ? parseSelector(s.labelSelector) : undefined
  const annotations = s.annotationSelector ? parseSelector(s.annotationSelector) : undefined
  return all.filter((r) => {
    const m = metadataOf(r.object)
    return (
      idsOf(r).some(
        (id) =>
          ofKind(id, s) &&
          (!name || name.test(id.name)) &&
          (!namespace || namespace.test(effectiveNamespace(id))),
      ) &&
      (!labels || matches(labels, m.labels as Record<string, string> | undefined)) &&
      (!annotations || matches(annotations, m.annotations as Record<string, string> | undefined))
    )
  })
}

function anchored(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`)
  } catch {
    throw new CliError(`error parsing regexp: ${text}`)
  }
}

/** Adds a resource. @throws CliError when its identity is taken */
export function append(all: Resource[], r: Resource): void {
  const id = idOf(r.object)
  if (all.some((other) => sameId(idOf(other.object), id)))
    throw new CliError(`may not add resource with an already registered id: ${idText(id)}`)
  all.push(r)
}
