/** The gallery, in order: one line a scene. */
import { emptyCluster } from './emptycluster.ts'
import { firstCluster } from './firstcluster.ts'
import type { Scenario } from './scenario.ts'

/** All scenes; the first is the one that a first visit sees. */
export const scenarios: readonly Scenario[] = [firstCluster, emptyCluster]
