import { expect, test } from 'vitest'
import type { JsonObject } from '../../api/meta/json.ts'
import { validateCrdSchema } from './crdschema.ts'

const said = (spec: JsonObject) =>
  validateCrdSchema({ type: 'object', properties: { spec } }, 's').map(
    (e) => `${e.field.replace('s.properties[spec]', '')}: ${e.body}`,
  )

test('a schema says nothing that Kubernetes does not take', () => {
  expect(said({ type: 'frob' })).toEqual([
    '.type: Unsupported value: "frob": supported values: "array", "boolean", "integer", "number", "object", "string"',
  ])
  expect(said({ type: 'array', uniqueItems: true, items: { type: 'string' } })[0]).toMatch(
    /^\.uniqueItems: Forbidden/,
  )
  const both = { a: { type: 'string' } }
  expect(said({ type: 'object', properties: both, additionalProperties: false })).toEqual([
    '.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
  ])
})

test('every node has a type, and junctors only restrict what is there', () => {
  expect(said({ type: 'array', items: {} })).toEqual([
    '.items.type: Required value: must not be empty for specified array items',
  ])
  expect(said({ type: 'array' })).toEqual(['.items: Required value: must be specified'])
  const oneOf = [{ type: 'object', properties: { b: { minimum: 1 } } }]
  expect(said({ type: 'object', oneOf })).toEqual([
    '.oneOf[0].type: Forbidden: must be empty to be structural',
    '.properties[b]: Required value: because it is defined in .oneOf[0].properties[b]'.replace(
      'in .',
      'in s.properties[spec].',
    ),
  ])
  const anyOf = [{ type: 'integer' }, { type: 'string' }]
  expect(said({ anyOf, 'x-kubernetes-int-or-string': true })).toEqual([])
})

test('lists that are maps have keys that every item has', () => {
  const list = (items: JsonObject, ...keys: string[]) => ({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    items,
  })
  const item = { type: 'object', properties: { id: { type: 'string' } } }
  expect(said(list({ ...item, required: ['id'] }, 'id'))).toEqual([])
  expect(said(list(item, 'id'))[0]).toMatch(/it must have a default or be a required property$/)
  expect(said(list(item, 'x'))).toEqual([
    '.x-kubernetes-list-map-keys: Invalid value: ["x"]: entries must all be names of item properties',
  ])
})
