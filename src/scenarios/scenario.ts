/** A scene: a cluster, files in the home folder, what happened before the page is handed over, and perhaps a task. */
import type { ClusterConfig } from '../cluster/cluster.ts'
import type { FaultCommand } from '../protocol/protocol.ts'

/** Text in both languages. */
export interface Words {
  readonly en: string
  readonly zh: string
}

/** How much of Kubernetes one should have seen before. */
export type Level = 'first' | 'middle' | 'deep'

/** Which small drawing its card has; the page draws them. */
export type Picture =
  | 'empty'
  | 'shop'
  | 'rollout'
  | 'image'
  | 'crash'
  | 'service'
  | 'pending'
  | 'claim'
  | 'lost'
  | 'scale'
  | 'policy'
  | 'quota'
  | 'disks'
  | 'jobs'
  | 'zones'
  | 'crowd'

/** What the learner says will happen, before it is run. */
export interface Prediction {
  readonly question: Words
  readonly answers: readonly Words[]
  /** Index of the answer that the cluster will give. */
  readonly right: number
  /** The line that shows it. */
  readonly line: string
  /** Why it is so. */
  readonly because: Words
}

/** What there is to find out and to do. */
export interface Task {
  readonly question: Words
  /** Shown one by one, the first says least. */
  readonly hints: readonly Words[]
  /** Conditions as `until` takes them (src/session/condition.ts); all hold when it is done. */
  readonly goal: readonly string[]
  /** Terminal lines that reach the goal; not the only ones. */
  readonly solution: readonly string[]
  readonly predict?: Prediction
}

/** One scene of the gallery. */
export interface Scenario {
  readonly id: string
  readonly title: Words
  readonly about: Words
  readonly level: Level
  /** About how long it takes. @unit real minutes */
  readonly minutes: number
  readonly picture: Picture
  readonly cluster: Partial<ClusterConfig>
  /** Files of the home folder, by name. */
  readonly files: Readonly<Record<string, string>>
  /** kubectl lines, typed one after the other while the cluster runs. */
  readonly setup: readonly string[]
  /** What else happens once that is quiet. */
  readonly faults?: readonly FaultCommand[]
  /** How long it goes on after the faults. @unit virtual ms */
  readonly aftermathMs?: number
  /** Lines worth trying, shown in the terminal's welcome. */
  readonly tries: readonly string[]
  readonly task?: Task
}

/** How the stage is set, one step after the other; each is logged by the session that it is done to. */
export type StageStep =
  | { readonly run: number }
  | { readonly quiet: number }
  | { readonly line: string }
  | { readonly fault: FaultCommand }

/** Until the control plane and the nodes stand. @unit virtual ms */
const BOOT_MS = 20_000
/** How long becoming quiet may take. @unit virtual ms */
const QUIET_MAX_MS = 240_000

/** The steps that lead from birth to the moment when the scene begins. */
export function stageOf(scene: Scenario): readonly StageStep[] {
  return [
    { run: BOOT_MS },
    ...scene.setup.map((line) => ({ line })),
    { quiet: QUIET_MAX_MS },
    ...(scene.faults ?? []).map((fault) => ({ fault })),
    ...(scene.aftermathMs ? [{ run: scene.aftermathMs }] : []),
  ]
}
