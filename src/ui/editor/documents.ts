/** The documents of the editor's text, and where their fields stand. Offsets count from 0, lines from 1. */
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from 'yaml'
import type { Step } from './facts.ts'

/** A text taken apart. */
export interface Parsed {
  readonly text: string
  readonly lines: LineCounter
  readonly documents: readonly Document.Parsed[]
}

/** An object that a document describes. */
export interface Described {
  /** Index of its document. */
  readonly document: number
  readonly line: number
  readonly lastLine: number
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** Takes a text apart; what cannot be read is left out of its documents. */
export function parse(text: string): Parsed {
  const lines = new LineCounter()
  const all = parseAllDocuments(text, { lineCounter: lines, version: '1.1', logLevel: 'silent' })
  return { text, lines, documents: Array.isArray(all) ? all : [] }
}

/** The objects that a text describes, in its order. */
export function described({ text, lines, documents }: Parsed): Described[] {
  return documents.flatMap((doc, document) => {
    const { contents } = doc
    if (!isMap(contents) || !contents.range) return []
    const word = (path: string[]) => {
      const value: unknown = doc.getIn(path)
      return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    }
    const found = {
      document,
      line: lines.linePos(contents.range[0]).line,
      lastLine: lines.linePos(text.slice(0, contents.range[1]).trimEnd().length).line,
      apiVersion: word(['apiVersion']),
      kind: word(['kind']),
      namespace: word(['metadata', 'namespace']),
      name: word(['metadata', 'name']),
    }
    return found.kind && found.name ? [found] : []
  })
}

/** The pair of a map with that key. */
export function pairOf(node: unknown, key: Step): Pair | undefined {
  if (!isMap(node)) return undefined
  return node.items.find((i) => String(isScalar(i.key) ? i.key.value : i.key) === String(key))
}

/** How far a path leads: the deepest node on it, and the steps that are missing. */
export function walk(
  doc: Document.Parsed,
  path: readonly Step[],
): { node: Node | undefined; pair: Pair | undefined; missing: readonly Step[] } {
  let node = (doc.contents ?? undefined) as Node | undefined
  let pair: Pair | undefined
  for (const [i, step] of path.entries()) {
    const found = pairOf(node, step)
    const next = found ? found.value : isSeq(node) ? node.items[Number(step)] : undefined
    if (!found && !next) return { node, pair, missing: path.slice(i) }
    pair = found
    node = (next ?? undefined) as Node | undefined
    // A key without a value: what comes under it is still to be written.
    if (!node || (isScalar(node) && node.value === null && i < path.length - 1))
      return { node, pair, missing: path.slice(i + 1) }
  }
  return { node, pair, missing: [] }
}
