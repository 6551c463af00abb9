/**
 * Work queues: each key at most once in the queue and at most once in work; a key added while in work comes again after.
 * Every item is worked on in a step of its own, under the cause that put it there.
 * @source staging/src/k8s.io/client-go/util/workqueue
 */
import type { CauseId, Millis } from '../sim/clock.ts'
import { spawn, type Task } from '../sim/task.ts'
import type { World } from '../sim/world.ts'

/** Exponential per-key backoff of `addRateLimited`. @unit ms */
export interface RateLimit {
  readonly baseMs: Millis
  readonly maxMs: Millis
}

/** client-go's default for controllers. */
export const DEFAULT_RATE_LIMIT: RateLimit = { baseMs: 5, maxMs: 1_000_000 }

/** Delays beyond this are upkeep: they do not keep "until quiet" running. */
const FOREGROUND_DELAY_MS: Millis = 60_000

interface Delayed {
  readonly due: Millis
  cancel(): void
}

/** A queue of keys and its workers. */
export class WorkQueue {
  private readonly queue: string[] = []
  private head = 0
  private readonly dirty = new Set<string>()
  private readonly processing = new Set<string>()
  private readonly causes = new Map<string, CauseId>()
  private readonly failures = new Map<string, number>()
  private readonly delayed = new Map<string, Delayed>()
  private readonly holds = new Map<string, Millis>()
  private worker: { count: number; process: (key: string) => Task<void> } | undefined
  private active = 0
  private stopped = false

  /**
   * @param owner whose steps the workers are
   * @param label names the steps, e.g. `sync Deployment`
   */
  constructor(
    private readonly world: World,
    readonly owner: string,
    readonly label: string,
    private readonly rate: RateLimit = DEFAULT_RATE_LIMIT,
  ) {}

  /** Keys waiting for a worker. */
  get length(): number {
    return this.queue.length - this.head
  }

  /** True when nothing waits, nothing is delayed and nothing is in work. */
  get idle(): boolean {
    return this.length === 0 && this.processing.size === 0 && this.delayed.size === 0
  }

  /** Puts a key in the queue unless it is there. */
  add(key: string): void {
    if (this.stopped) return
    if (this.holds.size > 0 && this.isHeld(key)) return
    this.causes.set(key, this.world.trace.current)
    if (this.dirty.has(key)) return
    this.dirty.add(key)
    if (this.processing.has(key)) return
    this.queue.push(key)
    this.pump()
  }

  /**
   * Adds the key after a while; of several delays the earliest counts.
   * @param background a look that comes round for ever, and should not keep "until quiet" running
   */
  addAfter(key: string, ms: Millis, background = ms > FOREGROUND_DELAY_MS): void {
    if (this.stopped) return
    if (ms <= 0) {
      this.add(key)
      return
    }
    const { clock, trace } = this.world
    const due = clock.now + ms
    const known = this.delayed.get(key)
    if (known && known.due <= due) return
    known?.cancel()
    const cause = trace.current
    const run = () => {
      this.delayed.delete(key)
      this.add(key)
    }
    const step = { owner: this.owner, label: 'requeue', cause, run }
    this.delayed.set(key, clock.at(due, step, background))
  }

  /**
   * Keeps the key from coming again for a while; what is added meanwhile comes once, at its end. A look at thousands of
   * pods takes its time in life too, and changes gather while it lasts.
   */
  hold(key: string, ms: Millis): void {
    if (ms > 0 && !this.stopped) this.holds.set(key, this.world.clock.now + ms)
  }

  /** Adds the key after its backoff, which doubles each time until `forget`. */
  addRateLimited(key: string): void {
    const n = this.failures.get(key) ?? 0
    this.failures.set(key, n + 1)
    const ms = Math.min(this.rate.baseMs * (1 << Math.min(n, 20)), this.rate.maxMs)
    this.addAfter(key, ms)
  }

  /** Ends the key's backoff. */
  forget(key: string): void {
    this.failures.delete(key)
  }

  /** Times the key was rate limited since it was last forgotten. */
  requeues(key: string): number {
    return this.failures.get(key) ?? 0
  }

  /** Starts `count` workers. `process` handles its own API errors; what it throws is a bug. */
  start(count: number, process: (key: string) => Task<void>): void {
    this.worker = { count, process }
    for (let i = 0; i < count; i++) this.pump()
  }

  /** Forgets everything; running items end by themselves or with their component. */
  stop(): void {
    this.stopped = true
    for (const d of this.delayed.values()) d.cancel()
    this.delayed.clear()
    this.queue.length = 0
    this.head = 0
    this.dirty.clear()
    this.causes.clear()
  }

  private isHeld(key: string): boolean {
    const until = this.holds.get(key)
    if (until === undefined) return false
    const left = until - this.world.clock.now
    if (left <= 0) {
      this.holds.delete(key)
      return false
    }
    this.addAfter(key, left)
    return true
  }

  private pump(): void {
    const worker = this.worker
    // Items already promised to a worker whose step has not come are still in the queue.
    if (!worker || this.active >= worker.count || this.length <= this.active - this.working) return
    this.active++
    const self = this
    spawn(this.world, this.owner, this.label, function* () {
      yield* self.workOne(worker.process)
    })
  }

  private again(key: string): void {
    if (!this.isHeld(key)) {
      this.queue.push(key)
      return
    }
    this.dirty.delete(key)
  }

  private get working(): number {
    return this.processing.size
  }

  private *workOne(process: (key: string) => Task<void>): Task<void> {
    const key = this.queue[this.head++]
    if (key === undefined) {
      this.head = 0
      this.active--
      return
    }
    if (this.head > 64 && this.head * 2 > this.queue.length) {
      this.queue.splice(0, this.head)
      this.head = 0
    }
    this.dirty.delete(key)
    this.processing.add(key)
    const cause = this.causes.get(key)
    this.causes.delete(key)
    if (cause !== undefined) this.world.trace.current = cause
    yield* process(key)
    this.processing.delete(key)
    this.active--
    if (this.stopped) return
    if (this.dirty.has(key)) this.again(key)
    this.pump()
  }
}
