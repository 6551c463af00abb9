/**
 * What the API server passes on to kubelets: log, exec, attach, port-forward and proxy of pods. It goes by wire to the
 * kubelet's own server, so it can be cut and slowed like any other call.
 * @source pkg/registry/core/pod/strategy.go LogLocation, pkg/registry/core/pod/rest/{log,subresources}.go
 */
import type { Node, Pod } from '../../api/generated/types.ts'
import { badRequest, failure, internalError, methodNotAllowed } from '../../api/meta/status.ts'
import type { LogAnswer, LogQuery, NodeServer, NodeServers } from '../../api/nodeserver.ts'
import type { ApiResponse } from '../../api/transport.ts'
import type { Task } from '../../sim/task.ts'
import { WireError } from '../../sim/wire.ts'
import type { Call } from '../call.ts'
import { getObject } from '../registry/read.ts'
import type { Registry } from '../registry/registry.ts'
import { isTrue, param } from '../requestinfo.ts'

const KUBELET_PORT = 10250
const TIMEOUT_MS = 30_000

/** Serves a subresource that a kubelet answers. */
export function* serveNode(r: Registry, c: Call, nodes: NodeServers): Task<ApiResponse> {
  const pod = (yield* getObject(r, c, c.info.name)) as unknown as Pod
  switch (c.subresource) {
    case 'log':
      return yield* log(r, c, pod, nodes)
    case 'exec':
    case 'attach':
      return yield* stream(r, c, pod, nodes)
    case 'portforward':
      return yield* portForward(r, c, pod, nodes)
    case 'proxy':
      return yield* proxy(r, c, pod, nodes)
  }
  throw methodNotAllowed(c.served.gr, c.info.verb)
}

function* log(r: Registry, c: Call, pod: Pod, nodes: NodeServers): Task<ApiResponse> {
  const { query } = c.request
  const number = (name: string) => (query.has(name) ? Number(param(query, name)) : undefined)
  const container = chooseContainer(pod, param(query, 'container') ?? '')
  const tailLines = number('tailLines')
  const limitBytes = number('limitBytes')
  const sinceSeconds = number('sinceSeconds')
  const sinceTime = param(query, 'sinceTime')
  const q: LogQuery = {
    namespace: c.namespace,
    pod: c.info.name,
    container,
    follow: isTrue(query, 'follow'),
    previous: isTrue(query, 'previous'),
    timestamps: isTrue(query, 'timestamps'),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
  }
  // A pod without a node has no logs and that is no error.
  if (!pod.spec?.nodeName)
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: '' }
  const asked = LOG_OPTIONS.filter((k) => query.has(k)).map((k) => `${k}=${param(query, k)}`)
  const path = `/containerLogs/${c.namespace}/${c.info.name}/${container}`
  const url = asked.length > 0 ? `${path}?${asked.join('&')}` : path
  const answer = yield* ask<LogAnswer>(r, pod, nodes, (server) => server.logs(q), url)
  const headers = { 'content-type': 'text/plain' }
  return 'text' in answer
    ? { status: 200, headers, body: answer.text }
    : { status: 200, headers, stream: answer.stream }
}

function* stream(r: Registry, c: Call, pod: Pod, nodes: NodeServers): Task<ApiResponse> {
  const { query } = c.request
  const phase = pod.status?.phase
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`)
  }
  const command = query.get('command') ?? []
  if (c.subresource === 'exec' && command.length === 0) {
    throw badRequest('you must specify at least 1 command for the container')
  }
  if (!pod.spec?.nodeName)
    throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
  const q = {
    namespace: c.namespace,
    pod: c.info.name,
    container: chooseContainer(pod, param(query, 'container') ?? ''),
    command,
    stdin: isTrue(query, 'stdin'),
    tty: isTrue(query, 'tty'),
  }
  const channel = yield* ask(r, pod, nodes, (server) =>
    c.subresource === 'exec' ? server.exec(q) : server.attach(q),
  )
  return { status: 101, headers: {}, channel }
}

function* portForward(r: Registry, c: Call, pod: Pod, nodes: NodeServers): Task<ApiResponse> {
  if (!pod.spec?.nodeName)
    throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
  const port = Number(param(c.request.query, 'ports') ?? 0)
  const q = { namespace: c.namespace, pod: c.info.name, port }
  return { status: 101, headers: {}, channel: yield* ask(r, pod, nodes, (s) => s.portForward(q)) }
}

function* proxy(r: Registry, c: Call, pod: Pod, nodes: NodeServers): Task<ApiResponse> {
  const first = pod.spec?.containers[0]?.ports?.[0]?.containerPort ?? 80
  const [, named] = c.info.name.split(':')
  const request = {
    method: c.request.method,
    path: `/${c.info.rest.join('/')}`,
    headers: c.request.headers,
    ...(typeof c.request.body === 'string' ? { body: c.request.body } : {}),
  }
  const q = {
    namespace: c.namespace,
    pod: pod.metadata.name ?? '',
    port: Number(named) || first,
    request,
  }
  const answer = yield* ask(r, pod, nodes, (server) => server.http(q))
  return { status: answer.status, headers: answer.headers, body: answer.body }
}

/** The container meant: the one named, the only one, or the annotated default. @throws ApiError BadRequest */
function chooseContainer(pod: Pod, name: string): string {
  const spec = pod.spec
  const all = [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ].map((x) => x.name)
  const podName = pod.metadata.name ?? ''
  if (name) {
    if (all.includes(name)) return name
    throw badRequest(`container ${name} is not valid for pod ${podName}`)
  }
  const containers = spec?.containers ?? []
  const only = containers[0]
  if (containers.length === 1 && only) return only.name
  throw badRequest(
    `a container name must be specified for pod ${podName}, choose one of: [${all.join(' ')}]`,
  )
}

/** What is handed on to the kubelet, as Go sorts it. */
const LOG_OPTIONS = ['follow', 'limitBytes', 'previous', 'sinceSeconds', 'tailLines', 'timestamps']

/**
 * Calls the kubelet of a pod's node; its own words come back as 400, silence as 500.
 * @param path of a plain request, which names its address when it fails; streams are dialled
 */
function* ask<T>(
  r: Registry,
  pod: Pod,
  nodes: NodeServers,
  body: (server: NodeServer) => Task<T>,
  path?: string,
): Task<T> {
  const node = pod.spec?.nodeName ?? ''
  const address = yield* addressOf(r, node)
  const server = nodes(node)
  const from = r.place
  try {
    return yield* r.world.wires.call(from, `${node}/kubelet`, TIMEOUT_MS, function* () {
      if (!server) throw new WireError('refused', from, `${node}/kubelet`)
      return yield* body(server)
    })
  } catch (e) {
    if (e instanceof WireError) {
      const why = e.reason === 'refused' ? 'connect: connection refused' : 'i/o timeout'
      const at = `${address}:${KUBELET_PORT}`
      const doing = path ? `Get "https://${at}${path}"` : 'error dialing backend'
      // No word of its own on what kind of error this is.
      throw failure(500, '', `${doing}: dial tcp ${at}: ${why}`)
    }
    if (e instanceof Error && e.name === 'Error') throw badRequest(e.message)
    throw e
  }
}

function* addressOf(r: Registry, name: string): Task<string> {
  const nodes = r.builtin('', 'v1', 'nodes')
  yield* nodes.cache.ready()
  const node = r.cached<Node>(nodes, '', name)
  if (!node) throw internalError(`no node ${name}`)
  return node.status?.addresses?.find((a) => a.type === 'InternalIP')?.address ?? name
}
