import { expect, test } from 'vitest'
import type { RequestContext, ResourceDefinition } from '../api/definition.ts'
import type { AnyObject } from '../api/object.ts'
import { definitions } from '../kinds/index.ts'
import { decode } from './decode.ts'

const context: RequestContext = {
  user: { name: 'ann', groups: [] },
  namespace: 'default',
  now: '2026-01-01T00:00:00Z',
  dryRun: false,
  subresource: '',
}

function kind(name: string): ResourceDefinition {
  return definitions.find((d) => d.kind === name) as ResourceDefinition
}

function made(name: string, o: object): AnyObject {
  const d = kind(name)
  const whole = decode(d.schema, { metadata: { name: 'x' }, ...o }) as AnyObject
  d.defaults?.(whole)
  return whole
}

function errors(name: string, o: object, old?: object): string[] {
  const d = kind(name)
  const before = old && made(name, old)
  const found = d.validate?.(made(name, o), before, context) ?? []
  return found.map((e) => `${e.field}: ${e.body}`)
}

const template = (labels: object, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
})

test('every kind has a schema, a name column and no other of its resource', () => {
  const names = definitions.map((d) => `${d.group}/${d.version}/${d.plural}`)
  expect(new Set(names).size).toBe(names.length)
  for (const d of definitions) {
    expect(d.schema.properties, d.kind).toBeDefined()
    expect(d.columns?.length, d.kind).toBeGreaterThan(1)
  }
})

test('a Deployment keeps its strategy and its counts sane', () => {
  const base = { selector: { matchLabels: { a: 'b' } }, template: template({ a: 'b' }) }
  expect(made('Deployment', { spec: base }).spec).toMatchObject({
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  })
  const rollingUpdate = { maxSurge: 0, maxUnavailable: '0%' }
  expect(errors('Deployment', { spec: { ...base, strategy: { rollingUpdate } } })).toEqual([
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ])
  expect(errors('Deployment', { spec: { ...base, template: template({ a: 'c' }) } })).toEqual([
    'spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`',
  ])
})

test('a Job restarts only on failure or never, and never changes its template', () => {
  const spec = { manualSelector: true, selector: { matchLabels: { a: 'b' } } }
  const job = (policy: string, image = 'x') => ({
    spec: {
      ...spec,
      template: template({ a: 'b' }, { restartPolicy: policy, containers: [{ name: 'c', image }] }),
    },
  })
  expect(errors('Job', job('Always'))).toEqual([
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ])
  expect(errors('Job', job('Never', 'y'), job('Never')).join()).toContain('field is immutable')
})

test('a CronJob has a schedule of five fields in range and a short name', () => {
  const cron = (schedule: string, name = 'c') => ({
    metadata: { name },
    spec: {
      schedule,
      jobTemplate: { spec: { template: template({}, { restartPolicy: 'Never' }) } },
    },
  })
  expect(errors('CronJob', cron('*/5 0-6 * jan mon'))).toEqual([])
  expect(errors('CronJob', cron('bad')).join()).toContain(
    'expected exactly 5 fields, found 1: [bad]',
  )
  expect(errors('CronJob', cron('61 * * * *')).join()).toContain('above maximum (59)')
  expect(errors('CronJob', cron('* * * * *', 'n'.repeat(53))).join()).toContain('52 characters')
})

test('a Service fills in what its type has and refuses what it has not', () => {
  const s = made('Service', { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } })
  expect(s.spec).toMatchObject({
    sessionAffinity: 'None',
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    allocateLoadBalancerNodePorts: true,
    ports: [{ protocol: 'TCP', targetPort: 80 }],
  })
  expect(errors('Service', { spec: { ports: [{ port: 80, nodePort: 30001 }] } })).toEqual([
    "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  ])
})

test('a NetworkPolicy names its directions and checks its peers', () => {
  expect(made('NetworkPolicy', { spec: { podSelector: {} } }).spec).toMatchObject({
    policyTypes: ['Ingress'],
  })
  const ipBlock = { cidr: '10.0.0.0/8', except: ['192.168.0.0/16'] }
  const spec = { podSelector: {}, ingress: [{ from: [{}, { ipBlock }] }] }
  expect(errors('NetworkPolicy', { spec })).toEqual([
    'spec.ingress[0].from[0]: Required value: must specify a peer',
    'spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: "192.168.0.0/16": must be a strict subset of `cidr`',
  ])
})

test('a claim cannot be changed and a class keeps its provisioner', () => {
  const claim = (mode: string) => ({
    spec: { accessModes: [mode], resources: { requests: { storage: '1Gi' } } },
  })
  const change = errors('PersistentVolumeClaim', claim('ReadWriteMany'), claim('ReadWriteOnce'))
  expect(change.join()).toContain('spec is immutable after creation')
  expect(errors('StorageClass', { provisioner: 'a.io/b' }, { provisioner: 'a.io/c' })).toEqual([
    'provisioner: Invalid value: "a.io/b": field is immutable',
  ])
})

test('a LimitRange derives what it leaves out', () => {
  const spec = { limits: [{ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' } }] }
  expect(made('LimitRange', { spec }).spec).toMatchObject({
    limits: [{ default: { cpu: '2' }, defaultRequest: { cpu: '2', memory: '1Mi' } }],
  })
})

test('roles say what they allow and bindings to whom', () => {
  expect(errors('Role', { rules: [{ apiGroups: [''], resources: ['pods'] }] })).toEqual([
    'rules[0].verbs: Required value: verbs must contain at least one value',
  ])
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' }
  expect(errors('ClusterRoleBinding', { roleRef })).toEqual([
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
  ])
})

test('a range and an address stand in the old field and in the list', () => {
  expect(made('Node', { spec: { podCIDR: '10.1.0.0/24' } })).toMatchObject({
    spec: { podCIDRs: ['10.1.0.0/24'] },
  })
  expect(made('Node', { spec: { podCIDRs: ['10.1.0.0/24'] } })).toMatchObject({
    spec: { podCIDR: '10.1.0.0/24' },
  })
  const pod = (status: object) => made('Pod', { ...template({}), status })
  const next = pod({ podIP: '10.0.0.1' })
  kind('Pod').strategy?.prepareForStatusUpdate?.(next, pod({}), {
    ...context,
    subresource: 'status',
  })
  expect(next).toMatchObject({ status: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] } })
})
