import '../../session/tools.ts'
import { expect, test } from 'vitest'
import { Session } from '../../session/session.ts'
import type { Walk } from './http.ts'

const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "nginx:1.27"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: v1
kind: Service
metadata: {name: sticky}
spec: {selector: {app: web}, sessionAffinity: ClientIP, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {selector: {app: none}, ports: [{port: 80}]}
`

function start(): Session {
  const session = new Session({ nodes: 2 })
  session.runUntil(20_000)
  session.kubectl('kubectl apply -f -', { stdin: MANIFEST, stdout() {}, stderr() {} })
  session.runUntil(60_000)
  return session
}

function ask(session: Session, host: string, port = 80): Walk {
  let walk: Walk | undefined
  session.traffic({ from: 'client', host, port }, (w) => {
    walk = w
  })
  session.runUntil(session.now + 12_000)
  if (!walk) throw new Error('no answer')
  return walk
}

const kinds = (w: Walk) => w.hops.map((h) => h.kind)
const podOf = (w: Walk) => w.hops.find((h) => h.kind === 'pod')?.place

test('a name is resolved, a rule chooses an endpoint, the pod answers; over many requests every pod is met', () => {
  const session = start()
  const first = ask(session, 'web')
  expect(kinds(first)).toEqual(['client', 'dns', 'service', 'pod', 'answer'])
  expect(first.result).toMatchObject({ ok: true, response: { status: 200 } })
  const met = new Set(Array.from({ length: 30 }, () => podOf(ask(session, 'web'))))
  expect(met.size).toBe(3)
})

test('session affinity keeps a client at one pod', () => {
  const session = start()
  const met = new Set(Array.from({ length: 10 }, () => podOf(ask(session, 'sticky'))))
  expect(met.size).toBe(1)
})

test('a node port answers on a node address; unknown names, empty Services and dead machines fail their own way', () => {
  const session = start()
  expect(ask(session, '192.168.10.21', 30_080).result).toMatchObject({ ok: true })
  expect(ask(session, 'no-such-name').result).toEqual({ ok: false, why: 'could-not-resolve' })
  expect(ask(session, 'nobody').result).toEqual({ ok: false, why: 'refused' })
  expect(ask(session, '192.168.10.21', 9).result).toEqual({ ok: false, why: 'refused' })
  session.fault({ kind: 'power-off', node: 'node-2' })
  expect(ask(session, '192.168.10.22', 30_080).result).toEqual({ ok: false, why: 'timeout' })
})
