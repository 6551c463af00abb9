/**
 * The scripting face for demos and tests: `window.kubarium`. Documented in docs/scripting.md.
 */
import type {
  BranchCard,
  Comparison,
  FaultCommand,
  HistoryAnswer,
  StepUnit,
} from '../../protocol/protocol.ts'
import { cards } from '../store/world.ts'
import { bridge, type KubectlOutput } from './bridge.ts'
import { type Explanation, explain, foresee, listTroubles, type Prospect } from './explaining.ts'

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
  /** Runs one step (or on to the next `'event'`, `'reconcile'`, `'second'`) and stays paused. */
  step(by?: StepUnit): Promise<void>
  /** Runs until a condition holds, e.g. `'deployment/web Available'`; answers whether it does. */
  until(condition: string, time?: string | number): Promise<boolean>
  /** What was done so far, and when. */
  history(): Promise<HistoryAnswer>
  /** Shows a moment: `'2m30s'` since birth, or a revision of etcd. */
  at(moment: string | number): Promise<void>
  /** Shows the present again. */
  live(): Promise<void>
  /** Goes on from the moment that is shown, in a branch of its own; answers its id. */
  branch(name?: string): Promise<number>
  branches(): Promise<readonly BranchCard[]>
  /** Goes to another branch, by id or name. */
  checkout(branch: number | string): Promise<void>
  /** How the branch that is shown differs from another. */
  compare(branch: number | string): Promise<Comparison>
  /** Names the moment that is shown. */
  bookmark(name: string): Promise<void>
  fault(fault: FaultCommand): Promise<void>
  /** Why `'pod/web-0'` or `'deployment/shop/api'` is as it is (or a field of it), with fixes tried on copies. */
  why(target: string, field?: string): Promise<Explanation>
  /** What would happen if that line were typed, seen on a copy. */
  whatIf(line: string): Promise<Prospect>
  /** What is in trouble now. */
  troubles(): Promise<readonly { about: string; verdict: string }[]>
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
    kubectl: (line, stdin) =>
      bridge.kubectl(withKubectl(line), stdin === undefined ? {} : { stdin }),
    advance: async (time) => {
      await bridge.advance(parseDuration(time))
    },
    settle: async () => {
      await bridge.settle()
    },
    speed: (x) => bridge.speed(x),
    step: async (by) => {
      await bridge.step(by)
    },
    until: (condition, time) =>
      bridge.until(condition, time === undefined ? undefined : parseDuration(time)),
    history: () => bridge.history(),
    at: async (moment) => {
      await bridge.look(
        typeof moment === 'number' ? { revision: moment } : { at: parseDuration(moment) },
      )
    },
    live: async () => {
      await bridge.live()
    },
    branch: (name) => bridge.branch(name === undefined ? {} : { name }),
    branches: async () => (await bridge.branches()).branches,
    checkout: async (branch) => {
      await bridge.checkout(await branchId(branch))
    },
    compare: async (branch) => bridge.compare(await branchId(branch)),
    bookmark: async (name) => {
      await bridge.bookmark(cards.now, name)
    },
    fault: async (fault) => {
      await bridge.fault(fault)
    },
    why: explain,
    whatIf: (line) => foresee(withKubectl(line)),
    troubles: listTroubles,
    digest: () => bridge.digest(),
    now: () => cards.now,
    addNode: () => bridge.addNode(),
    recording: () => bridge.recording(),
    ...sharing,
  }
}

/** The word `kubectl` may be left out. */
function withKubectl(line: string): string {
  return /^\s*(kubectl|k)\s/.test(line) || line.trim() === 'kubectl' ? line : `kubectl ${line}`
}

async function branchId(branch: number | string): Promise<number> {
  const { branches } = await bridge.branches()
  const found = branches.find((b) => b.id === branch || b.name === branch)
  if (!found) throw new Error(`there is no branch ${branch}`)
  return found.id
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
