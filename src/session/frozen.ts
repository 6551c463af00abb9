/** etcd as it was at one revision: it answers reads and never changes. */
import type { MvccStore } from '../cluster/etcd/mvcc.ts'
import {
  type RangeQuery,
  type RangeResult,
  type Revision,
  type Store,
  StoreError,
  type StoreEvent,
  type StoreStatus,
  type TxnResult,
} from '../cluster/etcd/store.ts'
import { Stream } from '../cluster/sim/stream.ts'
import type { Task } from '../cluster/sim/task.ts'

/** A store that stands still at a revision of a live one. Writes fail: whoever asks must refuse them before. */
export class FrozenStore implements Store {
  constructor(
    private readonly live: MvccStore,
    private readonly revision: Revision,
  ) {}

  // biome-ignore lint/correctness/useYield: nothing here waits
  *range(q: RangeQuery): Task<RangeResult> {
    const { revision } = this
    const at = q.revision ? Math.min(q.revision, revision) : revision
    return { ...this.live.history({ ...q, revision: at }), revision }
  }

  // biome-ignore lint/correctness/useYield: nothing here waits
  *txn(): Task<TxnResult> {
    return { succeeded: false, revision: this.revision, gets: [] }
  }

  watch(): Stream<StoreEvent> {
    return new Stream<StoreEvent>()
  }

  // biome-ignore lint/correctness/useYield: nothing here waits
  *compact(): Task<void> {}

  // biome-ignore lint/correctness/useYield: nothing here waits
  *grant(): Task<number> {
    throw new StoreError('no-space')
  }

  // biome-ignore lint/correctness/useYield: nothing here waits
  *keepAlive(): Task<void> {
    throw new StoreError('lease-not-found')
  }

  // biome-ignore lint/correctness/useYield: nothing here waits
  *revoke(): Task<void> {
    throw new StoreError('lease-not-found')
  }

  status(): StoreStatus {
    return { ...this.live.status(), revision: this.revision, compacted: 0 }
  }
}
