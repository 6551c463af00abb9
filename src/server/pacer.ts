/** Keeps virtual time in step with real time, at a speed, and lets outside requests in between. */

import { spawn, type Task } from '../cluster/sim/task.ts'
import type { World } from '../cluster/sim/world.ts'
import type { Host } from '../http/fetch.ts'
import type { Pacing } from '../session/desk.ts'
import { type Goal, runToward } from '../session/goal.ts'

/** Longest real pause between two looks at the clock. */
const NAP_MS = 50
/** Longest real time that the simulation may work before the host looks at its sockets. */
const SLICE_STEPS = 20_000

/** Real time given to a run ahead before the host looks at its sockets. @unit ms */
const AHEAD_MS = 15
/** Steps between looks at the real clock while running ahead. */
const STEPS_PER_LOOK = 400

/** A host that paces a world. */
export class Pacer implements Host, Pacing {
  private anchor: { readonly real: number; readonly virtual: number }
  private goal: Goal | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private stopped = false

  constructor(
    private readonly world: World,
    private speed: number,
  ) {
    this.anchor = { real: performance.now(), virtual: world.clock.now }
  }

  /** Virtual seconds per real second, and the moment it runs ahead to. */
  get pace(): { readonly speed: number; readonly target: number | undefined } {
    return { speed: this.speed, target: this.goal?.until }
  }

  /** Begins to let time pass. */
  start(): void {
    this.tick()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }

  setSpeed(speed: number): void {
    this.speed = Math.max(0, speed)
    this.dropAnchor()
    this.soon()
  }

  step(one: () => void): void {
    this.setSpeed(0)
    one()
    this.dropAnchor()
  }

  reach(goal: Goal): void {
    this.goal?.done()
    this.goal = goal
    this.soon()
  }

  soon(): void {
    this.again(0)
  }

  finishInstant(done: () => void): void {
    this.world.clock.run({ until: this.world.clock.now })
    done()
  }

  run<T>(label: string, body: () => Task<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.catchUp()
      // All that is due at this very instant comes first: so a replay, which only knows the instant, puts it there too.
      this.finishInstant(() => undefined)
      spawn(this.world, 'outside', label, function* () {
        try {
          resolve(yield* body())
        } catch (error) {
          reject(error as Error)
        }
      })
      this.catchUp()
      this.again(0)
    })
  }

  private target(): number {
    const real = performance.now() - this.anchor.real
    return Math.floor(this.anchor.virtual + real * this.speed)
  }

  private dropAnchor(): void {
    this.anchor = { real: performance.now(), virtual: this.world.clock.now }
  }

  private runAhead(goal: Goal): void {
    const began = performance.now()
    while (performance.now() - began < AHEAD_MS) {
      if (!runToward(this.world.clock, goal, STEPS_PER_LOOK)) continue
      this.goal = undefined
      this.dropAnchor()
      goal.done()
      return
    }
  }

  /** Runs what is due by now. @returns false when there is more to do at once */
  private catchUp(): boolean {
    const until = Math.max(this.target(), this.world.clock.now)
    return this.world.clock.run({ until, steps: SLICE_STEPS }) !== 'steps'
  }

  private tick(): void {
    if (this.stopped) return
    if (this.goal) {
      this.runAhead(this.goal)
      this.again(0)
      return
    }
    const done = this.catchUp()
    const due = this.world.clock.nextDue()
    const wait = due === undefined ? NAP_MS : (due - this.target()) / this.speed
    this.again(done ? Math.min(NAP_MS, Math.max(1, wait)) : 0)
  }

  private again(ms: number): void {
    clearTimeout(this.timer)
    if (!this.stopped) this.timer = setTimeout(() => this.tick(), ms)
  }
}
