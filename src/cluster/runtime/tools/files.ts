/** The small tools that read and write files and text. Messages are busybox's. */
import type { Task } from '../../sim/task.ts'
import { FileError, normalize } from '../filesystem.ts'
import type { Command } from '../image.ts'
import type { Process } from '../process.ts'

/** Tools over files and text, by name. */
export const fileTools: Readonly<Record<string, Command>> = {
  echo,
  printf,
  cat,
  ls,
  pwd,
  mkdir,
  rmdir: rm,
  rm,
  touch,
  cp,
  mv,
  head: (p, argv) => headTail(p, argv, true),
  tail: (p, argv) => headTail(p, argv, false),
  wc,
  grep,
  sed,
  cut,
  tr,
  sort,
  uniq,
  seq,
  tee,
  basename,
  dirname,
  chmod: succeed,
  chown: succeed,
  sync: succeed,
  ln: succeed,
  awk,
  xargs,
}

function* succeed(): Task<number> {
  return 0
}

/** Options (single letters) and operands of a command line. */
export function split(
  argv: readonly string[],
  valued = '',
): { flags: Map<string, string>; rest: string[] } {
  const flags = new Map<string, string>()
  const rest: string[] = []
  for (let i = 1; i < argv.length; i++) {
    const a = argv[i] as string
    if (a === '--') {
      rest.push(...argv.slice(i + 1))
      break
    }
    if (!a.startsWith('-') || a === '-') {
      rest.push(a)
      continue
    }
    if (a.startsWith('--')) {
      const [name = '', value = ''] = a.slice(2).split('=')
      flags.set(name, value)
      continue
    }
    for (let j = 1; j < a.length; j++) {
      const f = a[j] as string
      if (!valued.includes(f)) {
        flags.set(f, '')
        continue
      }
      flags.set(f, a.slice(j + 1) || (argv[++i] ?? ''))
      break
    }
  }
  return { flags, rest }
}

function* echo(p: Process, argv: readonly string[]): Task<number> {
  let words = argv.slice(1)
  let newline = true
  let escapes = false
  while (/^-[neE]+$/.test(words[0] ?? '')) {
    if (words[0]?.includes('n')) newline = false
    if (words[0]?.includes('e')) escapes = true
    words = words.slice(1)
  }
  const text = words.join(' ')
  p.out((escapes ? unescaped(text) : text) + (newline ? '\n' : ''))
  return 0
}

function unescaped(text: string): string {
  const plain: Record<string, string> = {
    n: '\n',
    t: '\t',
    r: '\r',
    '\\': '\\',
    a: '\x07',
    '0': '\0',
  }
  return text.replace(/\\([ntra\\0])/g, (_, c: string) => plain[c] ?? c)
}

function* printf(p: Process, argv: readonly string[]): Task<number> {
  const format = unescaped(argv[1] ?? '')
  let rest = argv.slice(2)
  do {
    p.out(
      format.replace(/%(-?\d*)([sdc%])/g, (_, width: string, kind: string) => {
        if (kind === '%') return '%'
        const value = rest[0] ?? (kind === 'd' ? '0' : '')
        rest = rest.slice(1)
        const n = Number(width)
        return n < 0 ? value.padEnd(-n) : value.padStart(n)
      }),
    )
  } while (rest.length > 0 && /%[-\d]*[sdc]/.test(format))
  return 0
}

/** Reads a tool's input: its file operands, or standard input. @returns undefined after printing why not */
function* inputs(p: Process, name: string, paths: readonly string[]): Task<string | undefined> {
  if (paths.length === 0) return p.stdin
  let all = ''
  let failed = false
  for (const path of paths) {
    if (path === '-') all += p.stdin
    else {
      try {
        all += p.fs.read(normalize(path, p.cwd))
      } catch (e) {
        if (!(e instanceof FileError)) throw e
        p.err(`${name}: ${name === 'cat' ? `can't open '${path}'` : path}: ${e.message}\n`)
        failed = true
      }
    }
  }
  if (failed && all === '') return undefined
  return all
}

function* cat(p: Process, argv: readonly string[]): Task<number> {
  const text = yield* inputs(p, 'cat', split(argv).rest)
  if (text === undefined) return 1
  p.out(text)
  return 0
}

function* ls(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv)
  let code = 0
  for (const path of rest.length ? rest : ['.']) {
    const full = normalize(path, p.cwd)
    if (!p.fs.exists(full)) {
      p.err(`ls: ${path}: No such file or directory\n`)
      code = 1
    } else if (p.fs.isDirectory(full)) {
      if (rest.length > 1) p.out(`${path}:\n`)
      const hidden = flags.has('a') || flags.has('A')
      for (const n of p.fs.list(full).filter((x) => hidden || !x.startsWith('.'))) {
        p.out(flags.has('l') ? `${long(p, `${full}/${n}`)} ${n}\n` : `${n}\n`)
      }
    } else p.out(flags.has('l') ? `${long(p, full)} ${path}\n` : `${path}\n`)
  }
  return code
}

function long(p: Process, path: string): string {
  const full = normalize(path)
  const directory = p.fs.isDirectory(full)
  const size = directory ? 4096 : p.fs.read(full).length
  return `${directory ? 'drwxr-xr-x' : '-rw-r--r--'}    1 root     root     ${String(size).padStart(9)}`
}

function* pwd(p: Process): Task<number> {
  p.out(`${p.cwd}\n`)
  return 0
}

/** Runs a file operation per operand and prints failures as `name: path: reason`. */
function each(
  p: Process,
  name: string,
  paths: readonly string[],
  f: (path: string) => void,
): number {
  let code = 0
  for (const path of paths) {
    try {
      f(normalize(path, p.cwd))
    } catch (e) {
      if (!(e instanceof FileError)) throw e
      p.err(`${name}: ${path}: ${e.message}\n`)
      code = 1
    }
  }
  return code
}

function* mkdir(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'm')
  return each(p, 'mkdir', rest, (path) => p.fs.makeDirectory(path, flags.has('p')))
}

function* rm(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv)
  const all = flags.has('r') || flags.has('R') || argv[0] === 'rmdir'
  return each(p, 'rm', rest, (path) => {
    if (flags.has('f') && !p.fs.exists(path)) return
    p.fs.remove(path, all)
  })
}

function* touch(p: Process, argv: readonly string[]): Task<number> {
  return each(p, 'touch', split(argv).rest, (path) => {
    if (!p.fs.exists(path)) p.fs.write(path, '')
  })
}

function* cp(p: Process, argv: readonly string[]): Task<number> {
  const { rest } = split(argv)
  const to = normalize(rest.at(-1) ?? '', p.cwd)
  return each(p, 'cp', rest.slice(0, -1), (path) => {
    const target = p.fs.isDirectory(to) ? `${to}/${path.split('/').at(-1)}` : to
    p.fs.write(target, p.fs.read(path))
  })
}

function* mv(p: Process, argv: readonly string[]): Task<number> {
  const code = yield* cp(p, argv)
  if (code !== 0) return code
  return each(p, 'mv', split(argv).rest.slice(0, -1), (path) => p.fs.remove(path))
}

function* headTail(p: Process, argv: readonly string[], first: boolean): Task<number> {
  const short = argv.map((a) => (/^-\d+$/.test(a) ? `-n${a.slice(1)}` : a))
  const { flags, rest } = split(short, 'nc')
  if (flags.has('f') || flags.has('F')) return yield* follow(p, rest)
  const text = yield* inputs(p, argv[0] ?? 'head', rest)
  if (text === undefined) return 1
  const lines = text.replace(/\n$/, '').split('\n')
  const n = Number((flags.get('n') ?? '10').replace('+', ''))
  const kept = first
    ? lines.slice(0, n)
    : flags.get('n')?.startsWith('+')
      ? lines.slice(n - 1)
      : lines.slice(-n)
  if (text) p.out(`${kept.join('\n')}\n`)
  return 0
}

/** `tail -f`: looks once a virtual second, as busybox does. */
function* follow(p: Process, paths: readonly string[]): Task<number> {
  let seen = 0
  for (;;) {
    const path = paths[0]
    const text =
      path && path !== '/dev/null' && p.fs.isFile(normalize(path, p.cwd))
        ? p.fs.read(normalize(path, p.cwd))
        : ''
    if (text.length > seen) p.out(text.slice(seen))
    seen = text.length
    yield* p.sleep(1000)
  }
}

function* wc(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv)
  const text = yield* inputs(p, 'wc', rest)
  if (text === undefined) return 1
  const counts: [string, number][] = [
    ['l', text.split('\n').length - 1],
    ['w', text.split(/\s+/).filter(Boolean).length],
    ['c', text.length],
  ]
  const asked = counts.filter(([f]) => flags.size === 0 || flags.has(f)).map(([, n]) => n)
  p.out(`${asked.join(' ')}${rest[0] ? ` ${rest[0]}` : ''}\n`)
  return 0
}

function* grep(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'em')
  const pattern = flags.get('e') ?? rest.shift() ?? ''
  const text = yield* inputs(p, 'grep', rest)
  if (text === undefined) return 2
  const source = flags.has('F')
    ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    : flags.has('E')
      ? pattern
      : pattern.replaceAll('\\|', '|')
  const re = new RegExp(source, flags.has('i') ? 'i' : '')
  const hits = text
    .replace(/\n$/, '')
    .split('\n')
    .filter((l) => re.test(l) !== flags.has('v'))
  if (flags.has('c')) p.out(`${hits.length}\n`)
  else if (!flags.has('q')) {
    for (const l of hits) p.out(flags.has('o') ? `${l.match(re)?.[0] ?? ''}\n` : `${l}\n`)
  }
  return hits.length > 0 ? 0 : 1
}

function* sed(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'e')
  const script = flags.get('e') ?? rest.shift() ?? ''
  const text = yield* inputs(p, 'sed', rest)
  if (text === undefined) return 1
  const m = /^s(.)(.*?)(?<!\\)\1(.*?)(?<!\\)\1([gi]*)$/.exec(script)
  const line = /^(\d+),?(\d+)?p$/.exec(script)
  const lines = text.replace(/\n$/, '').split('\n')
  if (m) {
    const re = new RegExp((m[2] ?? '').replaceAll('\\(', '(').replaceAll('\\)', ')'), m[4])
    const to = (m[3] ?? '').replace(/\\(\d)/g, '$$$1').replaceAll('&', '$&')
    p.out(`${lines.map((l) => l.replace(re, to)).join('\n')}\n`)
    return 0
  }
  if (line) {
    p.out(`${lines.slice(Number(line[1]) - 1, Number(line[2] ?? line[1])).join('\n')}\n`)
    return 0
  }
  p.err(`sed: unsupported command ${script}\n`)
  return 1
}

function* cut(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'dfc')
  const text = yield* inputs(p, 'cut', rest)
  if (text === undefined) return 1
  const d = flags.get('d') ?? '\t'
  const wanted = (flags.get('f') ?? flags.get('c') ?? '1')
    .split(',')
    .map((r) => r.split('-').map(Number))
  for (const l of text.replace(/\n$/, '').split('\n')) {
    const parts = flags.has('c') ? [...l] : l.split(d)
    const kept = parts.filter((_, i) =>
      wanted.some(([a = 1, b = a]) => i + 1 >= a && i + 1 <= (b || 1e9)),
    )
    p.out(`${kept.join(flags.has('c') ? '' : d)}\n`)
  }
  return 0
}

function* tr(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv)
  const from = ranges(unescaped(rest[0] ?? ''))
  const to = ranges(unescaped(rest[1] ?? ''))
  p.out(
    [...p.stdin]
      .map((c) => {
        const i = from.indexOf(c)
        if (i < 0) return c
        return flags.has('d') ? '' : (to[i] ?? to.at(-1) ?? '')
      })
      .join(''),
  )
  return 0
}

function ranges(set: string): string {
  return set.replace(/(.)-(.)/g, (_, a: string, b: string) => {
    let out = ''
    for (let c = a.charCodeAt(0); c <= b.charCodeAt(0); c++) out += String.fromCharCode(c)
    return out
  })
}

function* sort(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'kt')
  const text = yield* inputs(p, 'sort', rest)
  if (text === undefined) return 1
  let lines = text.replace(/\n$/, '').split('\n')
  const numeric = flags.has('n')
  lines.sort((a, b) =>
    numeric ? Number.parseFloat(a) - Number.parseFloat(b) : a < b ? -1 : a > b ? 1 : 0,
  )
  if (flags.has('r')) lines.reverse()
  if (flags.has('u')) lines = [...new Set(lines)]
  p.out(`${lines.join('\n')}\n`)
  return 0
}

function* uniq(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv)
  const text = yield* inputs(p, 'uniq', rest)
  if (text === undefined) return 1
  const groups: { line: string; count: number }[] = []
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const last = groups.at(-1)
    if (last?.line === line) last.count++
    else groups.push({ line, count: 1 })
  }
  for (const g of groups)
    p.out(flags.has('c') ? `${String(g.count).padStart(7)} ${g.line}\n` : `${g.line}\n`)
  return 0
}

function* seq(p: Process, argv: readonly string[]): Task<number> {
  const n = argv.slice(1).map(Number)
  const [from, step, to] = n.length === 1 ? [1, 1, n[0]] : n.length === 2 ? [n[0], 1, n[1]] : n
  for (let i = from ?? 1; i <= (to ?? 0); i += step || 1) p.out(`${i}\n`)
  return 0
}

function* tee(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv)
  p.out(p.stdin)
  return each(p, 'tee', rest, (path) => p.fs.write(path, p.stdin, flags.has('a')))
}

function* basename(p: Process, argv: readonly string[]): Task<number> {
  const name = (argv[1] ?? '').replace(/\/+$/, '').split('/').at(-1) ?? ''
  p.out(`${argv[2] && name.endsWith(argv[2]) ? name.slice(0, -argv[2].length) : name}\n`)
  return 0
}

function* dirname(p: Process, argv: readonly string[]): Task<number> {
  p.out(`${(argv[1] ?? '').replace(/\/?[^/]*$/, '') || (argv[1]?.startsWith('/') ? '/' : '.')}\n`)
  return 0
}

/** `awk '{print $N}'` and `-F`, which is what most manifests use of it. */
function* awk(p: Process, argv: readonly string[]): Task<number> {
  const { flags, rest } = split(argv, 'F')
  const program = rest.shift() ?? ''
  const text = yield* inputs(p, 'awk', rest)
  const m = /^\s*(?:\/(.*)\/\s*)?\{\s*print\s*(.*?)\s*;?\s*\}\s*$/.exec(program)
  if (!m || text === undefined) {
    p.err('awk: program not supported in the glass\n')
    return 2
  }
  const separator = flags.get('F') ?? /\s+/
  for (const l of text.replace(/\n$/, '').split('\n')) {
    if (m[1] && !new RegExp(m[1]).test(l)) continue
    const fields = (flags.has('F') ? l : l.trim()).split(separator)
    const items = (m[2] || '$0').split(/\s*,\s*/).map((x) => {
      if (x === '$0') return l
      if (x === '$NF') return fields.at(-1) ?? ''
      if (/^\$\d+$/.test(x)) return fields[Number(x.slice(1)) - 1] ?? ''
      return x.replace(/^"|"$/g, '')
    })
    p.out(`${items.join(' ')}\n`)
  }
  return 0
}

function* xargs(p: Process, argv: readonly string[]): Task<number> {
  const words = p.stdin.split(/\s+/).filter(Boolean)
  p.out(argv.length <= 1 || argv[1] === 'echo' ? `${words.join(' ')}\n` : '')
  return argv.length <= 1 || argv[1] === 'echo' ? 0 : 127
}
