/**
 * One API server: authenticates, routes, authorizes and serves. Every write is told to the trace before it is carried
 * out, so that the commit and whatever follows from it are its children.
 * @source staging/src/k8s.io/apiserver/pkg/server/config.go (order of the handler chain)
 */
import type { AggregatedApi } from '../api/aggregated.ts'
import type { ResourceDefinition } from '../api/definition.ts'
import { type FieldSelector, FieldSelectorError, parseFieldSelector } from '../api/meta/fields.ts'
import { newUid } from '../api/meta/names.ts'
import { ApiError, failure, internalError, methodNotAllowed } from '../api/meta/status.ts'
import { formatTime } from '../api/meta/time.ts'
import type { NodeServers } from '../api/nodeserver.ts'
import type { AnyObject } from '../api/object.ts'
import type { ApiHandler, ApiRequest, ApiResponse, UserInfo } from '../api/transport.ts'
import { bootstrapPolicy } from '../bootstrap/policy.ts'
import { type Store, StoreError } from '../etcd/store.ts'
import type { Random } from '../sim/random.ts'
import { spawn, type Task } from '../sim/task.ts'
import type { Place } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'
import { AdmissionChain } from './admission/chain.ts'
import { admissionPlugins } from './admission/plugins.ts'
import type { WebhookCaller } from './admission/webhookcall.ts'
import { impersonated, impersonates } from './authn/impersonation.ts'
import { authorize, authorizerReady } from './authz/authorize.ts'
import { refused } from './authz/forbidden.ts'
import { isTyped } from './body.ts'
import type { Call, FieldValidation, Served } from './call.ts'
import { inYaml, json } from './content.ts'
import { watchDefinitions } from './crd/manager.ts'
import { serveAggregated } from './handlers/aggregated.ts'
import { checkMethod } from './handlers/methods.ts'
import { serveNonResource } from './handlers/nonresource.ts'
import { serveResource } from './handlers/resource.ts'
import { REVIEWS, serveReview, userOfToken } from './handlers/review.ts'
import { serveSubresource } from './handlers/subresource.ts'
import { Registry } from './registry/registry.ts'
import { param, type ResourceRequest, requestInfo } from './requestinfo.ts'
import { checkOptions } from './writeoptions.ts'

/** What a server is made of. */
export interface ApiServerOptions {
  readonly store: Store
  /** Where it stands, e.g. `kube-apiserver-1`. */
  readonly place: Place
  readonly definitions: readonly ResourceDefinition[]
  /** Who is asking; undefined answers 401. Without it everybody from outside is an administrator. */
  readonly authenticate?: (request: ApiRequest) => UserInfo | undefined
  /** The kubelets' own servers, for logs, exec and the like. */
  readonly nodes?: NodeServers
  /** Groups that are served elsewhere; the list may grow. */
  readonly aggregated?: readonly AggregatedApi[]
  /** Carries reviews to admission webhooks over the pod network; without it none is reached. */
  readonly callWebhook?: WebhookCaller
}

/** An API server with what its host may ask of it. */
export interface ApiServer extends ApiHandler {
  readonly registry: Registry
  readonly place: Place
}

const ADMIN: UserInfo = {
  name: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
}

const NO_RESOURCE = { namespace: '', group: '', resource: '', subresource: '', name: '' }

/** Bookmarks go out this often. */
const BOOKMARK_MS = 60_000

/** Makes an API server on a store. Several may share one store. */
export function createApiServer(world: World, options: ApiServerOptions): ApiServer {
  return new Server(world, options)
}

class Server implements ApiServer {
  readonly registry: Registry
  private readonly dryRunRandom: Random
  readonly place: Place

  constructor(
    private readonly world: World,
    private readonly options: ApiServerOptions,
  ) {
    this.place = options.place
    const random = world.random.split(`apiserver/${options.place}`)
    this.dryRunRandom = world.random.split(`apiserver/${options.place}/dry-run`)
    this.registry = new Registry(world, options.store, random, options.definitions)
    this.registry.place = options.place
    if (options.nodes) this.registry.nodes = options.nodes
    if (options.callWebhook) this.registry.callWebhook = options.callWebhook
    if (options.aggregated) this.registry.aggregated = options.aggregated
    this.registry.admission = new AdmissionChain(this.registry, admissionPlugins)
    this.sendBookmarks()
    spawn(world, options.place, 'bootstrap policy', () => this.bootstrap())
    spawn(world, options.place, 'watch definitions', () =>
      watchDefinitions(this.registry, options.place),
    )
  }

  *handle(request: ApiRequest): Task<ApiResponse> {
    const { trace } = this.world
    const outer = trace.current
    trace.current = request.cause
    try {
      return inYaml(yield* this.serve(request), request.headers.accept)
    } catch (error) {
      return answer(error)
    } finally {
      trace.current = outer
    }
  }

  private *serve(request: ApiRequest): Task<ApiResponse> {
    const typed = isTyped(request.headers['content-type'], request.headers.accept)
    let user = this.userOf(request)
    if (!typed && impersonates(request.headers)) {
      user = yield* impersonated(this.registry, user, request.headers)
    }
    const info = requestInfo(request.method, request.path, request.query)
    if (!typed) yield* this.mayPass(request, info, user)
    if (!info) return yield* serveNonResource(this.registry, request, user)
    const served = this.registry.lookup(info.group, info.version, info.resource)
    if (!served) {
      return (
        (yield* serveAggregated(this.registry, request, info)) ??
        (yield* serveNonResource(this.registry, request, user))
      )
    }
    const call = this.callOf(request, info, served, user)
    if (info.verb === 'get' || info.verb === 'list' || info.verb === 'watch') {
      return yield* this.route(call)
    }
    return yield* this.traced(call)
  }

  private userOf(request: ApiRequest): UserInfo {
    if (request.user) return request.user
    const user = this.options.authenticate?.(request)
    if (user) return user
    const { authorization } = request.headers
    if (authorization === undefined && !this.options.authenticate) return ADMIN
    return userOfToken(this.registry, authorization ?? '', this.world.clock.unixMs)
  }

  /** @throws ApiError Forbidden */
  private *mayPass(
    request: ApiRequest,
    info: ResourceRequest | undefined,
    user: UserInfo,
  ): Task<void> {
    if (user.groups.includes('system:masters')) return
    yield* authorizerReady(this.registry, user)
    const a = info
      ? { ...info, user, ...fieldsAsked(request) }
      : { ...NO_RESOURCE, user, verb: request.method.toLowerCase(), path: request.path }
    const { allowed, reason } = authorize(this.registry, a)
    if (allowed) return
    const error = refused(a, reason)
    if (info) this.noteRefusal(info, user, request, error.message)
    throw error
  }

  /** What authorization refuses never comes to `traced`: said here, so that one can ask why. */
  private noteRefusal(
    info: ResourceRequest,
    user: UserInfo,
    request: ApiRequest,
    message: string,
  ): void {
    const kind =
      this.registry.lookup(info.group, info.version, info.resource)?.definition.kind ?? ''
    const name = info.name || nameInBody(request.body)
    this.world.trace.record({
      owner: agentOf(request),
      verb: 'request',
      about: { kind, ...(info.namespace ? { namespace: info.namespace } : {}), name },
      text: `${info.verb} ${info.resource}`,
      detail: { user: user.name, path: request.path, code: 403, message },
    })
  }

  /** Makes sure of what every API server makes sure of: default roles, flow control, the range of addresses. */
  private *bootstrap(): Task<void> {
    for (const o of bootstrapPolicy()) {
      const slash = o.apiVersion.indexOf('/')
      const group = o.apiVersion.slice(0, slash)
      const served = this.registry.ofKind(group, o.apiVersion.slice(slash + 1), o.kind)
      if (!served) continue
      yield* this.ensure(served, o)
    }
  }

  private *ensure(served: Served, o: AnyObject): Task<void> {
    const { name = '', namespace = '' } = o.metadata
    const key = served.definition.namespaced ? `${namespace}/${name}` : name
    const found = yield* this.options.store.range({ key: served.cache.prefix + key })
    if (found.kvs.length > 0) return
    const now = this.world.clock.unixMs
    const metadata = {
      ...o.metadata,
      uid: newUid(this.registry.random),
      creationTimestamp: formatTime(now),
      ...(served.counted ? { generation: 1 } : {}),
    }
    const value = { ...o, metadata }
    const put = { op: 'put', key: served.cache.prefix + key, value } as const
    yield* this.options.store.txn([{ key: put.key, modRevision: 0 }], [put], [])
  }

  private callOf(request: ApiRequest, info: ResourceRequest, served: Served, user: UserInfo): Call {
    const { headers, query } = request
    const agent = headers['user-agent'] ?? ''
    const typed = isTyped(headers['content-type'], headers.accept)
    const nowMs = this.world.clock.unixMs
    const dryRun = param(query, 'dryRun') === 'All'
    return {
      request,
      info,
      served,
      user,
      typed,
      namespace: served.definition.namespaced ? info.namespace : '',
      subresource: info.subresource,
      dryRun,
      now: formatTime(nowMs),
      nowMs,
      random: dryRun ? this.dryRunRandom : this.registry.random,
      manager: param(query, 'fieldManager') ?? agent.split('/')[0] ?? 'unknown',
      fieldValidation: validationOf(typed, param(query, 'fieldValidation')),
      warnings: served.deprecated ? [served.deprecated] : [],
    }
  }

  /** Serves a write under a trace record that tells who asked for what, and how it ended. */
  private *traced(c: Call): Task<ApiResponse> {
    const { trace } = this.world
    const { info, user, request } = c
    const detail: Record<string, unknown> = {
      user: user.name,
      path: request.path,
      manager: c.manager,
      code: 0,
    }
    const what = info.subresource ? `${info.resource}/${info.subresource}` : info.resource
    const name = info.name || nameInBody(request.body)
    const namespace = info.namespace ? { namespace: info.namespace } : {}
    trace.current = trace.record({
      owner: agentOf(request),
      verb: 'request',
      about: { kind: c.served.definition.kind, ...namespace, name },
      text: `${info.verb} ${what}`,
      detail,
    })
    try {
      const response = yield* this.route(c)
      detail.code = response.status
      return response
    } catch (error) {
      const failed = answer(error)
      detail.code = failed.status
      detail.message = messageOf(failed)
      return failed
    }
  }

  private *route(c: Call): Task<ApiResponse> {
    if (!c.typed) checkMethod(c)
    if (!c.typed) checkOptions(c)
    const { info, served } = c
    if (info.subresource) return yield* serveSubresource(this.registry, c)
    const verb = info.verb
    if (REVIEWS.has(served.definition.kind) && verb === 'create') {
      return yield* serveReview(this.registry, c)
    }
    if (!served.info.verbs.includes(verb))
      throw methodNotAllowed(served.gr, 'the requested operation')
    return yield* serveResource(this.registry, c)
  }

  private sendBookmarks(): void {
    const { clock } = this.world
    const tick = () => {
      for (const [, cache] of this.registry.allCaches()) {
        if (!cache.wantsBookmarks) continue
        const s = [...this.registry.all()].find((x) => x.cache === cache)
        if (s) cache.bookmark({ apiVersion: s.apiVersion, kind: s.definition.kind })
      }
      clock.at(
        clock.now + BOOKMARK_MS,
        { owner: this.place, label: 'bookmarks', cause: 0, run: tick },
        true,
      )
    }
    clock.at(
      clock.now + BOOKMARK_MS,
      { owner: this.place, label: 'bookmarks', cause: 0, run: tick },
      true,
    )
  }
}

/** The message of a Status. */
function messageOf(r: ApiResponse): string {
  const body = r.body as { message?: unknown } | undefined
  return typeof body?.message === 'string' ? body.message : ''
}

function validationOf(typed: boolean, asked: string | undefined): FieldValidation {
  if (typed) return 'Ignore'
  return asked === 'Strict' || asked === 'Ignore' ? asked : 'Warn'
}

function nameInBody(body: unknown): string {
  const m = (body as { metadata?: { name?: string; generateName?: string } } | undefined)?.metadata
  return m?.name ?? m?.generateName ?? ''
}

/** The component that sent a request, by its user agent. */
function agentOf(request: ApiRequest): string {
  const agent = request.headers['user-agent'] ?? ''
  const space = agent.indexOf(' ')
  const first = space < 0 ? agent : agent.slice(0, space)
  const version = first.indexOf('/v')
  return (version < 0 ? first : first.slice(0, version)) || 'unknown'
}

/** An error as a response. @throws what is no API error: a bug of ours */
function answer(error: unknown): ApiResponse {
  if (error instanceof ApiError) return json(error.code, error.status)
  if (error instanceof StoreError) return json(storeFailure(error).code, storeFailure(error).status)
  throw error
}

function storeFailure(error: StoreError): ApiError {
  switch (error.reason) {
    case 'no-leader':
      return failure(500, '', 'etcdserver: no leader')
    case 'timeout':
      return failure(500, '', 'etcdserver: request timed out')
    case 'no-space':
      return failure(500, '', 'etcdserver: mvcc: database space exceeded')
    case 'compacted':
      return failure(410, 'Expired', 'The resourceVersion for the provided list is too old.')
    case 'future-revision':
      return failure(504, 'Timeout', 'Too large resource version')
    default:
      return internalError(error.reason)
  }
}

/** The field selector of a request, for authorizers that look at it; one that is malformed is refused later. */
function fieldsAsked(request: ApiRequest): { fieldSelector?: FieldSelector } {
  const text = param(request.query, 'fieldSelector')
  if (!text) return {}
  try {
    return { fieldSelector: parseFieldSelector(text) }
  } catch (error) {
    if (error instanceof FieldSelectorError) return {}
    throw error
  }
}
