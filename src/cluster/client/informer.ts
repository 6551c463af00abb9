/**
 * Informers: a cache of one kind, filled by a list and kept by a watch. Shared by all who ask for the same kind and
 * field selector. The cached objects are the server's own immutable ones; nobody may change them.
 *
 * Events that come in one burst are handled in one step of their own, so that no handler ever runs inside the writer's
 * call stack, however fast the wire is.
 * @source staging/src/k8s.io/client-go/tools/cache/reflector.go, shared_informer.go
 */
import type { KindMap } from '../api/generated/kindmap.ts'
import { ApiError, isReason } from '../api/meta/status.ts'
import { type AnyObject, type KubeObject, keyOf, keyString } from '../api/object.ts'
import { resourceOf } from '../api/resources.ts'
import type { WatchEvent } from '../api/transport.ts'
import type { Millis } from '../sim/clock.ts'
import type { Stream } from '../sim/stream.ts'
import { Signal, sleep, spawn, type Task, type TaskHandle } from '../sim/task.ts'
import { Lane, WireError } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'
import type { Client, Kind, ResourceRef } from './client.ts'

/** What to do when the cache changes; each runs under the cause of the change. */
export interface InformerHandler<T> {
  added?(now: T): void
  updated?(old: T, now: T): void
  /** @param known false when the deletion itself was missed and the last state is stale */
  deleted?(old: T, known: boolean): void
}

/** Values of an index for an object. */
export type IndexFunction<T> = (o: T) => readonly string[] | string | undefined

/** A cache; reads are immediate and may be stale. */
export interface Informer<T> {
  readonly synced: boolean
  /** The resourceVersion the cache stands at. */
  readonly resourceVersion: string
  readonly size: number
  get(namespace: string | undefined, name: string): T | undefined
  getKey(key: string): T | undefined
  /** All objects (of a namespace), in the order they came. */
  list(namespace?: string): Iterable<T>
  /** Objects with that value in the index named. */
  by(index: string, value: string): Iterable<T>
  /** Adds an index; one that exists by that name is kept. */
  index(name: string, f: IndexFunction<T>): void
  /** @returns how to stop listening; objects already known are announced as added */
  on(handler: InformerHandler<T>): () => void
  /** Waits until the first list is in the cache. */
  whenSynced(): Task<void>
}

/** Informers of one client, shared by kind and field selector. */
export interface Informers {
  for<K extends Kind>(kind: K, o?: { fieldSelector?: string }): Informer<KindMap[K]>
  /** An informer of any resource the server serves. */
  forResource(r: ResourceRef, o?: { fieldSelector?: string }): Informer<AnyObject>
  /** Ends the informer of a resource that is no longer served. */
  stopResource(r: ResourceRef): void
  /** Waits until every informer asked for so far has synced. */
  whenSynced(): Task<void>
  /** Ends all watches and forgets the caches (a crash, a shutdown). */
  stop(): void
}

/** Bounds of the pause before a new list or watch after a failure. @unit ms */
const BACKOFF_MIN_MS: Millis = 800
const BACKOFF_MAX_MS: Millis = 30_000
/** How long a watch that is silent on a cut wire is trusted; then TCP gives up on it. */
const WATCH_DEAD_MS: Millis = 30_000

/** Makes the informer factory of a client. */
export function createInformers(client: Client): Informers {
  const informers = new Map<string, Reflector>()
  const of = (r: ResourceRef, o: { fieldSelector?: string }): Reflector => {
    const id = `${r.group}/${r.version}/${r.plural}?${o.fieldSelector ?? ''}`
    let informer = informers.get(id)
    if (!informer) {
      informer = new Reflector(client, r, o.fieldSelector)
      informers.set(id, informer)
      informer.start()
    }
    return informer
  }
  return {
    for: <K extends Kind>(kind: K, o = {}) =>
      of(resourceOf(kind), o) as unknown as Informer<KindMap[K]>,
    forResource: (r, o = {}) => of(r, o) as Informer<AnyObject>,
    stopResource(r) {
      const id = `${r.group}/${r.version}/${r.plural}?`
      informers.get(id)?.stop()
      informers.delete(id)
    },
    *whenSynced() {
      for (const i of [...informers.values()]) yield* i.whenSynced()
    },
    stop() {
      for (const i of informers.values()) i.stop()
      informers.clear()
    },
  }
}

interface Index<T> {
  readonly f: IndexFunction<T>
  readonly values: Map<string, Map<string, T>>
}

/** The cache proper: objects by key, by namespace and by indexes. */
export class ObjectCache<T extends KubeObject> {
  readonly objects = new Map<string, T>()
  private readonly namespaces = new Map<string, Map<string, T>>()
  private readonly indexes = new Map<string, Index<T>>()

  index(name: string, f: IndexFunction<T>): void {
    if (this.indexes.has(name)) return
    const index: Index<T> = { f, values: new Map() }
    this.indexes.set(name, index)
    for (const [key, o] of this.objects) this.enter(index, key, o)
  }

  by(name: string, value: string): Iterable<T> {
    const index = this.indexes.get(name)
    return index?.values.get(value)?.values() ?? NOTHING
  }

  list(namespace?: string): Iterable<T> {
    if (!namespace) return this.objects.values()
    return this.namespaces.get(namespace)?.values() ?? NOTHING
  }

  set(key: string, o: T): void {
    const old = this.objects.get(key)
    this.objects.set(key, o)
    const namespace = o.metadata.namespace
    if (namespace) into(this.namespaces, namespace, key, o)
    for (const index of this.indexes.values()) {
      if (old) this.leave(index, key, old, o)
      this.enter(index, key, o)
    }
  }

  delete(key: string): void {
    const old = this.objects.get(key)
    if (!old) return
    this.objects.delete(key)
    const namespace = old.metadata.namespace
    if (namespace) outOf(this.namespaces, namespace, key)
    for (const index of this.indexes.values()) this.leave(index, key, old, undefined)
  }

  private enter(index: Index<T>, key: string, o: T): void {
    const v = index.f(o)
    if (v === undefined) return
    if (typeof v === 'string') into(index.values, v, key, o)
    else for (const one of v) into(index.values, one, key, o)
  }

  private leave(index: Index<T>, key: string, old: T, now: T | undefined): void {
    const v = index.f(old)
    if (v === undefined) return
    // An unchanged value keeps its place in the index; `enter` replaces the object there.
    if (typeof v === 'string') {
      if (!now || index.f(now) !== v) outOf(index.values, v, key)
    } else for (const one of v) outOf(index.values, one, key)
  }
}

const NOTHING: readonly never[] = []

function into<T>(map: Map<string, Map<string, T>>, value: string, key: string, o: T): void {
  const set = map.get(value)
  if (set) set.set(key, o)
  else map.set(value, new Map([[key, o]]))
}

function outOf<T>(map: Map<string, Map<string, T>>, value: string, key: string): void {
  const set = map.get(value)
  set?.delete(key)
  if (set?.size === 0) map.delete(value)
}

/** List, watch, and again after each failure. */
class Reflector implements Informer<AnyObject> {
  synced = false
  resourceVersion = ''
  private readonly cache = new ObjectCache<AnyObject>()
  private handlers: InformerHandler<AnyObject>[] = []
  private readonly onSync = new Signal()
  private readonly world: World
  private task: TaskHandle | undefined
  private stream: Stream<WatchEvent> | undefined
  private lane: Lane | undefined
  private stopped = false
  private pending: WatchEvent[] = []
  private batchScheduled = false
  private ended: { reason: unknown } | undefined
  private readonly onEnded = new Signal()

  constructor(
    private readonly client: Client,
    private readonly resource: ResourceRef,
    private readonly fieldSelector: string | undefined,
  ) {
    this.world = client.world
  }

  get size(): number {
    return this.cache.objects.size
  }

  get(namespace: string | undefined, name: string): AnyObject | undefined {
    return this.cache.objects.get(keyString(namespace, name))
  }

  getKey(key: string): AnyObject | undefined {
    return this.cache.objects.get(key)
  }

  list(namespace?: string): Iterable<AnyObject> {
    return this.cache.list(namespace)
  }

  by(index: string, value: string): Iterable<AnyObject> {
    return this.cache.by(index, value)
  }

  index(name: string, f: IndexFunction<AnyObject>): void {
    this.cache.index(name, f)
  }

  on(handler: InformerHandler<AnyObject>): () => void {
    this.handlers = [...this.handlers, handler]
    for (const o of this.cache.objects.values()) handler.added?.(o)
    return () => {
      this.handlers = this.handlers.filter((h) => h !== handler)
    }
  }

  *whenSynced(): Task<void> {
    while (!this.synced) yield* this.onSync.wait()
  }

  start(): void {
    const self = this
    const label = `watch ${this.resource.plural}`
    this.task = spawn(this.world, this.client.place, label, function* () {
      yield* self.run()
    })
  }

  stop(): void {
    this.stopped = true
    this.task?.cancel()
    if (this.lane) this.lane.closed = true
    this.stream?.cancel()
    this.handlers = []
  }

  private *run(): Task<void> {
    const { world, client } = this
    let backoff = BACKOFF_MIN_MS
    let mustList = true
    for (;;) {
      try {
        if (mustList) yield* this.listAll()
        mustList = false
        const reason = yield* this.watchUntilEnd()
        backoff = BACKOFF_MIN_MS
        // A normal end is resumed from where it stopped; "too old" means starting over.
        mustList = isExpired(reason)
        if (mustList || reason === undefined) continue
      } catch (error) {
        if (error instanceof ApiError) mustList = mustList || isExpired(error)
        else if (!(error instanceof WireError)) throw error
      }
      const pause = backoff
      backoff = Math.min(backoff * 2, BACKOFF_MAX_MS)
      yield* sleep(world, client.place, pause, { background: true, label: 'watch backoff' })
    }
  }

  private *listAll(): Task<void> {
    const calls = this.client.resource(this.resource)
    const list = yield* calls.list({
      ...(this.fieldSelector ? { fieldSelector: this.fieldSelector } : {}),
      resourceVersion: '0',
    })
    this.pending = []
    this.resourceVersion = list.metadata.resourceVersion ?? ''
    this.replace(list.items)
    if (!this.synced) {
      this.synced = true
      this.onSync.notify()
    }
  }

  private replace(items: readonly AnyObject[]): void {
    const seen = new Set<string>()
    for (const o of items) {
      const key = keyOf(o)
      seen.add(key)
      const old = this.cache.objects.get(key)
      if (old && old.metadata.resourceVersion === o.metadata.resourceVersion) continue
      if (old && old.metadata.uid !== o.metadata.uid) this.remove(key, old, false)
      this.put(key, o)
    }
    for (const [key, old] of [...this.cache.objects]) {
      if (!seen.has(key)) this.remove(key, old, false)
    }
  }

  private *watchUntilEnd(): Task<unknown> {
    const { world, client } = this
    this.ended = undefined
    const stream = yield* client.resource(this.resource).watch({
      ...(this.fieldSelector ? { fieldSelector: this.fieldSelector } : {}),
      resourceVersion: this.resourceVersion,
      allowWatchBookmarks: true,
    })
    const lane = new Lane(client.server, client.place)
    this.lane = lane
    this.stream = stream
    stream.listen({
      items: (events) => world.wires.post(lane, () => this.receive(events)),
      ended: (reason) => {
        // A server that is gone cannot say so over its own wire; its machine's kernel does.
        if (world.wires.isCut(lane.from, lane.to)) this.giveUpLater(lane, stream)
        else world.wires.post(lane, () => this.finish(lane, reason))
      },
    })
    while (!this.ended) yield* this.onEnded.wait()
    lane.closed = true
    return (this.ended as { reason: unknown }).reason
  }

  private giveUpLater(lane: Lane, stream: Stream<WatchEvent>): void {
    const { clock, trace } = this.world
    const run = () => {
      stream.cancel()
      this.finish(lane, new WireError('timeout', lane.from, lane.to))
    }
    const step = { owner: this.client.place, label: 'watch lost', cause: trace.current, run }
    clock.at(clock.now + WATCH_DEAD_MS, step, true)
  }

  private finish(lane: Lane, reason: unknown): void {
    if (this.stopped || this.lane !== lane || lane.closed) return
    lane.closed = true
    this.ended = { reason }
    this.onEnded.notify()
  }

  private receive(events: readonly WatchEvent[]): void {
    if (this.stopped) return
    for (const e of events) this.pending.push(e)
    if (this.batchScheduled) return
    this.batchScheduled = true
    const { clock, trace } = this.world
    const run = () => this.handlePending()
    const owner = this.client.place
    clock.at(clock.now, { owner, label: 'watch events', cause: trace.current, run })
  }

  private handlePending(): void {
    this.batchScheduled = false
    const events = this.pending
    this.pending = []
    const { trace } = this.world
    const outer = trace.current
    for (const e of events) {
      if (this.stopped) return
      trace.current = e.cause ?? outer
      this.handle(e)
    }
    trace.current = outer
  }

  private handle(e: WatchEvent): void {
    if (e.type === 'ERROR') {
      const error = new ApiError(e.object as unknown as ConstructorParameters<typeof ApiError>[0])
      this.stream?.cancel()
      if (this.lane) this.finish(this.lane, error)
      return
    }
    const o = e.object as AnyObject
    this.resourceVersion = o.metadata.resourceVersion ?? this.resourceVersion
    if (e.type === 'BOOKMARK') return
    const key = keyOf(o)
    if (e.type === 'DELETED') {
      if (this.cache.objects.has(key)) this.remove(key, o, true)
    } else this.put(key, o)
  }

  private put(key: string, o: AnyObject): void {
    const old = this.cache.objects.get(key)
    this.cache.set(key, o)
    if (old) for (const h of this.handlers) h.updated?.(old, o)
    else for (const h of this.handlers) h.added?.(o)
  }

  private remove(key: string, o: AnyObject, known: boolean): void {
    this.cache.delete(key)
    for (const h of this.handlers) h.deleted?.(o, known)
  }
}

function isExpired(reason: unknown): boolean {
  return isReason(reason, 'Expired') || isReason(reason, 'Gone')
}
