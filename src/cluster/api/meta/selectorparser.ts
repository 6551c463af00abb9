/**
 * Reads `a=b,c in (d,e),!f` as sent in `labelSelector=`; errors are worded as the API server words them.
 * @source staging/src/k8s.io/apimachinery/pkg/labels/selector.go Parser
 */
import type { Requirement, Selector } from './labels.ts'
import { labelValue, qualifiedName } from './validation.ts'

/** Thrown by the parser; the server answers 400 with its text. */
export class SelectorError extends Error {
  override name = 'SelectorError'
}

interface Token {
  readonly kind: 'id' | 'op' | 'end'
  readonly text: string
}

const SPECIAL = '=!(),<>'

/** Parses a label selector. @throws SelectorError */
export function parseSelector(text: string): Selector {
  const tokens = lex(text)
  const out: Requirement[] = []
  let i = 0
  const peek = () => tokens[i] as Token
  const next = () => tokens[i++] as Token
  const found = (t: Token) => (t.kind === 'end' ? '' : t.text)
  for (;;) {
    const t = peek()
    if (t.kind === 'id' || t.text === '!') {
      out.push(requirement(peek, next))
      const after = next()
      if (after.kind === 'end') return checked(out)
      if (after.text !== ',') fail(`found '${after.text}', expected: ',' or 'end of string'`, true)
      const following = peek()
      if (following.kind !== 'id' && following.text !== '!') {
        fail(`found '${found(following)}', expected: identifier after ','`)
      }
    } else if (t.kind === 'end') {
      return checked(out)
    } else {
      fail(`found '${t.text}', expected: !, identifier, or 'end of string'`)
    }
  }
}

function requirement(peek: () => Token, next: () => Token): Requirement {
  let absent = false
  if (peek().text === '!' && peek().kind === 'op') {
    next()
    absent = true
  }
  const key = next()
  if (key.kind !== 'id') fail(`found '${key.text}', expected: identifier`)
  checkKey(key.text)
  if (absent) return { key: key.text, op: '!', values: [] }
  const t = peek()
  if (t.kind === 'end' || t.text === ',') return { key: key.text, op: 'exists', values: [] }
  return comparison(key.text, peek, next)
}

function comparison(key: string, peek: () => Token, next: () => Token): Requirement {
  const op = next()
  switch (op.text) {
    case 'in':
    case 'notin':
      return { key, op: op.text, values: values(peek, next) }
    case '=':
    case '==':
      return { key, op: '=', values: [exact(peek, next)] }
    case '!=':
      return { key, op: '!=', values: [exact(peek, next)] }
    case '>':
    case '<':
      return { key, op: op.text, values: [exact(peek, next)] }
    default:
      return fail(`found '${op.text}', expected: in, notin, =, ==, !=, gt, lt`)
  }
}

function exact(peek: () => Token, next: () => Token): string {
  const t = peek()
  if (t.kind === 'end' || t.text === ',') return ''
  const v = next()
  if (v.kind !== 'id') fail(`found '${v.text}', expected: identifier`)
  return v.text
}

function values(peek: () => Token, next: () => Token): string[] {
  const open = next()
  if (open.text !== '(') fail(`found '${open.text}' expected: '('`)
  const out = new Set<string>()
  for (;;) {
    const t = peek()
    if (t.kind === 'id') {
      out.add(next().text)
      const after = next()
      if (after.text === ')' && after.kind === 'op') return [...out].sort()
      if (after.text !== ',') fail(`found '${after.text}', expected: ',' or ')'`)
      if (peek().text === ')') out.add('')
    } else if (t.text === ')' && t.kind === 'op') {
      next()
      if (out.size === 0) out.add('')
      return [...out].sort()
    } else if (t.text === ',') {
      next()
      out.add('')
    } else {
      fail(`found '${t.text}', expected: ',', ')' or identifier`)
    }
  }
}

function lex(text: string): Token[] {
  const out: Token[] = []
  let i = 0
  while (i < text.length) {
    const c = text[i] as string
    if (/\s/.test(c)) {
      i++
    } else if (SPECIAL.includes(c)) {
      const two = text.slice(i, i + 2)
      const op = two === '==' || two === '!=' ? two : c
      out.push({ kind: 'op', text: op })
      i += op.length
    } else {
      let j = i
      while (j < text.length && !SPECIAL.includes(text[j] as string) && !/\s/.test(text[j] ?? ''))
        j++
      out.push({ kind: 'id', text: text.slice(i, j) })
      i = j
    }
  }
  out.push({ kind: 'end', text: '' })
  return out
}

function checkKey(key: string): void {
  const [message] = qualifiedName(key)
  if (message) fail(`<nil>: Invalid value: ${JSON.stringify(key)}: ${message}`)
}

function checked(requirements: Requirement[]): Selector {
  for (const r of requirements) {
    if (r.op === '>' || r.op === '<') {
      if (!/^[+-]?\d+$/.test(r.values[0] ?? '')) {
        const v = JSON.stringify(r.values[0])
        fail(
          `values[0]: Invalid value: ${v}: for 'Gt', 'Lt' operators, the value must be an integer`,
        )
      }
    }
    r.values.forEach((v, i) => {
      const [message] = labelValue(v)
      if (message) {
        fail(`values[${i}][${r.key}]: Invalid value: ${JSON.stringify(v)}: ${message}`)
      }
    })
  }
  return requirements
}

function fail(message: string, bare = false): never {
  throw new SelectorError(bare ? message : `unable to parse requirement: ${message}`)
}
