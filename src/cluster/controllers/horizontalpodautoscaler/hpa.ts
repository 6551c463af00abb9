/**
 * Autoscalers: every 15 s, look at the metrics of a target's pods and set its size.
 * @source pkg/controller/podautoscaler/horizontal.go
 */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
  MetricSpec,
  MetricStatus,
  Scale,
} from '../../api/generated/types.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { matches, type Selector } from '../../api/meta/labels.ts'
import { formatMilli, formatQuantity } from '../../api/meta/quantity.ts'
import { parseSelector } from '../../api/meta/selectorparser.ts'
import { ApiError } from '../../api/meta/status.ts'
import { parseTime } from '../../api/meta/time.ts'
import { type AnyObject, keyOf } from '../../api/object.ts'
import type { ResourceRef } from '../../client/client.ts'
import type { Recorder } from '../../client/recorder.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  decide,
  defineController,
  isOperational,
  nowOf,
  refTo,
  startLoop,
  targetOf,
} from '../framework.ts'
import { podInformer } from '../podcontrol.ts'
import { watchServed } from '../served.ts'
import { bound, remember, type ScaleHistory } from './behavior.ts'
import { type MetricFault, metricFault } from './metricfaults.ts'
import {
  MetricsError,
  milli,
  type PodMetric,
  type ReplicaCount,
  replicasForResource,
} from './replicas.ts'

/** The autoscaler controller. */
export const horizontalpodautoscaler = defineController({
  name: 'horizontal-pod-autoscaler-controller',
  account: 'horizontal-pod-autoscaler',
  start: (c) => new Autoscalers(c).start(),
})

interface Look {
  readonly hpa: HorizontalPodAutoscaler
  conditions: HorizontalPodAutoscalerCondition[]
  metrics: MetricStatus[] | undefined
}

class Autoscalers {
  private readonly hpas
  private readonly recorder: Recorder
  private readonly resources = new Map<string, ResourceRef>()
  private readonly histories = new Map<string, ScaleHistory>()
  /** The selector of each autoscaler's target, as it was last seen. */
  private readonly selectors = new Map<string, Selector>()

  constructor(private readonly c: ControllerContext) {
    this.hpas = c.informers.for('HorizontalPodAutoscaler')
    this.recorder = c.recorder('horizontal-pod-autoscaler')
  }

  start(): void {
    const { c } = this
    const id = (r: ResourceRef) => `${r.group}/${r.kind}`
    watchServed(c, {
      added: (r) => this.resources.set(id(r), r),
      removed: (r) => this.resources.delete(id(r)),
    })
    const period = c.flags.hpaSyncPeriodMs
    const queue = startLoop({
      context: c,
      kind: 'HorizontalPodAutoscaler',
      periodic: true,
      reconcile: (key) => this.reconcile(key),
    })
    this.hpas.on({
      added: (h) => queue.addAfter(keyOf(h), period, true),
      updated: (_old, h) => queue.addAfter(keyOf(h), period, true),
      deleted: (h) => {
        this.histories.delete(keyOf(h))
        this.selectors.delete(keyOf(h))
      },
    })
  }

  private *reconcile(key: string): Task<number | undefined> {
    const hpa = this.hpas.getKey(key)
    if (!hpa) return undefined
    const look: Look = {
      hpa,
      conditions: [...(hpa.status?.conditions ?? [])],
      metrics: hpa.status?.currentMetrics,
    }
    try {
      yield* this.autoscale(key, look)
    } catch (error) {
      if (!isOperational(error) && !(error instanceof MetricsError)) throw error
    }
    return this.c.flags.hpaSyncPeriodMs
  }

  private *autoscale(key: string, look: Look): Task<void> {
    const { hpa } = look
    const about = targetOf('HorizontalPodAutoscaler', hpa)
    const target = this.targetOf(hpa)
    let scale: Scale
    try {
      if (!target)
        throw new MetricsError(
          `no matches for kind "${hpa.spec?.scaleTargetRef.kind}" in group "${groupOf(hpa)}"`,
        )
      const name = {
        namespace: hpa.metadata.namespace ?? '',
        name: hpa.spec?.scaleTargetRef.name ?? '',
      }
      scale = (yield* this.c.client.resource(target).get(name, 'scale')) as unknown as Scale
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.recorder.event(about, 'Warning', 'FailedGetScale', error.message)
      const text = `the HPA controller was unable to get the target's current scale: ${error.message}`
      this.set(look, 'AbleToScale', 'False', 'FailedGetScale', text)
      yield* this.writeStatus(look, hpa.status?.currentReplicas ?? 0, desiredOf(hpa))
      throw error
    }
    // From here on the status tells of the metrics of this look only.
    look.metrics = undefined
    const able = "the HPA controller was able to get the target's current scale"
    this.set(look, 'AbleToScale', 'True', 'SucceededGetScale', able)
    const current = scale.spec?.replicas ?? 0
    const wish = yield* this.wish(key, look, scale, current)
    if (wish === undefined) return
    const desired = wish.replicas
    if (desired === current) {
      yield* this.writeStatus(look, current, desired)
      return
    }
    yield* this.rescale(key, look, target as ResourceRef, scale, wish.replicas, wish.reason)
  }

  private *wish(
    key: string,
    look: Look,
    scale: Scale,
    current: number,
  ): Task<{ replicas: number; reason: string } | undefined> {
    const { hpa } = look
    const history = this.history(key)
    // The size found at the first look counts as a recommendation: nothing shrinks before the window is over.
    if (history.recommendations.length === 0) {
      history.recommendations.push({ at: this.c.world.clock.now, replicas: current })
    }
    const min = hpa.spec?.minReplicas ?? 1
    const max = hpa.spec?.maxReplicas ?? 1
    if (current === 0 && min !== 0) {
      const text = 'scaling is disabled since the replica count of the target is zero'
      this.set(look, 'ScalingActive', 'False', 'ScalingDisabled', text)
      return { replicas: 0, reason: '' }
    }
    if (current > max) {
      return { replicas: max, reason: 'Current number of replicas above Spec.MaxReplicas' }
    }
    if (current < min) {
      return { replicas: min, reason: 'Current number of replicas below Spec.MinReplicas' }
    }
    let asked: { replicas: number; metric: string }
    try {
      this.checkSelector(look, scale.status?.selector ?? '')
      asked = yield* this.byMetrics(look, scale, current)
    } catch (error) {
      if (!(error instanceof MetricsError)) throw error
      yield* this.writeStatus(look, current, desiredOf(hpa))
      const about = targetOf('HorizontalPodAutoscaler', hpa)
      this.recorder.event(about, 'Warning', 'FailedComputeMetricsReplicas', error.message)
      return undefined
    }
    const { now } = this.c.world.clock
    const bounded = bound(hpa, history, current, asked.replicas, now)
    const stable = bounded.stabilized ?? {
      reason: 'ReadyForNewScale',
      message: 'recommended size matches current size',
    }
    if (bounded.stabilized || bounded.replicas === current) {
      this.set(look, 'AbleToScale', 'True', stable.reason, stable.message)
    }
    const limited = bounded.limited
    const range = 'the desired count is within the acceptable range'
    this.set(
      look,
      'ScalingLimited',
      limited ? 'True' : 'False',
      limited?.reason ?? 'DesiredWithinRange',
      limited?.message ?? range,
    )
    const direction = bounded.replicas > current ? 'above' : 'below'
    const reason =
      direction === 'above' ? `${asked.metric} above target` : 'All metrics below target'
    return { replicas: bounded.replicas, reason }
  }

  private *rescale(
    key: string,
    look: Look,
    target: ResourceRef,
    scale: Scale,
    to: number,
    reason: string,
  ): Task<void> {
    const { hpa } = look
    const about = targetOf('HorizontalPodAutoscaler', hpa)
    const from = scale.spec?.replicas ?? 0
    decide(this.c, refTo('HorizontalPodAutoscaler', hpa), `scale from ${from} to ${to}`, {
      from,
      to,
      reason,
      min: hpa.spec?.minReplicas ?? 1,
      max: hpa.spec?.maxReplicas,
      metrics: look.metrics ?? [],
    })
    try {
      const next = { ...scale, spec: { ...scale.spec, replicas: to } } as unknown as AnyObject
      yield* this.c.client.resource(target).update(next, { subresource: 'scale' })
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const text = `New size: ${to}; reason: ${reason}; error: ${error.message}`
      this.recorder.event(about, 'Warning', 'FailedRescale', text)
      const why = `the HPA controller was unable to update the target scale: ${error.message}`
      this.set(look, 'AbleToScale', 'False', 'FailedUpdateScale', why)
      yield* this.writeStatus(look, from, desiredOf(hpa))
      throw error
    }
    const done = `the HPA controller was able to update the target scale to ${to}`
    this.set(look, 'AbleToScale', 'True', 'SucceededRescale', done)
    this.recorder.event(about, 'Normal', 'SuccessfulRescale', `New size: ${to}; reason: ${reason}`)
    remember(this.history(key), from, to, this.c.world.clock.now)
    yield* this.writeStatus(look, from, to, nowOf(this.c))
  }

  /** Notes the target's selector. @throws MetricsError when there is none, or when others scale the same pods */
  private checkSelector(look: Look, text: string): void {
    const { hpa } = look
    const about = targetOf('HorizontalPodAutoscaler', hpa)
    const namespace = hpa.metadata.namespace ?? ''
    const refuse = (event: string, reason: string, error: string, condition: string) => {
      this.recorder.event(about, 'Warning', event, error)
      this.set(look, 'ScalingActive', 'False', reason, condition)
      return new MetricsError(error)
    }
    if (!text) {
      const missing = "the HPA target's scale is missing a selector"
      throw refuse('SelectorRequired', 'InvalidSelector', 'selector is required', missing)
    }
    const selector = parseSelector(text)
    this.selectors.set(keyOf(hpa), selector)
    const pods = [...podInformer(this.c).list(namespace)].filter((p) =>
      matches(selector, p.metadata.labels),
    )
    const others = [...this.selectors].filter(
      ([key, s]) =>
        key.startsWith(`${namespace}/`) && pods.some((p) => matches(s, p.metadata.labels)),
    )
    if (others.length <= 1) return
    const keys = others.map(([key]) => key).join(' ')
    const error = `pods by selector ${text} are controlled by multiple HPAs: [${keys}]`
    throw refuse('AmbiguousSelector', 'AmbiguousSelector', error, error)
  }

  /** The largest count that any metric asks for. @throws MetricsError when no metric can be read */
  private *byMetrics(
    look: Look,
    scale: Scale,
    current: number,
  ): Task<{ replicas: number; metric: string }> {
    const { hpa } = look
    const specs = hpa.spec?.metrics ?? []
    let best: { replicas: number; metric: string } | undefined
    let invalid = 0
    let first: MetricFault | undefined
    const about = targetOf('HorizontalPodAutoscaler', hpa)
    const statuses: MetricStatus[] = []
    for (const spec of specs) {
      try {
        const { count, status, name } = yield* this.byMetric(hpa, spec, scale, current)
        statuses.push(status)
        if (!best || count.replicas > best.replicas)
          best = { replicas: count.replicas, metric: name }
      } catch (error) {
        if (!(error instanceof MetricsError)) throw error
        invalid++
        statuses.push({ type: '' as MetricStatus['type'] })
        const fault = metricFault(spec, hpa.metadata.namespace ?? '', error.message)
        this.recorder.event(about, 'Warning', fault.reason, fault.short)
        first ??= fault
      }
    }
    look.metrics = statuses
    if (first && (invalid >= specs.length || (best && best.replicas < current))) {
      const text = `the HPA was unable to compute the replica count: ${first.short}`
      this.set(look, 'ScalingActive', 'False', first.reason, text)
      throw new MetricsError(
        `invalid metrics (${invalid} invalid out of ${specs.length}), first error is: ${first.long}`,
      )
    }
    const text = `the HPA was able to successfully calculate a replica count from ${best?.metric ?? ''}`
    this.set(look, 'ScalingActive', 'True', 'ValidMetricFound', text)
    return best ?? { replicas: current, metric: '' }
  }

  private *byMetric(
    hpa: HorizontalPodAutoscaler,
    spec: MetricSpec,
    scale: Scale,
    current: number,
  ): Task<{ count: ReplicaCount; status: MetricStatus; name: string }> {
    const source = spec.resource ?? spec.containerResource
    if (!source) throw new MetricsError(`unknown metric source type "${spec.type}"`)
    const namespace = hpa.metadata.namespace ?? ''
    const container = spec.containerResource?.container
    const metrics = yield* this.readMetrics(
      namespace,
      source.name,
      scale.status?.selector ?? '',
      container,
    )
    const selector = parseSelector(scale.status?.selector ?? '')
    const pods = [...podInformer(this.c).list(namespace)].filter((p) =>
      matches(selector, p.metadata.labels),
    )
    const utilization = source.target.averageUtilization
    const target =
      utilization === undefined
        ? { averageMilli: milli(source.name, source.target.averageValue ?? '0') }
        : { utilization }
    const count = replicasForResource({
      current,
      pods,
      metrics,
      resource: source.name,
      ...(container ? { container } : {}),
      target,
      nowMs: this.c.world.clock.unixMs,
    })
    const averageValue =
      source.name === 'cpu' ? formatMilli(count.average) : formatQuantity(count.average / 1000)
    const now = {
      averageValue,
      ...(count.utilization === undefined ? {} : { averageUtilization: count.utilization }),
    }
    const status: MetricStatus = container
      ? {
          type: 'ContainerResource',
          containerResource: { name: source.name, container, current: now },
        }
      : { type: 'Resource', resource: { name: source.name, current: now } }
    const what = utilization === undefined ? '' : ' utilization (percentage of request)'
    const kind = container && what ? 'container resource' : 'resource'
    return { count, status, name: `${source.name} ${kind}${what}` }
  }

  private *readMetrics(
    namespace: string,
    resource: string,
    labelSelector: string,
    container: string | undefined,
  ): Task<Map<string, PodMetric>> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`
    const out = new Map<string, PodMetric>()
    const fail = (why: string) =>
      new MetricsError(`unable to get metrics for resource ${resource}: ${why}`)
    try {
      const list = (yield* this.c.client.raw('GET', path, { labelSelector })) as PodMetricsList
      for (const m of list.items) out.set(m.metadata.name, podMetric(m, resource, container))
    } catch (error) {
      if (!isOperational(error)) throw error
      const missing = error instanceof ApiError && error.code === 404
      const why = missing
        ? 'the server could not find the requested resource (get pods.metrics.k8s.io)'
        : error.message
      throw fail(`unable to fetch metrics from resource metrics API: ${why}`)
    }
    if (out.size === 0) throw fail('no metrics returned from resource metrics API')
    return out
  }

  private targetOf(hpa: HorizontalPodAutoscaler): ResourceRef | undefined {
    return this.resources.get(`${groupOf(hpa)}/${hpa.spec?.scaleTargetRef.kind}`)
  }

  private history(key: string): ScaleHistory {
    const known = this.histories.get(key)
    if (known) return known
    const made: ScaleHistory = { recommendations: [], ups: [], downs: [] }
    this.histories.set(key, made)
    return made
  }

  private set(look: Look, type: string, status: string, reason: string, message: string): void {
    const old = look.conditions.find((x) => x.type === type)
    const same = old?.status === status && old.lastTransitionTime
    const next = { type, status, reason, message, lastTransitionTime: same || nowOf(this.c) }
    look.conditions = old
      ? look.conditions.map((x) => (x === old ? next : x))
      : [...look.conditions, next]
  }

  private *writeStatus(
    look: Look,
    current: number,
    desired: number,
    rescaledAt?: string,
  ): Task<void> {
    const { hpa } = look
    const last = rescaledAt ?? hpa.status?.lastScaleTime
    const status: HorizontalPodAutoscalerStatus = {
      conditions: look.conditions,
      currentMetrics: (look.metrics ?? null) as MetricStatus[],
      ...(current > 0 ? { currentReplicas: current } : {}),
      desiredReplicas: desired,
      ...(last ? { lastScaleTime: last } : {}),
    }
    if (deepEqual(hpa.status ?? {}, status)) return
    yield* this.c.client.updateStatus('HorizontalPodAutoscaler', { ...hpa, status })
  }
}

function desiredOf(hpa: HorizontalPodAutoscaler): number {
  return hpa.status?.desiredReplicas ?? 0
}

function groupOf(hpa: HorizontalPodAutoscaler): string {
  const version = hpa.spec?.scaleTargetRef.apiVersion ?? ''
  return version.includes('/') ? (version.split('/')[0] as string) : ''
}

interface PodMetricsList {
  readonly items: readonly PodMetrics[]
}

interface PodMetrics {
  readonly metadata: { readonly name: string }
  readonly timestamp: string
  readonly window: string
  readonly containers: readonly { name: string; usage: Readonly<Record<string, string>> }[]
}

function podMetric(m: PodMetrics, resource: string, container: string | undefined): PodMetric {
  let value = 0
  for (const x of m.containers) {
    if (container && x.name !== container) continue
    value += milli(resource, x.usage[resource] ?? '0')
  }
  const windowMs = (Number.parseFloat(m.window) || 0) * 1000
  return { value, timestampMs: parseTime(m.timestamp) ?? 0, windowMs }
}
