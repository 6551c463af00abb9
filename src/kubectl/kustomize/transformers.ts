/**
 * What a kustomization does to all its resources: namespace, name prefix and suffix, labels, annotations, images,
 * numbers of replicas.
 * @source https://kubectl.docs.kubernetes.io/references/kustomize/builtins/
 */
import { isObject, type JsonObject } from '../../cluster/api/meta/json.ts'
import { CliError } from '../errors.ts'
import { ANNOTATIONS, LABELS, REPLICAS, SELECTOR_LABELS, TEMPLATE_LABELS } from './fields.ts'
import type { FieldSpec, ImageEntry, Kustomization, LabelEntry } from './kustomization.ts'
import { changeAt } from './paths.ts'
import {
  idOf,
  idsOf,
  isClusterScoped,
  metadataOf,
  ofKind,
  type Resource,
  remember,
} from './resource.ts'

type Texts = Readonly<Record<string, string>>

/** Kinds whose name says what they are about: it stays. */
const NAMED_FOR_GOOD = new Set(['CustomResourceDefinition', 'APIService', 'Namespace'])

/** Moves everything into a namespace. */
export function setNamespace(all: readonly Resource[], namespace: string): void {
  if (namespace === '') return
  for (const r of all) {
    const id = idOf(r.object)
    if (id.kind === 'Namespace' && id.group === '') {
      remember(r)
      metadataOf(r.object).name = namespace
      continue
    }
    if (!isClusterScoped(id)) {
      remember(r)
      metadataOf(r.object).namespace = namespace
    }
    if (id.kind === 'APIService') changeAt(r.object, 'spec/service/namespace', () => namespace)
    if (/^(Cluster)?RoleBinding$/.test(id.kind) && Array.isArray(r.object.subjects))
      for (const s of r.object.subjects)
        if (isObject(s) && s.kind === 'ServiceAccount' && s.name === 'default')
          s.namespace = namespace
  }
}

/** Puts a text before and after the names. */
export function addAffixes(all: readonly Resource[], prefix: string, suffix: string): void {
  if (prefix === '' && suffix === '') return
  for (const r of all) {
    if (NAMED_FOR_GOOD.has(idOf(r.object).kind)) continue
    remember(r)
    const m = metadataOf(r.object)
    m.name = `${prefix}${String(m.name)}${suffix}`
    if (prefix) r.prefixes.push(prefix)
    if (suffix) r.suffixes.push(suffix)
  }
}

/** Labels of `labels` and `commonLabels`. @throws CliError a label entry with contradicting wishes */
export function addLabels(all: readonly Resource[], k: Kustomization): void {
  for (const entry of k.labels) addTexts(all, entry.pairs ?? {}, placesOfLabels(entry))
  addTexts(all, k.commonLabels, SELECTOR_LABELS)
}

function placesOfLabels(entry: LabelEntry): readonly FieldSpec[] {
  const fields = entry.fields ?? []
  if (entry.includeSelectors) return [...SELECTOR_LABELS, ...fields]
  return [...(entry.includeTemplates ? TEMPLATE_LABELS : LABELS), ...fields]
}

/** Annotations of `commonAnnotations`. */
export function addAnnotations(all: readonly Resource[], texts: Texts): void {
  addTexts(all, texts, ANNOTATIONS)
}

function addTexts(all: readonly Resource[], texts: Texts, places: readonly FieldSpec[]): void {
  if (Object.keys(texts).length === 0) return
  for (const r of all) {
    const id = idOf(r.object)
    for (const place of places) {
      if (!ofKind(id, place)) continue
      const add = (value: unknown) => (isObject(value) ? { ...value, ...texts } : { ...texts })
      changeAt(r.object, place.path, add, place.create ? 'map' : undefined)
    }
  }
}

/** New names, tags and digests of images, wherever containers are. */
export function setImages(all: readonly Resource[], images: readonly ImageEntry[]): void {
  for (const image of images)
    for (const r of all)
      if (idOf(r.object).kind !== 'CustomResourceDefinition') imagesIn(r.object, image)
}

function imagesIn(node: unknown, image: ImageEntry): void {
  if (Array.isArray(node)) for (const item of node) imagesIn(item, image)
  if (!isObject(node)) return
  for (const [key, value] of Object.entries(node)) {
    if ((key === 'containers' || key === 'initContainers') && Array.isArray(value))
      for (const c of value)
        if (isObject(c) && typeof c.image === 'string') c.image = renamed(c.image, image)
    imagesIn(value, image)
  }
}

function renamed(text: string, image: ImageEntry): string {
  const at = text.indexOf('@')
  const colon = text.lastIndexOf(':', at < 0 ? text.length : at)
  const tagged = colon > text.lastIndexOf('/', at < 0 ? text.length : at)
  const name = text.slice(0, tagged ? colon : at < 0 ? text.length : at)
  if (name !== image.name) return text
  const tag = tagged ? text.slice(colon + 1, at < 0 ? undefined : at) : ''
  const digest = at < 0 ? '' : text.slice(at + 1)
  const newName = image.newName || name
  if (image.newTag && image.digest) return `${newName}:${image.newTag}@${image.digest}`
  if (image.digest) return `${newName}@${image.digest}`
  if (image.newTag) return `${newName}:${image.newTag}${image.tagSuffix ?? ''}`
  const rest = `${tag ? `:${tag}${image.tagSuffix ?? ''}` : ''}${digest ? `@${digest}` : ''}`
  return `${newName}${rest}`
}

/** Numbers of replicas. @throws CliError for a name that no scalable resource has */
export function setReplicas(all: readonly Resource[], replicas: Kustomization['replicas']): void {
  for (const { name, count } of replicas) {
    const found = all.filter(
      (r) => REPLICAS.includes(idOf(r.object).kind) && idsOf(r).some((id) => id.name === name),
    )
    if (found.length === 0)
      throw new CliError(
        `resource with name ${name} does not match a config with the following GVK [${REPLICA_KINDS}]`,
      )
    for (const r of found) {
      const spec = isObject(r.object.spec) ? r.object.spec : {}
      r.object.spec = { ...spec, replicas: count } satisfies JsonObject
    }
  }
}

const REPLICA_KINDS = REPLICAS.map((kind) => `${kind}.[noVer].[noGrp]`).join(' ')
