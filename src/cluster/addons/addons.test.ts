import { expect, test } from 'vitest'
import type { APIService, EndpointSlice, IngressBackend, Service } from '../api/generated/types.ts'
import { availability } from './aggregator.ts'
import { needsUpdate } from './cloudloadbalancer.ts'
import { backendsOf } from './ingresscontroller.ts'

const service = (spec: Service['spec'], metadata: Service['metadata'] = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'm', namespace: 'kube-system', ...metadata },
  spec,
})

const slice = (ready: boolean, port = 'https', at = 10250): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {},
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.244.1.2'], conditions: { ready } }],
  ports: [{ name: port, port: at }],
})

test('an APIService is available when its Service has a ready endpoint behind the port', () => {
  const api: APIService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.x' },
    spec: {
      groupPriorityMinimum: 1,
      versionPriority: 1,
      service: { name: 'm', namespace: 'kube-system' },
    },
  }
  const there = service({ ports: [{ name: 'https', port: 443 }] })
  const elsewhere = service({ ports: [{ name: 'https', port: 8443 }] })
  expect(availability(api, undefined, [])).toMatchObject({
    status: 'False',
    reason: 'ServiceNotFound',
    message: 'service/m in "kube-system" is not present',
  })
  expect(availability(api, elsewhere, [slice(true)]).reason).toBe('ServicePortError')
  const missing = {
    reason: 'MissingEndpoints',
    message: 'endpoints for service/m in "kube-system" have no addresses with port name "https"',
  }
  expect(availability(api, there, [slice(false)])).toMatchObject(missing)
  expect(availability(api, there, [slice(true, 'other')])).toMatchObject(missing)
  expect(availability(api, there, [slice(true)])).toMatchObject({
    status: 'True',
    reason: 'Passed',
    message: 'all checks passed',
  })
})

test('a load balancer is looked at again only when what it is made of changes', () => {
  const spec = { type: 'LoadBalancer' as const, ports: [{ port: 80, nodePort: 30080 }] }
  const old = service(spec)
  expect(needsUpdate(old, service(spec, { labels: { a: 'b' } }))).toBe(false)
  expect(needsUpdate(old, service({ ...spec, selector: { a: 'b' } }))).toBe(false)
  expect(needsUpdate(old, service({ ...spec, ports: [{ port: 81 }] }))).toBe(true)
  expect(needsUpdate(old, service({ ...spec, type: 'ClusterIP' }))).toBe(true)
  expect(needsUpdate(old, service(spec, { annotations: { a: 'b' } }))).toBe(true)
  const other = { ...spec, loadBalancerClass: 'example.com/other' }
  expect(needsUpdate(service(other), service({ ...other, ports: [{ port: 81 }] }))).toBe(false)
})

test('an Ingress backend is the ready endpoints of its Service port, by number or name', () => {
  const web = service({ ports: [{ name: 'http', port: 80 }] })
  const backend = (port: { name?: string; number?: number }): IngressBackend => ({
    service: { name: 'm', port },
  })
  const slices = [slice(true, 'http', 8080), slice(false, 'http', 8080)]
  const found = [{ ip: '10.244.1.2', port: 8080 }]
  expect(backendsOf(web, backend({ number: 80 }), slices)).toEqual(found)
  expect(backendsOf(web, backend({ name: 'http' }), slices)).toEqual(found)
  expect(backendsOf(web, backend({ number: 8080 }), slices)).toEqual([])
})
