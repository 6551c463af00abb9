/**
 * OpenAPI made from the schemas we decode with: v3 by group and version, v2 in one piece.
 * @source staging/src/k8s.io/kube-openapi (document shapes), apiserver/pkg/endpoints/installer.go (operations)
 */
import { isObject, type JsonObject } from '../api/meta/json.ts'
import { describeType, resolve, type Schema, schemas } from '../api/schema.ts'
import type { ApiRequest, ApiResponse } from '../api/transport.ts'
import { UPSTREAM } from '../api/version.ts'
import { hash32 } from '../sim/random.ts'
import type { Served } from './call.ts'
import { json } from './content.ts'
import { encodeV2 } from './openapiproto.ts'
import type { Registry } from './registry/registry.ts'

const PROTOBUF_V2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
const V3 = '#/components/schemas/'
const V2 = '#/definitions/'

const typeNames = new Map(Object.entries(schemas).map(([name, s]) => [s.id, name]))

/** The text of a type's field, '' for the type. */
function textOf(id: string, field: string): string {
  const name = typeNames.get(id)
  return name === undefined ? '' : describeType(name, field)
}

/** Serves OpenAPI paths; undefined for any other. */
export function serveOpenApi(r: Registry, request: ApiRequest): ApiResponse | undefined {
  const path = request.path.replace(/\/$/, '')
  if (path === '/openapi/v3') return json(200, index(r))
  if (path === '/openapi/v2') {
    if (!/protobuf/.test(request.headers.accept ?? '')) return json(200, documentV2(r))
    return { status: 200, headers: { 'content-type': PROTOBUF_V2 }, body: binaryV2(r) }
  }
  if (!path.startsWith('/openapi/v3/')) return undefined
  const name = path.slice('/openapi/v3/'.length)
  const served = byPath(r).get(name)
  return served && json(200, documentV3(served))
}

/** Resources by `api/v1`, `apis/apps/v1`. */
function byPath(r: Registry): Map<string, Served[]> {
  const out = new Map<string, Served[]>()
  for (const s of r.all()) {
    const { group, version } = s.definition
    const path = group ? `apis/${group}/${version}` : `api/${version}`
    const list = out.get(path)
    if (list) list.push(s)
    else out.set(path, [s])
  }
  return out
}

function index(r: Registry): JsonObject {
  const paths: JsonObject = {}
  for (const [path, served] of byPath(r)) {
    const digest = served.map(
      (s) => `${s.gr.resource}:${s.custom ? JSON.stringify(s.definition.schema) : ''}`,
    )
    const hash = hash32(digest.join()).toString(16).toUpperCase().padStart(8, '0')
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }
  }
  return { paths }
}

const documents = new WeakMap<Served, JsonObject>()

function documentV3(served: readonly Served[]): JsonObject {
  const first = served[0] as Served
  const cached = documents.get(first)
  if (cached && !first.custom) return cached
  const found: JsonObject = {}
  for (const s of served) collect(schemaIdOf(s), s.definition.schema, found, V3)
  for (const name of COMMON) collect(schemas[name]?.id ?? name, schemas[name] as Schema, found, V3)
  const paths: JsonObject = {}
  for (const s of served) addPaths(paths, s, V3)
  const doc = {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: UPSTREAM.version },
    paths,
    components: {
      schemas: found,
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  }
  documents.set(first, doc)
  return doc
}

function documentV2(r: Registry): JsonObject {
  const definitions: JsonObject = {}
  const paths: JsonObject = {}
  for (const s of r.all()) {
    collect(schemaIdOf(s), s.definition.schema, definitions, V2)
    addPaths(paths, s, V2)
  }
  for (const name of COMMON)
    collect(schemas[name]?.id ?? name, schemas[name] as Schema, definitions, V2)
  const info = { title: 'Kubernetes', version: UPSTREAM.version }
  return { swagger: '2.0', info, paths, definitions }
}

const binaries = new WeakMap<Registry, { served: number; bytes: Uint8Array }>()

/** Encoding takes a moment and is the same until resources come or go. */
function binaryV2(r: Registry): Uint8Array {
  const known = binaries.get(r)
  if (known?.served === r.generation) return known.bytes
  const bytes = encodeV2(documentV2(r))
  binaries.set(r, { served: r.generation, bytes })
  return bytes
}

const COMMON = ['DeleteOptions', 'Status', 'APIResourceList', 'Scale', 'WatchEvent']

/** `io.k8s.api.apps.v1.Deployment`; custom kinds are named backwards by their group. */
function schemaIdOf(s: Served): string {
  const { schema, group, version, kind } = s.definition
  if (schema.id) return schema.id
  return `${group.split('.').reverse().join('.')}.${version}.${kind}`
}

function collect(id: string, schema: Schema | undefined, found: JsonObject, prefix: string): void {
  if (!schema || found[id] !== undefined) return
  found[id] = {}
  const made = toOpenApi(schema, found, prefix, true)
  found[id] = schema.id ? withTexts(made, schema.id) : withTypeTexts(made)
}

/** Whose `apiVersion`, `kind` and `metadata` are described as everybody's. */
const ANY_KIND = 'Deployment'

/** A custom kind says of `apiVersion`, `kind` and `metadata` what all kinds say. */
function withTypeTexts(o: JsonObject): JsonObject {
  if (!isObject(o.properties) || !o['x-kubernetes-group-version-kind']) return o
  const properties: JsonObject = { ...o.properties }
  for (const k of ['apiVersion', 'kind']) {
    const description = describeType(ANY_KIND, k)
    if (description) properties[k] = { ...(properties[k] as JsonObject), description }
  }
  const { $ref } = (properties.metadata ?? {}) as JsonObject
  const description = describeType(ANY_KIND, 'metadata')
  if ($ref && description) properties.metadata = { description, allOf: [{ $ref }] }
  return { ...o, properties }
}

/** Without a text of its own such a field says what the type is. */
function referenceText(p: JsonObject): string {
  const first = (p.allOf as JsonObject[] | undefined)?.[0]
  const ref = (p.$ref ?? first?.$ref) as string | undefined
  return ref ? textOf(ref.slice(ref.lastIndexOf('/') + 1), '') : ''
}

/** The type with the texts of its fields. A reference takes a text only beside it, in `allOf`. */
function withTexts(o: JsonObject, id: string): JsonObject {
  const own = textOf(id, '')
  const out: JsonObject = own ? { description: own, ...o } : { ...o }
  if (!isObject(o.properties)) return out
  const properties: JsonObject = {}
  for (const [k, p] of Object.entries(o.properties as Record<string, JsonObject>)) {
    const text = textOf(id, k) || referenceText(p)
    if (!text || p.description !== undefined) properties[k] = p
    else if (p.$ref) properties[k] = { description: text, allOf: [{ $ref: p.$ref }] }
    else properties[k] = { description: text, ...p }
  }
  return { ...out, properties }
}

/** Our form in OpenAPI's; referenced types are collected on the way. */
function toOpenApi(s: Schema, found: JsonObject, prefix: string, top = false): JsonObject {
  if (s.ref) {
    const target = resolve(s)
    const id = target.id ?? s.ref
    collect(id, target, found, prefix)
    const $ref = prefix + id
    const extra = extensions(s)
    if (s.default === undefined && Object.keys(extra).length === 0 && !s.description)
      return { $ref }
    if (prefix === V2) return { $ref, ...extra }
    return {
      ...described(s),
      ...(s.default === undefined ? {} : { default: s.default }),
      allOf: [{ $ref }],
      ...extra,
    }
  }
  const out: JsonObject = { ...described(s) }
  for (const k of [
    'type',
    'format',
    'enum',
    'required',
    'default',
    'nullable',
    'pattern',
  ] as const) {
    const v = (s as unknown as JsonObject)[k]
    if (v !== undefined) out[k] = v
  }
  if (s.oneOf && prefix === V3) out.oneOf = s.oneOf
  else if (s.oneOf) out.type = 'string'
  if (s.items) out.items = toOpenApi(s.items, found, prefix)
  if (s.additionalProperties)
    out.additionalProperties = toOpenApi(s.additionalProperties, found, prefix)
  if (s.properties) {
    const properties: JsonObject = {}
    for (const [k, p] of Object.entries(s.properties)) properties[k] = toOpenApi(p, found, prefix)
    out.properties = properties
  }
  Object.assign(out, extensions(s))
  if (top && s.gvk) out['x-kubernetes-group-version-kind'] = s.gvk
  return out
}

function described(s: Schema): JsonObject {
  return s.description ? { description: s.description } : {}
}

function extensions(s: Schema): JsonObject {
  const out: JsonObject = {}
  if (s.listType) out['x-kubernetes-list-type'] = s.listType
  if (s.listMapKeys) out['x-kubernetes-list-map-keys'] = s.listMapKeys
  if (s.mapType) out['x-kubernetes-map-type'] = s.mapType
  if (s.patchStrategy) out['x-kubernetes-patch-strategy'] = s.patchStrategy
  if (s.patchMergeKey) out['x-kubernetes-patch-merge-key'] = s.patchMergeKey
  if (s.preserveUnknownFields) out['x-kubernetes-preserve-unknown-fields'] = true
  if (s.embeddedResource) out['x-kubernetes-embedded-resource'] = true
  if (s.intOrString) out['x-kubernetes-int-or-string'] = true
  return out
}

const ON_ITEM: Readonly<Record<string, string>> = {
  get: 'get',
  update: 'put',
  patch: 'patch',
  delete: 'delete',
}
const ON_LIST: Readonly<Record<string, string>> = {
  list: 'get',
  create: 'post',
  deletecollection: 'delete',
}
const ACTIONS: Readonly<Record<string, string>> = { update: 'put', create: 'post' }

function addPaths(paths: JsonObject, s: Served, prefix: string): void {
  const { group, version, plural, namespaced } = s.definition
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`
  const base = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`
  const collection = operations(s, ON_LIST, prefix)
  const item = operations(s, ON_ITEM, prefix)
  if (Object.keys(collection).length > 0) paths[base] = collection
  if (Object.keys(item).length > 0) paths[`${base}/{name}`] = item
  for (const sub of s.info.subresources ?? []) {
    const verbs = Object.fromEntries(Object.entries(ON_ITEM).filter(([v]) => sub.verbs.includes(v)))
    paths[`${base}/{name}/${sub.name}`] = operations(s, verbs, prefix, sub.verbs)
  }
}

function operations(
  s: Served,
  verbs: Readonly<Record<string, string>>,
  prefix: string,
  allowed: readonly string[] = s.info.verbs,
): JsonObject {
  const out: JsonObject = {}
  const { group, version, kind } = s.definition
  for (const [verb, method] of Object.entries(verbs)) {
    if (!allowed.includes(verb)) continue
    const write = verb === 'create' || verb === 'update' || verb === 'patch'
    const $ref = prefix + schemaIdOf(s)
    const ok =
      prefix === V3
        ? { description: 'OK', content: { 'application/json': { schema: { $ref } } } }
        : { description: 'OK', schema: { $ref } }
    out[method] = {
      responses: { '200': ok },
      ...(write ? { parameters: WRITE_PARAMETERS.map((name) => parameter(name, prefix)) } : {}),
      'x-kubernetes-action': ACTIONS[verb] ?? verb,
      'x-kubernetes-group-version-kind': { group, version, kind },
    }
  }
  return out
}

const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation']

function parameter(name: string, prefix: string): JsonObject {
  const typed =
    prefix === V3
      ? { schema: { type: 'string', uniqueItems: true } }
      : { type: 'string', uniqueItems: true }
  return { name, in: 'query', ...typed }
}
