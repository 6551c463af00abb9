import { expect, test } from 'vitest'
import type { Walk } from '../cluster/network/http.ts'
import { Session } from './session.ts'

interface Ended {
  out: string
  err: string
  code: number
}

/** Runs a line to its end, moving virtual time as it needs. */
function run(s: Session, line: string, stdin?: string): Ended {
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
  s.kubectl(line, io, (code) => {
    result.code = code
  })
  const until = s.now + 120_000
  s.flush()
  while (result.code < 0 && s.now < until) s.runUntil(s.now + 50)
  return result
}

function apply(s: Session, manifest: string): Ended {
  const done = run(s, 'kubectl apply -f -', manifest)
  expect(done).toMatchObject({ code: 0, err: '' })
  return done
}

function ask(s: Session, request: { from: string; host: string; port: number }): Walk {
  let walk: Walk | undefined
  s.traffic(request, (w) => {
    walk = w
  })
  const until = s.now + 20_000
  while (!walk && s.now < until) s.runUntil(s.now + 50)
  if (!walk) throw new Error('the walk ends')
  return walk
}

const policy = (name: string, spec: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}}
spec: ${spec}
`

test('a NetworkPolicy drops what it does not allow, and says which policy it was', () => {
  const s = new Session({ nodes: 2 })
  s.runUntil(20_000)
  run(s, 'kubectl create deployment web --image=nginx:1.27 --port=80')
  run(s, 'kubectl expose deployment web')
  run(s, 'kubectl run client --image=curlimages/curl --labels=role=client -- sleep infinity')
  s.settle(90_000)
  const curl = () => run(s, 'kubectl exec client -- curl -s -m 5 -o /dev/null -w %{http_code} web')
  expect(curl()).toMatchObject({ code: 0, out: '200' })

  apply(s, policy('deny-all', '{podSelector: {}, policyTypes: [Ingress]}'))
  s.runUntil(s.now + 1000)
  expect(curl().code).not.toBe(0)
  const walk = ask(s, { from: 'default/client', host: 'web', port: 80 })
  expect(walk.result).toEqual({ ok: false, why: 'timeout' })
  expect(walk.hops.at(-1)?.note).toMatch(
    /^NetworkPolicy default\/deny-all: ingress to default\/web-\S+ TCP 80 dropped$/,
  )
  // Probes come from the node and pass; the pod stays as it was.
  expect(run(s, 'kubectl get deployment web').out).toContain('1/1')

  const from = 'ingress: [{from: [{podSelector: {matchLabels: {role: client}}}]}]'
  apply(s, policy('allow', `{podSelector: {matchLabels: {app: web}}, ${from}}`))
  s.runUntil(s.now + 1000)
  expect(curl()).toMatchObject({ code: 0, out: '200' })

  apply(s, policy('no-egress', '{podSelector: {}, policyTypes: [Egress]}'))
  s.runUntil(s.now + 1000)
  const dns = ask(s, { from: 'default/client', host: 'web', port: 80 })
  expect(dns.result).toEqual({ ok: false, why: 'dns-unavailable' })
  expect(dns.hops.at(-1)?.note).toContain('default/no-egress: egress from default/client to UDP 53')
})
