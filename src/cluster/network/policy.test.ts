import { expect, test } from 'vitest'
import type { NetworkPolicy, NetworkPolicySpec } from '../api/generated/types.ts'
import { type Connection, inCidr, type PolicyEnd, refusal } from './policy.ts'

const policy = (name: string, spec: NetworkPolicySpec, namespace = 'default'): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec,
})

const end = (
  ip: string,
  namespace: string,
  app: string,
  ports: { name: string; containerPort: number }[] = [],
): PolicyEnd => ({
  ip,
  pod: {
    namespace,
    name: app,
    labels: { app },
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
    ports,
  },
})

const web = end('10.244.1.2', 'default', 'web', [{ name: 'http', containerPort: 8080 }])
const api = end('10.244.2.2', 'default', 'api')
const elsewhere = end('10.244.3.2', 'other', 'api')
const outside: PolicyEnd = { ip: '203.0.113.7' }

function refused(policies: NetworkPolicy[], c: Partial<Connection>): string | undefined {
  const of = (namespace: string) => policies.filter((p) => p.metadata.namespace === namespace)
  return refusal(of, { from: api, to: web, port: 8080, protocol: 'TCP', ...c })
}

const everyone = { podSelector: {} }
const denyIngress = policy('deny', { ...everyone, policyTypes: ['Ingress'] })
const ingress = (rule: NonNullable<NetworkPolicySpec['ingress']>[number], app = 'web') =>
  policy('allow', {
    podSelector: { matchLabels: { app } },
    policyTypes: ['Ingress'],
    ingress: [rule],
  })
const egress = (rule: NonNullable<NetworkPolicySpec['egress']>[number]) =>
  policy('out', {
    podSelector: { matchLabels: { app: 'api' } },
    policyTypes: ['Egress'],
    egress: [rule],
  })

const fromApi = { podSelector: { matchLabels: { app: 'api' } } }
const fromOther = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } },
}
const block = { ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.128/25'] } }

const table: readonly [string, NetworkPolicy[], Partial<Connection>, boolean][] = [
  ['no policy lets everything pass', [], {}, true],
  ['default deny closes', [denyIngress], {}, false],
  ['default deny of ingress leaves egress open', [denyIngress], { from: web, to: outside }, true],
  ['a policy of another namespace says nothing', [policy('d', everyone, 'other')], {}, true],
  ['a policy that does not select the pod says nothing', [ingress({}, 'db')], {}, true],
  ['an empty rule allows all', [ingress({})], { from: outside }, true],
  ['policies add up', [denyIngress, ingress({ from: [fromApi] })], {}, true],
  [
    'podSelector alone stays in its namespace',
    [ingress({ from: [fromApi] })],
    { from: elsewhere },
    false,
  ],
  [
    'namespaceSelector admits all its pods',
    [ingress({ from: [fromOther] })],
    { from: elsewhere },
    true,
  ],
  ['namespaceSelector refuses other namespaces', [ingress({ from: [fromOther] })], {}, false],
  [
    'both selectors in one peer must hold',
    [ingress({ from: [{ ...fromOther, podSelector: { matchLabels: { app: 'x' } } }] })],
    { from: elsewhere },
    false,
  ],
  ['two peers are alternatives', [ingress({ from: [fromOther, fromApi] })], {}, true],
  [
    'selectors never admit the outside',
    [ingress({ from: [{ namespaceSelector: {} }] })],
    { from: outside },
    false,
  ],
  ['ipBlock admits its range', [ingress({ from: [block] })], { from: outside }, true],
  [
    'ipBlock but for its exceptions',
    [ingress({ from: [block] })],
    { from: { ip: '203.0.113.200' } },
    false,
  ],
  ['a port admits itself', [ingress({ ports: [{ port: 8080 }] })], {}, true],
  ['a port refuses others', [ingress({ ports: [{ port: 80 }] })], {}, false],
  ['endPort makes a range', [ingress({ ports: [{ port: 8000, endPort: 8080 }] })], {}, true],
  ['beyond endPort is refused', [ingress({ ports: [{ port: 8000, endPort: 8079 }] })], {}, false],
  ['a named port is that of the container', [ingress({ ports: [{ port: 'http' }] })], {}, true],
  ['a name nobody has is refused', [ingress({ ports: [{ port: 'https' }] })], {}, false],
  ['TCP is not UDP', [ingress({ ports: [{ protocol: 'UDP', port: 8080 }] })], {}, false],
  ['a protocol alone admits all its ports', [ingress({ ports: [{ protocol: 'TCP' }] })], {}, true],
  [
    'egress to a selected pod',
    [egress({ to: [{ podSelector: { matchLabels: { app: 'web' } } }] })],
    {},
    true,
  ],
  [
    'egress to nobody else',
    [egress({ to: [{ podSelector: { matchLabels: { app: 'db' } } }] })],
    {},
    false,
  ],
  ['egress to a named port of the target', [egress({ ports: [{ port: 'http' }] })], {}, true],
  [
    'egress does not close ingress',
    [egress({ to: [] }), policy('x', { podSelector: {}, policyTypes: ['Egress'] })],
    { from: outside, to: api },
    true,
  ],
  ['a pod reaches itself', [denyIngress], { from: web }, true],
]

for (const [claim, policies, c, passes] of table) {
  test(claim, () => {
    expect(refused(policies, c) === undefined).toBe(passes)
  })
}

test('a refusal names every policy that isolates the pod', () => {
  expect(refused([denyIngress, ingress({ ports: [{ port: 80 }] })], {})).toBe(
    'NetworkPolicies default/allow, default/deny: ingress to default/web TCP 8080 dropped',
  )
  const out = policy('no-out', { ...everyone, policyTypes: ['Egress'] })
  expect(refused([out], {})).toBe(
    'NetworkPolicy default/no-out: egress from default/api to TCP 8080 dropped',
  )
})

test('ranges of addresses', () => {
  expect(inCidr('10.244.0.0/16', '10.244.9.1')).toBe(true)
  expect(inCidr('10.244.0.0/16', '10.245.0.1')).toBe(false)
  expect(inCidr('0.0.0.0/0', '1.2.3.4')).toBe(true)
  expect(inCidr('10.0.0.1/32', '10.0.0.1')).toBe(true)
  expect(inCidr('fd00::/8', '10.0.0.1')).toBe(false)
})
