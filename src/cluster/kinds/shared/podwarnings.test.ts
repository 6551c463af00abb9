import { expect, test } from 'vitest'
import type { Container, PodSpec, Volume } from '../../api/generated/types.ts'
import { cidrWarnings, ipWarnings, sloppyIpWarnings, validateCidr, validateIp } from './ip.ts'
import { jobWarnings, podWarnings } from './podwarnings.ts'

const pod = (spec: Partial<PodSpec>): PodSpec => ({
  containers: [{ name: 'c', image: 'x' }],
  ...spec,
})

test('ports of one number clash in three ways, wherever they are', () => {
  const c = (name: string, ...ports: NonNullable<Container['ports']>): Container => ({
    name,
    image: 'x',
    ports: ports.map((p) => ({ protocol: 'TCP', ...p })),
  })
  const spec = pod({
    initContainers: [c('i', { containerPort: 80 })],
    containers: [
      c('a', { containerPort: 80, hostPort: 9 }, { containerPort: 81, hostIP: '1.2.3.4' }),
      c('b', { containerPort: 80, hostPort: 9, hostIP: '1.2.3.4' }, { containerPort: 80 }),
    ],
  })
  const init = 'spec.initContainers[0].ports[0]'
  expect(podWarnings(spec, {})).toEqual([
    `spec.containers[0].ports[0]: overlapping port definition with ${init}`,
    'spec.containers[0].ports[1]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:81 Protocol:TCP HostIP:1.2.3.4}',
    `spec.containers[1].ports[0]: overlapping port definition with ${init}`,
    'spec.containers[1].ports[0]: dangerously ambiguous port definition with spec.containers[0].ports[0]',
    `spec.containers[1].ports[1]: duplicate port definition with ${init}`,
    'spec.containers[1].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
    'spec.containers[1].ports[1]: overlapping port definition with spec.containers[1].ports[0]',
  ])
})

test('a variable that builds on the one before hides nothing', () => {
  const env = [
    { name: 'A', value: '1' },
    { name: 'A', value: '$(A)2' },
    { name: 'A', value: '$(A)' },
    { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ]
  const found = podWarnings(pod({ containers: [{ name: 'c', image: 'x', env }] }), {})
  expect(found.map((w) => w.split(':')[0])).toEqual([
    'spec.containers[0].env[2]',
    'spec.containers[0].env[3]',
  ])
})

test('files of a volume that lie upon each other are told, also across sources', () => {
  const item = (path: string) => ({ key: 'k', path })
  const volumes: Volume[] = [
    { name: 'v', configMap: { name: 'm', items: [item('a'), item('a/b'), item('c')] } },
    {
      name: 'p',
      projected: {
        sources: [
          { secret: { name: 's', items: [item('token')] } },
          { serviceAccountToken: { path: 'token' } },
          {},
        ],
      },
    },
  ]
  expect(podWarnings(pod({ volumes }), {})).toEqual([
    'volume "v" (ConfigMap "m"): overlapping paths: "a/b" with "a"',
    'volume "p" (Projected ServiceAccountToken): overlapping paths: "token" with "token"',
    'volume "p" (Projected) has no sources provided',
  ])
})

test('a job tells of its many indexes, and of its template only when something is wanted otherwise', () => {
  const job = (generation: number) => ({
    apiVersion: 'batch/v1' as const,
    kind: 'Job' as const,
    metadata: { name: 'a.b', generation },
    spec: {
      completionMode: 'Indexed' as const,
      completions: 100_001,
      parallelism: 10_001,
      template: { spec: pod({ terminationGracePeriodSeconds: -1 }) },
    },
  })
  const found = jobWarnings(job(1), undefined)
  expect(found.map((w) => w.split(':')[0])).toEqual([
    'metadata.name',
    'spec',
    'spec.template.spec.terminationGracePeriodSeconds',
  ])
  expect(jobWarnings(job(1), job(1))).toEqual([])
  expect(jobWarnings(job(2), job(1))).toHaveLength(2)
})

test('addresses and ranges are strict, and IPv6 is wanted short', () => {
  const body = (list: readonly { body: string }[]) => list.map((e) => e.body.split(': ').pop())
  expect(body(validateIp('::ffff:1.2.3.4', 'x'))).toEqual([
    'must not be an IPv4-mapped IPv6 address',
  ])
  expect(body(validateCidr('010.0.0.0/8', 'x'))).toEqual([
    'must not have leading 0s in IP or prefix length',
  ])
  expect(body(validateCidr('10.0.0.1/8', 'x'))).toEqual([
    'must not have bits set beyond the prefix length',
  ])
  expect(validateCidr('FE80:0:0::/64', 'x')).toEqual([])
  expect(cidrWarnings('FE80:0:0::/64', 'x')).toEqual([
    'x: IPv6 CIDR value "FE80:0:0::/64" should be in RFC 5952 canonical format ("fe80::/64")',
  ])
  expect(ipWarnings('2001:DB8::1', 'x')).toEqual([
    'x: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
  ])
  expect(sloppyIpWarnings('010.1.1.1', 'x')).toEqual([
    'x: non-standard IP address "010.1.1.1" will be considered invalid in a future Kubernetes release: use "10.1.1.1"',
  ])
})
