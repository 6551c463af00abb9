/**
 * How every component speaks to the API server: typed calls over a wire. Errors are ApiError (the server answered) or
 * WireError (nobody did).
 * @source staging/src/k8s.io/client-go/rest/request.go
 */
import type { KindMap } from '../api/generated/kindmap.ts'
import type { DeleteOptions, ListMeta, Status } from '../api/generated/types.ts'
import { ApiError, failure } from '../api/meta/status.ts'
import type { AnyObject, KubeObject, ObjectKey } from '../api/object.ts'
import { pathOf, type ResourceInfo, resourceOf } from '../api/resources.ts'
import type {
  ApiHandler,
  ApiRequest,
  ApiResponse,
  Method,
  UserInfo,
  WatchEvent,
} from '../api/transport.ts'
import { TYPED_OBJECT } from '../api/transport.ts'
import { assert } from '../sim/assert.ts'
import type { Millis } from '../sim/clock.ts'
import type { Stream } from '../sim/stream.ts'
import type { Task } from '../sim/task.ts'
import type { Place } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'

/** Kinds that the typed client knows. */
export type Kind = keyof KindMap

/** What a path needs to know of a resource. */
export type ResourceRef = Pick<ResourceInfo, 'group' | 'version' | 'kind' | 'plural' | 'namespaced'>

/** What to list or watch. */
export interface ListOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly resourceVersion?: string
  readonly limit?: number
  readonly continue?: string
  readonly allowWatchBookmarks?: boolean
  readonly timeoutSeconds?: number
}

/** A list as the server answers it. */
export interface ListOf<T> {
  readonly metadata: ListMeta
  readonly items: readonly T[]
}

/** Kinds of patch by their short names. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

/** Extras of writes. */
export interface WriteOptions {
  readonly subresource?: string
  readonly fieldManager?: string
  readonly force?: boolean
}

/** The subset of DeleteOptions that components use. */
export type DeleteCall = Pick<
  DeleteOptions,
  'propagationPolicy' | 'gracePeriodSeconds' | 'preconditions' | 'orphanDependents'
>

/** Calls on one resource, untyped; for controllers that work on whatever the server serves. */
export interface ResourceClient<T extends KubeObject = AnyObject> {
  get(key: ObjectKey, subresource?: string): Task<T>
  list(o?: ListOptions): Task<ListOf<T>>
  create(o: T, w?: WriteOptions): Task<T>
  update(o: T, w?: WriteOptions): Task<T>
  patch(key: ObjectKey, type: PatchType, body: unknown, w?: WriteOptions): Task<T>
  delete(key: ObjectKey, o?: DeleteCall): Task<void>
  deleteCollection(namespace: string, o?: DeleteCall & ListOptions): Task<void>
  /** POST to a subresource, e.g. `pods/x/binding`. */
  createSubresource(key: ObjectKey, subresource: string, body: unknown): Task<unknown>
  /** Opens a watch; events come on the wire's own lane to be fetched by the informer. */
  watch(o: ListOptions): Task<Stream<WatchEvent>>
}

/** The typed client. */
export interface Client {
  readonly world: World
  readonly place: Place
  readonly server: Place
  readonly user: UserInfo
  readonly userAgent: string
  get<K extends Kind>(kind: K, key: ObjectKey): Task<KindMap[K]>
  list<K extends Kind>(kind: K, o?: ListOptions): Task<ListOf<KindMap[K]>>
  create<K extends Kind>(kind: K, o: KindMap[K], w?: WriteOptions): Task<KindMap[K]>
  update<K extends Kind>(kind: K, o: KindMap[K], w?: WriteOptions): Task<KindMap[K]>
  updateStatus<K extends Kind>(kind: K, o: KindMap[K]): Task<KindMap[K]>
  patch<K extends Kind>(
    kind: K,
    key: ObjectKey,
    type: PatchType,
    body: unknown,
    w?: WriteOptions,
  ): Task<KindMap[K]>
  delete(kind: Kind, key: ObjectKey, o?: DeleteCall): Task<void>
  createSubresource(kind: Kind, key: ObjectKey, subresource: string, body: unknown): Task<unknown>
  watch(kind: Kind, o: ListOptions): Task<Stream<WatchEvent>>
  /** Calls on any group, version and resource. */
  resource(r: ResourceRef): ResourceClient
  /** Any request at all (discovery, raw paths). @throws ApiError, WireError */
  raw(method: Method, path: string, query?: Record<string, string>, body?: unknown): Task<unknown>
  /** The same client under another identity (a controller's service account). */
  as(o: { user?: UserInfo; userAgent?: string; place?: Place }): Client
}

/** What a client is made of. */
export interface ClientOptions {
  readonly world: World
  readonly place: Place
  readonly server: Place
  readonly handler: ApiHandler
  readonly user: UserInfo
  readonly userAgent: string
  /** How long a call may take before WireError; 30 s unless given. */
  readonly timeoutMs?: Millis
}

const CONTENT_TYPES: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

const DEFAULT_TIMEOUT_MS: Millis = 30_000

/** Makes a client. Requests carry the caller's identity, user agent and cause. */
export function createClient(options: ClientOptions): Client {
  return new WireClient(options)
}

class WireClient implements Client {
  readonly world: World
  readonly place: Place
  readonly server: Place
  readonly user: UserInfo
  readonly userAgent: string
  private readonly resources = new Map<string, CallsOnResource>()
  private readonly headers: Record<string, string>
  private readonly patchHeaders: Record<PatchType, Record<string, string>>

  constructor(private readonly options: ClientOptions) {
    this.world = options.world
    this.place = options.place
    this.server = options.server
    this.user = options.user
    this.userAgent = options.userAgent
    const common = { accept: TYPED_OBJECT, 'user-agent': options.userAgent }
    this.headers = { ...common, 'content-type': TYPED_OBJECT }
    this.patchHeaders = {
      json: { ...common, 'content-type': CONTENT_TYPES.json },
      merge: { ...common, 'content-type': CONTENT_TYPES.merge },
      strategic: { ...common, 'content-type': CONTENT_TYPES.strategic },
      apply: { ...common, 'content-type': CONTENT_TYPES.apply },
    }
  }

  /** Sends one request. @throws ApiError, WireError */
  *send(
    method: Method,
    path: string,
    query: Record<string, string> | undefined,
    body: unknown,
    patch?: PatchType,
  ): Task<ApiResponse> {
    const { world, place, server, handler, user, timeoutMs } = this.options
    const request: ApiRequest = {
      method,
      path,
      query: query ? toQuery(query) : NO_QUERY,
      headers: patch ? this.patchHeaders[patch] : this.headers,
      body,
      user,
      cause: world.trace.current,
    }
    const timeout = timeoutMs ?? DEFAULT_TIMEOUT_MS
    const response = yield* world.wires.call(place, server, timeout, () => handler.handle(request))
    if (response.status >= 400) throw errorOf(response)
    return response
  }

  *raw(
    method: Method,
    path: string,
    query?: Record<string, string>,
    body?: unknown,
  ): Task<unknown> {
    return (yield* this.send(method, path, query, body)).body
  }

  resource(r: ResourceRef): ResourceClient {
    return this.calls(r)
  }

  as(o: { user?: UserInfo; userAgent?: string; place?: Place }): Client {
    return new WireClient({ ...this.options, ...o })
  }

  get<K extends Kind>(kind: K, key: ObjectKey): Task<KindMap[K]> {
    return this.of(kind).get(key)
  }

  list<K extends Kind>(kind: K, o?: ListOptions): Task<ListOf<KindMap[K]>> {
    return this.of(kind).list(o)
  }

  create<K extends Kind>(kind: K, o: KindMap[K], w?: WriteOptions): Task<KindMap[K]> {
    return this.of(kind).create(o, w)
  }

  update<K extends Kind>(kind: K, o: KindMap[K], w?: WriteOptions): Task<KindMap[K]> {
    return this.of(kind).update(o, w)
  }

  updateStatus<K extends Kind>(kind: K, o: KindMap[K]): Task<KindMap[K]> {
    return this.of(kind).update(o, STATUS)
  }

  patch<K extends Kind>(
    kind: K,
    key: ObjectKey,
    type: PatchType,
    body: unknown,
    w?: WriteOptions,
  ): Task<KindMap[K]> {
    return this.of(kind).patch(key, type, body, w)
  }

  delete(kind: Kind, key: ObjectKey, o?: DeleteCall): Task<void> {
    return this.of(kind).delete(key, o)
  }

  createSubresource(kind: Kind, key: ObjectKey, subresource: string, body: unknown): Task<unknown> {
    return this.of(kind).createSubresource(key, subresource, body)
  }

  watch(kind: Kind, o: ListOptions): Task<Stream<WatchEvent>> {
    return this.of(kind).watch(o)
  }

  private of<K extends Kind>(kind: K): ResourceClient<KindMap[K] & KubeObject> {
    let calls = this.resources.get(kind)
    if (!calls) {
      calls = new CallsOnResource(this, resourceOf(kind))
      this.resources.set(kind, calls)
    }
    return calls as unknown as ResourceClient<KindMap[K] & KubeObject>
  }

  private calls(r: ResourceRef): CallsOnResource {
    const name = `${r.group}/${r.version}/${r.plural}`
    let calls = this.resources.get(name)
    if (!calls) {
      calls = new CallsOnResource(this, r)
      this.resources.set(name, calls)
    }
    return calls
  }
}

const STATUS: WriteOptions = { subresource: 'status' }
const NO_QUERY: ReadonlyMap<string, readonly string[]> = new Map()

class CallsOnResource implements ResourceClient {
  constructor(
    private readonly client: WireClient,
    private readonly r: ResourceRef,
  ) {}

  private path(key: ObjectKey | undefined, subresource?: string): string {
    return pathOf(this.r, key?.namespace, key?.name || undefined, subresource)
  }

  private keyOf(o: KubeObject): ObjectKey {
    return { namespace: o.metadata.namespace ?? '', name: o.metadata.name ?? '' }
  }

  *get(key: ObjectKey, subresource?: string): Task<AnyObject> {
    const r = yield* this.client.send('GET', this.path(key, subresource), undefined, undefined)
    return r.body as AnyObject
  }

  *list(o: ListOptions = {}): Task<ListOf<AnyObject>> {
    const path = this.path({ namespace: o.namespace ?? '', name: '' })
    const r = yield* this.client.send('GET', path, listQuery(o), undefined)
    return r.body as ListOf<AnyObject>
  }

  *create(o: AnyObject, w?: WriteOptions): Task<AnyObject> {
    const path = this.path({ namespace: o.metadata.namespace ?? '', name: '' })
    const r = yield* this.client.send('POST', path, writeQuery(w), o)
    return r.body as AnyObject
  }

  *update(o: AnyObject, w?: WriteOptions): Task<AnyObject> {
    const path = this.path(this.keyOf(o), w?.subresource)
    const r = yield* this.client.send('PUT', path, writeQuery(w), o)
    return r.body as AnyObject
  }

  *patch(key: ObjectKey, type: PatchType, body: unknown, w?: WriteOptions): Task<AnyObject> {
    const path = this.path(key, w?.subresource)
    const r = yield* this.client.send('PATCH', path, writeQuery(w), body, type)
    return r.body as AnyObject
  }

  *delete(key: ObjectKey, o?: DeleteCall): Task<void> {
    yield* this.client.send('DELETE', this.path(key), undefined, o && deleteBody(o))
  }

  *deleteCollection(namespace: string, o: DeleteCall & ListOptions = {}): Task<void> {
    const path = this.path({ namespace, name: '' })
    yield* this.client.send('DELETE', path, listQuery(o), deleteBody(o))
  }

  *createSubresource(key: ObjectKey, subresource: string, body: unknown): Task<unknown> {
    const r = yield* this.client.send('POST', this.path(key, subresource), undefined, body)
    return r.body
  }

  *watch(o: ListOptions): Task<Stream<WatchEvent>> {
    const path = this.path({ namespace: o.namespace ?? '', name: '' })
    const query = { ...listQuery(o), watch: 'true' }
    const r = yield* this.client.send('GET', path, query, undefined)
    assert(r.stream, 'a watch is answered with a stream')
    return r.stream as Stream<WatchEvent>
  }
}

/** The Status of a failed call; paths that nobody serves are answered in plain text. */
function errorOf(response: ApiResponse): ApiError {
  const { body, status } = response
  if (typeof body === 'object' && body !== null) return new ApiError(body as Status)
  if (status === 404) return failure(404, 'NotFound', NOT_SERVED)
  return failure(status, '', `an error on the server ("${String(body)}") has prevented the request`)
}

const NOT_SERVED = 'the server could not find the requested resource'

function deleteBody(o: DeleteCall): DeleteOptions {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...(o.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: o.gracePeriodSeconds }),
    ...(o.preconditions ? { preconditions: o.preconditions } : {}),
    ...(o.orphanDependents === undefined ? {} : { orphanDependents: o.orphanDependents }),
    ...(o.propagationPolicy ? { propagationPolicy: o.propagationPolicy } : {}),
  }
}

function listQuery(o: ListOptions): Record<string, string> {
  const q: Record<string, string> = {}
  if (o.labelSelector) q.labelSelector = o.labelSelector
  if (o.fieldSelector) q.fieldSelector = o.fieldSelector
  if (o.resourceVersion !== undefined) q.resourceVersion = o.resourceVersion
  if (o.limit) q.limit = String(o.limit)
  if (o.continue) q.continue = o.continue
  if (o.allowWatchBookmarks) q.allowWatchBookmarks = 'true'
  if (o.timeoutSeconds) q.timeoutSeconds = String(o.timeoutSeconds)
  return q
}

function writeQuery(w: WriteOptions | undefined): Record<string, string> | undefined {
  if (!w?.fieldManager && !w?.force) return undefined
  const q: Record<string, string> = {}
  if (w.fieldManager) q.fieldManager = w.fieldManager
  if (w.force) q.force = 'true'
  return q
}

function toQuery(q: Record<string, string>): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, readonly string[]>()
  for (const [k, v] of Object.entries(q)) query.set(k, [v])
  return query
}
