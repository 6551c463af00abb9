/**
 * The part of Go's text/template that kubectl users write: fields, variables, pipelines, if, with, range, functions.
 * @source text/template; staging/src/k8s.io/cli-runtime/pkg/printers/template.go
 */
import { decodeBase64 } from './base64.ts'
import { CliError } from './errors.ts'
import { goPrint, goQuote } from './printers/gojson.ts'

type Node =
  | { kind: 'text'; text: string }
  | { kind: 'print'; pipe: Pipe }
  | { kind: 'if' | 'with'; pipe: Pipe; body: Node[]; otherwise: Node[] }
  | { kind: 'range'; pipe: Pipe; body: Node[]; otherwise: Node[] }

interface Pipe {
  readonly names: readonly string[]
  readonly assigns: boolean
  readonly commands: readonly Operand[][]
}

type Operand =
  | { kind: 'value'; value: unknown }
  | { kind: 'path'; fields: string[] }
  | { kind: 'variable'; name: string; fields: string[] }
  | { kind: 'call'; name: string }
  | { kind: 'pipe'; pipe: Pipe; fields: string[] }

/** A parsed template. */
export type GoTemplate = readonly Node[]

/** What a missing key prints. */
const NO_VALUE = Symbol('no value')
const STEPS_MAX = 1_000_000

/** Parses a template. @throws CliError with Go's reason */
export function parseGoTemplate(text: string): GoTemplate {
  const tokens = lex(text)
  const at = { i: 0 }
  const nodes = parseList(tokens, at, [])
  return nodes.nodes
}

/** Runs a template. @throws CliError with Go's reason */
export function renderGoTemplate(template: GoTemplate, data: unknown): string {
  const scope: Scope = { variables: new Map([['$', data]]), steps: 0 }
  return exec(template, data, scope)
}

interface Scope {
  variables: Map<string, unknown>
  steps: number
}

type Token = { text: string } | { action: string }

function fail(reason: string): never {
  throw new CliError(`template: output:1: ${reason}`)
}

function lex(text: string): Token[] {
  const out: Token[] = []
  let rest = text
  let trim = false
  for (;;) {
    const open = rest.indexOf('{{')
    let plain = open < 0 ? rest : rest.slice(0, open)
    if (trim) plain = plain.trimStart()
    if (open >= 0 && /^\{\{- /.test(rest.slice(open))) plain = plain.trimEnd()
    if (plain) out.push({ text: plain })
    if (open < 0) return out
    const close = actionEnd(rest, open + 2)
    if (close < 0) fail('unclosed action')
    let action = rest.slice(open + 2, close)
    trim = / -$/.test(action)
    action = action.replace(/^- /, '').replace(/ -$/, '').trim()
    if (!action.startsWith('/*')) out.push({ action })
    rest = rest.slice(close + 2)
  }
}

function actionEnd(s: string, from: number): number {
  let quote = ''
  for (let i = from; i < s.length - 1; i++) {
    const c = s[i] as string
    if (quote) {
      if (c === '\\' && quote === '"') i++
      else if (c === quote) quote = ''
    } else if (c === '"' || c === '`') quote = c
    else if (c === '}' && s[i + 1] === '}') return i
  }
  return -1
}

function parseList(
  tokens: readonly Token[],
  at: { i: number },
  until: readonly string[],
): { nodes: Node[]; end: string } {
  const nodes: Node[] = []
  while (at.i < tokens.length) {
    const t = tokens[at.i++] as Token
    if ('text' in t) {
      nodes.push({ kind: 'text', text: t.text })
      continue
    }
    const word = /^\w*/.exec(t.action)?.[0] ?? ''
    if (word === 'end' || word === 'else') {
      if (!until.includes(word)) fail(`unexpected {{${word}}}`)
      return { nodes, end: t.action }
    }
    if (word === 'if' || word === 'with' || word === 'range')
      nodes.push(parseControl(word, t.action.slice(word.length), tokens, at))
    else nodes.push({ kind: 'print', pipe: parsePipe(t.action) })
  }
  if (until.length > 0) fail('unexpected EOF')
  return { nodes, end: '' }
}

function parseControl(
  kind: 'if' | 'with' | 'range',
  head: string,
  tokens: readonly Token[],
  at: { i: number },
): Node {
  const pipe = parsePipe(head)
  const body = parseList(tokens, at, ['end', 'else'])
  let otherwise: Node[] = []
  if (body.end.startsWith('else')) {
    const next = body.end.slice(4).trim()
    if (next.startsWith('if')) otherwise = [parseControl('if', next.slice(2), tokens, at)]
    else otherwise = parseList(tokens, at, ['end']).nodes
  }
  return { kind, pipe, body: body.nodes, otherwise }
}

const WORD =
  /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)'|:=|[|(),=]|\$?[\w]*(?:\.[\w]+)*\.?|\.(?:[\w]+(?:\.[\w]+)*)?|-?[\d.]+)/y

function words(text: string): string[] {
  const out: string[] = []
  WORD.lastIndex = 0
  while (WORD.lastIndex < text.length) {
    const from = WORD.lastIndex
    if (/^\s*$/.test(text.slice(from))) break
    const m = WORD.exec(text)
    if (!m || m[0] === '') {
      const number = /^\s*(-?[\d.]+)/.exec(text.slice(from))
      if (!number) fail(`unexpected ${goQuote(text.slice(from).trim()[0] ?? '')} in command`)
      out.push(number[1] as string)
      WORD.lastIndex = from + number[0].length
      continue
    }
    out.push(m[1] as string)
  }
  return out
}

function parsePipe(text: string): Pipe {
  const list = words(text)
  const at = { i: 0 }
  const pipe = pipeOf(list, at)
  if (at.i < list.length) fail(`unexpected ${goQuote(list[at.i] as string)} in command`)
  return pipe
}

function pipeOf(list: readonly string[], at: { i: number }): Pipe {
  const names: string[] = []
  let assigns = false
  const define = list.slice(at.i).findIndex((w) => w === ':=' || w === '=')
  if (define > 0 && list[at.i]?.startsWith('$')) {
    for (const w of list.slice(at.i, at.i + define)) if (w !== ',') names.push(w)
    assigns = list[at.i + define] === '='
    at.i += define + 1
  }
  const commands: Operand[][] = [[]]
  while (at.i < list.length && list[at.i] !== ')') {
    const w = list[at.i++] as string
    if (w === '|') commands.push([])
    else commands.at(-1)?.push(operand(w, list, at))
  }
  if (commands.some((c) => c.length === 0)) fail('missing value for command')
  return { names, assigns, commands }
}

function operand(w: string, list: readonly string[], at: { i: number }): Operand {
  if (w === '(') {
    const pipe = pipeOf(list, at)
    if (list[at.i] !== ')') fail('unclosed left paren')
    at.i++
    const next = list[at.i]
    const fields = next && /^\.\w/.test(next) ? next.slice(1).split('.') : []
    if (fields.length > 0) at.i++
    return { kind: 'pipe', pipe, fields }
  }
  if (w.startsWith('"')) return { kind: 'value', value: JSON.parse(w) as string }
  if (w.startsWith('`')) return { kind: 'value', value: w.slice(1, -1) }
  if (w.startsWith("'")) return { kind: 'value', value: w.charCodeAt(1) }
  if (w === '.') return { kind: 'path', fields: [] }
  if (w.startsWith('.')) return { kind: 'path', fields: w.slice(1).split('.') }
  if (w.startsWith('$')) {
    const [name, ...fields] = w.split('.')
    return { kind: 'variable', name: name as string, fields }
  }
  if (/^-?\d/.test(w)) return { kind: 'value', value: Number(w) }
  if (w === 'true' || w === 'false') return { kind: 'value', value: w === 'true' }
  if (w === 'nil') return { kind: 'value', value: null }
  if (!functions.has(w)) fail(`function ${goQuote(w)} not defined`)
  return { kind: 'call', name: w }
}

function exec(nodes: readonly Node[], dot: unknown, scope: Scope): string {
  let out = ''
  for (const n of nodes) {
    if (++scope.steps > STEPS_MAX) fail('exceeded the number of steps allowed')
    if (n.kind === 'text') out += n.text
    else if (n.kind === 'print') {
      const v = evaluate(n.pipe, dot, scope)
      if (n.pipe.names.length === 0) out += shown(v)
    } else out += control(n, dot, scope)
  }
  return out
}

function control(
  n: Extract<Node, { kind: 'if' | 'with' | 'range' }>,
  dot: unknown,
  scope: Scope,
): string {
  const outer = scope.variables
  scope.variables = new Map(outer)
  const v = evaluate(n.kind === 'range' ? { ...n.pipe, names: [] } : n.pipe, dot, scope)
  let out = ''
  if (n.kind !== 'range')
    out = truth(v)
      ? exec(n.body, n.kind === 'with' ? v : dot, scope)
      : exec(n.otherwise, dot, scope)
  else {
    const items = entries(v)
    if (items.length === 0) out = exec(n.otherwise, dot, scope)
    for (const [key, item] of items) {
      const { names } = n.pipe
      if (names.length > 1) scope.variables.set(names[0] as string, key)
      if (names.length > 0) scope.variables.set(names.at(-1) as string, item)
      out += exec(n.body, item, scope)
    }
  }
  restore(outer, scope)
  return out
}

/** Assignments inside a block reach variables of the outside; definitions do not. */
function restore(outer: Map<string, unknown>, scope: Scope): void {
  for (const k of outer.keys()) outer.set(k, scope.variables.get(k))
  scope.variables = outer
}

function entries(v: unknown): [unknown, unknown][] {
  if (Array.isArray(v)) return v.map((x, i) => [i, x])
  if (typeof v === 'number') return Array.from({ length: v }, (_, i) => [i, i])
  if (typeof v === 'object' && v !== null) {
    const o = v as Record<string, unknown>
    return Object.keys(o)
      .sort()
      .map((k) => [k, o[k]])
  }
  return []
}

function evaluate(pipe: Pipe, dot: unknown, scope: Scope): unknown {
  let value: unknown = NO_VALUE
  pipe.commands.forEach((command, i) => {
    const extra = i > 0 ? [value] : []
    value = call(command, extra, dot, scope)
  })
  for (const name of pipe.names) scope.variables.set(name, value)
  return value
}

function call(command: readonly Operand[], extra: unknown[], dot: unknown, scope: Scope): unknown {
  const first = command[0] as Operand
  if (first.kind !== 'call') {
    if (command.length > 1 || extra.length > 0) fail("can't give argument to non-function")
    return operandValue(first, dot, scope)
  }
  const args = [...command.slice(1).map((o) => operandValue(o, dot, scope)), ...extra]
  return (functions.get(first.name) as (a: unknown[]) => unknown)(args)
}

function operandValue(o: Operand, dot: unknown, scope: Scope): unknown {
  switch (o.kind) {
    case 'value':
      return o.value
    case 'path':
      return dig(dot, o.fields)
    case 'variable':
      if (!scope.variables.has(o.name)) fail(`undefined variable "${o.name}"`)
      return dig(scope.variables.get(o.name), o.fields)
    case 'pipe':
      return dig(evaluate(o.pipe, dot, scope), o.fields)
    case 'call':
      return (functions.get(o.name) as (a: unknown[]) => unknown)([])
  }
}

function dig(v: unknown, fields: readonly string[]): unknown {
  let at = v
  for (const f of fields) {
    if (at === NO_VALUE || at === null || at === undefined) return NO_VALUE
    if (typeof at !== 'object' || Array.isArray(at))
      fail(`can't evaluate field ${f} in type interface {}`)
    const o = at as Record<string, unknown>
    at = Object.hasOwn(o, f) && o[f] !== undefined ? o[f] : NO_VALUE
  }
  return at
}

function shown(v: unknown): string {
  return v === NO_VALUE || v === null || v === undefined ? '<no value>' : goPrint(v)
}

function truth(v: unknown): boolean {
  if (v === NO_VALUE || v === null || v === undefined) return false
  if (Array.isArray(v)) return v.length > 0
  if (typeof v === 'object') return Object.keys(v).length > 0
  return Boolean(v)
}

function lengthOf(v: unknown): number {
  if (typeof v === 'string' || Array.isArray(v)) return v.length
  if (typeof v === 'object' && v !== null) return Object.keys(v).length
  return fail('error calling len: len of nil pointer')
}

function format(args: readonly unknown[]): string {
  const [pattern, ...rest] = args
  let i = 0
  return String(pattern).replace(
    /%([-+# 0]*)(\d*)(?:\.(\d+))?([vsdqtfgx%])/g,
    (_, flags, width, precision, verb) => {
      if (verb === '%') return '%'
      const v = rest[i++]
      let s = goPrint(v === NO_VALUE ? null : v)
      if (verb === 'q') s = JSON.stringify(v)
      if (verb === 'f') s = Number(v).toFixed(precision ? Number(precision) : 6)
      if (verb === 'x') s = Number(v).toString(16)
      const n = Number(width || 0)
      if (flags.includes('-')) return s.padEnd(n)
      return s.padStart(n, flags.includes('0') ? '0' : ' ')
    },
  )
}

function ordered(a: unknown, b: unknown): number {
  if (typeof a !== typeof b) fail('incompatible types for comparison')
  const x = a as string | number
  const y = b as string | number
  return x < y ? -1 : x > y ? 1 : 0
}

const functions: ReadonlyMap<string, (a: unknown[]) => unknown> = new Map<
  string,
  (a: unknown[]) => unknown
>([
  ['len', ([v]) => lengthOf(v)],
  [
    'index',
    ([v, ...keys]) => {
      let at = v
      for (const key of keys) {
        if (Array.isArray(at)) {
          const i = Number(key)
          if (i < 0 || i >= at.length) fail(`error calling index: index out of range: ${i}`)
          at = at[i]
        } else at = dig(at, [String(key)])
      }
      return at
    },
  ],
  [
    'slice',
    ([v, a, b]) => (v as string | unknown[]).slice(Number(a ?? 0), b as number | undefined),
  ],
  ['printf', (a) => format(a)],
  ['print', (a) => a.map(shown).join(' ')],
  ['println', (a) => `${a.map(shown).join(' ')}\n`],
  ['eq', ([a, ...rest]) => rest.some((b) => ordered(a, b) === 0)],
  ['ne', ([a, b]) => ordered(a, b) !== 0],
  ['lt', ([a, b]) => ordered(a, b) < 0],
  ['le', ([a, b]) => ordered(a, b) <= 0],
  ['gt', ([a, b]) => ordered(a, b) > 0],
  ['ge', ([a, b]) => ordered(a, b) >= 0],
  ['not', ([a]) => !truth(a)],
  ['and', (a) => a.find((x) => !truth(x)) ?? a.at(-1)],
  ['or', (a) => a.find(truth) ?? a.at(-1)],
  [
    'html',
    ([a]) =>
      shown(a).replace(/[<>&]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[c] ?? c),
  ],
  ['js', ([a]) => JSON.stringify(shown(a)).slice(1, -1)],
  ['urlquery', ([a]) => encodeURIComponent(shown(a))],
  ['base64decode', ([a]) => decodeBase64(String(a)).text],
  ['exists', ([v, ...keys]) => dig(v, keys.map(String)) !== NO_VALUE],
])
