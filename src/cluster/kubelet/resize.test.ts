import { expect, test } from 'vitest'
import { run, start } from '../../testing/onenode.ts'
import type { Container, Pod } from '../api/generated/types.ts'
import type { Cluster } from '../cluster.ts'

const both = (cpu: string, memory: string) => ({
  requests: { cpu, memory },
  limits: { cpu, memory },
})

function create(cluster: Cluster, name: string, c: Partial<Container>): void {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'nginx:1.27', ...c }] },
  }
  run(cluster, () => cluster.admin.create('Pod', pod))
}

function resize(cluster: Cluster, name: string, cpu: string, memory: string): void {
  const patch = { spec: { containers: [{ name: 'c', resources: both(cpu, memory) }] } }
  run(cluster, () =>
    cluster.admin.patch('Pod', { namespace: 'default', name }, 'strategic', patch, {
      subresource: 'resize',
    }),
  )
}

const get = (cluster: Cluster, name: string) =>
  run(cluster, () => cluster.admin.get('Pod', { namespace: 'default', name }))
const forward = (cluster: Cluster, ms: number) =>
  cluster.world.clock.run({ until: cluster.world.clock.now + ms })
const status = (cluster: Cluster, name: string) => get(cluster, name).status?.containerStatuses?.[0]
const condition = (cluster: Cluster, name: string, type: string) =>
  get(cluster, name).status?.conditions?.find((c) => c.type === type)
const events = (cluster: Cluster) =>
  run(cluster, () => cluster.admin.list('Event')).items.map((e) => `${e.reason}: ${e.message}`)

test('more of both without a restart: allocated, shown under way, carried out', () => {
  const cluster = start()
  create(cluster, 'p', { resources: both('500m', '128Mi') })
  forward(cluster, 8000)
  resize(cluster, 'p', '1', '256Mi')
  forward(cluster, 200)
  expect(condition(cluster, 'p', 'PodResizeInProgress')).toMatchObject({ status: 'True' })
  expect(status(cluster, 'p')?.allocatedResources).toEqual({ cpu: '1', memory: '256Mi' })
  forward(cluster, 3000)
  expect(condition(cluster, 'p', 'PodResizeInProgress')).toBeUndefined()
  expect(condition(cluster, 'p', 'Ready')?.status).toBe('True')
  expect(status(cluster, 'p')).toMatchObject({
    restartCount: 0,
    resources: both('1', '256Mi'),
  })
  const text =
    '{"containers":[{"name":"c","resources":{"limits":{"cpu":"1","memory":"256Mi"},"requests":{"cpu":"1","memory":"256Mi"}}}],"generation":2}'
  expect(events(cluster)).toContain(`ResizeStarted: Pod resize started: ${text}`)
  expect(events(cluster)).toContain(`ResizeCompleted: Pod resize completed: ${text}`)
})

test('a container whose policy says so restarts for memory, and has the new limit', () => {
  const cluster = start()
  create(cluster, 'p', {
    resources: both('500m', '128Mi'),
    resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }],
  })
  forward(cluster, 8000)
  resize(cluster, 'p', '1', '128Mi')
  forward(cluster, 5000)
  expect(status(cluster, 'p')?.restartCount).toBe(0)
  resize(cluster, 'p', '1', '256Mi')
  forward(cluster, 6000)
  expect(status(cluster, 'p')).toMatchObject({
    restartCount: 1,
    ready: true,
    resources: both('1', '256Mi'),
  })
  expect(events(cluster)).toContain('Killing: Container c resize requires restart')
  expect(condition(cluster, 'p', 'PodResizeInProgress')).toBeUndefined()
})

test('more than the node has is infeasible, and nothing changes', () => {
  const cluster = start()
  create(cluster, 'p', { resources: both('500m', '128Mi') })
  forward(cluster, 8000)
  resize(cluster, 'p', '1000', '128Mi')
  forward(cluster, 2000)
  expect(condition(cluster, 'p', 'PodResizePending')).toMatchObject({
    status: 'True',
    reason: 'Infeasible',
    message: "Node didn't have enough capacity: cpu, requested: 1000000, capacity: 4000",
  })
  expect(status(cluster, 'p')).toMatchObject({ restartCount: 0, resources: both('500m', '128Mi') })
  expect(events(cluster).find((e) => e.startsWith('ResizeInfeasible'))).toMatch(
    /^ResizeInfeasible: Pod resize Infeasible: \{"containers".*"generation":2,"error":"Node didn't have enough capacity: cpu/,
  )
  resize(cluster, 'p', '500m', '128Mi')
  forward(cluster, 2000)
  expect(condition(cluster, 'p', 'PodResizePending')).toBeUndefined()
})

test('what others hold is deferred until they leave', () => {
  const cluster = start()
  create(cluster, 'p', { resources: both('500m', '128Mi') })
  create(cluster, 'other', { resources: both('2', '128Mi') })
  forward(cluster, 8000)
  resize(cluster, 'p', '3', '128Mi')
  forward(cluster, 2000)
  const pending = condition(cluster, 'p', 'PodResizePending')
  expect(pending?.reason).toBe('Deferred')
  expect(pending?.message).toMatch(
    /^Node didn't have enough resource: cpu, requested: 3000, used: 2\d00, capacity: 4000$/,
  )
  run(cluster, () => cluster.admin.delete('Pod', { namespace: 'default', name: 'other' }))
  forward(cluster, 8000)
  expect(condition(cluster, 'p', 'PodResizePending')).toBeUndefined()
  expect(status(cluster, 'p')?.resources).toEqual(both('3', '128Mi'))
})

test('a memory limit below what is in use waits, and says so', () => {
  const cluster = start()
  create(cluster, 'p', {
    image: 'polinux/stress',
    command: ['stress', '--vm', '1', '--vm-bytes', '200M'],
    resources: both('1', '400Mi'),
  })
  forward(cluster, 8000)
  resize(cluster, 'p', '1', '100Mi')
  forward(cluster, 3000)
  expect(condition(cluster, 'p', 'PodResizeInProgress')).toMatchObject({
    reason: 'Error',
    message: expect.stringMatching(
      /^attempting to set container "c" memory limit \(104857600\) below current usage \(\d+\)$/,
    ),
  })
  expect(status(cluster, 'p')).toMatchObject({ restartCount: 0, resources: both('1', '400Mi') })
})

test('a pod that grew in place is counted by the scheduler', () => {
  const cluster = start()
  create(cluster, 'p', { resources: both('500m', '128Mi') })
  forward(cluster, 8000)
  resize(cluster, 'p', '3500m', '128Mi')
  forward(cluster, 3000)
  create(cluster, 'late', { resources: both('1', '128Mi') })
  forward(cluster, 5000)
  expect(get(cluster, 'late').spec?.nodeName).toBeUndefined()
})
