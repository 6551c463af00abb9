/**
 * The default profile: which plugins run, in which order, and how much their scores weigh.
 * @source pkg/scheduler/apis/config/v1/default_plugins.go
 */
import type { Plugin, PluginFactory } from './framework/interface.ts'
import { nodeResourcesBalancedAllocation } from './plugins/balancedallocation.ts'
import { imageLocality } from './plugins/imagelocality.ts'
import { interPodAffinity } from './plugins/interpodaffinity.ts'
import { nodeAffinity } from './plugins/nodeaffinity.ts'
import { nodeName } from './plugins/nodename.ts'
import { nodePorts } from './plugins/nodeports.ts'
import { nodeResourcesFit } from './plugins/noderesourcesfit.ts'
import { nodeUnschedulable } from './plugins/nodeunschedulable.ts'
import { nodeVolumeLimits } from './plugins/nodevolumelimits.ts'
import { podTopologySpread } from './plugins/podtopologyspread.ts'
import { schedulingGates } from './plugins/schedulinggates.ts'
import { taintToleration } from './plugins/tainttoleration.ts'
import { volumeBinding } from './plugins/volumebinding.ts'
import { volumeRestrictions } from './plugins/volumerestrictions.ts'
import { volumeZone } from './plugins/volumezone.ts'

/** A plugin and the weight of its score. */
export interface ProfileEntry {
  readonly make: PluginFactory
  readonly weight: number
}

/** `default-scheduler`. */
export const DEFAULT_PROFILE: readonly ProfileEntry[] = [
  { make: schedulingGates, weight: 0 },
  { make: nodeUnschedulable, weight: 0 },
  { make: nodeName, weight: 0 },
  { make: taintToleration, weight: 3 },
  { make: nodeAffinity, weight: 2 },
  { make: nodePorts, weight: 0 },
  { make: nodeResourcesFit, weight: 1 },
  { make: volumeRestrictions, weight: 0 },
  { make: nodeVolumeLimits, weight: 0 },
  { make: volumeBinding, weight: 0 },
  { make: volumeZone, weight: 0 },
  { make: podTopologySpread, weight: 2 },
  { make: interPodAffinity, weight: 2 },
  { make: nodeResourcesBalancedAllocation, weight: 1 },
  { make: imageLocality, weight: 1 },
]

/** A plugin in use. */
export interface WeightedPlugin {
  readonly plugin: Plugin
  readonly weight: number
}
