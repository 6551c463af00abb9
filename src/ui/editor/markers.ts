/** Finds the line that a server's error speaks of: `Deployment "web" is invalid: spec.replicas: ...` and the like. */
import type { Document } from 'yaml'
import { type Parsed, parse, walk } from './documents.ts'
import { roots, type Step } from './facts.ts'

/** A mark in the text. Lines and columns start at 1. */
export interface Mark {
  readonly line: number
  readonly column: number
  readonly endColumn: number
  readonly message: string
  /** Index of the document, and the field in it that the server spoke of. */
  readonly document?: number
  readonly path?: readonly Step[]
}

/** What the server said of a field. */
interface Saying {
  readonly path: readonly Step[]
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
  const parsed = parse(text)
  // Validation errors name their object; decoding errors do not, and then every document is asked.
  const named = new Set([...stderr.matchAll(/"([^"]+)" is invalid/g)].map((m) => m[1]))
  for (const [document, doc] of parsed.documents.entries()) {
    for (const e of doc.errors) {
      const p = parsed.lines.linePos(e.pos[0])
      marks.push({
        line: p.line,
        column: p.col,
        endColumn: p.col + Math.max(1, e.pos[1] - e.pos[0]),
        message: e.message.split('\n')[0] ?? '',
      })
    }
    for (const saying of kindsIn(doc, stderr)) {
      const mark = markAt(parsed, document, doc, saying)
      if (mark) marks.push(mark)
    }
    const name = doc.getIn(['metadata', 'name'])
    if (named.size > 0 && !named.has(String(name))) continue
    for (const saying of pathsIn(stderr)) {
      const mark = markAt(parsed, document, doc, saying)
      if (mark) marks.push(mark)
    }
  }
  return marks
}

function markAt(
  { lines }: Parsed,
  document: number,
  doc: Document.Parsed,
  { path, message }: Saying,
): Mark | undefined {
  const { node, pair, missing } = walk(doc, path)
  const unknown = /^(unknown|duplicate) field/.test(message)
  // A field that is not there was not meant in this document.
  if (unknown && missing.length > 0) return undefined
  const key = (pair?.key ?? undefined) as typeof node
  const range = (unknown && typeof path.at(-1) === 'string' ? key : (node ?? key))?.range
  if (!range) return undefined
  const from = lines.linePos(range[0])
  return {
    line: from.line,
    column: from.col,
    endColumn: from.col + Math.max(1, Math.min(80, range[1] - range[0])),
    message,
    document,
    path,
  }
}

/** What is said of a document's kind or version. */
function kindsIn(doc: Document.Parsed, stderr: string): Saying[] {
  const kind = doc.get('kind')
  const found: Saying[] = []
  for (const m of stderr.matchAll(/no matches for kind "([^"]*)" in version "([^"]*)"/g)) {
    if (kind !== m[1] || doc.get('apiVersion') !== m[2]) continue
    const known = roots.some((r) => r.kind === kind)
    found.push({ path: [known ? 'apiVersion' : 'kind'], message: m[0] })
  }
  const unset = /(apiVersion|kind) not set/.exec(stderr)
  if (unset && !doc.has(unset[1] as string) && doc.contents)
    found.push({ path: [unset[1] as string], message: unset[0] })
  return found
}

/** Field paths in an error text, with what is said of them. */
export function pathsIn(stderr: string): { path: Step[]; message: string }[] {
  const found: { path: Step[]; message: string }[] = []
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

function stepsOf(path: string): Step[] {
  return [...path.matchAll(/\.?([\w-]+)|\[([^\]]+)\]/g)].map((x) => {
    if (x[2] === undefined) return x[1] as string
    return /^\d+$/.test(x[2]) ? Number(x[2]) : x[2]
  })
}
