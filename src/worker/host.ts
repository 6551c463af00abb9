/**
 * The browser's host of a playground: paces its clock in slices so that the worker always answers, gathers changes into
 * frames, carries the page's questions to the session, and changes sessions when the page goes to another branch.
 */
import { partsOf } from '../protocol/parts.ts'
import type { Ask, BranchesAnswer, Comparison, Tell } from '../protocol/protocol.ts'
import { scenarios } from '../scenarios/index.ts'
import { type StageStep, stageOf } from '../scenarios/scenario.ts'
import { Branches, type SavedBranches } from '../session/branches.ts'
import { compare } from '../session/compare.ts'
import {
  Desk,
  entersBetweenInstants,
  type HostAsk,
  isHostAsk,
  type Pacing,
  type Post,
} from '../session/desk.ts'
import { Feed } from '../session/feed.ts'
import { type Goal, runToward } from '../session/goal.ts'
import { parseRecording } from '../session/recording.ts'
import { Replay } from '../session/replay.ts'
import { Session } from '../session/session.ts'

/** Real milliseconds of work between looks at the mailbox. */
const SLICE_MS = 14
/** Real milliseconds between frames. */
const FRAME_MS = 50
/** Steps between looks at the real clock: some create pods by the dozen. */
const STEPS_PER_LOOK = 2
/** How long one line that sets the scene may take. @unit virtual ms */
const LINE_MAX_MS = 120_000

type Start = Extract<Ask, { type: 'start' }>

/** The host of one page. */
export class Host implements Pacing, Post {
  private branches = new Branches(new Session())
  private feed = new Feed(this.session)
  private desk = new Desk(this.session, this, this)
  private speed = 0
  private anchor = { real: 0, virtual: 0 }
  private goal: Goal | undefined
  /** A replay under way, in place of pacing. */
  private playing: { replay: Replay; arrived(): void; failed(e: unknown): void } | undefined
  /** Asks that wait for the end of a replay, or of an instant in which much happens. */
  private held: Ask[] = []
  private afterInstant: (() => void)[] = []
  private lastFrame = 0
  private lastTick = 0
  private ticking = false
  private readonly channel = new MessageChannel()

  constructor(private readonly post: (message: Tell) => void) {
    this.channel.port1.onmessage = () => this.tick()
  }

  private get session(): Session {
    return this.branches.session
  }

  hear(ask: Ask): void {
    if (this.mustWait(ask)) {
      this.held.push(ask)
      this.soon()
      return
    }
    if (!isHostAsk(ask)) return this.desk.hear(ask)
    this.answer(ask).then(
      (value) => {
        this.sendFrame(true)
        this.post({ type: 'done', id: ask.id, value: value ?? null })
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error)
        this.post({ type: 'failed', id: ask.id, message })
      },
    )
  }

  setSpeed(speed: number): void {
    this.speed = speed
    this.dropAnchor()
    this.soon()
  }

  reach(goal: Goal): void {
    this.goal?.done()
    this.goal = goal
    this.soon()
  }

  finishInstant(done: () => void): void {
    if (this.runInstant(performance.now())) return done()
    this.afterInstant.push(done)
    this.soon()
  }

  step(one: () => void): void {
    this.setSpeed(0)
    one()
    this.sendFrame(true)
  }

  /** Asks for a turn soon; messages from the page come in between. */
  soon(): void {
    if (this.ticking) return
    this.ticking = true
    this.channel.port2.postMessage(0)
  }

  tell(message: Tell): void {
    this.post(message)
  }

  show(): void {
    this.sendFrame(true)
  }

  showAll(): void {
    // What was gathered meanwhile is part of everything.
    while (this.feed.frame(this.pace));
    this.dropAnchor()
    for (const part of partsOf(this.feed.full(this.pace))) this.post(part)
  }

  private mustWait(ask: Ask): boolean {
    if (ask.type === 'start') return false
    // What is asked during a replay is meant for what it leads to.
    if (this.playing) return true
    // Time can be stopped in the midst of anything; other asks keep their order.
    if (ask.type === 'speed') return false
    return this.held.length > 0 || (entersBetweenInstants(ask) && this.isMidInstant)
  }

  private get isMidInstant(): boolean {
    const { clock } = this.session.cluster.world
    return (clock.nextDue() ?? Number.POSITIVE_INFINITY) <= clock.now
  }

  /** A rollout of thousands may fall into one instant: it is run in slices, too. @returns true when nothing more is due */
  private runInstant(began: number): boolean {
    const { clock } = this.session.cluster.world
    while (this.isMidInstant) {
      clock.run({ until: clock.now, steps: STEPS_PER_LOOK })
      if (performance.now() - began > SLICE_MS) break
    }
    return !this.isMidInstant
  }

  private get pace() {
    return { speed: this.speed, target: this.playing?.replay.until ?? this.goal?.until }
  }

  private async answer(ask: HostAsk): Promise<unknown> {
    const { branches } = this
    switch (ask.type) {
      case 'start':
        return this.start(ask)
      case 'branch':
        return this.branch(ask)
      case 'checkout':
        return this.checkout(ask.branch)
      case 'compare':
        return this.compare(ask.branch)
      case 'prune':
        if (ask.name === undefined) branches.remove(ask.branch)
        else branches.rename(ask.branch, ask.name)
        return this.listed()
      case 'bookmark':
        branches.bookmarks = [
          ...branches.bookmarks.filter((b) => b.at !== ask.at),
          ...(ask.name.trim() ? [{ at: ask.at, name: ask.name.trim() }] : []),
        ].sort((a, b) => a.at - b.at)
        return this.listed()
      case 'branches':
        return this.listed()
      case 'try':
      case 'give-up':
        throw new Error('a page with a cluster of its own has a laboratory of its own')
      case 'tree':
        return branches.grown ? branches.save() : null
    }
  }

  private listed(): BranchesAnswer {
    return { branches: this.branches.list(), bookmarks: this.branches.bookmarks }
  }

  private async start(ask: Start): Promise<void> {
    if (ask.recording !== undefined) {
      const recording = parseRecording(ask.recording)
      const replay = new Replay(recording, ask.until ?? recording.commands.at(-1)?.at ?? 0)
      this.branches = new Branches(replay.session)
      this.adopt()
      await this.play(replay)
      // Whoever kept it may have been anybody: what is no tree is refused there.
      if (ask.tree) this.branches.restore(ask.tree as SavedBranches, replay.session)
      return this.setSpeed(ask.speed ?? 1)
    }
    const scene = scenarios.find((s) => s.id === ask.scenario) ?? scenarios[0]
    const config = {
      ...scene?.cluster,
      ...(ask.seed === undefined ? {} : { seed: ask.seed }),
      ...(ask.nodes === undefined ? {} : { nodes: ask.nodes }),
    }
    this.playing = undefined
    this.branches = new Branches(new Session(config, scene?.files, scene?.id))
    this.adopt()
    for (const step of scene ? stageOf(scene) : []) await this.set(step)
    this.setSpeed(1)
  }

  /** One step of setting the stage. */
  private async set(step: StageStep): Promise<void> {
    const { session } = this
    if ('run' in step) return this.reached(session.now + step.run, false)
    if ('quiet' in step) return this.reached(session.now + step.quiet, true)
    if ('fault' in step) return session.fault(step.fault)
    const run = session.kubectl(step.line, { stdout() {}, stderr() {} })
    await new Promise<void>((finished) => this.finishInstant(finished))
    const ended = () => run.code !== undefined
    if (!ended()) await this.reached(session.now + LINE_MAX_MS, false, ended)
  }

  /** Goes on in a branch of its own; from the past it begins paused, so that nothing is missed. @returns its id */
  private async branch(ask: Extract<HostAsk, { type: 'branch' }>): Promise<number> {
    const { speed } = this
    const { past } = this.desk
    const replay =
      ask.before === undefined
        ? this.branches.fork(ask.at ?? past?.at ?? this.session.now)
        : this.branches.forkBefore(ask.before)
    await this.play(replay)
    const id = this.branches.enter(replay, ask.name)
    this.adopt()
    if (!past) this.setSpeed(speed)
    this.showAll()
    return id
  }

  private async checkout(id: number): Promise<void> {
    const { speed } = this
    const session = await this.played(id)
    this.branches.arrive(id, session)
    this.adopt()
    this.setSpeed(speed)
    this.showAll()
  }

  private async compare(id: number): Promise<Comparison> {
    const list = this.branches.list()
    const other = list.find((b) => b.id === id)
    const mine = list.find((b) => b.current)
    if (!other || !mine) throw new Error(`there is no branch ${id}`)
    const session = await this.played(id)
    const here = { name: mine.name, session: this.session }
    return compare(here, { name: other.name, session }, this.branches.parting(id))
  }

  private async played(id: number): Promise<Session> {
    const way = this.branches.passage(id)
    if ('session' in way) return way.session
    await this.play(way.replay)
    return way.replay.session
  }

  /** From now on the current branch's session is shown and paced. */
  private adopt(): void {
    this.desk.close()
    this.feed.close()
    this.goal?.done()
    this.goal = undefined
    this.feed = new Feed(this.session)
    this.desk = new Desk(this.session, this, this)
    this.setSpeed(0)
  }

  /** Plays in slices, so that the worker answers and the page sees how far it is. */
  private play(replay: Replay): Promise<void> {
    this.speed = 0
    return new Promise((resolve, reject) => {
      this.playing = { replay, arrived: resolve, failed: reject }
      this.soon()
    })
  }

  private reached(until: number, idle: boolean, holds?: () => boolean): Promise<void> {
    return new Promise((resolve) =>
      this.reach({ until, idle, ...(holds ? { holds } : {}), done: resolve }),
    )
  }

  private sendFrame(force: boolean): void {
    if (this.desk.past) return
    const now = performance.now()
    if (!force && now - this.lastFrame < FRAME_MS) return
    this.lastFrame = now
    for (let f = this.feed.frame(this.pace); f; f = this.feed.frame(this.pace)) this.post(f)
  }

  private dropAnchor(): void {
    this.anchor = { real: performance.now(), virtual: this.session.now }
  }

  private tick(): void {
    this.ticking = false
    const began = performance.now()
    if (!this.playing) this.hearHeld(began)
    const { past } = this.desk
    if (this.playing) this.playOn(began)
    else if (past) this.playPast(began)
    else if (this.goal) this.runToGoal(this.goal, began)
    else if (this.speed > 0) this.runPaced(began)
    this.sendFrame(false)
    const waiting = this.held.length > 0 || this.afterInstant.length > 0
    if (this.playing || waiting || (this.goal && !past)) this.soon()
    else if (past ? past.speed > 0 : this.speed > 0) {
      this.ticking = true
      setTimeout(() => this.tick(), past ? FRAME_MS : 8)
    }
    this.lastTick = began
  }

  private hearHeld(began: number): void {
    const { held, afterInstant } = this
    if (held.length + afterInstant.length === 0 || !this.runInstant(began)) return
    this.held = []
    this.afterInstant = []
    for (const done of afterInstant) done()
    for (const ask of held) this.hear(ask)
  }

  private playOn(began: number): void {
    const { playing } = this
    if (!playing) return
    try {
      while (performance.now() - began < SLICE_MS) {
        if (!playing.replay.run(STEPS_PER_LOOK)) continue
        this.playing = undefined
        return playing.arrived()
      }
    } catch (error) {
      this.playing = undefined
      playing.failed(error)
    }
  }

  private playPast(began: number): void {
    this.desk.playPast(Math.min(2 * FRAME_MS, began - this.lastTick))
  }

  private runToGoal(goal: Goal, began: number): void {
    while (performance.now() - began < SLICE_MS) {
      if (!runToward(this.session.cluster.world.clock, goal, STEPS_PER_LOOK)) continue
      this.goal = undefined
      this.dropAnchor()
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
