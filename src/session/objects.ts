/** Reading all of etcd at once, now or as it was. */
import type { AnyObject } from '../cluster/api/object.ts'
import type { MvccStore } from '../cluster/etcd/mvcc.ts'
import type { Revision } from '../cluster/etcd/store.ts'

/** The keys of all objects. */
export const ALL = { key: '/registry/', end: '/registry0' }

/** Every object that etcd holds, or held at a revision, in the order of their keys. */
export function objectsIn(store: MvccStore, revision?: Revision): AnyObject[] {
  const { kvs } = store.history(revision === undefined ? ALL : { ...ALL, revision })
  return kvs
    .map((kv) => kv.value as AnyObject | undefined)
    .filter((o) => o?.metadata) as AnyObject[]
}
