/**
 * One API server: authenticates, routes, authorizes and serves. Every write is told to the trace before it is carried
 * out, so that the commit and whatever follows from it are its children.
 * @source staging/src/k8s.io/apiserver/pkg/server/config.go (order of the handler chain)
 */
import type { ResourceDefinition } from '../api/definition.ts'
import { ApiError, failure, internalError, methodNotAllowed } from '../api/meta/status.ts'
import { formatTime } from '../api/meta/time.ts'
import type { NodeServers } from '../api/nodeserver.ts'
import type { ApiHandler, ApiRequest, ApiResponse, UserInfo } from '../api/transport.ts'
import { type Store, StoreError } from '../etcd/store.ts'
import type { Task } from '../sim/task.ts'
import type { Place } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'
import { AdmissionChain } from './admission/chain.ts'
import { admissionPlugins } from './admission/plugins.ts'
import { isTyped } from './body.ts'
import type { Call, FieldValidation, Served } from './call.ts'
import { json } from './content.ts'
import { serveNonResource } from './handlers/nonresource.ts'
import { serveResource } from './handlers/resource.ts'
import { serveSubresource } from './handlers/subresource.ts'
import { Registry } from './registry/registry.ts'
import { param, type ResourceRequest, requestInfo } from './requestinfo.ts'

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

/** Bookmarks go out this often. */
const BOOKMARK_MS = 60_000

/** Makes an API server on a store. Several may share one store. */
export function createApiServer(world: World, options: ApiServerOptions): ApiServer {
  return new Server(world, options)
}

class Server implements ApiServer {
  readonly registry: Registry
  readonly place: Place

  constructor(
    private readonly world: World,
    private readonly options: ApiServerOptions,
  ) {
    this.place = options.place
    const random = world.random.split(`apiserver/${options.place}`)
    this.registry = new Registry(world, options.store, random, options.definitions)
    this.registry.admission = new AdmissionChain(this.registry, admissionPlugins)
    this.sendBookmarks()
  }

  *handle(request: ApiRequest): Task<ApiResponse> {
    const { trace } = this.world
    const outer = trace.current
    trace.current = request.cause
    try {
      return yield* this.serve(request)
    } catch (error) {
      return answer(error)
    } finally {
      trace.current = outer
    }
  }

  private *serve(request: ApiRequest): Task<ApiResponse> {
    const user = this.userOf(request)
    const info = requestInfo(request.method, request.path, request.query)
    if (!info) return yield* serveNonResource(this.registry, request, user)
    const served = this.registry.lookup(info.group, info.version, info.resource)
    if (!served) return yield* serveNonResource(this.registry, request, user)
    const call = this.callOf(request, info, served, user)
    if (info.verb === 'get' || info.verb === 'list' || info.verb === 'watch') {
      return yield* this.route(call)
    }
    return yield* this.traced(call)
  }

  private userOf(request: ApiRequest): UserInfo {
    if (request.user) return request.user
    const { authenticate } = this.options
    if (!authenticate) return ADMIN
    const user = authenticate(request)
    if (!user) throw failure(401, 'Unauthorized', 'Unauthorized')
    return user
  }

  private callOf(request: ApiRequest, info: ResourceRequest, served: Served, user: UserInfo): Call {
    const { headers, query } = request
    const agent = headers['user-agent'] ?? ''
    const typed = isTyped(headers['content-type'], headers.accept)
    const nowMs = this.world.clock.unixMs
    return {
      request,
      info,
      served,
      user,
      typed,
      namespace: served.definition.namespaced ? info.namespace : '',
      subresource: info.subresource,
      dryRun: param(query, 'dryRun') === 'All',
      now: formatTime(nowMs),
      nowMs,
      manager: param(query, 'fieldManager') ?? agent.split('/')[0] ?? 'unknown',
      fieldValidation: validationOf(typed, param(query, 'fieldValidation')),
      warnings: [],
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
      return failed
    }
  }

  private *route(c: Call): Task<ApiResponse> {
    const { info, served } = c
    if (info.subresource) return yield* serveSubresource(this.registry, c)
    const verb = info.verb
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
