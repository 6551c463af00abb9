/** What may come next on a terminal line: commands, flags, resource types, live names, namespaces, files. */
import type { Task } from '../cluster/sim/task.ts'
import type { Command } from './command.ts'
import { type Mapping, pathOf } from './discovery.ts'
import { isExpected } from './errors.ts'
import { type Flag, Flags, globalFlags } from './flags.ts'
import { Invocation, type KubectlDeps } from './invocation.ts'
import { locate } from './kubectl.ts'
import { commands } from './registry.ts'

/** Names that one completion lists at most. */
const NAMES_MAX = 200

/**
 * Candidates for the last word of a kubectl command, sorted.
 * @param words the words after `kubectl`; the last one is being typed
 */
export function* completeWords(
  deps: KubectlDeps,
  words: readonly string[],
  files: ReadonlyMap<string, string> | undefined,
): Task<string[]> {
  const word = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  try {
    const found = yield* candidates(deps, before, word, files)
    return [...new Set(found)]
      .filter((c) => c.startsWith(word))
      .sort()
      .slice(0, NAMES_MAX)
  } catch (error) {
    if (isExpected(error)) return []
    throw error
  }
}

function* candidates(
  deps: KubectlDeps,
  before: readonly string[],
  word: string,
  files: ReadonlyMap<string, string> | undefined,
): Task<string[]> {
  const { command, path, rest } = locate(before)
  if (!command) return commands().map((c) => c.name)
  const flags = [...globalFlags, ...(command.flags ?? [])]
  const k = new Invocation(
    deps,
    { stdout() {}, stderr() {}, ...(files ? { files: new Map(files) } : {}) },
    lenientFlags(rest, flags),
    path,
  )
  const last = before.at(-1) ?? ''
  const pending = last.startsWith('-') && !last.includes('=') ? flagNamed(flags, last) : undefined
  if (pending && pending.kind !== 'bool' && pending.bare === undefined)
    return yield* flagValues(k, pending)
  if (word.startsWith('-')) return flags.filter((f) => !f.hidden).map((f) => `--${f.name}`)
  if (command.subcommands && k.args.length === 0) {
    const subs = command.subcommands.map((c) => c.name)
    if (!command.run || command.name === 'create') return subs
  }
  if (command.complete) return yield* command.complete(k, k.args, word)
  return yield* resources(k, command, word)
}

function flagNamed(flags: readonly Flag[], text: string): Flag | undefined {
  return text.startsWith('--')
    ? flags.find((f) => f.name === text.slice(2))
    : flags.find((f) => f.short === text[1] && text.length === 2)
}

function lenientFlags(rest: readonly string[], flags: readonly Flag[]): Flags {
  const out = new Flags(new Map(flags.map((f) => [f.name, f])))
  for (let i = 0; i < rest.length; i++) {
    const a = rest[i] as string
    if (!a.startsWith('-')) {
      out.args.push(a)
      continue
    }
    const eq = a.indexOf('=')
    const flag = flagNamed(flags, eq < 0 ? a : a.slice(0, eq))
    if (!flag) continue
    if (eq >= 0) out.set(flag.name, a.slice(eq + 1))
    else if (flag.kind === 'bool') out.set(flag.name, 'true')
    else if (i + 1 < rest.length) out.set(flag.name, rest[++i] as string)
  }
  return out
}

function* flagValues(k: Invocation, flag: Flag): Task<string[]> {
  switch (flag.name) {
    case 'namespace':
      return yield* namesOf(k, yield* k.mapping('namespaces'))
    case 'filename':
      return [...(k.io.files?.keys() ?? [])].filter((f) => !f.startsWith('.'))
    case 'output':
      return ['json', 'yaml', 'name', 'wide', 'jsonpath=', 'go-template=', 'custom-columns=']
    case 'dry-run':
      return ['none', 'client', 'server']
    case 'cascade':
      return ['background', 'foreground', 'orphan']
    default:
      return []
  }
}

const POD_COMMANDS = new Set(['logs', 'exec', 'attach', 'port-forward', 'debug', 'cp'])
const NODE_COMMANDS = new Set(['drain', 'cordon', 'uncordon'])

function* resources(k: Invocation, command: Command, word: string): Task<string[]> {
  const slash = word.indexOf('/')
  if (slash > 0) {
    const type = word.slice(0, slash)
    return (yield* namesOf(k, yield* k.mapping(type))).map((n) => `${type}/${n}`)
  }
  if (POD_COMMANDS.has(command.name))
    return k.args.length === 0 ? yield* namesOf(k, yield* k.mapping('pods')) : []
  if (NODE_COMMANDS.has(command.name)) return yield* namesOf(k, yield* k.mapping('nodes'))
  const [type] = k.args
  if (type === undefined) {
    const all = (yield* k.discovery()).resources.filter((m) => m.preferred)
    return all.filter((m) => m.verbs.includes('list')).map((m) => m.plural)
  }
  if (type.includes('/')) return []
  return yield* namesOf(k, yield* k.mapping(type.split(',')[0] as string))
}

function* namesOf(k: Invocation, m: Mapping): Task<string[]> {
  const list = yield* k.client.object('GET', pathOf(m, k.namespace), {
    query: { limit: String(NAMES_MAX) },
  })
  const items = (list as { items?: { metadata: { name?: string } }[] }).items ?? []
  return items.map((o) => o.metadata.name ?? '')
}
