/** Every command, grouped as `kubectl --help` shows them. To add one, write its file and one line here. */
import type { Command } from './command.ts'
import { create } from './commands/create.ts'
import { get } from './commands/get.ts'
import type { CommandGroup } from './help.ts'

/** The commands under their headings. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'Basic Commands (Beginner):', commands: [create] },
  { title: 'Basic Commands (Intermediate):', commands: [get] },
]

/** All commands, in that order. */
export const commands: readonly Command[] = commandGroups.flatMap((g) => g.commands)
