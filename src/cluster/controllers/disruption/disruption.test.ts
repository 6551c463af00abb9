import { expect, test } from 'vitest'
import { makePod } from '../../../testing/builders.ts'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { DaemonSet, Deployment, PodDisruptionBudget } from '../../api/generated/types.ts'

function setUp(spec: object) {
  const cp = createFullPlane()
  cp.do((c) =>
    c.create('Deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'c', image: 'nginx' }] },
        },
      },
    } as Deployment),
  )
  cp.do((c) =>
    c.create('PodDisruptionBudget', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    } as PodDisruptionBudget),
  )
  cp.advance(2000)
  const counts = () => {
    const s = cp.get('PodDisruptionBudget', 'default', 'web').status
    return [s?.currentHealthy, s?.desiredHealthy, s?.disruptionsAllowed, s?.expectedPods]
  }
  const evict = (i: number) =>
    cp.do(function* (c) {
      const pod = (yield* c.list('Pod', { namespace: 'default' })).items[i]
      const name = pod?.metadata.name ?? ''
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } }
      yield* c.createSubresource('Pod', { namespace: 'default', name }, 'eviction', body)
    })
  return { cp, counts, evict }
}

test('minAvailable leaves the rest to be evicted, one by one', () => {
  const { cp, counts, evict } = setUp({ minAvailable: 2 })
  expect(counts()).toEqual([3, 2, 1, 3])
  const condition = cp.get('PodDisruptionBudget', 'default', 'web').status?.conditions?.[0]
  expect(condition).toMatchObject({
    type: 'DisruptionAllowed',
    status: 'True',
    reason: 'SufficientPods',
    message: '',
  })
  evict(0)
  expect(() => evict(1)).toThrow(
    "Cannot evict pod as it would violate the pod's disruption budget.",
  )
  cp.advance(4000)
  expect(counts()).toEqual([3, 2, 1, 3])
})

test('percentages are of what the controllers want', () => {
  expect(setUp({ maxUnavailable: '34%' }).counts()).toEqual([3, 1, 2, 3])
  expect(setUp({ minAvailable: '50%' }).counts()).toEqual([3, 2, 1, 3])
})

test('a pod without a controller counts by number only', () => {
  const { cp, counts } = setUp({ minAvailable: 4 })
  cp.do((c) => c.create('Pod', makePod('extra', {}, { labels: { app: 'web' } })))
  cp.advance(1000)
  expect(counts()).toEqual([4, 4, 0, 4])
})

test('owners that cannot be scaled leave nothing to evict, and say so', () => {
  const { cp } = setUp({ maxUnavailable: 1 })
  cp.do((c) =>
    c.create('DaemonSet', {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'd', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'c', image: 'nginx' }] },
        },
      },
    } as DaemonSet),
  )
  cp.advance(1000)
  const s = cp.get('PodDisruptionBudget', 'default', 'web').status
  expect(s).toMatchObject({ disruptionsAllowed: 0, currentHealthy: 3, expectedPods: 3 })
  const why = 'daemonsets.apps does not implement the scale subresource'
  expect(s?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'SyncFailed', message: why })
  expect(cp.events()).toContain(
    `CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: ${why}`,
  )
})

test('a budget for nobody says that it found no pods', () => {
  const { cp } = setUp({ maxUnavailable: 1, selector: { matchLabels: { app: 'none' } } })
  expect(cp.events()).toContain('NoPods: No matching pods found')
})
