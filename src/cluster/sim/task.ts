/**
 * Generator coroutines on the virtual clock. A component is a set of tasks; it waits with `yield*` and never with a
 * promise, so the order of everything is ours, the current cause survives each wait, and a crash is a cancel.
 */
import type { Clock, ComponentId, Millis } from './clock.ts'
import type { World } from './world.ts'

/** Replies that come at once before a task lets others go on: without latency, hundreds of requests would be one step. */
const TURNS_MAX = 32

/** Something a task can wait for; `start` registers `resume` and returns how to give up. */
export interface Wait {
  start(resume: () => void): () => void
}

/** A computation that may wait on virtual time; call with `yield*`. */
export type Task<T> = Generator<Wait, T, void>

const DONE = { done: true, value: undefined } as const

/** A task with nothing to do. It holds no state, so that one serves all. */
export const nothing = {
  next: () => DONE,
  return: () => DONE,
  throw(error: unknown) {
    throw error
  },
  [Symbol.iterator]: () => nothing,
} as unknown as Task<void>

/** A running task. */
export interface TaskHandle {
  readonly owner: ComponentId
  readonly label: string
  readonly done: boolean
  /** Stops the task where it stands; its `finally` blocks do not run, as in a crash. */
  cancel(): void
}

/** Thrown into the world when a task fails with an error nobody handled. */
export type TaskFailed = (owner: ComponentId, label: string, error: unknown) => void

/** Starts a task; its first segment runs in a step of its own at the current instant. */
export function spawn(
  world: World,
  owner: ComponentId,
  label: string,
  body: () => Task<unknown>,
): TaskHandle {
  const handle = new RunningTask(world, owner, label, body)
  world.tasks.add(handle)
  handle.resumeSoon()
  return handle
}

class RunningTask implements TaskHandle {
  done = false
  private generator: Task<unknown> | undefined
  private giveUp: (() => void) | undefined
  private cause: number

  constructor(
    private readonly world: World,
    readonly owner: ComponentId,
    readonly label: string,
    private readonly body: () => Task<unknown>,
  ) {
    this.cause = world.trace.current
  }

  resumeSoon(): void {
    const { owner, label, cause, world } = this
    const timer = world.clock.at(world.clock.now, {
      owner,
      label,
      cause,
      run: () => this.advance(),
    })
    this.giveUp = () => timer.cancel()
  }

  private advance(): void {
    if (this.done) return
    const { world } = this
    this.giveUp = undefined
    this.generator ??= this.body()
    let turns = 0
    // A wait may be satisfied while it starts (a zero-latency reply); loop instead of recursing.
    for (;;) {
      let result: IteratorResult<Wait, unknown>
      try {
        result = this.generator.next()
      } catch (error) {
        this.finish()
        world.failed(this.owner, this.label, error)
        return
      }
      this.cause = world.trace.current
      if (result.done) {
        this.finish()
        return
      }
      let immediate = true
      let resumed = false
      const giveUp = result.value.start(() => {
        if (resumed || this.done) return
        resumed = true
        if (immediate) return
        this.giveUp = undefined
        // Restores this task's own cause around the part that continues here.
        const outer = world.trace.current
        world.trace.current = this.cause
        this.advance()
        world.trace.current = outer
      })
      immediate = false
      if (this.done) {
        giveUp()
        return
      }
      if (!resumed) {
        this.giveUp = giveUp
        return
      }
      if (++turns >= TURNS_MAX) {
        this.resumeSoon()
        return
      }
    }
  }

  cancel(): void {
    if (this.done) return
    this.giveUp?.()
    this.finish()
  }

  private finish(): void {
    this.done = true
    this.giveUp = undefined
    this.world.tasks.remove(this)
  }
}

/** All running tasks, by owner, so that a machine that loses power takes its tasks with it. */
export class Tasks {
  private readonly byOwner = new Map<ComponentId, Set<TaskHandle>>()

  add(task: TaskHandle): void {
    const set = this.byOwner.get(task.owner)
    if (set) set.add(task)
    else this.byOwner.set(task.owner, new Set([task]))
  }

  remove(task: TaskHandle): void {
    const set = this.byOwner.get(task.owner)
    set?.delete(task)
    if (set?.size === 0) this.byOwner.delete(task.owner)
  }

  /** Cancels every task of `place` and of the components inside it (`node-1` covers `node-1/kubelet`). */
  crash(place: ComponentId): void {
    for (const [owner, set] of [...this.byOwner]) {
      if (owner !== place && !owner.startsWith(`${place}/`)) continue
      for (const task of [...set]) task.cancel()
    }
  }

  running(owner: ComponentId): boolean {
    return this.byOwner.has(owner)
  }
}

/** Waits `ms` virtual milliseconds. @param background upkeep that should not keep "until quiet" running */
export function* sleep(
  world: World,
  owner: ComponentId,
  ms: Millis,
  options: { background?: boolean; label?: string } = {},
): Task<void> {
  const { clock, trace } = world
  yield {
    start(resume) {
      const step = { owner, label: options.label ?? 'sleep', cause: trace.current, run: resume }
      const timer = clock.at(clock.now + ms, step, options.background ?? false)
      return () => timer.cancel()
    },
  }
  // A periodic look is caused by time alone, not by whatever happened before the last one.
  if (options.background) trace.current = 0
}

/** Waits for the rest of the current instant to take its turn. */
export function* turn(world: World, owner: ComponentId, label = 'turn'): Task<void> {
  yield* sleep(world, owner, 0, { label })
}

/** A one-shot value that tasks can wait for. */
export class Deferred<T> {
  private value: { v: T } | undefined
  private waiters: (() => void)[] = []

  get settled(): boolean {
    return this.value !== undefined
  }

  resolve(v: T): void {
    if (this.value) return
    this.value = { v }
    const waiters = this.waiters
    this.waiters = []
    for (const w of waiters) w()
  }

  *wait(): Task<T> {
    while (!this.value) {
      yield {
        start: (resume) => {
          this.waiters.push(resume)
          return () => {
            this.waiters = this.waiters.filter((w) => w !== resume)
          }
        },
      }
    }
    return this.value.v
  }
}

/** A condition that tasks can sleep on until somebody notifies it. */
export class Signal {
  private waiters: (() => void)[] = []

  /** Wakes everybody who waits now. */
  notify(): void {
    const waiters = this.waiters
    this.waiters = []
    for (const w of waiters) w()
  }

  /** Calls `f` at the next notification, once. */
  onNext(f: () => void): void {
    this.waiters.push(f)
  }

  *wait(): Task<void> {
    yield {
      start: (resume) => {
        this.waiters.push(resume)
        return () => {
          this.waiters = this.waiters.filter((w) => w !== resume)
        }
      },
    }
  }
}

/** Runs `body`, but gives up after `ms`; the abandoned task is cancelled. @returns undefined on timeout */
export function* withTimeout<T>(
  world: World,
  owner: ComponentId,
  ms: Millis,
  body: () => Task<T>,
): Task<{ value: T } | undefined> {
  let outcome: { value: T } | { error: unknown } | undefined
  const signal = new Signal()
  const task = spawn(world, owner, 'timed', function* () {
    try {
      outcome = { value: yield* body() }
    } catch (error) {
      outcome = { error }
    }
    signal.notify()
  })
  const timer = at(world.clock, ms, owner, world.trace.current, () => signal.notify())
  if (!outcome) yield* signal.wait()
  timer.cancel()
  if (!outcome) {
    task.cancel()
    return undefined
  }
  if ('error' in outcome) throw outcome.error
  return outcome
}

function at(clock: Clock, ms: Millis, owner: ComponentId, cause: number, run: () => void) {
  return clock.at(clock.now + ms, { owner, label: 'timeout', cause, run })
}
