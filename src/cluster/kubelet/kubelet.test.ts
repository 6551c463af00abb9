import { expect, test } from 'vitest'
import { run, start } from '../../testing/onenode.ts'
import type { Pod } from '../api/generated/types.ts'
import type { Cluster } from '../cluster.ts'
import { statusPatch } from './kubelet.ts'

function create(cluster: Cluster, spec: NonNullable<Pod['spec']>): void {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec,
  }
  run(cluster, () => cluster.admin.create('Pod', pod))
}

const get = (cluster: Cluster) =>
  run(cluster, () => cluster.admin.get('Pod', { namespace: 'default', name: 'p' }))
const forward = (cluster: Cluster, ms: number) =>
  cluster.world.clock.run({ until: cluster.world.clock.now + ms })

test('a pod becomes Running and Ready, and its conditions forget why they were not', () => {
  const cluster = start()
  create(cluster, { containers: [{ name: 'c', image: 'nginx:1.27' }] })
  forward(cluster, 8000)
  const { status } = get(cluster)
  expect(status?.phase).toBe('Running')
  const ready = status?.conditions?.find((c) => c.type === 'Ready')
  expect(ready).toMatchObject({ status: 'True' })
  expect(ready?.message).toBeUndefined()
  expect(ready?.reason).toBeUndefined()
})

test('a crashing container waits 10 s, 20 s, 40 s between its restarts', () => {
  const cluster = start()
  create(cluster, {
    containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'exit 1'] }],
  })
  const starts: number[] = []
  cluster.world.trace.subscribe((r) => {
    if (r.verb === 'start') starts.push(r.at)
  })
  forward(cluster, 100_000)
  const waits = starts
    .slice(1)
    .map((at, i) => at - (starts[i] as number))
    .map((ms) => Math.round(ms / 1000))
  expect(waits.slice(0, 4)).toEqual([1, 11, 21, 41])
  const [container] = get(cluster).status?.containerStatuses ?? []
  expect(container?.state?.waiting?.reason).toBe('CrashLoopBackOff')
})

test('PID 1 that ignores SIGTERM is killed after its grace period; nginx leaves at once', () => {
  const leave = (image: string, command?: string[]) => {
    const cluster = start()
    create(cluster, {
      terminationGracePeriodSeconds: 20,
      containers: [{ name: 'c', image, ...(command ? { command } : {}) }],
    })
    forward(cluster, 8000)
    run(cluster, () => cluster.admin.delete('Pod', { namespace: 'default', name: 'p' }))
    const began = cluster.world.clock.now
    for (;;) {
      forward(cluster, 250)
      const gone = run(cluster, () => cluster.admin.list('Pod')).items.length === 0
      if (gone || cluster.world.clock.now - began > 60_000)
        return Math.round((cluster.world.clock.now - began) / 1000)
    }
  }
  expect(leave('busybox', ['sleep', '3600'])).toBe(20)
  expect(leave('nginx:1.27')).toBeLessThan(2)
})

test('init containers run one after the other before the rest, and a failing one holds everything', () => {
  const cluster = start()
  create(cluster, {
    initContainers: [
      { name: 'first', image: 'busybox', command: ['sh', '-c', 'sleep 2'] },
      { name: 'second', image: 'busybox', command: ['sh', '-c', 'exit 1'] },
    ],
    containers: [{ name: 'c', image: 'nginx:1.27' }],
  })
  forward(cluster, 12_000)
  const { status } = get(cluster)
  expect(status?.phase).toBe('Pending')
  expect(status?.initContainerStatuses?.map((s) => s.state?.terminated?.exitCode ?? -1)[0]).toBe(0)
  expect(status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('PodInitializing')
})

test('a readiness probe gates, a liveness probe restarts', () => {
  const cluster = start()
  create(cluster, {
    containers: [
      {
        name: 'c',
        image: 'busybox',
        command: [
          'sh',
          '-c',
          'touch /tmp/live; sleep 10; touch /tmp/ready; sleep 20; rm /tmp/live; sleep 600',
        ],
        readinessProbe: { exec: { command: ['cat', '/tmp/ready'] }, periodSeconds: 2 },
        livenessProbe: { exec: { command: ['cat', '/tmp/live'] }, periodSeconds: 5 },
      },
    ],
    terminationGracePeriodSeconds: 1,
  })
  forward(cluster, 6000)
  expect(get(cluster).status?.containerStatuses?.[0]).toMatchObject({
    ready: false,
    restartCount: 0,
  })
  forward(cluster, 12_000)
  expect(get(cluster).status?.containerStatuses?.[0]).toMatchObject({
    ready: true,
    restartCount: 0,
  })
  forward(cluster, 40_000)
  expect(get(cluster).status?.containerStatuses?.[0]?.restartCount).toBe(1)
})

test('memory past the limit is OOMKilled with 137', () => {
  const cluster = start()
  create(cluster, {
    restartPolicy: 'Never',
    containers: [
      {
        name: 'c',
        image: 'polinux/stress',
        command: ['stress'],
        args: ['--vm', '1', '--vm-bytes', '250M'],
        resources: { limits: { memory: '100Mi' } },
      },
    ],
  })
  forward(cluster, 10_000)
  const { status } = get(cluster)
  expect(status?.phase).toBe('Failed')
  expect(status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
    exitCode: 137,
    reason: 'OOMKilled',
  })
})

test('a status patch names what is gone', () => {
  const old = {
    phase: 'Running' as const,
    message: 'was here',
    conditions: [{ type: 'Ready', status: 'False', reason: 'X' }],
  }
  expect(
    statusPatch(old, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
  ).toEqual({
    message: null,
    conditions: [{ type: 'Ready', status: 'True', reason: null }],
  })
  expect(statusPatch(old, old)).toBeUndefined()
})
