import { expect, test } from 'vitest'
import { makePod } from '../../../testing/builders.ts'
import type { ControlPlane } from '../../../testing/controlplane.ts'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { Deployment, OwnerReference } from '../../api/generated/types.ts'

function deployment(name: string, namespace = 'default'): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'c', image: 'nginx' }] },
      },
    },
  }
}

const KEY = { namespace: 'default', name: 'web' }

function setUp(): ControlPlane {
  const cp = createFullPlane()
  cp.do((c) => c.create('Deployment', deployment('web')))
  cp.advance(2000)
  cp.flow()
  return cp
}

test('background: the owner goes first, then its dependents from the top', () => {
  const cp = setUp()
  cp.do((c) => c.delete('Deployment', KEY, { propagationPolicy: 'Background' }))
  cp.advance(3000)
  expect(cp.all('ReplicaSet')).toEqual([])
  expect(cp.all('Pod')).toEqual([])
  const flow = cp.flow().filter((l) => !l.startsWith('kubelet') && !l.includes('replicaset-'))
  expect(flow.slice(0, 4)).toEqual([
    'kubectl delete deployments',
    'generic-garbage-collector delete replicasets',
    'generic-garbage-collector delete pods',
    'generic-garbage-collector delete pods',
  ])
})

test('foreground: the owner stays until what blocks it is gone', () => {
  const cp = setUp()
  const pod = cp.all('Pod')[0]
  const key = { namespace: 'default', name: pod?.metadata.name ?? '' }
  const hold = (finalizers: string[] | null) =>
    cp.do((c) => c.patch('Pod', key, 'merge', { metadata: { finalizers } }))
  hold(['example.com/hold'])
  cp.do((c) => c.delete('Deployment', KEY, { propagationPolicy: 'Foreground' }))
  cp.advance(3000)
  expect(cp.get('Deployment', 'default', 'web').metadata.finalizers).toEqual(['foregroundDeletion'])
  expect(cp.all('ReplicaSet')[0]?.metadata.finalizers).toEqual(['foregroundDeletion'])
  expect(cp.all('Pod').length).toBe(1)
  hold(null)
  cp.advance(1000)
  expect(cp.all('Deployment')).toEqual([])
  expect(cp.all('ReplicaSet')).toEqual([])
})

test('orphan: dependents stay, without their owner', () => {
  const cp = setUp()
  cp.do((c) => c.delete('Deployment', KEY, { propagationPolicy: 'Orphan' }))
  cp.advance(1000)
  expect(cp.all('Deployment')).toEqual([])
  expect(cp.all('ReplicaSet')[0]?.metadata.ownerReferences).toBeUndefined()
  expect(cp.all('Pod').length).toBe(2)
  cp.do((c) => c.create('Deployment', deployment('web')))
  cp.advance(2000)
  expect(cp.all('ReplicaSet').map((rs) => rs.metadata.ownerReferences?.[0]?.name)).toEqual(['web'])
})

test('a pod whose owner never existed is deleted', () => {
  const cp = setUp()
  const ref = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'ghost', uid: 'no-such-uid' }
  cp.do((c) => c.create('Pod', makePod('lost', {}, { ownerReferences: [ref] })))
  cp.advance(3000)
  expect(cp.all('Pod').map((p) => p.metadata.name)).not.toContain('lost')
})

test('a namespace is emptied, pods first, five seconds after it was asked to go', () => {
  const cp = setUp()
  const spec = { finalizers: ['kubernetes'] }
  const ns = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gone' }, spec } as const
  cp.do(function* (c) {
    yield* c.create('Namespace', ns)
    yield* c.create('Deployment', deployment('d', 'gone'))
    const metadata = { name: 'c', namespace: 'gone', finalizers: ['example.com/hold'] }
    yield* c.create('ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap', metadata })
  })
  cp.advance(2000)
  cp.flow()
  cp.do((c) => c.delete('Namespace', { namespace: '', name: 'gone' }))
  cp.advance(4900)
  expect(cp.flow().filter((l) => l.startsWith('namespace-controller'))).toEqual([])
  cp.advance(200)
  expect(cp.flow().filter((l) => l.startsWith('namespace-controller'))).toEqual([
    'namespace-controller deletecollection pods',
    'namespace-controller update namespaces/status',
  ])
  cp.advance(8000)
  const conditions = cp.get('Namespace', '', 'gone').status?.conditions ?? []
  expect(conditions.map((c) => `${c.type} ${c.status} ${c.reason}: ${c.message}`).sort()).toEqual([
    'NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
    'NamespaceDeletionContentFailure False ContentDeleted: All content successfully deleted, may be waiting on finalization',
    'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered: All resources successfully discovered',
    'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions: All legacy kube types successfully parsed',
    'NamespaceFinalizersRemaining True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  ])
  const key = { namespace: 'gone', name: 'c' }
  cp.do((c) => c.patch('ConfigMap', key, 'merge', { metadata: { finalizers: null } }))
  cp.advance(11_000)
  expect(cp.all('Namespace').map((n) => n.metadata.name)).not.toContain('gone')
})

test('an owner in another namespace is none: the dependent goes, and an event says why', () => {
  const cp = createFullPlane()
  const map = (namespace: string, name: string, ownerReferences: OwnerReference[] = []) =>
    cp.do((c) =>
      c.create('ConfigMap', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace, ownerReferences },
      }),
    )
  cp.do((c) =>
    c.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'there' } }),
  )
  map('there', 'owner')
  const uid = cp.get('ConfigMap', 'there', 'owner').metadata.uid ?? ''
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }
  cp.advance(500)
  map('default', 'far', [ref])
  map('there', 'near', [ref])
  map('there', 'misnamed', [{ ...ref, name: 'other' }])
  cp.advance(1500)
  const left = cp.all('ConfigMap').map((m) => m.metadata.name)
  expect(left).toContain('near')
  expect(left).not.toContain('far')
  expect(left).not.toContain('misnamed')
  expect(cp.events()).toContain(
    `OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${uid}] does not exist in namespace "default"`,
  )
})
