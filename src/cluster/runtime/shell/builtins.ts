/** Commands that change the shell itself. */
import type { Task } from '../../sim/task.ts'
import { normalize } from '../filesystem.ts'
import { Exit, type Output, type Signal } from '../process.ts'
import { ControlFlow } from './control.ts'
import type { Shell } from './shell.ts'

type Builtin = (shell: Shell, argv: readonly string[], output: Output) => Task<number>

/** By name. */
export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [':', constant(0)],
  ['cd', cd],
  ['exit', exit],
  ['export', exportVariables],
  ['readonly', exportVariables],
  ['local', local],
  ['unset', unset],
  ['set', set],
  ['shift', shift],
  ['break', control('break')],
  ['continue', control('continue')],
  ['return', returnFrom],
  ['read', read],
  ['eval', evaluate],
  ['exec', exec],
  ['trap', trap],
  ['wait', constant(0)],
  ['umask', constant(0)],
  ['.', source],
  ['source', source],
])

function constant(code: number): Builtin {
  return function* () {
    return code
  }
}

function* cd(shell: Shell, argv: readonly string[], output: Output): Task<number> {
  const to = argv[1] ?? shell.variables.get('HOME') ?? '/'
  const path = normalize(to, shell.process.cwd)
  if (!shell.process.fs.isDirectory(path)) {
    output.stderr(`${shell.name}: cd: can't cd to ${to}: No such file or directory\n`)
    return 2
  }
  shell.process.cwd = path
  return 0
}

function* exit(shell: Shell, argv: readonly string[]): Task<number> {
  throw new Exit(argv[1] === undefined ? shell.status : Number(argv[1]) & 255)
}

function* exportVariables(shell: Shell, argv: readonly string[]): Task<number> {
  for (const a of argv.slice(1).filter((x) => !x.startsWith('-'))) {
    const equals = a.indexOf('=')
    const name = equals < 0 ? a : a.slice(0, equals)
    shell.exported.add(name)
    shell.assign(name, equals < 0 ? (shell.variables.get(name) ?? '') : a.slice(equals + 1))
  }
  return 0
}

function* local(shell: Shell, argv: readonly string[]): Task<number> {
  for (const a of argv.slice(1)) {
    const equals = a.indexOf('=')
    if (equals > 0) shell.variables.set(a.slice(0, equals), a.slice(equals + 1))
  }
  return 0
}

function* unset(shell: Shell, argv: readonly string[]): Task<number> {
  for (const a of argv.slice(1)) {
    shell.variables.delete(a)
    shell.process.env.delete(a)
    shell.functions.delete(a)
  }
  return 0
}

function* set(shell: Shell, argv: readonly string[]): Task<number> {
  for (const [i, a] of argv.slice(1).entries()) {
    if (a === '--') {
      shell.positional = argv.slice(i + 2)
      break
    }
    if (/^[-+]\w*e/.test(a)) shell.errexit = a.startsWith('-')
    if (/^[-+]\w*x/.test(a)) shell.xtrace = a.startsWith('-')
  }
  return 0
}

function* shift(shell: Shell, argv: readonly string[]): Task<number> {
  shell.positional = shell.positional.slice(Number(argv[1] ?? 1))
  return 0
}

function control(kind: 'break' | 'continue'): Builtin {
  return function* (_shell, argv) {
    throw new ControlFlow({ kind, levels: Number(argv[1] ?? 1), code: 0 })
  }
}

function* returnFrom(shell: Shell, argv: readonly string[]): Task<number> {
  const code = argv[1] === undefined ? shell.status : Number(argv[1])
  throw new ControlFlow({ kind: 'return', levels: 1, code })
}

function* read(shell: Shell, argv: readonly string[]): Task<number> {
  const { process } = shell
  if (process.stdin === '') return 1
  const end = process.stdin.indexOf('\n')
  const line = end < 0 ? process.stdin : process.stdin.slice(0, end)
  process.stdin = end < 0 ? '' : process.stdin.slice(end + 1)
  const names = argv.slice(1).filter((a) => !a.startsWith('-'))
  const words = line.trim().split(/[ \t]+/)
  for (const [i, name] of names.entries()) {
    shell.assign(name, i === names.length - 1 ? words.slice(i).join(' ') : (words[i] ?? ''))
  }
  return 0
}

function* evaluate(shell: Shell, argv: readonly string[]): Task<number> {
  return yield* shell.run(argv.slice(1).join(' '))
}

function* exec(shell: Shell, argv: readonly string[]): Task<number> {
  if (argv.length < 2) return 0
  const quoted = argv.slice(1).map((a) => `'${a.replaceAll("'", `'\\''`)}'`)
  throw new Exit(yield* shell.run(quoted.join(' ')))
}

function* trap(shell: Shell, argv: readonly string[]): Task<number> {
  const action = argv[1] ?? ''
  for (const raw of argv.slice(2)) {
    const name = raw === '0' ? 'EXIT' : raw.replace(/^SIG/, '')
    if (name === 'EXIT') {
      shell.traps.set('EXIT', action)
      continue
    }
    const signal = `SIG${name === '15' ? 'TERM' : name === '2' ? 'INT' : name}` as Signal
    shell.process.around.onShellTrap?.(signal, shell, action)
  }
  return 0
}

function* source(shell: Shell, argv: readonly string[], output: Output): Task<number> {
  const path = normalize(argv[1] ?? '', shell.process.cwd)
  if (!shell.process.fs.isFile(path)) {
    output.stderr(`${shell.name}: .: can't open '${argv[1] ?? ''}': No such file or directory\n`)
    return 2
  }
  return yield* shell.run(shell.process.fs.read(path))
}
