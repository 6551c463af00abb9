/**
 * The browser host: a session in a Web Worker. Paces its clock in slices so that the worker always answers, gathers
 * changes into frames, and carries the page's questions to the session.
 */

import { provideDescriptions } from '../cluster/api/schema.ts'
import type { KubectlIo } from '../kubectl/kubectl.ts'
import { type Ask, PROTOCOL_VERSION, type Tell } from '../protocol/protocol.ts'
import { scenarios } from '../scenarios/index.ts'
import { type Run, Session } from '../session/session.ts'
import { complete } from './complete.ts'
import { Feed } from './feed.ts'
import { whyOf } from './whyof.ts'

/** Real milliseconds of work between looks at the mailbox. */
const SLICE_MS = 14
/** Real milliseconds between frames. */
const FRAME_MS = 50
/** Steps between looks at the real clock. */
const STEPS_PER_LOOK = 400
/** How long setting the scene may take. @unit virtual ms */
const SETUP_MAX_MS = 240_000
const SETTLE_MAX_MS = 600_000

const post = (message: Tell) => self.postMessage(message)

class Host {
  session = new Session()
  private feed = new Feed(this.session)
  private speed = 0
  private anchor = { real: 0, virtual: 0 }
  private goal: { until: number; idle: boolean; done: () => void } | undefined
  private lastFrame = 0
  private ticking = false
  private readonly runs = new Map<number, Run>()
  private readonly channel = new MessageChannel()

  constructor() {
    this.channel.port1.onmessage = () => this.tick()
  }

  async start(ask: Extract<Ask, { type: 'start' }>): Promise<void> {
    const scene = scenarios.find((s) => s.id === ask.scenario) ?? scenarios[0]
    this.session = new Session({
      ...scene?.cluster,
      ...(ask.seed === undefined ? {} : { seed: ask.seed }),
      ...(ask.nodes === undefined ? {} : { nodes: ask.nodes }),
    })
    this.feed = new Feed(this.session)
    for (const [name, text] of Object.entries(scene?.files ?? {}))
      this.session.files.set(name, text)
    await this.reach(this.session.now + 20_000, false)
    for (const line of scene?.setup ?? []) {
      await new Promise<void>((resolve) => {
        this.session.kubectl(line, { stdout() {}, stderr() {} }, () => resolve())
        this.session.flush()
        this.soon()
      })
    }
    await this.reach(this.session.now + SETUP_MAX_MS, true)
    this.setSpeed(1)
  }

  setSpeed(speed: number): void {
    this.speed = speed
    this.anchor = { real: performance.now(), virtual: this.session.now }
    this.soon()
  }

  /** Runs ahead as fast as it can to a virtual time, or until quiet. */
  reach(until: number, idle: boolean): Promise<void> {
    this.goal?.done()
    return new Promise((resolve) => {
      this.goal = { until, idle, done: resolve }
      this.soon()
    })
  }

  step(): void {
    this.setSpeed(0)
    this.session.step()
    this.sendFrame(true)
  }

  kubectl(ask: Extract<Ask, { type: 'kubectl' }>): void {
    const io: KubectlIo = {
      ...(ask.stdin === undefined ? {} : { stdin: ask.stdin }),
      columns: ask.columns ?? 120,
      stdout: (text) => post({ type: 'output', run: ask.id, stream: 'stdout', text }),
      stderr: (text) => post({ type: 'output', run: ask.id, stream: 'stderr', text }),
    }
    const run = this.session.kubectl(ask.line, io, (code) => {
      this.runs.delete(ask.id)
      this.sendFrame(true)
      post({ type: 'done', id: ask.id, value: code })
    })
    if (run.code === undefined) this.runs.set(ask.id, run)
    this.session.flush()
    this.soon()
  }

  interrupt(run: number): void {
    this.runs.get(run)?.cancel()
  }

  /** Asks for a turn soon; messages from the page come in between. */
  soon(): void {
    if (this.ticking) return
    this.ticking = true
    this.channel.port2.postMessage(0)
  }

  sendFrame(force: boolean): void {
    const now = performance.now()
    if (!force && now - this.lastFrame < FRAME_MS) return
    this.lastFrame = now
    const frame = this.feed.frame({ speed: this.speed, target: this.goal?.until })
    if (frame) post(frame)
  }

  private tick(): void {
    this.ticking = false
    const began = performance.now()
    if (this.goal) this.runToGoal(began)
    else if (this.speed > 0) this.runPaced(began)
    this.sendFrame(false)
    if (this.goal) this.soon()
    else if (this.speed > 0) {
      this.ticking = true
      setTimeout(() => this.tick(), 8)
    }
  }

  private runToGoal(began: number): void {
    const { goal, session } = this
    const { clock } = session.cluster.world
    if (!goal) return
    while (performance.now() - began < SLICE_MS) {
      const result = clock.run({ until: goal.until, steps: STEPS_PER_LOOK, idle: goal.idle })
      if (result === 'steps') continue
      this.goal = undefined
      this.anchor = { real: performance.now(), virtual: session.now }
      this.sendFrame(true)
      goal.done()
      return
    }
  }

  private runPaced(began: number): void {
    const { clock } = this.session.cluster.world
    const until = Math.floor(this.anchor.virtual + (began - this.anchor.real) * this.speed)
    while (clock.now < until || (clock.nextDue() ?? Number.POSITIVE_INFINITY) <= until) {
      if (clock.run({ until, steps: STEPS_PER_LOOK }) === 'until') return
      if (performance.now() - began > SLICE_MS) {
        // The machine cannot keep this speed: time goes as fast as it can, nothing is skipped.
        this.anchor = { real: performance.now(), virtual: clock.now }
        return
      }
    }
  }
}

const host = new Host()

async function answer(ask: Ask): Promise<unknown> {
  const { session } = host
  switch (ask.type) {
    case 'start':
      return await host.start(ask)
    case 'speed':
      return host.setSpeed(ask.speed)
    case 'step':
      return host.step()
    case 'advance':
      return await host.reach(session.now + ask.ms, false)
    case 'settle':
      return await host.reach(session.now + (ask.maxMs ?? SETTLE_MAX_MS), true)
    case 'fault':
      session.fault(ask.fault)
      session.flush()
      return host.soon()
    case 'add-node': {
      const name = session.addNode()
      session.flush()
      host.soon()
      return name
    }
    case 'interrupt':
      return host.interrupt(ask.run)
    case 'complete':
      return await complete(session, ask.line, ask.cursor)
    case 'http':
      return await new Promise((resolve) => {
        session.http(ask.method, ask.path, ask.headers ?? {}, ask.body, (r) =>
          resolve({ status: r.status, headers: r.headers, body: r.body }),
        )
        session.flush()
        host.soon()
      })
    case 'traffic':
      return await new Promise((resolve) => {
        session.traffic(ask.request, resolve)
        session.flush()
        host.soon()
      })
    case 'why':
      return await whyOf(session, ask.about)
    case 'digest':
      return session.digest()
    case 'recording':
      return session.recording()
    case 'kubectl':
      return host.kubectl(ask)
  }
}

self.onmessage = (message: MessageEvent<Ask>) => {
  const ask = message.data
  answer(ask).then(
    (value) => {
      host.sendFrame(true)
      if (ask.type !== 'kubectl') post({ type: 'done', id: ask.id, value: value ?? null })
    },
    (error: unknown) => post({ type: 'failed', id: ask.id, message: String(error) }),
  )
}

self.addEventListener('error', (e) =>
  post({ type: 'crashed', message: e.message, stack: e.error?.stack ?? '' }),
)
self.addEventListener('unhandledrejection', (e) =>
  post({ type: 'crashed', message: String(e.reason), stack: e.reason?.stack ?? '' }),
)

// Only explain and the editor's hover need them; the cluster does not wait.
void import('virtual:descriptions').then((m) => provideDescriptions(m.default))

post({ type: 'ready', version: PROTOCOL_VERSION })
