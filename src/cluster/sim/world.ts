/** What every component gets: the clock, chance, the wires, the trace, and the list of running tasks. */
import { Clock, type ComponentId } from './clock.ts'
import { Random } from './random.ts'
import { Tasks } from './task.ts'
import { Trace } from './trace.ts'
import { Wires } from './wire.ts'

/** The world under the cluster; it knows nothing of Kubernetes. */
export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly wires: Wires
  readonly trace: Trace
  readonly tasks: Tasks
  /** Called when a task ends with an error that nobody handled: a bug of ours. */
  failed: (owner: ComponentId, label: string, error: unknown) => void
}

/** How a world begins. */
export interface WorldOptions {
  seed: number
  /** Unix milliseconds that virtual zero stands for. */
  epochMs: number
  /** Trace records to keep. */
  keepRecords?: number
}

/** Makes a fresh world. An error in a task is rethrown out of `clock.run`, stopping the world. */
export function createWorld(options: WorldOptions): World {
  const clock = new Clock(options.epochMs)
  const trace = new Trace(clock, options.keepRecords ?? 200_000)
  const random = new Random(options.seed)
  clock.before = (step) => {
    trace.current = step.cause
  }
  const world: World = {
    clock,
    random,
    trace,
    tasks: new Tasks(),
    wires: undefined as unknown as Wires,
    failed: (_owner, _label, error) => {
      throw error
    },
  }
  ;(world as { wires: Wires }).wires = new Wires(world, random.split('wires'))
  return world
}
