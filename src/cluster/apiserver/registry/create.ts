/**
 * Creating an object: admission, strategy, validation, and one etcd transaction that demands the key be free.
 * @source staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go Create
 */
import type { ManagedFieldsEntry } from '../../api/generated/types.ts'
import { generateName, newUid } from '../../api/meta/names.ts'
import {
  type ApiError,
  alreadyExists,
  badRequest,
  failure,
  invalid,
} from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import type { Attributes } from '../admission/chain.ts'
import { type Call, keyOfName } from '../call.ts'
import { expressionFaults } from '../cel/faults.ts'
import { decode } from '../decode.ts'
import { trackManager, withManaged } from './managedfields.ts'
import { orderedMeta, takesAnyFinalizer, validateMeta } from './meta.ts'
import type { Registry } from './registry.ts'
import { addressOps, allocateService } from './serviceip.ts'
import { unstamped } from './storage.ts'

const GENERATE_TRIES = 8

/**
 * Creates an object that was just decoded and belongs to nobody else.
 * @returns the stored object, in the stored version
 * @throws ApiError AlreadyExists, Invalid, Forbidden, BadRequest
 */
export function* createObject(r: Registry, c: Call, decoded: AnyObject): Task<AnyObject> {
  const { definition, toStored } = c.served
  placeObject(c, decoded)
  const o = toStored ? toStored(decoded) : decoded
  definition.defaults?.(o)
  // What admission and strategies fill in is nobody's.
  const managed = c.typed || isApplied(o) ? undefined : managedOf(c, o)
  const { generateName: prefix, name } = o.metadata
  if (!prefix || name) return yield* admitAndInsert(r, c, o, managed)
  for (let i = 1; ; i++) {
    try {
      // Admission already speaks of the object by its generated name.
      o.metadata.name = generateName(c.random, prefix)
      return yield* admitAndInsert(r, c, o, managed)
    } catch (error) {
      const taken = (error as ApiError).reason === 'AlreadyExists'
      if (!taken || i === GENERATE_TRIES) throw error
    }
  }
}

function* admitAndInsert(r: Registry, c: Call, o: AnyObject, managed: Managed): Task<AnyObject> {
  yield* r.admission.admit(createAttributes(c, o))
  return yield* insert(r, c, o, managed)
}

/** What admission sees of a creation. */
function createAttributes(c: Call, object: AnyObject): Attributes {
  const { served, namespace, subresource } = c
  const name = object.metadata.name ?? ''
  return { operation: 'CREATE', served, subresource, namespace, name, object, call: c }
}

/** Puts the object into the namespace of the request and checks that both agree. */
export function placeObject(c: Call, o: AnyObject): void {
  const m = o.metadata
  if (c.served.definition.namespaced) {
    if (!c.namespace) throw badRequest('an empty namespace may not be set during creation')
    if (m.namespace && m.namespace !== c.namespace) {
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      )
    }
    m.namespace = c.namespace
  } else if (m.namespace !== undefined && m.namespace !== '') {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  }
}

type Managed = ManagedFieldsEntry[] | undefined

function* insert(r: Registry, c: Call, o: AnyObject, managed: Managed): Task<AnyObject> {
  const { definition, served } = { definition: c.served.definition, served: c.served }
  const m = o.metadata
  if (m.resourceVersion)
    throw failure(500, '', 'resourceVersion should not be set on objects to be created')
  m.uid = newUid(c.random)
  m.creationTimestamp = c.now
  delete m.deletionTimestamp
  delete m.deletionGracePeriodSeconds
  delete m.selfLink
  if (served.counted) m.generation = 1
  if (served.hasStatus && !definition.strategy?.keepsStatus) clearStatus(c, o)
  definition.strategy?.prepareForCreate?.(o, c)
  o.metadata = orderedMeta(m)
  // Addresses and ports are given out before anything else is looked at.
  if (isService(c)) yield* allocateService(r, c, o, undefined)
  const errors = [
    ...validateMeta(
      o.metadata,
      definition.namespaced,
      definition.strategy?.validateName,
      takesAnyFinalizer(definition.group, served.custom),
    ),
    ...(definition.validate?.(o, undefined, c) ?? []),
    ...expressionFaults(o),
  ]
  const gk = { group: definition.group, kind: definition.kind }
  if (errors.length > 0) throw invalid(gk, m.name ?? '', errors)
  for (const w of definition.strategy?.warnings?.(o, undefined, c) ?? []) c.warnings.push(w)
  definition.strategy?.canonicalize?.(o)
  yield* r.admission.validate(createAttributes(c, o))
  const tracked = trackedOf(c, o, managed)
  return yield* store(r, c, tracked)
}

/** A new object's status is the server's business, not the client's. */
function clearStatus(c: Call, o: AnyObject): void {
  const p = c.served.definition.schema.properties?.status
  if (p && typeof p.default === 'object') o.status = decode(p, {})
  else delete o.status
}

function* store(r: Registry, c: Call, o: AnyObject): Task<AnyObject> {
  const name = o.metadata.name ?? ''
  const key = keyOfName(c.served, c.namespace, name)
  if (c.dryRun) {
    const found = yield* r.store.range({ key })
    if (found.kvs[0]) throw taken(c, name, found.kvs[0].value as AnyObject)
    return o
  }
  const raw = unstamped(o)
  const result = yield* r.store.txn(
    [{ key, modRevision: 0 }],
    [{ op: 'put', key, value: raw }, ...(isService(c) ? addressOps(r, c, o, undefined) : [])],
    [{ op: 'get', key }],
  )
  if (!result.succeeded) throw taken(c, name, result.gets[0]?.value as AnyObject | undefined)
  return c.served.cache.objectOf({ key, value: raw, modRevision: result.revision })
}

function taken(c: Call, name: string, existing: AnyObject | undefined): ApiError {
  const error = alreadyExists(c.served.gr, name)
  if (!existing?.metadata.deletionTimestamp) return error
  const { status } = error
  return failure(409, 'AlreadyExists', `object is being deleted: ${status.message}`, status.details)
}

/** True when addresses and ports are to be given out. */
export function isService(c: Call): boolean {
  return c.served.gr.resource === 'services' && c.served.gr.group === '' && c.subresource === ''
}

/** True when apply has said already who owns what. */
function isApplied(o: AnyObject): boolean {
  return o.metadata.managedFields?.[0]?.operation === 'Apply'
}

/** Who set what, before strategies fill in more. */
function managedOf(c: Call, o: AnyObject): ManagedFieldsEntry[] | undefined {
  return trackManager(c, undefined, o).metadata.managedFields
}

function trackedOf(c: Call, o: AnyObject, managed: ManagedFieldsEntry[] | undefined): AnyObject {
  if (c.typed) return trackManager(c, undefined, o)
  return isApplied(o) ? o : withManaged(o, managed)
}
