/**
 * The arithmetic of rolling updates and of scaling while one is under way.
 * @source pkg/controller/deployment/rolling.go, sync.go scale
 */
import type { Deployment, ReplicaSet } from '../../api/generated/types.ts'
import {
  byCreation,
  bySizeNewer,
  bySizeOlder,
  maxSurge,
  maxUnavailable,
  newReplicas,
  proportion,
  totalOf,
  totalWanted,
  wanted,
} from './util.ts'

/** A set's new size. */
export interface Resize {
  readonly rs: ReplicaSet
  readonly to: number
}

/** The next size of the new set, or undefined when it stays. */
export function planNew(
  d: Deployment,
  all: readonly ReplicaSet[],
  current: ReplicaSet,
): Resize | undefined {
  if (wanted(current) === wanted(d)) return undefined
  // Too large means the Deployment was scaled down; it shrinks at once.
  if (wanted(current) > wanted(d)) return { rs: current, to: wanted(d) }
  const to = newReplicas(d, all, current)
  return to === wanted(current) ? undefined : { rs: current, to }
}

/** How far the old sets may shrink now: first pods that do not work, then as many as availability allows. */
export function planOld(
  d: Deployment,
  all: readonly ReplicaSet[],
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): Resize[] {
  if (totalWanted(old) === 0) return []
  const minAvailable = wanted(d) - maxUnavailable(d)
  const newUnavailable = wanted(current) - (current.status?.availableReplicas ?? 0)
  const most = totalWanted(all) - minAvailable - newUnavailable
  if (most <= 0) return []
  const sizes = new Map(old.map((rs) => [rs, wanted(rs)]))
  const sorted = [...old].sort(byCreation)
  let cleaned = 0
  for (const rs of sorted) {
    const size = wanted(rs)
    const broken = size - (rs.status?.availableReplicas ?? 0)
    if (cleaned >= most || size === 0 || broken <= 0) continue
    const down = Math.min(most - cleaned, broken)
    sizes.set(rs, size - down)
    cleaned += down
  }
  let spare = totalOf(all, 'availableReplicas') - minAvailable
  for (const rs of sorted) {
    const size = sizes.get(rs) ?? 0
    if (spare <= 0 || size === 0) continue
    const down = Math.min(size, spare)
    sizes.set(rs, size - down)
    spare -= down
  }
  return sorted
    .filter((rs) => sizes.get(rs) !== wanted(rs))
    .map((rs) => ({ rs, to: sizes.get(rs) ?? 0 }))
}

/** New sizes when the Deployment's size changed while several sets have pods. */
export function planProportional(d: Deployment, active: readonly ReplicaSet[]): Resize[] {
  const total = totalWanted(active)
  const allowed = wanted(d) > 0 ? wanted(d) + maxSurge(d) : 0
  const toAdd = allowed - total
  const sorted = [...active].sort(toAdd > 0 ? bySizeNewer : bySizeOlder)
  const sizes = new Map<ReplicaSet, number>()
  let added = 0
  for (const rs of sorted) {
    const share = toAdd === 0 ? 0 : proportion(rs, d, toAdd, added)
    sizes.set(rs, wanted(rs) + share)
    added += share
  }
  const first = sorted[0]
  // What rounding left over goes to the largest.
  if (first && toAdd !== 0) {
    sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + toAdd - added))
  }
  return sorted.map((rs) => ({ rs, to: sizes.get(rs) ?? 0 }))
}
