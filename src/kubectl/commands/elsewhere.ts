/** Commands that need a machine around kubectl: they say so, and what to do instead. */
import type { Command } from '../command.ts'
import { CliError } from '../errors.ts'
import type { Flag } from '../flags.ts'

function elsewhere(
  name: string,
  use: string,
  short: string,
  instead: string,
  flags: readonly Flag[] = [],
): Command {
  return {
    name,
    use: `${name} ${use}`,
    short,
    long: `${short}.\n\n${instead}`,
    flags,
    *run() {
      throw new CliError(instead)
    },
  }
}

/** `kubectl completion`. */
export const completion: Command = elsewhere(
  'completion',
  'SHELL',
  'Output shell completion code for the specified shell (bash, zsh, fish, or powershell)',
  'the terminal of this page completes by itself: press the tab key',
)

/** `kubectl plugin`. */
export const plugin: Command = elsewhere(
  'plugin',
  '[flags] [options]',
  'Provides utilities for interacting with plugins',
  'unable to find any kubectl plugins in your PATH',
)
