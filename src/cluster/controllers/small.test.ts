import { expect, test } from 'vitest'
import { makePod, makeService } from '../../testing/builders.ts'
import { createFullPlane } from '../../testing/fullplane.ts'
import type { ClusterRole, Job } from '../api/generated/types.ts'
import { aggregate } from './clusterroleaggregation/clusterroleaggregation.ts'
import { subnet } from './nodeipam/nodeipam.ts'

test('quotas are summed up, and freed when pods go', () => {
  const cp = createFullPlane()
  cp.do((c) =>
    c.create('ResourceQuota', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'default' },
      spec: { hard: { pods: '2', 'requests.cpu': '1', 'count/configmaps': '10' } },
    }),
  )
  cp.advance(500)
  const used = () => cp.get('ResourceQuota', 'default', 'few').status?.used
  expect(used()).toMatchObject({ pods: '0', 'requests.cpu': '0' })
  const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '300m' } } }]
  cp.do((c) => c.create('Pod', makePod('a', { containers })))
  cp.advance(2000)
  expect(used()).toMatchObject({ pods: '1', 'requests.cpu': '300m' })
  cp.do((c) => c.delete('Pod', { namespace: 'default', name: 'a' }))
  cp.advance(3000)
  expect(used()).toMatchObject({ pods: '0', 'requests.cpu': '0' })
})

test('finished Jobs go when their time to live is over', () => {
  const cp = createFullPlane()
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'brief', namespace: 'default' },
    spec: {
      ttlSecondsAfterFinished: 2,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'w:1' }] } },
    },
  } as Job
  cp.do((c) => c.create('Job', job))
  cp.advance(2500)
  expect(cp.all('Job').length).toBe(1)
  cp.advance(6000)
  expect(cp.all('Job')).toEqual([])
  expect(cp.all('Pod')).toEqual([])
})

test('every namespace gets its service account and the root certificate', () => {
  const cp = createFullPlane()
  cp.do((c) =>
    c.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } }),
  )
  cp.advance(100)
  expect(cp.flow().filter((l) => !l.startsWith('kube'))).toEqual([
    'service-account-controller create serviceaccounts',
    'root-ca-cert-publisher create configmaps',
  ])
})

test('endpoints written by hand become a slice', () => {
  const cp = createFullPlane()
  cp.do(function* (c) {
    yield* c.create('Service', makeService('db', {}, { selector: undefined }))
    yield* c.create('Endpoints', {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        name: 'db',
        namespace: 'default',
        annotations: {
          by: 'hand',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        },
      },
      subsets: [{ addresses: [{ ip: '203.0.113.9' }], ports: [{ port: 5432, protocol: 'TCP' }] }],
    })
  })
  cp.advance(500)
  const slice = cp.all('EndpointSlice')[0]
  expect(slice?.endpoints?.[0]?.addresses).toEqual(['203.0.113.9'])
  expect(slice?.metadata.annotations).toEqual({ by: 'hand' })
  expect(slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by']).toBe(
    'endpointslicemirroring-controller.k8s.io',
  )
})

test('aggregated roles hold the rules of those they select, each once', () => {
  const role = (name: string, verbs: string[], labels = {}): ClusterRole => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
  })
  const all = [
    role('b', ['get'], { to: 'view' }),
    role('a', ['list'], { to: 'view' }),
    role('c', ['get'], { to: 'view' }),
    role('d', ['delete']),
  ]
  const view = {
    ...role('view', []),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'view' } }] },
  }
  expect(aggregate(view, all).map((r) => r.verbs)).toEqual([['list'], ['get']])
})

test('node ranges are cut from the cluster range', () => {
  expect(subnet('10.244.0.0/16', 24, 0)).toBe('10.244.0.0/24')
  expect(subnet('10.244.0.0/16', 24, 255)).toBe('10.244.255.0/24')
  expect(subnet('10.244.0.0/16', 24, 256)).toBeUndefined()
})
