/**
 * What goes back: JSON of the version served, or a Table or PartialObjectMetadata when the client asks for one.
 * @source staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go
 */
import { stringify } from 'yaml'
import type { Column } from '../api/definition.ts'
import { failure } from '../api/meta/status.ts'
import type { AnyObject, KubeObject } from '../api/object.ts'
import type { ApiResponse, WatchEvent } from '../api/transport.ts'
import type { Call, Served } from './call.ts'
import { resolved } from './registry/managedfields.ts'
import type { Listed } from './registry/read.ts'
import { param } from './requestinfo.ts'

/** Form in which objects are returned. */
export type Form = 'object' | 'table' | 'metadata'

const META_V1 = 'meta.k8s.io/v1'

/** The first form in Accept that we serve. @throws ApiError NotAcceptable */
export function formOf(accept: string | undefined): Form {
  if (!accept) return 'object'
  for (const part of accept.split(',')) {
    const [type, ...parameters] = part.split(';').map((s) => s.trim())
    const p = new Map(parameters.map((x) => x.split('=') as [string, string]))
    const as = p.get('as')
    if (
      type !== 'application/json' &&
      type !== '*/*' &&
      type !== 'application/*' &&
      type !== 'application/yaml'
    ) {
      if (type?.startsWith('application/vnd.kubernetes.typed')) return 'object'
      continue
    }
    if (!as) return 'object'
    if (p.get('g') !== 'meta.k8s.io' || p.get('v') !== 'v1') continue
    if (as === 'Table') return 'table'
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata'
  }
  throw failure(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/vnd.kubernetes.protobuf;stream=watch',
  )
}

/** A response holding JSON. */
export function json(status: number, body: unknown, warnings: readonly string[] = []): ApiResponse {
  return { status, headers: headersOf(warnings), body }
}

const JSON_HEADERS = { 'content-type': 'application/json' }

function headersOf(warnings: readonly string[]): Record<string, string> {
  if (warnings.length === 0) return JSON_HEADERS
  const seen = [...new Set(warnings)]
  const value = seen.map((w) => `299 - ${quote(w)}`).join('\n')
  return { ...JSON_HEADERS, warning: value }
}

function quote(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, ' ')}"`
}

/** One object, in the form asked for. */
export function objectResponse(c: Call, status: number, stored: AnyObject): ApiResponse {
  if (c.typed) return { status, headers: JSON_HEADERS, body: served(c.served, stored) }
  const o = outward(c.served, stored)
  const form = formOf(c.request.headers.accept)
  if (form === 'table')
    return json(status, tableOf(c, [stored], o.metadata.resourceVersion), c.warnings)
  if (form === 'metadata') return json(status, partial(o), c.warnings)
  return json(status, o, c.warnings)
}

/** A list, in the form asked for. */
export function listResponse(c: Call, l: Listed): ApiResponse {
  const { definition, apiVersion, toServed } = c.served
  const metadata = {
    resourceVersion: l.revision,
    ...(l.continue ? { continue: l.continue } : {}),
    ...(l.remaining ? { remainingItemCount: l.remaining } : {}),
  }
  const kind = `${definition.kind}List`
  if (c.typed) {
    const items = toServed ? l.items.map(toServed) : l.items
    return { status: 200, headers: JSON_HEADERS, body: { kind, apiVersion, metadata, items } }
  }
  const items = l.items.map((o) => outward(c.served, o))
  const form = formOf(c.request.headers.accept)
  if (form === 'table') return json(200, { ...tableOf(c, l.items), metadata }, c.warnings)
  if (form === 'metadata') {
    const list = { kind: 'PartialObjectMetadataList', apiVersion: META_V1, metadata }
    return json(200, { ...list, items: items.map(partial) }, c.warnings)
  }
  return json(200, { kind, apiVersion, metadata, items: items.map(bare) }, c.warnings)
}

/** Items of a list carry neither kind nor version. */
function bare(o: AnyObject): unknown {
  const { kind: _k, apiVersion: _a, ...rest } = o
  return rest
}

/** How watch events are turned into what this client asked for; none for typed clients. */
export function watchEncoder(c: Call): ((e: WatchEvent) => unknown) | undefined {
  if (c.typed) {
    const { toServed } = c.served
    if (!toServed) return undefined
    return (e) => (e.type === 'BOOKMARK' ? e : { ...e, object: toServed(e.object as AnyObject) })
  }
  const form = formOf(c.request.headers.accept)
  let first = true
  return (e) => {
    if (e.type === 'BOOKMARK' || e.type === 'ERROR') {
      const object = e.type === 'BOOKMARK' && form === 'table' ? bookmarkTable(e.object) : e.object
      return { type: e.type, object }
    }
    const o = outward(c.served, e.object as AnyObject)
    if (form === 'metadata') return { type: e.type, object: partial(o) }
    if (form === 'object') return { type: e.type, object: o }
    const table = tableOf(c, [e.object as AnyObject], o.metadata.resourceVersion, !first)
    first = false
    return { type: e.type, object: table }
  }
}

function bookmarkTable(o: KubeObject): unknown {
  const { resourceVersion } = o.metadata
  return {
    kind: 'Table',
    apiVersion: META_V1,
    metadata: { resourceVersion },
    columnDefinitions: [],
    rows: [],
  }
}

function served(s: Served, o: AnyObject): AnyObject {
  return s.toServed ? s.toServed(o) : o
}

/** The object as outsiders see it: in the served version, with its managed fields worked out. */
export function outward(s: Served, o: AnyObject): AnyObject {
  return served(s, resolved(o))
}

function partial(o: AnyObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: META_V1, metadata: o.metadata }
}

function tableOf(
  c: Call,
  items: readonly AnyObject[],
  revision?: string,
  headless = false,
): object {
  const columns = c.served.definition.columns ?? []
  const include = param(c.request.query, 'includeObject') ?? 'Metadata'
  return {
    kind: 'Table',
    apiVersion: META_V1,
    metadata: revision ? { resourceVersion: revision } : {},
    columnDefinitions: headless ? null : columns.map(columnDefinition),
    rows: items.map((o) => rowOf(c, columns, o, include)),
  }
}

function columnDefinition(col: Column<AnyObject>): object {
  return {
    name: col.name,
    type: col.type === 'date' ? 'string' : (col.type ?? 'string'),
    format: col.format ?? (col.name === 'Name' ? 'name' : ''),
    description: col.description ?? '',
    priority: col.priority ?? 0,
  }
}

/** Cells are read off the stored version; the object goes out in the version served. */
function rowOf(
  c: Call,
  columns: readonly Column<AnyObject>[],
  stored: AnyObject,
  include: string,
): object {
  const cells = columns.map((col) => col.value(stored, c.nowMs))
  if (include === 'None') return { cells }
  const o = outward(c.served, stored)
  return { cells, object: include === 'Object' ? o : partial(o) }
}

/** The response in YAML, for clients that ask for it. */
export function inYaml(r: ApiResponse, accept: string | undefined): ApiResponse {
  if (!accept?.startsWith('application/yaml') || typeof r.body !== 'object') return r
  const headers = { ...r.headers, 'content-type': 'application/yaml' }
  return {
    ...r,
    headers,
    body: stringify(r.body, { sortMapEntries: true, lineWidth: 0, version: '1.1' }),
  }
}
