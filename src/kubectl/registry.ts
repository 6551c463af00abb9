/** Every command, grouped as `kubectl --help` shows them. To add one, write its file and one line here. */
import type { Command } from './command.ts'
import { apply } from './commands/apply.ts'
import { autoscale } from './commands/autoscale.ts'
import { config } from './commands/config.ts'
import { create } from './commands/create.ts'
import { remove } from './commands/delete.ts'
import { describe } from './commands/describe.ts'
import { diff } from './commands/diff.ts'
import { expose } from './commands/expose.ts'
import { get } from './commands/get.ts'
import { annotate, label } from './commands/label.ts'
import { patch } from './commands/patch.ts'
import { replace } from './commands/replace.ts'
import { rollout } from './commands/rollout.ts'
import { run } from './commands/run.ts'
import { scale } from './commands/scale.ts'
import { set } from './commands/set.ts'
import { wait } from './commands/wait.ts'
import type { CommandGroup } from './help.ts'

/** The commands under their headings. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'Basic Commands (Beginner):', commands: [create, expose, run, set] },
  { title: 'Basic Commands (Intermediate):', commands: [get, remove] },
  { title: 'Deploy Commands:', commands: [rollout, scale, autoscale] },
  { title: 'Troubleshooting and Debugging Commands:', commands: [describe] },
  { title: 'Advanced Commands:', commands: [diff, apply, patch, replace, wait] },
  { title: 'Settings Commands:', commands: [label, annotate] },
  { title: 'Other Commands:', commands: [config] },
]

/** All commands, in that order. */
export const commands: readonly Command[] = commandGroups.flatMap((g) => g.commands)
