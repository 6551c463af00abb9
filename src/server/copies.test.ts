/** A cluster that others reach too is copied from its log: what they did is in it, what they only read is not. */
import '../session/tools.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiRequest, ApiResponse } from '../cluster/api/transport.ts'
import { createCluster } from '../cluster/cluster.ts'
import { toFetch } from '../http/fetch.ts'
import type { LabTell } from '../protocol/protocol.ts'
import { replay } from '../session/replay.ts'
import { Session } from '../session/session.ts'
import { experiment } from '../session/why/experiment.ts'
import { Pacer } from './pacer.ts'

const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
const cluster = createCluster({ nodes: 2 })
cluster.world.clock.run({ until: 20_000 })
const session = new Session(cluster)
const pacer = new Pacer(cluster.world, 20)
const fetch = toFetch(session.outside, pacer)

beforeAll(() => pacer.start())
afterAll(() => pacer.stop())

function call(method: string, path: string, body?: unknown): Promise<Response> {
  const text = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json' }
  return fetch(new Request(`http://localhost${path}`, { method, headers, ...text }), ADMIN)
}

function deployment(name: string, image: string) {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } }
  const spec = { replicas: 2, selector: { matchLabels: labels }, template }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const PODS = '/api/v1/namespaces/default/pods'

async function podOf(app: string): Promise<string> {
  const list = await (await call('GET', `${PODS}?labelSelector=app%3D${app}`)).json()
  return (list as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name ?? ''
}

/** An exec whose shell gets lines one at a time. */
async function exec(pod: string, lines: readonly string[]): Promise<void> {
  const query = new Map(
    Object.entries({ command: ['sh'], stdin: ['true'], stdout: ['true'] }).map(([k, v]) => [k, v]),
  )
  const path = `${PODS}/${pod}/exec`
  const request: ApiRequest = { method: 'GET', path, query, headers: {}, user: ADMIN, cause: 0 }
  const { channel } = await pacer.run<ApiResponse>('exec', () => session.outside.handle(request))
  expect(channel).toBeDefined()
  for (const data of [...lines, undefined]) {
    await pause(30)
    await pacer.run('input', function* () {
      channel?.input(0, data)
    })
  }
}

test('a copy of a cluster that clients outside act on holds the same objects, to the byte', async () => {
  const watch = await call('GET', '/api/v1/pods?watch=true')
  await call(
    'POST',
    '/apis/apps/v1/namespaces/default/deployments',
    deployment('web', 'nginx:1.27'),
  )
  await call(
    'POST',
    '/apis/apps/v1/namespaces/default/deployments',
    deployment('bad', 'nginx:oops'),
  )
  for (let i = 0; i < 20; i++) {
    await pause(25)
    await call('GET', '/api/v1/nodes')
  }
  session.kubectl('kubectl scale deployment web --replicas=3', { stdout() {}, stderr() {} })
  pacer.soon()
  await exec(await podOf('web'), ['echo kept > /tmp/kept\n', 'exit 0\n'])
  await exec(await podOf('web'), ['kill 1\n'])
  await call('DELETE', `${PODS}/${await podOf('bad')}`)
  await pause(400)
  await watch.body?.cancel()
  await pause(200)
  pacer.setSpeed(0)
  session.flush()
  const copy = replay(session.recording(), session.now)
  const restarts = copy.objects().filter((o) => JSON.stringify(o).includes('"restartCount":1'))
  expect(restarts.map((o) => o.kind)).toEqual(['Pod'])
  expect(JSON.stringify(copy.objects())).toBe(JSON.stringify(session.objects()))
  expect(session.commands).toBe(1)
}, 20_000)

test('fixes are tried on such copies', () => {
  const heard: LabTell[] = []
  const about = { kind: 'Deployment', namespace: 'default', name: 'bad' }
  const question = { type: 'fix', about } as const
  const recording = structuredClone(session.recording())
  experiment({ id: 1, recording, now: session.now, ...question }, (t) => heard.push(t))
  const last = heard.at(-1)
  expect(last).toMatchObject({ type: 'fix', left: 0 })
  expect(last?.type === 'fix' && last.fixes.some((f) => f.works)).toBe(true)
  expect(last?.type === 'fix' && last.fixes.some((f) => f.untried)).toBe(false)
}, 20_000)
