import { expect, test } from 'vitest'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { StatefulSet } from '../../api/generated/types.ts'

const KEY = { namespace: 'default', name: 'db' }

function setUp(spec: object = {}, template: object = {}) {
  const cp = createFullPlane()
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas: 2,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: { containers: [{ name: 'c', image: 'postgres:16' }], ...template },
      },
      ...spec,
    },
  } as StatefulSet
  cp.do((c) => c.create('StatefulSet', set))
  const pods = () =>
    cp
      .all('Pod', 'default')
      .map((p) => `${p.metadata.name} ${p.spec?.containers[0]?.image}`)
      .sort()
  const patch = (s: object) => cp.do((c) => c.patch('StatefulSet', KEY, 'strategic', { spec: s }))
  const status = () => cp.get('StatefulSet', 'default', 'db').status
  return { cp, pods, patch, status }
}

const image = (v: string) => ({
  template: { spec: { containers: [{ name: 'c', image: `postgres:${v}` }] } },
})

test('pods come one after another, with names, hostnames and indexes; the writes in order', () => {
  const { cp, status } = setUp()
  cp.advance(150)
  expect(cp.all('Pod').map((p) => p.metadata.name)).toEqual(['db-0'])
  cp.advance(1000)
  const second = cp.get('Pod', 'default', 'db-1')
  expect([second.spec?.hostname, second.spec?.subdomain]).toEqual(['db-1', 'db'])
  expect(second.metadata.labels?.['apps.kubernetes.io/pod-index']).toBe('1')
  const own = cp.flow().filter((l) => l.startsWith('statefulset'))
  expect(own.slice(0, 4)).toEqual([
    'statefulset-controller create controllerrevisions',
    'statefulset-controller create pods',
    'statefulset-controller update statefulsets/status',
    'statefulset-controller create events',
  ])
  expect(status()).toMatchObject({
    replicas: 2,
    readyReplicas: 2,
    currentReplicas: 2,
    updatedReplicas: 2,
    availableReplicas: 2,
    collisionCount: 0,
  })
  expect(cp.events()).toContain('SuccessfulCreate: Create Pod db-1 in StatefulSet db successful')
})

test('it waits at the first pod that is not ready, and scales down from the top', () => {
  const term = {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: { app: 'db' } },
  }
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
  const { cp, status, patch, pods } = setUp({ replicas: 5 }, { affinity })
  cp.advance(4000)
  expect(pods().length).toBe(4)
  expect(status()).toMatchObject({ replicas: 4, readyReplicas: 3, currentReplicas: 4 })
  patch({ replicas: 1 })
  cp.advance(6000)
  expect(pods()).toEqual(['db-0 postgres:16'])
  expect(cp.events().filter((e) => e.startsWith('SuccessfulDelete'))).toEqual([
    'SuccessfulDelete: Delete Pod db-3 in StatefulSet db successful',
    'SuccessfulDelete: Delete Pod db-2 in StatefulSet db successful',
    'SuccessfulDelete: Delete Pod db-1 in StatefulSet db successful',
  ])
})

test('a partition holds lower ordinals back, even when their pods are lost', () => {
  const rollingUpdate = { partition: 2 }
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate }
  const { cp, status, patch, pods } = setUp({ replicas: 4, updateStrategy })
  cp.advance(3000)
  patch(image('17'))
  cp.advance(9000)
  const half = ['db-0 postgres:16', 'db-1 postgres:16', 'db-2 postgres:17', 'db-3 postgres:17']
  expect(pods()).toEqual(half)
  expect(status()).toMatchObject({ currentReplicas: 2, updatedReplicas: 2, readyReplicas: 4 })
  for (const name of ['db-0', 'db-3']) {
    cp.do((c) => c.delete('Pod', { namespace: 'default', name }))
  }
  cp.advance(4000)
  expect(pods()).toEqual(half)
  patch({ updateStrategy: { rollingUpdate: { partition: 0 } } })
  cp.advance(9000)
  expect(new Set(pods().map((p) => p.slice(5)))).toEqual(new Set(['postgres:17']))
  const s = status()
  expect(s?.currentRevision).toBe(s?.updateRevision)
  patch(image('16'))
  cp.advance(9000)
  const numbers = cp.all('ControllerRevision').map((r) => r.revision)
  expect(numbers.sort()).toEqual([2, 3])
})

test('claims follow the retention policy', () => {
  const { cp, patch } = setUp({
    podManagementPolicy: 'Parallel',
    persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'none',
          resources: { requests: { storage: '1Gi' } },
        },
      },
    ],
  })
  cp.advance(2000)
  const claims = () =>
    cp
      .all('PersistentVolumeClaim')
      .map((c) => [c.metadata.name, c.metadata.ownerReferences?.[0]?.kind])
  expect(claims()).toEqual([
    ['data-db-0', undefined],
    ['data-db-1', undefined],
  ])
  patch({ replicas: 1 })
  cp.advance(4000)
  expect(claims()).toEqual([['data-db-0', undefined]])
  patch({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } })
  cp.advance(1000)
  expect(claims()).toEqual([['data-db-0', 'StatefulSet']])
})

test('a set made anew adopts the revisions and pods that were left', () => {
  const { cp, patch } = setUp()
  cp.advance(3000)
  patch(image('17'))
  cp.advance(5000)
  const names = () =>
    cp
      .all('ControllerRevision')
      .map((r) => [r.metadata.name, r.revision, r.metadata.ownerReferences?.[0]?.name])
  const before = names()
  const set = cp.get('StatefulSet', 'default', 'db')
  cp.do((c) => c.delete('StatefulSet', KEY, { propagationPolicy: 'Orphan' }))
  cp.advance(2000)
  expect(names().map((n) => n[2])).toEqual([undefined, undefined])
  const { name, namespace } = set.metadata
  cp.do((c) =>
    c.create('StatefulSet', { ...set, metadata: { name, namespace }, status: undefined }),
  )
  cp.advance(3000)
  expect(names()).toEqual(before)
  expect(cp.all('Pod').map((p) => p.metadata.ownerReferences?.[0]?.name)).toEqual(['db', 'db'])
})

test('revisions carry the annotations that the set had; claims that may not be made are told of', () => {
  const { cp, patch } = setUp({
    podManagementPolicy: 'Parallel',
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  })
  cp.advance(1000)
  cp.do((c) =>
    c.create('ResourceQuota', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'one', namespace: 'default' },
      spec: { hard: { persistentvolumeclaims: '2' } },
    }),
  )
  cp.do((c) => c.patch('StatefulSet', KEY, 'merge', { metadata: { annotations: { why: 'two' } } }))
  cp.advance(1000)
  patch({ replicas: 3 })
  cp.advance(3000)
  const told = cp.events().filter((e) => e.startsWith('FailedCreate'))
  const text =
    'persistentvolumeclaims "data-db-2" is forbidden: exceeded quota: one, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=2, limited: persistentvolumeclaims=2'
  expect(new Set(told)).toEqual(
    new Set([
      `FailedCreate: Create Claim data-db-2 for Pod db-2 in StatefulSet db failed error: ${text}`,
      `FailedCreate: Create Pod db-2 in StatefulSet db failed error: failed to create PVC data-db-2: ${text}`,
    ]),
  )
  patch(image('17'))
  cp.advance(1000)
  expect(cp.all('ControllerRevision').map((r) => r.metadata.annotations)).toContainEqual({
    why: 'two',
  })
})
