/** `kubectl apply`. @source staging/src/k8s.io/kubectl/pkg/cmd/apply/apply.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { applyClientSide, applyServerSide } from '../applying.ts'
import type { Command } from '../command.ts'
import { deleteObject } from '../deletion.ts'
import { kindName } from '../discovery.ts'
import { addSource, CliError, isExpected, throwAll } from '../errors.ts'
import type { Flag } from '../flags.ts'
import type { Invocation } from '../invocation.ts'
import { outputFlags, printerFor } from '../printers/output.ts'
import {
  documentErrors,
  fileFlags,
  hasFiles,
  type Info,
  listObjects,
  readFiles,
} from '../resource.ts'
import {
  dryRunFlag,
  dryRunSuffix,
  fieldManagerFlag,
  fieldValidation,
  LAST_APPLIED,
  recorded,
  recordFlag,
  validateFlag,
} from '../writes.ts'
import { editLastApplied, setLastApplied, viewLastApplied } from './apply/lastapplied.ts'

const applyFlags: readonly Flag[] = [
  ...outputFlags,
  ...fileFlags,
  dryRunFlag,
  validateFlag,
  {
    name: 'all',
    kind: 'bool',
    default: 'false',
    usage: 'Select all resources in the namespace of the specified resource types.',
  },
  {
    name: 'cascade',
    kind: 'string',
    default: 'background',
    bare: 'background',
    usage: 'Must be "background", "orphan", or "foreground".',
  },
  fieldManagerFlag(''),
  recordFlag,
  {
    name: 'force',
    kind: 'bool',
    default: 'false',
    usage: 'Delete and recreate what cannot be patched.',
  },
  {
    name: 'force-conflicts',
    kind: 'bool',
    default: 'false',
    usage: 'If true, server-side apply will force the changes against conflicts.',
  },
  {
    name: 'grace-period',
    kind: 'int',
    default: '-1',
    usage: 'Seconds given to the resource to terminate gracefully.',
  },
  {
    name: 'openapi-patch',
    kind: 'bool',
    default: 'true',
    usage: 'Use the schema to compute the difference.',
  },
  {
    name: 'overwrite',
    kind: 'bool',
    default: 'true',
    usage: 'Resolve conflicts with the values of the manifest.',
  },
  {
    name: 'prune',
    kind: 'bool',
    default: 'false',
    usage: 'Delete resources that are not in the configuration.',
  },
  { name: 'prune-allowlist', kind: 'array', usage: 'Types to prune, as <group/version/kind>.' },
  { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
  {
    name: 'server-side',
    kind: 'bool',
    default: 'false',
    usage: 'If true, apply runs in the server instead of the client.',
  },
  { name: 'timeout', kind: 'duration', usage: 'How long to wait before giving up on a delete.' },
  {
    name: 'wait',
    kind: 'bool',
    default: 'false',
    usage: 'Wait for resources to be gone before returning.',
  },
]

/** Applies manifests. */
export const apply: Command = {
  name: 'apply',
  use: 'apply (-f FILENAME | -k DIRECTORY) [options]',
  short: 'Apply a configuration to a resource by file name or stdin',
  long: 'Apply a configuration to a resource by file name or stdin. The resource name must be specified. This resource will be created if it does not exist yet.\n\nJSON and YAML formats are accepted.',
  examples: '# Apply the configuration in pod.yaml to a pod\nkubectl apply -f ./pod.yaml',
  flags: applyFlags,
  subcommands: [editLastApplied(), setLastApplied(), viewLastApplied()],
  *run(k) {
    const serverSide = k.flags.bool('server-side')
    if (k.args.length > 0) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`)
    if (!k.flags.changed('field-manager'))
      k.flags.set('field-manager', serverSide ? 'kubectl' : 'kubectl-client-side-apply')
    if (serverSide && k.dryRun() === 'client')
      throw new CliError(
        "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
      )
    if (k.flags.bool('force-conflicts') && !serverSide)
      throw new CliError('--force-conflicts only works with --server-side')
    if (serverSide && k.flags.bool('force'))
      throw new CliError('--force cannot be used with --server-side')
    const validate = fieldValidation(k) !== 'Ignore'
    if (!hasFiles(k)) throw new CliError('must specify one of -f and -k')
    if (k.flags.bool('prune') && !k.flags.string('selector') && !k.flags.bool('all'))
      throw new CliError(
        'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
      )
    const infos = yield* readFiles(k, { validate })
    const errors: unknown[] = [...documentErrors(infos)]
    if (infos.length === 0 && errors.length === 0) throw new CliError('no objects passed to apply')
    yield* applyAll(k, infos, serverSide, errors)
    throwAll(errors)
    return undefined
  },
}

function* applyAll(k: Invocation, infos: readonly Info[], serverSide: boolean, errors: unknown[]) {
  const structured = !['', 'name'].includes(k.flags.string('output'))
  const results: AnyObject[] = []
  for (const info of infos) {
    try {
      if (!info.name)
        throw info.object.metadata?.generateName
          ? new CliError(
              `from ${info.object.metadata.generateName}: cannot use generate name with apply`,
            )
          : addSource(
              new CliError('resource name may not be empty'),
              'retrieving current configuration of:',
              '',
            )
      const marked = { ...info, object: recorded(k, info.object) }
      const done = serverSide
        ? yield* applyServerSide(k, marked)
        : yield* applyClientSide(k, marked)
      results.push(done.object)
      if (structured) continue
      const printer = printerFor(k, { operation: done.operation + dryRunSuffix(k) })
      printer.print(withType(info, done.object))
      printer.flush()
    } catch (error) {
      if (!isExpected(error)) throw error
      errors.push(error)
    }
  }
  if (structured && results.length > 0) {
    const printer = printerFor(k, {})
    if (results.length === 1) printer.print(results[0] as AnyObject)
    else
      printer.print({
        apiVersion: 'v1',
        items: results,
        kind: 'List',
        metadata: {},
      } as unknown as AnyObject)
    printer.flush()
  }
  if (k.flags.bool('prune') && errors.length === 0) yield* prune(k, infos)
}

function withType(info: Info, object: AnyObject): AnyObject {
  return object.kind
    ? object
    : { ...object, apiVersion: info.object.apiVersion, kind: info.object.kind }
}

const PRUNED = [
  'configmaps',
  'endpoints',
  'namespaces',
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'replicationcontrollers',
  'secrets',
  'services',
  'jobs.batch',
  'cronjobs.batch',
  'ingresses.networking.k8s.io',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
]

/** Deletes what an earlier apply made and this one no longer names. */
function* prune(k: Invocation, infos: readonly Info[]): Task<void> {
  const kept = new Set(infos.map((i) => `${kindName(i.mapping)}/${i.namespace}/${i.name}`))
  const spaces = [...new Set(infos.map((i) => i.namespace).filter((n) => n !== ''))].sort()
  const how = { propagation: 'Background' as const }
  for (const type of PRUNED) {
    const mapping = yield* k.mapping(type)
    for (const namespace of mapping.namespaced ? spaces : ['']) {
      const t = { mapping, namespace }
      for (const o of yield* listObjects(k, t, { selector: k.flags.string('selector') })) {
        const name = o.metadata.name as string
        if (o.metadata.annotations?.[LAST_APPLIED] === undefined) continue
        if (kept.has(`${kindName(mapping)}/${namespace}/${name}`)) continue
        if (k.dryRun() !== 'client') yield* deleteObject(k, { ...t, name }, how)
        k.out(`${kindName(mapping)}/${name} pruned${dryRunSuffix(k)}\n`)
      }
    }
  }
}
