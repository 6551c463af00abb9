/**
 * kubectl's own dialect of JSONPath: templates of text and `{...}` actions, ranges, filters, slices, unions.
 * @source staging/src/k8s.io/client-go/util/jsonpath
 */
import { CliError } from './errors.ts'
import { goFloat, goJson } from './printers/gojson.ts'

type Step =
  | { kind: 'field'; name: string }
  | { kind: 'wildcard' }
  | { kind: 'recursive' }
  | {
      kind: 'slice'
      from: number | undefined
      to: number | undefined
      step: number | undefined
      single: boolean
    }
  | { kind: 'filter'; left: Step[]; op: string; right: Step[] }
  | { kind: 'union'; parts: Step[][] }
  | { kind: 'value'; value: unknown }
  | { kind: 'word'; name: string }

type Node =
  | { kind: 'text'; text: string }
  | { kind: 'path'; steps: Step[] }
  | { kind: 'range'; steps: Step[]; body: Node[] }

/** A parsed template. */
export interface JsonPath {
  readonly nodes: readonly Node[]
  /** False: a missing field is an error. */
  readonly allowMissing: boolean
}

/** Parses a template. @throws CliError with the reason alone */
export function parseJsonPath(template: string, allowMissing = true): JsonPath {
  const flat = parseActions(template)
  const at = { i: 0 }
  const nodes = nest(flat, at, false)
  return { nodes, allowMissing }
}

/** What the template prints for `data`. @throws CliError with the reason alone */
export function renderJsonPath(path: JsonPath, data: unknown): string {
  return findResults(path, data)
    .map((r) => r.map(toText).join(' '))
    .join('')
}

/** The values that each action of the template selects. @throws CliError */
export function findResults(path: JsonPath, data: unknown): unknown[][] {
  const out: unknown[][] = []
  run(path, path.nodes, data, out)
  return out
}

/** The values that a bare path selects, missing fields allowed. */
export function selectAll(path: JsonPath, data: unknown): unknown[] {
  return findResults(path, data).flat()
}

/**
 * Accepts `x.y`, `.x.y`, `{x.y}` and `{.x.y}` alike, as custom columns and --sort-by do.
 * @throws CliError
 */
export function relaxedJsonPath(expression: string): string {
  if (expression === '') return expression
  const m = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(expression)
  if (!m)
    throw new CliError(
      `unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`,
    )
  return `{.${m[1] ?? m[2]}}`
}

function run(path: JsonPath, nodes: readonly Node[], data: unknown, out: unknown[][]): void {
  for (const n of nodes) {
    if (n.kind === 'text') out.push([n.text])
    else if (n.kind === 'path') out.push(walk(path, n.steps, [data]))
    else for (const v of walk(path, n.steps, [data])) run(path, n.body, v, out)
  }
}

function nest(flat: readonly Node[], at: { i: number }, inside: boolean): Node[] {
  const out: Node[] = []
  while (at.i < flat.length) {
    const n = flat[at.i++] as Node
    const first = n.kind === 'path' ? n.steps[0] : undefined
    if (n.kind === 'path' && first?.kind === 'word') {
      if (first.name === 'range') {
        out.push({ kind: 'range', steps: n.steps.slice(1), body: nest(flat, at, true) })
        continue
      }
      if (first.name === 'end') {
        if (inside) return out
        throw new CliError('not in range, nothing to end')
      }
    }
    out.push(n)
  }
  return out
}

function walk(path: JsonPath, steps: readonly Step[], input: unknown[]): unknown[] {
  let values = input
  for (const s of steps) values = step(path, s, values)
  return values
}

function step(path: JsonPath, s: Step, input: unknown[]): unknown[] {
  switch (s.kind) {
    case 'field':
      return field(path, s.name, input)
    case 'wildcard':
      return input.flatMap(children)
    case 'recursive':
      return descend(input)
    case 'slice':
      return input.flatMap((v) => slice(s, v))
    case 'filter':
      return input.flatMap((v) => filter(path, s, v))
    case 'union':
      return s.parts.flatMap((p) => walk(path, p, input))
    case 'value':
      return input.map(() => s.value)
    case 'word':
      throw new CliError(`unrecognized identifier ${s.name}`)
  }
}

function field(path: JsonPath, name: string, input: unknown[]): unknown[] {
  if (input.length === 0) return []
  const found: unknown[] = []
  for (const v of input) {
    if (typeof v !== 'object' || v === null || Array.isArray(v)) continue
    const o = v as Record<string, unknown>
    if (Object.hasOwn(o, name) && o[name] !== undefined) found.push(o[name])
  }
  if (found.length === 0 && !path.allowMissing) throw new CliError(`${name} is not found`)
  return found
}

function children(v: unknown): unknown[] {
  if (Array.isArray(v)) return v
  if (typeof v !== 'object' || v === null) return []
  const o = v as Record<string, unknown>
  return Object.keys(o)
    .sort()
    .map((k) => o[k])
}

function descend(input: readonly unknown[]): unknown[] {
  const out: unknown[] = []
  for (const v of input) {
    const inner = children(v)
    if (inner.length > 0) out.push(v, ...descend(inner))
  }
  return out
}

function slice(s: Extract<Step, { kind: 'slice' }>, v: unknown): unknown[] {
  if (v === null || v === undefined) return []
  if (!Array.isArray(v)) throw new CliError(`${goType(v)} is not array or slice`)
  const n = v.length
  let from = s.from ?? 0
  if (from < 0) from += n
  let to = s.single ? from + 1 : (s.to ?? n)
  if (to < 0 || (s.single && to <= 0)) to += n
  if (to !== from) {
    if (from >= n || from < 0)
      throw new CliError(`array index out of bounds: index ${from}, length ${n}`)
    if (to > n) throw new CliError(`array index out of bounds: index ${to - 1}, length ${n}`)
    if (from > to) throw new CliError(`ending index ${to} is less than starting index ${from}`)
  }
  const part = v.slice(from, to)
  const by = s.step ?? 1
  if (by <= 0) throw new CliError('step must be > 0')
  return part.filter((_, i) => i % by === 0)
}

function goType(v: unknown): string {
  if (typeof v === 'string') return 'string'
  if (typeof v === 'number') return Number.isInteger(v) ? 'int64' : 'float64'
  return typeof v === 'boolean' ? 'bool' : 'map[string]interface {}'
}

function filter(path: JsonPath, s: Extract<Step, { kind: 'filter' }>, v: unknown): unknown[] {
  if (!Array.isArray(v)) {
    if (v === null || v === undefined) return []
    throw new CliError(`${toText(v)} is not array or slice and cannot be filtered`)
  }
  const lenient = { ...path, allowMissing: true }
  return v.filter((item) => {
    const lefts = attempt(lenient, s.left, item)
    if (s.op === 'exists') return lefts.length > 0
    if (lefts.length === 0) return false
    const rights = walk(lenient, s.right, [item])
    if (lefts.length !== 1) throw new CliError('can only compare one element at a time')
    if (rights.length === 0) return false
    if (rights.length !== 1) throw new CliError('can only compare one element at a time')
    return compare(s.op, lefts[0], rights[0])
  })
}

/** Out-of-range indexes inside a filter select nothing. */
function attempt(path: JsonPath, steps: readonly Step[], item: unknown): unknown[] {
  try {
    return walk(path, steps, [item])
  } catch (error) {
    if (error instanceof CliError && error.message.startsWith('array index')) return []
    throw error
  }
}

function compare(op: string, a: unknown, b: unknown): boolean {
  const comparable = typeof a === typeof b && ['string', 'number', 'boolean'].includes(typeof a)
  if (!comparable) throw new CliError('incompatible types for comparison')
  const x = a as string | number
  const y = b as string | number
  switch (op) {
    case '==':
      return x === y
    case '!=':
      return x !== y
    case '<':
      return x < y
    case '>':
      return x > y
    case '<=':
      return x <= y
    case '>=':
      return x >= y
    default:
      throw new CliError(`unrecognized filter operator ${op}`)
  }
}

/** A selected value as text: strings bare, maps and lists as JSON. */
export function toText(v: unknown): string {
  if (typeof v === 'string') return v
  if (typeof v === 'number') return goFloat(v)
  if (typeof v === 'object') return goJson(v)
  return String(v)
}

/** Reads the template into text and actions, ranges not yet nested. */
function parseActions(template: string): Node[] {
  const out: Node[] = []
  const p = { s: template, i: 0 }
  while (p.i < p.s.length) {
    const open = p.s.indexOf('{', p.i)
    if (open < 0) {
      out.push({ kind: 'text', text: p.s.slice(p.i) })
      break
    }
    if (open > p.i) out.push({ kind: 'text', text: p.s.slice(p.i, open) })
    p.i = open + 1
    out.push({ kind: 'path', steps: parseSteps(p) })
  }
  return out
}

interface Cursor {
  readonly s: string
  i: number
}

function inAction(text: string): Step[] {
  return parseSteps({ s: `${text}}`, i: 0 })
}

function parseSteps(p: Cursor): Step[] {
  const steps: Step[] = []
  for (;;) {
    const c = p.s[p.i]
    if (c === undefined || c === '\n' || c === '\r') throw new CliError('unclosed action')
    if (c === '}') {
      p.i++
      return steps
    }
    if (p.s.startsWith('[?(', p.i)) steps.push(parseFilter(p))
    else if (p.s.startsWith('..', p.i)) {
      if (steps.at(-1)?.kind === 'recursive')
        throw new CliError('invalid multiple recursive descent')
      p.i += 2
      steps.push({ kind: 'recursive' })
      if (/[\w\p{L}]/u.test(p.s[p.i] ?? '')) steps.push(parseField(p))
    } else if (c === ' ' || c === '@' || c === '$') p.i++
    else if (c === '[') parseArray(p, steps)
    else if (c === '"' || c === "'") steps.push(parseQuote(p, c))
    else if (c === '.') {
      p.i++
      steps.push(parseField(p))
    } else if (/[+\-\d]/.test(c)) steps.push(parseNumber(p))
    else if (/[\w\p{L}]/u.test(c)) steps.push(parseWord(p))
    else throw new CliError(`unrecognized character in action: ${codePoint(c)}`)
  }
}

function codePoint(c: string): string {
  const code = (c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `U+${code} '${c}'`
}

const TERMINATORS = new Set([' ', '\t', '\r', '\n', '.', ',', '[', ']', '$', '@', '{', '}'])

function parseField(p: Cursor): Step {
  let name = ''
  for (; p.i < p.s.length; p.i++) {
    const c = p.s[p.i] as string
    if (c === '\\') {
      p.i++
      name += p.s[p.i] ?? ''
    } else if (TERMINATORS.has(c)) break
    else name += c
  }
  return name === '*' ? { kind: 'wildcard' } : { kind: 'field', name }
}

function parseWord(p: Cursor): Step {
  const start = p.i
  while (p.i < p.s.length && !TERMINATORS.has(p.s[p.i] as string)) p.i++
  const name = p.s.slice(start, p.i)
  if (name === 'true' || name === 'false') return { kind: 'value', value: name === 'true' }
  return { kind: 'word', name }
}

function parseNumber(p: Cursor): Step {
  const m = /^[+-]?[\d.]*/.exec(p.s.slice(p.i))
  const text = m?.[0] ?? ''
  p.i += text.length
  const value = Number(text)
  if (text === '' || Number.isNaN(value)) throw new CliError(`cannot parse number ${text}`)
  return { kind: 'value', value }
}

function parseQuote(p: Cursor, quote: string): Step {
  const start = p.i
  for (p.i++; ; p.i++) {
    const c = p.s[p.i]
    if (c === undefined || c === '\n') throw new CliError('unterminated quoted string')
    if (c === quote && p.s[p.i - 1] !== '\\') break
  }
  p.i++
  return { kind: 'value', value: unquote(p.s.slice(start + 1, p.i - 1)) }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
}

function unquote(s: string): string {
  return s.replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/g, (_, e: string) => {
    if (e.length > 1) return String.fromCodePoint(Number.parseInt(e.slice(1), 16))
    return ESCAPES[e] ?? e
  })
}

function parseArray(p: Cursor, steps: Step[]): void {
  const close = p.s.slice(p.i).search(/[\]\n]/)
  if (close < 0 || p.s[p.i + close] !== ']') throw new CliError('unterminated array')
  let text = p.s.slice(p.i + 1, p.i + close)
  p.i += close + 1
  if (text === '*') text = ':'
  const parts = text.split(',')
  if (parts.length > 1) {
    steps.push({ kind: 'union', parts: parts.map((t) => inAction(`[${t.trim()}]`)) })
    return
  }
  const key = /^'([^']*)'$/.exec(text)
  if (key) {
    steps.push(...inAction(`.${key[1]}`))
    return
  }
  const m = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text)
  if (!m) throw new CliError(`invalid array index ${text}`)
  const number = (t: string | undefined) => (t === undefined || t === '' ? undefined : Number(t))
  steps.push({
    kind: 'slice',
    from: number(m[1]),
    to: number(m[2]?.slice(1)),
    step: number(m[3]?.slice(1)),
    single: m[2] === undefined,
  })
}

function parseFilter(p: Cursor): Step {
  p.i += 3
  const start = p.i
  let quote = ''
  for (; ; p.i++) {
    const c = p.s[p.i]
    if (c === undefined || c === '\n') throw new CliError('unterminated filter')
    if (quote === '' && (c === '"' || c === "'")) quote = c
    else if (quote !== '' && c === quote && p.s[p.i - 1] !== '\\') quote = ''
    else if (c === ')' && quote === '') break
  }
  const text = p.s.slice(start, p.i)
  p.i++
  if (p.s[p.i] !== ']') throw new CliError('unclosed array expect ]')
  p.i++
  const m = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text)
  if (!m) return { kind: 'filter', left: inAction(text), op: 'exists', right: [] }
  return {
    kind: 'filter',
    left: inAction(m[1] as string),
    op: m[2] as string,
    right: inAction(m[3] as string),
  }
}
