/**
 * Claiming: a controller adopts objects that match its selector and have no controller, and releases its own that no
 * longer match.
 * @source pkg/controller/controller_ref_manager.go
 */
import type { ObjectMeta } from '../api/generated/types.ts'
import { type Labels, matches, type Selector } from '../api/meta/labels.ts'
import { controllerOf } from '../api/meta/ownership.ts'
import { isReason } from '../api/meta/status.ts'
import type { Task } from '../sim/task.ts'
import type { Client, Kind } from './client.ts'

/** Who claims, and how. */
export interface Claim<T> {
  readonly client: Client
  /** Kind of the claimed objects. */
  readonly kind: Kind
  readonly owner: { apiVersion: string; kind: string; metadata: ObjectMeta }
  readonly selector: Selector
  /** Extra condition on claimed objects (e.g. an active pod, the right name). */
  readonly filter?: (o: T) => boolean
  /** Read once and uncached before the first adoption. @returns the owner as it is now, or undefined when gone */
  fresh(): Task<{ metadata: ObjectMeta } | undefined>
  /** Finalizers to add on adoption (Jobs). */
  readonly finalizers?: readonly string[]
}

interface Owned {
  metadata: ObjectMeta
}

/** Sorts out which of `objects` belong to the owner, adopting and releasing on the way. */
export function* claimObjects<T extends Owned>(claim: Claim<T>, objects: Iterable<T>): Task<T[]> {
  const mine: T[] = []
  let mayAdopt: boolean | undefined
  for (const o of objects) {
    const ref = controllerOf(o)
    const fits = matches(claim.selector, o.metadata.labels as Labels) && (claim.filter?.(o) ?? true)
    if (ref) {
      if (ref.uid !== claim.owner.metadata.uid) continue
      if (fits) mine.push(o)
      else if (!claim.owner.metadata.deletionTimestamp) yield* release(claim, o)
      continue
    }
    if (!fits || claim.owner.metadata.deletionTimestamp || o.metadata.deletionTimestamp) continue
    if (o.metadata.namespace !== claim.owner.metadata.namespace) continue
    mayAdopt ??= yield* canAdopt(claim)
    if (mayAdopt && (yield* adopt(claim, o))) mine.push(o)
  }
  return mine
}

function* canAdopt<T>(claim: Claim<T>): Task<boolean> {
  const now = yield* claim.fresh()
  const { uid } = claim.owner.metadata
  return now !== undefined && now.metadata.uid === uid && !now.metadata.deletionTimestamp
}

function* adopt<T extends Owned>(claim: Claim<T>, o: T): Task<boolean> {
  const { owner } = claim
  const ref = {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  }
  const metadata = {
    ownerReferences: [ref],
    uid: o.metadata.uid,
    ...(claim.finalizers ? { finalizers: claim.finalizers } : {}),
  }
  try {
    yield* claim.client.patch(claim.kind, keyOf(o), 'strategic', { metadata })
    return true
  } catch (error) {
    if (isReason(error, 'NotFound')) return false
    throw error
  }
}

function* release<T extends Owned>(claim: Claim<T>, o: T): Task<void> {
  const gone = { $patch: 'delete', uid: claim.owner.metadata.uid }
  const drop = claim.finalizers ? { '$deleteFromPrimitiveList/finalizers': claim.finalizers } : {}
  const body = { metadata: { ownerReferences: [gone], uid: o.metadata.uid, ...drop } }
  try {
    yield* claim.client.patch(claim.kind, keyOf(o), 'strategic', body)
  } catch (error) {
    // Gone, or another object of that name by now: either way it is no longer ours.
    if (!isReason(error, 'NotFound') && !isReason(error, 'Invalid')) throw error
  }
}

function keyOf(o: Owned) {
  return { namespace: o.metadata.namespace ?? '', name: o.metadata.name ?? '' }
}
