import { expect, test } from 'vitest'
import { sleep } from '../sim/task.ts'
import { createWorld } from '../sim/world.ts'
import { Expectations } from './expectations.ts'
import { WorkQueue } from './workqueue.ts'

const newWorld = () => createWorld({ seed: 1, epochMs: 0 })

test('a key is never in work twice at once, and one added meanwhile comes again', () => {
  const world = newWorld()
  const queue = new WorkQueue(world, 'c', 'sync')
  const log: string[] = []
  queue.start(3, function* (key) {
    log.push(`start ${key} ${world.clock.now}`)
    yield* sleep(world, 'c', 10)
    log.push(`end ${key} ${world.clock.now}`)
  })
  queue.add('a')
  queue.add('a')
  queue.add('b')
  world.clock.run({ until: 5 })
  queue.add('a')
  queue.add('a')
  world.clock.run({ idle: true })
  expect(log).toEqual(['start a 0', 'start b 0', 'end a 10', 'end b 10', 'start a 10', 'end a 20'])
  expect(queue.idle).toBe(true)
})

test('each item takes one step, at most as many at once as there are workers', () => {
  const world = newWorld()
  const queue = new WorkQueue(world, 'c', 'sync')
  const log: string[] = []
  queue.start(1, function* (key) {
    log.push(key)
  })
  for (const k of ['a', 'b', 'c']) queue.add(k)
  world.clock.run({ steps: 1 })
  expect(log).toEqual(['a'])
  world.clock.run({ steps: 1 })
  expect(log).toEqual(['a', 'b'])
})

test('backoff doubles until forgotten; the earliest of several delays counts', () => {
  const world = newWorld()
  const queue = new WorkQueue(world, 'c', 'sync')
  const times: number[] = []
  queue.start(1, function* (key) {
    times.push(world.clock.now)
    if (times.length < 5) queue.addRateLimited(key)
    else queue.forget(key)
  })
  queue.add('a')
  world.clock.run({ idle: true })
  expect(times).toEqual([0, 5, 15, 35, 75])
  queue.addAfter('a', 100)
  queue.addAfter('a', 50)
  queue.addAfter('a', 200)
  world.clock.run({ idle: true })
  expect(times.slice(5)).toEqual([125])
})

test('work runs under the cause that enqueued it', () => {
  const world = newWorld()
  const queue = new WorkQueue(world, 'c', 'sync')
  const causes: number[] = []
  queue.start(1, function* () {
    causes.push(world.trace.current)
  })
  const id = world.trace.record({ owner: 'x', verb: 'command', text: 'go' })
  world.trace.current = id
  queue.add('a')
  world.trace.current = 0
  world.clock.run({ idle: true })
  expect(causes).toEqual([id])
})

test('expectations are met by what was awaited only, or after five minutes', () => {
  const world = newWorld()
  const e = new Expectations(world)
  e.expectCreations('k', 2)
  e.creationObserved('k')
  expect(e.met('k')).toBe(false)
  e.creationObserved('k')
  expect(e.met('k')).toBe(true)
  e.expectDeletions('k', ['u1'])
  e.deletionObserved('k', 'u2')
  expect(e.met('k')).toBe(false)
  e.deletionObserved('k', 'u1')
  expect(e.met('k')).toBe(true)
  e.expectCreations('k', 1)
  world.clock.run({ until: 5 * 60_000 + 1 })
  expect(e.met('k')).toBe(true)
})

test('a held key gathers what is added and comes once at the end of its hold', () => {
  const world = newWorld()
  const queue = new WorkQueue(world, 'c', 'sync')
  const times: number[] = []
  queue.start(1, function* (key) {
    times.push(world.clock.now)
    queue.hold(key, 20)
  })
  queue.add('a')
  world.clock.run({ until: 5 })
  queue.add('a')
  world.clock.run({ until: 10 })
  queue.add('a')
  world.clock.run({ until: 100 })
  expect(times).toEqual([0, 20])
  queue.add('a')
  world.clock.run({ until: 200 })
  expect(times).toEqual([0, 20, 100])
})
