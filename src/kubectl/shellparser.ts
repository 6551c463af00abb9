/** Reads terminal lines into commands, pipes and redirections. The grammar is the part of sh that people paste. */

/** The line is not understood; the message is bash's. */
export class ShellSyntax extends Error {
  override name = 'ShellSyntax'
}

/** A piece of a word. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly quoted: boolean }
  | { readonly kind: 'command'; readonly script: Script; readonly quoted: boolean }

/** One word, in pieces. */
export type Word = readonly Part[]

/** Where a stream goes. */
export type Redirect =
  | { readonly kind: '>' | '>>'; readonly stream: 1 | 2 | 3; readonly target: Word }
  | { readonly kind: '<'; readonly target: Word }
  | { readonly kind: 'heredoc'; readonly text: string; readonly quoted: boolean }

/** A program, its arguments and streams. */
export interface SimpleCommand {
  readonly assignments: readonly (readonly [string, Word])[]
  readonly words: readonly Word[]
  readonly redirects: readonly Redirect[]
  /** `2>&1`. */
  readonly mergeErrors: boolean
}

/** Pipelines in order, each with what must be true of the one before. */
export type Script = readonly {
  readonly pipeline: readonly SimpleCommand[]
  readonly when: ';' | '&&' | '||'
  /** Goes on in the background: its text. */
  readonly background?: string
}[]

const DEPTH_MAX = 20

/** Parses lines. @throws ShellSyntax */
export function parseScript(text: string, depth = 0): Script {
  if (depth > DEPTH_MAX) throw new ShellSyntax('substitutions are nested too deeply')
  return new Parser(text.replace(/\\\n/g, ''), depth).script()
}

interface Pending {
  readonly command: number
  readonly delimiter: string
  readonly quoted: boolean
  readonly strip: boolean
}

class Parser {
  private i = 0
  private pending: Pending[] = []
  private commands: MutableCommand[] = []

  constructor(
    private readonly s: string,
    private readonly depth: number,
  ) {}

  script(): Script {
    const out: { pipeline: SimpleCommand[]; when: ';' | '&&' | '||'; background?: string }[] = []
    let when: ';' | '&&' | '||' = ';'
    for (;;) {
      this.blanks(true)
      if (this.i >= this.s.length) break
      const from = this.i
      const pipeline = this.pipeline()
      const text = this.s.slice(from, this.i).trim()
      this.blanks(false)
      const behind = /^&(?!&)/.test(this.s.slice(this.i))
      out.push({ pipeline, when, ...(behind ? { background: text } : {}) })
      const rest = this.s.slice(this.i)
      if (rest.startsWith('&&') || rest.startsWith('||')) {
        when = rest.slice(0, 2) as '&&' | '||'
        this.i += 2
      } else {
        when = ';'
        if (rest[0] === '\n') this.newline()
        else if (rest[0] === ';' || behind) this.i++
        else if (rest !== '') this.unexpected(rest[0] as string)
      }
    }
    this.heredocs()
    return out
  }

  private pipeline(): SimpleCommand[] {
    const out: SimpleCommand[] = []
    for (;;) {
      out.push(this.command())
      this.blanks(false)
      if (this.s[this.i] !== '|' || this.s[this.i + 1] === '|') return out
      this.i++
      this.blanks(true)
    }
  }

  private command(): SimpleCommand {
    const c: MutableCommand = { assignments: [], words: [], redirects: [], mergeErrors: false }
    this.commands.push(c)
    const from = this.i
    for (;;) {
      this.blanks(false)
      const rest = this.s.slice(this.i)
      if (rest === '' || /^[\n;|]/.test(rest) || /^&(?!>)/.test(rest)) break
      const merge = /^2>&1/.exec(rest)
      const here = /^<<(-?)\s*(?:'(\w+)'|"(\w+)"|(\w+))/.exec(rest)
      const redirect = /^(?:(&>>?)|([12]?)(>>?)|(<))/.exec(rest)
      if (merge) {
        c.mergeErrors = true
        this.i += merge[0].length
      } else if (here) {
        this.i += here[0].length
        const delimiter = here[2] ?? here[3] ?? (here[4] as string)
        const pending = { command: this.commands.length - 1, delimiter, strip: here[1] === '-' }
        this.pending.push({ ...pending, quoted: here[4] === undefined })
      } else if (redirect) this.redirection(c, redirect)
      else this.wordOrAssignment(c)
    }
    if (c.words.length === 0 && c.assignments.length === 0 && c.redirects.length === 0)
      this.unexpected(this.s.slice(from, from + 1) || 'newline')
    return c
  }

  private redirection(c: MutableCommand, m: RegExpExecArray): void {
    this.i += m[0].length
    this.blanks(false)
    const target = this.word()
    if (m[4]) c.redirects.push({ kind: '<', target })
    else if (m[1]) c.redirects.push({ kind: m[1] === '&>>' ? '>>' : '>', stream: 3, target })
    else c.redirects.push({ kind: m[3] as '>' | '>>', stream: m[2] === '2' ? 2 : 1, target })
  }

  private wordOrAssignment(c: MutableCommand): void {
    const name = /^([A-Za-z_]\w*)=/.exec(this.s.slice(this.i))
    if (name && c.words.length === 0) {
      this.i += name[0].length
      c.assignments.push([name[1] as string, this.word()])
    } else c.words.push(this.word())
  }

  private word(): Word {
    const parts: Part[] = []
    let text: string | undefined
    const flush = () => {
      if (text !== undefined) parts.push({ kind: 'text', text })
      text = undefined
    }
    for (; this.i < this.s.length; ) {
      const c = this.s[this.i] as string
      if (/[\s;|<>]/.test(c) || (c === '&' && this.s[this.i + 1] === '&')) break
      if (c === "'") {
        const end = this.s.indexOf("'", this.i + 1)
        if (end < 0) throw new ShellSyntax("unexpected EOF while looking for matching `''")
        text = (text ?? '') + this.s.slice(this.i + 1, end)
        this.i = end + 1
      } else if (c === '"') {
        this.i++
        text = text ?? ''
        for (;;) {
          const d = this.s[this.i]
          if (d === undefined)
            throw new ShellSyntax('unexpected EOF while looking for matching `"\'')
          if (d === '"') break
          if (d === '\\' && /["\\$`]/.test(this.s[this.i + 1] ?? '')) {
            text = (text ?? '') + this.s[this.i + 1]
            this.i += 2
          } else if (d === '$') {
            const part = this.dollar(true)
            if (part) {
              flush()
              parts.push(part)
            } else text = `${text ?? ''}$`
          } else {
            text = (text ?? '') + d
            this.i++
          }
        }
        this.i++
      } else if (c === '\\') {
        text = (text ?? '') + (this.s[this.i + 1] ?? '')
        this.i += 2
      } else if (c === '$') {
        const part = this.dollar(false)
        if (part) {
          flush()
          parts.push(part)
        } else text = `${text ?? ''}$`
      } else {
        text = (text ?? '') + c
        this.i++
      }
    }
    flush()
    return parts
  }

  /** At `$`: a variable or substitution; undefined (and past the sign) when it is only a dollar sign. */
  private dollar(quoted: boolean): Part | undefined {
    const rest = this.s.slice(this.i)
    if (rest.startsWith('$(')) {
      const end = closing(this.s, this.i + 2)
      const inner = this.s.slice(this.i + 2, end)
      this.i = end + 1
      return { kind: 'command', script: parseScript(inner, this.depth + 1), quoted }
    }
    const m = /^\$(?:\{(\w+)\}|(\w+|\?))/.exec(rest)
    this.i += m ? m[0].length : 1
    return m ? { kind: 'variable', name: m[1] ?? (m[2] as string), quoted } : undefined
  }

  private blanks(newlines: boolean): void {
    for (;;) {
      const c = this.s[this.i]
      if (c === ' ' || c === '\t') this.i++
      else if (c === '\n' && newlines) this.newline()
      else if (c === '#' && (this.i === 0 || /\s/.test(this.s[this.i - 1] as string))) {
        while (this.i < this.s.length && this.s[this.i] !== '\n') this.i++
      } else return
    }
  }

  private newline(): void {
    this.i++
    this.heredocs()
  }

  private heredocs(): void {
    for (const p of this.pending) {
      let text = ''
      for (;;) {
        if (this.i >= this.s.length) break
        const nl = this.s.indexOf('\n', this.i)
        const end = nl < 0 ? this.s.length : nl
        let line = this.s.slice(this.i, end)
        this.i = Math.min(end + 1, this.s.length)
        if (p.strip) line = line.replace(/^\t+/, '')
        if (line === p.delimiter) break
        text += `${line}\n`
      }
      this.commands[p.command]?.redirects.push({ kind: 'heredoc', text, quoted: p.quoted })
    }
    this.pending = []
  }

  private unexpected(token: string): never {
    throw new ShellSyntax(
      `syntax error near unexpected token \`${token === '\n' ? 'newline' : token}'`,
    )
  }
}

interface MutableCommand {
  assignments: [string, Word][]
  words: Word[]
  redirects: Redirect[]
  mergeErrors: boolean
}

/** Where the parenthesis opened before `from` closes. */
function closing(s: string, from: number): number {
  let depth = 1
  let quote = ''
  for (let i = from; i < s.length; i++) {
    const c = s[i] as string
    if (quote) {
      if (c === '\\' && quote === '"') i++
      else if (c === quote) quote = ''
    } else if (c === "'" || c === '"') quote = c
    else if (c === '(') depth++
    else if (c === ')' && --depth === 0) return i
  }
  throw new ShellSyntax("unexpected EOF while looking for matching `)'")
}
