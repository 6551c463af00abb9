/** `kubectl scale`. @source staging/src/k8s.io/kubectl/pkg/cmd/scale/scale.go, pkg/scale/scale.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { pathOf } from '../discovery.ts'
import { CliError, isExpected, isReason, messageOf, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { outputFlags } from '../printers/output.ts'
import { about, fetchInfos, fileFlags, getObject, type Info } from '../resource.ts'
import { dryRunFlag, operationPrinter, patchObject, recordFlag, recordPatch } from '../writes.ts'
import { requireFlags } from './create/generator.ts'

interface Scale {
  readonly metadata: { readonly resourceVersion?: string }
  readonly spec: { readonly replicas?: number }
  readonly status?: { readonly replicas: number }
}

/** Sets the number of replicas. */
export const scale: Command = {
  name: 'scale',
  use: 'scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]',
  short: 'Set a new size for a deployment, replica set, or replication controller',
  examples: '# Scale a deployment to three pods\nkubectl scale --replicas=3 deployment/web',
  flags: [
    ...outputFlags,
    ...fileFlags,
    dryRunFlag,
    recordFlag,
    { name: 'all', kind: 'bool', default: 'false', usage: 'Select all resources of the types.' },
    {
      name: 'current-replicas',
      kind: 'int',
      default: '-1',
      usage: 'Precondition for current size.',
    },
    {
      name: 'replicas',
      kind: 'int',
      default: '-1',
      usage: 'The new desired number of replicas. Required.',
    },
    { name: 'resource-version', kind: 'string', usage: 'Precondition for resource version.' },
    { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
    {
      name: 'timeout',
      kind: 'duration',
      usage: 'How long to wait before giving up; zero means do not wait.',
    },
  ],
  *run(k) {
    requireFlags(k, ['replicas'])
    const replicas = k.flags.int('replicas')
    if (replicas < 0)
      throw new CliError(
        'The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
      )
    if (k.flags.changed('current-replicas') && k.flags.int('current-replicas') < -1)
      throw new CliError('The --current-replicas must specify an integer of -1 or greater')
    const errors: unknown[] = []
    const infos = yield* fetchInfos(
      k,
      { args: k.args, selector: k.flags.string('selector'), all: k.flags.bool('all') },
      errors,
    )
    if (infos.length === 0) {
      const why = errors.map(messageOf).join(', ')
      throw new CliError(`no objects passed to scale${why ? ` ${why}` : ' <nil>'}`)
    }
    if (k.flags.string('resource-version') && infos.length > 1)
      throw new CliError('cannot use --resource-version with multiple resources')
    for (const info of infos) {
      try {
        const object = k.dryRun() === 'client' ? info.object : yield* scaleOne(k, info, replicas)
        const printer = operationPrinter(k, 'scaled')
        printer.print(object)
        printer.flush()
      } catch (error) {
        if (!isExpected(error)) throw error
        errors.push(error)
      }
    }
    throwAll(errors)
    return undefined
  },
}

function* scaleOne(k: Invocation, info: Info, replicas: number): Task<AnyObject> {
  const version = k.flags.string('resource-version')
  const expected = k.flags.int('current-replicas')
  if (expected < 0 && !version) {
    k.flags.set('field-manager', 'kubectl')
    yield* patchObject(
      k,
      info,
      'merge',
      { spec: { replicas } },
      { sub: 'scale', query: { fieldManager: undefined } },
    )
  } else yield* guarded(k, info, replicas, { version, expected })
  yield* recordPatch(k, info)
  const timeout = k.flags.duration('timeout')
  if (timeout > 0) yield* waitScaled(k, info, k.deps.world.clock.now + timeout)
  return info.object
}

function* guarded(
  k: Invocation,
  info: Info,
  replicas: number,
  guard: { version: string; expected: number },
): Task<void> {
  const scale = (yield* getObject(k, info, 'scale')) as unknown as Scale
  const was = scale.spec.replicas ?? 0
  if (guard.expected >= 0 && was !== guard.expected)
    throw new CliError(`Expected replicas to be ${guard.expected}, was ${was}`)
  const version = scale.metadata.resourceVersion
  if (guard.version && version !== guard.version)
    throw new CliError(`Expected resource version to be ${guard.version}, was ${version}`)
  yield* k.client.object('PUT', pathOf(info.mapping, info.namespace, info.name, 'scale'), {
    body: { ...scale, spec: { ...scale.spec, replicas } },
    about: about(info.mapping, info.name),
  })
}

function* waitScaled(k: Invocation, info: Info, deadline: number): Task<void> {
  for (;;) {
    try {
      const scale = (yield* getObject(k, info, 'scale')) as unknown as Scale
      if ((scale.status?.replicas ?? 0) === (scale.spec.replicas ?? 0)) return
    } catch (error) {
      if (isReason(error, 'NotFound')) return
      throw error
    }
    if (k.deps.world.clock.now >= deadline)
      throw new CliError('timed out waiting for the condition')
    yield* k.sleep(100)
  }
}
