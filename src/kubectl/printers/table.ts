/**
 * Prints Tables as the server sends them: columns by priority, a namespace column, kind prefixes, label columns.
 * @source staging/src/k8s.io/cli-runtime/pkg/printers/tableprinter.go
 */
import type { AnyObject } from '../../cluster/api/object.ts'
import { goPrint } from './gojson.ts'
import { layOut, TABLE } from './tabwriter.ts'

/** meta.k8s.io/v1 Table. */
export interface Table {
  readonly kind: 'Table'
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  readonly columnDefinitions: readonly TableColumn[]
  readonly rows: readonly TableRow[]
}

/** One column. */
export interface TableColumn {
  readonly name: string
  readonly type?: string
  readonly format?: string
  readonly priority?: number
}

/** One row, with the object it shows. */
export interface TableRow {
  readonly cells: readonly unknown[]
  readonly object?: AnyObject
}

/** What to show beside the server's columns. */
export interface TableOptions {
  readonly wide: boolean
  readonly noHeaders: boolean
  readonly withNamespace: boolean
  /** `pod`: prefix of names when several kinds are shown. */
  readonly kind: string
  readonly columnLabels: readonly string[]
  readonly showLabels: boolean
}

/** True when a response body is a Table. */
export function isTable(v: unknown): v is Table {
  return typeof v === 'object' && v !== null && (v as { kind?: string }).kind === 'Table'
}

/** Collects the lines of one table; widths stay for later rows of a watch. */
export class TablePrinter {
  private lines: string[] = []
  private readonly remembered: number[] = []
  private columns: readonly TableColumn[] = []
  private headed: boolean

  constructor(private readonly options: TableOptions) {
    this.headed = options.noHeaders
  }

  /** Adds a table's rows; its columns too, when it brings any. */
  add(table: Table, before: string[] = []): void {
    if (table.columnDefinitions?.length) this.columns = table.columnDefinitions
    for (const [i, row] of (table.rows ?? []).entries())
      this.lines.push([...(i === 0 ? this.head() : []), this.row(row, before[i])].join('\n'))
  }

  /** The laid-out text so far, and forgets it. */
  flush(): string {
    if (this.lines.length === 0) return ''
    const text = layOut(`${this.lines.join('\n')}\n`, TABLE, this.remembered)
    this.lines = []
    return text
  }

  private head(): string[] {
    if (this.headed) return []
    this.headed = true
    const o = this.options
    const names = this.columns.filter((c) => o.wide || !c.priority).map((c) => c.name.toUpperCase())
    const labels = o.columnLabels.map((l) => (l.split('/').at(-1) as string).toUpperCase())
    return [
      [
        ...(o.withNamespace ? ['NAMESPACE'] : []),
        ...names,
        ...labels,
        ...(o.showLabels ? ['LABELS'] : []),
      ].join('\t'),
    ]
  }

  private row(row: TableRow, event: string | undefined): string {
    const o = this.options
    const cells: string[] = event === undefined ? [] : [event]
    if (o.withNamespace) cells.push(row.object?.metadata?.namespace ?? '')
    for (const [i, c] of this.columns.entries()) {
      if (c.priority && !o.wide) continue
      let text = cellText(row.cells[i])
      if (o.kind && c.name.toLowerCase() === 'name') text = `${o.kind}/${text}`
      cells.push(text)
    }
    const labels = row.object?.metadata?.labels ?? {}
    for (const l of o.columnLabels) cells.push(labels[l] ?? '')
    if (o.showLabels) cells.push(labelText(labels))
    return cells.join('\t')
  }
}

/** A cell as printed: one line, control characters escaped. */
export function cellText(v: unknown): string {
  if (v === null || v === undefined) return ''
  const text = typeof v === 'string' ? v : goPrint(v)
  const cut = text.search(/[\f\n\r]/)
  const line = cut < 0 ? text : `${text.slice(0, cut)}...`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals obey escapes, so they are shown
  return line.replace(/[\t]/g, ' ').replace(/\x1b/g, '^[')
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const keys = Object.keys(labels).sort()
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels[key]}`).join(',')
}
