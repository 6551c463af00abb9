/** `kubectl exec` and `kubectl attach`. @source staging/src/k8s.io/kubectl/pkg/cmd/exec/exec.go, cmd/attach/attach.go */
import type { Pod } from '../../cluster/api/generated/types.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { attachTo, execIn } from '../attaching.ts'
import type { Command } from '../command.ts'
import { CliError } from '../errors.ts'
import type { Flag } from '../flags.ts'
import type { Invocation } from '../invocation.ts'
import { defaultContainer, podBehind } from '../pods.ts'
import type { Target } from '../resource.ts'

const streamFlags: readonly Flag[] = [
  { name: 'container', short: 'c', kind: 'string', usage: 'Container name.' },
  {
    name: 'pod-running-timeout',
    kind: 'duration',
    default: '1m0s',
    usage: 'How long to wait until a pod runs',
  },
  {
    name: 'quiet',
    short: 'q',
    kind: 'bool',
    default: 'false',
    usage: 'Only print output from the remote session',
  },
  {
    name: 'stdin',
    short: 'i',
    kind: 'bool',
    default: 'false',
    usage: 'Pass stdin to the container',
  },
  { name: 'tty', short: 't', kind: 'bool', default: 'false', usage: 'Stdin is a TTY' },
]

function* chosen(
  k: Invocation,
  pod: Pod,
): Task<{ t: Target & { name: string }; container: string }> {
  const named = k.flags.string('container')
  const { name = '', namespace = '' } = pod.metadata
  const phase = pod.status?.phase
  if (phase === 'Succeeded' || phase === 'Failed')
    throw new CliError(`cannot exec into a container in a completed pod; current phase is ${phase}`)
  const mapping = yield* k.mapping('pods')
  const container = named || defaultContainer(k, pod, k.flags.bool('quiet'))
  return { t: { mapping, namespace, name }, container }
}

/** Runs a command in a container. */
export const exec: Command = {
  name: 'exec',
  use: 'exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]',
  short: 'Execute a command in a container',
  examples:
    '# Run date in a pod\nkubectl exec mypod -- date\n\n# Open a shell\nkubectl exec -it mypod -- sh',
  flags: streamFlags,
  *run(k) {
    const dash = k.flags.dash
    const before = dash ?? Math.min(1, k.args.length)
    if (before === 0) throw new CliError('pod, type/name or --filename must be specified')
    if (dash === undefined && k.args.length > 1)
      throw new CliError(
        "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
      )
    const command = k.args.slice(before)
    if (command.length === 0)
      throw new CliError('you must specify at least one command for the container')
    const [pod] = yield* podBehind(k, k.args[0] as string)
    const { t, container } = yield* chosen(k, pod as Pod)
    return yield* execIn(k, t, command, {
      container,
      stdin: k.flags.bool('stdin'),
      tty: k.flags.bool('tty'),
    })
  },
}

function containersOf({ spec }: Pod): string[] {
  const all = [spec?.containers, spec?.initContainers, spec?.ephemeralContainers]
  return all.flatMap((list) => (list ?? []).map((c) => c.name))
}

/** Attaches to a running container. */
export const attach: Command = {
  name: 'attach',
  use: 'attach (POD | TYPE/NAME) -c CONTAINER [options]',
  short: 'Attach to a running container',
  examples: '# See what a running pod prints\nkubectl attach mypod',
  flags: streamFlags,
  *run(k) {
    if (k.args.length === 0) throw new CliError('at least 1 argument is required for attach')
    if (k.args.length > 2)
      throw k.usage(
        `expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${k.args.length}: [${k.args.join(' ')}]`,
      )
    const argument = k.args.length === 2 ? k.args.join('/') : (k.args[0] as string)
    const [pod] = yield* podBehind(k, argument)
    const named = k.flags.string('container')
    if (named && !containersOf(pod as Pod).includes(named))
      throw new CliError(`container ${named} not found in pod ${pod?.metadata.name}`)
    const { t, container } = yield* chosen(k, pod as Pod)
    k.err("If you don't see a command prompt, try pressing enter.\n")
    return yield* attachTo(k, t, {
      container,
      stdin: k.flags.bool('stdin'),
      tty: k.flags.bool('tty'),
    })
  },
}
