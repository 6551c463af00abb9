import { describe, expect, it } from 'vitest'
import { schemaOf } from '../../cluster/api/schema.ts'
import { mergeThreeWay, strategicThreeWay } from './threeway.ts'
import { unifiedDiff } from './unified.ts'

const schema = schemaOf('apps', 'v1', 'Deployment')
if (!schema) throw new Error('no schema of Deployment')

const podSpec = (containers: unknown[]) => ({ spec: { template: { spec: { containers } } } })

describe('strategicThreeWay', () => {
  it('merges containers and env by key and drops what the manifest dropped', () => {
    const original = podSpec([
      {
        name: 'a',
        image: 'a:1',
        env: [
          { name: 'ONE', value: '1' },
          { name: 'TWO', value: '2' },
        ],
      },
      { name: 'b', image: 'b:1' },
    ])
    const current = podSpec([
      { name: 'side', image: 's' },
      {
        name: 'a',
        image: 'a:1',
        env: [
          { name: 'ONE', value: '1' },
          { name: 'TWO', value: '2' },
          { name: 'X', value: '3' },
        ],
      },
      { name: 'b', image: 'b:1' },
    ])
    const modified = podSpec([{ name: 'a', image: 'a:2', env: [{ name: 'TWO', value: 'two' }] }])
    expect(strategicThreeWay({ original, modified, current }, schema)).toEqual(
      podSpecPatch([
        {
          name: 'a',
          image: 'a:2',
          env: [
            { name: 'TWO', value: 'two' },
            { $patch: 'delete', name: 'ONE' },
          ],
          '$setElementOrder/env': [{ name: 'TWO' }],
        },
        { $patch: 'delete', name: 'b' },
      ]),
    )
  })

  it('is empty when nothing changed', () => {
    const same = podSpec([{ name: 'a', image: 'a:1' }])
    const current = podSpec([{ name: 'a', image: 'a:1', imagePullPolicy: 'Always' }])
    expect(strategicThreeWay({ original: same, modified: same, current }, schema)).toEqual({})
  })
})

function podSpecPatch(containers: unknown[]) {
  const order = [{ name: 'a' }]
  return { spec: { template: { spec: { containers, '$setElementOrder/containers': order } } } }
}

describe('mergeThreeWay', () => {
  it('changes, keeps what others set, and deletes what was dropped', () => {
    const patch = mergeThreeWay({
      original: { spec: { a: 1, b: 2 } },
      modified: { spec: { a: 5 } },
      current: { spec: { a: 1, b: 2, c: 3 } },
    })
    expect(patch).toEqual({ spec: { a: 5, b: null } })
  })
})

describe('unifiedDiff', () => {
  it('shows three lines of context', () => {
    const a =
      'apiVersion: v1\ndata:\n  a: "1"\n  b: "2"\nkind: X\nmetadata:\n  annotations:\n  x: y\n'
    const b = a.replace('  b: "2"', '  b: "3"\n  c: "4"')
    expect(unifiedDiff(a, b)).toBe(
      '@@ -1,7 +1,8 @@\n apiVersion: v1\n data:\n   a: "1"\n-  b: "2"\n+  b: "3"\n+  c: "4"\n kind: X\n metadata:\n   annotations:\n',
    )
  })
  it('shows a new text as additions', () => {
    expect(unifiedDiff('', 'a\nb\n')).toBe('@@ -0,0 +1,2 @@\n+a\n+b\n')
  })
})
