import { expect, test } from 'vitest'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { DaemonSet } from '../../api/generated/types.ts'

const KEY = { namespace: 'default', name: 'agent' }

function setUp(spec: object = {}) {
  const cp = createFullPlane()
  const ds = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: { containers: [{ name: 'c', image: 'agent:1' }] },
      },
      ...spec,
    },
  } as DaemonSet
  cp.do((c) => c.create('DaemonSet', ds))
  cp.advance(1500)
  const counts = () => {
    const s = cp.get('DaemonSet', 'default', 'agent').status
    return [
      s?.desiredNumberScheduled,
      s?.currentNumberScheduled,
      s?.numberReady,
      s?.updatedNumberScheduled ?? 0,
      s?.numberAvailable ?? 0,
      s?.numberMisscheduled,
    ]
  }
  const taint = (taints: object[] | null) =>
    cp.do((c) => c.patch('Node', { namespace: '', name: 'node-3' }, 'merge', { spec: { taints } }))
  return { cp, counts, taint }
}

test('one pod on every node, in the order of writes of upstream', () => {
  const { cp, counts } = setUp()
  expect(counts()).toEqual([3, 3, 3, 3, 3, 0])
  expect(new Set(cp.all('Pod').map((p) => p.spec?.nodeName)).size).toBe(3)
  const own = cp.flow().filter((l) => l.startsWith('daemon-set'))
  expect(own.slice(0, 4)).toEqual([
    'daemon-set-controller create controllerrevisions',
    'daemon-set-controller create pods',
    'daemon-set-controller create pods',
    'daemon-set-controller create pods',
  ])
})

test('NoSchedule leaves what runs, NoExecute throws it out', () => {
  const { cp, counts, taint } = setUp()
  taint([{ key: 'a', effect: 'NoSchedule' }])
  cp.advance(2000)
  expect(counts()).toEqual([3, 3, 3, 3, 3, 0])
  const pod = cp.all('Pod').find((p) => p.spec?.nodeName === 'node-3')
  cp.do((c) => c.delete('Pod', { namespace: 'default', name: pod?.metadata.name ?? '' }))
  cp.advance(3000)
  expect(counts()).toEqual([2, 2, 2, 2, 2, 0])
  taint(null)
  cp.advance(3000)
  expect(counts()).toEqual([3, 3, 3, 3, 3, 0])
  taint([{ key: 'b', effect: 'NoExecute' }])
  cp.advance(4000)
  expect(counts()).toEqual([2, 2, 2, 2, 2, 0])
})

test('a rolling update replaces one node after another', () => {
  const { cp, counts } = setUp()
  const template = { spec: { containers: [{ name: 'c', image: 'agent:2' }] } }
  cp.do((c) => c.patch('DaemonSet', KEY, 'strategic', { spec: { template } }))
  let least = 3
  for (let i = 0; i < 60; i++) {
    cp.advance(100)
    least = Math.min(least, counts()[4] ?? 0)
  }
  expect(least).toBe(2)
  expect(new Set(cp.all('Pod').map((p) => p.spec?.containers[0]?.image))).toEqual(
    new Set(['agent:2']),
  )
  expect(counts()).toEqual([3, 3, 3, 3, 3, 0])
})

test('pods that fail again and again are replaced ever more slowly', () => {
  const { cp } = setUp()
  const fail = () => {
    const pod = cp.all('Pod').find((p) => p.spec?.nodeName === 'node-1')
    if (!pod || pod.status?.phase === 'Failed') return
    const key = { namespace: 'default', name: pod.metadata.name ?? '' }
    const status = { phase: 'Failed' }
    cp.do((c) => c.patch('Pod', key, 'merge', { status }, { subresource: 'status' }))
  }
  for (let i = 0; i < 200; i++) {
    fail()
    cp.advance(100)
  }
  const gone = cp.events().filter((e) => e.startsWith('FailedDaemonPod'))
  expect(gone.length).toBeGreaterThanOrEqual(3)
  expect(gone.length).toBeLessThanOrEqual(6)
})

test('with surge a pod that never became ready gets its successor first, then goes', () => {
  const { cp } = setUp()
  const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 }
  const image = (v: string, more: object = {}) => ({
    template: { spec: { containers: [{ name: 'c', image: `agent:${v}`, ...more }] } },
  })
  const patch = (spec: object) => cp.do((c) => c.patch('DaemonSet', KEY, 'strategic', { spec }))
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate }
  patch({ updateStrategy, ...image('2', { resources: { requests: { cpu: '64' } } }) })
  cp.advance(3000)
  const stuck = cp.all('Pod').filter((p) => p.status?.phase === 'Pending')
  expect(stuck.length).toBe(1)
  cp.flow()
  patch(image('3', { resources: { requests: { cpu: '1' } } }))
  cp.advance(8000)
  const acts = cp
    .flow()
    .map((l) => /^daemon-?set-controller (create|delete) pods/.exec(l)?.[1])
    .filter((act) => act !== undefined)
  expect(acts.slice(0, 3)).toEqual(['create', 'create', 'delete'])
  const images = cp.all('Pod').map((p) => p.spec?.containers[0]?.image)
  expect(images).toEqual(['agent:3', 'agent:3', 'agent:3'])
})
