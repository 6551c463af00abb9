/** `kubectl replace`. @source staging/src/k8s.io/kubectl/pkg/cmd/replace/replace.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { deleteAndWait } from '../deletion.ts'
import { kindName, pathOf } from '../discovery.ts'
import { addSource, CliError, isExpected, isReason, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { outputFlags } from '../printers/output.ts'
import { rawBody, rawRequest } from '../raw.ts'
import {
  about,
  documentErrors,
  fileFlags,
  getObject,
  hasFiles,
  type Info,
  readFiles,
} from '../resource.ts'
import {
  createObject,
  dryRunFlag,
  fieldManagerFlag,
  fieldValidation,
  operationPrinter,
  recorded,
  recordFlag,
  saveConfigFlag,
  validateFlag,
  withSavedConfig,
  writeQuery,
} from '../writes.ts'

/** Replaces resources by what a manifest says. */
export const replace: Command = {
  name: 'replace',
  use: 'replace -f FILENAME [options]',
  short: 'Replace a resource by file name or stdin',
  examples: '# Replace a pod by what is in pod.json\nkubectl replace -f ./pod.json',
  flags: [
    ...outputFlags,
    ...fileFlags,
    dryRunFlag,
    validateFlag,
    recordFlag,
    saveConfigFlag,
    fieldManagerFlag('kubectl-replace'),
    {
      name: 'cascade',
      kind: 'string',
      default: 'background',
      bare: 'background',
      usage: 'Must be "background", "orphan", or "foreground".',
    },
    { name: 'force', kind: 'bool', default: 'false', usage: 'Delete and create anew.' },
    {
      name: 'grace-period',
      kind: 'int',
      default: '-1',
      usage: 'Seconds given to the resource to terminate gracefully.',
    },
    { name: 'raw', kind: 'string', usage: 'Raw URI to PUT to the server.' },
    { name: 'subresource', kind: 'string', usage: 'Operate on this subresource of the object.' },
    { name: 'timeout', kind: 'duration', usage: 'How long to wait before giving up on a delete.' },
    {
      name: 'wait',
      kind: 'bool',
      default: 'false',
      usage: 'Wait for resources to be gone before returning.',
    },
  ],
  *run(k) {
    if (k.flags.string('raw')) return yield* rawRequest(k, 'PUT', k.flags.string('raw'), rawBody(k))
    if (!hasFiles(k)) throw new CliError('must specify one of -f and -k')
    const force = k.flags.bool('force')
    if (k.flags.int('grace-period') >= 0 && !force)
      throw new CliError('--grace-period must have --force specified')
    const infos = yield* readFiles(k, { validate: fieldValidation(k) !== 'Ignore' })
    const errors: unknown[] = [...documentErrors(infos)]
    if (infos.length === 0 && errors.length === 0)
      throw new CliError('no objects passed to replace')
    const sub = k.flags.string('subresource') || undefined
    for (const info of infos) {
      const object = withSavedConfig(k, recorded(k, info.object))
      try {
        if (force) {
          if (yield* forget(k, info)) k.out(`${kindName(info.mapping)} "${info.name}" deleted\n`)
          const made = yield* createObject(k, { ...info, object })
          operationPrinter(k, 'replaced').print(made)
          continue
        }
        const done =
          k.dryRun() === 'client'
            ? object
            : yield* k.client.object('PUT', pathOf(info.mapping, info.namespace, info.name, sub), {
                query: writeQuery(k),
                body: yield* versioned(k, { ...info, object }),
                about: about(info.mapping, info.name),
              })
        const printer = operationPrinter(k, 'replaced')
        printer.print(done)
        printer.flush()
      } catch (error) {
        if (!isExpected(error)) throw error
        errors.push(addSource(error, 'replacing', info.source))
      }
    }
    throwAll(errors)
    return undefined
  },
}

/** Without a resourceVersion of its own the object takes the live one: the last writer wins. */
function* versioned(k: Invocation, info: Info): Task<AnyObject> {
  const { object } = info
  if (object.metadata.resourceVersion) return object
  const live = yield* getObject(k, info)
  const { resourceVersion } = live.metadata
  return { ...object, metadata: { ...object.metadata, resourceVersion } } as AnyObject
}

/** Deletes what is there. @returns false when there was nothing */
function* forget(k: Invocation, info: Info): Task<boolean> {
  try {
    yield* deleteAndWait(k, info, Math.max(k.flags.int('grace-period'), 0))
    return true
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
    return false
  }
}
