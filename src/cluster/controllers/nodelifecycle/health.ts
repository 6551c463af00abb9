/**
 * When a node counts as gone, and which taints its conditions ask for.
 * @source pkg/controller/nodelifecycle/node_lifecycle_controller.go
 */
import type { Node, NodeCondition, Taint } from '../../api/generated/types.ts'

export const NOT_READY = 'node.kubernetes.io/not-ready'
export const UNREACHABLE = 'node.kubernetes.io/unreachable'
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'

const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const

/** NoSchedule taints by condition type and status. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
}

const MANAGED: ReadonlySet<string> = new Set([
  UNSCHEDULABLE,
  ...Object.values(CONDITION_TAINTS).flatMap((byStatus) => Object.values(byStatus)),
])

/** What is remembered of a node between looks, by name. */
export interface NodeHealth {
  /** When something was last heard of it. @unit virtual ms */
  probedAt: number
  ready: NodeCondition | undefined
  heartbeats: string
  renewTime: string | undefined
}

export function readyOf(node: Node): NodeCondition | undefined {
  return node.status?.conditions?.find((c) => c.type === 'Ready')
}

/** All heartbeat times of a node in one text: a change is a sign of life. */
export function heartbeatsOf(node: Node): string {
  return (node.status?.conditions ?? []).map((c) => `${c.type}@${c.lastHeartbeatTime}`).join(' ')
}

/** The conditions of a node that has been silent for too long, or undefined when they say so already. */
export function unknownConditions(node: Node, now: string): NodeCondition[] | undefined {
  const list = [...(node.status?.conditions ?? [])]
  let changed = false
  for (const type of WATCHED) {
    const i = list.findIndex((c) => c.type === type)
    const known = list[i]
    if (!known) {
      changed = true
      list.push({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: node.metadata.creationTimestamp ?? now,
        lastTransitionTime: now,
      })
    } else if (known.status !== 'Unknown') {
      changed = true
      list[i] = {
        ...known,
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
        lastTransitionTime: now,
      }
    }
  }
  return changed ? list : undefined
}

/** The node's taints with NoSchedule ones brought in line with its conditions; undefined when they are. */
export function withConditionTaints(node: Node, now: string): Taint[] | undefined {
  const wanted = new Set<string>()
  for (const c of node.status?.conditions ?? []) {
    const key = CONDITION_TAINTS[c.type]?.[c.status]
    if (key) wanted.add(key)
  }
  if (node.spec?.unschedulable) wanted.add(UNSCHEDULABLE)
  const taints = node.spec?.taints ?? []
  const ours = (t: Taint) => t.effect === 'NoSchedule' && MANAGED.has(t.key)
  const has = new Set(taints.filter(ours).map((t) => t.key))
  const missing = [...wanted].filter((k) => !has.has(k))
  const surplus = [...has].some((k) => !wanted.has(k))
  if (missing.length === 0 && !surplus) return undefined
  const kept = taints.filter((t) => !ours(t) || wanted.has(t.key))
  return [...missing.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: now })), ...kept]
}

/** The node's taints with the NoExecute one for its readiness; undefined when they are right. */
export function withExecuteTaint(node: Node, now: string): Taint[] | undefined {
  const status = readyOf(node)?.status
  const key = status === 'False' ? NOT_READY : status === 'Unknown' ? UNREACHABLE : undefined
  const taints = node.spec?.taints ?? []
  const ours = (t: Taint) =>
    t.effect === 'NoExecute' && (t.key === NOT_READY || t.key === UNREACHABLE)
  const right = key ? taints.some((t) => ours(t) && t.key === key) : true
  const wrong = taints.some((t) => ours(t) && t.key !== key)
  if (right && !wrong) return undefined
  const kept = taints.filter((t) => !ours(t) || t.key === key)
  if (!key || right) return kept
  return [{ key, effect: 'NoExecute', timeAdded: now }, ...kept]
}

/** How a zone is doing, as far as evictions are concerned. */
export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption'

const UNHEALTHY_THRESHOLD = 0.55
const LARGE_CLUSTER = 50

export function zoneState(ready: number, notReady: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption'
  if (notReady > 2 && notReady / (notReady + ready) >= UNHEALTHY_THRESHOLD) {
    return 'PartialDisruption'
  }
  return 'Normal'
}

/** The pause between two nodes of a zone to be tainted for eviction; undefined stops it. @unit ms */
export function evictionPause(state: ZoneState, nodes: number): number | undefined {
  if (state !== 'PartialDisruption') return 10_000
  return nodes > LARGE_CLUSTER ? 100_000 : undefined
}

/** The zone a node stands in. */
export function zoneOf(node: Node): string {
  const l = node.metadata.labels
  return `${l?.['topology.kubernetes.io/region'] ?? ''}:${l?.['topology.kubernetes.io/zone'] ?? ''}`
}
