/**
 * The browser host: a session in a Web Worker. Paces its clock in slices so that the worker always answers, gathers
 * changes into frames, and carries the page's questions to the session.
 */

import { provideDescriptions } from '../cluster/api/schema.ts'
import { type Ask, PROTOCOL_VERSION, type Tell } from '../protocol/protocol.ts'
import { scenarios } from '../scenarios/index.ts'
import { Desk, type Pacing } from '../session/desk.ts'
import { Feed } from '../session/feed.ts'
import { parseRecording, type Recording } from '../session/recording.ts'
import { Replay } from '../session/replay.ts'
import { Session } from '../session/session.ts'

/** Real milliseconds of work between looks at the mailbox. */
const SLICE_MS = 14
/** Real milliseconds between frames. */
const FRAME_MS = 50
/** Steps between looks at the real clock. */
const STEPS_PER_LOOK = 400
/** How long setting the scene may take. @unit virtual ms */
const SETUP_MAX_MS = 240_000

const post = (message: Tell) => self.postMessage(message)

class Host implements Pacing {
  private session = new Session()
  private feed = new Feed(this.session)
  private desk = this.newDesk()
  private speed = 0
  private anchor = { real: 0, virtual: 0 }
  private goal: { until: number; idle: boolean; done: () => void } | undefined
  /** A long piece of work done in slices in place of pacing, with the virtual time it goes to. */
  private work: (() => void) | undefined
  private lastFrame = 0
  private ticking = false
  private readonly channel = new MessageChannel()

  constructor() {
    this.channel.port1.onmessage = () => this.tick()
  }

  async start(ask: Extract<Ask, { type: 'start' }>): Promise<void> {
    if (ask.recording !== undefined) {
      const recording = parseRecording(ask.recording)
      await this.play(recording, ask.until ?? recording.commands.at(-1)?.at ?? 0)
      return this.setSpeed(ask.speed ?? 1)
    }
    const scene = scenarios.find((s) => s.id === ask.scenario) ?? scenarios[0]
    const config = {
      ...scene?.cluster,
      ...(ask.seed === undefined ? {} : { seed: ask.seed }),
      ...(ask.nodes === undefined ? {} : { nodes: ask.nodes }),
    }
    this.adopt(new Session(config, scene?.files))
    await this.reached(this.session.now + 20_000, false)
    for (const line of scene?.setup ?? []) {
      await new Promise<void>((resolve) => {
        this.session.kubectl(line, { stdout() {}, stderr() {} }, () => resolve())
        this.session.flush()
        this.soon()
      })
    }
    await this.reached(this.session.now + SETUP_MAX_MS, true)
    this.setSpeed(1)
  }

  /** From now on this session is shown and paced. */
  private adopt(session: Session): void {
    this.session = session
    this.feed = new Feed(session)
    this.desk = this.newDesk()
  }

  /** Plays a recording in slices, so that the worker answers and the page sees how far it is. */
  private play(recording: Recording, until: number): Promise<void> {
    const replay = new Replay(recording, until)
    this.adopt(replay.session)
    this.speed = 0
    return new Promise((resolve, reject) => {
      this.work = () => {
        try {
          const began = performance.now()
          while (performance.now() - began < SLICE_MS) {
            if (!replay.run(STEPS_PER_LOOK)) continue
            this.work = undefined
            return resolve()
          }
        } catch (error) {
          this.work = undefined
          reject(error as Error)
        }
      }
      this.soon()
    })
  }

  setSpeed(speed: number): void {
    this.speed = speed
    this.anchor = { real: performance.now(), virtual: this.session.now }
    this.soon()
  }

  reach(until: number, idle: boolean, done: () => void): void {
    this.goal?.done()
    this.goal = { until, idle, done }
    this.soon()
  }

  step(): void {
    this.setSpeed(0)
    this.session.step()
    this.sendFrame(true)
  }

  hear(ask: Ask): void {
    if (ask.type !== 'start') return this.desk.hear(ask)
    this.start(ask).then(
      () => {
        this.sendFrame(true)
        post({ type: 'done', id: ask.id, value: null })
      },
      (error: unknown) => post({ type: 'failed', id: ask.id, message: String(error) }),
    )
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

  private newDesk(): Desk {
    return new Desk(this.session, this, { tell: post, show: () => this.sendFrame(true) })
  }

  private reached(until: number, idle: boolean): Promise<void> {
    return new Promise((resolve) => this.reach(until, idle, resolve))
  }

  private tick(): void {
    this.ticking = false
    const began = performance.now()
    if (this.work) this.work()
    else if (this.goal) this.runToGoal(began)
    else if (this.speed > 0) this.runPaced(began)
    this.sendFrame(false)
    if (this.work || this.goal) this.soon()
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

self.onmessage = (message: MessageEvent<Ask>) => host.hear(message.data)

self.addEventListener('error', (e) =>
  post({ type: 'crashed', message: e.message, stack: e.error?.stack ?? '' }),
)
self.addEventListener('unhandledrejection', (e) =>
  post({ type: 'crashed', message: String(e.reason), stack: e.reason?.stack ?? '' }),
)

// Only explain and the editor's hover need them; the cluster does not wait.
void import('virtual:descriptions').then((m) => provideDescriptions(m.default))

post({ type: 'ready', version: PROTOCOL_VERSION })
