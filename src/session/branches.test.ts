import './tools.ts'
import { expect, test } from 'vitest'
import { run } from '../testing/terminal.ts'
import { Branches } from './branches.ts'
import { compare } from './compare.ts'
import { conditionOf } from './condition.ts'
import { Past } from './past.ts'
import { Session } from './session.ts'

const silent = { stdout() {}, stderr() {} }

function grown(): Session {
  const s = new Session({ nodes: 3, seed: 3 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27 --replicas=3')
  s.runUntil(60_000)
  run(s, 'kubectl scale deployment web --replicas=5')
  s.runUntil(90_000)
  s.fault({ kind: 'power-off', node: 'node-1' })
  s.runUntil(200_000)
  return s
}

function say(past: Past, line: string): { out: string; err: string; code: number } {
  const r = { out: '', err: '', code: -1 }
  r.code = past.kubectl(line, {
    stdout: (t) => {
      r.out += t
    },
    stderr: (t) => {
      r.err += t
    },
  })
  return r
}

test('the past answers as the cluster did then, and refuses to be changed', () => {
  const s = new Session({ nodes: 3, seed: 3 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27 --replicas=3')
  s.runUntil(60_000)
  const lines = [
    'kubectl get pods -o wide',
    'kubectl get deploy,rs,nodes',
    'kubectl describe deployment web',
    'kubectl get events --sort-by=.lastTimestamp',
    'kubectl logs deploy/web',
    'kubectl auth can-i create pods',
  ]
  const then = lines.map((l) => run(s, l).out)
  const digest = s.digest()
  s.runUntil(61_000)
  run(s, 'kubectl delete deployment web')
  s.runUntil(200_000)
  const past = new Past(s, 60_000)
  for (const [i, line] of lines.entries()) {
    if (line.includes('logs')) continue
    expect(say(past, line)).toEqual({ out: then[i], err: '', code: 0 })
  }
  expect(say(past, 'kubectl scale deployment web --replicas=9')).toMatchObject({
    code: 1,
    err: expect.stringContaining('this is the past (2026-05-04T09:01:00Z): make a branch here'),
  })
  expect(say(past, 'kubectl exec deploy/web -- ls').code).not.toBe(0)
  expect(say(past, 'kubectl wait deploy/web --for=delete --timeout=30s').code).toBe(1)
  expect(say(past, 'kubectl get pods -w').code).toBe(130)
  expect(run(s, 'kubectl get deploy web').err).toContain('NotFound')
  expect(digest).not.toBe('')
})

test('logs of the past end at that moment', () => {
  const s = new Session({ nodes: 1, seed: 3 })
  s.runUntil(20_000)
  const loop =
    "kubectl run tick --image=busybox -- sh -c 'while true; do echo tick; sleep 10; done'"
  run(s, loop)
  s.runUntil(60_000)
  const then = run(s, 'kubectl logs tick').out
  s.runUntil(120_000)
  expect(run(s, 'kubectl logs tick').out.length).toBeGreaterThan(then.length)
  expect(say(new Past(s, 60_000), 'kubectl logs tick').out).toBe(then)
  expect(say(new Past(s, 60_000), 'kubectl logs tick --tail=1').out).toBe('tick\n')
})

test('frames of the past hold what was there, machines and faults too, and play forward to the present', () => {
  const s = grown()
  const before = new Past(s, 80_000)
  const frame = before.full()
  expect(frame.machines?.['node-1']).toBe('on')
  expect(new Past(s, 95_000).full()).toMatchObject({ faults: ['power node-1'] })
  const known = new Map(frame.put.map((c) => [c.uid, c]))
  let records = 0
  for (let t = 80_000; ; t += 5000) {
    const there = before.play(t)
    const f = before.frame()
    for (const uid of f.gone) known.delete(uid)
    for (const c of f.put) known.set(c.uid, c)
    records += f.records.length
    if (there) break
  }
  const now = new Past(s, s.now).full()
  const sorted = (cards: Iterable<{ uid: string }>) =>
    [...cards].map((c) => JSON.stringify(c)).sort()
  expect(sorted(known.values())).toEqual(sorted(now.put))
  expect(records).toBeGreaterThan(20)
})

test('acting in the past grows a branch; what was left comes back as it was', () => {
  const main = grown()
  const b = new Branches(main)
  const left = main.digest()
  const fork = b.fork(80_000)
  expect(fork.run()).toBe(true)
  b.enter(fork, 'no failure')
  const branch = b.session
  expect(run(branch, 'kubectl scale deployment web --replicas=1').code).toBe(0)
  branch.runUntil(200_000)
  expect(b.list()).toMatchObject([
    { id: 1, name: 'main', tip: 200_000, commands: 3, current: false },
    { id: 2, name: 'no failure', parent: 1, from: 80_000, commands: 3, current: true },
  ])
  const way = b.passage(1)
  if (!('session' in way)) throw new Error('main is kept in memory')
  b.arrive(1, way.session)
  expect(b.session.digest()).toBe(left)
  const diff = compare(
    { name: 'main', session: main },
    { name: 'no failure', session: branch },
    80_000,
  )
  expect(diff.objects).toContainEqual({
    kind: 'Deployment',
    namespace: 'default',
    name: 'web',
    how: 'changed',
    fields: expect.arrayContaining(['spec.replicas']),
  })
  expect(diff.objects.some((o) => o.kind === 'Node' && o.how === 'changed')).toBe(true)
})

test('a tree that was kept comes back, branch by branch', () => {
  const b = new Branches(grown())
  for (const at of [30_000, 70_000, 85_000]) {
    const fork = b.fork(at)
    fork.run()
    b.enter(fork)
    b.session.kubectl('kubectl create configmap here', silent)
    b.session.runUntil(at + 5000)
  }
  b.bookmarks = [{ at: 5, name: 'begin' }]
  const saved = JSON.parse(JSON.stringify(b.save())) as ReturnType<Branches['save']>
  const current = b.session
  const again = new Branches(new Session({ nodes: 1 }))
  again.restore(saved, current)
  expect(again.list()).toEqual(b.list())
  const way = again.passage(2)
  if (!('replay' in way)) throw new Error('it has to be played')
  way.replay.run()
  again.arrive(2, way.replay.session)
  expect(run(again.session, 'kubectl get cm here').code).toBe(0)
  expect(() => again.remove(2)).toThrow('is shown')
  again.remove(3)
  expect(again.list().find((x) => x.id === 4)?.parent).toBe(2)
})

test('conditions hold when they should', () => {
  const s = grown()
  const holds = (text: string) => conditionOf(s, text)()
  expect(holds('deployment/web Available')).toBe(true)
  expect(holds('node/node-1 NotReady')).toBe(true)
  expect(holds('no/node-2 Ready')).toBe(true)
  expect(holds('pod/none gone')).toBe(true)
  expect(holds('deploy/web .spec.replicas=5')).toBe(true)
  expect(holds('deploy/kube-system/coredns exists')).toBe(true)
  expect(holds('2 nodes Ready')).toBe(true)
  expect(holds('9 nodes Ready')).toBe(false)
  const event = conditionOf(s, 'event ScalingReplicaSet')
  expect(event()).toBe(false)
  run(s, 'kubectl scale deployment web --replicas=6')
  s.runUntil(s.now + 1000)
  expect(event()).toBe(true)
  expect(() => conditionOf(s, 'when it is done')).toThrow('write a condition as')
  expect(() => conditionOf(s, 'thing/x Ready')).toThrow('resource type "thing"')
})
