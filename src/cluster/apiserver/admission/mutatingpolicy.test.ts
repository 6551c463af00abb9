import { expect, test } from 'vitest'
import { admissionCluster } from './cluster.testing.ts'

const ADMISSION = '/apis/admissionregistration.k8s.io/v1'
const PODS = '/api/v1/namespaces/default/pods'

interface Given {
  readonly name?: string
  readonly mutations: readonly object[]
  readonly spec?: object
  readonly binding?: object
}

const apply = (expression: string) => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
})
const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } })

function given(g: Given, c = admissionCluster()) {
  const name = g.name ?? 'm'
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }
  const spec = {
    matchConstraints: { resourceRules: [rule] },
    reinvocationPolicy: 'Never',
    mutations: g.mutations,
    ...g.spec,
  }
  const policy = c.send('POST', `${ADMISSION}/mutatingadmissionpolicies`, {
    body: { metadata: { name }, spec },
  })
  c.send('POST', `${ADMISSION}/mutatingadmissionpolicybindings`, {
    body: { metadata: { name: `${name}-binding` }, spec: { policyName: name, ...g.binding } },
  })
  const pod = (labels: object = {}) =>
    c.send('POST', PODS, {
      body: { metadata: { name: 'p', labels }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    })
  return { ...c, policy, pod }
}

test('an apply configuration is merged into the object, lists by their keys', () => {
  const expression = `Object{
    metadata: Object.metadata{labels: {"team": "blue"}},
    spec: Object.spec{
      initContainers: [Object.spec.initContainers{name: "mesh", image: variables.image, restartPolicy: "Always"}],
      containers: [Object.spec.containers{name: "c", imagePullPolicy: "Always"}]
    }
  }`
  const variables = [{ name: 'image', expression: "'mesh:' + object.metadata.labels['v']" }]
  const { pod } = given({ mutations: [apply(expression)], spec: { variables } })
  expect(pod({ v: '1' }).body).toMatchObject({
    metadata: { labels: { v: '1', team: 'blue' } },
    spec: {
      initContainers: [{ name: 'mesh', image: 'mesh:1', restartPolicy: 'Always' }],
      containers: [{ name: 'c', image: 'x', imagePullPolicy: 'Always' }],
    },
  })
})

test('a JSON patch is applied in order, and not at all when its test fails', () => {
  const set =
    '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b"), value: "c"}]'
  const failing =
    '[JSONPatch{op: "test", path: "/spec/nodeName", value: "n"}, JSONPatch{op: "remove", path: "/metadata/labels"}]'
  const { pod } = given({ mutations: [patch(set), patch(failing)] })
  expect(pod({ x: 'y' }).body).toMatchObject({ metadata: { labels: { x: 'y', 'a/b': 'c' } } })
})

test('conditions and params decide whether and what; without its param a policy denies or is skipped', () => {
  const mutation = apply('Object{metadata: Object.metadata{labels: {"from": params.data.value}}}')
  const spec = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConditions: [{ name: 'on', expression: "'on' in object.metadata.labels" }],
  }
  const paramRef = { name: 'cm', namespace: 'default', parameterNotFoundAction: 'Deny' }
  const c = given({ mutations: [mutation], spec, binding: { paramRef } })
  expect(c.said(c.pod({ on: '' }))).toBe(
    "policy 'm' with binding 'm-binding' denied request: no params found for policy binding with `Deny` parameterNotFoundAction",
  )
  c.send('POST', '/api/v1/namespaces/default/configmaps', {
    body: { metadata: { name: 'cm' }, data: { value: 'param' } },
  })
  expect(c.pod({ on: '' }).body).toMatchObject({ metadata: { labels: { from: 'param' } } })
  c.send('DELETE', `${PODS}/p`, { query: { gracePeriodSeconds: '0' } })
  expect((c.pod().body as { metadata: object }).metadata).not.toHaveProperty('labels')
})

test('what fails denies, or is passed over when the policy says so', () => {
  const wrong = 'Object{spec: Object.specx{nodeName: "n"}}'
  const failed = given({ mutations: [apply(wrong)] })
  const answer = failed.pod()
  expect([answer.status, failed.said(answer)]).toEqual([
    403,
    'policy \'m\' with binding \'m-binding\' denied request: type mismatch: unexpected type name "Object.specx", expected "Object.spec", which matches field name path from root Object type',
  ])
  expect(answer.body).toMatchObject({ reason: 'Invalid' })
  const atomic = given({
    mutations: [
      apply(
        'Object{spec: Object.spec{containers: [Object.spec.containers{name: "c", args: ["x"]}]}}',
      ),
    ],
  })
  expect(atomic.said(atomic.pod())).toContain(
    'error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].args',
  )
  const ignored = given({ mutations: [apply(wrong)], spec: { failurePolicy: 'Ignore' } })
  expect(ignored.pod().status).toBe(201)
})

test('a policy that may be asked again sees what a later one did', () => {
  const c = given({
    name: 'a',
    mutations: [
      patch(
        'has(object.metadata.labels) && "late" in object.metadata.labels ? [JSONPatch{op: "add", path: "/metadata/labels/seen", value: "yes"}] : []',
      ),
    ],
    spec: { reinvocationPolicy: 'IfNeeded' },
  })
  const late = apply('Object{metadata: Object.metadata{labels: {"late": "yes"}}}')
  const { pod } = given({ name: 'b', mutations: [late] }, c)
  expect(pod().body).toMatchObject({ metadata: { labels: { late: 'yes', seen: 'yes' } } })
})

test('policies that do not compile are refused', () => {
  const bad = given({ mutations: [apply('Object{spec: foo}')] })
  expect(bad.policy.status).toBe(422)
  expect(bad.said(bad.policy)).toContain("undeclared reference to 'foo' (in container '')")
  const typed = given({ mutations: [apply('"text"')] })
  expect(typed.said(typed.policy)).toBe(
    'MutatingAdmissionPolicy.admissionregistration.k8s.io "m" is invalid: spec.mutations[0].applyConfiguration.expression: Invalid value: "\\"text\\"": must evaluate to Object',
  )
})
