/** A unified diff of two texts, three lines of context, as `diff -u` writes it. @source POSIX diff */

const CONTEXT = 3
const EDITS_MAX = 20_000

interface Line {
  readonly op: ' ' | '-' | '+'
  readonly text: string
}

/** The hunks (`@@ ... @@` and lines); empty when the texts are equal. */
export function unifiedDiff(before: string, after: string): string {
  const lines = diffLines(split(before), split(after))
  if (lines.every((l) => l.op === ' ')) return ''
  let out = ''
  let a = 0
  let b = 0
  let i = 0
  while (i < lines.length) {
    const next = lines.findIndex((l, j) => j >= i && l.op !== ' ')
    if (next < 0) break
    const start = Math.max(i, next - CONTEXT)
    a += start - i
    b += start - i
    let end = next
    for (let j = next; j < lines.length && j - end <= 2 * CONTEXT; j++)
      if (lines[j]?.op !== ' ') end = j
    const stop = Math.min(lines.length, end + CONTEXT + 1)
    const hunk = lines.slice(start, stop)
    const removed = hunk.filter((l) => l.op !== '+').length
    const added = hunk.filter((l) => l.op !== '-').length
    out += `@@ -${range(a, removed)} +${range(b, added)} @@\n`
    for (const l of hunk) out += `${l.op}${l.text}\n`
    a += removed
    b += added
    i = stop
  }
  return out
}

function range(before: number, count: number): string {
  if (count === 0) return `${before},0`
  return count === 1 ? `${before + 1}` : `${before + 1},${count}`
}

function split(text: string): string[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}

/** Myers' shortest edit script. */
function diffLines(a: readonly string[], b: readonly string[]): Line[] {
  const max = Math.min(a.length + b.length, EDITS_MAX)
  const trace: Map<number, number>[] = []
  let v = new Map([[1, 0]])
  for (let d = 0; d <= max; d++) {
    trace.push(new Map(v))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1))
      let x = down ? (v.get(k + 1) ?? 0) : (v.get(k - 1) ?? 0) + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      v.set(k, x)
      if (x >= a.length && x - k >= b.length) return backtrack(a, b, trace, d)
    }
    v = new Map(v)
  }
  return [
    ...a.map((text): Line => ({ op: '-', text })),
    ...b.map((text): Line => ({ op: '+', text })),
  ]
}

function backtrack(
  a: readonly string[],
  b: readonly string[],
  trace: readonly Map<number, number>[],
  last: number,
): Line[] {
  const out: Line[] = []
  let x = a.length
  let y = b.length
  for (let d = last; d >= 0; d--) {
    const v = trace[d] as Map<number, number>
    const k = x - y
    const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1))
    const before = down ? k + 1 : k - 1
    const px = v.get(before) ?? 0
    const py = px - before
    while (x > px && y > py) {
      out.push({ op: ' ', text: a[x - 1] as string })
      x--
      y--
    }
    if (d === 0) break
    if (down) out.push({ op: '+', text: b[y - 1] as string })
    else out.push({ op: '-', text: a[x - 1] as string })
    x = px
    y = py
  }
  return out.reverse()
}
