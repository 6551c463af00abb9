import { expect, test } from 'vitest'
import { type Schema, schemaNamed } from '../schema.ts'
import { ApplyError, checkConfiguration } from './apply.ts'

function said(o: object): string {
  try {
    checkConfiguration(o, schemaNamed('Deployment'))
    return ''
  } catch (error) {
    if (error instanceof ApplyError) return error.message
    throw error
  }
}

const container = (c: object) => ({
  spec: { template: { spec: { containers: [{ name: 'c', ...c }] } } },
})

test('a configuration of the wrong types is told in the words of structured-merge-diff', () => {
  expect(said({ spec: { replicas: '3' } })).toBe(
    '.spec.replicas: expected numeric (int or float), got string',
  )
  expect(said({ metadata: { labels: { a: 1 } } })).toBe(
    '.metadata.labels.a: expected string, got &value.valueUnstructured{Value:1}',
  )
  expect(said({ spec: { paused: 'yes' } })).toBe('.spec.paused: expected boolean, got &{yes}')
  expect(said({ spec: 'x' })).toBe('.spec: expected map, got &{x}')
  expect(said(container({ args: 'x' }))).toBe(
    '.spec.template.spec.containers[name="c"].args: expected list, got &{x}',
  )
  expect(said(container({ resources: { limits: { cpu: 1 } } }))).toBe('')
})

test('items without their key are no items, and all faults are told', () => {
  const items = { type: 'object', properties: { id: { type: 'string' } } }
  const list = { type: 'array', listType: 'map', listMapKeys: ['id'], items } as Schema
  expect(() => checkConfiguration([{ x: 1 }], list)).toThrow(
    'element 0: associative list with keys has an element that omits key field "id" (and doesn\'t have default value)',
  )
  expect(said({ spec: { nope: 1, neither: 2 } })).toBe(
    'errors:\n  .spec.nope: field not declared in schema\n  .spec.neither: field not declared in schema',
  )
})
