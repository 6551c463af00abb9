/** `kubectl delete`. @source staging/src/k8s.io/kubectl/pkg/cmd/delete/delete.go */
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { type Deletion, deleteObject, waitGone } from '../deletion.ts'
import { kindName } from '../discovery.ts'
import { CliError, isReason, StatusError, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { rawBody, rawRequest } from '../raw.ts'
import {
  fileFlags,
  filesAlone,
  hasFiles,
  listObjects,
  nothingNamed,
  readFiles,
  resolveTargets,
  type Selection,
  type Target,
} from '../resource.ts'
import { dryRunFlag, dryRunSuffix } from '../writes.ts'

type Named = Target & { readonly name: string }

/** Deletes resources. */
export const remove: Command = {
  name: 'delete',
  use: 'delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]',
  short:
    'Delete resources by file names, stdin, resources and names, or by resources and label selector',
  examples: [
    '# Delete what a manifest names\nkubectl delete -f ./pod.json',
    '# Delete pods and services with a label\nkubectl delete pods,services -l name=myLabel',
    '# Delete a pod at once\nkubectl delete pod foo --now',
  ].join('\n\n'),
  flags: [
    ...fileFlags,
    dryRunFlag,
    {
      name: 'all',
      kind: 'bool',
      default: 'false',
      usage: 'Delete all resources of the types in the namespace.',
    },
    {
      name: 'all-namespaces',
      short: 'A',
      kind: 'bool',
      default: 'false',
      usage: 'Act across all namespaces.',
    },
    {
      name: 'cascade',
      kind: 'string',
      default: 'background',
      bare: 'background',
      usage: 'Must be "background", "orphan", or "foreground".',
    },
    { name: 'field-selector', kind: 'string', usage: 'Selector (field query) to filter on.' },
    {
      name: 'force',
      kind: 'bool',
      default: 'false',
      usage: 'Remove from the API at once, without waiting for graceful deletion.',
    },
    {
      name: 'grace-period',
      kind: 'int',
      default: '-1',
      usage: 'Seconds given to the resource to terminate gracefully.',
    },
    {
      name: 'ignore-not-found',
      kind: 'bool',
      default: 'false',
      usage: 'Treat "resource not found" as a successful delete.',
    },
    {
      name: 'interactive',
      short: 'i',
      kind: 'bool',
      default: 'false',
      usage: 'Ask before deleting.',
    },
    {
      name: 'now',
      kind: 'bool',
      default: 'false',
      usage: 'Signal for immediate shutdown (same as --grace-period=1).',
    },
    {
      name: 'output',
      short: 'o',
      kind: 'string',
      usage: 'Output mode. Use "-o name" for shorter output (resource/name).',
    },
    { name: 'raw', kind: 'string', usage: 'Raw URI to DELETE to the server.' },
    { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
    {
      name: 'timeout',
      kind: 'duration',
      usage: 'How long to wait before giving up; zero means the default.',
    },
    {
      name: 'wait',
      kind: 'bool',
      default: 'true',
      usage: 'If true, wait for resources to be gone before returning.',
    },
  ],
  *run(k) {
    const f = k.flags
    const output = f.string('output')
    if (output !== '' && output !== 'name')
      throw new CliError(`unexpected -o output mode: ${output}. We only support '-o name'`)
    if (f.string('raw')) {
      const body = f.strings('filename').length > 0 ? rawBody(k) : undefined
      return yield* rawRequest(k, 'DELETE', f.string('raw'), body)
    }
    const how = deletionOf(k)
    const selected = Boolean(f.string('selector') || f.string('field-selector'))
    warn(k, how)
    const ignore = f.changed('ignore-not-found')
      ? f.bool('ignore-not-found')
      : f.bool('all') || selected
    yield* deleteAll(k, how, ignore)
    return undefined
  },
}

function deletionOf(k: Invocation): Deletion & { force: boolean; wait: boolean } {
  const f = k.flags
  let grace = f.int('grace-period')
  const force = f.bool('force')
  if (f.bool('now')) {
    if (grace >= 0) throw new CliError('--now and --grace-period cannot be specified together')
    grace = 1
  }
  if (force && grace > 0 && !f.bool('now'))
    throw new CliError('--force and --grace-period greater than 0 cannot be specified together')
  let wait = f.bool('wait')
  if (grace === 0 && !force) {
    // Kept from old days: zero without --force means one second, and waiting.
    grace = 1
    wait = true
  }
  if (force && grace < 0) grace = 0
  return {
    propagation: propagation(f.string('cascade')),
    force,
    wait,
    ...(grace < 0 ? {} : { grace }),
  }
}

function propagation(cascade: string): Deletion['propagation'] {
  switch (cascade) {
    case 'background':
    case 'true':
      return 'Background'
    case 'foreground':
      return 'Foreground'
    case 'orphan':
    case 'false':
      return 'Orphan'
    default:
      throw new CliError(
        `invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`,
      )
  }
}

function warn(k: Invocation, how: { force: boolean; grace?: number }): void {
  if (how.force && how.grace === 0)
    k.err(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
    )
}

function* deleteAll(
  k: Invocation,
  how: Deletion & { force: boolean; wait: boolean },
  ignore: boolean,
): Task<void> {
  const errors: unknown[] = []
  const targets = yield* namedTargets(k, errors)
  const gone: { target: Named; uid: string | undefined }[] = []
  let found = 0
  let warned = false
  for (const t of targets) {
    found++
    if (!t.mapping.namespaced && k.explicitNamespace && !warned) {
      warned = true
      k.err('Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n')
    }
    try {
      const done = k.dryRun() === 'client' ? {} : yield* deleteObject(k, t, how)
      gone.push({ target: t, uid: done.uid })
      k.out(deletedText(k, t, how.force))
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      if (ignore && isReason(error, 'NotFound')) continue
      errors.push(error)
    }
  }
  if (found === 0 && errors.length === 0) k.out('No resources found\n')
  throwAll(errors)
  if (!how.wait || k.dryRun() !== '') return
  const timeout = k.flags.duration('timeout')
  const deadline = timeout > 0 ? k.deps.world.clock.now + timeout : undefined
  for (const { target, uid } of gone) {
    if (!target.mapping.verbs.includes('watch')) continue
    if (!(yield* waitGone(k, target, uid, deadline)))
      throw new CliError(
        `timed out waiting for the condition on ${target.mapping.plural}/${target.name}`,
      )
  }
}

function deletedText(k: Invocation, t: Named, force: boolean): string {
  const kind = kindName(t.mapping)
  if (k.flags.string('output') === 'name') return `${kind}/${t.name}\n`
  return `${kind} "${t.name}" ${force ? 'force ' : ''}deleted${dryRunSuffix(k)}\n`
}

/** Everything to delete, collections listed. */
function* namedTargets(k: Invocation, errors: unknown[]): Task<Named[]> {
  if (hasFiles(k)) {
    filesAlone(k.args)
    return [...(yield* readFiles(k))]
  }
  const s: Selection = {
    args: k.args,
    selector: k.flags.string('selector'),
    fieldSelector: k.flags.string('field-selector'),
    all: k.flags.bool('all'),
    allNamespaces: k.flags.bool('all-namespaces'),
  }
  const targets = yield* resolveTargets(k, s)
  if (targets.length === 0) throw nothingNamed()
  const out: Named[] = []
  for (const t of targets) {
    if (t.name !== undefined) {
      out.push({ ...t, name: t.name })
      continue
    }
    try {
      for (const o of yield* listObjects(k, t, s)) {
        const { name = '', namespace = '' } = o.metadata
        out.push({ mapping: t.mapping, namespace, name })
      }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      errors.push(error)
    }
  }
  return out
}
