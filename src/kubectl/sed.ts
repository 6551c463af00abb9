/** A small sed: `s///`, `p`, `d`, `q`, line and pattern addresses, `-n`, `-e`, `-E`. */
import { CliError } from './errors.ts'
import type { FilterInput } from './filters.ts'

type Address = { line: number } | { last: true } | { re: RegExp }

interface Step {
  readonly from: Address | undefined
  readonly to: Address | undefined
  readonly negate: boolean
  readonly verb: 's' | 'p' | 'd' | 'q'
  readonly re?: RegExp
  readonly by?: string
  readonly print?: boolean
  readonly nth?: number
}

/** Runs sed. @throws CliError for scripts it does not know */
export function sed(
  f: FilterInput,
  input: (f: FilterInput, p: readonly string[]) => string,
): number {
  const scripts: string[] = []
  const files: string[] = []
  let quiet = false
  let extended = false
  for (let i = 0; i < f.args.length; i++) {
    const a = f.args[i] as string
    if (a === '-e') scripts.push(f.args[++i] ?? '')
    else if (/^-[nEr]+$/.test(a)) {
      quiet ||= a.includes('n')
      extended ||= /[Er]/.test(a)
    } else if (scripts.length === 0) scripts.push(a)
    else files.push(a)
  }
  const steps = scripts.flatMap((s) => parse(s, extended))
  const text = input(f, files)
  const lines = text === '' ? [] : (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
  const inside = steps.map(() => false)
  let out = ''
  for (const [n, original] of lines.entries()) {
    let line = original
    let deleted = false
    let quit = false
    for (const [i, step] of steps.entries()) {
      if (selected(step, i, inside, line, n, lines.length) === step.negate) continue
      if (step.verb === 'd') {
        deleted = true
        break
      }
      if (step.verb === 'p') out += `${line}\n`
      else if (step.verb === 'q') quit = true
      else {
        const before = line
        line = replaced(line, step)
        if (step.print && line !== before) out += `${line}\n`
      }
    }
    if (!quiet && !deleted) out += `${line}\n`
    if (quit) break
  }
  f.out(text.endsWith('\n') || out === '' ? out : out.slice(0, -1))
  return 0
}

function replaced(line: string, step: Step): string {
  return line.replace(step.re as RegExp, (...m: unknown[]) => {
    return (step.by ?? '').replace(/\\([0-9n&\\/])|&/g, (all, c: string | undefined) => {
      if (all === '&') return String(m[0])
      if (c === 'n') return '\n'
      return /\d/.test(c ?? '') ? String(m[Number(c)] ?? '') : (c ?? '')
    })
  })
}

function selected(
  step: Step,
  i: number,
  inside: boolean[],
  line: string,
  n: number,
  total: number,
): boolean {
  const hits = (a: Address) =>
    'line' in a ? a.line === n + 1 : 'last' in a ? n === total - 1 : a.re.test(line)
  if (!step.from) return true
  if (!step.to) return hits(step.from)
  if (inside[i]) {
    const ended = 'line' in step.to ? n + 1 >= step.to.line : hits(step.to)
    if (ended) inside[i] = false
    return true
  }
  if (!hits(step.from)) return false
  inside[i] = !('line' in step.to && step.to.line <= n + 1)
  return true
}

function parse(script: string, extended: boolean): Step[] {
  const out: Step[] = []
  let rest = script.trim()
  const address = (): Address | undefined => {
    const m = /^(?:(\d+)|(\$)|\/((?:[^/\\]|\\.)*)\/)/.exec(rest)
    if (!m) return undefined
    rest = rest.slice(m[0].length)
    if (m[1]) return { line: Number(m[1]) }
    if (m[2]) return { last: true }
    return { re: pattern(m[3] as string, extended, '') }
  }
  while (rest !== '') {
    const from = address()
    let to: Address | undefined
    if (rest.startsWith(',')) {
      rest = rest.slice(1)
      to = address()
    }
    rest = rest.trimStart()
    const negate = rest.startsWith('!')
    if (negate) rest = rest.slice(1).trimStart()
    const verb = rest[0]
    if (verb === 'p' || verb === 'd' || verb === 'q') {
      out.push({ from, to, negate, verb })
      rest = rest.slice(1)
    } else if (verb === 's') {
      const [step, after] = substitution(rest, extended)
      out.push({ from, to, negate, ...step })
      rest = after
    } else throw new CliError(`-e expression #1, char 1: unknown command: \`${verb}'`)
    rest = rest.replace(/^[\s;]+/, '')
  }
  return out
}

function substitution(
  text: string,
  extended: boolean,
): [Pick<Step, 'verb' | 're' | 'by' | 'print'>, string] {
  const mark = text[1] as string
  const parts: string[] = ['']
  let i = 2
  for (; i < text.length && parts.length < 3; i++) {
    const c = text[i] as string
    if (c === '\\' && text[i + 1] === mark) {
      parts[parts.length - 1] += mark
      i++
    } else if (c === '\\') {
      parts[parts.length - 1] += c + (text[++i] ?? '')
    } else if (c === mark) parts.push('')
    else parts[parts.length - 1] += c
  }
  if (parts.length < 3) throw new CliError("-e expression #1, char 0: unterminated `s' command")
  const flags = /^[gpiI]*/.exec(text.slice(i))?.[0] ?? ''
  const re = pattern(
    parts[0] as string,
    extended,
    (flags.includes('g') ? 'g' : '') + (/i/i.test(flags) ? 'i' : ''),
  )
  const step = { verb: 's' as const, re, by: parts[1] as string, print: flags.includes('p') }
  return [step, text.slice(i + flags.length)]
}

function pattern(source: string, extended: boolean, flags: string): RegExp {
  try {
    return new RegExp(posixPattern(source, extended), flags)
  } catch (error) {
    throw new CliError(`-e expression #1: ${(error as Error).message}`)
  }
}

/** A POSIX pattern as one of ours. */
export function posixPattern(text: string, extended: boolean): string {
  let p = text.replaceAll('[[:space:]]', '\\s').replaceAll('[[:digit:]]', '\\d')
  if (!extended)
    p = p.replace(/\\?[+?(){}|]/g, (m) => (m.length === 2 ? (m[1] as string) : `\\${m}`))
  return p
}
