import './tools.ts'
import { expect, test } from 'vitest'
import { run, start } from '../testing/terminal.ts'
import { replay } from './replay.ts'
import { Session } from './session.ts'

function ready(): Session {
  const s = new Session({ nodes: 1 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27 --port=80')
  run(s, 'kubectl expose deployment web --port=80 --type=NodePort')
  run(s, 'kubectl rollout status deployment web --timeout=120s')
  return s
}

test('curl reaches the cluster from outside, by NodePort and not by ClusterIP', () => {
  const s = ready()
  const port = run(s, "kubectl get svc web -o jsonpath='{.spec.ports[0].nodePort}'").out
  const node = run(
    s,
    `kubectl get node node-1 -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}'`,
  ).out
  expect(run(s, `curl -s http://${node}:${port}/`).out).toContain('Welcome to nginx!')
  expect(run(s, `curl -s -o page.html -w '%{http_code}\\n' ${node}:${port}/nowhere`).out).toBe(
    '404\n',
  )
  expect(s.files.get('page.html')).toContain('404')
  const ip = run(s, "kubectl get svc web -o jsonpath='{.spec.clusterIP}'").out
  expect(run(s, `curl -m 2 ${ip}`).err).toBe(
    `curl: (28) Failed to connect to ${ip} port 80 after 2000 ms: Timeout was reached\n`,
  )
  expect(run(s, 'curl web.default.svc').err).toBe(
    'curl: (6) Could not resolve host: web.default.svc\n',
  )
  expect(run(s, 'curl localhost:8080').err).toBe(
    "curl: (7) Failed to connect to localhost port 8080 after 1 ms: Couldn't connect to server\n",
  )
})

test('a job in the background forwards a port while the terminal is free, until it is killed', () => {
  const s = ready()
  const { said } = start(s, 'kubectl port-forward svc/web 8080:80 &')
  s.runUntil(s.now + 500)
  expect(said.all).toBe(
    '[1] 4001\nForwarding from 127.0.0.1:8080 -> 80\nForwarding from [::1]:8080 -> 80\n',
  )
  expect(run(s, 'jobs').out).toBe(
    '[1]   Running                 kubectl port-forward svc/web 8080:80 &\n',
  )
  expect(run(s, 'curl -s localhost:8080 | grep -c Welcome').out).toBe('2\n')
  expect(said.all).toContain('Handling connection for 8080\n')
  expect(run(s, 'kill %2').err).toBe('bash: kill: %2: no such job\n')
  expect(run(s, 'kill %1').code).toBe(0)
  expect(said.all).toContain('[1]+  Terminated              kubectl port-forward svc/web 8080:80\n')
  expect(s.ports).toEqual([])
  expect(run(s, 'jobs').out).toBe('')
})

test('a job that ends by itself says so; a replay has the same jobs', () => {
  const s = ready()
  const { said } = start(s, 'sleep 5 & kubectl scale deployment web --replicas=2')
  s.runUntil(s.now + 10_000)
  expect(said.all).toBe(
    '[1] 4001\ndeployment.apps/web scaled\n[1]+  Done                    sleep 5\n',
  )
  start(s, 'kubectl port-forward svc/web 8080:80 &')
  s.runUntil(s.now + 500)
  run(s, 'curl -s localhost:8080/from-a-replay')
  const again = replay(s.recording(), s.now)
  expect(again.digest()).toBe(s.digest())
  expect(again.ports).toEqual([8080])
})
