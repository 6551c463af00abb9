import './tools.ts'
import { expect, test } from 'vitest'
import { run } from '../testing/terminal.ts'
import { replay } from './replay.ts'
import { Session } from './session.ts'

test('a Deployment becomes Pods that are Ready on several nodes', () => {
  const session = new Session({ nodes: 3 })
  session.runUntil(20_000)
  expect(run(session, 'kubectl create deployment web --image=nginx:1.27 --replicas=3').out).toBe(
    'deployment.apps/web created\n',
  )
  session.settle(60_000)
  const status = run(session, 'kubectl rollout status deployment/web')
  expect(status).toMatchObject({ code: 0, out: 'deployment "web" successfully rolled out\n' })
  const nodes = run(
    session,
    'kubectl get pods -l app=web -o jsonpath=\'{range .items[*]}{.spec.nodeName}{"\\n"}{end}\'',
  ).out
  expect(new Set(nodes.trim().split('\n')).size).toBe(3)
})

test('the same seed and commands give the same digest, and another seed another', () => {
  const play = (seed: number) => {
    const s = new Session({ nodes: 2, seed })
    s.runUntil(15_000)
    run(s, 'kubectl create deployment web --image=nginx:1.27 --replicas=2')
    s.runUntil(30_000)
    s.fault({ kind: 'power-off', node: 'node-1' })
    s.runUntil(90_000)
    return s
  }
  const first = play(7)
  expect(play(7).digest()).toBe(first.digest())
  expect(play(8).digest()).not.toBe(first.digest())
  expect(replay(first.recording(), 90_000).digest()).toBe(first.digest())
})
