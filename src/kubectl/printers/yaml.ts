/**
 * YAML exactly as kubectl prints it: sigs.k8s.io/yaml sorts the keys and go-yaml v2 chooses the style of each scalar
 * (plain, single quotes, double quotes, literal block) and folds long ones after column 80.
 * @source sigs.k8s.io/yaml goyaml.v2 emitterc.go, resolve.go, sorter.go
 */
import { goFloat } from './gojson.ts'

const BEST_WIDTH = 80

/** A whole document, with a newline at the end. */
export function toYaml(value: unknown): string {
  const w: Writer = { text: '', column: 0 }
  if (isMap(value) && keysOf(value).length > 0) block(w, value, 0)
  else if (Array.isArray(value) && value.length > 0) sequence(w, value, 0)
  else scalar(w, value, 0, false)
  return `${w.text}\n`
}

interface Writer {
  text: string
  column: number
}

function put(w: Writer, s: string): void {
  w.text += s
  const nl = s.lastIndexOf('\n')
  w.column = nl < 0 ? w.column + s.length : s.length - nl - 1
}

function newLine(w: Writer, indent: number): void {
  put(w, `\n${' '.repeat(indent)}`)
}

function isMap(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

function keysOf(o: Record<string, unknown>): string[] {
  return Object.keys(o)
    .filter((k) => o[k] !== undefined)
    .sort(naturalLess)
}

function block(w: Writer, o: Record<string, unknown>, indent: number): void {
  let first = true
  for (const k of keysOf(o)) {
    if (!first) newLine(w, indent)
    first = false
    const v = o[k]
    const long = [...k].length > 128
    if (long) put(w, '? ')
    scalar(w, k, indent, !long)
    if (long) newLine(w, indent)
    put(w, ':')
    if (isMap(v) && keysOf(v).length > 0) {
      newLine(w, indent + 2)
      block(w, v, indent + 2)
    } else if (Array.isArray(v) && v.length > 0) {
      newLine(w, indent)
      sequence(w, v, indent)
    } else {
      put(w, ' ')
      scalar(w, v, indent, false)
    }
  }
}

function sequence(w: Writer, items: readonly unknown[], indent: number): void {
  let first = true
  for (const v of items) {
    if (!first) newLine(w, indent)
    first = false
    put(w, '- ')
    if (isMap(v) && keysOf(v).length > 0) block(w, v, indent + 2)
    else if (Array.isArray(v) && v.length > 0) sequence(w, v, indent + 2)
    else scalar(w, v, indent, false)
  }
}

function scalar(w: Writer, v: unknown, indent: number, key: boolean): void {
  if (v === null || v === undefined) put(w, 'null')
  else if (typeof v === 'boolean') put(w, String(v))
  else if (typeof v === 'number') put(w, goFloat(v))
  else if (typeof v === 'string') text(w, v, indent, key)
  else put(w, Array.isArray(v) ? '[]' : '{}')
}

function text(w: Writer, s: string, indent: number, key: boolean): void {
  const a = analyze(s)
  const more = indent + 2
  if (s.includes('\n')) {
    if (a.block && !key) return literal(w, s, more)
    return doubleQuoted(w, s, more, !key)
  }
  if (!resolvesToString(s)) return doubleQuoted(w, s, more, !key)
  if (a.plain && !(s === '' && key)) return folded(w, s, more, !key, false)
  if (a.single) {
    put(w, "'")
    folded(w, s.replaceAll("'", "''"), more, !key, true)
    put(w, "'")
    return
  }
  doubleQuoted(w, s, more, !key)
}

/** Writes a plain or single-quoted scalar, breaking at a lone space once past the best width. */
function folded(w: Writer, s: string, indent: number, breaks: boolean, quoted: boolean): void {
  let from = 0
  for (let i = 0; i < s.length; i++) {
    if (s[i] !== ' ') continue
    const alone = s[i - 1] !== ' ' && s[i + 1] !== ' '
    const inside = !quoted || (i > 0 && i < s.length - 1)
    if (breaks && alone && inside && w.column + (i - from) > BEST_WIDTH) {
      put(w, s.slice(from, i))
      newLine(w, indent)
      from = i + 1
    }
  }
  put(w, s.slice(from))
}

const SHORT: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function doubleQuoted(w: Writer, s: string, indent: number, breaks: boolean): void {
  put(w, '"')
  let spaces = false
  const chars = [...s]
  for (let i = 0; i < chars.length; i++) {
    const c = chars[i] as string
    if (!printable(c) || c === '"' || c === '\\' || c === '\n' || c === '\ufeff') {
      put(w, SHORT[c] ?? hex(c.codePointAt(0) ?? 0))
      spaces = false
    } else if (c === ' ') {
      const inside = i > 0 && i < chars.length - 1
      if (breaks && !spaces && w.column > BEST_WIDTH && inside) {
        newLine(w, indent)
        if (chars[i + 1] === ' ') put(w, '\\')
      } else put(w, ' ')
      spaces = true
    } else {
      put(w, c)
      spaces = false
    }
  }
  put(w, '"')
}

function hex(code: number): string {
  const h = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${h.padStart(2, '0')}`
  if (code <= 0xffff) return `\\u${h.padStart(4, '0')}`
  return `\\U${h.padStart(8, '0')}`
}

function literal(w: Writer, s: string, indent: number): void {
  let hints = ''
  if (s[0] === ' ' || s[0] === '\n') hints += '2'
  if (!s.endsWith('\n')) hints += '-'
  else if (s === '\n' || s.endsWith('\n\n')) hints += '+'
  put(w, `|${hints}`)
  const body = s.endsWith('\n') ? s.slice(0, -1) : s
  for (const line of body.split('\n')) {
    if (line === '') put(w, '\n')
    else {
      newLine(w, indent)
      put(w, line)
    }
  }
}

function printable(c: string): boolean {
  const n = c.codePointAt(0) as number
  if (n === 0x0a || (n >= 0x20 && n <= 0x7e) || n === 0x85) return n !== 0x85
  return (n > 0xa0 && n <= 0xd7ff) || (n >= 0xe000 && n <= 0xfffd && n !== 0xfeff) || n > 0xffff
}

function analyze(s: string): { plain: boolean; single: boolean; block: boolean } {
  if (s === '') return { plain: true, single: true, block: false }
  let indicators = s.startsWith('---') || s.startsWith('...')
  let special = false
  let breakSpace = false
  let spaceBreak = false
  let before = true
  const chars = [...s]
  for (let i = 0; i < chars.length; i++) {
    const c = chars[i] as string
    const next = chars[i + 1]
    const followed = next === undefined || isBlank(next)
    if (i === 0) {
      if ('#,[]{}&*!|>\'"%@`'.includes(c)) indicators = true
      else if ('?:-'.includes(c) && followed) indicators = true
    } else if (c === ':' && followed) indicators = true
    else if (c === '#' && before) indicators = true
    if (!printable(c)) special = true
    if (c === ' ' && chars[i - 1] === '\n') breakSpace = true
    if (c === '\n' && chars[i - 1] === ' ') spaceBreak = true
    before = isBlank(c)
  }
  const ends = /^[ \n]|[ \n]$/.test(s)
  return {
    plain: !indicators && !special && !breakSpace && !spaceBreak && !ends && !s.includes('\n'),
    single: !breakSpace && !spaceBreak && !special,
    block: !s.endsWith(' ') && !spaceBreak && !special,
  }
}

function isBlank(c: string): boolean {
  return c === ' ' || c === '\t' || c === '\n' || c === '\r'
}

const WORDS = new Set(
  [
    'y,Y,yes,Yes,YES,on,On,ON,true,True,TRUE,n,N,no,No,NO,off,Off,OFF,false,False,FALSE',
    '~,null,Null,NULL,.nan,.NaN,.NAN,.inf,.Inf,.INF,+.inf,+.Inf,+.INF,-.inf,-.Inf,-.INF,<<',
  ].flatMap((l) => l.split(',')),
)
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
const INT = /^[-+]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/
const BASE60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const TIME = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[+-]\d\d:\d\d)?)?$/

/** False when a YAML 1.1 reader would take the bare word for a boolean, number, time or null. */
function resolvesToString(s: string): boolean {
  if (s === '' || WORDS.has(s)) return false
  const first = s[0] as string
  if (!'+-.0123456789'.includes(first)) return true
  const bare = s.replaceAll('_', '')
  if (INT.test(bare) || FLOAT.test(bare) || BASE60.test(s)) return false
  if (!TIME.test(s)) return true
  // With a zone the T form is a time; the space form has none, and a bare date always is one.
  if (/[Tt]/.test(s)) return !/(Z|[+-]\d\d:\d\d)$/.test(s)
  return s.includes(' ') && /(Z|[+-]\d\d:\d\d)$/.test(s)
}

/** go-yaml's order of keys: letters by code, digits by number, other characters first. */
function naturalLess(a: string, b: string): number {
  return less([...a], [...b]) ? -1 : 1
}

function less(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i] as string
    const y = b[i] as string
    if (x === y) continue
    const xl = isLetter(x)
    const yl = isLetter(y)
    if (xl && yl) return x < y
    if (xl || yl) return yl
    let an = 0
    let bn = 0
    if (x === '0' || y === '0') {
      for (let j = i - 1; j >= 0 && isDigit(a[j] as string); j--) {
        if (a[j] !== '0') {
          an = 1
          bn = 1
          break
        }
      }
    }
    let ai = i
    let bi = i
    for (; ai < a.length && isDigit(a[ai] as string); ai++) an = an * 10 + Number(a[ai])
    for (; bi < b.length && isDigit(b[bi] as string); bi++) bn = bn * 10 + Number(b[bi])
    if (an !== bn) return an < bn
    if (ai !== bi) return ai < bi
    return x < y
  }
  return a.length < b.length
}

function isLetter(c: string): boolean {
  return /\p{L}/u.test(c)
}

function isDigit(c: string): boolean {
  return c >= '0' && c <= '9'
}
