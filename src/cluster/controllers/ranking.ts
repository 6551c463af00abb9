/**
 * Which pods of a set go first when there are too many.
 * @source pkg/controller/controller_utils.go ActivePodsWithRanks
 */
import type { Pod } from '../api/generated/types.ts'
import { isPodReady } from '../api/helpers/pods.ts'
import { conditionOf } from '../api/meta/conditions.ts'
import { parseTime } from '../api/meta/time.ts'

const COST = 'controller.kubernetes.io/pod-deletion-cost'
const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

/**
 * Orders pods for deletion, most expendable first: unassigned, pending, not ready, cheap, doubled up on a node, ready
 * for a shorter time, restarted more often, younger.
 * @param related all active pods that share the pods' origin, to find doubled-up nodes
 * @unit deletion cost: signed 32-bit annotation, default 0
 */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number): Pod[] {
  if (count >= pods.length) return [...pods]
  const onNode = new Map<string, number>()
  for (const p of related) {
    const node = p.spec?.nodeName
    if (node) onNode.set(node, (onNode.get(node) ?? 0) + 1)
  }
  const ranked = pods.map((pod) => ({
    pod,
    assigned: pod.spec?.nodeName ? 1 : 0,
    phase: PHASES[pod.status?.phase ?? 'Pending'] ?? 0,
    ready: isPodReady(pod) ? 1 : 0,
    cost: Number(pod.metadata.annotations?.[COST] ?? 0) || 0,
    doubled: onNode.get(pod.spec?.nodeName ?? '') ?? 0,
    readySince: readyTime(pod),
    restarts: restartsOf(pod),
    created: parseTime(pod.metadata.creationTimestamp) ?? 0,
  }))
  ranked.sort(
    (a, b) =>
      a.assigned - b.assigned ||
      a.phase - b.phase ||
      a.ready - b.ready ||
      a.cost - b.cost ||
      b.doubled - a.doubled ||
      (a.ready ? b.readySince - a.readySince : 0) ||
      b.restarts - a.restarts ||
      b.created - a.created,
  )
  return ranked.slice(0, count).map((r) => r.pod)
}

function readyTime(pod: Pod): number {
  const c = conditionOf(pod.status?.conditions, 'Ready')
  return c?.status === 'True' ? (parseTime(c.lastTransitionTime) ?? 0) : 0
}

function restartsOf(pod: Pod): number {
  let max = 0
  for (const s of pod.status?.containerStatuses ?? []) max = Math.max(max, s.restartCount)
  return max
}
