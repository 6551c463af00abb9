/** Requests that name no resource: discovery, health, version, OpenAPI. */
import { failure } from '../../api/meta/status.ts'
import type { ApiRequest, ApiResponse, UserInfo } from '../../api/transport.ts'
import { UPSTREAM } from '../../api/version.ts'
import type { Task } from '../../sim/task.ts'
import { isTyped } from '../body.ts'
import { json } from '../content.ts'
import { serveDiscovery } from '../discovery.ts'
import { serveOpenApi } from '../openapi.ts'
import type { Registry } from '../registry/registry.ts'
import { requestInfo } from '../requestinfo.ts'

const TEXT = { 'content-type': 'text/plain; charset=utf-8' }

/** Serves what is not a resource. @throws ApiError NotFound */
export function* serveNonResource(
  r: Registry,
  request: ApiRequest,
  _user: UserInfo,
): Task<ApiResponse> {
  const { path } = request
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return health(request)
  if (path === '/version' || path === '/version/') return json(200, version())
  if (path === '/') return json(200, { paths: rootPaths(r) })
  if (path === '/metrics') return { status: 200, headers: TEXT, body: metrics(r) }
  const found = serveDiscovery(r, request) ?? serveOpenApi(r, request)
  if (found) return found
  const typed = isTyped(request.headers['content-type'], request.headers.accept)
  if (typed)
    throw failure(
      404,
      'NotFound',
      `the server could not find the requested resource${asked(request)}`,
      {},
    )
  // Whoever serves the version says so; elsewhere clients find words of their own, which name what they asked for.
  if (isBuiltin(r, path)) {
    throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
  }
  return { status: 404, headers: TEXT, body: '404 page not found\n' }
}

/** True below a version that is compiled in. */
function isBuiltin(r: Registry, path: string): boolean {
  const [, root = '', a = '', b = ''] = path.split('/')
  const [group, version] = root === 'api' ? ['', a] : root === 'apis' ? [a, b] : []
  if (version === undefined) return false
  return [...r.all()].some((s) => {
    const d = s.definition
    return !s.custom && d.group === group && d.version === version
  })
}

/** Everything that is served, as `/` lists it. */
function rootPaths(r: Registry): string[] {
  const paths = new Set(['/.well-known/openid-configuration', '/api', '/api/v1', '/apis'])
  for (const s of r.all()) {
    const { group, version } = s.definition
    if (!group) continue
    paths.add(`/apis/${group}`)
    paths.add(`/apis/${group}/${version}`)
  }
  for (const [kind, checks] of Object.entries(CHECKS)) {
    paths.add(`/${kind}`)
    for (const c of checks) paths.add(`/${kind}/${c}`)
  }
  for (const p of ['/metrics', '/openapi/v2', '/openapi/v3', '/version']) paths.add(p)
  return [...paths].sort()
}

/** The one family that says what is stored; component metrics are not simulated. */
function metrics(r: Registry): string {
  const lines = [
    '# HELP apiserver_storage_objects [STABLE] Number of stored objects at the time of last check split by kind.',
    '# TYPE apiserver_storage_objects gauge',
  ]
  for (const s of r.all()) {
    if (!s.info.verbs.includes('list') || s.toServed) continue
    const { group, resource } = s.gr
    const name = group ? `${resource}.${group}` : resource
    lines.push(`apiserver_storage_objects{resource="${name}"} ${s.cache.state.size}`)
  }
  return `${lines.join('\n')}\n`
}

/** ` (get pods.metrics.k8s.io)`, as a client adds it. */
function asked(request: ApiRequest): string {
  const info = requestInfo(request.method, request.path, request.query)
  if (!info?.resource) return ''
  const resource = info.group ? `${info.resource}.${info.group}` : info.resource
  const name = info.name ? ` ${info.name}` : ''
  return ` (${request.method.toLowerCase()} ${resource}${name})`
}

function version(): object {
  return {
    major: UPSTREAM.major,
    minor: UPSTREAM.minor,
    emulationMajor: UPSTREAM.major,
    emulationMinor: UPSTREAM.minor,
    minCompatibilityMajor: UPSTREAM.major,
    minCompatibilityMinor: String(Number(UPSTREAM.minor) - 1),
    gitVersion: UPSTREAM.version,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '2026-06-01T00:00:00Z',
    goVersion: 'go1.26.0',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
}

function health(request: ApiRequest): ApiResponse {
  const [, kind = '', ...rest] = request.path.split('/')
  const checks = CHECKS[kind] ?? []
  if (rest.length) {
    if (!checks.includes(rest.join('/')))
      throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
    return { status: 200, headers: TEXT, body: 'ok' }
  }
  if (!request.query.has('verbose')) return { status: 200, headers: TEXT, body: 'ok' }
  const excluded = new Set(request.query.get('exclude') ?? [])
  const lines = checks.map((c) => (excluded.delete(c) ? `[+]${c} excluded: ok` : `[+]${c} ok`))
  if (excluded.size) {
    const names = [...excluded].sort().map((e) => JSON.stringify(e))
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(',')}`)
  }
  return { status: 200, headers: TEXT, body: `${lines.join('\n')}\n${kind} check passed\n` }
}

/** The hooks that run once the server has started, in their order. */
const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
  'autoregister-completion',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
]

/** What each of the three paths checks: being ready takes more than being alive. */
const CHECKS: Record<string, readonly string[]> = (() => {
  const hooks = HOOKS.map((h) => (h === 'autoregister-completion' ? h : `poststarthook/${h}`))
  const alive = ['ping', 'log', 'etcd', ...hooks]
  const ready = ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...hooks, 'shutdown']
  return { healthz: alive, livez: alive, readyz: ready }
})()
