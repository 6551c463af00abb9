/** Deleting objects and waiting until they are gone. @source staging/src/k8s.io/kubectl/pkg/cmd/delete/delete.go */
import type { AnyObject } from '../cluster/api/object.ts'
import type { Task } from '../cluster/sim/task.ts'
import { pathOf } from './discovery.ts'
import type { Invocation } from './invocation.ts'
import { about, type Target } from './resource.ts'
import { waitFor } from './watching.ts'

/** How to delete. */
export interface Deletion {
  readonly propagation: 'Background' | 'Foreground' | 'Orphan'
  /** @unit seconds; undefined leaves it to the object */
  readonly grace?: number
}

/** What a delete request answered: the uid of what went, when it said. */
export interface Deleted {
  readonly uid?: string
}

/** Sends the delete request. @throws StatusError */
export function* deleteObject(
  k: Invocation,
  t: Target & { readonly name: string },
  how: Deletion,
  dryRun = k.dryRun() === 'server',
): Task<Deleted> {
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: how.propagation,
    ...(how.grace === undefined ? {} : { gracePeriodSeconds: how.grace }),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  }
  const answer = yield* k.client.object('DELETE', pathOf(t.mapping, t.namespace, t.name), {
    body,
    about: about(t.mapping, t.name),
  })
  const details = (answer as { details?: { uid?: string } }).details
  const uid = details?.uid ?? (answer as AnyObject).metadata?.uid
  return uid ? { uid } : {}
}

/** Waits until the object with that uid is gone. @returns false when the deadline passed first */
export function* waitGone(
  k: Invocation,
  t: Target & { readonly name: string },
  uid: string | undefined,
  deadline: number | undefined,
): Task<boolean> {
  return yield* waitFor(
    k,
    t,
    deadline,
    (o) => o === undefined || (uid !== undefined && o.metadata.uid !== uid),
  )
}

/** Deletes at once and waits; for replace --force and apply --force. */
export function* deleteAndWait(
  k: Invocation,
  t: Target & { readonly name: string },
  grace = 0,
): Task<void> {
  const gone = yield* deleteObject(k, t, { propagation: 'Background', grace })
  yield* waitGone(k, t, gone.uid, undefined)
}
