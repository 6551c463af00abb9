/**
 * Recorders write Events. Equal events raise a count instead of piling up; many that differ only in their message are
 * combined; an object that never stops complaining is cut off.
 * @source staging/src/k8s.io/client-go/tools/record/event.go, events_cache.go
 * @source staging/src/k8s.io/client-go/tools/events/event_broadcaster.go
 */
import type { Event, ObjectReference } from '../api/generated/types.ts'
import { ApiError, isReason } from '../api/meta/status.ts'
import { formatMicroTime, formatTime } from '../api/meta/time.ts'
import type { KubeObject } from '../api/object.ts'
import type { CauseId, Millis } from '../sim/clock.ts'
import { hash32 } from '../sim/random.ts'
import { sleep, spawn, type Task } from '../sim/task.ts'
import { WireError } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'
import type { Client } from './client.ts'

/** The two types of Event. */
export type EventType = 'Normal' | 'Warning'

/** What an Event is about: an object, whose kind the caller names when caches omit it. */
export interface EventTarget {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: KubeObject['metadata']
  readonly fieldPath?: string
}

/** Writes Events about objects. */
export interface Recorder {
  event(
    about: EventTarget,
    type: EventType,
    reason: string,
    message: string,
    annotations?: Readonly<Record<string, string>>,
  ): void
}

/** Writes Events of the newer kind, which name the action and a related object. */
export interface ActionRecorder {
  event(
    about: EventTarget,
    type: EventType,
    reason: string,
    action: string,
    message: string,
    related?: EventTarget,
  ): void
}

const AGGREGATE_AFTER = 10
const AGGREGATE_WINDOW_MS: Millis = 600_000
const SPAM_BURST = 25
const SPAM_REFILL_MS: Millis = 300_000
const CACHE_MAX = 4096
const TRIES_MAX = 12
const RETRY_MS: Millis = 10_000
/** A series that is silent this long is over. */
const SERIES_WINDOW_MS: Millis = 6 * 60_000

/** Makes the classic recorder (core/v1 events). @param component the source shown, e.g. `kubelet` */
export function createRecorder(
  client: Client,
  source: { component: string; host?: string; owner?: string },
): Recorder {
  const { world } = client
  const name = `${source.component}/${source.host ?? ''}`
  const sink = new Sink(client, source.owner ?? client.place, name)
  const seen = new Bounded<{ name: string; count: number; firstMs: number }>()
  const groups = new Bounded<{ messages: Set<string>; lastMs: Millis }>()
  const buckets = new Bounded<{ tokens: number; at: Millis }>()
  return {
    event(about, type, reason, message, annotations) {
      const involved = referenceTo(about)
      const subject = `${about.kind}/${about.metadata.uid ?? ''}/${involved.namespace}/${involved.name}`
      const path = about.fieldPath ?? ''
      const group = `${subject}/${path}/${type}/${reason}`
      const combined = aggregate(world, groups, group, message)
      if (!takeToken(world, buckets, `${subject}`)) return
      const text = combined ? `(combined from similar events): ${message}` : message
      const key = combined ? group : `${group}/${message}`
      const now = formatTime(world.clock.unixMs)
      const known = seen.get(key)
      if (known) {
        known.count++
        const patch = {
          count: known.count,
          lastTimestamp: now,
          ...(combined ? { message: text } : {}),
        }
        const again = () => classicEvent(involved, type, reason, text, source, now, known.count)
        sink.patch(involved.namespace ?? 'default', known.name, patch, again)
        return
      }
      const e = classicEvent(involved, type, reason, text, source, now, 1)
      const name = sink.nameFor(involved)
      seen.set(key, { name, count: 1, firstMs: world.clock.unixMs })
      sink.create({
        ...e,
        metadata: { ...e.metadata, name, ...(annotations ? { annotations } : {}) },
      })
    },
  }
}

/** Makes the newer recorder, as the scheduler uses it. @param controller e.g. `default-scheduler` */
export function createActionRecorder(
  client: Client,
  source: { controller: string; instance: string },
): ActionRecorder {
  const { world } = client
  const sink = new Sink(client, client.place, `${source.controller}/${source.instance}`)
  const series = new Bounded<{ name: string; count: number; last: Millis }>()
  return {
    event(about, type, reason, action, message, related) {
      const regarding = referenceTo(about)
      const key = [type, action, reason, regarding.uid, regarding.resourceVersion].join('/')
      const now = world.clock.now
      const micro = formatMicroTime(world.clock.unixMs)
      const known = series.get(key)
      if (known && now - known.last < SERIES_WINDOW_MS) {
        known.count++
        known.last = now
        // The first repetition opens the series; later ones are only counted until it ends.
        if (known.count > 2) return
        const patch = { series: { count: known.count, lastObservedTime: micro } }
        sink.patch(regarding.namespace ?? 'default', known.name, patch, undefined)
        return
      }
      const name = sink.nameFor(regarding)
      series.set(key, { name, count: 1, last: now })
      sink.create({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace: regarding.namespace ?? 'default' },
        eventTime: micro,
        reportingComponent: source.controller,
        reportingInstance: source.instance,
        action,
        reason,
        involvedObject: regarding,
        ...(related ? { related: referenceTo(related) } : {}),
        message,
        type,
      })
    },
  }
}

function classicEvent(
  involved: ObjectReference,
  type: EventType,
  reason: string,
  message: string,
  source: { component: string; host?: string },
  now: string,
  count: number,
): Event {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: involved.namespace ?? 'default' },
    involvedObject: involved,
    reason,
    message,
    source: { component: source.component, ...(source.host ? { host: source.host } : {}) },
    firstTimestamp: now,
    lastTimestamp: now,
    count,
    type,
    reportingComponent: source.component,
    ...(source.host ? { reportingInstance: source.host } : {}),
  }
}

/** The ObjectReference of an object. */
export function referenceTo(o: EventTarget): ObjectReference {
  const { namespace, name, uid, resourceVersion } = o.metadata
  return {
    kind: o.kind,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(uid ? { uid } : {}),
    apiVersion: o.apiVersion,
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(o.fieldPath ? { fieldPath: o.fieldPath } : {}),
  }
}

function aggregate(
  world: World,
  groups: Bounded<{ messages: Set<string>; lastMs: Millis }>,
  group: string,
  message: string,
): boolean {
  const now = world.clock.now
  let g = groups.get(group)
  if (!g || now - g.lastMs > AGGREGATE_WINDOW_MS) {
    g = { messages: new Set(), lastMs: now }
    groups.set(group, g)
  }
  g.lastMs = now
  g.messages.add(message)
  return g.messages.size >= AGGREGATE_AFTER
}

function takeToken(
  world: World,
  buckets: Bounded<{ tokens: number; at: Millis }>,
  subject: string,
): boolean {
  const now = world.clock.now
  let b = buckets.get(subject)
  if (!b) {
    b = { tokens: SPAM_BURST, at: now }
    buckets.set(subject, b)
  }
  const refill = Math.floor((now - b.at) / SPAM_REFILL_MS)
  if (refill > 0) {
    b.tokens = Math.min(SPAM_BURST, b.tokens + refill)
    b.at += refill * SPAM_REFILL_MS
  }
  if (b.tokens <= 0) return false
  b.tokens--
  return true
}

/** A map that forgets what was set longest ago. */
class Bounded<V> {
  private readonly map = new Map<string, V>()
  get(key: string): V | undefined {
    return this.map.get(key)
  }
  set(key: string, v: V): void {
    this.map.delete(key)
    this.map.set(key, v)
    if (this.map.size <= CACHE_MAX) return
    for (const oldest of this.map.keys()) {
      this.map.delete(oldest)
      return
    }
  }
}

type Write =
  | { readonly cause: CauseId; readonly create: Event }
  | {
      readonly cause: CauseId
      readonly namespace: string
      readonly name: string
      readonly patch: unknown
      readonly again: (() => Event) | undefined
    }

/** Sends events one after another in a task of its own, as upstream's broadcaster does. */
class Sink {
  private queue: Write[] = []
  private sending = false
  private lastNano = 0n
  private readonly within: bigint

  /** @param recorder two recorders may tell of objects of one name in the same instant */
  constructor(
    private readonly client: Client,
    private readonly owner: string,
    recorder: string,
  ) {
    this.within = BigInt(hash32(recorder) % 900_000)
  }

  /** `web.18a3f...`: the object's name and the time in nanoseconds, made unique. */
  nameFor(o: ObjectReference): string {
    const now = BigInt(this.client.world.clock.unixMs) * 1_000_000n + this.within
    this.lastNano = now > this.lastNano ? now : this.lastNano + 1n
    return `${o.name}.${this.lastNano.toString(16)}`
  }

  create(e: Event): void {
    this.push({ cause: this.client.world.trace.current, create: e })
  }

  patch(namespace: string, name: string, patch: unknown, again: (() => Event) | undefined): void {
    this.push({ cause: this.client.world.trace.current, namespace, name, patch, again })
  }

  private push(w: Write): void {
    this.queue.push(w)
    if (this.sending) return
    this.sending = true
    const self = this
    spawn(this.client.world, this.owner, 'send events', function* () {
      yield* self.send()
    })
  }

  private *send(): Task<void> {
    const { trace } = this.client.world
    while (this.queue.length > 0) {
      const batch = this.queue
      this.queue = []
      for (const w of batch) {
        trace.current = w.cause
        yield* this.deliver(w)
      }
    }
    this.sending = false
  }

  private *deliver(w: Write): Task<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      try {
        yield* this.write(w)
        return
      } catch (error) {
        // The server refused it for good (a terminating namespace, a quota): nobody else will retry it.
        if (error instanceof ApiError && error.code < 500) return
        if (!(error instanceof ApiError) && !(error instanceof WireError)) throw error
      }
      const pause = { background: true, label: 'retry event' }
      yield* sleep(this.client.world, this.owner, RETRY_MS, pause)
    }
  }

  private *write(w: Write): Task<void> {
    if ('create' in w) {
      yield* this.client.create('Event', w.create)
      return
    }
    const key = { namespace: w.namespace, name: w.name }
    try {
      yield* this.client.patch('Event', key, 'strategic', w.patch)
    } catch (error) {
      if (!isReason(error, 'NotFound') || !w.again) throw error
      const e = w.again()
      yield* this.client.create('Event', { ...e, metadata: { ...e.metadata, name: w.name } })
    }
  }
}
