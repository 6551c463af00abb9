import '../tools.ts'
import { expect, test } from 'vitest'
import { run } from '../../testing/terminal.ts'
import { named } from '../condition.ts'
import { Session } from '../session.ts'
import { Look } from './look.ts'
import { refusedBy, troubles } from './troubles.ts'
import { whyRefused } from './why.ts'

function grown(): Session {
  const s = new Session({ nodes: 2, seed: 3 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27 --replicas=2')
  run(s, 'kubectl expose deployment web --port=80')
  s.runUntil(60_000)
  return s
}

const listed = (s: Session) => troubles(new Look(s.cluster))

test('a cluster that is well has no troubles, and an image that does not exist is two: the root first', () => {
  const s = grown()
  expect(listed(s)).toEqual([])
  run(s, 'kubectl create deployment bad --image=nginx:9.99x')
  run(s, 'kubectl expose deployment bad --port=80')
  s.runUntil(s.now + 30_000)
  const found = listed(s)
  expect(found.map((t) => `${t.about.kind}/${t.about.name}`)).toEqual([
    'Deployment/bad',
    'Service/bad',
  ])
  expect(found[0]?.root?.id).toMatch(/^why\.image/)
  run(s, 'kubectl delete deployment,service bad')
  s.runUntil(s.now + 30_000)
  expect(listed(s)).toEqual([])
})

test('a machine without power comes before what it took down', () => {
  const s = grown()
  run(s, 'kubectl run alone --image=nginx:1.27')
  s.runUntil(s.now + 10_000)
  const node = run(s, "kubectl get pod alone -o jsonpath='{.spec.nodeName}'").out
  s.fault({ kind: 'power-off', node })
  s.runUntil(s.now + 70_000)
  const kinds = listed(s).map((t) => t.about.kind)
  expect(kinds[0]).toBe('Node')
  expect(kinds).toContain('Pod')
})

test('a refused command leads to its reason, also for an object that is there', () => {
  const s = grown()
  const by = (line: string) => refusedBy(new Look(s.cluster), line)
  const line = 'kubectl scale deployment web --replicas=3 --as=nobody'
  expect(by(line)).toBeUndefined()
  run(s, line)
  run(s, 'kubectl get pods nothing')
  expect(by('kubectl get pods nothing')).toBeUndefined()
  const about = by(line)
  expect(about).toEqual({ kind: 'Deployment', namespace: 'default', name: 'web' })
  expect(whyRefused(s.cluster, about as NonNullable<typeof about>).verdict.id).toBe(
    'why.refused.rbac',
  )
})

test('objects are named as kubectl names them', () => {
  const s = grown()
  expect(named(s, 'deploy/web')).toEqual({ kind: 'Deployment', namespace: 'default', name: 'web' })
  expect(named(s, 'node/node-1')).toEqual({ kind: 'Node', namespace: '', name: 'node-1' })
  expect(named(s, 'pod/shop/db-0')).toEqual({ kind: 'Pod', namespace: 'shop', name: 'db-0' })
  expect(() => named(s, 'web')).toThrow(/KIND\/NAME/)
  expect(() => named(s, 'wheel/web')).toThrow(/resource type "wheel"/)
})
