/** An API server alone, for tests of admission. */
import type { ApiRequest, ApiResponse, Method } from '../../api/transport.ts'
import { createMvccStore } from '../../etcd/mvcc.ts'
import { definitions } from '../../kinds/index.ts'
import { spawn } from '../../sim/task.ts'
import { createWorld } from '../../sim/world.ts'
import { type ApiServerOptions, createApiServer } from '../server.ts'

/** What a request carries. */
export interface Ask {
  readonly body?: unknown
  readonly query?: Readonly<Record<string, string>>
}

/** The server with a namespace and an account to make pods in. */
export function admissionCluster(more: Partial<ApiServerOptions> = {}) {
  const world = createWorld({ seed: 1, epochMs: Date.UTC(2026, 0, 1) })
  const store = createMvccStore(world)
  const options = { store, place: 'kube-apiserver-1', definitions, ...more }
  const server = createApiServer(world, options)
  const send = (method: Method, path: string, a: Ask = {}, forMs = 0): ApiResponse => {
    const request: ApiRequest = {
      method,
      path,
      query: new Map(Object.entries(a.query ?? {}).map(([k, v]) => [k, [v]])),
      headers: { 'user-agent': 'kubectl/v1.36', 'content-type': 'application/json' },
      ...(a.body === undefined ? {} : { body: JSON.stringify(a.body) }),
      cause: 0,
    }
    let out: ApiResponse | undefined
    spawn(world, 'test', 'call', function* () {
      out = yield* server.handle(request)
    })
    world.clock.run({ until: world.clock.now + forMs })
    return out as ApiResponse
  }
  send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } })
  send('POST', '/api/v1/namespaces/default/serviceaccounts', {
    body: { metadata: { name: 'default' } },
  })
  const said = (r: ApiResponse) => (r.body as { message?: string }).message
  return { world, send, said }
}
