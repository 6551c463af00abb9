import { expect, test } from 'vitest'
import { expired, notFound } from '../api/meta/status.ts'
import type { AnyObject } from '../api/object.ts'
import type { ApiHandler, ApiRequest, ApiResponse, WatchEvent } from '../api/transport.ts'
import { Stream } from '../sim/stream.ts'
import { spawn, type Task } from '../sim/task.ts'
import { createWorld } from '../sim/world.ts'
import { createClient } from './client.ts'
import { createInformers } from './informer.ts'

/** ConfigMaps only: enough of a server to list, watch, create and lose connections. */
class TinyServer implements ApiHandler {
  readonly objects = new Map<string, AnyObject>()
  readonly streams = new Set<Stream<WatchEvent>>()
  lists = 0
  watchesFrom: string[] = []
  revision = 0
  expireNextWatch = false

  put(name: string, data: string, type: WatchEvent['type'] = 'ADDED'): AnyObject {
    const metadata = { namespace: 'd', name, uid: name, resourceVersion: String(++this.revision) }
    const o: AnyObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { v: data } }
    if (type === 'DELETED') this.objects.delete(name)
    else this.objects.set(name, o)
    for (const s of this.streams) s.push({ type, object: o, cause: 77 })
    return o
  }

  *handle(r: ApiRequest): Task<ApiResponse> {
    const ok = (body: unknown): ApiResponse => ({ status: 200, headers: {}, body })
    if (r.method === 'POST') {
      const name = (r.body as AnyObject).metadata.name as string
      return ok(this.put(name, 'posted'))
    }
    if (r.path.endsWith('/missing')) {
      const e = notFound({ group: '', resource: 'configmaps' }, 'missing')
      return { status: e.code, headers: {}, body: e.status }
    }
    if (r.query.get('watch')) {
      this.watchesFrom.push(r.query.get('resourceVersion')?.[0] ?? '')
      if (this.expireNextWatch) {
        this.expireNextWatch = false
        const e = expired('too old resource version')
        return { status: e.code, headers: {}, body: e.status }
      }
      const stream = new Stream<WatchEvent>()
      this.streams.add(stream)
      stream.onCancel = () => this.streams.delete(stream)
      return { status: 200, headers: {}, stream: stream as Stream<unknown> }
    }
    this.lists++
    const metadata = { resourceVersion: String(this.revision) }
    return ok({ metadata, items: [...this.objects.values()] })
  }
}

function setUp() {
  const world = createWorld({ seed: 1, epochMs: 0 })
  const server = new TinyServer()
  const user = { name: 'tester', groups: [] }
  const client = createClient({
    world,
    place: 'a',
    server: 's',
    handler: server,
    user,
    userAgent: 'test/v1',
  })
  const informers = createInformers(client)
  const log: string[] = []
  const informer = informers.for('ConfigMap')
  informer.on({
    added: (o) => log.push(`+${o.metadata.name}`),
    updated: (a, b) => log.push(`${a.metadata.resourceVersion}~${b.metadata.resourceVersion}`),
    deleted: (o, known) => log.push(`-${o.metadata.name}${known ? '' : '?'}`),
  })
  return { world, server, client, informers, informer, log }
}

test('lists, watches, indexes, and shares one informer per kind', () => {
  const { world, server, informers, informer, log } = setUp()
  server.put('a', 'x')
  informer.index('data', (o) => o.data?.v)
  world.clock.run({ idle: true })
  expect(informer.synced).toBe(true)
  server.put('b', 'x')
  server.put('a', 'y', 'MODIFIED')
  expect(log).toEqual(['+a'])
  world.clock.run({ idle: true })
  expect(log).toEqual(['+a', '+b', '1~3'])
  expect([...informer.by('data', 'x')].map((o) => o.metadata.name)).toEqual(['b'])
  expect(informers.for('ConfigMap')).toBe(informer)
  server.put('b', 'x', 'DELETED')
  world.clock.run({ idle: true })
  expect(log.at(-1)).toBe('-b')
  expect([...informer.by('data', 'x')]).toEqual([])
  expect(informer.get('d', 'a')).toBe(server.objects.get('a'))
})

test('a burst is handled in one step, each event under its own cause', () => {
  const { world, server, informer } = setUp()
  world.clock.run({ idle: true })
  const causes: number[] = []
  informer.on({ added: () => causes.push(world.trace.current) })
  const before = world.clock.steps
  server.put('a', '1')
  server.put('b', '1')
  world.clock.run({ idle: true })
  expect(world.clock.steps - before).toBe(1)
  expect(causes).toEqual([77, 77])
})

test('after a lost watch it resumes from the last version; after 410 it lists again', () => {
  const { world, server, log } = setUp()
  server.put('a', '1')
  server.put('b', '1')
  world.clock.run({ idle: true })
  for (const s of [...server.streams]) {
    server.streams.delete(s)
    s.end(new Error('gone'))
  }
  server.put('c', '1')
  server.put('b', '1', 'DELETED')
  server.expireNextWatch = true
  world.clock.run({ until: 10_000 })
  expect(server.watchesFrom).toEqual(['2', '2', '4'])
  expect(server.lists).toBe(2)
  expect(log).toEqual(['+a', '+b', '+c', '-b?'])
})

test('a cut wire holds events back and nothing is lost', () => {
  const { world, server, log } = setUp()
  world.clock.run({ idle: true })
  const heal = world.wires.disturb({ from: 's', to: 'a', drop: 1000 })
  server.put('a', '1')
  world.clock.run({ until: 1000 })
  expect(log).toEqual([])
  heal()
  world.clock.run({ until: 2000 })
  expect(log).toEqual(['+a'])
})

test('an error response is thrown as ApiError', () => {
  const { world, client } = setUp()
  let reason = ''
  spawn(world, 'a', 'get', function* () {
    try {
      yield* client.get('ConfigMap', { namespace: 'd', name: 'missing' })
    } catch (error) {
      reason = (error as { reason: string }).reason
    }
  })
  world.clock.run({ idle: true })
  expect(reason).toBe('NotFound')
})
