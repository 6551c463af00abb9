import { expect, test } from 'vitest'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { Service, ServiceCIDR } from '../../api/generated/types.ts'

test('a range gives addresses once it is ready, and goes when none is left', () => {
  const cp = createFullPlane()
  const range: ServiceCIDR = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'more' },
    spec: { cidrs: ['10.97.0.0/24'] },
  }
  const asking: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'default' },
    spec: { clusterIP: '10.97.0.5', ports: [{ port: 80 }] },
  }
  expect(() => cp.do((c) => c.create('Service', asking))).toThrow(
    'failed to allocate IP 10.97.0.5: the provided network does not match the current range',
  )
  cp.do((c) => c.create('ServiceCIDR', range))
  cp.advance(200)
  const ready = () => cp.get('ServiceCIDR', '', 'more').status?.conditions?.[0]
  expect(ready()).toMatchObject({ status: 'True', message: 'Kubernetes Service CIDR is ready' })
  cp.do((c) => c.create('Service', asking))
  cp.do((c) => c.delete('ServiceCIDR', { namespace: '', name: 'more' }))
  cp.advance(15_000)
  expect(ready()).toMatchObject({ status: 'False', reason: 'Terminating' })
  cp.do((c) => c.delete('Service', { namespace: 'default', name: 's' }))
  cp.advance(15_000)
  expect(cp.all('ServiceCIDR').map((x) => x.metadata.name)).toEqual(['kubernetes'])
})
