import './tools.ts'
import { expect, test } from 'vitest'
import { run } from '../testing/terminal.ts'
import { parseRecording, type Recording, upTo } from './recording.ts'
import { Replay, replay } from './replay.ts'
import { Session } from './session.ts'

const POD = `apiVersion: v1
kind: Pod
metadata: {generateName: seen-}
spec: {containers: [{name: c, image: nginx:1.27}]}
`

/** Everything in etcd, as text. */
function objects(s: Session): string {
  const { kvs } = s.cluster.store.history({ key: '/registry/', end: '/registry0' })
  return kvs.map((kv) => `${kv.modRevision} ${kv.key} ${JSON.stringify(kv.value)}`).join('\n')
}

/** All that a person can do, with the page looking on in between. */
function busy(): Session {
  const s = new Session({ nodes: 2, seed: 5 }, { 'pod.yaml': POD })
  const io = { stdout() {}, stderr() {} }
  s.runUntil(20_000)
  expect(run(s, 'kubectl create -f pod.yaml').code).toBe(0)
  s.kubectl('kubectl create --dry-run=server -f -', { ...io, stdin: POD }, undefined, true)
  s.kubectl('kubectl describe pods', io, undefined, true)
  run(
    s,
    'kubectl create deployment web --image=nginx:1.27 --replicas=3 && kubectl get deploy web -o yaml > web.yaml',
  )
  const watching = s.kubectl('kubectl get pods -w', io)
  s.runUntil(30_000)
  const drain = s.kubectl('kubectl drain node-1 --ignore-daemonsets --force', io)
  s.runUntil(30_010)
  drain.cancel()
  watching.cancel()
  s.http(
    'PATCH',
    '/apis/apps/v1/namespaces/default/deployments/web',
    { 'content-type': 'application/merge-patch+json' },
    '{"spec":{"replicas":4}}',
    () => {},
  )
  s.addNode()
  s.runUntil(50_000)
  s.fault({ kind: 'power-off', node: 'node-2' })
  run(s, 'kubectl create -f pod.yaml; kubectl scale -f web.yaml --replicas=2')
  s.traffic({ from: 'client', host: 'web', port: 80 }, () => {})
  s.runUntil(200_000)
  return s
}

test('a recording makes the same cluster again, whatever the page looked at meanwhile', () => {
  const s = busy()
  const copy = parseRecording(JSON.parse(JSON.stringify(s.recording())))
  const again = replay(copy, s.now)
  expect(objects(again)).toBe(objects(s))
  expect(again.recording()).toEqual(s.recording())
  const middle = replay(upTo(copy, 40_000), 40_000)
  expect(middle.cluster.store.status().revision).toBe(s.cluster.store.revisionAt(40_000))
})

test('a replay in pieces arrives where one in one go does', () => {
  const s = busy()
  const r = new Replay(s.recording(), s.now)
  let pieces = 0
  while (!r.run(200)) pieces++
  expect(pieces).toBeGreaterThan(5)
  expect(objects(r.session)).toBe(objects(s))
})

test('what is no recording is refused with a reason', () => {
  const good = new Session({ nodes: 1 }).recording()
  const bad = (change: Partial<Recording>) => () => parseRecording({ ...good, ...change })
  expect(() => parseRecording('x')).toThrow('this is no recording of a session')
  expect(bad({ version: 99 })).toThrow('recording of version 99: this page plays 1')
  const command = { kind: 'add-node' } as const
  expect(
    bad({
      commands: [
        { at: 5, command },
        { at: 3, command },
      ],
    }),
  ).toThrow('damaged')
  expect(bad({ commands: [{ at: 5, command: {} as never }] })).toThrow('damaged')
})
