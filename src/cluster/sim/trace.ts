/**
 * One stream of records: who did what, when, and because of what. The why panel, the animations, the debug line and
 * the determinism tests all read it; nothing moves on the screen that is not in here.
 */
import type { CauseId, Clock, ComponentId, Millis } from './clock.ts'
import { hash32 } from './random.ts'

/** What a record says happened. The list is closed: a new verb is a change of contract for every reader. */
export type TraceVerb =
  | 'command' // a person (or a script) asked for something
  | 'request' // a request reached the API server
  | 'admit' // admission changed or refused it
  | 'commit' // etcd stored a revision
  | 'notify' // a watcher was told
  | 'enqueue' // a key entered a work queue
  | 'reconcile' // a controller began to work on a key
  | 'decide' // a component chose, and why
  | 'message' // a message between machines (Raft, network walk hop)
  | 'start' // a process or container began
  | 'exit' // a process or container ended
  | 'probe' // a probe's result changed something
  | 'fault' // something was broken or healed by hand
  | 'tick' // a periodic timer began a new root cause

/** Names one object. */
export interface ObjectRef {
  kind: string
  namespace?: string
  name: string
  uid?: string
}

/** Plain JSON, as far as the trace cares. */
export type Detail = Readonly<Record<string, unknown>>

/** One thing that happened. `parent` is the record that caused it; 0 is the beginning. */
export interface TraceRecord {
  readonly id: CauseId
  readonly parent: CauseId
  readonly at: Millis
  readonly owner: ComponentId
  readonly verb: TraceVerb
  readonly about?: ObjectRef
  readonly revision?: number
  readonly text: string
  readonly detail?: Detail
}

/** What a component says; id, parent and time are added. */
export interface TraceEntry {
  readonly owner: ComponentId
  readonly verb: TraceVerb
  readonly about?: ObjectRef
  readonly revision?: number
  readonly text: string
  readonly detail?: Detail
}

/** The trace. Old records are dropped past `keep`, newest are always there. */
export class Trace {
  /** The cause of whatever runs now; the clock restores it at each step. */
  current: CauseId = 0
  private readonly records: (TraceRecord | undefined)[] = []
  private firstId = 1
  private nextId = 1
  private hashA = 0x811c9dc5
  private hashB = 0x01000193
  private readonly subscribers = new Set<(record: TraceRecord) => void>()

  constructor(
    private readonly clock: Clock,
    private readonly keep: number,
  ) {}

  /** Adds a record caused by `current`. @returns its id; the caller may make it current */
  record(entry: TraceEntry): CauseId {
    const id = this.nextId++
    const at = this.clock.now
    this.hash(entry, at)
    const record: TraceRecord = { id, parent: this.current, at, ...entry }
    this.records.push(record)
    if (this.records.length > this.keep * 2) {
      this.records.splice(0, this.records.length - this.keep)
      this.firstId = this.nextId - this.records.length
    }
    for (const s of this.subscribers) s(record)
    return id
  }

  /** Adds a record and runs `body` with it as the cause. */
  under<T>(entry: TraceEntry, body: () => T): T {
    const outer = this.current
    this.current = this.record(entry)
    try {
      return body()
    } finally {
      this.current = outer
    }
  }

  /** The record with that id, while it is still kept. */
  get(id: CauseId): TraceRecord | undefined {
    return this.records[id - this.firstId]
  }

  /** The id of the first kept record later than that time; the next id to be given when there is none. */
  firstAfter(at: Millis): CauseId {
    let low = 0
    let high = this.records.length
    while (low < high) {
      const mid = (low + high) >> 1
      if ((this.records[mid] as TraceRecord).at <= at) low = mid + 1
      else high = mid
    }
    return this.firstId + low
  }

  /** The chain of causes that ends in `id`, root first. */
  chain(id: CauseId): TraceRecord[] {
    const chain: TraceRecord[] = []
    for (let r = this.get(id); r; r = r.parent ? this.get(r.parent) : undefined) chain.push(r)
    return chain.reverse()
  }

  /** Records kept, oldest first, from `since` on (an id). */
  since(since: CauseId): readonly TraceRecord[] {
    return this.records.slice(Math.max(0, since - this.firstId)) as TraceRecord[]
  }

  /** Walks kept records, newest first, until `visit` returns false. */
  backwards(visit: (record: TraceRecord) => boolean): void {
    for (let i = this.records.length - 1; i >= 0; i--) {
      if (!visit(this.records[i] as TraceRecord)) return
    }
  }

  /** @returns how to stop listening */
  subscribe(f: (record: TraceRecord) => void): () => void {
    this.subscribers.add(f)
    return () => this.subscribers.delete(f)
  }

  /** Ids given so far. */
  get size(): number {
    return this.nextId - 1
  }

  /** A running hash over everything recorded: equal seeds and commands give equal digests. */
  digest(): string {
    return hex(this.hashA) + hex(this.hashB)
  }

  private hash(entry: TraceEntry, at: Millis): void {
    const about = entry.about
    let a = hash32(entry.verb, this.hashA ^ at)
    a = hash32(entry.owner, a)
    if (about) a = hash32(about.name, hash32(about.namespace ?? '', hash32(about.kind, a)))
    a = hash32(entry.text, a)
    this.hashA = a
    this.hashB = Math.imul(this.hashB ^ a ^ (entry.revision ?? 0) ^ this.current, 0x85ebca6b) >>> 0
  }
}

function hex(n: number): string {
  return (n >>> 0).toString(16).padStart(8, '0')
}
