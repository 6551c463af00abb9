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

/** `kubectl port-forward`. */
export const portForward: Command = elsewhere(
  'port-forward',
  'TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
  'Forward one or more local ports to a pod',
  'port-forward listens on a port of your machine, which a browser does not let a page do: send traffic from the page, or use kubectl exec with wget or curl',
  [{ name: 'address', kind: 'strings', default: 'localhost', usage: 'Addresses to listen on' }],
)

/** `kubectl proxy`. */
export const proxy: Command = elsewhere(
  'proxy',
  '[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]',
  'Run a proxy to the Kubernetes API server',
  'proxy listens on a port of your machine, which a browser does not let a page do: use kubectl get --raw',
  [
    {
      name: 'port',
      short: 'p',
      kind: 'int',
      default: '8001',
      usage: 'The port on which to run the proxy.',
    },
  ],
)

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
