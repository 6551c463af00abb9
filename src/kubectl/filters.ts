/** The text tools that a terminal line may pipe into: a few programs, each with the options people use. */
import { decodeBase64, encodeBase64 } from './base64.ts'
import { CliError } from './errors.ts'
import { normalize } from './invocation.ts'
import { posixPattern, sed } from './sed.ts'

/** What a filter gets. */
export interface FilterInput {
  readonly args: readonly string[]
  readonly stdin: string
  out(text: string): void
  err(text: string): void
  readonly files: Map<string, string>
  /** Unix milliseconds. */
  readonly now: number
}

/** A program: reads, prints, returns its exit code. */
export type Filter = (f: FilterInput) => number

interface Options {
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string[]>
  readonly rest: readonly string[]
}

/** Splits `-abc -n 5 -n5 file`. @param valued letters that take a value */
function options(args: readonly string[], valued: string): Options {
  const flags = new Set<string>()
  const values = new Map<string, string[]>()
  const rest: string[] = []
  for (let i = 0; i < args.length; i++) {
    const a = args[i] as string
    if (a === '--') {
      rest.push(...args.slice(i + 1))
      break
    }
    if (!/^-[^-]/.test(a)) {
      if (a.startsWith('--')) flags.add(a.slice(2))
      else rest.push(a)
      continue
    }
    for (let j = 1; j < a.length; j++) {
      const c = a[j] as string
      if (!valued.includes(c)) {
        flags.add(c)
        continue
      }
      const value = j + 1 < a.length ? a.slice(j + 1) : (args[++i] ?? '')
      values.set(c, [...(values.get(c) ?? []), value])
      break
    }
  }
  return { flags, values, rest }
}

function input(f: FilterInput, paths: readonly string[]): string {
  if (paths.length === 0) return f.stdin
  return paths
    .map((p) => {
      if (p === '-') return f.stdin
      const text = f.files.get(normalize(p))
      if (text === undefined) throw new CliError(`${p}: No such file or directory`)
      return text
    })
    .join('')
}

function linesOf(text: string): string[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}

function joined(lines: readonly string[]): string {
  return lines.map((l) => `${l}\n`).join('')
}

function grep(f: FilterInput): number {
  const o = options(f.args, 'eABCm')
  const patterns = o.values.get('e') ?? [o.rest[0] ?? '']
  const files = o.values.has('e') ? o.rest : o.rest.slice(1)
  const fixed = o.flags.has('F')
  const source = patterns
    .map((p) =>
      fixed ? p.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : posixPattern(p, o.flags.has('E')),
    )
    .map((p) => (o.flags.has('w') ? `\\b(?:${p})\\b` : o.flags.has('x') ? `^(?:${p})$` : p))
    .join('|')
  const re = compile(source, o.flags.has('i') ? 'i' : '')
  const all = linesOf(input(f, files))
  const hits = all.map((l) => re.test(l) !== o.flags.has('v'))
  const count = hits.filter(Boolean).length
  if (o.flags.has('q')) return count > 0 ? 0 : 1
  if (o.flags.has('c')) f.out(`${count}\n`)
  else if (o.flags.has('o')) {
    const every = compile(source, o.flags.has('i') ? 'gi' : 'g')
    for (const l of all) for (const m of l.matchAll(every)) if (m[0]) f.out(`${m[0]}\n`)
  } else {
    const number = (k: string) => Number(o.values.get(k)?.[0] ?? o.values.get('C')?.[0] ?? 0)
    const before = number('B')
    const after = number('A')
    const shown = all.map((_, i) => hits.some((h, j) => h && i >= j - before && i <= j + after))
    all.forEach((l, i) => {
      if (shown[i]) f.out(o.flags.has('n') ? `${i + 1}:${l}\n` : `${l}\n`)
    })
  }
  return count > 0 ? 0 : 1
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch (error) {
    throw new CliError(`invalid pattern: ${(error as Error).message}`, 2)
  }
}

function headTail(f: FilterInput, end: 'head' | 'tail'): number {
  const bare = /^-(\d+)$/.exec(f.args[0] ?? '')
  const o = options(bare ? f.args.slice(1) : f.args, 'nc')
  const text = input(f, o.rest)
  const bytes = o.values.get('c')?.[0]
  if (bytes !== undefined) {
    const n = Number(bytes)
    f.out(end === 'head' ? text.slice(0, n) : text.slice(-n))
    return 0
  }
  const given = bare?.[1] ?? o.values.get('n')?.[0] ?? '10'
  const n = Number(given.replace('+', ''))
  const all = linesOf(text)
  if (end === 'head') f.out(joined(n < 0 ? all.slice(0, n) : all.slice(0, n)))
  else if (given.startsWith('+')) f.out(joined(all.slice(n - 1)))
  else f.out(joined(n === 0 ? [] : all.slice(-n)))
  return 0
}

function sort(f: FilterInput): number {
  const o = options(f.args, 'kt')
  const field = Number(/^\d+/.exec(o.values.get('k')?.[0] ?? '')?.[0] ?? 0)
  const separator = o.values.get('t')?.[0]
  const key = (l: string) => {
    if (field === 0) return l
    const parts = separator ? l.split(separator) : l.trim().split(/\s+/)
    return parts.slice(field - 1).join(separator ?? ' ')
  }
  const numeric = o.flags.has('n') || (o.values.get('k')?.[0] ?? '').endsWith('n')
  const compare = (a: string, b: string) => {
    const x = key(a)
    const y = key(b)
    if (numeric) {
      const d = (Number.parseFloat(x) || 0) - (Number.parseFloat(y) || 0)
      if (d !== 0) return d
    }
    return x < y ? -1 : x > y ? 1 : a < b ? -1 : a > b ? 1 : 0
  }
  let all = linesOf(input(f, o.rest)).sort(compare)
  if (o.flags.has('r')) all.reverse()
  if (o.flags.has('u')) all = all.filter((l, i) => i === 0 || l !== all[i - 1])
  f.out(joined(all))
  return 0
}

function uniq(f: FilterInput): number {
  const o = options(f.args, '')
  const groups: { line: string; count: number }[] = []
  for (const line of linesOf(input(f, o.rest))) {
    const last = groups.at(-1)
    if (last?.line === line) last.count++
    else groups.push({ line, count: 1 })
  }
  for (const g of groups) {
    if (o.flags.has('d') && g.count < 2) continue
    f.out(o.flags.has('c') ? `${String(g.count).padStart(7)} ${g.line}\n` : `${g.line}\n`)
  }
  return 0
}

function wc(f: FilterInput): number {
  const o = options(f.args, '')
  const text = input(f, o.rest)
  const counts = {
    l: text.split('\n').length - 1,
    w: text.split(/\s+/).filter((w) => w !== '').length,
    c: text.length,
  }
  const wanted = (['l', 'w', 'c'] as const).filter((k) => o.flags.size === 0 || o.flags.has(k))
  f.out(`${wanted.map((k) => counts[k]).join(' ')}\n`)
  return 0
}

function cut(f: FilterInput): number {
  const o = options(f.args, 'dfc')
  const ranges = (o.values.get('f')?.[0] ?? o.values.get('c')?.[0] ?? '1').split(',').map((r) => {
    const m = /^(\d*)(-?)(\d*)$/.exec(r)
    const from = Number(m?.[1] || 1)
    return { from, to: m?.[2] ? Number(m[3] || Number.MAX_SAFE_INTEGER) : from }
  })
  const chosen = <T>(items: readonly T[]) =>
    items.filter((_, i) => ranges.some((r) => i + 1 >= r.from && i + 1 <= r.to))
  const delimiter = o.values.get('d')?.[0] ?? '\t'
  for (const l of linesOf(input(f, o.rest))) {
    if (o.values.has('c')) f.out(`${chosen([...l]).join('')}\n`)
    else f.out(`${l.includes(delimiter) ? chosen(l.split(delimiter)).join(delimiter) : l}\n`)
  }
  return 0
}

function tr(f: FilterInput): number {
  const o = options(f.args, '')
  const set = (t: string) => [
    ...t
      .replace(/\\n/g, '\n')
      .replace(/\\t/g, '\t')
      .replace(/(.)-(.)/g, (_, a: string, b: string) => {
        let s = ''
        for (let c = a.charCodeAt(0); c <= b.charCodeAt(0); c++) s += String.fromCharCode(c)
        return s
      }),
  ]
  const from = set(o.rest[0] ?? '')
  const to = set(o.rest[1] ?? '')
  let out = ''
  for (const c of f.stdin) {
    const i = from.indexOf(c)
    if (i < 0) out += c
    else if (!o.flags.has('d')) {
      const next = to[i] ?? to.at(-1) ?? c
      if (!(o.flags.has('s') && out.endsWith(next))) out += next
    }
  }
  f.out(out)
  return 0
}

function echo(f: FilterInput): number {
  const args = [...f.args]
  let newline = '\n'
  let escapes = false
  while (args[0] === '-n' || args[0] === '-e') {
    if (args.shift() === '-n') newline = ''
    else escapes = true
  }
  const text = args.join(' ')
  f.out((escapes ? unescaped(text) : text) + newline)
  return 0
}

function unescaped(text: string): string {
  return text.replace(/\\([nt\\])/g, (_, c) => (c === 'n' ? '\n' : c === 't' ? '\t' : '\\'))
}

function printf(f: FilterInput): number {
  const [pattern = '', ...args] = f.args
  const once = (values: string[]) =>
    unescaped(pattern).replace(/%[sd%]/g, (m) => (m === '%%' ? '%' : (values.shift() ?? '')))
  const rest = [...args]
  do {
    const left = rest.length
    f.out(once(rest))
    if (rest.length === left) break
  } while (rest.length > 0)
  return 0
}

function ls(f: FilterInput): number {
  const o = options(f.args, '')
  const base = normalize(o.rest[0] ?? '')
  const prefix = base === '' ? '' : `${base}/`
  const names = new Set<string>()
  for (const path of f.files.keys()) {
    if (path === base) names.add(path)
    else if (path.startsWith(prefix)) names.add(path.slice(prefix.length).split('/')[0] as string)
  }
  const shown = [...names].filter((n) => o.flags.has('a') || !n.startsWith('.')).sort()
  if (shown.length === 0 && base !== '')
    throw new CliError(`cannot access '${base}': No such file or directory`, 2)
  f.out(joined(shown))
  return 0
}

function rm(f: FilterInput): number {
  const o = options(f.args, '')
  for (const path of o.rest) {
    const key = normalize(path)
    const inside = [...f.files.keys()].filter(
      (p) => p === key || (o.flags.has('r') && p.startsWith(`${key}/`)),
    )
    if (inside.length === 0 && !o.flags.has('f'))
      throw new CliError(`cannot remove '${path}': No such file or directory`)
    for (const p of inside) f.files.delete(p)
  }
  return 0
}

function tee(f: FilterInput): number {
  for (const path of options(f.args, '').rest) f.files.set(normalize(path), f.stdin)
  f.out(f.stdin)
  return 0
}

function base64(f: FilterInput): number {
  const o = options(f.args, 'w')
  const text = input(f, o.rest)
  const decode = o.flags.has('d') || o.flags.has('decode') || o.flags.has('D')
  f.out(decode ? decodeBase64(text).text : `${encodeBase64(text)}\n`)
  return 0
}

function xargsless(name: string): Filter {
  return () => {
    throw new CliError(`this terminal has no ${name}`, 127)
  }
}

/** Programs by name. */
export const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['grep', grep],
  ['egrep', (f) => grep({ ...f, args: ['-E', ...f.args] })],
  ['head', (f) => headTail(f, 'head')],
  ['tail', (f) => headTail(f, 'tail')],
  ['sort', sort],
  ['uniq', uniq],
  ['wc', wc],
  ['cut', cut],
  ['tr', tr],
  ['sed', (f) => sed(f, input)],
  [
    'cat',
    (f) => {
      f.out(
        input(
          f,
          f.args.filter((a) => a === '-' || !a.startsWith('-')),
        ),
      )
      return 0
    },
  ],
  ['echo', echo],
  ['printf', printf],
  ['ls', ls],
  ['rm', rm],
  ['tee', tee],
  ['base64', base64],
  ['mkdir', () => 0],
  ['vi', xargsless('editor: use the editor of the page, or kubectl edit')],
  ['vim', xargsless('editor: use the editor of the page, or kubectl edit')],
  ['nano', xargsless('editor: use the editor of the page, or kubectl edit')],
])
