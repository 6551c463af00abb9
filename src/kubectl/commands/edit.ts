/** `kubectl edit`. @source staging/src/k8s.io/kubectl/pkg/cmd/util/editor/editoptions.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import { schemaOf } from '../../cluster/api/schema.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { groupResource } from '../discovery.ts'
import { keep, preserved, rounds, stripComments, textOf } from '../editing.ts'
import { CliError, Exit, isExpected, messageOf, StatusError, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { parseManifest } from '../manifest.ts'
import { equal, isEmpty, type JsonMap, mergePatch } from '../patch/json.ts'
import { strategicTwoWay } from '../patch/threeway.ts'
import { outputFlags, withoutManagedFields } from '../printers/output.ts'
import { fetchInfos, fileFlags, getObject, type Info } from '../resource.ts'
import {
  fieldManagerFlag,
  operationPrinter,
  patchObject,
  saveConfigFlag,
  validateFlag,
  withSavedConfig,
} from '../writes.ts'

/** Opens objects in an editor. */
export const edit: Command = {
  name: 'edit',
  use: 'edit (RESOURCE/NAME | -f FILENAME) [options]',
  short: 'Edit a resource on the server',
  examples: '# Edit the service named "registry"\nkubectl edit svc/registry',
  flags: [
    ...outputFlags,
    ...fileFlags,
    validateFlag,
    saveConfigFlag,
    fieldManagerFlag('kubectl-edit'),
    {
      name: 'output-patch',
      kind: 'bool',
      default: 'false',
      usage: 'Output the patch if the resource is edited.',
    },
    { name: 'subresource', kind: 'string', usage: 'Operate on this subresource of the object.' },
    {
      name: 'windows-line-endings',
      kind: 'bool',
      default: 'false',
      usage: 'Use Windows line endings.',
    },
  ],
  *run(k) {
    const errors: unknown[] = []
    const found = yield* fetchInfos(k, { args: k.args }, errors)
    throwAll(errors)
    if (found.length === 0) throw new CliError('edit cancelled, no objects found')
    const sub = k.flags.string('subresource') || undefined
    const infos: Info[] = []
    for (const i of found) infos.push(sub ? { ...i, object: yield* getObject(k, i, sub) } : i)
    return yield* rounds(k, textOf(k, infos), (edited) => save(k, infos, edited, sub))
  },
}

/** Sends what changed. @returns the reason to open the editor again, if any @throws to end the command */
function* save(
  k: Invocation,
  infos: readonly Info[],
  edited: string,
  sub: string | undefined,
): Task<string | undefined> {
  let docs: AnyObject[]
  try {
    docs = parseManifest(stripComments(edited), 'edited-file').flatMap((d) =>
      Array.isArray(d.items) ? (d.items as AnyObject[]) : [d as unknown as AnyObject],
    )
  } catch (error) {
    if (!isExpected(error)) throw error
    const [only] = infos as [Info]
    k.err(`error: ${groupResource(only.mapping)} "${only.name}" is invalid\n`)
    return messageOf(error)
  }
  let again: string | undefined
  for (const [i, info] of infos.entries()) {
    const doc =
      docs.find((d) => d.metadata?.name === info.name && d.kind === info.object.kind) ?? docs[i]
    if (!doc) continue
    const moved =
      doc.metadata?.name !== info.name ||
      doc.kind !== info.object.kind ||
      doc.apiVersion !== info.object.apiVersion
    if (moved)
      throw preserved(
        k,
        edited,
        new CliError('At least one of apiVersion, kind and name was changed'),
      )
    again = (yield* saveOne(k, info, doc, sub, edited)) ?? again
  }
  return again
}

function* saveOne(
  k: Invocation,
  info: Info,
  doc: AnyObject,
  sub: string | undefined,
  edited: string,
): Task<string | undefined> {
  const before = withoutManagedFields(info.object)
  const after = withSavedConfig(k, withoutManagedFields(doc))
  if (equal(before, after)) {
    k.out(`${info.mapping.kind.toLowerCase()}/${info.name} skipped\n`)
    return undefined
  }
  const { group, version, kind } = info.mapping
  const schema = schemaOf(group, version, kind)
  const patch = schema
    ? strategicTwoWay(before as JsonMap, after as JsonMap, schema)
    : mergePatch(before as JsonMap, after as JsonMap)
  if (isEmpty(patch)) return undefined
  const who = `${groupResource(info.mapping)} "${info.name}"`
  try {
    const done = yield* patchObject(
      k,
      info,
      schema ? 'strategic' : 'merge',
      patch,
      sub ? { sub } : {},
    )
    const printer = operationPrinter(k, 'edited')
    printer.print(done)
    printer.flush()
    return undefined
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    if (error.reason === 'Invalid') {
      k.err(`error: ${who} is invalid\n`)
      const causes = error.status.details?.causes ?? []
      const reasons = causes.map((c) => `\n* ${c.field}: ${c.message}`)
      return `${who} was not valid${reasons.length > 0 ? ':' : ''}${reasons.join('')}`
    }
    if (error.reason === 'NotFound') {
      k.err(`error: ${who} could not be found on the server\n`)
      k.err(`The edits you made on deleted resources have been saved to "${keep(k, edited)}"\n`)
      throw new Exit(1)
    }
    k.err(`error: ${who} could not be patched: ${error.message}\n`)
    k.err(`You can run \`kubectl replace -f ${keep(k, edited)}\` to try this update again.\n`)
    throw new Exit(1)
  }
}
