/** What a kubectl command is: one value of this shape per file in `commands/`, one line in `registry.ts`. */
import type { Task } from '../cluster/sim/task.ts'
import type { Flag } from './flags.ts'
import type { Invocation } from './invocation.ts'

/** A command, or a group of subcommands. */
export interface Command {
  readonly name: string
  readonly aliases?: readonly string[]
  /** The usage line after the parent's path: `get TYPE [NAME]`. */
  readonly use: string
  readonly short: string
  readonly long?: string
  readonly examples?: string
  readonly flags?: readonly Flag[]
  readonly subcommands?: readonly Command[]
  /** Does the work; failures are thrown. @returns an exit code other than zero, if any */
  run?(k: Invocation): Task<number | undefined>
  /** What may come next on the line: resource types, then names, unless given. */
  complete?(k: Invocation, args: readonly string[], word: string): Task<string[]>
}
