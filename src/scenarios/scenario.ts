/** A starting scene: a cluster, files in the home folder, and lines typed before the page is handed over. */
import type { ClusterConfig } from '../cluster/cluster.ts'

/** Text in both languages. */
export interface Words {
  readonly en: string
  readonly zh: string
}

/** One scene of the gallery. */
export interface Scenario {
  readonly id: string
  readonly title: Words
  readonly about: Words
  readonly cluster: Partial<ClusterConfig>
  /** Files of the home folder, by name. */
  readonly files: Readonly<Record<string, string>>
  /** kubectl lines, typed one after the other while the cluster runs. */
  readonly setup: readonly string[]
  /** Lines worth trying, shown in the terminal's welcome. */
  readonly tries: readonly string[]
}
