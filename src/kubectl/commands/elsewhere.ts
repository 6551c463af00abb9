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

const NO_PLUGINS = 'unable to find any kubectl plugins in your PATH'

/** `kubectl plugin`. */
export const plugin: Command = {
  name: 'plugin',
  use: 'plugin [flags] [options]',
  short: 'Provides utilities for interacting with plugins',
  long: 'Provides utilities for interacting with plugins: programs named kubectl-* that add commands. A page has no PATH to find any in.',
  subcommands: [
    {
      name: 'list',
      use: 'list [options]',
      short: 'List all visible plugin executables on a user’s PATH',
      *run() {
        throw new CliError(NO_PLUGINS)
      },
    },
  ],
}

/** `kubectl alpha`. */
export const alpha: Command = {
  name: 'alpha',
  use: 'alpha',
  short: 'Commands for features in alpha',
  *run(k) {
    k.err('No alpha commands are available in this version of kubectl\n')
    return 0
  },
}
