/** `kubectl get`. @source staging/src/k8s.io/kubectl/pkg/cmd/get/get.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { AS_TABLE } from '../client.ts'
import type { Command } from '../command.ts'
import { kindName, type Mapping } from '../discovery.ts'
import { CliError, isReason, StatusError, throwAll } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { itemsOf, outputFlags, printerFor } from '../printers/output.ts'
import {
  isTable,
  type Table,
  type TableOptions,
  TablePrinter,
  type TableRow,
} from '../printers/table.ts'
import { rawRequest } from '../raw.ts'
import {
  CHUNK,
  documentErrors,
  fetchTarget,
  fileFlags,
  filesAlone,
  getObject,
  hasFiles,
  type Info,
  infoFrom,
  listPage,
  readFiles,
  resolveTargets,
  type Selection,
  type Target,
} from '../resource.ts'
import { sortBy } from '../sorting.ts'
import { watchTargets } from '../watching.ts'

/** Prints resources. */
export const get: Command = {
  name: 'get',
  use: 'get [(-o|--output=)json|yaml|name|wide|...] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE/NAME ...) [flags] [options]',
  short: 'Display one or many resources',
  long: 'Display one or many resources.\n\nShows a table of the most important facts about the specified resources. Use "kubectl api-resources" for a complete list of supported resources.',
  examples: [
    '# List all pods in the current namespace\nkubectl get pods',
    '# List pods with more columns, such as the node\nkubectl get pods -o wide',
    '# Show one deployment as YAML\nkubectl get deployment web -o yaml',
    '# Watch pods with a label\nkubectl get pods -l app=web -w',
    "# Print one field\nkubectl get pod web -o jsonpath='{.status.podIP}'",
  ].join('\n\n'),
  flags: [
    ...outputFlags.map((f) =>
      f.name === 'output'
        ? {
            ...f,
            usage: f.usage.replace(
              'jsonpath-file)',
              'jsonpath-file, custom-columns, custom-columns-file, wide)',
            ),
          }
        : f,
    ),
    ...fileFlags,
    {
      name: 'all-namespaces',
      short: 'A',
      kind: 'bool',
      default: 'false',
      usage: 'If present, list the requested objects across all namespaces.',
    },
    {
      name: 'chunk-size',
      kind: 'int',
      default: '500',
      usage: 'Return large lists in chunks rather than all at once.',
    },
    {
      name: 'field-selector',
      kind: 'string',
      usage: 'Selector (field query) to filter on, supports =, ==, and !=.',
    },
    {
      name: 'ignore-not-found',
      kind: 'bool',
      default: 'false',
      usage: 'Treat "resource not found" as a successful retrieval.',
    },
    { name: 'label-columns', short: 'L', kind: 'strings', usage: 'Labels to present as columns.' },
    { name: 'no-headers', kind: 'bool', default: 'false', usage: "Don't print headers." },
    {
      name: 'output-watch-events',
      kind: 'bool',
      default: 'false',
      usage: 'Output watch event objects when --watch or --watch-only is used.',
    },
    { name: 'raw', kind: 'string', usage: 'Raw URI to request from the server.' },
    { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
    {
      name: 'server-print',
      kind: 'bool',
      default: 'true',
      usage: 'If true, have the server return the appropriate table output.',
    },
    {
      name: 'show-kind',
      kind: 'bool',
      default: 'false',
      usage: 'If present, list the resource type for the requested object(s).',
    },
    {
      name: 'show-labels',
      kind: 'bool',
      default: 'false',
      usage: 'When printing, show all labels as the last column.',
    },
    {
      name: 'sort-by',
      kind: 'string',
      usage: 'Sort list types using this field specification (a JSONPath expression).',
    },
    {
      name: 'subresource',
      kind: 'string',
      usage: 'Operate on this subresource of the requested object.',
    },
    {
      name: 'watch',
      short: 'w',
      kind: 'bool',
      default: 'false',
      usage: 'After listing the requested object, watch for changes.',
    },
    {
      name: 'watch-only',
      kind: 'bool',
      default: 'false',
      usage: 'Watch for changes without listing first.',
    },
  ],
  *run(k) {
    const f = k.flags
    if (f.string('raw')) {
      if (k.args.length > 0)
        throw new CliError('arguments may not be passed when --raw is specified')
      return yield* rawRequest(k, 'GET', f.string('raw'))
    }
    const watching = f.bool('watch') || f.bool('watch-only')
    if (f.bool('output-watch-events') && !watching)
      throw new CliError(
        '--output-watch-events option can only be used with --watch or --watch-only',
      )
    if (f.bool('show-labels') && !['', 'wide'].includes(f.string('output')))
      throw new CliError(
        `--show-labels option cannot be used with ${f.string('output').split('=')[0]} printer`,
      )
    if (k.args.length === 0 && !hasFiles(k)) throw missingResource(k)
    const selection = selectionOf(k)
    const bulk = !hasFiles(k) && k.args.length < 2 && !k.args[0]?.includes('/')
    if (f.string('subresource') && bulk)
      throw new CliError('subresource cannot be used when bulk resources are specified')
    const human = humanOutput(k)
    if (!human) printerFor(k, { columns: true })
    if (watching) return yield* watchTargets(k, selection, human ? tableOptions(k, '') : undefined)
    if (human) yield* printTables(k, selection)
    else yield* printObjects(k, selection)
    return undefined
  },
}

function missingResource(k: Invocation): CliError {
  k.err(
    'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n',
  )
  return k.usage(
    'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
  )
}

function selectionOf(k: Invocation): Selection {
  return {
    args: k.args,
    selector: k.flags.string('selector'),
    fieldSelector: k.flags.string('field-selector'),
    allNamespaces: k.flags.bool('all-namespaces'),
    emptySelects: true,
  }
}

function humanOutput(k: Invocation): boolean {
  const output = k.flags.string('output')
  return (output === '' && !k.flags.changed('template')) || output === 'wide'
}

/** How a table of that kind looks. */
export function tableOptions(k: Invocation, kind: string): TableOptions {
  return {
    wide: k.flags.string('output') === 'wide',
    noHeaders: k.flags.bool('no-headers'),
    withNamespace: k.flags.bool('all-namespaces'),
    kind,
    columnLabels: k.flags.strings('label-columns'),
    showLabels: k.flags.bool('show-labels'),
  }
}

/** What is to be shown: arguments, or the live objects behind files. */
function* targetsOf(k: Invocation, s: Selection): Task<Target[]> {
  if (!hasFiles(k)) return yield* resolveTargets(k, s)
  filesAlone(s.args)
  const infos = yield* readFiles(k)
  for (const e of documentErrors(infos)) throw e
  return infos.map((i) => ({ mapping: i.mapping, namespace: i.namespace, name: i.name }))
}

interface Block {
  readonly mapping: Mapping
  readonly tables: Table[]
}

function* printTables(k: Invocation, s: Selection): Task<void> {
  const targets = yield* targetsOf(k, s)
  const errors: unknown[] = []
  const blocks: Block[] = []
  for (const t of targets) {
    try {
      const tables = yield* tablesOf(k, t, s)
      const last = blocks.at(-1)
      if (last && last.mapping === t.mapping) last.tables.push(...tables)
      else blocks.push({ mapping: t.mapping, tables })
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      if (k.flags.bool('ignore-not-found') && error.reason === 'NotFound') continue
      errors.push(error)
    }
  }
  const kinds = new Set(targets.map((t) => t.mapping))
  const showKind = k.flags.bool('show-kind') || kinds.size > 1
  let printed = 0
  for (const b of blocks) {
    const rows = b.tables.reduce((n, t) => n + (t.rows?.length ?? 0), 0)
    if (rows === 0) continue
    const o = tableOptions(k, showKind ? kindName(b.mapping) : '')
    const printer = new TablePrinter({
      ...o,
      withNamespace: o.withNamespace && b.mapping.namespaced,
    })
    for (const t of sorted(k, b.tables)) printer.add(t)
    if (printed++ > 0 && !k.flags.bool('no-headers')) k.out('\n')
    k.out(printer.flush())
  }
  if (printed === 0 && errors.length === 0 && !k.flags.bool('ignore-not-found')) {
    const namespaced = !s.allNamespaces && targets.every((t) => t.mapping.namespaced)
    if (namespaced) k.err(`No resources found in ${k.namespace} namespace.\n`)
    else k.err('No resources found\n')
  }
  throwAll(errors)
}

function sorted(k: Invocation, tables: readonly Table[]): readonly Table[] {
  const by = k.flags.string('sort-by')
  if (!by) return tables
  const rows = tables.flatMap((t) => t.rows ?? [])
  const ordered = sortBy<TableRow>(rows, by, (r) => r.object)
  return [{ ...(tables[0] as Table), rows: ordered }]
}

function* tablesOf(k: Invocation, t: Target, s: Selection): Task<Table[]> {
  const accept = k.flags.bool('server-print') ? AS_TABLE : 'application/json'
  const includeObject = k.flags.string('sort-by') ? 'Object' : undefined
  if (t.name !== undefined) {
    const sub = k.flags.string('subresource') || undefined
    const body = yield* getObject(k, { ...t, name: t.name }, sub, {
      headers: { accept },
      query: { includeObject },
    })
    return [asTable(body)]
  }
  const out: Table[] = []
  let next: string | undefined
  do {
    const limit = k.flags.int('chunk-size') || CHUNK
    const page = yield* listPage(k, t, s, next, {
      accept,
      limit,
      ...(includeObject ? { includeObject } : {}),
    })
    out.push(asTable(page))
    next = (page.metadata as { continue?: string } | undefined)?.continue
  } while (next)
  return out
}

/** An answer that is no Table (an old or foreign server) is shown by name and age. */
function asTable(body: unknown): Table {
  if (isTable(body)) return body
  const object = body as AnyObject
  return {
    kind: 'Table',
    columnDefinitions: [{ name: 'Name' }, { name: 'Created At' }],
    rows: itemsOf(object).map((o) => ({
      cells: [o.metadata.name, o.metadata.creationTimestamp],
      object: o,
    })),
  }
}

function* printObjects(k: Invocation, s: Selection): Task<void> {
  const targets = yield* targetsOf(k, s)
  const errors: unknown[] = []
  const infos: Info[] = []
  const sub = k.flags.string('subresource') || undefined
  for (const t of targets) {
    try {
      if (t.name !== undefined && sub)
        infos.push(infoFrom(t.mapping, yield* getObject(k, { ...t, name: t.name }, sub)))
      else for (const i of yield* fetchTarget(k, t, s)) infos.push(i)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      if (k.flags.bool('ignore-not-found') && isReason(error, 'NotFound')) continue
      errors.push(error)
    }
  }
  const single = targets.length === 1 && targets[0]?.name !== undefined
  const printer = printerFor(k, { columns: true })
  const first = infos[0]
  if (single) {
    if (first) printer.print(first.object)
  } else {
    const by = k.flags.string('sort-by')
    const items = infos.map((i) => i.object)
    const silent = items.length === 0 && (errors.length > 0 || k.flags.bool('ignore-not-found'))
    if (!silent)
      printer.print({
        apiVersion: 'v1',
        kind: 'List',
        items: by ? sortBy(items, by, (o) => o) : items,
        metadata: { resourceVersion: '' },
      } as unknown as AnyObject)
  }
  printer.flush()
  throwAll(errors)
}
