/**
 * What `kubectl describe` prints, taken apart for a narrow column: names with their values, which may stand below, and
 * lines in a row that are neither, such as tables.
 */

/** A name and its values, or lines as they are. @unit indent: characters */
export type Described =
  | { readonly indent: number; readonly name: string; readonly values: readonly string[] }
  | { readonly lines: readonly string[] }

const NAMED = /^( *)([^\s:][^:]{0,40}:)( +)(\S.*)$/

/** Takes it apart. */
export function takeApart(text: string): Described[] {
  const out: Described[] = []
  /** Values that more may follow, and the column that they stand in. */
  let open: { values: string[]; column: number } | undefined
  let lines: string[] = []
  for (const line of text.split('\n')) {
    const named = NAMED.exec(line)
    const lead = line.length - line.trimStart().length
    if (open && line.trim() !== '' && lead >= open.column) open.values.push(line.slice(open.column))
    else if (named) {
      const [, before = '', name = '', gap = '', value = ''] = named
      const values = [value]
      open = { values, column: before.length + name.length + gap.length }
      lines = []
      out.push({ indent: before.length, name, values })
    } else {
      open = undefined
      if (lines.length === 0) out.push({ lines })
      lines.push(line)
    }
  }
  return out
}
