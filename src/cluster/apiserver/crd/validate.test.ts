import { expect, test } from 'vitest'
import { defaultFaults, listErrors, validateValue } from './validate.ts'

const schema = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', maximum: 5 },
    name: { type: 'string' },
    tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
  },
}

const errors = (v: object, before?: object) =>
  validateValue(v, schema, 'spec', before && { value: before }).map((e) => `${e.field}: ${e.body}`)

test('what was wrong already may stay wrong as long as it does not change', () => {
  const before = { size: 7, name: 'a' }
  expect(errors(before)).toEqual([
    'spec.size: Invalid value: 7: spec.size in body should be less than or equal to 5',
  ])
  expect(errors({ size: 7, name: 'b' }, before)).toEqual([])
  expect(errors({ size: 8, name: 'b' }, before)).toHaveLength(1)
  expect(errors({ name: 'b' }, before)).toEqual(['spec.size: Required value'])
})

test('repeated members are told apart from the rest, and defaults are values, too', () => {
  expect(listErrors({ tags: ['a', 'a'] }, schema, 'spec').map((e) => e.field)).toEqual([
    'spec.tags[1]',
  ])
  const wrong = { properties: { a: { type: 'string', default: 3 } } }
  expect(defaultFaults(wrong, 's').map((e) => `${e.field}: ${e.body}`)).toEqual([
    's.properties[a].default: Invalid value: "integer":  in body must be of type string: "integer"',
  ])
})
