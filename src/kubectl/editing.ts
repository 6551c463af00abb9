/**
 * Editing text for a command: the rounds with an editor, what is kept when they fail.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/util/editor/editoptions.go
 */
import type { AnyObject } from '../cluster/api/object.ts'
import type { Task } from '../cluster/sim/task.ts'
import { CliError, isExpected, messageOf } from './errors.ts'
import type { Invocation } from './invocation.ts'
import { parseManifest } from './manifest.ts'
import { goJsonIndent } from './printers/gojson.ts'
import { withoutManagedFields } from './printers/output.ts'
import { toYaml } from './printers/yaml.ts'
import type { Info } from './resource.ts'

const HEADER = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`
/** Rounds with an editor before the command gives up. */
const ROUNDS_MAX = 20

/**
 * Opens an editor on an object before it is made, as `create --edit` does.
 * @param make sends what was written
 */
export function* editBeforeCreate(
  k: Invocation,
  info: Info,
  make: (object: AnyObject) => Task<void>,
): Task<undefined> {
  return yield* rounds(k, textOf(k, [info]), function* (edited) {
    let docs: AnyObject[]
    try {
      docs = parseManifest(stripComments(edited), 'edited-file') as unknown as AnyObject[]
    } catch (error) {
      if (!isExpected(error)) throw error
      return `The edited file had a syntax error: ${messageOf(error)}`
    }
    for (const doc of docs) {
      try {
        yield* make(doc)
      } catch (error) {
        if (!isExpected(error)) throw error
        const path = keep(k, edited)
        k.err(`A copy of your changes has been stored to "${path}"\n`)
        throw error
      }
    }
    return undefined
  })
}

/** Edits until it was saved, or given up. @param save answers the reason to open the editor again, if any */
export function* rounds(
  k: Invocation,
  original: string,
  save: (edited: string) => Task<string | undefined>,
  header = HEADER,
): Task<undefined> {
  let text = header + original
  let failed = false
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const edited = k.io.edit ? yield* k.io.edit(text) : undefined
    if (edited === undefined) {
      const editor = k.io.env?.get('KUBE_EDITOR') || k.io.env?.get('EDITOR') || 'vi'
      if (!k.io.edit) throw new CliError('there is no editor here: use kubectl apply or the page')
      throw preserved(k, text, new CliError(`there was a problem with the editor "${editor}"`))
    }
    const bare = stripComments(edited)
    if (failed && bare === stripComments(text))
      throw preserved(k, edited, new CliError('Edit cancelled, no valid changes were saved.'))
    if (bare === stripComments(original)) {
      k.err('Edit cancelled, no changes made.\n')
      return undefined
    }
    if (bare.trim() === '') {
      k.err('Edit cancelled, saved file was empty.\n')
      return undefined
    }
    const problem = yield* save(edited)
    if (!problem) return undefined
    failed = true
    text = `${header}# ${problem.replaceAll('\n', '\n# ')}\n#\n${bare}`
  }
  throw new CliError('Edit cancelled, no valid changes were saved.')
}

/** What the editor shows of the objects. */
export function textOf(k: Invocation, infos: readonly Info[]): string {
  const objects = infos.map((i) =>
    k.flags.bool('show-managed-fields') ? i.object : withoutManagedFields(i.object),
  )
  const value =
    objects.length === 1
      ? (objects[0] as AnyObject)
      : { apiVersion: 'v1', items: objects, kind: 'List', metadata: {} }
  return k.flags.string('output') === 'json' ? `${goJsonIndent(value)}\n` : toYaml(value)
}

/** Without the lines that say what to do. */
export function stripComments(text: string): string {
  return text
    .split('\n')
    .filter((l) => !l.trimStart().startsWith('#'))
    .join('\n')
}

/** Keeps what was written. @returns the file */
export function keep(k: Invocation, text: string): string {
  let sum = 0
  for (const c of text) sum = (sum * 31 + (c.codePointAt(0) ?? 0)) % 4_294_967_291
  const path = `/tmp/kubectl-edit-${sum}.yaml`
  if (stripComments(text) !== '') k.io.files?.set(path.slice(1), text)
  return path
}

/** The failure, once what was written is kept. */
export function preserved(k: Invocation, text: string, error: CliError): CliError {
  const path = keep(k, text)
  if (!error.message.startsWith('there was a problem'))
    k.err(`A copy of your changes has been stored to "${path}"\n`)
  return error
}
