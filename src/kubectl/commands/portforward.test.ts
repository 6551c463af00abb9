import '../../session/tools.ts'
import { expect, test } from 'vitest'
import type { LocalResponse } from '../../kubectl/invocation.ts'
import { replay } from '../../session/replay.ts'
import { Session } from '../../session/session.ts'
import { run, start } from '../../testing/terminal.ts'

function ready(): Session {
  const s = new Session({ nodes: 1 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27 --port=80')
  run(s, 'kubectl expose deployment web --port=8080 --target-port=80')
  run(s, 'kubectl rollout status deployment web --timeout=120s')
  return s
}

/** Starts a command that goes on, and lets it. */
function goes(s: Session, line: string) {
  const started = start(s, line)
  s.runUntil(s.now + 1000)
  return started
}

function get(s: Session, port: number, path: string): LocalResponse | undefined {
  let answer: LocalResponse | undefined
  s.local(port, { method: 'GET', path }, (r) => {
    answer = r
  })
  s.runUntil(s.now + 1000)
  return answer
}

test('port-forward leads a local port to a pod of a Service until it is interrupted', () => {
  const s = ready()
  const { said, cancel } = goes(s, 'kubectl port-forward svc/web 9090:8080')
  expect(said.out).toBe('Forwarding from 127.0.0.1:9090 -> 80\nForwarding from [::1]:9090 -> 80\n')
  expect(s.ports).toEqual([9090])
  const answer = get(s, 9090, '/')
  expect(answer?.status).toBe(200)
  expect(answer?.body).toContain('Welcome to nginx!')
  expect(said.out).toContain('Handling connection for 9090\n')
  const log = run(s, 'kubectl logs deploy/web').out
  expect(log).toContain('"GET / HTTP/1.1" 200')
  const second = goes(s, 'kubectl port-forward deploy/web 9090:80')
  expect(second.said.code).toBe(1)
  expect(second.said.err).toContain('Unable to listen on port 9090: Listeners failed to create')
  expect(second.said.err).toContain(
    'error: unable to listen on any of the requested ports: [{9090 80}]\n',
  )
  cancel()
  expect(said.code).toBe(130)
  expect(s.ports).toEqual([])
  expect(get(s, 9090, '/')).toBeUndefined()
})

test('a port that nobody serves in the pod ends the command, as a lost connection does', () => {
  const s = ready()
  const { said } = goes(s, 'kubectl port-forward deploy/web :81')
  expect(said.out).toContain('Forwarding from 127.0.0.1:32768 -> 81\n')
  expect(get(s, 32768, '/')).toBeUndefined()
  expect(said.err).toContain('an error occurred forwarding 32768 -> 81')
  expect(said.err).toContain('error: lost connection to pod\n')
  expect(said.code).toBe(1)
  expect(s.ports).toEqual([])
})

test('what cannot be forwarded says why, in kubectl’s words', () => {
  const s = ready()
  const says = (line: string) => run(s, `kubectl port-forward ${line}`).err
  expect(says('svc/web')).toContain('TYPE/NAME and list of ports are required for port-forward')
  expect(says('svc/web 81')).toBe('error: Service web does not have a service port 81\n')
  expect(says('svc/web http')).toBe("error: Service 'web' does not have a named port 'http'\n")
  expect(says('deploy/web metrics')).toMatch(
    /^error: Pod 'web-\S+' does not have a named port 'metrics'\n$/,
  )
  expect(says('deploy/web 99999')).toBe(
    'error: error parsing local port \'99999\': strconv.ParseUint: parsing "99999": value out of range\n',
  )
  run(s, 'kubectl run none --image=registry.invalid/x')
  expect(says('none 80')).toBe(
    'error: unable to forward port because pod is not running. Current status=Pending\n',
  )
})

test('proxy serves the API on a local port, with the rights of who runs it', () => {
  const s = ready()
  const { said, cancel } = goes(s, 'kubectl proxy')
  expect(said.out).toBe('Starting to serve on 127.0.0.1:8001\n')
  const pods = get(s, 8001, '/api/v1/namespaces/default/pods?labelSelector=app%3Dweb')
  expect(pods?.status).toBe(200)
  expect(JSON.parse(pods?.body ?? '').items).toHaveLength(1)
  expect(get(s, 8001, '/nothing')?.status).toBe(404)
  expect(get(s, 8001, '/api/v1/namespaces/default/pods/x/exec')?.status).toBe(403)
  cancel()
  expect(s.ports).toEqual([])
})

test('connections are played again from a recording', () => {
  const s = ready()
  goes(s, 'kubectl port-forward svc/web 9090:8080')
  get(s, 9090, '/')
  const again = replay(s.recording(), s.now)
  expect(again.digest()).toBe(s.digest())
})
