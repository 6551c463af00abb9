import { expect, test } from 'vitest'
import type { RequestContext } from '../api/definition.ts'
import type { AnyObject } from '../api/object.ts'
import { ruleFaults } from '../apiserver/crd/rules.ts'
import { customresourcedefinition } from './customresourcedefinition.ts'

function said(spec: object, metadata: object = {}): string[] {
  const o = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boats.sea.example.com', ...metadata },
    spec: {
      group: 'sea.example.com',
      scope: 'Namespaced',
      names: { plural: 'boats', kind: 'Boat' },
      versions: [version()],
      ...spec,
    },
  } as AnyObject
  customresourcedefinition.defaults?.(o)
  const found = customresourcedefinition.validate?.(o, undefined, {} as RequestContext) ?? []
  return found.map((e) => `${e.field}: ${e.body}`)
}

const version = (more: object = {}) => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object' } },
  ...more,
})

test('names are labels; kinds may have mixed case, but not be one with their lists', () => {
  expect(said({})).toEqual([])
  const names = {
    plural: 'boats',
    kind: 'Boat_x',
    listKind: 'Boat_x',
    singular: 'B',
    shortNames: ['b', 'B'],
  }
  expect(said({ names }).map((t) => t.split(': ').slice(0, 4).join(': ').slice(0, 90))).toEqual(
    [
      'spec.names.singular: Invalid value: "B": a DNS-1035 label must consist of lower case alpha',
      'spec.names.kind: Invalid value: "Boat_x": may have mixed case, but should otherwise match',
      'spec.names.listKind: Invalid value: "Boat_x": may have mixed case, but should otherwise match',
      'spec.names.shortNames[1]: Invalid value: "B": a DNS-1035 label must consist of lower case ',
      'spec.names.listKind: Invalid value: "Boat_x": kind and listKind may not be the same',
    ].map((t) => t.slice(0, 90)),
  )
})

test('versions are told apart, one is stored, and errors show the internal type', () => {
  const [twice, ...more] = said({ versions: [version(), version({ storage: false })] })
  expect(more).toEqual([])
  expect(twice).toMatch(
    /^spec.versions: Invalid value: \[\{"Name":"v1","Served":true,"Storage":true/,
  )
  expect(twice).toMatch(/must contain unique version names$/)
  expect(said({ versions: [version({ deprecationWarning: 'x' })] })).toEqual([
    'spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions',
  ])
  const selectableFields = [{ jsonPath: '.spec.x' }]
  expect(said({ versions: [version({ selectableFields })] })).toEqual([
    'spec.versions[0].selectableFields[0].jsonPath: Invalid value: ".spec.x": is an invalid path: does not refer to a valid field',
  ])
})

test('groups of the community need an approval, webhooks a client', () => {
  const spec = { group: 'x.k8s.io' }
  const name = 'boats.x.k8s.io'
  const annotation = 'metadata.annotations[api-approved.kubernetes.io]'
  expect(said(spec, { name })[0]).toContain(`${annotation}: Required value`)
  const annotations = { 'api-approved.kubernetes.io': 'unapproved, for now' }
  expect(said(spec, { name, annotations })).toEqual([])
  expect(said({ conversion: { strategy: 'Webhook' } })).toEqual([
    'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
    'spec.conversion.conversionReviewVersions: Required value',
  ])
})

test('rules are well formed first, and name what the schema has', () => {
  const faults = (...rules: object[]) =>
    ruleFaults(
      {
        type: 'object',
        properties: { a: { type: 'object', properties: { b: { type: 'string' } } } },
        'x-kubernetes-validations': rules,
      },
      's',
    ).map((e) => `${e.field.replace('x-kubernetes-validations', '')}: ${e.body}`)
  expect(faults({ rule: "self.a.b == 'self.nope'" }, { rule: 'self.a.b.size() > 1' })).toEqual([])
  expect(faults({ rule: 'has(self.a) && self.a.c == 1' })[0]).toContain(
    "compilation failed: ERROR: <input>:1:22: undefined field 'c'\n | has(self.a) && self.a.c == 1\n | .....................^",
  )
  expect(faults({ rule: 'self ==', message: 'a\nb' }, { rule: ' ', reason: 'X' })).toEqual([
    's.[0].message: Invalid value: "a\\nb": message must not contain line breaks',
    's.[1].rule: Required value: rule is not specified',
    's.[1].reason: Unsupported value: "X": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
  ])
})
