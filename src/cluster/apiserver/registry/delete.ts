/**
 * Deleting: preconditions, grace, finalizers of the propagation policy, and the moment when the object really goes.
 * @source staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go, registry/generic/registry/store.go Delete
 */
import type { DeleteOptions, Pod } from '../../api/generated/types.ts'
import { conflict, notFound } from '../../api/meta/status.ts'
import { formatTime } from '../../api/meta/time.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import { type Call, keyOfName } from '../call.ts'
import { isService } from './create.ts'
import { carryNote } from './managedfields.ts'
import { orderedMeta } from './meta.ts'
import type { Registry } from './registry.ts'
import { addressOps } from './serviceip.ts'
import { stamp, unstamped } from './storage.ts'

const ROUNDS_MAX = 100
const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'

/** What a deletion did: gone at once, or marked and waiting. */
export interface Deleted {
  readonly object: AnyObject
  readonly gone: boolean
}

/** Deletes one object. @throws ApiError NotFound, Conflict, Forbidden */
export function* deleteObject(
  r: Registry,
  c: Call,
  name: string,
  options: DeleteOptions,
): Task<Deleted> {
  const { served, namespace, subresource } = c
  const key = keyOfName(served, namespace, name)
  let admitted = false
  for (let round = 1; ; round++) {
    const kv = (yield* r.store.range({ key })).kvs[0]
    if (!kv) throw notFound(served.gr, name)
    const current = served.cache.objectOf(kv)
    checkPreconditions(c, name, current, options)
    if (!admitted) {
      const a = {
        operation: 'DELETE',
        served,
        subresource,
        namespace,
        name,
        old: current,
        call: c,
      } as const
      yield* r.admission.admit(a)
      yield* r.admission.validate(a)
      admitted = true
    }
    const step = nextStep(c, current, options)
    if (step === current || c.dryRun) return { object: current, gone: step === undefined }
    if (step) carryNote(current, step)
    const raw = step && unstamped(step)
    const op = raw ? ({ op: 'put', key, value: raw } as const) : ({ op: 'delete', key } as const)
    const more = !raw && isService(c) ? addressOps(r, c, undefined, current) : []
    const compare = [{ key, modRevision: kv.modRevision }]
    const result = yield* r.store.txn(compare, [op, ...more], [])
    if (result.succeeded) {
      if (raw) {
        const modRevision = result.revision
        return { object: served.cache.objectOf({ key, value: raw, modRevision }), gone: false }
      }
      return { object: stamp(unstamped({ ...current }), result.revision), gone: true }
    }
    if (round >= ROUNDS_MAX) throw conflict(served.gr, name, 'too many changes while deleting')
  }
}

function checkPreconditions(c: Call, name: string, o: AnyObject, options: DeleteOptions): void {
  const p = options.preconditions
  const gr = { group: c.served.gr.group, resource: c.served.definition.kind }
  if (p?.uid && p.uid !== o.metadata.uid) {
    const why = `the UID in the precondition (${p.uid}) does not match the UID in record (${o.metadata.uid}). The object might have been deleted and then recreated`
    throw conflict(gr, name, why)
  }
  if (p?.resourceVersion && p.resourceVersion !== o.metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${p.resourceVersion}) does not match the ResourceVersion in record (${o.metadata.resourceVersion}). The object might have been modified`
    throw conflict(gr, name, why)
  }
}

/** The object marked for deletion, itself when nothing changes, or undefined when it goes at once. */
function nextStep(c: Call, o: AnyObject, options: DeleteOptions): AnyObject | undefined {
  const m = o.metadata
  const finalizers = finalizersAfter(c, o, options)
  const grace = graceOf(o, options, c.served.definition.kind)
  const waiting = finalizers.length > 0 || isNamespaceBusy(o)
  if (m.deletionTimestamp) return stepOfDying(c, o, finalizers, grace, waiting)
  if (grace === 0 && !waiting) return undefined
  return marked(c, o, finalizers, grace)
}

function stepOfDying(
  c: Call,
  o: AnyObject,
  finalizers: string[],
  grace: number,
  waiting: boolean,
): AnyObject | undefined {
  const m = o.metadata
  const left = m.deletionGracePeriodSeconds ?? 0
  if (grace === 0 && !waiting) return undefined
  // A deletion under way can only be hastened.
  if (grace < left) return marked(c, o, finalizers, grace)
  if (finalizers.length === (m.finalizers?.length ?? 0)) return o
  return { ...o, metadata: orderedMeta({ ...m, finalizers }) }
}

function marked(c: Call, o: AnyObject, finalizers: string[], grace: number): AnyObject {
  const m = o.metadata
  const generation = m.generation ? { generation: m.generation + 1 } : {}
  const metadata = orderedMeta({
    ...m,
    ...(m.deletionTimestamp ? {} : generation),
    deletionTimestamp: formatTime(c.nowMs + grace * 1000),
    deletionGracePeriodSeconds: grace,
    ...(finalizers.length > 0 ? { finalizers } : {}),
  })
  if (finalizers.length === 0) delete metadata.finalizers
  if (o.kind !== 'Namespace') return { ...o, metadata }
  const { deletionGracePeriodSeconds: _, ...kept } = metadata
  const status = { ...(o.status as object), phase: 'Terminating' }
  return { ...o, metadata: kept, status }
}

function isNamespaceBusy(o: AnyObject): boolean {
  if (o.kind !== 'Namespace') return false
  const spec = o.spec as { finalizers?: string[] } | undefined
  return (spec?.finalizers?.length ?? 0) > 0
}

/** Finalizers after the propagation policy has had its say. */
function finalizersAfter(c: Call, o: AnyObject, options: DeleteOptions): string[] {
  const have = o.metadata.finalizers ?? []
  const { orphan, foreground } = policyOf(c, have, options)
  const kept = have.filter((f) => f !== ORPHAN && f !== FOREGROUND)
  if (orphan) kept.push(ORPHAN)
  if (foreground) kept.push(FOREGROUND)
  return kept
}

function policyOf(c: Call, have: readonly string[], options: DeleteOptions) {
  if (NOT_COLLECTED.has(c.served.definition.kind)) return { orphan: false, foreground: false }
  const policy = options.propagationPolicy
  const asked = policy || options.orphanDependents !== undefined
  if (asked) {
    return {
      orphan: policy === 'Orphan' || options.orphanDependents === true,
      foreground: policy === 'Foreground',
    }
  }
  if (have.includes(ORPHAN)) return { orphan: true, foreground: false }
  if (have.includes(FOREGROUND)) return { orphan: false, foreground: true }
  const byKind = c.served.definition.strategy?.defaultPropagation
  return { orphan: byKind === 'Orphan', foreground: byKind === 'Foreground' }
}

/** Kinds without dependents to care for. */
const NOT_COLLECTED = new Set(['Event'])

/** Seconds of grace; only pods get any. @source pkg/registry/core/pod/strategy.go CheckGracefulDelete */
function graceOf(o: AnyObject, options: DeleteOptions, kind: string): number {
  if (kind !== 'Pod') return 0
  const pod = o as unknown as Pod
  let seconds = options.gracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30
  if (!pod.spec?.nodeName) seconds = 0
  const phase = pod.status?.phase
  if (phase === 'Failed' || phase === 'Succeeded') seconds = 0
  return seconds < 0 ? 1 : seconds
}
