/**
 * Links between components. A wire with no latency and no fault delivers at once, without a step of its own, so big
 * clusters stay cheap; any wire can be slowed, made to lose messages, or cut by hand, and heals.
 *
 * A lost message of a stream is retransmitted as TCP would (it arrives after the cut heals, in order); a lost request
 * ends in the caller's timeout.
 */
import type { ComponentId, Millis } from './clock.ts'
import type { Random } from './random.ts'
import { Signal, sleep, type Task, withTimeout } from './task.ts'
import type { World } from './world.ts'

/** A component instance, or a machine that holds several (`node-1` covers `node-1/kubelet`). */
export type Place = string

/** What is wrong with a link, or how slow it is. */
export interface LinkRule {
  readonly from: Place
  readonly to: Place
  /** Extra one-way delay in ms, drawn between both bounds. */
  readonly delay?: readonly [Millis, Millis]
  /** Messages lost: `drop` of 1000; 1000 is a cut. */
  readonly drop?: number
}

/** Why a call over a wire failed before the other side answered. */
export type WireFailure = 'timeout' | 'refused'

/** Thrown by `call` when the other side cannot be reached. */
export class WireError extends Error {
  override name = 'WireError'
  constructor(
    readonly reason: WireFailure,
    readonly from: Place,
    readonly to: Place,
  ) {
    super(`${from} -> ${to}: ${reason}`)
  }
}

/** Base one-way latency between two places, in ms; 0 delivers without a step. */
export type BaseLatency = (from: Place, to: Place) => Millis

/** All wires of the world. */
export class Wires {
  /** One-way latency of a healthy link; may be replaced by the cluster's configuration. */
  base: BaseLatency = () => 0
  private rules: LinkRule[] = []
  private readonly down = new Set<Place>()
  private readonly cache = new Map<string, LinkRule[]>()
  private readonly healed = new Signal()

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  /** Adds a fault or slowness; both directions must be named for both. @returns how to heal it */
  disturb(rule: LinkRule): () => void {
    this.rules.push(rule)
    this.cache.clear()
    return () => {
      this.rules = this.rules.filter((r) => r !== rule)
      this.cache.clear()
      this.healed.notify()
    }
  }

  /** Marks a machine or component as off: calls to it are not answered. */
  powerOff(place: Place): void {
    this.down.add(place)
  }

  powerOn(place: Place): void {
    this.down.delete(place)
    this.healed.notify()
  }

  isOff(place: Place): boolean {
    if (this.down.size === 0) return false
    if (this.down.has(place)) return true
    const slash = place.indexOf('/')
    return slash > 0 && this.down.has(place.slice(0, slash))
  }

  /** True when no message can pass from one to the other. */
  isCut(from: Place, to: Place): boolean {
    if (this.isOff(from) || this.isOff(to)) return true
    return this.rulesFor(from, to).some((r) => (r.drop ?? 0) >= 1000)
  }

  /**
   * Asks `to` something and waits for its answer.
   * @throws WireError when no answer came within `timeout` ms
   */
  *call<T>(from: Place, to: Place, timeout: Millis, body: () => Task<T>): Task<T> {
    if (this.isPlain(from, to) && this.isPlain(to, from)) return yield* body()
    const outcome = yield* withTimeout(this.world, from, timeout, this.slowCall(from, to, body))
    if (!outcome) throw new WireError('timeout', from, to)
    return outcome.value
  }

  /**
   * Delivers a one-way message of an ordered stream: at once when the wire is plain and nothing is under way, else in
   * order after the link's delay; held back while the link is cut, as TCP retransmits.
   */
  post(lane: Lane, deliver: () => void): void {
    const { from, to } = lane
    if (lane.underWay === 0 && lane.held.length === 0 && this.isPlain(from, to)) return deliver()
    const cause = this.world.trace.current
    const message = () => {
      this.world.trace.current = cause
      deliver()
    }
    if (lane.held.length > 0 || this.isCut(from, to)) this.hold(lane, [message])
    else this.send(lane, message)
  }

  private send(lane: Lane, message: () => void): void {
    const { clock, trace } = this.world
    const due = Math.max(lane.lastDue, clock.now + this.delay(lane.from, lane.to))
    lane.underWay++
    if (lane.tail && lane.tail.due === due && due > clock.now) {
      lane.tail.messages.push(message)
      return
    }
    const batch = { due, messages: [message] }
    lane.tail = batch
    lane.lastDue = due
    const run = () => {
      if (lane.tail === batch) lane.tail = undefined
      lane.underWay -= batch.messages.length
      if (lane.closed) return
      if (lane.held.length > 0 || this.isCut(lane.from, lane.to)) this.hold(lane, batch.messages)
      else for (const m of batch.messages) m()
    }
    clock.at(due, { owner: lane.to, label: 'deliver', cause: trace.current, run })
  }

  private hold(lane: Lane, messages: (() => void)[]): void {
    const first = lane.held.length === 0
    lane.held.push(...messages)
    if (!first) return
    const { clock, trace } = this.world
    const release = () => {
      if (lane.closed) return
      if (this.isCut(lane.from, lane.to)) {
        this.healed.onNext(release)
        return
      }
      const held = lane.held
      lane.held = []
      for (const m of held) this.send(lane, m)
    }
    this.healed.onNext(() => {
      const step = { owner: lane.to, label: 'retransmit', cause: trace.current, run: release }
      clock.at(clock.now, step)
    })
  }

  private slowCall<T>(from: Place, to: Place, body: () => Task<T>): () => Task<T> {
    const self = this
    return function* () {
      yield* self.cross(from, to)
      const value = yield* body()
      yield* self.cross(to, from)
      return value
    }
  }

  private *cross(from: Place, to: Place): Task<void> {
    while (this.isCut(from, to)) yield* this.healed.wait()
    if (this.lost(from, to)) yield* new Signal().wait()
    const ms = this.delay(from, to)
    if (ms > 0) yield* sleep(this.world, from, ms, { label: 'wire' })
  }

  private lost(from: Place, to: Place): boolean {
    return this.rulesFor(from, to).some((r) => r.drop && this.random.chance(r.drop, 1000))
  }

  /** One-way delay of a message now, in ms. */
  delay(from: Place, to: Place): Millis {
    let ms = this.base(from, to)
    for (const r of this.rulesFor(from, to)) {
      if (r.delay) ms += this.random.between(r.delay[0], r.delay[1])
    }
    return ms
  }

  private isPlain(from: Place, to: Place): boolean {
    if (this.down.size > 0 && (this.isOff(from) || this.isOff(to))) return false
    if (this.rules.length > 0 && this.rulesFor(from, to).length > 0) return false
    return this.base(from, to) === 0
  }

  private rulesFor(from: Place, to: Place): LinkRule[] {
    if (this.rules.length === 0) return NONE
    const key = `${from}>${to}`
    let rules = this.cache.get(key)
    if (!rules) {
      rules = this.rules.filter((r) => covers(r.from, from) && covers(r.to, to))
      this.cache.set(key, rules)
    }
    return rules
  }
}

const NONE: LinkRule[] = []

/** True when `place` is `outer` or stands inside it; `*` is everything. */
export function covers(outer: Place, place: ComponentId): boolean {
  return outer === '*' || outer === place || place.startsWith(`${outer}/`)
}

/** One ordered stream of messages from one place to another. */
export class Lane {
  underWay = 0
  held: (() => void)[] = []
  tail: { due: Millis; messages: (() => void)[] } | undefined
  lastDue: Millis = 0
  closed = false
  constructor(
    readonly from: Place,
    readonly to: Place,
  ) {}
}
