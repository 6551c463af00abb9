/** A control plane of store and API server only: every write is accepted and nobody acts on it. */

import type { ApiHandler, ApiRequest, UserInfo } from '../cluster/api/transport.ts'
import { createApiServer } from '../cluster/apiserver/server.ts'
import { createMvccStore } from '../cluster/etcd/mvcc.ts'
import { definitions } from '../cluster/kinds/index.ts'
import { spawn } from '../cluster/sim/task.ts'
import { createWorld, type World } from '../cluster/sim/world.ts'
import type { ServerArgs } from './args.ts'

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/** Starts it. */
export function startAlone(args: ServerArgs, token: string): { world: World; handler: ApiHandler } {
  const world = createWorld({ seed: args.seed, epochMs: Date.now() })
  const store = createMvccStore(world)
  const admin: UserInfo = {
    name: 'kubernetes-admin',
    groups: ['system:masters', 'system:authenticated'],
  }
  const handler = createApiServer(world, {
    store,
    place: 'kube-apiserver-1',
    definitions,
    authenticate: (r) => (r.headers.authorization === `Bearer ${token}` ? admin : undefined),
  })
  spawn(world, 'kube-apiserver-1', 'bootstrap', function* () {
    for (const name of NAMESPACES) yield* handler.handle(namespaceRequest(name, admin))
  })
  return { world, handler }
}

function namespaceRequest(name: string, user: UserInfo): ApiRequest {
  return {
    method: 'POST',
    path: '/api/v1/namespaces',
    query: new Map(),
    headers: { 'user-agent': 'kube-apiserver' },
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    user,
    cause: 0,
  }
}
