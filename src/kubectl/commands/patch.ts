/** `kubectl patch`. @source staging/src/k8s.io/kubectl/pkg/cmd/patch/patch.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import { schemaOf } from '../../cluster/api/schema.ts'
import type { Command } from '../command.ts'
import { CliError, isExpected, StatusError, throwAll } from '../errors.ts'
import { parseYaml } from '../manifest.ts'
import { applyMergePatch, equal } from '../patch/json.ts'
import { goJson } from '../printers/gojson.ts'
import { outputFlags } from '../printers/output.ts'
import {
  fileFlags,
  getObject,
  hasFiles,
  type Info,
  infoFrom,
  nothingNamed,
  readFiles,
  resolveTargets,
} from '../resource.ts'
import {
  dryRunFlag,
  fieldManagerFlag,
  operationPrinter,
  patchObject,
  recordFlag,
  recordPatch,
} from '../writes.ts'

const TYPES = ['json', 'merge', 'strategic']

/** Changes fields of resources. */
export const patch: Command = {
  name: 'patch',
  use: 'patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]',
  short: 'Update fields of a resource',
  long: 'Update fields of a resource using strategic merge patch, a JSON merge patch, or a JSON patch.',
  examples: `# Change one field\nkubectl patch node k8s-node-1 -p '{"spec":{"unschedulable":true}}'`,
  flags: [
    ...outputFlags,
    ...fileFlags,
    dryRunFlag,
    fieldManagerFlag('kubectl-patch'),
    recordFlag,
    {
      name: 'local',
      kind: 'bool',
      default: 'false',
      usage: 'Work on the file, not on the server.',
    },
    {
      name: 'patch',
      short: 'p',
      kind: 'string',
      usage: 'The patch to be applied to the resource, JSON or YAML.',
    },
    {
      name: 'patch-file',
      kind: 'string',
      usage: 'A file containing a patch to be applied to the resource.',
    },
    { name: 'subresource', kind: 'string', usage: 'Operate on this subresource of the object.' },
    {
      name: 'type',
      kind: 'string',
      default: 'strategic',
      usage: 'The type of patch: one of [json merge strategic]',
    },
  ],
  *run(k) {
    const f = k.flags
    const type = f.string('type').toLowerCase()
    const given = f.string('patch')
    const fromFile = f.string('patch-file')
    if (given && fromFile) throw new CliError('cannot specify --patch and --patch-file together')
    if (!given && !fromFile)
      throw new CliError(
        'must specify --patch or --patch-file containing the contents of the patch',
      )
    if (!TYPES.includes(type))
      throw k.flags.changed('type')
        ? new CliError(`--type must be one of [${TYPES.join(' ')}], not "${f.string('type')}"`)
        : new CliError('no type')
    const body = patchText(given || read(k.file(fromFile), fromFile))
    const sub = f.string('subresource') || undefined
    const errors: unknown[] = []
    const infos: Info[] = []
    if (hasFiles(k)) infos.push(...(yield* readFiles(k)))
    else {
      const targets = yield* resolveTargets(k, { args: k.args })
      if (targets.length === 0) throw nothingNamed()
      for (const t of targets) {
        try {
          const named = { ...t, name: t.name as string }
          infos.push(infoFrom(t.mapping, yield* getObject(k, named, sub)))
        } catch (error) {
          if (!(error instanceof StatusError)) throw error
          errors.push(error)
        }
      }
    }
    for (const info of infos) {
      try {
        const done =
          k.dryRun() === 'client' || f.bool('local')
            ? locally(info, type, body)
            : yield* patchObject(k, info, type as 'json', body, sub ? { sub } : {})
        if (k.dryRun() === '' && !f.bool('local')) yield* recordPatch(k, info)
        const before = hasFiles(k) ? undefined : info.object
        const changed = !equal(before, done)
        const printer = operationPrinter(k, changed ? 'patched' : 'patched (no change)')
        printer.print(done)
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

function read(text: string | undefined, path: string): string {
  if (text === undefined)
    throw new CliError(`unable to read patch file: open ${path}: no such file or directory`)
  return text
}

/** YAML becomes JSON; what looks like JSON goes as it is. */
function patchText(text: string): string {
  if (text.trimStart().startsWith('{') || text.trimStart().startsWith('[')) return text
  try {
    return goJson(parseYaml(text))
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw new CliError(`unable to parse "${text}": ${error.message}`)
  }
}

function locally(info: Info, type: string, body: string): AnyObject {
  const { group, version, kind } = info.mapping
  if (type === 'json')
    throw new CliError('JSON patches are applied by the server only: leave out --dry-run=client')
  if (type === 'strategic' && !schemaOf(group, version, kind))
    throw new CliError('strategic merge patch is not supported for custom resources')
  return applyMergePatch(info.object, JSON.parse(body)) as AnyObject
}
