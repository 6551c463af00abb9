/** `kubectl describe`. @source staging/src/k8s.io/kubectl/pkg/cmd/describe/describe.go */
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { describeGeneric } from '../describers/generic.ts'
import { describers } from '../describers/index.ts'
import { PrefixWriter } from '../describers/writer.ts'
import { CliError, isReason, StatusError, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { DESCRIBE, layOut } from '../printers/tabwriter.ts'
import {
  fetchInfos,
  fileFlags,
  hasFiles,
  type Info,
  infoFrom,
  listObjects,
  resolveTargets,
} from '../resource.ts'

/** Shows objects at length. */
export const describe: Command = {
  name: 'describe',
  use: 'describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]',
  short: 'Show details of a specific resource or group of resources',
  examples:
    '# Describe a node\nkubectl describe nodes node-1\n\n# Describe pods by a label\nkubectl describe pods -l app=web',
  flags: [
    ...fileFlags,
    {
      name: 'all-namespaces',
      short: 'A',
      kind: 'bool',
      default: 'false',
      usage: 'Describe the objects of all namespaces.',
    },
    {
      name: 'chunk-size',
      kind: 'int',
      default: '500',
      usage: 'Return large lists in chunks rather than all at once.',
    },
    { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
    {
      name: 'show-events',
      kind: 'bool',
      default: 'true',
      usage: 'If true, display events related to the described object.',
    },
  ],
  *run(k) {
    if (k.args.length === 0 && !hasFiles(k)) {
      throw new CliError(
        'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.\n',
      )
    }
    const errors: unknown[] = []
    const infos = yield* fetchInfos(k, selectionOf(k), errors)
    if (infos.length === 0 && errors.length > 0) infos.push(...(yield* byPrefix(k, errors)))
    let first = true
    for (const info of infos) {
      try {
        const text = yield* describeOne(k, info)
        k.out(first ? text : `\n\n${text}`)
        first = false
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
        errors.push(error)
      }
    }
    if (infos.length === 0 && errors.length === 0) {
      if (k.flags.bool('all-namespaces')) k.err('No resources found\n')
      else k.err(`No resources found in ${k.namespace} namespace.\n`)
    }
    throwAll(errors)
    return undefined
  },
}

function selectionOf(k: Invocation) {
  return {
    args: k.args,
    selector: k.flags.string('selector'),
    allNamespaces: k.flags.bool('all-namespaces'),
    emptySelects: true,
  }
}

/** `describe pod we` also means every pod whose name begins so. */
function* byPrefix(k: Invocation, errors: unknown[]): Task<Info[]> {
  const [type, prefix] = k.args
  if (k.args.length !== 2 || !type || !prefix) return []
  if (!errors.every((e) => isReason(e, 'NotFound'))) return []
  const out: Info[] = []
  for (const t of yield* resolveTargets(k, { args: [type], emptySelects: true })) {
    for (const o of yield* listObjects(k, t, {}))
      if (o.metadata.name?.startsWith(prefix)) out.push(infoFrom(t.mapping, o))
  }
  if (out.length > 0) errors.length = 0
  return out
}

function* describeOne(k: Invocation, info: Info): Task<string> {
  const { mapping, object } = info
  const w = new PrefixWriter()
  const describer = describers.get(`${mapping.kind}.${mapping.group}`) ?? describeGeneric
  const showEvents = k.flags.bool('show-events')
  yield* describer({ k, w, mapping, showEvents, now: k.now }, object)
  return layOut(w.text, DESCRIBE)
}
