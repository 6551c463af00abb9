/**
 * What the API server asks of etcd, whether one member answers or a quorum does. Keys are paths, values are opaque
 * immutable objects (they stand for the bytes), revisions grow by one per transaction that wrote.
 * @source etcd v3 API, https://etcd.io/docs/v3.6/learning/api/
 */
import type { CauseId, Millis } from '../sim/clock.ts'
import type { Stream } from '../sim/stream.ts'
import type { Task } from '../sim/task.ts'

/** A store-wide logical clock; 1 is the empty store. */
export type Revision = number
/** Names a lease; 0 is none. */
export type LeaseId = number

/** One key at one revision. Values are never changed in place. */
export interface KeyValue {
  readonly key: string
  readonly value: unknown
  readonly createRevision: Revision
  readonly modRevision: Revision
  /** Writes since it was created; 1 at creation. */
  readonly version: number
  readonly lease: LeaseId
}

/** A question about a key (or the keys in `[key, end)`) at a revision. */
export interface RangeQuery {
  readonly key: string
  readonly end?: string
  readonly revision?: Revision
  readonly limit?: number
  readonly countOnly?: boolean
}

/** The answer; `count` is of all keys in range, whatever the limit. */
export interface RangeResult {
  readonly kvs: readonly KeyValue[]
  readonly count: number
  readonly more: boolean
  /** The store's revision when answered. */
  readonly revision: Revision
}

/** A condition of a transaction. modRevision 0 means the key does not exist. */
export interface Compare {
  readonly key: string
  readonly modRevision: Revision
}

/** A step of a transaction. */
export type Op =
  | { readonly op: 'put'; readonly key: string; readonly value: unknown; readonly lease?: LeaseId }
  | { readonly op: 'delete'; readonly key: string; readonly end?: string }
  | { readonly op: 'get'; readonly key: string }

/** What a transaction did; `gets` holds the answers of its get steps, in order. */
export interface TxnResult {
  readonly succeeded: boolean
  readonly revision: Revision
  readonly gets: readonly (KeyValue | undefined)[]
}

/** One change. `kv` is the new state (for a delete, its last value with modRevision of the delete). */
export interface StoreEvent {
  readonly type: 'put' | 'delete'
  readonly kv: KeyValue
  readonly prev: KeyValue | undefined
  readonly cause: CauseId
}

/** Why the store could not answer. */
export type StoreErrorReason =
  | 'compacted'
  | 'future-revision'
  | 'no-leader'
  | 'timeout'
  | 'lease-not-found'
  | 'no-space'

/** Thrown by the store's operations. */
export class StoreError extends Error {
  override name = 'StoreError'
  constructor(readonly reason: StoreErrorReason) {
    super(reason)
  }
}

/** Of one member. */
export interface MemberStatus {
  readonly name: string
  readonly leader: boolean
  readonly learner: boolean
  readonly healthy: boolean
  readonly raftIndex: number
}

/** Of the store as a whole. */
export interface StoreStatus {
  readonly revision: Revision
  readonly compacted: Revision
  readonly term: number
  readonly keys: number
  readonly members: readonly MemberStatus[]
}

/** etcd, as its one client sees it. */
export interface Store {
  /** @throws StoreError compacted, future-revision, no-leader, timeout */
  range(q: RangeQuery): Task<RangeResult>
  /** @throws StoreError no-leader, timeout, no-space, lease-not-found */
  txn(compare: readonly Compare[], success: readonly Op[], failure: readonly Op[]): Task<TxnResult>
  /** Changes from revision `from` on (inclusive), in order, each batch of one transaction; ends with StoreError. */
  watch(q: { key: string; end?: string; from?: Revision }): Stream<StoreEvent>
  compact(at: Revision): Task<void>
  grant(ttlMs: Millis): Task<LeaseId>
  keepAlive(id: LeaseId): Task<void>
  revoke(id: LeaseId): Task<void>
  status(): StoreStatus
}

/** The end of the range that covers every key starting with `prefix`. */
export function prefixEnd(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
}
