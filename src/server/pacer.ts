/** Keeps virtual time in step with real time, at a speed, and lets outside requests in between. */

import { spawn, type Task } from '../cluster/sim/task.ts'
import type { World } from '../cluster/sim/world.ts'
import type { Host } from '../http/fetch.ts'

/** Longest real pause between two looks at the clock. */
const NAP_MS = 50
/** Longest real time that the simulation may work before the host looks at its sockets. */
const SLICE_STEPS = 20_000

/** A host that paces a world. */
export class Pacer implements Host {
  private readonly startReal = performance.now()
  private readonly startVirtual: number
  private timer: ReturnType<typeof setTimeout> | undefined
  private stopped = false

  constructor(
    private readonly world: World,
    private readonly speed: number,
  ) {
    this.startVirtual = world.clock.now
  }

  /** Begins to let time pass. */
  start(): void {
    this.tick()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }

  run<T>(label: string, body: () => Task<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.catchUp()
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
    const real = performance.now() - this.startReal
    return Math.floor(this.startVirtual + real * this.speed)
  }

  /** Runs what is due by now. @returns false when there is more to do at once */
  private catchUp(): boolean {
    const until = Math.max(this.target(), this.world.clock.now)
    return this.world.clock.run({ until, steps: SLICE_STEPS }) !== 'steps'
  }

  private tick(): void {
    if (this.stopped) return
    const done = this.catchUp()
    const due = this.world.clock.nextDue()
    const wait = due === undefined ? NAP_MS : (due - this.target()) / this.speed
    this.again(done ? Math.min(NAP_MS, Math.max(1, wait)) : 0)
  }

  private again(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.tick(), ms)
  }
}
