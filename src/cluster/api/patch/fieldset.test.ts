import { expect, test } from 'vitest'
import { schemaNamed } from '../schema.ts'
import { mergeApplied, removeFields } from './apply.ts'
import { both, compare, fieldsOf, minus, pathsOf, unclaimed, union } from './fieldset.ts'

const schema = schemaNamed('Deployment')
const web = (image: string, replicas?: number) => ({
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    template: { spec: { containers: [{ name: 'nginx', image }] } },
  },
})

test('an applied configuration owns its leaves and its list items', () => {
  expect(fieldsOf(web('nginx:1', 1), schema)).toEqual({
    'f:spec': {
      'f:replicas': {},
      'f:template': {
        'f:spec': {
          'f:containers': { 'k:{"name":"nginx"}': { '.': {}, 'f:image': {}, 'f:name': {} } },
        },
      },
    },
  })
})

test('a comparison tells what changed and what went', () => {
  const c = compare(web('nginx:1', 1), web('nginx:2'), schema)
  expect(pathsOf(c.changed ?? {})).toEqual(['.spec.template.spec.containers[name="nginx"].image'])
  expect(pathsOf(c.removed ?? {})).toEqual(['.spec.replicas'])
})

test('sets join, meet and subtract', () => {
  const a = { 'f:x': {}, 'f:m': { '.': {}, 'f:k': {} } }
  const b = { 'f:m': { 'f:k': {} }, 'f:y': {} }
  expect(union(a, b)).toEqual({ 'f:x': {}, 'f:m': { '.': {}, 'f:k': {} }, 'f:y': {} })
  expect(both(a, b)).toEqual({ 'f:m': { 'f:k': {} } })
  expect(minus(a, b)).toEqual({ 'f:x': {}, 'f:m': {} })
  expect(minus(a, a)).toBeUndefined()
})

test('a map that an update named stays claimed while one of its keys is', () => {
  const had = { 'f:labels': { '.': {}, 'f:app': {}, 'f:tier': {} } }
  const set = { 'f:labels': { 'f:app': {} } }
  expect(unclaimed(had, set)).toEqual({ 'f:labels': { 'f:tier': {} } })
  expect(unclaimed(had, { 'f:labels': { 'f:app': {}, 'f:tier': {} } })).toBeUndefined()
  expect(unclaimed(had, {})).toEqual(had)
})

test('merging keeps what others stated and removing takes only what is named', () => {
  const live = {
    spec: { replicas: 3, template: { spec: { containers: [{ name: 'side', image: 's' }] } } },
  }
  const merged = mergeApplied(live, web('nginx:1'), schema) as typeof live
  expect(merged.spec.replicas).toBe(3)
  expect(merged.spec.template.spec.containers.map((c) => c.name)).toEqual(['side', 'nginx'])
  const gone = fieldsOf(web('x'), schema)
  expect(removeFields(merged, gone, schema)).toEqual(live)
})
