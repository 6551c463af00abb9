import { expect, test } from 'vitest'
import { makePod, makeService } from '../../../testing/builders.ts'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { Endpoint, Node, Service } from '../../api/generated/types.ts'
import { identity, planSlices, portsId } from './slices.ts'
import { planZones } from './topology.ts'

function setUp() {
  const cp = createFullPlane()
  cp.do((c) => c.create('Service', makeService('web', { app: 'web' })))
  const labels = { app: 'web' }
  for (const n of ['p1', 'p2', 'p3']) cp.do((c) => c.create('Pod', makePod(n, {}, { labels })))
  cp.advance(2000)
  const slices = () => cp.all('EndpointSlice', 'default')
  const endpoints = () =>
    slices().flatMap((s) =>
      (s.endpoints ?? []).map((e) => [
        e.targetRef?.name,
        e.conditions?.ready,
        e.conditions?.serving,
        e.conditions?.terminating,
      ]),
    )
  const patchPod = (name: string, metadata: object) =>
    cp.do((c) => c.patch('Pod', { namespace: 'default', name }, 'merge', { metadata }))
  const patchService = (spec: object) =>
    cp.do((c) => c.patch('Service', { namespace: 'default', name: 'web' }, 'merge', { spec }))
  return { cp, slices, endpoints, patchPod, patchService }
}

test('pods enter and leave with their labels, and terminating ones stay as such', () => {
  const { cp, slices, endpoints, patchPod } = setUp()
  expect(endpoints().sort()).toEqual([
    ['p1', true, true, false],
    ['p2', true, true, false],
    ['p3', true, true, false],
  ])
  expect(slices()[0]?.ports).toEqual([{ name: '', port: 8080, protocol: 'TCP' }])
  expect(slices()[0]?.metadata.labels).toEqual({
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': 'web',
  })
  patchPod('p1', { labels: null })
  cp.advance(500)
  expect(
    endpoints()
      .map((e) => e[0])
      .sort(),
  ).toEqual(['p2', 'p3'])
  patchPod('p2', { finalizers: ['example.com/hold'] })
  cp.do((c) => c.delete('Pod', { namespace: 'default', name: 'p2' }))
  cp.advance(3000)
  expect(endpoints().sort()).toEqual([
    ['p2', false, true, true],
    ['p3', true, true, false],
  ])
  const old = cp.get('Endpoints', 'default', 'web')
  expect(old.subsets?.[0]?.addresses?.map((a) => a.targetRef?.name)).toEqual(['p3'])
})

test('a selector that matches nothing leaves one empty slice of the same name', () => {
  const { cp, slices, patchService } = setUp()
  const name = slices()[0]?.metadata.name
  patchService({ selector: { app: 'nothing' } })
  cp.advance(500)
  expect(slices().map((s) => s.metadata.name)).toEqual([name])
  expect(slices()[0]?.endpoints ?? []).toEqual([])
  expect(cp.get('Endpoints', 'default', 'web').subsets).toBeUndefined()
  patchService({ selector: null })
  cp.advance(500)
  expect(slices().map((s) => s.metadata.name)).toEqual([name])
})

test('a Service without pods gets both objects at once', () => {
  const cp = createFullPlane()
  cp.do((c) => c.create('Service', makeService('web', { app: 'web' })))
  cp.advance(100)
  expect(
    cp
      .flow()
      .filter((l) => l.includes('endpoint'))
      .sort(),
  ).toEqual([
    'endpoint-controller create endpoints',
    'endpointslice-controller create endpointslices',
  ])
})

test('a Service that wishes traffic to stay near gives hints', () => {
  const { cp, slices, patchService } = setUp()
  patchService({ trafficDistribution: 'PreferSameNode' })
  cp.advance(500)
  const e = slices()[0]?.endpoints?.[0]
  expect(e?.hints).toEqual({
    forZones: [{ name: e?.zone }],
    forNodes: [{ name: e?.nodeName }],
  })
  patchService({ trafficDistribution: 'PreferClose' })
  cp.advance(500)
  expect(slices()[0]?.endpoints?.[0]?.hints).toEqual({ forZones: [{ name: e?.zone }] })
})

test('slices hold a hundred endpoints, and one change touches one slice', () => {
  const service = makeService('web', {}) as Service
  const ports = [{ name: '', port: 80, protocol: 'TCP' as const }]
  const make = (i: number): Endpoint => ({ addresses: [`10.0.${i >> 8}.${i & 255}`] })
  const group = (n: number) => {
    const list = Array.from({ length: n }, (_, i) => make(i))
    return new Map([
      [portsId(ports), { ports, endpoints: new Map(list.map((e) => [identity(e), e])) }],
    ])
  }
  const first = planSlices(service, 'IPv4', [], group(250), 'now')
  expect(first.create.map((s) => s.endpoints?.length)).toEqual([100, 100, 50])
  const existing = first.create.map((s, i) => ({
    ...s,
    metadata: { ...s.metadata, name: `s${i}` },
  }))
  const second = planSlices(service, 'IPv4', existing, group(251), 'now')
  expect([second.create.length, second.update.length, second.remove.length]).toEqual([0, 1, 0])
  expect(second.update[0]?.endpoints?.length).toBe(51)
})

test('by annotation endpoints are dealt out to zones, and events tell of it', () => {
  const { cp, slices } = setUp()
  const annotate = (value: string | null) =>
    cp.do((c) =>
      c.patch('Service', { namespace: 'default', name: 'web' }, 'merge', {
        metadata: { annotations: { 'service.kubernetes.io/topology-mode': value } },
      }),
    )
  const hints = () => slices()[0]?.endpoints?.map((e) => e.hints?.forZones?.[0]?.name)
  annotate('Auto')
  cp.advance(500)
  expect(new Set(hints()).size).toBe(3)
  expect(cp.events()).toContain(
    'TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, addressType: IPv4',
  )
  annotate(null)
  cp.advance(500)
  expect(hints()).toEqual([undefined, undefined, undefined])
  expect(cp.events()).toContain(
    'TopologyAwareHintsDisabled: Topology Aware Hints has been disabled, addressType: IPv4',
  )
})

test('zones: too few endpoints are refused, a crowded zone gives to an empty one', () => {
  const node = (i: number): Node =>
    ({
      metadata: { name: `n${i}`, labels: { 'topology.kubernetes.io/zone': `z${i}` } },
      status: { allocatable: { cpu: '4' }, conditions: [{ type: 'Ready', status: 'True' }] },
    }) as unknown as Node
  const nodes = [node(0), node(1), node(2)]
  const endpoint = (zone: string): Endpoint => ({
    addresses: ['10.0.0.1'],
    conditions: { ready: true },
    zone,
  })
  expect(planZones(['z0', 'z0'].map(endpoint), nodes)).toEqual({
    refused: 'Insufficient number of endpoints (2 endpoints, 3 zones)',
  })
  const plan = planZones(['z0', 'z0', 'z1'].map(endpoint), nodes)
  expect('zones' in plan && [...plan.zones.values()].sort()).toEqual(['z0', 'z1', 'z2'])
  expect(planZones([endpoint('z0')], [node(0)])).toHaveProperty('refused')
})
