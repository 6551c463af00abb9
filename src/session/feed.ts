/** Gathers what changed in the cluster into frames for the page: object deltas by uid, trace records, capped. */
import type { KubeObject } from '../cluster/api/object.ts'
import type { StoreEvent } from '../cluster/etcd/store.ts'
import type { TraceRecord } from '../cluster/sim/trace.ts'
import type { Card, PlainCard } from '../protocol/cards.ts'
import { CARDS_MAX } from '../protocol/parts.ts'
import type { Frame } from '../protocol/protocol.ts'
import { ALL, objectsIn } from './objects.ts'
import type { Session } from './session.ts'
import { cardOf, cardsOf } from './views.ts'

/** Records sent in one frame at most; a burst beyond it is counted, not sent. */
export const RECORDS_MAX = 600
/** Verdicts on nodes in one frame at most: beyond them a decision tells only of the node that was chosen. */
const VERDICTS_MAX = 600

/** Whether the page is told of a record: what is only plumbing is left out. */
export function isShown(r: TraceRecord): boolean {
  if (r.verb === 'commit' || r.verb === 'notify' || r.verb === 'enqueue') return false
  return !(r.verb === 'request' && r.about?.kind === 'Event')
}

/** What the pacing adds to a frame. */
export interface Pace {
  readonly speed: number
  readonly target: number | undefined
}

/** The feed of one session. */
export class Feed {
  private readonly changed = new Map<string, Card | PlainCard | undefined>()
  private records: TraceRecord[] = []
  private skipped = 0
  private verdicts = 0
  private requests: { at: number; n: number }[] = []
  private lastNow = -1
  private lastSpeed = -1
  private lastMachines = ''

  private readonly stop: () => void

  /** @param from `birth` gathers from the cluster's first write on, `now` only what comes */
  constructor(
    private readonly session: Session,
    from: 'birth' | 'now' = 'birth',
  ) {
    const { world, store } = session.cluster
    const { epochMs } = world.clock
    const watch = store.watch(from === 'birth' ? { ...ALL, from: 1 } : ALL)
    watch.listen({
      items: (events: readonly StoreEvent[]) => {
        for (const e of events) this.note(e, epochMs)
      },
      ended: () => {},
    })
    const unsubscribe = world.trace.subscribe((r) => this.trace(r))
    this.stop = () => {
      watch.cancel()
      unsubscribe()
    }
  }

  /** Gathers no more. */
  close(): void {
    this.stop()
  }

  /** What changed since the last frame, or the next part of it; undefined when nothing is left to tell. */
  frame(pace: Pace): Frame | undefined {
    const { now } = this.session.cluster.world.clock
    const quiet = this.changed.size === 0 && this.records.length === 0
    if (quiet && now === this.lastNow && pace.speed === this.lastSpeed) return undefined
    this.lastNow = now
    this.lastSpeed = pace.speed
    const put: (Card | PlainCard)[] = []
    const gone: string[] = []
    for (const [uid, card] of this.changed) {
      if (card) put.push(card)
      else gone.push(uid)
      this.changed.delete(uid)
      if (put.length + gone.length >= CARDS_MAX) break
    }
    const frame: Frame = {
      ...this.facts(pace),
      ...this.newMachines(),
      put,
      gone,
      records: this.records,
      skipped: this.skipped,
    }
    this.records = []
    this.skipped = 0
    this.verdicts = 0
    return frame
  }

  /** Everything as it is now, for a page that comes late or fell behind; takes nothing from the next frame. */
  full(pace: Pace): Frame {
    const { world, store } = this.session.cluster
    const put = cardsOf(objectsIn(store), world.clock.epochMs)
    return {
      ...this.facts(pace),
      machines: this.session.ground().machines,
      full: true,
      put,
      gone: [],
      records: [],
      skipped: 0,
    }
  }

  private facts(pace: Pace): Omit<Frame, 'put' | 'gone' | 'records' | 'skipped' | 'machines'> {
    const { world, store } = this.session.cluster
    const { now, epochMs, steps } = world.clock
    const ground = this.session.ground()
    return {
      type: 'frame',
      now,
      epochMs,
      speed: pace.speed,
      revision: store.status().revision,
      requestsPerSecond: this.rate(now),
      steps,
      ...(pace.target === undefined ? {} : { target: pace.target }),
      commands: this.session.commands,
      faults: ground.faults,
    }
  }

  private newMachines(): Pick<Frame, 'machines'> {
    const { machines } = this.session.ground()
    const states = Object.entries(machines).join()
    if (states === this.lastMachines) return {}
    this.lastMachines = states
    return { machines }
  }

  private note(e: StoreEvent, epochMs: number): void {
    const o = e.kv.value as KubeObject | undefined
    if (!o?.metadata) return
    const card = cardOf(o, epochMs)
    if (!card) return
    this.changed.set(card.uid, e.type === 'delete' ? undefined : card)
  }

  private trace(r: TraceRecord): void {
    if (r.verb === 'request') this.count(r.at)
    if (!isShown(r)) return
    if (this.records.length >= RECORDS_MAX) {
      this.skipped++
      return
    }
    this.records.push(this.lean(r))
  }

  /** A decision over thousands of nodes is too much to draw, and to send many times a second. */
  private lean(r: TraceRecord): TraceRecord {
    const nodes = r.detail?.nodes
    if (r.verb !== 'decide' || !Array.isArray(nodes)) return r
    this.verdicts += nodes.length
    if (this.verdicts <= VERDICTS_MAX) return r
    const chosen = (nodes as { node: string }[]).filter((n) => n.node === r.detail?.chosen)
    return { ...r, detail: { ...r.detail, nodes: chosen } }
  }

  private count(at: number): void {
    const second = Math.floor(at / 1000)
    const last = this.requests.at(-1)
    if (last?.at === second) last.n++
    else this.requests.push({ at: second, n: 1 })
    if (this.requests.length > 10) this.requests.shift()
  }

  /** Requests a virtual second over the last five. */
  private rate(now: number): number {
    const since = Math.floor(now / 1000) - 5
    const n = this.requests.filter((r) => r.at > since).reduce((s, r) => s + r.n, 0)
    return Math.round(n / 5)
  }
}
