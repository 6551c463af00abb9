import { expect, test } from 'vitest'
import { replay, Session } from './session.ts'

/** Runs a line to its end, moving virtual time as it needs. */
function run(
  session: Session,
  line: string,
  stdin?: string,
): { out: string; err: string; code: number } {
  const result = { out: '', err: '', code: -1 }
  const io = {
    ...(stdin === undefined ? {} : { stdin }),
    stdout: (t: string) => {
      result.out += t
    },
    stderr: (t: string) => {
      result.err += t
    },
  }
  session.kubectl(line, io, (code) => {
    result.code = code
  })
  const until = session.now + 120_000
  session.flush()
  while (result.code < 0 && session.now < until) session.runUntil(session.now + 50)
  return result
}

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
