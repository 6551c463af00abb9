/** Quick fixes: small edits that answer what the API server said of a manifest. Pure. */
import { type Document, isMap, isScalar, type Node, type Pair, stringify, type YAMLMap } from 'yaml'
import { nearest } from '../../cluster/api/meta/spelling.ts'
import type { MessageId } from '../i18n/words.ts'
import { type Parsed, pairOf, walk } from './documents.ts'
import { type Fact, factAt, facts, roots, type Step, versionsOf } from './facts.ts'
import type { Mark } from './markers.ts'

/** A replacement; offsets count from 0. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** One way out. */
export interface Fix {
  readonly title: MessageId
  readonly values: Readonly<Record<string, string>>
  readonly edit: Edit
}

/** How deep a starter may nest: types refer to themselves. */
const DEPTH_MAX = 4

/** What may be done about a mark, the likeliest first. */
export function fixesFor(parsed: Parsed, mark: Mark): Fix[] {
  const doc = mark.document === undefined ? undefined : parsed.documents[mark.document]
  const { path, message } = mark
  if (!doc || !path) return []
  if (/^unknown field/.test(message)) return unknownField(parsed, doc, path)
  if (/^no matches for kind/.test(message)) return otherKind(doc, path)
  if (/does not match template `labels`/.test(message)) return sameLabels(parsed, doc, path)
  if (/^Unsupported value/.test(message)) return supported(doc, path, message)
  if (/^Required value|not set$/.test(message)) return missing(parsed, doc, path, message)
  return []
}

function named(doc: Document.Parsed): { apiVersion: string; kind: string } {
  return { apiVersion: String(doc.get('apiVersion') ?? ''), kind: String(doc.get('kind') ?? '') }
}

function unknownField({ text }: Parsed, doc: Document.Parsed, path: readonly Step[]): Fix[] {
  const { apiVersion, kind } = named(doc)
  const key = String(path.at(-1))
  const above = path.slice(0, -1)
  const parent = walk(doc, above).node
  const pair = pairOf(parent, key)
  const at = (pair?.key as Node | undefined)?.range
  if (!pair || !at || !isMap(parent)) return []
  const known = Object.keys(factAt(apiVersion, kind, above)?.properties ?? {})
  const near = nearest(
    key,
    known.filter((k) => !parent.has(k)),
  )
  const rename: Fix[] = near
    ? [
        {
          title: 'fix.rename',
          values: { from: key, to: near },
          edit: { from: at[0], to: at[1], text: near },
        },
      ]
    : []
  return [...rename, ...removal(text, parent, pair, key)]
}

/** Takes a line-wise pair out; nothing for one that stands alone or in braces. */
function removal(text: string, parent: YAMLMap, pair: Pair, key: string): Fix[] {
  const at = (pair.key as Node).range
  const end = (pair.value as Node | null)?.range?.[1] ?? at?.[1]
  if (!at || end === undefined || parent.flow || parent.items.length < 2) return []
  const from = text.lastIndexOf('\n', at[0] - 1) + 1
  // The first key of an item stands behind its dash.
  if (text.slice(from, at[0]).trim() !== '') return []
  const next = text.indexOf('\n', Math.max(at[1], end - 1))
  const to = next < 0 ? text.length : next + 1
  return [{ title: 'fix.remove', values: { field: key }, edit: { from, to, text: '' } }]
}

function otherKind(doc: Document.Parsed, path: readonly Step[]): Fix[] {
  const { kind } = named(doc)
  const range = walk(doc, path).node?.range
  if (!range) return []
  if (path[0] === 'apiVersion') {
    return versionsOf(kind).map((v) => ({
      title: 'fix.version',
      values: { to: v, kind },
      edit: { from: range[0], to: range[1], text: v },
    }))
  }
  const near = nearest(
    kind,
    roots.map((r) => r.kind),
  )
  if (!near) return []
  const edit = { from: range[0], to: range[1], text: near }
  return [{ title: 'fix.rename', values: { from: kind, to: near }, edit }]
}

function sameLabels(parsed: Parsed, doc: Document.Parsed, path: readonly Step[]): Fix[] {
  const wanted: unknown = doc.getIn(['spec', 'selector', 'matchLabels'])
  const { node, missing: rest } = walk(doc, path)
  if (!isMap(wanted)) return []
  const labels = rest.length === 0 && isMap(node) ? node : undefined
  const values = { ...(labels?.toJSON() as object), ...(wanted.toJSON() as object) }
  const edit = labels ? replaceMap(parsed, labels, values) : insertion(parsed, doc, path, values)
  return edit ? [{ title: 'fix.labels', values: {}, edit }] : []
}

function supported(doc: Document.Parsed, path: readonly Step[], message: string): Fix[] {
  const { node } = walk(doc, path)
  if (!isScalar(node) || !node.range) return []
  const [from, to] = node.range
  const allowed = quoted(message.split('supported values:')[1] ?? '')
  const near = nearest(String(node.value), allowed)
  return [...allowed]
    .sort((a, b) => Number(b === near) - Number(a === near))
    .map((v) => ({ title: 'fix.value', values: { to: v }, edit: { from, to, text: v } }))
}

function missing(
  parsed: Parsed,
  doc: Document.Parsed,
  path: readonly Step[],
  message: string,
): Fix[] {
  const { apiVersion, kind } = named(doc)
  if (path[0] === 'apiVersion') {
    const [version] = versionsOf(kind)
    const at = doc.contents?.range?.[0]
    if (!version || at === undefined) return []
    const edit = { from: at, to: at, text: `apiVersion: ${version}\n` }
    return [{ title: 'fix.insert', values: { field: 'apiVersion' }, edit }]
  }
  const field = path.at(-1)
  const fact = factAt(apiVersion, kind, path)
  if (typeof field !== 'string' || !fact) return []
  const hint = quoted(message)[0]
  const value = hint ?? starter(fact, field, doc, 0)
  const edit = insertion(parsed, doc, path, value)
  return edit ? [{ title: 'fix.insert', values: { field }, edit }] : []
}

function quoted(text: string): string[] {
  return [...text.matchAll(/"([^"]+)"/g)].map((m) => m[1] as string)
}

/** Something sensible for a field that must be there. */
function starter(fact: Fact, field: string, doc: Document.Parsed, depth: number): unknown {
  const type = fact.ref ? (facts[fact.ref] ?? fact) : fact
  const name = String(doc.getIn(['metadata', 'name']) ?? 'app')
  if (fact.ref === 'Quantity') return '1Gi'
  if (type === facts.LabelSelector) return { matchLabels: labelsOf(doc) ?? { app: name } }
  if (type.enum?.[0]) return type.enum[0]
  if (field === 'containers') return [{ name, image: 'nginx:1.27' }]
  if (field === 'ports') return [{ port: 80 }]
  if (field === 'accessModes') return ['ReadWriteOnce']
  if (type.properties && depth < DEPTH_MAX) {
    const required = (type.required ?? []).map((f) => {
      const inner = type.properties?.[f]
      return [f, inner ? starter(inner, f, doc, depth + 1) : '']
    })
    return Object.fromEntries(required)
  }
  switch (type.type) {
    case 'array':
      return type.items ? [starter(type.items, field, doc, depth + 1)] : []
    case 'integer':
    case 'number':
      return /port/i.test(field) ? 80 : 1
    case 'boolean':
      return true
    case 'object':
      return {}
    default:
      return field === 'image' ? 'nginx:1.27' : name
  }
}

function labelsOf(doc: Document.Parsed): unknown {
  const labels: unknown = doc.getIn(['spec', 'template', 'metadata', 'labels'])
  return isMap(labels) ? labels.toJSON() : undefined
}

/** Writes a value where a path does not lead yet. */
function insertion(
  { text, lines }: Parsed,
  doc: Document.Parsed,
  path: readonly Step[],
  value: unknown,
): Edit | undefined {
  const { node, pair, missing: rest } = walk(doc, path)
  const empty = rest.length === 0
  if (rest.some((s) => typeof s === 'number')) return undefined
  const nested = rest.reduceRight<unknown>((v, step) => ({ [step]: v }), value)
  if (!empty && isMap(node) && node.items.length > 0 && !node.flow) {
    const first = (node.items[0]?.key as Node | undefined)?.range?.[0]
    const end = node.range?.[1]
    if (first === undefined || end === undefined) return undefined
    const column = lines.linePos(first).col - 1
    const at = text.slice(0, end).trimEnd().length
    return { from: at, to: at, text: `\n${indented(nested, column)}` }
  }
  const range = node?.range
  if (isMap(node) && node.flow && range && !empty) {
    const inner = JSON.stringify(nested).slice(1, -1)
    const at = range[1] - 1
    return { from: at, to: at, text: `${node.items.length > 0 ? ', ' : ''}${inner}` }
  }
  // A key with nothing behind it, or with an empty value in its place.
  const key = (pair?.key as Node | undefined)?.range
  if (!key) return undefined
  const column = lines.linePos(key[0]).col - 1
  const to = Math.max(range?.[1] ?? 0, text.indexOf(':', key[1]) + 1)
  const simple = typeof nested !== 'object'
  const body = simple ? ` ${String(nested)}` : `\n${indented(nested, column + 2)}`
  return { from: text.indexOf(':', key[1]) + 1, to, text: body }
}

/** Puts other entries in a map's place, in its own style. */
function replaceMap({ text, lines }: Parsed, map: YAMLMap, values: object): Edit | undefined {
  const { range } = map
  if (!range) return undefined
  if (map.flow) return { from: range[0], to: range[1], text: flow(values) }
  const to = text.slice(0, range[1]).trimEnd().length
  const column = lines.linePos(range[0]).col - 1
  return { from: range[0], to, text: indented(values, column).trimStart() }
}

function flow(values: object): string {
  return `{${Object.entries(values)
    .map(([k, v]) => `${k}: ${JSON.stringify(v)}`)
    .join(', ')}}`
}

function indented(value: unknown, column: number): string {
  return stringify(value, { indentSeq: true })
    .trimEnd()
    .split('\n')
    .map((l) => ' '.repeat(column) + l)
    .join('\n')
}
