/**
 * Virtual time: one queue of steps ordered by (due, sequence).
 *
 * Nothing else in the simulation knows what time it is. Steps due now are kept in a FIFO beside the heap, because
 * most of a cluster's traffic is zero-delay messages and a heap operation for each would dominate big clusters.
 */
import { assert, SimulationFailure } from './assert.ts'

/** Whole virtual milliseconds since the cluster's birth. */
export type Millis = number
/** Names a component instance: `kube-scheduler`, `node-1/kubelet`, `etcd-1`. */
export type ComponentId = string
/** Names a trace record; 0 means no cause (the beginning). */
export type CauseId = number

/** One unit of work on the virtual clock. */
export interface Step {
  readonly owner: ComponentId
  readonly label: string
  readonly cause: CauseId
  run(): void
}

/** A scheduled step; `cancel` is idempotent and harmless after it ran. */
export interface Timer {
  readonly due: Millis
  cancel(): void
}

/** Why a run stopped: nothing left, the time limit, the step limit, or `stop()` was called. */
export type RunResult = 'idle' | 'until' | 'steps' | 'stopped'

/**
 * Steps that may run without time moving before the run is declared a hot loop. Without latency a rollout of 150,000
 * pods is one instant of some ten million.
 */
const SAME_INSTANT_STEPS_MAX = 100_000_000

class Entry implements Timer {
  cancelled = false
  constructor(
    readonly due: Millis,
    readonly sequence: number,
    readonly step: Step,
    readonly background: boolean,
    private readonly clock: Clock,
  ) {}
  cancel(): void {
    if (this.cancelled) return
    this.cancelled = true
    this.clock.forget(this)
  }
}

/** The virtual clock. One step runs at a time; equal due times run in the order they were scheduled. */
export class Clock {
  /** Virtual now, in milliseconds since birth; never moves backwards. */
  now: Millis = 0
  /** Steps run since birth. */
  steps = 0
  /** Called before each step, so that the trace can restore the cause. */
  before: (step: Step) => void = () => {}
  private sequence = 0
  private instantSteps = 0
  private heap: Entry[] = []
  private ready: Entry[] = []
  private readyHead = 0
  private foreground = 0
  private cancelledInHeap = 0
  private stopping = false

  /**
   * @param epochMs the instant that virtual zero stands for, in Unix milliseconds
   */
  constructor(readonly epochMs: number) {}

  /** Unix milliseconds of virtual now. */
  get unixMs(): number {
    return this.epochMs + this.now
  }

  /**
   * Schedules a step.
   * @param background periodic upkeep (leases, resyncs): does not keep `run({idle})` going
   * @throws SimulationFailure when `due` is in the past
   */
  at(due: Millis, step: Step, background = false): Timer {
    assert(due >= this.now, `step ${step.label} is due in the past`)
    const entry = new Entry(due, this.sequence++, step, background, this)
    if (!background) this.foreground++
    if (due === this.now) this.ready.push(entry)
    else this.push(entry)
    return entry
  }

  /** Asks the current `run` to return after the current step. */
  stop(): void {
    this.stopping = true
  }

  /** When the next step is due, or undefined when there is none. */
  nextDue(): Millis | undefined {
    if (this.readyHead < this.ready.length) return this.now
    this.dropCancelled()
    return this.heap[0]?.due
  }

  /** Describes up to `max` coming steps, earliest first (for the page's "what comes next"). */
  upcoming(max: number): { due: Millis; owner: ComponentId; label: string }[] {
    const all = [...this.ready.slice(this.readyHead), ...this.heap].filter((e) => !e.cancelled)
    all.sort((a, b) => a.due - b.due || a.sequence - b.sequence)
    return all.slice(0, max).map((e) => ({ due: e.due, owner: e.step.owner, label: e.step.label }))
  }

  /**
   * Runs steps until a limit is met. With `until`, time ends exactly there even if nothing happened.
   * With `idle`, stops when only background steps remain within the `idle` window of virtual milliseconds.
   */
  run(limit: { until?: Millis; steps?: number; idle?: boolean }): RunResult {
    this.stopping = false
    let left = limit.steps ?? Number.POSITIVE_INFINITY
    const until = limit.until ?? Number.POSITIVE_INFINITY
    for (;;) {
      if (left <= 0) return 'steps'
      if (limit.idle && this.foreground === 0) return 'idle'
      const entry = this.take(until)
      if (!entry) {
        if (until !== Number.POSITIVE_INFINITY) {
          this.now = Math.max(this.now, until)
          return 'until'
        }
        return 'idle'
      }
      left--
      this.execute(entry)
      if (this.stopping) return 'stopped'
    }
  }

  /** @internal keeps the foreground count true when a timer is cancelled. */
  forget(entry: Entry): void {
    if (!entry.background) this.foreground--
    if (++this.cancelledInHeap > 1000 && this.cancelledInHeap > this.heap.length / 2) this.sweep()
  }

  private execute(entry: Entry): void {
    if (entry.due > this.now) {
      this.now = entry.due
      this.instantSteps = 0
    } else if (++this.instantSteps > SAME_INSTANT_STEPS_MAX) {
      const { owner, label } = entry.step
      throw new SimulationFailure(`time does not move: ${owner} keeps running "${label}"`)
    }
    // Marked so that a late cancel of a timer that already ran does not count twice.
    entry.cancelled = true
    if (!entry.background) this.foreground--
    this.steps++
    this.before(entry.step)
    entry.step.run()
  }

  private take(until: Millis): Entry | undefined {
    for (;;) {
      this.dropCancelled()
      const top = this.heap[0]
      // A heap entry may be due now too, when time has just arrived there: the lower sequence goes first.
      let head = this.ready[this.readyHead]
      while (head?.cancelled) {
        this.readyHead++
        head = this.ready[this.readyHead]
      }
      if (head && !(top && top.due <= head.due && top.sequence < head.sequence)) {
        if (head.due > until) return undefined
        this.readyHead++
        if (this.readyHead > 1024 && this.readyHead * 2 > this.ready.length) {
          this.ready = this.ready.slice(this.readyHead)
          this.readyHead = 0
        }
        return head
      }
      if (!head && this.ready.length > 0) {
        this.ready = []
        this.readyHead = 0
      }
      if (!top || top.due > until) return undefined
      this.pop()
      return top
    }
  }

  private dropCancelled(): void {
    while (this.heap[0]?.cancelled) {
      this.pop()
      this.cancelledInHeap--
    }
  }

  private sweep(): void {
    this.heap = this.heap.filter((e) => !e.cancelled).sort((a, b) => order(a, b))
    this.cancelledInHeap = 0
  }

  private push(entry: Entry): void {
    const heap = this.heap
    let i = heap.length
    heap.push(entry)
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent] as Entry
      if (order(above, entry) <= 0) break
      heap[i] = above
      i = parent
    }
    heap[i] = entry
  }

  private pop(): void {
    const heap = this.heap
    const last = heap.pop() as Entry
    if (heap.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && order(heap[child + 1] as Entry, heap[child] as Entry) < 0) {
        child++
      }
      if (order(heap[child] as Entry, last) >= 0) break
      heap[i] = heap[child] as Entry
      i = child
    }
    heap[i] = last
  }
}

function order(a: Entry, b: Entry): number {
  return a.due - b.due || a.sequence - b.sequence
}
