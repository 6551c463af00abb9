/**
 * How many replicas the metrics ask for.
 * @source pkg/controller/podautoscaler/replica_calculator.go
 */
import type { Pod } from '../../api/generated/types.ts'
import { isPodReady } from '../../api/helpers/pods.ts'
import { amountOf } from '../../api/helpers/requests.ts'
import { conditionOf } from '../../api/meta/conditions.ts'
import { parseTime } from '../../api/meta/time.ts'

const TOLERANCE = 0.1
const CPU_INITIALIZATION_MS = 300_000
const READINESS_DELAY_MS = 30_000

/** Usage of one pod. @unit thousandths of the resource's unit */
export interface PodMetric {
  readonly value: number
  readonly timestampMs: number
  readonly windowMs: number
}

/** The answer: replicas wanted, and the usage they follow from. */
export interface ReplicaCount {
  readonly replicas: number
  /** Average in percent of requests, when the target is one. */
  readonly utilization?: number
  /** Average per pod. @unit as PodMetric */
  readonly average: number
}

/** A problem with the metrics; its message goes into conditions and events. */
export class MetricsError extends Error {
  override name = 'MetricsError'
}

interface Groups {
  readonly ready: string[]
  readonly unready: Set<string>
  readonly missing: Set<string>
  readonly ignored: Set<string>
}

function groupPods(
  pods: readonly Pod[],
  metrics: ReadonlyMap<string, PodMetric>,
  resource: string,
  nowMs: number,
): Groups {
  const g: Groups = { ready: [], unready: new Set(), missing: new Set(), ignored: new Set() }
  for (const p of pods) {
    const name = p.metadata.name ?? ''
    if (p.metadata.deletionTimestamp || p.status?.phase === 'Failed') g.ignored.add(name)
    else if (p.status?.phase === 'Pending') g.unready.add(name)
    else {
      const metric = metrics.get(name)
      if (!metric) g.missing.add(name)
      else if (resource === 'cpu' && isStarting(p, metric, nowMs)) g.unready.add(name)
      else g.ready.push(name)
    }
  }
  return g
}

/** The first minutes of a pod say little about its later usage. */
function isStarting(p: Pod, metric: PodMetric, nowMs: number): boolean {
  const condition = conditionOf(p.status?.conditions, 'Ready')
  const started = parseTime(p.status?.startTime)
  if (!condition || started === undefined) return true
  const changed = parseTime(condition.lastTransitionTime) ?? started
  if (started + CPU_INITIALIZATION_MS > nowMs) {
    return !isPodReady(p) || metric.timestampMs < changed + metric.windowMs
  }
  return !isPodReady(p) && started + READINESS_DELAY_MS > changed
}

/** Sum of what a pod's containers ask for. @throws MetricsError when one asks for nothing */
function requestOf(p: Pod, resource: string, container: string | undefined): number {
  let sum = 0
  for (const c of p.spec?.containers ?? []) {
    if (container && c.name !== container) continue
    const q = c.resources?.requests?.[resource]
    if (q === undefined) {
      throw new MetricsError(
        `missing request for ${resource} in container ${c.name} of Pod ${p.metadata.name}`,
      )
    }
    sum += milli(resource, q)
  }
  return sum
}

/** A quantity in thousandths, whatever the resource. */
export function milli(resource: string, q: string): number {
  return resource === 'cpu' ? amountOf('cpu', q) : amountOf(resource, q) * 1000
}

/** Replicas for a resource metric. @throws MetricsError when there is nothing to go by */
export function replicasForResource(o: {
  readonly current: number
  readonly pods: readonly Pod[]
  readonly metrics: ReadonlyMap<string, PodMetric>
  readonly resource: string
  readonly container?: string
  readonly target: { readonly utilization: number } | { readonly averageMilli: number }
  readonly nowMs: number
}): ReplicaCount {
  if (o.pods.length === 0) {
    throw new MetricsError('no pods returned by selector while calculating replica count')
  }
  const groups = groupPods(o.pods, o.metrics, o.resource, o.nowMs)
  const metrics = new Map<string, number>()
  for (const [name, m] of o.metrics) {
    if (!groups.unready.has(name) && !groups.ignored.has(name)) metrics.set(name, m.value)
  }
  if (metrics.size === 0)
    throw new MetricsError('did not receive metrics for targeted pods (pods might be unready)')
  const perPod = 'averageMilli' in o.target
  const requests = new Map<string, number>()
  if (!perPod) {
    for (const p of o.pods) {
      requests.set(p.metadata.name ?? '', requestOf(p, o.resource, o.container))
    }
  }
  const measure = () => ratioOf(metrics, requests, o.target)
  const first = measure()
  const average = Math.floor(sum(metrics.values()) / metrics.size)
  const answer = (replicas: number): ReplicaCount => ({
    replicas,
    average,
    ...(perPod ? {} : { utilization: first.utilization }),
  })
  const rebalanceIgnored = groups.unready.size > 0 && first.ratio > 1
  if (!rebalanceIgnored && groups.missing.size === 0) {
    if (Math.abs(1 - first.ratio) <= TOLERANCE) return answer(o.current)
    return answer(Math.ceil(first.ratio * groups.ready.length))
  }
  // Pods without a figure count as idle when scaling up, and as busy when scaling down.
  for (const name of groups.missing) {
    const full = perPod
      ? (o.target as { averageMilli: number }).averageMilli
      : (requests.get(name) ?? 0)
    metrics.set(name, first.ratio < 1 ? full : 0)
  }
  if (rebalanceIgnored) for (const name of groups.unready) metrics.set(name, 0)
  const second = measure()
  const flipped = (first.ratio < 1 && second.ratio > 1) || (first.ratio > 1 && second.ratio < 1)
  if (Math.abs(1 - second.ratio) <= TOLERANCE || flipped) return answer(o.current)
  const replicas = Math.ceil(second.ratio * metrics.size)
  const backwards =
    (second.ratio < 1 && replicas > o.current) || (second.ratio > 1 && replicas < o.current)
  return answer(backwards ? o.current : replicas)
}

function ratioOf(
  metrics: ReadonlyMap<string, number>,
  requests: ReadonlyMap<string, number>,
  target: { readonly utilization: number } | { readonly averageMilli: number },
): { ratio: number; utilization: number } {
  if ('averageMilli' in target) {
    const average = Math.floor(sum(metrics.values()) / metrics.size)
    return { ratio: average / target.averageMilli, utilization: 0 }
  }
  let used = 0
  let asked = 0
  for (const [name, v] of metrics) {
    const r = requests.get(name)
    if (r === undefined) continue
    used += v
    asked += r
  }
  if (asked === 0) throw new MetricsError('no metrics returned matched known pods')
  const utilization = Math.floor((used * 100) / asked)
  return { ratio: utilization / target.utilization, utilization }
}

function sum(values: Iterable<number>): number {
  let n = 0
  for (const v of values) n += v
  return n
}
