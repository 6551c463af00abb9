/**
 * A terminal line: a very small shell around kubectl. Quotes, variables, `$(...)`, pipes to text filters, heredocs,
 * redirection into the home folder, `;`, `&&` and `||`. It is no bash: no loops, no globs, no functions.
 */
import type { Task } from '../cluster/sim/task.ts'
import { sleep } from '../cluster/sim/task.ts'
import { completeWords } from './complete.ts'
import { CliError } from './errors.ts'
import { filters } from './filters.ts'
import { type KubectlDeps, type KubectlIo, normalize } from './invocation.ts'
import { runKubectl } from './kubectl.ts'
import {
  parseScript,
  type Script,
  ShellSyntax,
  type SimpleCommand,
  type Word,
} from './shellparser.ts'

/** Process ids of jobs count from here. */
const JOB_PID = 4000
/** Commands that one line may run; a `$(...)` counts each of its own. */
const COMMANDS_MAX = 200

/**
 * Runs one line (or several, when pasted). The word `kubectl` may be left out, or be `k`.
 * @returns the exit code of the last command
 */
export function* runLine(deps: KubectlDeps, line: string, io: KubectlIo): Task<number> {
  const shell: Shell = {
    deps,
    io,
    variables: new Map([['HOME', '/root'], ['NS', 'default'], ...(io.env ?? [])]),
    status: 0,
    ran: 0,
  }
  try {
    return yield* runScript(shell, parseScript(line), io)
  } catch (error) {
    if (!(error instanceof ShellSyntax)) throw error
    io.stderr(`bash: ${error.message}\n`)
    return 2
  }
}

interface Shell {
  readonly deps: KubectlDeps
  readonly io: KubectlIo
  readonly variables: Map<string, string>
  status: number
  ran: number
}

type Out = Pick<KubectlIo, 'stdin' | 'stdout' | 'stderr'>

function* runScript(shell: Shell, script: Script, out: Out): Task<number> {
  for (const { pipeline, when, background } of script) {
    if (when === '&&' && shell.status !== 0) continue
    if (when === '||' && shell.status === 0) continue
    shell.status =
      background === undefined
        ? yield* runPipeline(shell, pipeline, out)
        : startJob(shell, pipeline, background, out)
  }
  return shell.status
}

/** Starts a pipeline that goes on while the terminal is free again. @returns the exit code of starting it */
function startJob(
  shell: Shell,
  pipeline: readonly SimpleCommand[],
  text: string,
  out: Out,
): number {
  if (!shell.io.background) {
    out.stderr('bash: no job control in this shell\n')
    return 1
  }
  const job = shell.io.background(text, (io) => {
    const own = { ...shell, io: { ...shell.io, ...io }, variables: new Map(shell.variables) }
    return runPipeline(own, pipeline, { stdout: io.stdout, stderr: io.stderr })
  })
  out.stderr(`[${job}] ${JOB_PID + job}\n`)
  return 0
}

function listJobs(shell: Shell, out: Out): number {
  for (const [job, text] of shell.io.jobs?.() ?? [])
    out.stdout(`[${job}]   Running                 ${text} &\n`)
  return 0
}

function killJobs(shell: Shell, args: readonly string[], out: Out): number {
  const named = args.filter((a) => !a.startsWith('-'))
  if (named.length === 0) {
    out.stderr('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ...\n')
    return 2
  }
  let code = 0
  for (const a of named) {
    const job = a.startsWith('%') ? Number(a.slice(1)) : Number(a) - JOB_PID
    if (shell.io.endJob?.(job)) continue
    out.stderr(`bash: kill: ${a}: no such ${a.startsWith('%') ? 'job' : 'process'}\n`)
    code = 1
  }
  return code
}

function* runPipeline(shell: Shell, commands: readonly SimpleCommand[], out: Out): Task<number> {
  let stdin = out.stdin
  let code = 0
  for (const [i, command] of commands.entries()) {
    const last = i === commands.length - 1
    let held = ''
    const stage: Out = {
      ...(stdin === undefined ? {} : { stdin }),
      stdout: last
        ? out.stdout
        : (t) => {
            held += t
          },
      stderr: command.mergeErrors
        ? last
          ? out.stdout
          : (t) => {
              held += t
            }
        : out.stderr,
    }
    code = yield* runCommand(shell, command, stage)
    if (!last) stdin = held
  }
  return code
}

function* runCommand(shell: Shell, command: SimpleCommand, out: Out): Task<number> {
  if (++shell.ran > COMMANDS_MAX) throw new ShellSyntax('too many commands in one line')
  const env: [string, string][] = []
  for (const [name, word] of command.assignments) env.push([name, yield* expandOne(shell, word)])
  const words: string[] = []
  for (const w of command.words) words.push(...(yield* expand(shell, w)))
  if (words.length === 0) {
    for (const [name, value] of env) shell.variables.set(name, value)
    return 0
  }
  const redirected = yield* redirect(shell, command, out)
  if (typeof redirected === 'number') return redirected
  const { stage, finish } = redirected
  const variables = new Map([...shell.variables, ...env])
  const code = yield* dispatch(shell, words, stage, variables)
  finish()
  return code
}

interface Redirected {
  readonly stage: Out
  finish(): void
}

function* redirect(shell: Shell, command: SimpleCommand, out: Out): Task<Redirected | number> {
  let stage = out
  const finishers: (() => void)[] = []
  for (const r of command.redirects) {
    if (r.kind === 'heredoc') {
      stage = { ...stage, stdin: r.quoted ? r.text : yield* expandText(shell, r.text) }
      continue
    }
    const path = yield* expandOne(shell, r.target)
    if (r.kind === '<') {
      const text = path === '/dev/null' ? '' : shell.io.files?.get(normalize(path))
      if (text === undefined) {
        out.stderr(`bash: ${path}: No such file or directory\n`)
        return 1
      }
      stage = { ...stage, stdin: text }
      continue
    }
    let held = ''
    const take = (t: string) => {
      held += t
    }
    if (r.stream === 2) stage = { ...stage, stderr: take }
    else if (r.stream === 3) stage = { ...stage, stdout: take, stderr: take }
    else
      stage = command.mergeErrors
        ? { ...stage, stdout: take, stderr: take }
        : { ...stage, stdout: take }
    finishers.push(() => {
      if (path === '/dev/null') return
      const key = normalize(path)
      const before = r.kind === '>>' ? (shell.io.files?.get(key) ?? '') : ''
      shell.io.files?.set(key, before + held)
    })
  }
  const finish = () => {
    for (const f of finishers) f()
  }
  return { stage, finish }
}

function* dispatch(
  shell: Shell,
  words: readonly string[],
  out: Out,
  variables: ReadonlyMap<string, string>,
): Task<number> {
  const [name, ...args] = words as [string, ...string[]]
  switch (name) {
    case 'kubectl':
    case 'k':
      return yield* runKubectl(shell.deps, args, { ...shell.io, ...out, env: variables })
    case 'sleep':
      yield* sleep(shell.deps.world, shell.deps.owner ?? 'kubectl', seconds(args[0]) * 1000)
      return 0
    case 'export':
      for (const a of args) {
        const eq = a.indexOf('=')
        if (eq > 0) shell.variables.set(a.slice(0, eq), a.slice(eq + 1))
      }
      return 0
    case 'jobs':
      return listJobs(shell, out)
    case 'kill':
      return killJobs(shell, args, out)
    case 'true':
    case ':':
      return 0
    case 'false':
      return 1
  }
  const program = shell.io.programs?.get(name)
  if (program) return yield* program(words, out)
  const filter = filters.get(name)
  if (!filter) {
    out.stderr(`bash: ${name}: command not found\n`)
    return 127
  }
  try {
    return filter({
      args,
      stdin: out.stdin ?? '',
      out: (t) => out.stdout(t),
      err: (t) => out.stderr(t),
      files: shell.io.files ?? new Map(),
      now: shell.deps.world.clock.unixMs,
    })
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    out.stderr(`${name}: ${error.message}\n`)
    return error.code
  }
}

function seconds(text: string | undefined): number {
  const m = /^([\d.]+)([smh]?)$/.exec(text ?? '0')
  if (!m) return 0
  const unit = m[2] === 'h' ? 3600 : m[2] === 'm' ? 60 : 1
  return Math.round(Number(m[1]) * unit * 1000) / 1000
}

function* expandOne(shell: Shell, word: Word): Task<string> {
  return (yield* expand(shell, word)).join(' ')
}

/** A word with its variables and substitutions; unquoted results are split at blanks. */
function* expand(shell: Shell, word: Word): Task<string[]> {
  let current: string | undefined
  const out: string[] = []
  for (const part of word) {
    if (part.kind === 'text') {
      current = (current ?? '') + part.text
      continue
    }
    const value =
      part.kind === 'variable' ? variable(shell, part.name) : yield* substitute(shell, part.script)
    if (part.quoted) {
      current = (current ?? '') + value
      continue
    }
    const pieces = value.split(/\s+/)
    const [first, ...rest] = pieces as [string, ...string[]]
    if (first !== '') current = (current ?? '') + first
    for (const piece of rest) {
      if (current !== undefined) out.push(current)
      current = piece === '' ? undefined : piece
    }
  }
  if (current !== undefined) out.push(current)
  return out
}

function variable(shell: Shell, name: string): string {
  if (name === '?') return String(shell.status)
  return shell.variables.get(name) ?? ''
}

function* substitute(shell: Shell, script: Script): Task<string> {
  let text = ''
  const out: Out = {
    stdout: (t) => {
      text += t
    },
    stderr: (t) => shell.io.stderr(t),
  }
  yield* runScript(shell, script, out)
  return text.replace(/\n+$/, '')
}

/** Variables and substitutions in a heredoc. */
function* expandText(shell: Shell, text: string): Task<string> {
  let out = ''
  let rest = text
  for (;;) {
    const at = rest.search(/[$\\]/)
    if (at < 0) return out + rest
    out += rest.slice(0, at)
    rest = rest.slice(at)
    const escaped = /^\\([$`\\])/.exec(rest)
    const named = /^\$(?:\{(\w+)\}|(\w+))/.exec(rest)
    if (escaped) {
      out += escaped[1]
      rest = rest.slice(2)
    } else if (named) {
      out += variable(shell, named[1] ?? named[2] ?? '')
      rest = rest.slice(named[0].length)
    } else {
      out += rest[0]
      rest = rest.slice(1)
    }
  }
}

/**
 * Candidates for the word at the cursor of a terminal line.
 * @param cursor how many characters are before it
 */
export function* completeLine(
  deps: KubectlDeps,
  line: string,
  cursor: number,
  files?: ReadonlyMap<string, string>,
): Task<string[]> {
  const typed = line.slice(0, cursor)
  const command = typed.split(/\||&&|;|\$\(/).at(-1) as string
  const words = command.trimStart().split(/\s+/)
  const [name, ...rest] = words as [string, ...string[]]
  if (words.length === 1)
    return ['kubectl', ...filters.keys()].filter((c) => c.startsWith(name)).sort()
  if (name !== 'kubectl' && name !== 'k') {
    const word = words.at(-1) as string
    return [...(files?.keys() ?? [])].filter((f) => f.startsWith(word)).sort()
  }
  return yield* completeWords(deps, rest, files)
}
