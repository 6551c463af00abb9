/** Word expansion: parameters, command substitution, arithmetic, field splitting, globs. */
import type {
  ArithmeticExpression,
  Assignment,
  HereDocBody,
  ParameterExpansionPart,
  Statement,
  Word,
  WordPart,
} from 'unbash'
import type { Task } from '../../sim/task.ts'
import { normalize } from '../filesystem.ts'
import { Exit } from '../process.ts'
import type { Shell } from './shell.ts'

/** Text with, per character run, whether it was quoted (quoted text is neither split nor globbed). */
interface Piece {
  text: string
  quoted: boolean
}

/** Expands words for one shell. */
export class Expander {
  constructor(private readonly shell: Shell) {}

  /** A word as one string. */
  *text(word: Word): Task<string> {
    if (!word.parts) return tilde(word.value, this.shell)
    return (yield* this.pieces(word.parts, false)).map((p) => p.text).join('')
  }

  /** A word as fields: split at blanks outside quotes, globs matched against files. */
  *fields(word: Word): Task<string[]> {
    if (!word.parts) return [tilde(word.value, this.shell)]
    const at = word.parts.length === 1 ? word.parts[0] : undefined
    const inner = at?.type === 'DoubleQuoted' && at.parts.length === 1 ? at.parts[0] : at
    if (inner?.type === 'SimpleExpansion' && inner.text === '$@') return [...this.shell.positional]
    const pieces = yield* this.pieces(word.parts, false)
    const fields: { text: string; glob: boolean }[] = []
    let open: { text: string; glob: boolean } | undefined
    for (const piece of pieces) {
      if (piece.quoted) {
        open ??= { text: '', glob: false }
        open.text += piece.text
        continue
      }
      for (const [i, chunk] of piece.text.split(/([ \t\n]+)/).entries()) {
        if (i % 2 === 1) {
          if (open) fields.push(open)
          open = undefined
        } else if (chunk !== '') {
          open ??= { text: '', glob: false }
          open.text += chunk
          open.glob ||= /[*?[]/.test(chunk)
        }
      }
    }
    if (open) fields.push(open)
    return fields.flatMap((f) => (f.glob ? this.glob(f.text) : [f.text]))
  }

  /** `name=value` given as an argument (export, env). */
  *assignment(raw: string, a: Assignment): Task<string> {
    if (a.value.type === 'ArrayValue') return raw
    return `${a.name}=${yield* this.text(a.value)}`
  }

  *heredoc(body: HereDocBody): Task<string> {
    if (!body.parts) return body.text
    return (yield* this.pieces(body.parts, true)).map((p) => p.text).join('')
  }

  private *pieces(parts: readonly WordPart[], quoted: boolean): Task<Piece[]> {
    const out: Piece[] = []
    for (const part of parts) {
      switch (part.type) {
        case 'Literal':
          out.push({ text: part.value, quoted: true })
          break
        case 'SingleQuoted':
        case 'AnsiCQuoted':
          out.push({ text: part.value, quoted: true })
          break
        case 'DoubleQuoted':
        case 'LocaleString':
          out.push({ text: '', quoted: true })
          out.push(...(yield* this.pieces(part.parts, true)))
          break
        case 'SimpleExpansion':
          out.push({ text: this.parameter(part.text.slice(1)), quoted })
          break
        case 'ParameterExpansion':
          out.push({ text: yield* this.operation(part), quoted })
          break
        case 'CommandExpansion':
          out.push({ text: yield* this.substitute(part.script?.commands), quoted })
          break
        case 'ArithmeticExpansion':
          out.push({
            text: part.expression ? String(yield* this.evaluate(part.expression)) : '0',
            quoted,
          })
          break
        case 'Glob':
          if (part.kind === 'bracket' && part.parts.some((x) => x.type !== 'Literal')) {
            out.push(...(yield* this.bracket(part.text, part.parts, quoted)))
          } else out.push({ text: part.text, quoted })
          break
        case 'ExtendedGlob':
          out.push({ text: part.text, quoted })
          break
        default:
          out.push({ text: part.text, quoted })
      }
    }
    return out
  }

  /** `[$x]`: what stands in the brackets is expanded, then the whole is a pattern like any other. */
  private *bracket(text: string, parts: readonly WordPart[], quoted: boolean): Task<Piece[]> {
    const inner = yield* this.pieces(parts, quoted)
    const open = inner[0]?.text.startsWith('[') ? '' : text.startsWith('[!') ? '[!' : '['
    const close = inner.at(-1)?.text.endsWith(']') ? '' : ']'
    return [{ text: open, quoted }, ...inner, { text: close, quoted }]
  }

  private *substitute(commands: readonly Statement[] | undefined): Task<string> {
    return commands ? yield* this.shell.capture(commands) : ''
  }

  private parameter(name: string): string {
    const { shell } = this
    switch (name) {
      case '?':
        return String(shell.status)
      case '#':
        return String(shell.positional.length)
      case '@':
      case '*':
        return shell.positional.join(' ')
      case '$':
        return '1'
      case '!':
        return '0'
      case '0':
        return shell.name
      case 'RANDOM':
        return String(shell.process.around.random.below(32768))
      case 'HOSTNAME':
        return shell.variables.get('HOSTNAME') ?? shell.process.around.hostname
      case 'PWD':
        return shell.process.cwd
      default:
        if (/^\d+$/.test(name)) return shell.positional[Number(name) - 1] ?? ''
        return shell.variables.get(name) ?? ''
    }
  }

  private isSet(name: string): boolean {
    if (/^\d+$/.test(name)) return Number(name) <= this.shell.positional.length
    return this.shell.variables.has(name) || this.parameter(name) !== ''
  }

  private *operation(part: ParameterExpansionPart): Task<string> {
    const name = part.parameter
    const value = this.parameter(name)
    if (part.prefix === '#') return String(value.length)
    const op = part.operation
    if (!op) return value
    switch (op.type) {
      case 'Default': {
        const missing = op.operator.startsWith(':') ? value === '' : !this.isSet(name)
        const kind = op.operator.slice(-1)
        if (kind === '+') return missing ? '' : yield* this.text(op.operand)
        if (!missing) return value
        const word = yield* this.text(op.operand)
        if (kind === '=') this.shell.assign(name, word)
        if (kind === '?') {
          this.shell.process.err(`${this.shell.name}: ${name}: ${word || 'parameter not set'}\n`)
          throw new Exit(2)
        }
        return word
      }
      case 'Remove': {
        const pattern = yield* this.text(op.operand)
        return trim(value, pattern, op.operator)
      }
      case 'Replace': {
        const pattern = toRegExp(yield* this.text(op.pattern))
        const to = yield* this.text(op.replacement)
        return value.replace(new RegExp(pattern, op.operator === '//' ? 'g' : ''), () => to)
      }
      case 'Slice': {
        const from = Number(yield* this.text(op.offset))
        const length = op.length ? Number(yield* this.text(op.length)) : undefined
        const start = from < 0 ? Math.max(0, value.length + from) : from
        return value.slice(start, length === undefined ? undefined : start + length)
      }
      case 'CaseModification':
        return op.operator.startsWith('^') ? value.toUpperCase() : value.toLowerCase()
      default:
        return value
    }
  }

  private glob(pattern: string): string[] {
    const { fs, cwd } = this.shell.process
    const slash = pattern.lastIndexOf('/')
    const dir = slash < 0 ? cwd : normalize(pattern.slice(0, slash) || '/', cwd)
    if (/[*?[]/.test(pattern.slice(0, Math.max(0, slash))) || !fs.isDirectory(dir)) return [pattern]
    const base = pattern.slice(slash + 1)
    const found = fs.list(dir).filter((n) => !n.startsWith('.') && matches(base, n))
    return found.length ? found.map((n) => pattern.slice(0, slash + 1) + n) : [pattern]
  }

  private *evaluate(e: ArithmeticExpression): Task<number> {
    switch (e.type) {
      case 'ArithmeticGroup':
        return yield* this.evaluate(e.expression)
      case 'ArithmeticTernary':
        return (yield* this.evaluate(e.test))
          ? yield* this.evaluate(e.consequent)
          : yield* this.evaluate(e.alternate)
      case 'ArithmeticUnary': {
        if (e.operator === '++' || e.operator === '--') return yield* this.step(e)
        const v = yield* this.evaluate(e.operand)
        return e.operator === '-'
          ? -v
          : e.operator === '!'
            ? Number(!v)
            : e.operator === '~'
              ? ~v
              : v
      }
      case 'ArithmeticBinary': {
        if (/^([-+*/%]|<<|>>|[&|^])?=$/.test(e.operator)) {
          const name = e.left.type === 'ArithmeticWord' ? e.left.value : ''
          const right = yield* this.evaluate(e.right)
          const op = e.operator.slice(0, -1)
          const v = op ? arithmetic(op, this.number(name), right) : right
          this.shell.assign(name, String(v))
          return v
        }
        return arithmetic(e.operator, yield* this.evaluate(e.left), yield* this.evaluate(e.right))
      }
      case 'ArithmeticCommandExpansion':
        return Math.trunc(Number(yield* this.substitute(e.script?.commands))) || 0
      case 'ArithmeticWord': {
        if (!e.parts) return this.number(e.value)
        const text = (yield* this.pieces(e.parts, true)).map((p) => p.text).join('')
        return this.number(text)
      }
    }
  }

  private *step(e: Extract<ArithmeticExpression, { type: 'ArithmeticUnary' }>): Task<number> {
    const name = e.operand.type === 'ArithmeticWord' ? e.operand.value : ''
    const old = this.number(name)
    const now = e.operator === '++' ? old + 1 : old - 1
    this.shell.assign(name, String(now))
    return e.prefix ? now : old
  }

  private number(text: string): number {
    if (/^[A-Za-z_]\w*$/.test(text)) return Math.trunc(Number(this.parameter(text))) || 0
    return Math.trunc(Number(text)) || 0
  }
}

function arithmetic(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      if (b === 0) throw new Exit(2)
      return Math.trunc(a / b)
    case '%':
      if (b === 0) throw new Exit(2)
      return a % b
    case '<':
      return Number(a < b)
    case '>':
      return Number(a > b)
    case '<=':
      return Number(a <= b)
    case '>=':
      return Number(a >= b)
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '&&':
      return Number(a !== 0 && b !== 0)
    case '||':
      return Number(a !== 0 || b !== 0)
    case '&':
      return a & b
    case '|':
      return a | b
    case '^':
      return a ^ b
    case '<<':
      return a << b
    case '>>':
      return a >> b
    case ',':
      return b
    default:
      return 0
  }
}

/** Whether a shell pattern matches a whole text. */
export function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${toRegExp(pattern)}$`, 's').test(text)
}

function toRegExp(pattern: string): string {
  return pattern.replace(/[.+^${}()|\\]|\*|\?|\[!|\[|\]/g, (c) => {
    if (c === '*') return '.*'
    if (c === '?') return '.'
    if (c === '[!') return '[^'
    if (c === '[' || c === ']') return c
    return `\\${c}`
  })
}

function trim(value: string, pattern: string, operator: '#' | '##' | '%' | '%%'): string {
  const long = operator.length === 2
  const fromStart = operator[0] === '#'
  const lengths = Array.from({ length: value.length + 1 }, (_, i) => i)
  for (const n of long ? lengths.reverse() : lengths) {
    const part = fromStart ? value.slice(0, n) : value.slice(value.length - n)
    if (matches(pattern, part)) return fromStart ? value.slice(n) : value.slice(0, value.length - n)
  }
  return value
}

function tilde(text: string, shell: Shell): string {
  if (text === '~' || text.startsWith('~/'))
    return (shell.variables.get('HOME') ?? '/root') + text.slice(1)
  return text
}
