/**
 * A recording: the seed, the configuration and everything a person did and when. It is enough to make the same cluster
 * again, up to any moment; nothing in the cluster ever has to be saved or restored.
 */
import type { ClusterConfig } from '../cluster/cluster.ts'
import type { Millis } from '../cluster/sim/clock.ts'
import type { LocalRequest } from '../kubectl/invocation.ts'
import type { FaultCommand, TrafficRequest } from '../protocol/protocol.ts'
import type { OutsideCommand } from './outside.ts'

/** Raised when older recordings would be played differently. */
export const RECORDING_VERSION = 1

/** Whatever may enter a session and can be played again. */
export type SessionCommand =
  | { readonly kind: 'kubectl'; readonly line: string; readonly stdin?: string }
  /** Ctrl-C on the line that was entered as the n-th kubectl command, counted from 1. */
  | { readonly kind: 'interrupt'; readonly run: number }
  | {
      readonly kind: 'http'
      readonly method: string
      readonly path: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  | { readonly kind: 'fault'; readonly fault: FaultCommand }
  | { readonly kind: 'add-node' }
  | { readonly kind: 'traffic'; readonly request: TrafficRequest }
  /** What was written in the editor that the n-th kubectl command opened; without a text the editor failed. */
  | { readonly kind: 'edited'; readonly run: number; readonly text?: string }
  /** A connection to a port that a command listens on. */
  | { readonly kind: 'local'; readonly port: number; readonly request: LocalRequest }
  | OutsideCommand

/** One command and its virtual instant. */
export interface LoggedCommand {
  readonly at: Millis
  readonly command: SessionCommand
}

/** Enough to make the same cluster again. Plain JSON, but for what came from outside, which never leaves its host. */
export interface Recording {
  readonly version: number
  readonly config: ClusterConfig
  /** The home folder at birth, by name. */
  readonly files: Readonly<Record<string, string>>
  /** The scene of the gallery that it began with: whoever opens it finds its task. */
  readonly scene?: string
  readonly commands: readonly LoggedCommand[]
}

/**
 * Checks what claims to be a recording: a file or a link may hold anything.
 * @throws Error that says what is wrong
 */
export function parseRecording(value: unknown): Recording {
  const r = value as Partial<Recording> | null | undefined
  if (typeof r !== 'object' || r === null) throw new Error('this is no recording of a session')
  if (typeof r.version !== 'number' || r.version > RECORDING_VERSION)
    throw new Error(`recording of version ${r.version}: this page plays ${RECORDING_VERSION}`)
  const whole =
    typeof r.config === 'object' &&
    typeof r.config?.seed === 'number' &&
    Array.isArray(r.commands) &&
    r.commands.every((c, i) => isLogged(c) && c.at >= (r.commands?.[i - 1]?.at ?? 0))
  if (!whole) throw new Error('this recording is damaged: its commands are not in order')
  return { ...r, files: r.files ?? {} } as Recording
}

function isLogged(c: unknown): c is LoggedCommand {
  const l = c as Partial<LoggedCommand> | null
  return Number.isSafeInteger(l?.at) && typeof l?.command?.kind === 'string'
}

/** The recording as it was at a moment: what came later is left out. */
export function upTo(recording: Recording, until: Millis): Recording {
  return { ...recording, commands: recording.commands.filter((c) => c.at <= until) }
}
