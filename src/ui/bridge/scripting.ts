/**
 * The scripting face for demos and tests: `window.kubarium`. Documented in docs/scripting.md.
 */
import type { FaultCommand } from '../../protocol/protocol.ts'
import { cards } from '../store/world.ts'
import { bridge, type KubectlOutput } from './bridge.ts'

/** What `window.kubarium` offers. */
export interface Kubarium {
  /** Settles when the first scene stands. */
  readonly ready: Promise<void>
  kubectl(line: string, stdin?: string): Promise<KubectlOutput>
  /** Moves virtual time: `'5m'`, `'90s'`, `'1h30m'`, or milliseconds. */
  advance(time: string | number): Promise<void>
  /** Runs until nothing is due but periodic upkeep (at most ten virtual minutes). */
  settle(): Promise<void>
  /** Sets the pace; 0 pauses. */
  speed(x: number): void
  /** Runs one step and stays paused. */
  step(): Promise<void>
  fault(fault: FaultCommand): Promise<void>
  /** The trace's running hash. */
  digest(): Promise<string>
  /** Virtual milliseconds since the cluster's birth, as last shown. */
  now(): number
  addNode(): Promise<string>
  /** Seed, configuration and command log. */
  recording(): Promise<unknown>
  /** The link to this moment: it holds the whole session, nothing is uploaded. */
  share(): Promise<string>
  /** Opens the session of a link or file and settles when it stands at its moment, paused. */
  load(linkOrFile: string | Blob): Promise<void>
}

/** What sharing adds to the face. */
export type Sharing = Pick<Kubarium, 'share' | 'load'>

declare global {
  interface Window {
    kubarium: Kubarium
  }
}

/** Puts the face on the window. */
export function exposeScripting(ready: Promise<void>, sharing: Sharing): void {
  window.kubarium = {
    ready,
    kubectl: (line, stdin) => {
      const full =
        /^\s*(kubectl|k)\s/.test(line) || line.trim() === 'kubectl' ? line : `kubectl ${line}`
      return bridge.kubectl(full, stdin === undefined ? {} : { stdin })
    },
    advance: async (time) => {
      await bridge.advance(parseDuration(time))
    },
    settle: async () => {
      await bridge.settle()
    },
    speed: (x) => bridge.speed(x),
    step: async () => {
      await bridge.step()
    },
    fault: async (fault) => {
      await bridge.fault(fault)
    },
    digest: () => bridge.digest(),
    now: () => cards.now,
    addNode: () => bridge.addNode(),
    recording: () => bridge.recording(),
    ...sharing,
  }
}

/** Milliseconds of `1h2m3s`, `500ms` or a number of milliseconds. @throws Error for anything else */
export function parseDuration(text: string | number): number {
  if (typeof text === 'number') return text
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.map((p) => p[0]).join('') !== text.trim() || parts.length === 0)
    throw new Error(`not a duration: ${text}`)
  return Math.round(parts.reduce((n, p) => n + Number(p[1]) * (units[p[2] as string] ?? 0), 0))
}
