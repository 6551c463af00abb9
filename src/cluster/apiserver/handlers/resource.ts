/**
 * A request for a resource, verb by verb.
 * @source staging/src/k8s.io/apiserver/pkg/endpoints/handlers
 */
import type { DeleteOptions, Namespace } from '../../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported } from '../../api/meta/field.ts'
import { isObject, type JsonObject } from '../../api/meta/json.ts'
import { JsonSyntaxError } from '../../api/meta/jsontext.ts'
import {
  badRequest,
  type FieldError,
  invalid,
  isReason,
  methodNotAllowed,
} from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { type Schema, schemaNamed } from '../../api/schema.ts'
import type { ApiResponse } from '../../api/transport.ts'
import { Stream } from '../../sim/stream.ts'
import type { Task } from '../../sim/task.ts'
import { decodeObject, decodeStrictly, readBody } from '../body.ts'
import type { Call } from '../call.ts'
import { json, listResponse, objectResponse, watchEncoder } from '../content.ts'
import { decode } from '../decode.ts'
import { checkListOptions } from '../listoptions.ts'
import { createObject } from '../registry/create.ts'
import { deleteObject } from '../registry/delete.ts'
import { resolved } from '../registry/managedfields.ts'
import { checkVersion, filterOf, getObject, listObjects } from '../registry/read.ts'
import type { Registry } from '../registry/registry.ts'
import { type UpdateMode, updateObject } from '../registry/update.ts'
import type { WatchCache, WatchStart } from '../registry/watchcache.ts'
import { isTrue, param } from '../requestinfo.ts'
import { checkDryRun } from '../writeoptions.ts'
import { serveApply } from './apply.ts'
import { PATCH_TYPES, readPatch } from './patch.ts'

/** Serves a request on the object or collection itself, or on its status. */
export function* serveResource(r: Registry, c: Call): Task<ApiResponse> {
  switch (c.info.verb) {
    case 'get':
      return objectResponse(c, 200, yield* getObject(r, c, c.info.name))
    case 'list':
      if (!c.typed) checkListOptions(c.request.query, false)
      return listResponse(c, yield* listObjects(r, c))
    case 'watch':
      if (!c.typed) checkListOptions(c.request.query, true)
      return yield* watch(r, c)
    case 'create':
      return yield* create(r, c)
    case 'update':
      return yield* update(r, c)
    case 'patch':
      return yield* patch(r, c)
    case 'delete':
      return yield* remove(r, c)
    default:
      return yield* removeAll(r, c)
  }
}

function* create(r: Registry, c: Call): Task<ApiResponse> {
  if (c.info.name) throw methodNotAllowed(c.served.gr, 'create')
  const o = decodeObject(c)
  const stored = yield* createObject(r, c, o)
  return objectResponse(c, 201, stored)
}

/** Kinds whose status gets defaults. */
const DEFAULTED_STATUS = new Set(['Node', 'Service'])

/** The usual write of a controller: a status, beside which everything stays as it is. */
function* updateStatusOnly(r: Registry, c: Call): Task<ApiResponse> {
  const sent = c.request.body as AnyObject
  const { properties } = c.served.definition.schema
  const metadata = decode(schemaNamed('ObjectMeta'), sent.metadata) as AnyObject['metadata']
  const status = decode(properties?.status as Schema, sent.status ?? {})
  const done = yield* updateObject(
    r,
    c,
    c.info.name,
    (current) => ({ ...current, metadata: { ...metadata }, status }),
    { statusOnly: true, pinned: (o) => o.metadata.resourceVersion },
  )
  return objectResponse(c, 200, done.object)
}

function* update(r: Registry, c: Call): Task<ApiResponse> {
  const { name } = c.info
  const { definition, hasStatus, custom, toStored } = c.served
  const simple = hasStatus && !custom && !toStored && !DEFAULTED_STATUS.has(definition.kind)
  if (c.typed && c.subresource === 'status' && simple) return yield* updateStatusOnly(r, c)
  const sent = decodeObject(c)
  checkNames(c, sent, name)
  const stored = c.served.toStored ? c.served.toStored(sent) : sent
  const { strategy } = c.served.definition
  const mode: UpdateMode = {
    pinned: (o) => o.metadata.resourceVersion,
    ...(strategy?.allowCreateOnUpdate && !c.subresource ? { create: () => sent } : {}),
  }
  // Each round needs a fresh copy, as defaults and strategies write into it.
  const fresh = () => ({ ...stored, metadata: { ...stored.metadata } })
  const done = yield* updateObject(r, c, name, fresh, mode)
  return objectResponse(c, done.created ? 201 : 200, done.object)
}

function checkNames(c: Call, o: AnyObject, name: string): void {
  const m = o.metadata
  if (!m.name) throw badRequest('name must be provided')
  if (m.name !== name) {
    throw badRequest(
      `the name of the object (${m.name}) does not match the name on the URL (${name})`,
    )
  }
  if (!c.served.definition.namespaced) return
  if (m.namespace && m.namespace !== c.namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  }
  m.namespace = c.namespace
}

function* patch(r: Registry, c: Call): Task<ApiResponse> {
  const type = c.request.headers['content-type']?.split(';')[0]?.trim()
  if (type === PATCH_TYPES.apply) {
    const done = yield* serveApply(r, c)
    return objectResponse(c, done.created ? 201 : 200, done.object)
  }
  if (isTrue(c.request.query, 'force')) {
    const error = forbiddenField('force', 'may not be specified for non-apply patch')
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [error])
  }
  const { toServed, toStored } = c.served
  const p = readPatch(c)
  const body = p.body
  const names = isObject(body) ? (body.metadata as JsonObject | undefined) : undefined
  const warned = c.warnings.length
  const done = yield* updateObject(
    r,
    c,
    c.info.name,
    (current) => {
      c.warnings.length = warned
      const view = c.typed ? current : resolved(current)
      const next = p.apply(toServed ? toServed(view) : view)
      checkPatched(c, next)
      return toStored ? toStored(next) : next
    },
    { pinned: (o) => (names?.resourceVersion ? o.metadata.resourceVersion : undefined) },
  )
  return objectResponse(c, 200, done.object)
}

function checkPatched(c: Call, o: AnyObject): void {
  const { name } = c.info
  const m = o.metadata
  if (m.name !== name) {
    throw badRequest(
      `the name of the object (${m.name ?? ''}) does not match the name on the URL (${name})`,
    )
  }
  if (!c.served.definition.namespaced || m.namespace === c.namespace) return
  throw badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  )
}

/** DeleteOptions of body and query. */
export function deleteOptions(c: Call): DeleteOptions {
  const { body, query, headers } = c.request
  let options: DeleteOptions = {}
  if (c.typed) options = (body as DeleteOptions | undefined) ?? {}
  else if (body !== undefined && body !== '' && body !== null) {
    options = decodeOptions(c, body, headers['content-type'])
  }
  const policy = param(query, 'propagationPolicy')
  const grace = param(query, 'gracePeriodSeconds')
  const orphan = param(query, 'orphanDependents')
  const dryRun = query.get('dryRun')
  return {
    ...options,
    ...(dryRun && !options.dryRun ? { dryRun: [...dryRun] } : {}),
    ...(policy ? { propagationPolicy: policy } : {}),
    ...(grace !== undefined ? { gracePeriodSeconds: wholeNumber(grace) } : {}),
    ...(orphan !== undefined ? { orphanDependents: orphan === 'true' } : {}),
  }
}

function decodeOptions(c: Call, body: unknown, contentType: string | undefined): DeleteOptions {
  const as = { kind: 'DeleteOptions', apiVersion: 'v1' }
  const schema = schemaNamed('DeleteOptions')
  try {
    const raw = readBody(body, contentType)
    return decodeStrictly(c, schema, raw, as) as unknown as DeleteOptions
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badRequest(error.message)
    throw error
  }
}

function withDryRun(c: Call, o: DeleteOptions): Call {
  return o.dryRun?.includes('All') && !c.dryRun ? { ...c, dryRun: true } : c
}

/** Kinds whose DELETE answers with the object that went. */
const RETURNED = new Set([
  'Pod',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'PodTemplate',
  'ResourceQuota',
  'ServiceAccount',
  'Service',
])

function* remove(r: Registry, c: Call): Task<ApiResponse> {
  const options = deleteOptions(c)
  checkPolicy(options)
  const { name } = c.info
  const { object, gone } = yield* deleteObject(r, withDryRun(c, options), name, options)
  if (!gone || RETURNED.has(c.served.definition.kind)) return objectResponse(c, 200, object)
  const { group, resource } = c.served.gr
  const { uid } = object.metadata
  const details = { name, ...(group ? { group } : {}), kind: resource, uid }
  return json(
    200,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
    c.warnings,
  )
}

const DELETE_OPTIONS = { group: 'meta.k8s.io', kind: 'DeleteOptions' }

function wholeNumber(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text)
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
}

function checkPolicy(o: DeleteOptions): void {
  const p = o.propagationPolicy
  const errors: FieldError[] = []
  if (p !== undefined && !['Orphan', 'Background', 'Foreground'].includes(p)) {
    const valid = ['Foreground', 'Background', 'Orphan', 'nil']
    errors.push(notSupported('propagationPolicy', p, valid))
  }
  if (p !== undefined && o.orphanDependents !== undefined) {
    const text = 'orphanDependents and deletionPropagation cannot be both set'
    errors.push(invalidValue('propagationPolicy', p, text))
  }
  errors.push(...checkDryRun(o.dryRun))
  if (errors.length > 0) throw invalid(DELETE_OPTIONS, '', errors)
}

function* removeAll(r: Registry, c: Call): Task<ApiResponse> {
  const options = deleteOptions(c)
  checkPolicy(options)
  const call = withDryRun(c, options)
  if (!c.typed) checkListOptions(c.request.query, false)
  const found = yield* listObjects(r, call)
  const deleted: AnyObject[] = []
  for (const o of found.items) {
    try {
      const { namespace = '', name = '' } = o.metadata
      const done = yield* deleteObject(r, { ...call, namespace }, name, options)
      deleted.push(done.object)
    } catch (error) {
      // Somebody else deleted it meanwhile, which is what was wanted.
      if ((error as { reason?: string }).reason !== 'NotFound') throw error
    }
  }
  return listResponse(c, { ...found, items: deleted })
}

function* watch(r: Registry, c: Call): Task<ApiResponse> {
  const { cache, definition, apiVersion } = c.served
  yield* cache.ready()
  const { query } = c.request
  const at = param(query, 'resourceVersion')
  const initial = isTrue(query, 'sendInitialEvents')
  const since = at && at !== '0' && !initial ? Number(at) : undefined
  checkVersion(at)
  const encode = watchEncoder(c)
  const start: WatchStart = {
    filter: filterOf(c),
    since,
    endMark: initial,
    bookmarks: isTrue(query, 'allowWatchBookmarks') && !c.typed,
    ...(encode ? { encode } : {}),
    apiVersion,
    kind: definition.kind,
  }
  const stream = c.typed ? cache.watch(start) : watchOrTell(cache, start)
  endInTime(r, c, stream)
  return { status: 200, headers: { 'content-type': 'application/json' }, stream }
}

/** A watch that cannot begin where it was asked to says so as its only event. */
function watchOrTell(cache: WatchCache, start: WatchStart): Stream<unknown> {
  try {
    return cache.watch(start)
  } catch (error) {
    if (!isReason(error, 'Expired')) throw error
    const stream = new Stream<unknown>()
    stream.push({ type: 'ERROR', object: error.status })
    stream.end()
    return stream
  }
}

function endInTime(r: Registry, c: Call, stream: { end(): void; closed: boolean }): void {
  const seconds = Number(param(c.request.query, 'timeoutSeconds') ?? '0')
  if (!(seconds > 0)) return
  const { clock, trace } = r.world
  const run = () => stream.end()
  const step = { owner: 'kube-apiserver', label: 'watch timeout', cause: trace.current, run }
  clock.at(clock.now + seconds * 1000, step, true)
}

/** `namespaces/x/finalize`: the namespace controller takes its finalizer off. */
export function* serveFinalize(r: Registry, c: Call): Task<ApiResponse> {
  const sent = (
    c.typed ? decode(c.served.definition.schema, c.request.body) : decodeObject(c)
  ) as AnyObject
  const { spec } = sent as unknown as Namespace
  const done = yield* updateObject(
    r,
    c,
    c.info.name,
    (current) => ({ ...current, spec: spec ?? {} }),
    { raw: true, pinned: () => sent.metadata.resourceVersion },
  )
  return objectResponse(c, 200, done.object)
}
