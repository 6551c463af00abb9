/** The page's copy of the session's command log: enough to bring the session back when its host is gone. */
import type { Ask } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import { cards, worldStore } from '../store/world.ts'
import { type Bundle, bundleOf } from './bundle.ts'

/** One entry of a recording, as the host writes it. */
interface Logged {
  readonly at: number
  readonly command: Readonly<Record<string, unknown>>
}
interface Recording {
  readonly commands: readonly Logged[]
}

let known: Recording | undefined
let knownTree: unknown
let since: Logged[] = []

/** A session begins: with this recording, or with nothing known of it yet. */
export function beginLog(recording: unknown, tree?: unknown): void {
  known = recording as Recording | undefined
  knownTree = tree
  since = []
}

/** How far the session has come, also while its past is shown. @unit virtual ms */
export function present(): number {
  return worldStore.getState().past?.present ?? cards.now
}

/** Takes note of what the host acknowledged, until its log is asked for again. */
export function noteAcknowledged(ask: Ask): void {
  // Another branch has another log, which is asked for next; what is asked of the past is in none.
  if (ask.type === 'branch' || ask.type === 'checkout') since = []
  const command = worldStore.getState().past ? undefined : commandOf(ask)
  if (command) since.push({ at: cards.now, command })
}

/** Asks the host for its log. @returns the session, at the moment that is shown or at its present */
export async function currentBundle(at: 'shown' | 'present'): Promise<Bundle> {
  const noted = since.length
  const recording = (await bridge.recording()) as Recording
  // Both at once: a crash in between would carry the same commands out twice.
  known = recording
  since = since.slice(noted)
  knownTree = await bridge.tree()
  return bundleOf(recording, at === 'shown' ? cards.now : present(), knownTree)
}

/**
 * The session as far as the page knows it; undefined when nobody did anything.
 * @param without commands left out at its end
 * @param underWay what had not been answered: the host's log, asked for meanwhile, may have it already
 */
export function knownBundle(
  moment: number,
  without = 0,
  underWay: readonly Ask[] = [],
): Bundle | undefined {
  if (!known) return undefined
  const all = [...known.commands, ...since]
  for (const ask of underWay) {
    const i = all.findLastIndex((l) => isOf(l, ask))
    if (i >= 0) all.splice(i, 1)
  }
  const commands = without ? all.slice(0, -without) : all
  let last = 0
  const ordered = commands.map((c) => {
    last = Math.max(last, c.at)
    return { ...c, at: last }
  })
  return bundleOf({ ...known, commands: ordered }, Math.max(without ? 0 : moment, last), knownTree)
}

/** Whether an entry is of what was asked. */
function isOf({ command }: Logged, ask: Ask): boolean {
  const asked = commandOf(ask)
  if (!asked) return false
  return Object.entries(asked).every(([k, v]) => JSON.stringify(command[k]) === JSON.stringify(v))
}

/** How many commands a session's log has, and the last of them as a line. */
export function aboutLog(bundle: Bundle): { commands: number; last: string } {
  const { commands } = bundle.recording as Recording
  const last = commands.at(-1)?.command
  return { commands: commands.length, last: last ? lineOf(last) : '' }
}

/** A logged command as a person would write it. */
export function lineOf(command: Readonly<Record<string, unknown>>): string {
  switch (command.kind ?? command.type) {
    case 'kubectl':
      return String(command.line)
    case 'http':
      return `${command.method} ${String(command.path).split('?')[0]}`
    case 'fault': {
      const { kind, ...about } = command.fault as Record<string, unknown>
      return [kind, ...Object.values(about)].join(' ')
    }
    case 'traffic': {
      const r = command.request as { method?: string; host: string; path?: string }
      return `${r.method ?? 'GET'} http://${r.host}${r.path ?? '/'}`
    }
    case 'local': {
      const r = command.request as { method: string; path: string }
      return `${r.method} http://localhost:${command.port}${r.path}`
    }
    default:
      return String(command.kind ?? command.type)
  }
}

/** The log's entry for what was asked. An interrupt names a run of the host's, which the page cannot know. */
function commandOf(ask: Ask): Logged['command'] | undefined {
  switch (ask.type) {
    case 'kubectl':
      return {
        kind: 'kubectl',
        line: ask.line,
        ...(ask.stdin === undefined ? {} : { stdin: ask.stdin }),
      }
    case 'http': {
      const { method, path, headers = {}, body } = ask
      return { kind: 'http', method, path, headers, ...(body === undefined ? {} : { body }) }
    }
    case 'fault':
      return { kind: 'fault', fault: ask.fault }
    case 'add-node':
      return { kind: 'add-node' }
    case 'traffic':
      return { kind: 'traffic', request: ask.request }
    case 'local':
      return { kind: 'local', port: ask.port, request: ask.request }
    default:
      return undefined
  }
}
