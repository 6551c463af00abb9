import { expect, test } from 'vitest'
import { createControlPlane } from '../../testing/controlplane.ts'
import type { CronJob, Deployment } from '../api/generated/types.ts'
import { startControllerManager } from './manager.ts'
import { controllers } from './registry.ts'

const deployment = (name: string) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'c', image: 'nginx' }] },
      },
    },
  }) as Deployment

test('names of controllers are unique', () => {
  expect(new Set(controllers.map((d) => d.name)).size).toBe(controllers.length)
})

test('of two managers one works; when it stops, the other takes over and nothing is done twice', () => {
  const cp = createControlPlane()
  const start = (identity: string) => {
    const client = cp.clientFor(identity, 'system:kube-controller-manager')
    return startControllerManager({ world: cp.world, client, identity })
  }
  const first = start('kcm-1')
  start('kcm-2')
  cp.advance(3000)
  cp.do((c) => c.create('Deployment', deployment('a')))
  cp.advance(1000)
  expect(cp.all('Pod').length).toBe(2)
  first.stop()
  cp.do((c) => c.create('Deployment', deployment('b')))
  cp.advance(5000)
  expect(cp.all('ReplicaSet').length).toBe(1)
  cp.advance(20_000)
  expect(cp.all('ReplicaSet').length).toBe(2)
  expect(cp.all('Pod').length).toBe(4)
})

test('a cluster with autoscalers and schedules comes to rest all the same', () => {
  const cp = createControlPlane()
  cp.addNodes(2)
  const client = cp.clientFor('kube-controller-manager', 'system:kube-controller-manager')
  startControllerManager({ world: cp.world, client })
  cp.startHollowKubelets()
  const job = {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'w' }] } },
  }
  cp.do((c) => c.create('Deployment', deployment('a')))
  cp.do((c) =>
    c.create('HorizontalPodAutoscaler', {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'a', namespace: 'default' },
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
      },
    }),
  )
  cp.do((c) =>
    c.create('CronJob', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'tick', namespace: 'default' },
      spec: { schedule: '* * * * *', jobTemplate: { spec: job } },
    } as CronJob),
  )
  const limit = cp.world.clock.now + 600_000
  expect(cp.world.clock.run({ idle: true, until: limit })).toBe('idle')
  expect(cp.world.clock.now).toBeLessThan(60_000)
})

test('equal seeds give equal histories', () => {
  const run = () => {
    const cp = createControlPlane(7)
    cp.addNodes(3)
    const client = cp.clientFor('kube-controller-manager', 'system:kube-controller-manager')
    startControllerManager({ world: cp.world, client })
    cp.startHollowKubelets()
    cp.do((c) => c.create('Deployment', deployment('a')))
    cp.advance(30_000)
    return cp.world.trace.digest()
  }
  expect(run()).toBe(run())
})
