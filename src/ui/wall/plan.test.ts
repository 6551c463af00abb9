import { expect, test } from 'vitest'
import type { NodeCard, PodCard } from '../../protocol/cards.ts'
import { type Grouping, LOOKS, Plan, WALL } from './plan.ts'

const pod = (uid: string, node: string, o: Partial<PodCard> = {}): PodCard =>
  ({
    uid,
    kind: 'Pod',
    namespace: 'default',
    name: uid,
    node,
    look: 'ready',
    cpu: 100,
    mem: 10,
    ...o,
  }) as PodCard
const node = (name: string): NodeCard => ({ uid: name, kind: 'Node', name }) as NodeCard
const plan = (grouping: Grouping) =>
  new Plan(grouping, {
    inkOf: (p) => ({ ink: 0, monogram: '', root: p.owner?.name ?? p.name }),
    zoneOf: (n) => `zone-${n.at(-1)}`,
  })
const where = (p: Plan) =>
  new Map([...p.cells].map(([uid, c]) => [uid, JSON.stringify(p.place(c))]))

test('a pod that leaves frees its cell, and nobody else moves', () => {
  const p = plan('node')
  p.node(node('a'))
  p.node(node('b'))
  for (let i = 0; i < 12; i++) p.pod(pod(`p${i}`, i % 2 ? 'a' : 'b'))
  p.pack()
  const before = where(p)
  p.podGone('p3')
  p.pod(pod('late', 'a'))
  p.pack()
  const after = where(p)
  expect(after.get('late')).toBe(before.get('p3'))
  for (const [uid, at] of before) if (uid !== 'p3') expect(after.get(uid)).toBe(at)
})

test('a node that joins does not move the others', () => {
  const p = plan('node')
  for (let i = 0; i < 40; i++) p.node(node(`n${i}`))
  p.pack()
  const before = p.groups.map((g) => [g.x, g.y])
  p.node(node('n40'))
  p.pack()
  expect(p.groups.slice(0, 40).map((g) => [g.x, g.y])).toEqual(before)
})

test('5,000 nodes and 150,000 pods: nobody is dropped and no two share a cell', () => {
  const p = plan('node')
  for (let n = 0; n < 5000; n++) p.node(node(`n${n}`))
  for (let i = 0; i < 150_000; i++) p.pod(pod(`p${i}`, `n${i % 5000}`))
  p.pack()
  expect(p.cells.size).toBe(150_000)
  expect(new Set(where(p).values()).size).toBe(150_000)
  const cell = p.cells.get('p77777')
  const at = p.place(cell!)
  expect(p.at(at.x + WALL.cell / 2, at.y + WALL.cell / 2)?.cell?.pod.uid).toBe('p77777')
})

test('boxes do not overlap, whatever pods are grouped by, and counts cover all', () => {
  for (const grouping of ['node', 'namespace', 'owner', 'zone'] as const) {
    const p = plan(grouping)
    for (let i = 0; i < 3000; i++) {
      p.pod(
        pod(`p${i}`, i % 50 === 0 ? '' : `n${i % 17}`, {
          namespace: i < 2500 ? 'big' : `ns-${i % 9}`,
          owner: { kind: 'Job', name: `app-${i % 40}`, uid: `o${i % 40}` },
          look: i % 3 ? 'ready' : 'failed',
        }),
      )
    }
    p.pack()
    for (const a of p.groups) {
      for (const b of p.groups) {
        if (a === b) continue
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
        if (!apart) throw new Error(`${a.key} over ${b.key}`)
      }
    }
    const failed = p.groups.reduce((n, g) => n + (g.looks[LOOKS.indexOf('failed')] ?? 0), 0)
    expect(failed).toBe(1000)
    expect(p.groups.reduce((n, g) => n + g.count, 0)).toBe(3000)
  }
})
