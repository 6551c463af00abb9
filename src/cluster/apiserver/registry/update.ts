/**
 * Changing an object: read, build the next version, admit, validate, and compare-and-swap; retried when somebody else
 * was faster, unless the client pinned a resourceVersion.
 * @source staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go Update
 */
import type { ObjectMeta } from '../../api/generated/types.ts'
import { invalidValue } from '../../api/meta/field.ts'
import { deepEqual, graft } from '../../api/meta/json.ts'
import { conflict, failure, invalid, notFound, OPTIMISTIC_LOCK } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { KeyValue } from '../../etcd/store.ts'
import type { Task } from '../../sim/task.ts'
import type { Attributes } from '../admission/chain.ts'
import { type Call, keyOfName } from '../call.ts'
import { expressionFaults } from '../cel/faults.ts'
import { createObject, isService } from './create.ts'
import { carryNote, resolved, trackManager, withManaged } from './managedfields.ts'
import { orderedMeta, takesAnyFinalizer, validateMetaUpdate } from './meta.ts'
import type { Registry } from './registry.ts'
import { addressOps, allocateService } from './serviceip.ts'
import { unstamped } from './storage.ts'

/** Rounds of read and swap before an update gives up. */
const ROUNDS_MAX = 100

/** Builds the next version from the current one; must return an object that nobody else holds. */
export type Transform = (current: AnyObject) => AnyObject

/** What an update did. */
export interface Updated {
  readonly object: AnyObject
  readonly created: boolean
  readonly changed: boolean
}

/** How an update behaves. */
export interface UpdateMode {
  /** Set: a missing object is created from this. */
  readonly create?: () => AnyObject
  /** True when the object carries what the client read, whose resourceVersion must still hold. */
  readonly pinned?: (next: AnyObject) => string | undefined
  /** Skips strategies and validation: the subresource has done its own (binding, finalize). */
  readonly raw?: boolean
  /** Only the status was sent; everything else is the current version's, shared and not to be written to. */
  readonly statusOnly?: boolean
  /** Server-side apply works out managedFields itself. */
  readonly tracked?: boolean
}

/**
 * Updates an object by `transform`.
 * @throws ApiError NotFound, Conflict, Invalid, Forbidden
 */
export function* updateObject(
  r: Registry,
  c: Call,
  name: string,
  transform: Transform,
  mode: UpdateMode = {},
): Task<Updated> {
  const key = keyOfName(c.served, c.namespace, name)
  for (let round = 1; ; round++) {
    const kv = (yield* r.store.range({ key })).kvs[0]
    if (!kv) {
      if (!mode.create) throw notFound(c.served.gr, name)
      return { object: yield* createObject(r, c, mode.create()), created: true, changed: true }
    }
    const current = c.served.cache.objectOf(kv)
    const next = yield* prepare(r, c, name, current, transform, mode)
    if (next === current) return { object: current, created: false, changed: false }
    const object = yield* swap(r, c, key, next, kv)
    if (object) return { object, created: false, changed: true }
    if (round >= ROUNDS_MAX) throw conflict(c.served.gr, name, OPTIMISTIC_LOCK)
  }
}

/** The next version, ready to store; `current` itself when nothing changes. */
function* prepare(
  r: Registry,
  c: Call,
  name: string,
  current: AnyObject,
  transform: Transform,
  mode: UpdateMode,
): Task<AnyObject> {
  const { definition } = c.served
  const candidate = transform(current)
  checkPinned(c, name, candidate, current, mode)
  if (mode.raw) {
    carryNote(current, candidate)
    return finished(candidate, current)
  }
  if (!mode.statusOnly) definition.defaults?.(candidate)
  // Who set what is told from what was sent, not from what admission and strategies make of it.
  const managed = mode.tracked
    ? candidate.metadata.managedFields
    : c.typed
      ? undefined
      : trackManager(c, current, candidate).metadata.managedFields
  const attributes: Attributes = {
    operation: 'UPDATE',
    served: c.served,
    subresource: c.subresource,
    namespace: c.namespace,
    name,
    object: candidate,
    old: current,
    call: c,
  }
  yield* r.admission.admit(attributes)
  beforeUpdate(c, candidate, current)
  if (isService(c)) yield* allocateService(r, c, candidate, current)
  const errors = [
    ...validateMetaUpdate(
      candidate.metadata,
      current.metadata,
      takesAnyFinalizer(definition.group, c.served.custom),
    ),
    ...(c.subresource === ''
      ? (definition.validate?.(candidate, current, c) ?? [])
      : (definition.validateStatus?.(candidate, current, c) ?? [])),
    ...(c.subresource === '' ? expressionFaults(candidate) : []),
  ]
  const gk = { group: definition.group, kind: definition.kind }
  if (errors.length > 0) throw invalid(gk, name, errors)
  for (const w of definition.strategy?.warnings?.(candidate, current, c) ?? []) c.warnings.push(w)
  definition.strategy?.canonicalize?.(candidate)
  yield* r.admission.validate(attributes)
  if (!c.typed || mode.tracked) return settled(withManaged(candidate, managed), current)
  const plain = withManaged(candidate, current.metadata.managedFields)
  const grafted = graft(plain, current)
  return grafted === current ? current : trackManager(c, current, grafted)
}

/** The next version with its managed fields worked out; `current` when it says the same. */
function settled(next: AnyObject, current: AnyObject): AnyObject {
  const known = resolved(current)
  return graft(next, known) === known ? current : finished(next, current)
}

function finished(next: AnyObject, current: AnyObject): AnyObject {
  const grafted = graft(next, current)
  if (grafted === current) return current
  carryNote(next, grafted)
  const { resourceVersion } = current.metadata
  const { resourceVersion: _, ...meta } = grafted.metadata
  if (deepEqual({ ...grafted, metadata: { ...meta, resourceVersion } }, current)) return current
  return grafted
}

function checkPinned(
  c: Call,
  name: string,
  next: AnyObject,
  current: AnyObject,
  mode: UpdateMode,
): void {
  const { gr, definition } = c.served
  const pinned = mode.pinned?.(next)
  if (pinned !== undefined && pinned !== '') {
    if (!/^\d+$/.test(pinned)) {
      // Upstream lets Go's words through.
      const text = `strconv.ParseUint: parsing ${JSON.stringify(pinned)}: invalid syntax`
      throw failure(500, '', text)
    }
    if (pinned !== current.metadata.resourceVersion) throw conflict(gr, name, OPTIMISTIC_LOCK)
  } else if (
    c.request.method === 'PUT' &&
    definition.strategy?.allowUnconditionalUpdate === false
  ) {
    // A patch carries the version it was applied to with it.
    const error = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')
    throw invalid({ group: definition.group, kind: definition.kind }, name, [error])
  }
  const { uid } = next.metadata
  if (uid && current.metadata.uid && uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`
    throw conflict(gr, name, why)
  }
}

/** Metadata that only the server writes is carried over; the strategy does the rest. */
function beforeUpdate(c: Call, next: AnyObject, old: AnyObject): void {
  const { definition, counted, hasStatus } = c.served
  const m = next.metadata
  const o = old.metadata
  m.generation = o.generation
  m.selfLink = o.selfLink
  m.uid ??= o.uid
  m.creationTimestamp = o.creationTimestamp
  m.deletionTimestamp = o.deletionTimestamp
  m.deletionGracePeriodSeconds = o.deletionGracePeriodSeconds
  m.generateName ??= o.generateName
  if (c.subresource === 'status') keepAllButStatus(c, next, old)
  else if (hasStatus && c.subresource !== 'approval') carry(next, old, 'status')
  if (c.subresource === '') definition.strategy?.prepareForUpdate?.(next, old, c)
  else definition.strategy?.prepareForStatusUpdate?.(next, old, c)
  if (counted && c.subresource !== 'status' && specChanged(c, next, old)) {
    m.generation = (o.generation ?? 0) + 1
  }
  next.metadata = orderedMeta(m as ObjectMeta)
}

function keepAllButStatus(c: Call, next: AnyObject, old: AnyObject): void {
  for (const k of Object.keys(next)) if (!STATUS_PARTS.has(k) && !(k in old)) delete next[k]
  for (const k of Object.keys(old)) if (!STATUS_PARTS.has(k)) next[k] = old[k]
  const { labels } = old.metadata
  if (!LABELS_BY_STATUS.has(c.served.definition.kind)) next.metadata.labels = labels
}

const STATUS_PARTS = new Set(['kind', 'apiVersion', 'metadata', 'status'])
/** Kinds whose status endpoint takes labels too. */
const LABELS_BY_STATUS = new Set(['Node', 'Namespace', 'Pod', 'PersistentVolume'])

function carry(next: AnyObject, old: AnyObject, part: string): void {
  if (old[part] === undefined) delete next[part]
  else next[part] = old[part]
}

function specChanged(c: Call, next: AnyObject, old: AnyObject): boolean {
  if (c.served.custom || next.spec === undefined) {
    for (const k of new Set([...Object.keys(next), ...Object.keys(old)])) {
      if (k === 'metadata' || k === 'apiVersion' || k === 'kind') continue
      if (k === 'status' && c.served.hasStatus) continue
      if (!deepEqual(next[k], old[k])) return true
    }
    return false
  }
  return !deepEqual(next.spec, old.spec)
}

/** Stores the next version if nobody was faster; removes an object whose last finalizer just went. */
function* swap(
  r: Registry,
  c: Call,
  key: string,
  next: AnyObject,
  kv: KeyValue,
): Task<AnyObject | undefined> {
  if (c.dryRun) return next
  const gone = isFinished(next)
  const raw = unstamped(next)
  const op = gone ? ({ op: 'delete', key } as const) : ({ op: 'put', key, value: raw } as const)
  const more = isService(c)
    ? addressOps(r, c, gone ? undefined : next, c.served.cache.objectOf(kv))
    : []
  const { modRevision } = kv
  const result = yield* r.store.txn([{ key, modRevision }], [op, ...more], [])
  if (!result.succeeded) return undefined
  return c.served.cache.objectOf({ key, value: raw, modRevision: result.revision })
}

/** True when an object that is being deleted has nothing left to wait for. */
export function isFinished(o: AnyObject): boolean {
  const m = o.metadata
  if (!m.deletionTimestamp || (m.finalizers?.length ?? 0) > 0) return false
  if (o.kind === 'Namespace') {
    const spec = o.spec as { finalizers?: string[] } | undefined
    return (spec?.finalizers?.length ?? 0) === 0
  }
  return (m.deletionGracePeriodSeconds ?? 0) === 0
}
