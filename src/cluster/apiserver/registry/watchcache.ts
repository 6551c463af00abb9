/**
 * One resource's objects and recent events in the API server's memory, fed by one etcd watch and fanned out to every
 * watcher. Watchers are filed under what they can possibly match, so that an event costs the watchers it concerns
 * and not all of them (5,000 kubelets watch pods by node).
 * @source staging/src/k8s.io/apiserver/pkg/storage/cacher/{cacher,watch_cache}.go
 */
import type { FieldSelector } from '../../api/meta/fields.ts'
import { matches, type Selector } from '../../api/meta/labels.ts'
import { expired } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { WatchEvent } from '../../api/transport.ts'
import { type KeyValue, prefixEnd, type Store, type StoreEvent } from '../../etcd/store.ts'
import type { CauseId } from '../../sim/clock.ts'
import { Stream } from '../../sim/stream.ts'
import { nothing, type Task } from '../../sim/task.ts'
import { objectOf } from './storage.ts'

/** Reads a field of an object by selector name, '' when unset. */
export type FieldReader = (o: AnyObject, field: string) => string

/** What a watcher or a list wants to see. */
export interface Filter {
  readonly namespace: string
  readonly labels: Selector
  readonly fields: FieldSelector
}

/** One change, in the form that dispatch needs. */
interface CacheEvent {
  readonly deleted: boolean
  readonly object: AnyObject
  readonly prev: AnyObject | undefined
  readonly revision: number
  readonly cause: CauseId
}

/** Events kept for watches that resume. */
const EVENTS_KEPT = 20_000

class Watcher {
  readonly stream = new Stream<unknown>()
  constructor(
    readonly filter: Filter,
    readonly encode: ((e: WatchEvent) => unknown) | undefined,
    readonly bookmarks: boolean,
  ) {}
}

/** How a watch begins. */
export interface WatchStart {
  readonly filter: Filter
  /** Undefined: from the present state, told as ADDED. A number: what came after it. */
  readonly since: number | undefined
  /** Ends the initial state with the marked bookmark of a watch-list. */
  readonly endMark?: boolean
  readonly bookmarks: boolean
  /** Turns an event into what goes over the wire; none for typed clients. */
  readonly encode?: (e: WatchEvent) => unknown
  /** The kind that bookmarks carry. */
  readonly apiVersion: string
  readonly kind: string
}

/** The cache of one resource. */
export class WatchCache {
  /** Objects by etcd key. */
  readonly state = new Map<string, AnyObject>()
  /** Of the last event seen, or of the first list. */
  revision = 0
  private oldest = 0
  private started = false
  private events: CacheEvent[] = []
  private readonly buckets = new Map<string, Set<Watcher>>()
  private readonly byField = new Map<string, Map<string, AnyObject>>()
  private bookmarkers = 0

  constructor(
    private readonly store: Store,
    readonly prefix: string,
    private readonly read: FieldReader,
    /** The field that watchers and lists are filed under, e.g. `spec.nodeName`. */
    private readonly indexed: string | undefined,
  ) {}

  /** Fills the cache at first use. @throws StoreError */
  ready(): Task<void> {
    return this.started ? nothing : this.fill()
  }

  private *fill(): Task<void> {
    const end = prefixEnd(this.prefix)
    const r = yield* this.store.range({ key: this.prefix, end })
    if (this.started) return
    this.started = true
    this.state.clear()
    this.byField.clear()
    this.events = []
    for (const kv of r.kvs) this.put(kv.key, objectOf(kv), undefined)
    this.revision = r.revision
    this.oldest = r.revision
    const stream = this.store.watch({ key: this.prefix, end, from: r.revision + 1 })
    stream.listen({
      items: (events) => {
        for (const e of events) this.take(e)
      },
      ended: () => this.restart(),
    })
  }

  /** The object of a stored version: the one that watchers were given, when it is the newest. */
  objectOf(kv: Pick<KeyValue, 'key' | 'value' | 'modRevision'>): AnyObject {
    const have = this.state.get(kv.key)
    return have?.metadata.resourceVersion === String(kv.modRevision) ? have : objectOf(kv)
  }

  /** Objects that the filter selects, in key order when `sorted`. */
  list(filter: Filter): AnyObject[] {
    const out: AnyObject[] = []
    for (const o of this.candidates(filter)) if (this.selects(filter, o)) out.push(o)
    return out
  }

  /** Opens a watch. @throws ApiError Expired when `since` is older than what is kept */
  watch(w: WatchStart): Stream<unknown> {
    const watcher = new Watcher(w.filter, w.encode, w.bookmarks)
    if (w.since === undefined) this.initial(watcher, w)
    else this.replay(watcher, w.since)
    const bucket = this.bucketOf(w.filter)
    const set = this.buckets.get(bucket) ?? new Set<Watcher>()
    set.add(watcher)
    this.buckets.set(bucket, set)
    if (w.bookmarks) this.bookmarkers++
    watcher.stream.onCancel = () => {
      set.delete(watcher)
      if (set.size === 0) this.buckets.delete(bucket)
      if (w.bookmarks) this.bookmarkers--
    }
    return watcher.stream
  }

  /** Watchers that asked for bookmarks. */
  get wantsBookmarks(): boolean {
    return this.bookmarkers > 0
  }

  /** Tells watchers how far they have seen, so that they can resume from there. */
  bookmark(kind: { apiVersion: string; kind: string }): void {
    const event = bookmarkAt(kind, this.revision)
    for (const set of this.buckets.values()) {
      for (const w of set) if (w.bookmarks) send(w, event)
    }
  }

  private initial(watcher: Watcher, w: WatchStart): void {
    const { apiVersion, kind } = w
    for (const object of this.candidates(w.filter)) {
      if (this.selects(w.filter, object)) send(watcher, { type: 'ADDED', object })
    }
    if (!w.endMark) return
    const mark = { 'k8s.io/initial-events-end': 'true' }
    send(watcher, bookmarkAt({ apiVersion, kind }, this.revision, mark))
  }

  private replay(watcher: Watcher, since: number): void {
    if (since < this.oldest) throw expired(`too old resource version: ${since} (${this.oldest})`)
    if (since >= this.revision) return
    let low = 0
    let high = this.events.length
    while (low < high) {
      const mid = (low + high) >> 1
      if ((this.events[mid] as CacheEvent).revision <= since) low = mid + 1
      else high = mid
    }
    for (let i = low; i < this.events.length; i++) this.offer(watcher, this.events[i] as CacheEvent)
  }

  private candidates(filter: Filter): Iterable<AnyObject> {
    const value = this.indexValue(filter)
    if (value !== undefined) return [...(this.byField.get(value)?.values() ?? [])]
    const name = filter.fields.find((f) => f.field === 'metadata.name' && f.equal)?.value
    if (name !== undefined && filter.namespace) {
      const o = this.state.get(`${this.prefix}${filter.namespace}/${name}`)
      return o ? [o] : []
    }
    return this.state.values()
  }

  private indexValue(filter: Filter): string | undefined {
    if (!this.indexed) return undefined
    return filter.fields.find((f) => f.field === this.indexed && f.equal)?.value
  }

  private selects(filter: Filter, o: AnyObject): boolean {
    if (filter.namespace && o.metadata.namespace !== filter.namespace) return false
    for (const f of filter.fields) if ((this.read(o, f.field) === f.value) !== f.equal) return false
    return matches(filter.labels, o.metadata.labels)
  }

  private bucketOf(filter: Filter): string {
    const value = this.indexValue(filter)
    if (value !== undefined) return `field:${value}`
    const name = filter.fields.find((f) => f.field === 'metadata.name' && f.equal)?.value
    if (name !== undefined) return `name:${filter.namespace}/${name}`
    return filter.namespace ? `namespace:${filter.namespace}` : 'all'
  }

  private take(e: StoreEvent): void {
    const object = objectOf(e.kv)
    const prev = this.state.get(e.kv.key)
    const deleted = e.type === 'delete'
    if (deleted) this.remove(e.kv.key, prev)
    else this.put(e.kv.key, object, prev)
    this.revision = e.kv.modRevision
    const event: CacheEvent = { deleted, object, prev, revision: this.revision, cause: e.cause }
    this.events.push(event)
    if (this.events.length > EVENTS_KEPT * 2) {
      const dropped = this.events.splice(0, this.events.length - EVENTS_KEPT)
      this.oldest = dropped[dropped.length - 1]?.revision ?? this.oldest
    }
    this.dispatch(event)
  }

  private dispatch(e: CacheEvent): void {
    const { namespace = '', name = '' } = e.object.metadata
    this.offerAll('all', e)
    if (this.buckets.size === 0) return
    if (namespace) this.offerAll(`namespace:${namespace}`, e)
    this.offerAll(`name:${namespace}/${name}`, e)
    if (namespace) this.offerAll(`name:/${name}`, e)
    if (!this.indexed) return
    const value = this.read(e.object, this.indexed)
    this.offerAll(`field:${value}`, e)
    const before = e.prev ? this.read(e.prev, this.indexed) : value
    if (before !== value) this.offerAll(`field:${before}`, e)
  }

  private offerAll(bucket: string, e: CacheEvent): void {
    const set = this.buckets.get(bucket)
    if (!set) return
    for (const w of [...set]) this.offer(w, e)
  }

  /** Tells a watcher of a change as its selector sees it: entering is ADDED, leaving is DELETED. */
  private offer(w: Watcher, e: CacheEvent): void {
    const before = e.prev !== undefined && this.selects(w.filter, e.prev)
    const after = !e.deleted && this.selects(w.filter, e.object)
    if (after) {
      send(w, { type: before ? 'MODIFIED' : 'ADDED', object: e.object, cause: e.cause })
    } else if (before) {
      const last = e.deleted ? e.object : leaving(e.prev as AnyObject, e.revision)
      send(w, { type: 'DELETED', object: last, cause: e.cause })
    }
  }

  private put(key: string, o: AnyObject, prev: AnyObject | undefined): void {
    this.state.set(key, o)
    if (!this.indexed) return
    const value = this.read(o, this.indexed)
    const before = prev && this.read(prev, this.indexed)
    if (before !== undefined && before !== value) this.byField.get(before)?.delete(key)
    const at = this.byField.get(value) ?? new Map<string, AnyObject>()
    at.set(key, o)
    this.byField.set(value, at)
  }

  private remove(key: string, prev: AnyObject | undefined): void {
    this.state.delete(key)
    if (this.indexed && prev) {
      const value = this.read(prev, this.indexed)
      const at = this.byField.get(value)
      at?.delete(key)
      if (at?.size === 0) this.byField.delete(value)
    }
  }

  /** The etcd watch broke: watchers are let go and must list again, as when an API server restarts. */
  private restart(): void {
    this.started = false
    const sets = [...this.buckets.values()]
    this.buckets.clear()
    for (const set of sets) for (const w of set) w.stream.end()
  }
}

function send(w: Watcher, e: WatchEvent): void {
  w.stream.push(w.encode ? w.encode(e) : e)
}

function leaving(o: AnyObject, revision: number): AnyObject {
  return { ...o, metadata: { ...o.metadata, resourceVersion: String(revision) } }
}

function bookmarkAt(
  kind: { apiVersion: string; kind: string },
  revision: number,
  annotations?: Record<string, string>,
): WatchEvent {
  const metadata = {
    resourceVersion: String(revision),
    creationTimestamp: null as unknown as string,
    ...(annotations ? { annotations } : {}),
  }
  const { apiVersion } = kind
  return { type: 'BOOKMARK', object: { kind: kind.kind, apiVersion, metadata } }
}
