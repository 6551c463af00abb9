/**
 * The group around the annotation that remembers what was applied.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/apply/apply_view_last_applied.go, apply_edit_last_applied.go,
 *   apply_set_last_applied.go
 */
import type { AnyObject } from '../../../cluster/api/object.ts'
import type { Task } from '../../../cluster/sim/task.ts'
import type { Command } from '../../command.ts'
import { rounds, stripComments, textOf } from '../../editing.ts'
import { CliError, isExpected, messageOf, throwAll } from '../../errors.ts'
import type { Invocation } from '../../invocation.ts'
import { parseManifest } from '../../manifest.ts'
import { goJson, goJsonIndent } from '../../printers/gojson.ts'
import { outputFlags, printerFor } from '../../printers/output.ts'
import { toYaml } from '../../printers/yaml.ts'
import { fetchInfos, fileFlags, getObject, type Info, readFiles } from '../../resource.ts'
import {
  dryRunFlag,
  dryRunSuffix,
  fieldManagerFlag,
  LAST_APPLIED,
  operationPrinter,
  patchObject,
  withAnnotation,
} from '../../writes.ts'

/** `apply view-last-applied`. */
export function viewLastApplied(): Command {
  return {
    name: 'view-last-applied',
    use: 'view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]',
    short: 'View the latest last-applied-configuration annotations of a resource/object',
    flags: [
      ...fileFlags,
      { name: 'all', kind: 'bool', default: 'false', usage: 'Select all resources of the type' },
      {
        name: 'output',
        short: 'o',
        kind: 'string',
        default: 'yaml',
        usage: 'Output format. Must be one of (yaml, json)',
      },
      {
        name: 'selector',
        short: 'l',
        kind: 'string',
        usage: 'Selector (label query) to filter on.',
      },
    ],
    *run(k) {
      const errors: unknown[] = []
      const infos = yield* fetchInfos(
        k,
        { args: k.args, selector: k.flags.string('selector'), all: k.flags.bool('all') },
        errors,
      )
      for (const { object } of infos) {
        const text = object.metadata.annotations?.[LAST_APPLIED]
        if (text === undefined) continue
        const value: unknown = JSON.parse(text)
        const output = k.flags.string('output')
        if (output === 'json') k.out(`${goJsonIndent(value, '  ')}\n`)
        else if (output === 'yaml') k.out(toYaml(value))
        else
          throw k.usage(
            `Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`,
          )
      }
      throwAll(errors)
      return undefined
    },
  }
}

const EDIT_HEADER = `# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
`

/** `apply edit-last-applied`. */
export function editLastApplied(): Command {
  return {
    name: 'edit-last-applied',
    use: 'edit-last-applied (RESOURCE/NAME | -f FILENAME) [options]',
    short: 'Edit latest last-applied-configuration annotations of a resource/object',
    flags: [...outputFlags, ...fileFlags, fieldManagerFlag('kubectl-client-side-apply')],
    *run(k) {
      const errors: unknown[] = []
      const infos = yield* fetchInfos(k, { args: k.args }, errors)
      throwAll(errors)
      const applied = infos.flatMap((info) => {
        const text = info.object.metadata.annotations?.[LAST_APPLIED]
        return text === undefined ? [] : [{ ...info, object: JSON.parse(text) as AnyObject }]
      })
      if (applied.length === 0)
        throw new CliError(
          'no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`',
        )
      return yield* rounds(
        k,
        textOf(k, applied),
        (edited) => saveLastApplied(k, applied, edited),
        EDIT_HEADER,
      )
    },
  }
}

function* saveLastApplied(
  k: Invocation,
  applied: readonly Info[],
  edited: string,
): Task<string | undefined> {
  let docs: AnyObject[]
  try {
    docs = parseManifest(stripComments(edited), 'edited-file') as unknown as AnyObject[]
  } catch (error) {
    if (!isExpected(error)) throw error
    return `The edited file had a syntax error: ${messageOf(error)}`
  }
  for (const [i, info] of applied.entries()) {
    const doc = docs[i]
    const same = doc === undefined || goJson(doc) === goJson(info.object)
    const text = `${goJson(doc)}\n`
    const object = same
      ? info.object
      : yield* patchObject(k, info, 'merge', {
          metadata: { annotations: { [LAST_APPLIED]: text } },
        })
    const printer = operationPrinter(k, same ? 'skipped' : 'edited')
    printer.print(object)
    printer.flush()
  }
  return undefined
}

/** `apply set-last-applied`. */
export function setLastApplied(): Command {
  return {
    name: 'set-last-applied',
    use: 'set-last-applied -f FILENAME [options]',
    short:
      'Set the last-applied-configuration annotation on a live object to match the contents of a file',
    flags: [
      ...outputFlags,
      ...fileFlags,
      dryRunFlag,
      {
        name: 'create-annotation',
        kind: 'bool',
        default: 'false',
        usage: 'Create the annotation when it is missing.',
      },
    ],
    *run(k) {
      for (const info of yield* readFiles(k)) {
        const live = yield* getObject(k, info)
        const has = live.metadata.annotations?.[LAST_APPLIED] !== undefined
        if (!has && !k.flags.bool('create-annotation'))
          throw new CliError(
            `no last-applied-configuration annotation found on resource: ${info.name}, to create the annotation, run the command with --create-annotation`,
          )
        const text = `${goJson(info.object)}\n`
        const patch = { metadata: { annotations: { [LAST_APPLIED]: text } } }
        const object =
          k.dryRun() === 'client'
            ? withAnnotation(live, LAST_APPLIED, text)
            : yield* patchObject(k, info, 'merge', patch)
        const printer = printerFor(k, { operation: `configured${dryRunSuffix(k)}` })
        printer.print(object)
        printer.flush()
      }
      return undefined
    },
  }
}
