import { expect, test } from 'vitest'
import { admissionCluster } from './cluster.testing.ts'

const ADMISSION = '/apis/admissionregistration.k8s.io/v1'
const MAPS = '/api/v1/namespaces/default/configmaps'

function given(validations: readonly object[], more: object = {}) {
  const c = admissionCluster()
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['configmaps'],
  }
  const policy = c.send('POST', `${ADMISSION}/validatingadmissionpolicies`, {
    body: {
      metadata: { name: 'v' },
      spec: { matchConstraints: { resourceRules: [rule] }, validations, ...more },
    },
  })
  c.send('POST', `${ADMISSION}/validatingadmissionpolicybindings`, {
    body: { metadata: { name: 'b' }, spec: { policyName: 'v', validationActions: ['Deny'] } },
  })
  const create = (data: object) =>
    c.said(c.send('POST', MAPS, { body: { metadata: { name: 'cm' }, data } }))
  return { ...c, policy, create }
}

const HEAD =
  "configmaps \"cm\" is forbidden: ValidatingAdmissionPolicy 'v' with binding 'b' denied request: "

test('variables are read late and may build on one another; the libraries are there', () => {
  const variables = [
    { name: 'size', expression: 'quantity(object.data.size)' },
    { name: 'big', expression: 'variables.size.isGreaterThan(quantity("1Gi"))' },
  ]
  const rule = { expression: '!has(object.data.size) || !variables.big', message: 'too big' }
  const { create } = given([rule], { variables })
  expect(create({ size: '2Gi' })).toBe(`${HEAD}too big`)
  expect(create({ other: 'x' })).toBeUndefined()
})

test('what ends in an error denies with one line about it', () => {
  const { create } = given([{ expression: "object.data.none == 'x'" }])
  expect(create({ a: 'b' })).toBe(
    `${HEAD}expression 'object.data.none == 'x'' resulted in error: no such key: none`,
  )
})

test('the authorizer answers for the one who asks', () => {
  const may = (user: string) =>
    `authorizer.serviceAccount('default', '${user}').group('').resource('pods').check('list').allowed()`
  const { create } = given([{ expression: may('nobody'), message: 'may not' }])
  expect(create({})).toBe(`${HEAD}may not`)
})

test('policies and definitions whose expressions do not compile are refused', () => {
  const bad = given([{ expression: 'object.spec.replicas <= foo' }])
  expect(bad.said(bad.policy)).toBe(
    'ValidatingAdmissionPolicy.admissionregistration.k8s.io "v" is invalid: spec.validations[0].expression: Invalid value: "object.spec.replicas <= foo": compilation failed: ERROR: <input>:1:25: undeclared reference to \'foo\' (in container \'\')\n | object.spec.replicas <= foo\n | ........................^',
  )
  const rules = [{ rule: 'self.sails' }, { rule: '"text"' }, { rule: 'other.sails > 1' }]
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: { sails: { type: 'integer' } },
        'x-kubernetes-validations': rules,
      },
    },
  }
  const names = { plural: 'ships', singular: 'ship', kind: 'Ship', listKind: 'ShipList' }
  const crd = bad.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body: {
      metadata: { name: 'ships.sea.example' },
      spec: {
        group: 'sea.example',
        scope: 'Namespaced',
        names,
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
        ],
      },
    },
  })
  const text = bad.said(crd)
  const at = 'spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations'
  expect(text).toContain(`${at}[1].rule: Invalid value: {"Rule":"\\"text\\"","Message":"",`)
  expect(text).toContain('cel expression must evaluate to a bool')
  expect(text).toContain("undeclared reference to 'other' (in container '')")
})
