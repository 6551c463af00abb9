import { expect, test } from 'vitest'
import { makePod } from '../../../testing/builders.ts'
import { createFullPlane } from '../../../testing/fullplane.ts'
import { evictionPause, zoneState } from './health.ts'

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
}

function setUp() {
  const cp = createFullPlane()
  cp.do((c) =>
    c.create('Deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
    }),
  )
  cp.advance(5000)
  cp.flow()
  const node = () => cp.get('Node', '', 'node-3')
  const taints = () => (node().spec?.taints ?? []).map((t) => `${t.key}:${t.effect}`).sort()
  const ready = () => node().status?.conditions?.find((c) => c.type === 'Ready')
  return { cp, node, taints, ready }
}

test('a silent node becomes Unknown after 50 s, is tainted, and loses its pods after 300 s', () => {
  const { cp, taints, ready } = setUp()
  const lost = () => cp.all('Pod').filter((p) => p.spec?.nodeName === 'node-3')
  expect(lost().length).toBe(1)
  cp.stopNode('node-3')
  cp.advance(48_000)
  expect(ready()?.status).toBe('True')
  cp.advance(17_000)
  expect(ready()).toMatchObject({
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  })
  expect(taints()).toEqual([
    'node.kubernetes.io/unreachable:NoExecute',
    'node.kubernetes.io/unreachable:NoSchedule',
  ])
  const pod = lost()[0]
  const of = (type: string) => pod?.status?.conditions?.find((c) => c.type === type)?.status
  expect([of('Ready'), of('ContainersReady')]).toEqual(['False', 'True'])
  expect(cp.events()).toContain('NodeNotReady: Node node-3 status is now: NodeNotReady')
  expect(cp.events()).toContain('NodeNotReady: Node is not ready')
  const flow = cp.flow().filter((l) => l.startsWith('node-controller') && !l.includes('events'))
  expect(flow).toEqual([
    'node-controller update nodes/status',
    'node-controller update pods/status',
    'node-controller patch nodes',
    'node-controller patch nodes',
  ])
  cp.advance(280_000)
  expect(lost()[0]?.metadata.deletionTimestamp).toBeUndefined()
  cp.advance(25_000)
  expect(lost()[0]?.metadata.deletionTimestamp).toBeDefined()
  expect(cp.get('Deployment', 'default', 'web').status?.readyReplicas).toBe(3)
  const gone = `Marking for deletion Pod default/${pod?.metadata.name}`
  expect(cp.events()).toContain(`TaintManagerEviction: ${gone}`)
  const why = cp.world.trace.since(0).find((r) => r.text.includes('has not renewed its lease'))
  expect(why?.text).toBe('node-3 has not renewed its lease for 50 s')
})

test('cordoning taints the node; uncordoning takes the taint off', () => {
  const { cp, taints } = setUp()
  const cordon = (unschedulable: boolean | null) =>
    cp.do((c) =>
      c.patch('Node', { namespace: '', name: 'node-3' }, 'merge', { spec: { unschedulable } }),
    )
  cordon(true)
  cp.advance(100)
  expect(taints()).toEqual(['node.kubernetes.io/unschedulable:NoSchedule'])
  cordon(null)
  cp.advance(100)
  expect(taints()).toEqual([])
})

test('a NoExecute taint evicts by toleration: at once, later, never', () => {
  const { cp } = setUp()
  const on3 = { nodeSelector: { 'kubernetes.io/hostname': 'node-3' } }
  const tolerate = (more: object) => ({
    ...on3,
    tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', ...more }],
  })
  cp.do((c) => c.create('Pod', makePod('before', on3)))
  cp.do((c) => c.create('Pod', makePod('calm', tolerate({}))))
  cp.do((c) => c.create('Pod', makePod('soon', tolerate({ tolerationSeconds: 3 }))))
  cp.advance(1000)
  const taints = [{ key: 'k', value: 'red', effect: 'NoExecute' }]
  cp.do((c) => c.patch('Node', { namespace: '', name: 'node-3' }, 'merge', { spec: { taints } }))
  const names = () =>
    cp
      .all('Pod')
      .map((p) => p.metadata.name)
      .filter((n) => !n?.startsWith('web'))
  cp.advance(2000)
  expect(names()).toEqual(['calm', 'soon'])
  cp.advance(3000)
  expect(names()).toEqual(['calm'])
})

test('pods of a node that was deleted are collected after its quarantine', () => {
  const { cp } = setUp()
  cp.do((c) => c.delete('Node', { namespace: '', name: 'node-3' }))
  cp.stopNode('node-3')
  cp.advance(35_000)
  expect(cp.all('Pod').some((p) => p.spec?.nodeName === 'node-3')).toBe(true)
  cp.advance(60_000)
  expect(cp.all('Pod').some((p) => p.spec?.nodeName === 'node-3')).toBe(false)
})

test('zones that are badly hit are emptied slowly or not at all', () => {
  expect(zoneState(0, 3)).toBe('FullDisruption')
  expect(zoneState(2, 3)).toBe('PartialDisruption')
  expect(zoneState(9, 1)).toBe('Normal')
  expect(evictionPause('PartialDisruption', 10)).toBeUndefined()
  expect(evictionPause('PartialDisruption', 100)).toBe(100_000)
})

test('events name a node by its uid, the one of a node that has gone too', () => {
  const { cp, node } = setUp()
  const uid = node().metadata.uid
  cp.do((c) => c.delete('Node', { namespace: '', name: 'node-3' }))
  cp.advance(6000)
  const about = cp
    .all('Event')
    .filter((e) => e.reason === 'RemovingNode' || e.reason === 'RegisteredNode')
    .filter((e) => e.involvedObject.name === 'node-3')
    .map((e) => [e.reason, e.involvedObject])
  const ref = { kind: 'Node', name: 'node-3', uid, apiVersion: 'v1' }
  expect(about).toEqual([
    ['RegisteredNode', ref],
    ['RemovingNode', ref],
  ])
})
