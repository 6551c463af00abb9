/** Finds the line that a server's error speaks of: `Deployment "web" is invalid: spec.replicas: ...` and the like. */
import { isMap, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'

/** A mark in the text. Lines and columns start at 1. */
export interface Mark {
  readonly line: number
  readonly column: number
  readonly endColumn: number
  readonly message: string
}

/** Marks for what kubectl printed on stderr. */
export function marksOf(text: string, stderr: string): Mark[] {
  const marks: Mark[] = []
  const yamlLine = /yaml: line (\d+): (.*)/.exec(stderr)
  if (yamlLine)
    marks.push({
      line: Number(yamlLine[1]),
      column: 1,
      endColumn: 200,
      message: yamlLine[2] as string,
    })
  const counter = new LineCounter()
  const docs = parseAllDocuments(text, { lineCounter: counter, version: '1.1', logLevel: 'silent' })
  const list = Array.isArray(docs) ? docs : []
  // Validation errors name their object; decoding errors do not, and then every document is asked.
  const named = new Set([...stderr.matchAll(/"([^"]+)" is invalid/g)].map((m) => m[1]))
  for (const doc of list) {
    for (const e of doc.errors) {
      const p = counter.linePos(e.pos[0])
      marks.push({
        line: p.line,
        column: p.col,
        endColumn: p.col + Math.max(1, e.pos[1] - e.pos[0]),
        message: e.message.split('\n')[0] ?? '',
      })
    }
    const name = doc.getIn(['metadata', 'name'])
    if (named.size > 0 && !named.has(String(name))) continue
    for (const { path, message } of pathsIn(stderr)) {
      const node = deepest(doc.contents as Node | null, path)
      const range = node?.range
      if (!range) continue
      const from = counter.linePos(range[0])
      marks.push({
        line: from.line,
        column: from.col,
        endColumn: from.col + Math.max(1, Math.min(80, range[1] - range[0])),
        message,
      })
    }
  }
  return marks
}

/** Field paths in an error text, with what is said of them. */
export function pathsIn(stderr: string): { path: (string | number)[]; message: string }[] {
  const found: { path: (string | number)[]; message: string }[] = []
  for (const m of stderr.matchAll(/(unknown|duplicate) field "([^"]+)"/g)) {
    found.push({ path: stepsOf(m[2] as string), message: m[0] })
  }
  const said =
    /(?:^|[\s[(*])([a-z]\w*(?:\.[\w-]+|\[[^\]]+\])*): ((?:Required|Invalid|Forbidden|Unsupported|Duplicate|Not found|Too)[^\n]*?)(?=, [a-z]\w*[.[:]|\]?$)/gm
  for (const m of stderr.matchAll(said)) {
    found.push({ path: stepsOf(m[1] as string), message: m[2] as string })
  }
  return found
}

function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\.?([\w-]+)|\[([^\]]+)\]/g)].map((x) => {
    if (x[2] === undefined) return x[1] as string
    return /^\d+$/.test(x[2]) ? Number(x[2]) : x[2]
  })
}

/** The deepest node on a path; where the last step is missing, its parent's. */
function deepest(node: Node | null, path: readonly (string | number)[]): Node | undefined {
  let at: Node | undefined = node ?? undefined
  for (const step of path) {
    let next: Node | undefined
    if (isMap(at)) {
      const pair = at.items.find(
        (i) => String((i.key as { value?: unknown } | null)?.value ?? i.key) === String(step),
      )
      next = (pair?.value ?? pair?.key) as Node | undefined
    } else if (isSeq(at) && typeof step === 'number') next = at.items[step] as Node | undefined
    if (!next) return at
    at = next
  }
  return at
}
