/** The commands that are there: all of them (`every.ts`), or for a start what a scene is set with (`few.ts`). */
import type { Command } from './command.ts'
import type { CommandGroup } from './help.ts'

let groups: readonly CommandGroup[] = []

/** Puts these in place of those before. */
export function provideCommands(provided: readonly CommandGroup[]): void {
  groups = provided
}

/** The commands under their headings. @throws Error when nobody has provided any */
export function commandGroups(): readonly CommandGroup[] {
  if (groups.length === 0) throw new Error('kubectl has no commands: import kubectl/every.ts')
  return groups
}

/** All commands, in that order. */
export function commands(): readonly Command[] {
  return commandGroups().flatMap((g) => g.commands)
}
