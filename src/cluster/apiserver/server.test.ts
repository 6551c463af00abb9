import { expect, test } from 'vitest'
import type { ApiRequest, ApiResponse, Method, WatchEvent } from '../api/transport.ts'
import { createMvccStore } from '../etcd/mvcc.ts'
import { definitions } from '../kinds/index.ts'
import { spawn } from '../sim/task.ts'
import { createWorld } from '../sim/world.ts'
import { createApiServer } from './server.ts'

function setup() {
  const world = createWorld({ seed: 1, epochMs: Date.UTC(2026, 0, 1) })
  const store = createMvccStore(world)
  const server = createApiServer(world, { store, place: 'kube-apiserver-1', definitions })
  const call = (
    method: Method,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): ApiResponse => {
    const [path = '', search = ''] = url.split('?')
    const query = new Map<string, string[]>()
    for (const [k, v] of new URLSearchParams(search)) query.set(k, [...(query.get(k) ?? []), v])
    const request: ApiRequest = {
      method,
      path,
      query,
      headers: { 'user-agent': 'kubectl/v1.32', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      cause: 0,
    }
    let out: ApiResponse | undefined
    spawn(world, 'test', 'call', function* () {
      out = yield* server.handle(request)
    })
    world.clock.run({ until: world.clock.now })
    return out as ApiResponse
  }
  const ns = (name: string) => call('POST', '/api/v1/namespaces', { metadata: { name } })
  ns('default')
  return { world, call, server }
}

const CM = '/api/v1/namespaces/default/configmaps'

test('objects are created, read, listed, changed and deleted', () => {
  const { call } = setup()
  const made = call('POST', CM, { metadata: { generateName: 'a-' }, data: { k: 'v' } })
  expect(made.status).toBe(201)
  const o = made.body as { metadata: { name: string; resourceVersion: string; uid: string } }
  expect(o.metadata.name).toMatch(/^a-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  const path = `${CM}/${o.metadata.name}`
  expect(call('GET', path).body).toEqual(o)
  const stale = { ...o, data: { k: 'w' } }
  expect(call('PUT', path, stale).status).toBe(200)
  const lost = call('PUT', path, { ...stale, data: { k: 'x' } })
  expect(lost.status).toBe(409)
  expect((lost.body as { message: string }).message).toContain('the object has been modified')
  const list = call('GET', CM).body as { items: unknown[] }
  expect(list.items).toHaveLength(1)
  expect(call('DELETE', path).body).toMatchObject({ status: 'Success' })
  expect(call('GET', path).status).toBe(404)
})

test('a patch that changes nothing keeps the resourceVersion', () => {
  const { call } = setup()
  const o = call('POST', CM, { metadata: { name: 'a' }, data: { k: 'v' } }).body as {
    metadata: { resourceVersion: string }
  }
  const headers = { 'content-type': 'application/merge-patch+json' }
  const same = call('PATCH', `${CM}/a`, { data: { k: 'v' } }, headers).body as typeof o
  expect(same.metadata.resourceVersion).toBe(o.metadata.resourceVersion)
})

test('watches see objects enter and leave their selector', () => {
  const { call } = setup()
  const stream = call('GET', `${CM}?watch=1&labelSelector=app%3Dx`).stream
  const seen: string[] = []
  stream?.listen({
    items: (items) => {
      for (const e of items as WatchEvent[]) seen.push(`${e.type} ${e.object.metadata.name}`)
    },
    ended: () => {},
  })
  call('POST', CM, { metadata: { name: 'a' } })
  const headers = { 'content-type': 'application/merge-patch+json' }
  call('PATCH', `${CM}/a`, { metadata: { labels: { app: 'x' } } }, headers)
  call('PATCH', `${CM}/a`, { data: { k: 'v' } }, headers)
  call('PATCH', `${CM}/a`, { metadata: { labels: { app: 'y' } } }, headers)
  expect(seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
})

test('a finalizer holds an object until it is taken off', () => {
  const { call } = setup()
  call('POST', CM, { metadata: { name: 'a', finalizers: ['example.com/hold'] } })
  const held = call('DELETE', `${CM}/a`).body as { metadata: { deletionTimestamp?: string } }
  expect(held.metadata.deletionTimestamp).toBeDefined()
  const headers = { 'content-type': 'application/merge-patch+json' }
  call('PATCH', `${CM}/a`, { metadata: { finalizers: null } }, headers)
  expect(call('GET', `${CM}/a`).status).toBe(404)
})

test('lists are cut by limit and go on at the same revision', () => {
  const { call } = setup()
  for (const name of ['a', 'b', 'c']) call('POST', CM, { metadata: { name } })
  const first = call('GET', `${CM}?limit=2`).body as {
    metadata: { continue: string; remainingItemCount: number }
    items: { metadata: { name: string } }[]
  }
  expect(first.metadata.remainingItemCount).toBe(1)
  call('POST', CM, { metadata: { name: 'd' } })
  const token = encodeURIComponent(first.metadata.continue)
  const rest = call('GET', `${CM}?limit=2&continue=${token}`).body as typeof first
  expect(rest.items.map((o) => o.metadata.name)).toEqual(['c'])
})

test('readiness checks more than liveness, and a check may be left out', () => {
  const { call } = setup()
  const live = String(call('GET', '/livez?verbose&exclude=etcd&exclude=nope').body)
  expect(live).toContain('[+]etcd excluded: ok\n')
  expect(live).toMatch(
    /warn: some health checks cannot be excluded: no matches for "nope"\nlivez check passed\n$/,
  )
  expect(live).not.toContain('[+]informer-sync ')
  expect(String(call('GET', '/readyz?verbose').body)).toContain('[+]shutdown ok\nreadyz check')
  expect(call('GET', '/readyz/shutdown').status).toBe(200)
  expect(call('GET', '/livez/poststarthook/rbac/bootstrap-roles').status).toBe(200)
})
