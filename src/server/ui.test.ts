/** The page server: who may come in, and several viewers of one cluster, one of them slow. */
import '../session/tools.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createCluster } from '../cluster/cluster.ts'
import type { Ask, Frame, Tell } from '../protocol/protocol.ts'
import { Session } from '../session/session.ts'
import { experiment } from '../session/why/experiment.ts'
import type { Laboratory } from './laboratory.ts'
import { Pacer } from './pacer.ts'
import { serveUi, type Ui } from './ui.ts'

const dist = mkdtempSync(join(tmpdir(), 'kubarium-dist-'))
let ui: Ui
let pacer: Pacer

/** Without a thread: what it says comes later all the same. */
const laboratory: Laboratory = (ask, hear) => {
  let open = true
  setTimeout(() => experiment(ask(), (tell) => open && hear(tell)), 0)
  return () => {
    open = false
  }
}

beforeAll(async () => {
  writeFileSync(join(dist, 'index.html'), '<html><head></head><body></body></html>')
  const cluster = createCluster({ nodes: 1, bare: true, hollow: true })
  cluster.world.clock.run({ until: 20_000 })
  pacer = new Pacer(cluster.world, 20)
  const session = new Session(cluster)
  const key = 'opensesame'
  ui = await serveUi({ session, pacer, laboratory, dist, key, behindBytes: 100_000 })
  pacer.start()
})

afterAll(() => {
  ui.close()
  pacer.stop()
  rmSync(dist, { recursive: true, force: true })
})

type Question = Ask extends infer A ? (A extends { id: number } ? Omit<A, 'id'> : never) : never

/** A page without a screen. */
class Viewer {
  readonly ws: WebSocket
  readonly frames: Frame[] = []
  readonly cards = new Map<string, string>()
  private output = ''
  private nextId = 1
  private readonly waiting = new Map<number, (value: unknown) => void>()

  constructor(address: string) {
    this.ws = new WebSocket(address)
    this.ws.on('message', (raw) => this.hear(JSON.parse(String(raw)) as Tell))
  }

  ask(question: Question): Promise<unknown> {
    const id = this.nextId++
    return new Promise((resolve) => {
      this.waiting.set(id, resolve)
      this.ws.send(JSON.stringify({ ...question, id }))
    })
  }

  async kubectl(line: string): Promise<string> {
    this.output = ''
    await this.ask({ type: 'kubectl', line })
    return this.output
  }

  private hear(tell: Tell): void {
    if (tell.type === 'frame') {
      this.frames.push(tell)
      if (tell.full) this.cards.clear()
      for (const uid of tell.gone) this.cards.delete(uid)
      for (const c of tell.put) this.cards.set(c.uid, `${c.kind}/${c.name}`)
    } else if (tell.type === 'output') this.output += tell.text
    else if (tell.type === 'done') this.waiting.get(tell.id)?.(tell.value)
    else if (tell.type === 'failed') this.waiting.get(tell.id)?.(new Error(tell.message))
  }
}

async function join2(): Promise<Viewer> {
  const viewer = new Viewer(ui.attach)
  await new Promise((resolve) => viewer.ws.once('open', resolve))
  await viewer.ask({ type: 'start' })
  return viewer
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 15_000
  while (!holds() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(holds()).toBe(true)
}

function status(url: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  return new Promise((resolve) => {
    request(url, { headers }, (response) => {
      let text = ''
      response.on('data', (d: Buffer) => {
        text += d.toString()
      })
      response.on('end', () => resolve([response.statusCode ?? 0, text]))
    }).end()
  })
}

test('only who has the key and stands on this machine gets the page', async () => {
  const [code, html] = await status(ui.url)
  expect(code).toBe(200)
  expect(html).toContain(`<meta name="kubarium-attach" content="${ui.attach}" />`)
  expect((await status(ui.url.replace('opensesame', 'guess')))[0]).toBe(403)
  expect((await status(ui.url, { host: 'evil.example' }))[0]).toBe(403)
  expect((await status(new URL('/..%2f..%2fetc/passwd.json', ui.url).href))[0]).toBe(404)
  const guess = new WebSocket(ui.attach.replace('opensesame', 'guess'))
  const refused = await new Promise((resolve) => guess.once('error', resolve))
  expect(String(refused)).toContain('403')
})

test('what one viewer does, another sees', async () => {
  const [ann, bob] = [await join2(), await join2()]
  expect([...bob.cards.values()]).toContain('Node/node-1')
  expect(bob.frames[0]?.full).toBe(true)
  expect(await ann.kubectl('kubectl create configmap shared')).toBe('configmap/shared created\n')
  await until(() => [...bob.cards.values()].includes('ConfigMap/shared'))
  await bob.ask({ type: 'speed', speed: 0 })
  await until(() => ann.frames.at(-1)?.speed === 0)
  expect(await ann.kubectl('kubectl get cm shared -o name')).toBe('configmap/shared\n')
  const before = ann.frames.at(-1)?.now ?? 0
  await bob.ask({ type: 'advance', ms: 30_000 })
  await until(() => (ann.frames.at(-1)?.now ?? 0) === before + 30_000)
  await bob.ask({ type: 'speed', speed: 20 })
  expect(await bob.ask({ type: 'recording' })).toBeInstanceOf(Error)
  ann.ws.close()
  bob.ws.close()
})

test('a viewer that does not read stalls nobody and gets everything afresh', async () => {
  const [quick, slow] = [await join2(), await join2()]
  slow.ws.pause()
  const note = 'x'.repeat(20_000)
  const began = Date.now()
  // Its own answers fill its pipe: those are never dropped.
  for (let i = 0; i < 600; i++) {
    slow.ws.send(JSON.stringify({ type: 'kubectl', id: 1000 + i, line: `echo ${note}` }))
  }
  for (let i = 0; i < 20; i++) await quick.kubectl(`kubectl create configmap quick-${i}`)
  expect(Date.now() - began).toBeLessThan(10_000)
  const seen = slow.frames.length
  slow.ws.resume()
  await until(() => slow.frames.slice(seen).some((f) => f.full))
  await until(() => [...slow.cards.values()].includes('ConfigMap/quick-19'))
  expect([...slow.cards.keys()].sort()).toEqual([...quick.cards.keys()].sort())
  quick.ws.close()
  slow.ws.close()
})
