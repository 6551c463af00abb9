import { expect, test } from 'vitest'
import type { ApiRequest, ApiResponse, Method, UserInfo } from '../api/transport.ts'
import { createMvccStore } from '../etcd/mvcc.ts'
import { definitions } from '../kinds/index.ts'
import { spawn } from '../sim/task.ts'
import { createWorld } from '../sim/world.ts'
import { createApiServer } from './server.ts'

interface Ask {
  readonly body?: unknown
  readonly type?: string
  readonly query?: Record<string, string>
  readonly user?: UserInfo
}

function cluster() {
  const world = createWorld({ seed: 1, epochMs: Date.UTC(2026, 0, 1) })
  const store = createMvccStore(world)
  const server = createApiServer(world, { store, place: 'kube-apiserver-1', definitions })
  const send = (method: Method, path: string, a: Ask = {}): ApiResponse => {
    const query = new Map(Object.entries(a.query ?? {}).map(([k, v]) => [k, [v]]))
    const request: ApiRequest = {
      method,
      path,
      query,
      headers: { 'user-agent': 'kubectl/v1.32', 'content-type': a.type ?? 'application/json' },
      ...(a.body === undefined ? {} : { body: JSON.stringify(a.body) }),
      ...(a.user ? { user: a.user } : {}),
      cause: 0,
    }
    let out: ApiResponse | undefined
    spawn(world, 'test', 'call', function* () {
      out = yield* server.handle(request)
    })
    world.clock.run({ until: world.clock.now })
    return out as ApiResponse
  }
  send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } })
  send('POST', `${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
  return { world, send }
}

const NS = '/api/v1/namespaces/default'
const APPS = '/apis/apps/v1/namespaces/default'
const said = (r: ApiResponse) => (r.body as { message?: string }).message
const container = { name: 'c', image: 'nginx' }
const deployment = (spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
    ...spec,
  },
})

test('a pod gets its account, token volume, tolerations, priority and quality of service', () => {
  const { send } = cluster()
  const body = { metadata: { name: 'p' }, spec: { containers: [container] } }
  const made = send('POST', `${NS}/pods`, { body })
  expect(made.body).toMatchObject({
    spec: {
      serviceAccountName: 'default',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
      volumes: [{ projected: { defaultMode: 420 } }],
      containers: [{ imagePullPolicy: 'Always', terminationMessagePath: '/dev/termination-log' }],
    },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  })
})

test('a Node alone may bring its status along, and nothing about where its kubelet is configured', () => {
  const { send } = cluster()
  const conditions = [{ type: 'Ready', status: 'True' }]
  const spec = { configSource: { configMap: {} } }
  const body = { metadata: { name: 'made' }, spec, status: { conditions, capacity: { cpu: '4' } } }
  const made = send('POST', '/api/v1/nodes', { body }).body as typeof body
  expect(made).toMatchObject({ status: { conditions, allocatable: { cpu: '4' } } })
  expect(made.spec).not.toHaveProperty('configSource')
  const twice = { type: 'InternalIP', address: '10.0.0.1' }
  const status = { ...made.status, addresses: [twice, twice] }
  const put = send('PUT', '/api/v1/nodes/made/status', { body: { ...made, status } })
  expect(JSON.stringify(put.body)).toContain('status.addresses[1]: Duplicate value')
})

test('a Service gets an address of its own, which is free again when it goes', () => {
  const { send } = cluster()
  const body = (name: string) => ({
    metadata: { name },
    spec: { clusterIP: '10.96.7.7', ports: [{ port: 80 }] },
  })
  expect(send('POST', `${NS}/services`, { body: body('a') }).status).toBe(201)
  const taken = send('POST', `${NS}/services`, { body: body('b') })
  expect(said(taken)).toContain('failed to allocate IP 10.96.7.7: provided IP is already allocated')
  const address = '/apis/networking.k8s.io/v1/ipaddresses/10.96.7.7'
  expect(send('GET', address).status).toBe(200)
  send('DELETE', `${NS}/services/a`)
  expect(send('GET', address).status).toBe(404)
})

test('generation counts changes of the spec and not of the status', () => {
  const { send } = cluster()
  send('POST', `${APPS}/deployments`, { body: deployment() })
  const type = 'application/merge-patch+json'
  const path = `${APPS}/deployments/web`
  const status = send('PATCH', `${path}/status`, {
    type,
    body: { status: { replicas: 1 }, spec: { replicas: 9 } },
  })
  expect(status.body).toMatchObject({
    metadata: { generation: 1 },
    spec: { replicas: 1 },
    status: { replicas: 1 },
  })
  const scaled = send('PATCH', `${path}/scale`, { type, body: { spec: { replicas: 3 } } })
  expect(scaled.body).toMatchObject({ kind: 'Scale', spec: { replicas: 3 } })
  expect(send('GET', path).body).toMatchObject({
    metadata: { generation: 2 },
    status: { replicas: 1 },
  })
})

test('two appliers of one field conflict, unless forced', () => {
  const { send } = cluster()
  const apply = (manager: string, replicas: number, force = false) =>
    send('PATCH', `${APPS}/deployments/web`, {
      type: 'application/apply-patch+yaml',
      query: { fieldManager: manager, ...(force ? { force: 'true' } : {}) },
      body: deployment({ replicas }),
    })
  expect(apply('ann', 1).status).toBe(201)
  const lost = apply('bob', 2)
  expect(lost.status).toBe(409)
  expect(said(lost)).toBe('Apply failed with 1 conflict: conflict with "ann": .spec.replicas')
  expect(apply('bob', 2, true).body).toMatchObject({ spec: { replicas: 2 } })
  expect(said(apply('ann', 1))).toContain('conflict with "bob"')
})

test('access follows roles and bindings, and nobody grants what they lack', () => {
  const { send } = cluster()
  const ann: UserInfo = { name: 'ann', groups: ['system:authenticated'] }
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
  const refused = send('GET', `${NS}/pods`, { user: ann })
  expect(said(refused)).toBe(
    'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
  )
  const rules = [
    {
      apiGroups: ['', 'rbac.authorization.k8s.io'],
      resources: ['pods', 'roles'],
      verbs: ['list', 'create'],
    },
  ]
  send('POST', `${rbac}/roles`, { body: { metadata: { name: 'r' }, rules } })
  const body = {
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    subjects: [{ kind: 'User', name: 'ann' }],
  }
  send('POST', `${rbac}/rolebindings`, { body })
  expect(send('GET', `${NS}/pods`, { user: ann }).status).toBe(200)
  const wider = {
    metadata: { name: 'w' },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
  }
  const grab = send('POST', `${rbac}/roles`, { user: ann, body: wider })
  expect(said(grab)).toContain('is attempting to grant RBAC permissions not currently held')
})

test('a custom kind is served at once: pruned, defaulted, validated, and gone with its definition', () => {
  const { send, world } = cluster()
  const openAPIV3Schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['owner'],
        'x-kubernetes-validations': [{ rule: 'self.sails <= 5', message: 'too many sails' }],
        properties: {
          sails: { type: 'integer', minimum: 0, default: 1 },
          owner: { type: 'string' },
        },
      },
    },
  }
  const body = {
    metadata: { name: 'boats.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'boats', kind: 'Boat' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  }
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  expect(send('POST', crds, { body }).status).toBe(201)
  const boats = '/apis/example.com/v1/namespaces/default/boats'
  const boat = (spec: object) => ({
    body: { apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name: 'a' }, spec },
  })
  expect(said(send('POST', boats, boat({})))).toContain('spec.owner: Required value')
  expect(said(send('POST', boats, boat({ owner: 'x', sails: 9 })))).toContain('too many sails')
  const made = send('POST', boats, boat({ owner: 'x', odd: 1 })).body as { spec: object }
  expect(made.spec).toEqual({ owner: 'x', sails: 1 })
  send('DELETE', `${crds}/boats.example.com`)
  world.clock.run({ until: world.clock.now + 1000 })
  expect(send('GET', boats).status).toBe(404)
})

test('a pod is bound once, and dies gracefully only where it runs', () => {
  const { send } = cluster()
  send('POST', '/api/v1/nodes', {
    body: { metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z' } } },
  })
  send('POST', `${NS}/pods`, {
    body: { metadata: { name: 'p' }, spec: { containers: [container] } },
  })
  const bind = () =>
    send('POST', `${NS}/pods/p/binding`, { body: { target: { kind: 'Node', name: 'n1' } } })
  expect(bind().status).toBe(201)
  expect(said(bind())).toContain('pod p is already assigned to node "n1"')
  const pod = send('GET', `${NS}/pods/p`).body
  expect(pod).toMatchObject({
    metadata: { labels: { 'topology.kubernetes.io/zone': 'z' } },
    spec: { nodeName: 'n1' },
    status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
  })
  send('DELETE', `${NS}/pods/p`)
  expect(send('GET', `${NS}/pods/p`).body).toMatchObject({
    metadata: { deletionGracePeriodSeconds: 30 },
  })
  send('DELETE', `${NS}/pods/p`, { body: { gracePeriodSeconds: 0 } })
  expect(send('GET', `${NS}/pods/p`).status).toBe(404)
})

test('a retention policy of no known kind is told which there are', () => {
  const { send } = cluster()
  const spec = {
    ...deployment().spec,
    serviceName: 'db',
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Keep' },
  }
  const made = send('POST', `${APPS}/statefulsets`, { body: { metadata: { name: 'db' }, spec } })
  expect(said(made)).toContain(
    'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
  )
})

test('what is not served where is refused before it is looked at', () => {
  const { send } = cluster()
  const body = { metadata: { name: 'a' } }
  const text = 'the server does not allow this method on the requested resource'
  send('POST', `${NS}/configmaps`, { body })
  const refused: [Method, string][] = [
    ['DELETE', '/api/v1/configmaps'],
    ['POST', '/api/v1/configmaps'],
    ['PUT', `${NS}/configmaps`],
    ['POST', `${NS}/configmaps/a`],
    ['GET', `${NS}/serviceaccounts/default/token`],
    ['GET', '/apis/authentication.k8s.io/v1/tokenreviews'],
  ]
  for (const [method, path] of refused) {
    expect([path, send(method, path, { body }).status]).toEqual([path, 405])
    expect(said(send(method, path, { body }))).toBe(text)
  }
  expect(send('GET', '/api/v1/configmaps/a').status).toBe(404)
  expect(send('GET', `${NS}/nodes`).status).toBe(404)
  expect(send('GET', `${NS}/configmaps/a`).status).toBe(200)
})

test('a dry run of anything but everything is refused, and nothing is deleted', () => {
  const { send } = cluster()
  send('POST', `${NS}/configmaps`, { body: { metadata: { name: 'a' } } })
  const query = { dryRun: 'Some' }
  const why = 'dryRun: Unsupported value: ["Some"]: supported values: "All"'
  expect(said(send('DELETE', `${NS}/configmaps/a`, { query }))).toContain(why)
  expect(said(send('POST', `${NS}/configmaps`, { query, body: {} }))).toContain(why)
  expect(send('GET', `${NS}/configmaps/a`).status).toBe(200)
})

test('an object of another kind is refused in the words of the conversion', () => {
  const { send } = cluster()
  send('POST', `${APPS}/deployments`, { body: deployment() })
  const say = (kind: string) =>
    said(send('POST', `${APPS}/deployments`, { body: { apiVersion: 'v1', kind } }))
  expect(say('Secret')).toBe(
    'Secret in version "v1" cannot be handled as a Deployment: converting (v1.Secret) to (apps.Deployment): unknown conversion',
  )
  expect(say('Nope')).toContain('no kind "Nope" is registered for version "v1" in scheme')
  const patch = send('PATCH', `${APPS}/deployments/web`, {
    type: 'application/merge-patch+json',
    body: { kind: 'DaemonSet' },
  })
  expect(patch.status).toBe(422)
  expect(said(patch)).toContain('converting (v1.DaemonSet) to (apps.Deployment)')
})
