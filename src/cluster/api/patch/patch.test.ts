import { expect, test } from 'vitest'
import { schemaNamed } from '../schema.ts'
import { jsonPatch } from './json.ts'
import { mergePatch } from './merge.ts'
import { strategicPatch } from './strategic.ts'

test('a JSON patch applies in order or not at all', () => {
  const doc = { a: { b: [1, 2] } }
  const out = jsonPatch(doc, [
    { op: 'test', path: '/a/b/0', value: 1 },
    { op: 'add', path: '/a/b/-', value: 3 },
    { op: 'remove', path: '/a/b/0' },
    { op: 'copy', from: '/a/b', path: '/c' },
    { op: 'replace', path: '/a', value: 'x' },
    { op: 'add', path: '/d~1e', value: 1 },
  ])
  expect(out).toEqual({ a: 'x', c: [2, 3], 'd/e': 1 })
  expect(doc).toEqual({ a: { b: [1, 2] } })
  expect(() => jsonPatch(doc, [{ op: 'remove', path: '/nope' }])).toThrow()
  expect(() => jsonPatch(doc, [{ op: 'test', path: '/a', value: 1 }])).toThrow()
})

test('a merge patch removes by null and replaces lists', () => {
  expect(
    mergePatch({ a: { x: 1, y: 2 }, l: [1] }, { a: { x: null }, l: [2], n: { m: null } }),
  ).toEqual({
    a: { y: 2 },
    l: [2],
    n: {},
  })
})

const pod = (containers: unknown[]) => ({ spec: { containers } })
const patch = (target: object, p: object) =>
  strategicPatch(target as never, p as never, schemaNamed('Pod'))

test('lists with a key merge by it; new items come before those that only the server has', () => {
  const have = pod([{ name: 'a', image: 'a:1', args: ['x'] }])
  expect(
    patch(
      have,
      pod([
        { name: 'a', image: 'a:2' },
        { name: 'b', image: 'b:1' },
      ]),
    ),
  ).toEqual(
    pod([
      { name: 'a', image: 'a:2', args: ['x'] },
      { name: 'b', image: 'b:1' },
    ]),
  )
  const three = pod([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
  const named = (...names: string[]) => pod(names.map((name) => ({ name })))
  expect(patch(three, named('n'))).toEqual(named('n', 'a', 'b', 'c'))
  expect(patch(three, named('c', 'n', 'b'))).toEqual(named('a', 'c', 'n', 'b'))
  const finalizers = (...f: string[]) => ({ metadata: { finalizers: f } })
  expect(patch(finalizers('x', 'y'), finalizers('z'))).toEqual(finalizers('z', 'x', 'y'))
})

test('with a stated order, what is new takes the places of what was deleted', () => {
  const named = (...names: string[]) => pod(names.map((name) => ({ name })))
  const added = { '$setElementOrder/containers': [{ name: 'n' }], containers: [{ name: 'n' }] }
  expect(patch(named('a', 'b'), { spec: added })).toEqual(named('n', 'a', 'b'))
  const instead = { ...added, containers: [{ name: 'n' }, { $patch: 'delete', name: 'a' }] }
  expect(patch(named('a', 'b'), { spec: instead })).toEqual(named('b', 'n'))
})

test('patches that make no sense are told in upstream words', () => {
  const have = pod([{ name: 'a' }])
  const said = (p: object) => {
    try {
      return patch(have, p)
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(said({ spec: { $patch: 'x' } })).toBe('unknown patch type: x in map: map[$patch:x]')
  expect(said(pod([{ image: 'i' }]))).toBe(
    'map: map[image:i] does not contain declared merge key: name',
  )
  expect(said({ spec: { $retainKeys: ['a'], hostname: 'b' } })).toBe(
    'invalid patch format of retainKeys',
  )
  const order = { '$setElementOrder/containers': [{ name: 'z' }], containers: [{ name: 'a' }] }
  expect(said({ spec: order })).toMatch(
    /^The order in patch list:\n\[map\[name:a\]\]\n doesn't match/,
  )
})

test('directives delete, replace and order', () => {
  const have = pod([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
  expect(patch(have, pod([{ $patch: 'delete', name: 'b' }]))).toEqual(
    pod([{ name: 'a' }, { name: 'c' }]),
  )
  expect(patch(have, pod([{ $patch: 'replace' }, { name: 'z' }]))).toEqual(pod([{ name: 'z' }]))
  const order = [{ name: 'c' }, { name: 'a' }, { name: 'b' }]
  expect(patch(have, { spec: { '$setElementOrder/containers': order } })).toEqual(pod(order))
})
