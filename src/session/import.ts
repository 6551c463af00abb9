/**
 * Objects of a real cluster (`kubectl get -o yaml`: a List, many documents, JSON) as manifests for this one: what
 * servers wrote is taken off, what owners make is left to them, Secrets lose their values, and all stands in an order
 * in which it can be made. Pure.
 */
import { encodeBase64 } from '../cluster/api/meta/base64.ts'
import type { JsonObject } from '../cluster/api/meta/json.ts'
import { isObject } from '../cluster/api/meta/json.ts'
import type { AnyObject, KubeObject } from '../cluster/api/object.ts'
import { resources } from '../cluster/api/resources.ts'
import { parseManifest } from '../kubectl/manifest.ts'
import type { ImportBatch, ImportItem, ImportPlan } from '../protocol/manifests.ts'
import { toDocuments } from './export.ts'
import { bare, inOrder, leftOut, withoutMadeClaims } from './manifests.ts'

/** How an import is made. */
export interface ImportOptions {
  /** Keeps the values of Secrets; they are replaced unless this is set. */
  readonly keepSecrets?: boolean
  /** Namespaces that need not be made. */
  readonly namespaces?: ReadonlySet<string>
  /** Machines that there are: templates that pin their pods to another lose the pin. */
  readonly nodes?: ReadonlySet<string>
}

/** Characters that one apply may have: below what the manifest reader takes. */
const BATCH_MAX = 2 * 1024 * 1024
const ALWAYS_THERE = ['default', 'kube-system', 'kube-public', 'kube-node-lease']
const clusterScoped = new Set(resources.filter((r) => !r.namespaced).map((r) => r.kind))

/** What an import of a text would make. @throws CliError when it is not YAML or JSON */
export function planImport(text: string, options: ImportOptions = {}): ImportPlan {
  const counts = new Map<string, number>()
  const skip = (reason: string, kind: string) => {
    const key = `${reason} ${kind}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const kept: KubeObject[] = []
  for (const value of parseManifest(text, 'import').flatMap(flatten)) {
    if (!isKubeObject(value)) {
      skip('not-an-object', isObject(value) && typeof value.kind === 'string' ? value.kind : '')
      continue
    }
    const reason = leftOut(value)
    if (reason) skip(reason, value.kind)
    else kept.push(value)
  }
  const made = withoutMadeClaims(kept)
  for (const o of kept) if (!made.includes(o)) skip('owned', o.kind)
  const stripped = made.map(bare)
  const { nodes } = options
  if (nodes) for (const o of stripped) unpin(o, nodes)
  const masked = options.keepSecrets ? [] : stripped.filter(mask)
  const objects = inOrder([...missingNamespaces(stripped, options.namespaces), ...stripped])
  return {
    items: objects.map((o) => item(o, masked.includes(o))),
    leftOut: [...counts].map(([key, count]) => {
      const [reason = '', kind = ''] = key.split(' ')
      return { reason: reason as ImportPlan['leftOut'][number]['reason'], kind, count }
    }),
    batches: inBatches(objects),
  }
}

function flatten(value: unknown): unknown[] {
  if (!isObject(value)) return [value]
  if (!String(value.kind ?? '').endsWith('List') || !Array.isArray(value.items)) return [value]
  // Items of a typed list (PodList) do not say what they are.
  const kind = String(value.kind).slice(0, -'List'.length)
  const typed = kind === '' ? {} : { apiVersion: value.apiVersion, kind }
  return value.items.flatMap((v: unknown) => flatten(isObject(v) ? { ...typed, ...v } : v))
}

function isKubeObject(v: unknown): v is KubeObject {
  if (!isObject(v) || typeof v.apiVersion !== 'string' || typeof v.kind !== 'string') return false
  return isObject(v.metadata) && typeof (v.metadata.name ?? v.metadata.generateName) === 'string'
}

function item(o: KubeObject, masked: boolean): ImportItem {
  const namespace = clusterScoped.has(o.kind) ? '' : (o.metadata.namespace ?? '')
  return { kind: o.kind, namespace, name: o.metadata.name ?? o.metadata.generateName ?? '', masked }
}

/** Replaces the values of a Secret in place. @returns true when it had any */
function mask(o: AnyObject): boolean {
  if (o.kind !== 'Secret') return false
  let any = false
  for (const field of ['data', 'stringData']) {
    const values = o[field]
    if (!isObject(values)) continue
    for (const k of Object.keys(values)) {
      any = true
      const word = /^\.dockerc(onfigjson|fg)$/.test(k) ? '{"auths":{}}' : 'masked'
      ;(values as JsonObject)[k] = field === 'data' ? encodeBase64(word) : word
    }
  }
  return any
}

/** Takes `nodeName` out of templates, in place, where it names no machine. */
function unpin(v: unknown, nodes: ReadonlySet<string>): void {
  if (!isObject(v)) return
  for (const [k, x] of Object.entries(v)) {
    if (k === 'template' && isObject(x) && isObject(x.spec)) {
      if (!nodes.has(String(x.spec.nodeName))) delete x.spec.nodeName
    } else if (k === 'spec' || k === 'jobTemplate') unpin(x, nodes)
  }
}

/** Namespaces that objects live in and that nobody makes. */
function missingNamespaces(
  objects: readonly KubeObject[],
  known: ReadonlySet<string> = new Set(),
): AnyObject[] {
  const there = new Set([...ALWAYS_THERE, ...known])
  for (const o of objects) if (o.kind === 'Namespace') there.add(o.metadata.name ?? '')
  const wanted = new Set(objects.map((o) => o.metadata.namespace ?? 'default'))
  return [...wanted]
    .filter((name) => !there.has(name))
    .map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
}

/**
 * Namespaces and definitions of kinds go first: a pod is refused until its namespace has its account, and no object can
 * be read before its kind is served.
 */
function inBatches(objects: readonly AnyObject[]): ImportBatch[] {
  const isEarly = (o: KubeObject) => /^(Namespace|CustomResourceDefinition)$/.test(o.kind)
  const early = objects.filter(isEarly)
  const late = objects.filter((o) => !isEarly(o))
  return [...split(early, early.map(waitFor)), ...split(late, [])]
}

function waitFor(o: KubeObject): string {
  return o.kind === 'Namespace'
    ? `kubectl wait --for=create serviceaccount/default -n ${o.metadata.name} --timeout=60s`
    : `kubectl wait --for=condition=established crd/${o.metadata.name} --timeout=60s`
}

/** No batch is longer than the reader of manifests takes. */
function split(objects: readonly AnyObject[], waits: readonly string[]): ImportBatch[] {
  const parts: AnyObject[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const o of objects) {
    const length = toDocuments([o]).length
    if (size + length > BATCH_MAX) {
      parts.push([])
      size = 0
    }
    parts.at(-1)?.push(o)
    size += length
  }
  return parts.map((part, i) => ({
    yaml: toDocuments(part),
    waits: i === parts.length - 1 ? waits : [],
  }))
}
