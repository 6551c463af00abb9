/**
 * etcd with one member: every key's versions as a chain, every transaction as a revision, watches from any revision
 * that is still kept. Records a `commit` in the trace for each transaction that wrote and dispatches to watchers in
 * the same step, after the commit; a watch event's cause is that record.
 * @source etcd server/storage/mvcc (behaviour: revisions, tombstones, compaction, lease expiry)
 */
import type { CauseId, Millis, Timer } from '../sim/clock.ts'
import { Stream } from '../sim/stream.ts'
import type { Task } from '../sim/task.ts'
import type { ObjectRef } from '../sim/trace.ts'
import { WireError } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'
import { OrderedKeys } from './keys.ts'
import {
  type Compare,
  type KeyValue,
  type LeaseId,
  type Op,
  type RangeQuery,
  type RangeResult,
  type Revision,
  type Store,
  StoreError,
  type StoreEvent,
  type StoreStatus,
  type TxnResult,
} from './store.ts'

/** Where the member stands and how it is asked. */
export interface MvccOptions {
  /** The member's place, `etcd-1` unless given. */
  readonly place?: string
  /** Who asks, for the wire between. */
  readonly client?: string
  /** Keep versions past compaction for looking at the past. */
  readonly keepHistory?: boolean
  /** Names the object behind a value, for the trace; etcd itself knows no kinds. */
  readonly describe?: (value: unknown) => ObjectRef | undefined
}

/** A request to etcd is given up after this long, as the API server does. */
const REQUEST_TIMEOUT_MS = 10_000

/** One version of a key; `kv` undefined is a tombstone. */
interface Version {
  readonly revision: Revision
  readonly kv: KeyValue | undefined
  older: Version | undefined
}

interface Batch {
  readonly revision: Revision
  readonly at: Millis
  readonly events: readonly StoreEvent[]
}

interface Watcher {
  readonly key: string
  readonly end: string | undefined
  readonly stream: Stream<StoreEvent>
}

interface Lease {
  readonly ttlMs: Millis
  readonly keys: Set<string>
  timer: Timer
}

/** The store of one member, with what only its host may ask (history by time). */
export interface MvccStore extends Store {
  /** The newest revision at or before that virtual time. */
  revisionAt(at: Millis): Revision
  /** Virtual time of a revision's commit, undefined when unknown. */
  timeOf(revision: Revision): Millis | undefined
  /** Reads the past even where compaction has hidden it from the API. */
  history(q: RangeQuery): RangeResult
  /** Every kept change in `(after, upTo]`, in order. */
  changes(after: Revision, upTo: Revision): readonly StoreEvent[]
}

/** Makes an empty store. */
export function createMvccStore(world: World, options: MvccOptions = {}): MvccStore {
  return new Mvcc(world, options)
}

class Mvcc implements MvccStore {
  private revision: Revision = 1
  private compacted: Revision = 0
  private nextLease = 1
  private liveKeys = 0
  private readonly index = new OrderedKeys<Version>()
  private readonly log: Batch[] = []
  private readonly watchers = new Map<string, Set<Watcher>>()
  private readonly leases = new Map<LeaseId, Lease>()
  private readonly place: string
  private readonly client: string

  constructor(
    private readonly world: World,
    private readonly options: MvccOptions,
  ) {
    this.place = options.place ?? 'etcd-1'
    this.client = options.client ?? 'kube-apiserver-1'
  }

  *range(q: RangeQuery): Task<RangeResult> {
    return yield* this.ask(() => {
      this.checkRevision(q.revision)
      return this.history(q)
    })
  }

  *txn(
    compare: readonly Compare[],
    success: readonly Op[],
    failure: readonly Op[],
  ): Task<TxnResult> {
    return yield* this.ask(() => this.apply(compare, success, failure))
  }

  watch(q: { key: string; end?: string; from?: Revision }): Stream<StoreEvent> {
    const stream = new Stream<StoreEvent>()
    if (q.from !== undefined && q.from <= this.compacted) {
      stream.end(new StoreError('compacted'))
      return stream
    }
    const watcher: Watcher = { key: q.key, end: q.end, stream }
    if (q.from !== undefined) {
      for (const e of this.changes(q.from - 1, this.revision)) {
        if (inRange(e.kv.key, watcher)) stream.push(e)
      }
    }
    const bucket = bucketOf(q.key)
    const set = this.watchers.get(bucket) ?? new Set<Watcher>()
    set.add(watcher)
    this.watchers.set(bucket, set)
    stream.onCancel = () => set.delete(watcher)
    return stream
  }

  *compact(at: Revision): Task<void> {
    yield* this.ask(() => {
      if (at <= this.compacted) throw new StoreError('compacted')
      if (at > this.revision) throw new StoreError('future-revision')
      this.compacted = at
      if (!this.options.keepHistory) this.prune(at)
    })
  }

  *grant(ttlMs: Millis): Task<LeaseId> {
    return yield* this.ask(() => {
      const id = this.nextLease++
      this.leases.set(id, { ttlMs, keys: new Set(), timer: this.expiry(id, ttlMs) })
      return id
    })
  }

  *keepAlive(id: LeaseId): Task<void> {
    yield* this.ask(() => {
      const lease = this.leases.get(id)
      if (!lease) throw new StoreError('lease-not-found')
      lease.timer.cancel()
      lease.timer = this.expiry(id, lease.ttlMs)
    })
  }

  *revoke(id: LeaseId): Task<void> {
    yield* this.ask(() => this.drop(id))
  }

  status(): StoreStatus {
    return {
      revision: this.revision,
      compacted: this.compacted,
      term: 1,
      keys: this.liveKeys,
      members: [
        {
          name: this.place,
          leader: true,
          learner: false,
          healthy: !this.world.wires.isOff(this.place),
          raftIndex: this.revision,
        },
      ],
    }
  }

  revisionAt(at: Millis): Revision {
    let low = 0
    let high = this.log.length
    while (low < high) {
      const mid = (low + high) >> 1
      if ((this.log[mid] as Batch).at <= at) low = mid + 1
      else high = mid
    }
    return low === 0 ? 1 : (this.log[low - 1] as Batch).revision
  }

  timeOf(revision: Revision): Millis | undefined {
    return this.log[this.positionOf(revision)]?.at
  }

  history(q: RangeQuery): RangeResult {
    const at = q.revision || this.revision
    if (q.end === undefined) {
      const kv = versionAt(this.index.get(q.key), at)
      return { kvs: kv ? [kv] : [], count: kv ? 1 : 0, more: false, revision: this.revision }
    }
    const limit = q.limit || Number.POSITIVE_INFINITY
    const kvs: KeyValue[] = []
    let count = 0
    this.index.forRange(q.key, q.end, (version) => {
      const kv = versionAt(version, at)
      if (!kv) return
      count++
      if (!q.countOnly && kvs.length < limit) kvs.push(kv)
    })
    return { kvs, count, more: count > kvs.length && !q.countOnly, revision: this.revision }
  }

  changes(after: Revision, upTo: Revision): readonly StoreEvent[] {
    const events: StoreEvent[] = []
    for (let i = this.positionOf(after + 1); i < this.log.length; i++) {
      const batch = this.log[i] as Batch
      if (batch.revision > upTo) break
      events.push(...batch.events)
    }
    return events
  }

  /** Index in the log of the first batch at or after a revision. */
  private positionOf(revision: Revision): number {
    const first = this.log[0]
    if (!first) return 0
    return Math.max(0, revision - first.revision)
  }

  private *ask<T>(body: () => T): Task<T> {
    try {
      return yield* this.world.wires.call(
        this.client,
        this.place,
        REQUEST_TIMEOUT_MS,
        // biome-ignore lint/suspicious/useIterableCallbackReturn: a task without waits
        function* () {
          return body()
        },
      )
    } catch (error) {
      if (error instanceof WireError) throw new StoreError('timeout')
      throw error
    }
  }

  private checkRevision(revision: Revision | undefined): void {
    if (!revision) return
    if (revision < this.compacted) throw new StoreError('compacted')
    if (revision > this.revision) throw new StoreError('future-revision')
  }

  private apply(
    compare: readonly Compare[],
    success: readonly Op[],
    failure: readonly Op[],
  ): TxnResult {
    const succeeded = compare.every((c) => this.current(c.key, c.modRevision))
    const gets: (KeyValue | undefined)[] = []
    const changes: { type: 'put' | 'delete'; kv: KeyValue; prev: KeyValue | undefined }[] = []
    const next = this.revision + 1
    for (const op of succeeded ? success : failure) {
      if (op.op === 'get') gets.push(this.index.get(op.key)?.kv)
      else if (op.op === 'put') changes.push(this.put(op, next))
      else changes.push(...this.remove(op.key, op.end, next))
    }
    if (changes.length > 0) this.commit(next, changes)
    return { succeeded, revision: this.revision, gets }
  }

  private current(key: string, modRevision: Revision): boolean {
    return (this.index.get(key)?.kv?.modRevision ?? 0) === modRevision
  }

  private put(op: Extract<Op, { op: 'put' }>, revision: Revision) {
    const older = this.index.get(op.key)
    const prev = older?.kv
    const kv: KeyValue = {
      key: op.key,
      value: op.value,
      createRevision: prev?.createRevision ?? revision,
      modRevision: revision,
      version: (prev?.version ?? 0) + 1,
      lease: op.lease ?? 0,
    }
    if (op.lease) {
      const lease = this.leases.get(op.lease)
      if (!lease) throw new StoreError('lease-not-found')
      lease.keys.add(op.key)
    }
    if (prev?.lease && prev.lease !== op.lease) this.leases.get(prev.lease)?.keys.delete(op.key)
    if (!prev) this.liveKeys++
    this.index.set(op.key, { revision, kv, older })
    return { type: 'put' as const, kv, prev }
  }

  private remove(key: string, end: string | undefined, revision: Revision) {
    const doomed: KeyValue[] = []
    if (end === undefined) {
      const kv = this.index.get(key)?.kv
      if (kv) doomed.push(kv)
    } else {
      this.index.forRange(key, end, (v) => {
        if (v.kv) doomed.push(v.kv)
      })
    }
    return doomed.map((prev) => {
      this.index.set(prev.key, { revision, kv: undefined, older: this.index.get(prev.key) })
      if (prev.lease) this.leases.get(prev.lease)?.keys.delete(prev.key)
      this.liveKeys--
      return { type: 'delete' as const, kv: { ...prev, modRevision: revision }, prev }
    })
  }

  private commit(
    revision: Revision,
    changes: readonly { type: 'put' | 'delete'; kv: KeyValue; prev: KeyValue | undefined }[],
  ): void {
    this.revision = revision
    const { trace, clock } = this.world
    const first = changes[0] as (typeof changes)[number]
    const about = this.options.describe?.(first.kv.value)
    const cause: CauseId = trace.record({
      owner: this.place,
      verb: 'commit',
      revision,
      ...(about ? { about } : {}),
      text: first.type,
    })
    const events = changes.map((c) => ({ ...c, cause }))
    this.log.push({ revision, at: clock.now, events })
    for (const e of events) {
      this.dispatch(this.watchers.get(bucketOf(e.kv.key)), e)
      this.dispatch(this.watchers.get(''), e)
    }
  }

  private dispatch(set: Set<Watcher> | undefined, e: StoreEvent): void {
    if (!set) return
    for (const w of set) if (inRange(e.kv.key, w)) w.stream.push(e)
  }

  private expiry(id: LeaseId, ttlMs: Millis): Timer {
    const { clock } = this.world
    const run = () => this.drop(id)
    return clock.at(clock.now + ttlMs, { owner: this.place, label: 'lease', cause: 0, run }, true)
  }

  private drop(id: LeaseId): void {
    const lease = this.leases.get(id)
    if (!lease) return
    lease.timer.cancel()
    const keys = [...lease.keys].sort()
    const revision = this.revision + 1
    const changes = keys.flatMap((k) => this.remove(k, undefined, revision))
    this.leases.delete(id)
    if (changes.length > 0) this.commit(revision, changes)
  }

  /** Cuts chains and the log below a compaction, as far as nobody can ask for it any more. */
  private prune(at: Revision): void {
    const dead: string[] = []
    this.index.forRange('', '\uffff', (version, key) => {
      let v: Version | undefined = version
      while (v && v.revision > at) v = v.older
      if (!v) return
      v.older = undefined
      if (v === version && !v.kv) dead.push(key)
    })
    for (const key of dead) this.index.delete(key)
    const keepFrom = this.positionOf(at + 1)
    if (keepFrom > 0) this.log.splice(0, keepFrom)
  }
}

function versionAt(version: Version | undefined, at: Revision): KeyValue | undefined {
  let v = version
  while (v && v.revision > at) v = v.older
  return v?.kv
}

function inRange(key: string, w: { key: string; end?: string | undefined }): boolean {
  return w.end === undefined ? key === w.key : key >= w.key && key < w.end
}

/** Watchers are kept by the second path segment (`/registry/pods`), which is how the API server watches. */
function bucketOf(key: string): string {
  const second = key.indexOf('/', 1)
  if (second < 0) return ''
  const third = key.indexOf('/', second + 1)
  return third < 0 ? '' : key.slice(0, third)
}
