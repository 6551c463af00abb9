/**
 * Looking at the past of a running session: every frame of it comes out of etcd's history and the kept trace, so going
 * there costs a read, not a replay. It can be played forward again, at any pace, with the records that drove it.
 */
import type { KubeObject } from '../cluster/api/object.ts'
import type { ApiResponse } from '../cluster/api/transport.ts'
import type { Millis } from '../cluster/sim/clock.ts'
import type { TraceRecord } from '../cluster/sim/trace.ts'
import type { KubectlIo } from '../kubectl/kubectl.ts'
import type { Card, PlainCard } from '../protocol/cards.ts'
import type { Frame, StepUnit } from '../protocol/protocol.ts'
import { isShown, RECORDS_MAX } from './feed.ts'
import { objectsIn } from './objects.ts'
import { PastApi } from './pastapi.ts'
import type { Session } from './session.ts'
import { cardOf, cardsOf } from './views.ts'
import type { Moment } from './why/look.ts'

/** One look back. */
export class Past {
  /** Virtual seconds per real second while it is played again; 0 stands still. */
  speed = 0
  private revision: number
  private moment: Millis
  /** Played, and not yet sent. */
  private pending: { put: Map<string, Card | PlainCard>; gone: Set<string>; records: TraceRecord[] }
  private api: PastApi | undefined

  constructor(
    private readonly session: Session,
    at: Millis,
  ) {
    this.moment = this.within(at)
    this.revision = this.revisionAt(this.moment)
    this.pending = { put: new Map(), gone: new Set(), records: [] }
  }

  get at(): Millis {
    return this.moment
  }

  /** The moment that is shown. */
  get shown(): Moment {
    return { at: this.moment, revision: this.revision }
  }

  /** Everything as it was. */
  full(): Frame {
    const { store, world } = this.session.cluster
    const put = cardsOf(objectsIn(store, this.revision), world.clock.epochMs)
    this.clear()
    return { ...this.facts(), full: true, put, gone: [], records: [], skipped: 0 }
  }

  /** What was played since the last frame. */
  frame(): Frame {
    const { put, gone, records } = this.pending
    const kept = records.slice(0, RECORDS_MAX)
    const frame = {
      ...this.facts(),
      put: [...put.values()],
      gone: [...gone],
      records: kept,
      skipped: records.length - kept.length,
    }
    this.clear()
    return frame
  }

  /** Plays forward. @returns true when it has come to the present */
  play(to: Millis): boolean {
    const { store, world } = this.session.cluster
    const until = this.within(to)
    const after = this.revision
    if (until < this.moment) return false
    const upTo = this.revisionAt(until)
    for (const e of store.changes(after, upTo)) {
      const o = e.kv.value as KubeObject | undefined
      const card = o?.metadata ? cardOf(o, world.clock.epochMs) : undefined
      if (!card) continue
      const { put, gone } = this.pending
      if (e.type === 'delete') {
        put.delete(card.uid)
        gone.add(card.uid)
      } else {
        gone.delete(card.uid)
        put.set(card.uid, card)
      }
    }
    this.pending.records.push(...this.recordsIn(this.moment, until))
    this.moment = until
    this.revision = upTo
    this.api = undefined
    return until >= this.session.now
  }

  /** The moment of the next step of that kind; the present when there is none. */
  next(unit: StepUnit): Millis {
    const { store } = this.session.cluster
    if (unit === 'second') return this.within(this.moment + 1000)
    if (unit === 'reconcile') {
      const r = this.firstRecord((x) => x.verb === 'reconcile' && x.at > this.moment)
      return r?.at ?? this.session.now
    }
    return store.timeOf(this.revision + 1) ?? this.session.now
  }

  /** Runs a terminal line at that moment. Writes are refused. @returns its exit code */
  kubectl(line: string, io: KubectlIo): number {
    return this.server().kubectl(line, io)
  }

  http(request: Parameters<PastApi['http']>[0]): ApiResponse {
    return this.server().http(request)
  }

  complete(line: string, cursor: number): string[] {
    return this.server().complete(line, cursor)
  }

  private server(): PastApi {
    this.api ??= new PastApi(this.session, this.moment, this.revision)
    return this.api
  }

  private within(at: Millis): Millis {
    return Math.max(0, Math.min(Math.round(at), this.session.now))
  }

  private revisionAt(at: Millis): number {
    return this.session.cluster.store.revisionAt(at)
  }

  private clear(): void {
    this.pending = { put: new Map(), gone: new Set(), records: [] }
  }

  private facts(): Omit<Frame, 'put' | 'gone' | 'records' | 'skipped'> {
    const { clock } = this.session.cluster.world
    return {
      type: 'frame',
      now: this.moment,
      epochMs: clock.epochMs,
      speed: this.speed,
      revision: this.revision,
      requestsPerSecond: 0,
      steps: clock.steps,
      commands: this.session.commands,
      past: { present: this.session.now },
      ...this.session.groundAt(this.moment),
    }
  }

  /** Shown records of `(after, upTo]`, oldest first. */
  private recordsIn(after: Millis, upTo: Millis): TraceRecord[] {
    const found: TraceRecord[] = []
    for (const r of this.recordsAfter(after)) {
      if (r.at > upTo) break
      if (isShown(r)) found.push(r)
    }
    return found
  }

  private firstRecord(wanted: (r: TraceRecord) => boolean): TraceRecord | undefined {
    for (const r of this.recordsAfter(this.moment)) if (wanted(r)) return r
    return undefined
  }

  private *recordsAfter(after: Millis): Iterable<TraceRecord> {
    const { trace } = this.session.cluster.world
    for (let id = trace.firstAfter(after); ; id++) {
      const r = trace.get(id)
      if (!r) return
      yield r
    }
  }
}
