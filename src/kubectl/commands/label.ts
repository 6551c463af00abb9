/**
 * `kubectl label` and `kubectl annotate`.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/label/label.go, staging/src/k8s.io/kubectl/pkg/cmd/annotate/annotate.go
 */

import { labelValue, qualifiedName } from '../../cluster/api/meta/validation.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { CliError, isExpected, throwAll } from '../errors.ts'
import type { Flag } from '../flags.ts'
import type { Invocation } from '../invocation.ts'
import { equal, isEmpty, type JsonMap, mergePatch } from '../patch/json.ts'
import { goJson } from '../printers/gojson.ts'
import { outputFlags } from '../printers/output.ts'
import { fetchInfos, fileFlags, hasFiles, type Info } from '../resource.ts'
import {
  dryRunFlag,
  fieldManagerFlag,
  operationPrinter,
  patchObject,
  recorded,
  recordFlag,
} from '../writes.ts'

interface Words {
  readonly field: 'labels' | 'annotations'
  readonly command: 'label' | 'annotate'
  readonly noun: string
}

const tagFlags: readonly Flag[] = [
  { name: 'all', kind: 'bool', default: 'false', usage: 'Select all resources of the types.' },
  {
    name: 'all-namespaces',
    short: 'A',
    kind: 'bool',
    default: 'false',
    usage: 'Act across all namespaces.',
  },
  { name: 'field-selector', kind: 'string', usage: 'Selector (field query) to filter on.' },
  { name: 'list', kind: 'bool', default: 'false', usage: 'Only show what is there.' },
  { name: 'local', kind: 'bool', default: 'false', usage: 'Work on the file, not on the server.' },
  {
    name: 'overwrite',
    kind: 'bool',
    default: 'false',
    usage: 'Allow existing values to be changed.',
  },
  {
    name: 'resource-version',
    kind: 'string',
    usage: 'Only change an object of this resourceVersion.',
  },
  { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
]

/** Changes labels. */
export const label: Command = tagCommand(
  { field: 'labels', command: 'label', noun: 'label' },
  'Update the labels on a resource',
)

/** Changes annotations. */
export const annotate: Command = tagCommand(
  { field: 'annotations', command: 'annotate', noun: 'annotation' },
  'Update the annotations on a resource',
)

function tagCommand(words: Words, short: string): Command {
  return {
    name: words.command,
    use: `${words.command} [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]`,
    short,
    examples: `# Set, change and remove\nkubectl ${words.command} pods foo status=unhealthy\nkubectl ${words.command} --overwrite pods foo status=well\nkubectl ${words.command} pods foo status-`,
    flags: [
      ...outputFlags,
      ...fileFlags,
      dryRunFlag,
      recordFlag,
      fieldManagerFlag(`kubectl-${words.command}`),
      ...tagFlags,
    ],
    *run(k) {
      yield* tag(k, words)
      return undefined
    },
  }
}

interface Changes {
  readonly set: ReadonlyMap<string, string>
  readonly remove: readonly string[]
}

/** Splits arguments into resources and changes: the first with `=` or a trailing `-` begins the changes. */
function split(args: readonly string[]): { resources: string[]; changes: string[] } {
  const resources: string[] = []
  const changes: string[] = []
  for (const a of args) {
    const isChange = a.includes('=') || (a.endsWith('-') && a.length > 1)
    if (isChange) changes.push(a)
    else if (changes.length > 0)
      throw new CliError(`all resources must be specified before label changes: ${a}`)
    else resources.push(a)
  }
  return { resources, changes }
}

function parseChanges(words: Words, list: readonly string[]): Changes {
  const set = new Map<string, string>()
  const remove: string[] = []
  for (const c of list) {
    const eq = c.indexOf('=')
    if (eq < 0) remove.push(c.slice(0, -1))
    else {
      const value = c.slice(eq + 1)
      if (words.field === 'labels') {
        if (value.includes('=')) throw new CliError(`invalid label spec: ${c}`)
        const problems = labelValue(value)
        if (problems.length > 0)
          throw new CliError(`invalid label value: "${c}": ${problems.join(';')}`)
      }
      if (eq === 0) throw new CliError(`unknown ${words.noun} spec: ${c}`)
      set.set(c.slice(0, eq), value)
    }
  }
  const both = remove.find((r) => set.has(r))
  if (both !== undefined)
    throw new CliError(
      words.field === 'labels'
        ? 'can not both modify and remove a label in the same command'
        : `can not both modify and remove the following annotation(s) in the same command: ${both}`,
    )
  return { set, remove }
}

function* tag(k: Invocation, words: Words): Task<void> {
  const { resources, changes: list } = split(k.args)
  const listing = k.flags.bool('list')
  if (resources.length === 0 && !hasFiles(k)) throw resourcesMissing()
  const changes = parseChanges(words, list)
  if (list.length === 0 && !listing)
    throw new CliError(`at least one ${words.noun} update is required`)
  for (const flag of ['selector', 'field-selector'])
    if (k.flags.bool('all') && k.flags.string(flag))
      throw new CliError(`cannot set --all and --${flag} at the same time`)
  const errors: unknown[] = []
  const infos = yield* fetchInfos(
    k,
    {
      args: resources,
      selector: k.flags.string('selector'),
      fieldSelector: k.flags.string('field-selector'),
      all: k.flags.bool('all'),
      allNamespaces: k.flags.bool('all-namespaces'),
    },
    errors,
  )
  for (const info of infos) {
    try {
      if (listing) showList(k, words, info, infos.length > 1)
      else yield* change(k, words, info, changes)
    } catch (error) {
      if (!isExpected(error)) throw error
      errors.push(error)
    }
  }
  throwAll(errors)
}

function resourcesMissing(): CliError {
  return new CliError(
    'one or more resources must be specified as <resource> <name> or <resource>/<name>',
  )
}

function showList(k: Invocation, words: Words, info: Info, several: boolean): void {
  const tags = info.object.metadata[words.field] ?? {}
  if (several)
    k.out(`Listing ${words.field} for ${info.mapping.kind}.${info.mapping.group}/${info.name}:\n`)
  for (const key of Object.keys(tags).sort()) k.out(`${several ? ' ' : ''}${key}=${tags[key]}\n`)
}

function* change(k: Invocation, words: Words, info: Info, changes: Changes): Task<void> {
  const old = info.object.metadata[words.field] ?? {}
  if (!k.flags.bool('overwrite')) refuseOverwrite(words, old, changes)
  const version = k.flags.string('resource-version')
  const tags: Record<string, string> = { ...old }
  for (const [key, value] of changes.set) tags[key] = value
  for (const key of changes.remove) {
    if (words.field === 'labels' && tags[key] === undefined) k.out(`label "${key}" not found.\n`)
    delete tags[key]
  }
  const tagged: AnyObject = {
    ...info.object,
    metadata: { ...info.object.metadata, [words.field]: tags },
  }
  const local = k.dryRun() === 'client' || k.flags.bool('local')
  const unchanged = equal(old, tags)
  let object = unchanged ? tagged : recorded(k, tagged)
  const patch = mergePatch(tagsOf(info.object), tagsOf(object))
  if (version)
    (patch as { metadata?: object }).metadata = {
      ...(patch.metadata as object),
      resourceVersion: version,
    }
  const nothing = isEmpty(patch)
  if (!local && !(nothing && words.field === 'labels'))
    object = yield* patchObject(k, info, 'merge', patch)
  const printer = operationPrinter(
    k,
    operation(words, old, tags, { nothing, overwrite: k.flags.bool('overwrite') }),
  )
  printer.print(object)
  printer.flush()
}

function tagsOf({ metadata: { labels = {}, annotations = {} } }: AnyObject): JsonMap {
  return { metadata: { labels, annotations } }
}

function operation(
  words: Words,
  old: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
  { nothing, overwrite }: { nothing: boolean; overwrite: boolean },
): string {
  if (words.field === 'annotations') return 'annotated'
  if (nothing) return 'not labeled'
  // Upstream compares the lengths of both objects as JSON, and so does this.
  const shorter = goJson(tags).length < goJson(old).length
  return shorter && !overwrite ? 'unlabeled' : 'labeled'
}

function refuseOverwrite(
  words: Words,
  old: Readonly<Record<string, string>>,
  changes: Changes,
): void {
  const clashes = [...changes.set.keys()].filter(
    (key) =>
      old[key] !== undefined &&
      (words.field === 'annotations' || old[key] !== changes.set.get(key)),
  )
  if (clashes.length === 0) return
  if (words.field === 'labels') {
    const texts = clashes.map(
      (key) => `'${key}' already has a value (${old[key]}), and --overwrite is false`,
    )
    throw new CliError(texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`)
  }
  const texts = clashes.map((key) => `'${key}' already has a value (${old[key]})`)
  throw new CliError(
    `--overwrite is false but found the following declared annotation(s): ${texts.join('; ')}`,
  )
}

/** Why a key is no label key; empty when it is one. */
export function keyProblems(key: string): string[] {
  return qualifiedName(key)
}
