/** `kubectl rollout`. @source staging/src/k8s.io/kubectl/pkg/cmd/rollout, pkg/polymorphichelpers */

import { formatTime } from '../../cluster/api/meta/time.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { groupResource } from '../discovery.ts'
import { CliError, isExpected, throwAll } from '../errors.ts'
import type { Flag } from '../flags.ts'
import type { Invocation } from '../invocation.ts'
import { outputFlags, printerFor } from '../printers/output.ts'
import { fetchInfos, fileFlags, hasFiles, type Info } from '../resource.ts'
import { historyText, type Revisioned, revisionsOf } from '../rollouts/history.ts'
import { rolloutStatus, type Workload } from '../rollouts/status.ts'
import { rollBack } from '../rollouts/undo.ts'
import { typed, waitFor } from '../watching.ts'
import { dryRunFlag, fieldManagerFlag, operationPrinter, patchObject } from '../writes.ts'

const selectorFlag: Flag = {
  name: 'selector',
  short: 'l',
  kind: 'string',
  usage: 'Selector (label query) to filter on.',
}
const ROLLOUTS = new Set(['Deployment', 'DaemonSet', 'StatefulSet'])

function sub(
  name: string,
  short: string,
  flags: readonly Flag[],
  act: (k: Invocation, info: Info) => Task<void>,
): Command {
  return {
    name,
    use: `${name} (TYPE NAME | TYPE/NAME) [flags] [options]`,
    short,
    examples: `kubectl rollout ${name} deployment/web`,
    flags: [...outputFlags, ...fileFlags, selectorFlag, ...flags],
    *run(k) {
      const errors: unknown[] = []
      if (k.args.length === 0 && !hasFiles(k) && !k.flags.string('selector'))
        throw new CliError('required resource not specified')
      const s = { args: k.args, selector: k.flags.string('selector'), emptySelects: true }
      const infos = yield* fetchInfos(k, s, errors)
      if (infos.length === 0 && errors.length === 0 && name === 'restart')
        k.err(`No resources found in ${k.namespace} namespace.\n`)
      for (const info of infos) {
        try {
          yield* act(k, info)
        } catch (error) {
          if (!isExpected(error)) throw error
          errors.push(error)
        }
      }
      throwAll(errors)
      return undefined
    },
  }
}

/** Manages rollouts. */
export const rollout: Command = {
  name: 'rollout',
  use: 'rollout SUBCOMMAND [options]',
  short: 'Manage the rollout of a resource',
  long: 'Manage the rollout of one or many resources.\n\nValid resource types include:\n\n  *  deployments\n  *  daemonsets\n  *  statefulsets',
  subcommands: [
    sub(
      'history',
      'View rollout history',
      [
        {
          name: 'revision',
          kind: 'int',
          default: '0',
          usage: 'See the details, including podTemplate of the revision specified',
        },
      ],
      history,
    ),
    sub(
      'pause',
      'Mark the provided resource as paused',
      [fieldManagerFlag('kubectl-rollout')],
      (k, i) => pause(k, i, true),
    ),
    sub('restart', 'Restart a resource', [fieldManagerFlag('kubectl-rollout')], restart),
    sub('resume', 'Resume a paused resource', [fieldManagerFlag('kubectl-rollout')], (k, i) =>
      pause(k, i, false),
    ),
    sub(
      'status',
      'Show the status of the rollout',
      [
        {
          name: 'revision',
          kind: 'int',
          default: '0',
          usage: 'Pin to a specific revision for showing its status.',
        },
        {
          name: 'timeout',
          kind: 'duration',
          usage: 'How long to wait before ending watch, zero means never.',
        },
        {
          name: 'watch',
          short: 'w',
          kind: 'bool',
          default: 'true',
          usage: "Watch the status of the rollout until it's done.",
        },
      ],
      status,
    ),
    sub(
      'undo',
      'Undo a previous rollout',
      [
        dryRunFlag,
        {
          name: 'to-revision',
          kind: 'int',
          default: '0',
          usage: 'The revision to rollback to. Default to 0 (last revision).',
        },
      ],
      undo,
    ),
  ],
}

/** `ReplicaSet.apps`. */
function groupKind(info: Info): string {
  const { kind, group } = info.mapping
  return group ? `${kind}.${group}` : kind
}

function unsupported(info: Info, what: string): CliError {
  return new CliError(`${groupResource(info.mapping)} "${info.name}" ${what} is not supported`)
}

function* history(k: Invocation, info: Info): Task<void> {
  if (!ROLLOUTS.has(info.mapping.kind))
    throw new CliError(`no history viewer has been implemented for "${groupKind(info)}"`)
  const revision = k.flags.int('revision')
  const list: Revisioned[] = yield* revisionsOf(k, info)
  const text = historyText(list, revision)
  const head = revision > 0 ? `with revision #${revision}` : ''
  const printer = printerFor(k, { operation: '\u0000', typed: true })
  if (k.flags.string('output')) {
    const shown = list.filter((r) => revision === 0 || r.revision === revision)
    // Only Deployments have their ReplicaSets printed; of others the workload itself is.
    if (info.mapping.kind !== 'Deployment') printer.print(info.object)
    else for (const r of shown) printer.print(r.object)
    printer.flush()
    return
  }
  const name = `${info.mapping.kind.toLowerCase()}.${info.mapping.group}/${info.name}`
  k.out(`${name} ${head}\n${text}\n`)
}

function* pause(k: Invocation, info: Info, on: boolean): Task<void> {
  const word = on ? 'pausing' : 'resuming'
  if (info.mapping.kind !== 'Deployment') throw unsupported(info, word)
  const spec = info.object.spec as { paused?: boolean }
  const who = `${groupResource(info.mapping)} "${info.name}"`
  if (on && spec.paused) throw new CliError(`${who} is already paused`)
  if (!on && !spec.paused) throw new CliError(`${who} is not paused`)
  const patch = { spec: { paused: on ? true : null } }
  const object = yield* patchObject(k, info, 'strategic', patch)
  const printer = operationPrinter(k, on ? 'paused' : 'resumed')
  printer.print(object)
  printer.flush()
}

function* restart(k: Invocation, info: Info): Task<void> {
  if (!ROLLOUTS.has(info.mapping.kind)) throw unsupported(info, 'restarting')
  if ((info.object.spec as { paused?: boolean }).paused)
    throw new CliError(
      `${groupResource(info.mapping)} "${info.name}" can't restart paused deployment (run rollout resume first)`,
    )
  const annotations = { 'kubectl.kubernetes.io/restartedAt': formatTime(k.now) }
  const patch = { spec: { template: { metadata: { annotations } } } }
  const object = yield* patchObject(k, info, 'strategic', patch)
  const printer = operationPrinter(k, 'restarted')
  printer.print(object)
  printer.flush()
}

function* undo(k: Invocation, info: Info): Task<void> {
  if (!ROLLOUTS.has(info.mapping.kind))
    throw new CliError(`no rollbacker has been implemented for "${groupKind(info)}"`)
  const text = yield* rollBack(k, info, k.flags.int('to-revision'))
  const printer = operationPrinter(k, text)
  printer.print(info.object)
  printer.flush()
}

function* status(k: Invocation, info: Info): Task<void> {
  const { mapping } = info
  if (!ROLLOUTS.has(mapping.kind))
    throw new CliError(`no status viewer has been implemented for ${groupKind(info)}`)
  const revision = k.flags.int('revision')
  const timeout = k.flags.duration('timeout')
  const deadline = timeout > 0 ? k.deps.world.clock.now + timeout : undefined
  const once = !k.flags.bool('watch')
  let gone = false
  const look = (o: AnyObject | undefined): boolean => {
    if (!o) {
      gone = true
      return true
    }
    const s = rolloutStatus(typed(mapping, o) as unknown as Workload, revision)
    k.out(s.text)
    return s.done || once
  }
  if (!(yield* waitFor(k, info, deadline, look)))
    throw new CliError('timed out waiting for the condition')
  if (gone) throw new CliError('object has been deleted')
}
