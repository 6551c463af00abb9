/** Running ahead: to a moment, until quiet, or until something holds. Both hosts run toward goals in slices. */
import type { Clock, Millis } from '../cluster/sim/clock.ts'

/** Where to run to. */
export interface Goal {
  /** Virtual time at which it ends in any case. */
  readonly until: Millis
  /** Also ends when only periodic upkeep is left. */
  readonly idle: boolean
  /** Also ends when this holds; looked at after each step, so it must be cheap when nothing changed. */
  readonly holds?: () => boolean
  done(): void
}

/** Runs so many steps at most. @returns true when the goal is reached; `done` is for the caller to say */
export function runToward(clock: Clock, goal: Goal, steps: number): boolean {
  const { until, idle, holds } = goal
  if (!holds) return clock.run({ until, idle, steps }) !== 'steps'
  for (let i = 0; i < steps; i++) {
    if (clock.run({ until, steps: 1 }) !== 'steps' || holds()) return true
  }
  return false
}
