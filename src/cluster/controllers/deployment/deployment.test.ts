import { expect, test } from 'vitest'
import type { ControlPlane } from '../../../testing/controlplane.ts'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { Deployment } from '../../api/generated/types.ts'

const KEY = { namespace: 'default', name: 'web' }

function web(replicas: number, spec: object = {}, image = 'nginx:1.27'): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'nginx', image }] },
      },
      progressDeadlineSeconds: 600,
      ...spec,
    },
  }
}

function setUp(d: Deployment, ms = 3000): ControlPlane {
  const cp = createFullPlane()
  cp.do((c) => c.create('Deployment', d))
  cp.advance(ms)
  return cp
}

const patch = (cp: ControlPlane, spec: object) =>
  cp.do((c) => c.patch('Deployment', KEY, 'strategic', { spec }))
const image = (name: string) => ({
  template: { spec: { containers: [{ name: 'nginx', image: name }] } },
})
const status = (cp: ControlPlane) => cp.get('Deployment', 'default', 'web').status
const conditions = (cp: ControlPlane) =>
  (status(cp)?.conditions ?? []).map((c) => `${c.type}=${c.status} ${c.reason}: ${c.message}`)
const sets = (cp: ControlPlane) =>
  cp
    .all('ReplicaSet', 'default')
    .map((rs) => [
      rs.metadata.annotations?.['deployment.kubernetes.io/revision'],
      rs.spec?.replicas,
      rs.status?.readyReplicas ?? 0,
    ])
    .sort()

test('a new Deployment: the writes come in the order of upstream', () => {
  const cp = setUp(web(2))
  const flow = cp.flow().filter((l) => !l.startsWith('kubelet'))
  expect(flow.slice(0, 6)).toEqual([
    'kubectl create deployments',
    'deployment-controller create replicasets',
    'deployment-controller update deployments/status',
    'deployment-controller update deployments/status',
    'deployment-controller create events',
    'replicaset-controller create pods',
  ])
  expect(flow.filter((l) => l === 'replicaset-controller create pods')).toHaveLength(2)
  expect(flow.at(-1)).toBe('deployment-controller update deployments/status')
  expect(status(cp)).toMatchObject({
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
  })
  const rs = cp.all('ReplicaSet')[0]
  expect(conditions(cp)).toEqual([
    'Available=True MinimumReplicasAvailable: Deployment has minimum availability.',
    `Progressing=True NewReplicaSetAvailable: ReplicaSet "${rs?.metadata.name}" has successfully progressed.`,
  ])
  expect(cp.events()).toContain(
    `ScalingReplicaSet: Scaled up replica set ${rs?.metadata.name} from 0 to 2`,
  )
})

test('a rolling update keeps within surge and unavailability, and ends with the new set alone', () => {
  const cp = setUp(web(4))
  const seen: number[][] = []
  cp.world.trace.subscribe(() => {})
  patch(cp, image('nginx:1.28'))
  for (let i = 0; i < 300; i++) {
    cp.advance(10)
    const s = status(cp)
    seen.push([s?.replicas ?? 0, s?.availableReplicas ?? 0])
  }
  expect(Math.max(...seen.map((s) => s[0] as number))).toBeLessThanOrEqual(5)
  expect(Math.min(...seen.map((s) => s[1] as number))).toBeGreaterThanOrEqual(3)
  expect(sets(cp)).toEqual([
    ['1', 0, 0],
    ['2', 4, 4],
  ])
})

test('going back to an old template moves its revision forward', () => {
  const cp = setUp(web(1))
  patch(cp, image('nginx:1.28'))
  cp.advance(3000)
  patch(cp, image('nginx:1.27'))
  cp.advance(3000)
  expect(sets(cp)).toEqual([
    ['2', 0, 0],
    ['3', 1, 1],
  ])
  const back = cp.all('ReplicaSet').find((rs) => rs.spec?.replicas === 1)
  expect(back?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1')
})

test.each([
  ['a', 4, 1, 0, [4, 1]],
  ['b', 4, 0, 1, [3, 1]],
  ['c', 3, '50%', '50%', [2, 3]],
  ['d', 2, 0, '10%', [1, 1]],
  ['e', 5, '100%', 0, [5, 5]],
  ['f', 1, '25%', '25%', [1, 1]],
  ['g', 4, 4, '100%', [0, 4]],
  ['h', 3, 1, 2, [1, 3]],
  ['i', 7, '10%', '30%', [5, 3]],
])('stuck rollout %s of %d, surge %s, unavailable %s', (_n, replicas, surge, away, expected) => {
  const rollingUpdate = { maxSurge: surge, maxUnavailable: away }
  const cp = setUp(web(replicas, { strategy: { type: 'RollingUpdate', rollingUpdate } }), 4000)
  patch(cp, { template: { spec: { nodeSelector: { disk: 'nowhere' } } } })
  cp.advance(6000)
  expect(sets(cp).map((s) => s[1])).toEqual(expected)
})

test('a rollout that does not progress says so after its deadline', () => {
  const cp = setUp(web(2, { progressDeadlineSeconds: 3 }))
  patch(cp, { template: { spec: { nodeSelector: { disk: 'nowhere' } } } })
  cp.advance(10_000)
  expect(conditions(cp)[1]).toMatch(
    /^Progressing=False ProgressDeadlineExceeded: ReplicaSet "web-\w+" has timed out progressing\.$/,
  )
})

test('paused: changes wait, scaling does not', () => {
  const cp = setUp(web(2))
  patch(cp, { paused: true })
  cp.advance(500)
  expect(conditions(cp)).toContain('Progressing=Unknown DeploymentPaused: Deployment is paused')
  patch(cp, { ...image('nginx:1.28'), replicas: 3 })
  cp.advance(3000)
  expect(sets(cp)).toEqual([['1', 3, 3]])
  patch(cp, { paused: false })
  cp.advance(4000)
  expect(sets(cp)).toEqual([
    ['1', 0, 0],
    ['2', 3, 3],
  ])
})

test('recreate stops everything before it starts anything', () => {
  const cp = setUp(web(2, { strategy: { type: 'Recreate' } }))
  patch(cp, image('nginx:1.28'))
  let most = 0
  for (let i = 0; i < 40; i++) {
    cp.advance(100)
    const images = new Set(cp.all('Pod', 'default').map((p) => p.spec?.containers[0]?.image))
    most = Math.max(most, images.size)
  }
  expect(most).toBe(1)
  expect(sets(cp)).toEqual([
    ['1', 0, 0],
    ['2', 2, 2],
  ])
})

test('old sets beyond the history limit are deleted, oldest first', () => {
  const cp = setUp(web(1, { revisionHistoryLimit: 1 }))
  for (const v of ['2', '3', '4']) {
    patch(cp, image(`nginx:${v}`))
    cp.advance(4000)
  }
  expect(sets(cp)).toEqual([
    ['3', 0, 0],
    ['4', 1, 1],
  ])
})
