/**
 * What controllers ask about pods.
 * @source pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go
 */
import type { Pod } from '../generated/types.ts'
import { conditionOf } from '../meta/conditions.ts'
import { parseTime } from '../meta/time.ts'

/** True when the Ready condition is True. */
export function isPodReady(pod: Pod): boolean {
  const conditions = pod.status?.conditions
  if (conditions) for (const c of conditions) if (c.type === 'Ready') return c.status === 'True'
  return false
}

/** True when ready for at least `minReadySeconds`. @unit nowMs: Unix milliseconds */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = conditionOf(pod.status?.conditions, 'Ready')
  if (ready?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  const since = parseTime(ready.lastTransitionTime)
  return since !== undefined && since + minReadySeconds * 1000 <= nowMs
}

/** True when Succeeded or Failed. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed'
}

/** True when neither finished nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && !pod.metadata.deletionTimestamp
}
