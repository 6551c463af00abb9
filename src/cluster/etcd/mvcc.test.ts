import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spawn, type Task } from '../sim/task.ts'
import { createWorld } from '../sim/world.ts'
import { createMvccStore } from './mvcc.ts'
import { prefixEnd, StoreError, type StoreEvent } from './store.ts'

function setup() {
  const world = createWorld({ seed: 1, epochMs: 0 })
  const store = createMvccStore(world, { keepHistory: false })
  const run = <T>(body: () => Task<T>): T => {
    let out: { v: T } | undefined
    spawn(world, 'test', 'test', function* () {
      out = { v: yield* body() }
    })
    world.clock.run({ until: world.clock.now })
    if (!out) throw new Error('did not finish')
    return out.v
  }
  const put = (key: string, value: unknown) =>
    run(() => store.txn([], [{ op: 'put', key, value }], []))
  const list = (prefix: string, revision?: number) =>
    run(() => store.range({ key: prefix, end: prefixEnd(prefix), revision: revision ?? 0 }))
  return { world, store, run, put, list }
}

test('a range at an older revision sees what stood there then', () => {
  const { put, list, run, store } = setup()
  put('/r/a/1', 'one')
  const before = put('/r/a/2', 'two').revision
  run(() => store.txn([], [{ op: 'delete', key: '/r/a/1' }], []))
  put('/r/a/2', 'changed')
  expect(list('/r/a/').kvs.map((k) => k.value)).toEqual(['changed'])
  expect(list('/r/a/', before).kvs.map((k) => k.value)).toEqual(['one', 'two'])
})

test('a transaction whose comparison fails writes nothing and keeps the revision', () => {
  const { put, run, store } = setup()
  put('/r/a/1', 'one')
  const r = store.status().revision
  const lost = run(() =>
    store.txn(
      [{ key: '/r/a/1', modRevision: 99 }],
      [{ op: 'put', key: '/r/a/1', value: 'two' }],
      [{ op: 'get', key: '/r/a/1' }],
    ),
  )
  expect(lost).toMatchObject({ succeeded: false, revision: r, gets: [{ value: 'one' }] })
})

test('reading below a compaction fails and a lease takes its keys with it', () => {
  const { world, put, run, store, list } = setup()
  put('/r/a/1', 'one')
  const r = put('/r/a/1', 'two').revision
  run(() => store.compact(r))
  expect(() => list('/r/a/', r - 1)).toThrow(StoreError)
  const lease = run(() => store.grant(5000))
  run(() => store.txn([], [{ op: 'put', key: '/r/a/9', value: 'x', lease }], []))
  expect(list('/r/a/').count).toBe(2)
  world.clock.run({ until: 5001 })
  expect(list('/r/a/').count).toBe(1)
})

test('replaying a watch from the beginning rebuilds every list, at every revision', () => {
  const op = fc.record({ key: fc.integer({ min: 0, max: 8 }), del: fc.boolean() })
  fc.assert(
    fc.property(fc.array(op, { maxLength: 60 }), (ops) => {
      const { store, run, put, list } = setup()
      const model = new Map<string, number>()
      const snapshots: [number, string][] = []
      ops.forEach((o, i) => {
        const key = `/r/a/${o.key}`
        if (o.del) run(() => store.txn([], [{ op: 'delete', key }], []))
        else put(key, i)
        if (o.del) model.delete(key)
        else model.set(key, i)
        snapshots.push([store.status().revision, print(model)])
      })
      for (const [revision, expected] of snapshots) {
        const now = new Map(list('/r/a/', revision).kvs.map((k) => [k.key, k.value as number]))
        expect(print(now)).toBe(expected)
      }
      const seen = new Map<string, number>()
      store.watch({ key: '/r/a/', end: '/r/a0', from: 2 }).listen({
        items: (events: readonly StoreEvent[]) => {
          for (const e of events) {
            if (e.type === 'put') seen.set(e.kv.key, e.kv.value as number)
            else seen.delete(e.kv.key)
          }
        },
        ended: () => {},
      })
      expect(print(seen)).toBe(print(model))
    }),
  )
})

function print(m: Map<string, number>): string {
  return [...m].sort(([a], [b]) => (a < b ? -1 : 1)).join(' ')
}
