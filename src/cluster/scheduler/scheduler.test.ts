import { expect, test } from 'vitest'
import { createControlPlane } from '../../testing/controlplane.ts'
import type { Pod } from '../api/generated/types.ts'
import { createInformers } from '../client/informer.ts'
import { startScheduler } from './scheduler.ts'

function setUp(nodes = 3, shape = {}) {
  const cp = createControlPlane()
  cp.addNodes(nodes, shape)
  const client = cp.clientFor('kube-scheduler', 'system:kube-scheduler')
  const scheduler = startScheduler({
    world: cp.world,
    client,
    informers: createInformers(client),
    hostname: 'cp-1',
  })
  cp.startHollowKubelets()
  cp.advance(1000)
  const run = (name: string, spec: object = {}, meta: object = {}) =>
    cp.do((c) => c.create('Pod', pod(name, spec, meta)))
  const nodeOf = (name: string) => cp.get('Pod', 'default', name).spec?.nodeName
  const why = (name: string) =>
    cp.get('Pod', 'default', name).status?.conditions?.find((c) => c.type === 'PodScheduled')
  return { cp, run, nodeOf, why, scheduler }
}

function pod(name: string, spec: object, meta: object): Pod {
  const containers = [{ name: 'c', image: 'nginx' }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...meta },
    spec: { containers, ...spec },
  } as Pod
}

const asks = (requests: Record<string, string>) => ({
  containers: [{ name: 'c', image: 'nginx', resources: { requests } }],
})
const NOT_HELPFUL =
  'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.'

test('a pod that fits is bound, with an event and a decision that names every node', () => {
  const { cp, run, nodeOf } = setUp()
  run('a')
  cp.advance(1000)
  const node = nodeOf('a')
  expect(node).toMatch(/^node-[123]$/)
  expect(cp.events()).toEqual([`Scheduled: Successfully assigned default/a to ${node}`])
  const decision = cp.world.trace.since(0).find((r) => r.verb === 'decide')
  expect(decision?.text).toBe(`scheduled to ${node}`)
  expect(decision?.detail?.nodes).toHaveLength(3)
  expect(cp.get('Pod', 'default', 'a').status?.phase).toBe('Running')
})

test('pods that fit nowhere say why in the words of upstream', () => {
  const { cp, run, why } = setUp()
  run('cpu', asks({ cpu: '4001m' }))
  run('both', asks({ cpu: '5', memory: '9Gi' }))
  run('sel', { nodeSelector: { disk: 'gold' } })
  cp.advance(1000)
  expect(why('cpu')).toMatchObject({
    status: 'False',
    reason: 'Unschedulable',
    message: `0/3 nodes are available: 3 Insufficient cpu. ${NOT_HELPFUL}`,
  })
  expect(why('both')?.message).toBe(
    `0/3 nodes are available: 3 Insufficient cpu, 3 Insufficient memory. ${NOT_HELPFUL}`,
  )
  expect(why('sel')?.message).toBe(
    `0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. ${NOT_HELPFUL}`,
  )
  expect(cp.events().filter((e) => e.startsWith('FailedScheduling')).length).toBe(3)
})

test('a node label brings the waiting pod back at once', () => {
  const { cp, run, nodeOf } = setUp()
  run('sel', { nodeSelector: { disk: 'gold' } })
  cp.advance(2000)
  expect(nodeOf('sel')).toBeUndefined()
  cp.do((c) =>
    c.patch('Node', { namespace: '', name: 'node-2' }, 'merge', {
      metadata: { labels: { disk: 'gold' } },
    }),
  )
  cp.advance(500)
  expect(nodeOf('sel')).toBe('node-2')
})

test('claims end the message early', () => {
  const { cp, run, why } = setUp()
  run('missing', { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'nowhere' } }] })
  cp.advance(1000)
  expect(why('missing')?.message).toBe(
    '0/3 nodes are available: persistentvolumeclaim "nowhere" not found. not found',
  )
})

test('pod affinity waits for company, anti-affinity keeps away', () => {
  const { cp, run, nodeOf, why } = setUp()
  const near = (term: object) => ({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
  })
  const far = (term: object) => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
  })
  const term = (app: string) => ({
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: { app } },
  })
  run('lonely', near(term('db')))
  cp.advance(1000)
  expect(why('lonely')?.message).toBe(
    `0/3 nodes are available: 3 node(s) didn't match pod affinity rules. ${NOT_HELPFUL}`,
  )
  const onNode2 = { nodeSelector: { 'kubernetes.io/hostname': 'node-2' } }
  run('db', onNode2, { labels: { app: 'db' } })
  cp.advance(1000)
  expect(nodeOf('lonely')).toBe('node-2')
  for (const n of ['x1', 'x2', 'x3', 'x4']) run(n, far(term('x')), { labels: { app: 'x' } })
  cp.advance(1000)
  expect(new Set(['x1', 'x2', 'x3'].map(nodeOf)).size).toBe(3)
  expect(why('x4')?.message).toBe(
    "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. " +
      'no new claims to deallocate, preemption: 0/3 nodes are available: ' +
      '3 No preemption victims found for incoming pod.',
  )
})

test('a more important pod pushes out the least important one', () => {
  const { cp, run, nodeOf, why } = setUp(1)
  for (const [name, value] of [
    ['low', -10],
    ['mid', 10],
    ['high', 1000],
  ] as const) {
    cp.do((c) =>
      c.create('PriorityClass', {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value,
      }),
    )
  }
  const two = asks({ cpu: '2' })
  run('a', { ...two, priorityClassName: 'low', priority: -10 })
  run('b', { ...two, priorityClassName: 'mid', priority: 10 })
  cp.advance(1000)
  run('c', { ...two, priorityClassName: 'high', priority: 1000 })
  cp.advance(300)
  const victim = cp.get('Pod', 'default', 'a')
  expect(victim.metadata.deletionTimestamp).toBeDefined()
  expect(victim.status?.conditions?.find((c) => c.type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: 'default-scheduler: preempting to accommodate a higher priority pod',
  })
  expect(cp.get('Pod', 'default', 'c').status?.nominatedNodeName).toBe('node-1')
  expect(why('c')?.message).toContain('0/1 nodes are available: 1 Insufficient cpu.')
  cp.advance(3000)
  expect(nodeOf('c')).toBe('node-1')
  expect(cp.get('Pod', 'default', 'b').status?.phase).toBe('Running')
  const uid = cp.get('Pod', 'default', 'c').metadata.uid
  expect(cp.events()).toContain(`Preempted: Preempted by pod ${uid} on node node-1`)
})

test('a claim that waits for its first consumer is bound with the pod', () => {
  const { cp, run, nodeOf, why } = setUp()
  cp.do(function* (c) {
    yield* c.create('StorageClass', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'local' },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    })
    yield* c.create('PersistentVolumeClaim', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: {
        storageClassName: 'local',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    })
  })
  run('first', { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] })
  cp.advance(1000)
  expect(nodeOf('first')).toBeUndefined()
  expect(why('first')?.message).toContain(
    "3 node(s) didn't find available persistent volumes to bind",
  )
})

test('a thousand nodes: a pod costs well under a millisecond', () => {
  const { cp, run } = setUp(1000)
  const pods = 500
  const began = performance.now()
  for (let i = 0; i < pods; i++) run(`p${i}`, asks({ cpu: '100m', memory: '64Mi' }))
  const created = performance.now()
  cp.advance(0)
  const each = (performance.now() - began) / pods
  const bound = cp.all('Pod').filter((p) => p.spec?.nodeName).length
  expect(bound).toBe(pods)
  console.info(`creating ${((created - began) / pods).toFixed(2)}, all ${each.toFixed(2)} ms`)
  expect(each).toBeLessThan(10)
})
