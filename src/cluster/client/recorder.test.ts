import { expect, test } from 'vitest'
import { createControlPlane } from '../../testing/controlplane.ts'
import { createActionRecorder, createRecorder } from './recorder.ts'

const about = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { namespace: 'default', name: 'p', uid: 'u1', resourceVersion: '1' },
}

function setUp() {
  const cp = createControlPlane()
  const client = cp.clientFor('tester', 'tester')
  const list = () =>
    cp.all('Event', 'default').map((e) => [e.reason, e.count ?? e.series?.count, e.message])
  return { cp, client, list }
}

test('equal events raise a count, others stand beside', () => {
  const { cp, client, list } = setUp()
  const r = createRecorder(client, { component: 'kubelet', host: 'node-1' })
  r.event(about, 'Normal', 'Pulled', 'one')
  r.event(about, 'Normal', 'Pulled', 'one')
  r.event(about, 'Normal', 'Pulled', 'two')
  cp.advance(10)
  expect(list()).toEqual([
    ['Pulled', 2, 'one'],
    ['Pulled', 1, 'two'],
  ])
  const e = cp.all('Event', 'default')[0]
  expect(e?.source).toEqual({ component: 'kubelet', host: 'node-1' })
  expect(e?.metadata.name).toMatch(/^p\.[0-9a-f]+$/)
})

test('many that differ only in their message are combined', () => {
  const { cp, client, list } = setUp()
  const r = createRecorder(client, { component: 'c' })
  for (let i = 0; i < 12; i++) r.event(about, 'Warning', 'Failed', `try ${i}`)
  cp.advance(10)
  expect(list().length).toBe(10)
  expect(list().find((e) => e[2]?.toString().startsWith('(combined'))).toEqual([
    'Failed',
    3,
    '(combined from similar events): try 11',
  ])
})

test('an object that never stops complaining is cut off', () => {
  const { cp, client, list } = setUp()
  const r = createRecorder(client, { component: 'c' })
  for (let i = 0; i < 40; i++) r.event(about, 'Warning', 'BackOff', 'again')
  cp.advance(10)
  expect(list()).toEqual([['BackOff', 25, 'again']])
})

test('the newer kind names the action, and repetitions become a series', () => {
  const { cp, client } = setUp()
  const r = createActionRecorder(client, { controller: 'default-scheduler', instance: 's-1' })
  r.event(about, 'Warning', 'FailedScheduling', 'Scheduling', 'no')
  cp.advance(10)
  r.event(about, 'Warning', 'FailedScheduling', 'Scheduling', 'still no')
  cp.advance(10)
  const all = cp.all('Event', 'default')
  expect(all).toHaveLength(1)
  expect(all[0]).toMatchObject({
    action: 'Scheduling',
    reportingComponent: 'default-scheduler',
    reportingInstance: 's-1',
    message: 'no',
    series: { count: 2 },
  })
})
