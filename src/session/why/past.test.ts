import '../tools.ts'
import { expect, test } from 'vitest'
import { run } from '../../testing/terminal.ts'
import { Past } from '../past.ts'
import { Session } from '../session.ts'
import { why } from './why.ts'

const pod = { kind: 'Pod', namespace: 'default', name: 'p' }

function at(s: Session, ms: number) {
  return new Past(s, ms).shown
}

test('the past is explained by what had happened by then, and as it was explained then', () => {
  const s = new Session({ nodes: 2, seed: 5 })
  s.runUntil(20_000)
  run(s, 'kubectl run p --image=nginx:nonexistent')
  s.runUntil(50_000)
  const { next: _, ...then } = why(s.cluster, pod)
  expect(then.verdict.id).toMatch(/^why\.image/)
  s.runUntil(50_001)
  run(s, 'kubectl set image pod/p p=nginx:1.27')
  s.runUntil(120_000)
  expect(why(s.cluster, pod).state).toBe('ok')
  expect(why(s.cluster, pod, undefined, at(s, 50_000))).toEqual({ ...then, next: [] })
  run(s, 'kubectl delete pod p')
  s.runUntil(200_000)
  expect(why(s.cluster, pod, undefined, at(s, 50_000))).toEqual({ ...then, next: [] })
  expect(why(s.cluster, pod, undefined, at(s, 10_000)).state).toBe('bad')
  expect(why(s.cluster, pod, undefined, at(s, 119_000)).state).toBe('ok')
})

test('a node that lost power and has it again', () => {
  const s = new Session({ nodes: 2, seed: 5 })
  s.runUntil(20_000)
  s.fault({ kind: 'power-off', node: 'node-1' })
  s.runUntil(140_000)
  s.fault({ kind: 'power-on', node: 'node-1' })
  s.runUntil(300_000)
  const node = { kind: 'Node', namespace: '', name: 'node-1' }
  expect(why(s.cluster, node).state).toBe('ok')
  const past = why(s.cluster, node, undefined, at(s, 130_000))
  expect([past.verdict.id, ...past.causes.map((c) => c.id)]).toEqual([
    'why.node.unknown',
    'why.node.power',
  ])
  expect(past.steps.every((step) => step.at <= 130_000)).toBe(true)
})

test('a field of the past', () => {
  const s = new Session({ nodes: 2, seed: 5 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27 --replicas=3')
  s.runUntil(40_000)
  run(s, 'kubectl scale deployment web --replicas=7')
  s.runUntil(60_000)
  const web = { kind: 'Deployment', namespace: 'default', name: 'web' }
  expect(why(s.cluster, web, 'spec.replicas').verdict.values.value).toBe('7')
  expect(why(s.cluster, web, 'spec.replicas', at(s, 30_000)).verdict.values.value).toBe('3')
})
