/**
 * kubectl as a library: a command line against an API server, on virtual time.
 * It finds the command, reads its flags, runs it, and turns failures into text and an exit code.
 */
import { distance } from '../cluster/api/meta/spelling.ts'
import type { Task } from '../cluster/sim/task.ts'
import type { Command } from './command.ts'
import { CliError, Exit, errorText, isExpected, usageError } from './errors.ts'
import { type Flag, globalFlags, parseFlags } from './flags.ts'
import { commandHelp, optionsHelp, rootHelp } from './help.ts'
import { Invocation, type KubectlDeps, type KubectlIo } from './invocation.ts'
import { klogLine } from './klog.ts'
import { commandGroups, commands } from './registry.ts'

export type { KubectlCache, KubectlDeps, KubectlIo } from './invocation.ts'

/**
 * Runs one command.
 * @param argv without the word `kubectl`
 * @returns the exit code
 */
export function* runKubectl(
  deps: KubectlDeps,
  argv: readonly string[],
  io: KubectlIo,
): Task<number> {
  try {
    return yield* dispatch(deps, argv, io)
  } catch (error) {
    if (error instanceof Exit) return error.code
    if (!isExpected(error)) throw error
    io.stderr(errorText(error))
    return error instanceof CliError ? error.code : 1
  }
}

/** A command found on the line, with its flags and what is left. */
export interface Located {
  readonly command: Command | undefined
  /** `kubectl create deployment`. */
  readonly path: string
  readonly rest: readonly string[]
}

/** Walks the line down to the command it names; flags may come first. @throws CliError unknown command */
export function locate(argv: readonly string[]): Located {
  let list: readonly Command[] = commands()
  let command: Command | undefined
  let path = 'kubectl'
  let rest = [...argv]
  while (list.length > 0) {
    const i = firstWord(rest, command?.flags ?? [])
    const word = rest[i]
    if (word === undefined) break
    const found = list.find((c) => c.name === word || c.aliases?.includes(word))
    if (!found) {
      if (command?.run) break
      if (command) throw usageError(path, `unknown command "${word}"`)
      if (word === 'options' || word === 'help') break
      throw unknownCommand(word, path, list)
    }
    command = found
    path += ` ${found.name}`
    rest = [...rest.slice(0, i), ...rest.slice(i + 1)]
    list = found.subcommands ?? []
  }
  return { command, path, rest }
}

function firstWord(argv: readonly string[], own: readonly Flag[]): number {
  const flags = [...globalFlags, ...own]
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i] as string
    if (a === '--') return -1
    if (!a.startsWith('-') || a === '-') return i
    if (a.includes('=')) continue
    const flag = a.startsWith('--')
      ? flags.find((f) => f.name === a.slice(2))
      : flags.find((f) => f.short === a[1] && a.length === 2)
    if (flag && flag.kind !== 'bool' && flag.bare === undefined) i++
  }
  return -1
}

function unknownCommand(word: string, path: string, list: readonly Command[]): CliError {
  const near = list
    .map((c) => c.name)
    .filter((n) => distance(n, word) <= 2 || n.startsWith(word))
    .sort()
  const hint = near.length > 0 ? `\n\nDid you mean this?\n\t${near.join('\n\t')}` : ''
  return new CliError(`unknown command "${word}" for "${path}"${hint}`)
}

const helpFlag: Flag = { name: 'help', short: 'h', kind: 'bool', usage: 'help', hidden: true }

function* dispatch(deps: KubectlDeps, argv: readonly string[], io: KubectlIo): Task<number> {
  if (argv[0] === 'help') return yield* dispatch(deps, [...argv.slice(1), '--help'], io)
  const { command, path, rest } = locate(argv)
  const flags = parseFlags(rest, [helpFlag, ...globalFlags, ...(command?.flags ?? [])], path)
  for (const w of flags.warnings()) io.stderr(`${w}\n`)
  if (!command) {
    io.stdout(flags.args[0] === 'options' ? optionsHelp() : rootHelp(commandGroups()))
    return 0
  }
  if (flags.bool('help')) {
    io.stdout(commandHelp(command, path))
    return 0
  }
  if (!command.run) {
    // Two groups print it where results go.
    const toOut = command.name === 'rollout' || command.name === 'certificate'
    ;(toOut ? io.stdout : io.stderr)(commandHelp(command, path))
    return 1
  }
  const k = new Invocation(deps, io, flags, path)
  const code = (yield* command.run(k)) ?? 0
  if (code === 0 && flags.bool('warnings-as-errors') && k.client.warnings > 0) {
    const n = k.client.warnings
    const what = `${n} warning${n === 1 ? '' : 's'} received`
    io.stderr(klogLine('E', k.now, 'run.go:72', `"command failed" err="${what}"`))
    return 1
  }
  return code
}
