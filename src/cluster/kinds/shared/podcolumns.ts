/**
 * The columns of `kubectl get pods`.
 * @source pkg/printers/internalversion/printers.go printPod
 */
import type { Column } from '../../api/definition.ts'
import type { ContainerStatus, Pod } from '../../api/generated/types.ts'
import { isTrue } from '../../api/meta/conditions.ts'
import { humanDuration } from '../../api/meta/duration.ts'
import { parseTime } from '../../api/meta/time.ts'
import { ageColumn, column, nameColumn } from './columns.ts'

/** In the order in which they are printed. */
export const podColumns: readonly Column<Pod>[] = [
  nameColumn(),
  column<Pod>('Ready', (p) => `${readyCount(p)}/${containerCount(p)}`, {
    description: 'The aggregate readiness state of this pod for accepting traffic.',
  }),
  column<Pod>('Status', podReason, {
    description: 'The aggregate status of the containers in this pod.',
  }),
  column<Pod>('Restarts', restarts, {
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
  }),
  ageColumn(),
  column<Pod>('IP', (p) => p.status?.podIP || '<none>', { priority: 1 }),
  column<Pod>('Node', (p) => p.spec?.nodeName || '<none>', { priority: 1 }),
  column<Pod>('Nominated Node', (p) => p.status?.nominatedNodeName || '<none>', { priority: 1 }),
  column<Pod>('Readiness Gates', readinessGates, { priority: 1 }),
]

function sidecars(p: Pod): Set<string> {
  const names = (p.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')
  return new Set(names.map((c) => c.name))
}

function containerCount(p: Pod): number {
  return (p.spec?.containers.length ?? 0) + sidecars(p).size
}

function readyCount(p: Pod): number {
  const always = sidecars(p)
  const init = (p.status?.initContainerStatuses ?? []).filter(
    (s) => always.has(s.name) && s.started && s.ready,
  )
  const main = (p.status?.containerStatuses ?? []).filter((s) => s.ready && s.state?.running)
  return init.length + main.length
}

function restarts(p: Pod, nowMs: number): string {
  const always = sidecars(p)
  const initializing = initReason(p) !== undefined
  const init = p.status?.initContainerStatuses ?? []
  const counted = initializing
    ? init
    : [...init.filter((s) => always.has(s.name)), ...(p.status?.containerStatuses ?? [])]
  let count = 0
  let last: number | undefined
  for (const s of counted) {
    count += s.restartCount
    const at = parseTime(s.lastState?.terminated?.finishedAt)
    if (at !== undefined && (last === undefined || at > last)) last = at
  }
  if (count === 0 || last === undefined) return String(count)
  return `${count} (${humanDuration(nowMs - last)} ago)`
}

function readinessGates(p: Pod): string {
  const gates = p.spec?.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  const ready = gates.filter((g) => isTrue(p.status?.conditions, g.conditionType))
  return `${ready.length}/${gates.length}`
}

/** The one word that `kubectl get pods` gives a pod's state. */
export function podReason(p: Pod): string {
  let reason = p.status?.reason || p.status?.phase || ''
  const scheduled = p.status?.conditions?.find((c) => c.type === 'PodScheduled')
  if (scheduled?.reason === 'SchedulingGated') reason = 'SchedulingGated'
  const init = initReason(p)
  if (init !== undefined) reason = init
  if (init === undefined || isTrue(p.status?.conditions, 'Initialized')) {
    reason = mainReason(p, reason)
  }
  if (!p.metadata.deletionTimestamp) return reason
  if (p.status?.reason === 'NodeLost') return 'Unknown'
  const phase = p.status?.phase
  return phase === 'Succeeded' || phase === 'Failed' ? reason : 'Terminating'
}

function initReason(p: Pod): string | undefined {
  const list = p.status?.initContainerStatuses ?? []
  const always = sidecars(p)
  const total = p.spec?.initContainers?.length ?? 0
  for (const [i, s] of list.entries()) {
    const t = s.state?.terminated
    if (t && t.exitCode === 0) continue
    if (always.has(s.name) && s.started) continue
    if (t) return `Init:${terminatedReason(t)}`
    const waiting = s.state?.waiting?.reason
    if (waiting && waiting !== 'PodInitializing') return `Init:${waiting}`
    return `Init:${i}/${total}`
  }
  return undefined
}

function terminatedReason(t: { reason?: string; signal?: number; exitCode: number }): string {
  if (t.reason) return t.reason
  return t.signal ? `Signal:${t.signal}` : `ExitCode:${t.exitCode}`
}

function mainReason(p: Pod, before: string): string {
  let reason = before
  let running = false
  const list: readonly ContainerStatus[] = p.status?.containerStatuses ?? []
  for (let i = list.length - 1; i >= 0; i--) {
    const s = list[i] as ContainerStatus
    if (s.state?.waiting?.reason) reason = s.state.waiting.reason
    else if (s.state?.terminated) reason = terminatedReason(s.state.terminated)
    else if (s.ready && s.state?.running) running = true
  }
  if (reason === 'Completed' && running) {
    return isTrue(p.status?.conditions, 'Ready') ? 'Running' : 'NotReady'
  }
  return reason
}
