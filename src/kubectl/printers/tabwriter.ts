/**
 * Elastic tab stops, as Go's text/tabwriter computes them: a column is a run of consecutive lines with a
 * tab-terminated cell at that position, and is as wide as its widest cell plus padding.
 * @source text/tabwriter; github.com/liggitt/tabwriter for remembered widths
 */

/** How wide columns are. */
export interface TabOptions {
  readonly minWidth: number
  readonly padding: number
}

/** `kubectl get`, `api-resources`, `config get-contexts`. */
export const TABLE: TabOptions = { minWidth: 6, padding: 3 }
/** `kubectl describe` and `rollout history`. */
export const DESCRIBE: TabOptions = { minWidth: 0, padding: 2 }

/** Lays out text with tabs. @param remembered widths of earlier flushes, kept as minimum and updated (watch) */
export function layOut(text: string, options: TabOptions, remembered?: number[]): string {
  const lines = text.split('\n').map((l) => l.split('\t'))
  const widths: number[] = []
  const out: string[] = []
  const format = (from: number, to: number): void => {
    const column = widths.length
    let line = from
    for (let i = from; i < to; i++) {
      if (column >= (lines[i] as string[]).length - 1) continue
      emit(line, i)
      line = i
      // A block of consecutive lines that all have this column.
      let width = options.minWidth
      if (remembered) {
        width = Math.max(width, remembered[column] ?? 0)
      }
      let end = i
      for (; end < to; end++) {
        const cells = lines[end] as string[]
        if (column >= cells.length - 1) break
        width = Math.max(width, runes(cells[column] as string) + options.padding)
      }
      if (remembered) remembered[column] = Math.max(remembered[column] ?? 0, width)
      widths.push(width)
      format(i, end)
      widths.pop()
      line = end
      i = end - 1
    }
    emit(line, to)
  }
  const emit = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const cells = lines[i] as string[]
      let s = ''
      for (let c = 0; c < cells.length; c++) {
        const cell = cells[c] as string
        s += cell
        const width = widths[c]
        if (c < cells.length - 1 && width !== undefined) s += pad(width - runes(cell))
      }
      out.push(s)
    }
  }
  format(0, lines.length)
  return out.join('\n')
}

function pad(n: number): string {
  return n > 0 ? ' '.repeat(n) : ''
}

function runes(s: string): number {
  let n = 0
  for (const _ of s) n++
  return n
}
