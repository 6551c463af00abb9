import { expect, test } from 'vitest'
import { makePod } from '../../../testing/builders.ts'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { Deployment, HorizontalPodAutoscaler, Pod } from '../../api/generated/types.ts'
import { bound, remember, type ScaleHistory } from './behavior.ts'
import { type PodMetric, replicasForResource } from './replicas.ts'

const NO_METRICS =
  'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch ' +
  'metrics from resource metrics API: the server could not find the requested resource (get ' +
  'pods.metrics.k8s.io)'

test('without metrics, limits are kept and the rest is reported', () => {
  const cp = createFullPlane()
  const make = (name: string, replicas: number) =>
    cp.do((c) =>
      c.create('Deployment', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: 'default' },
        spec: {
          replicas,
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { labels: { app: name } },
            spec: { containers: [{ name: 'c', image: 'nginx' }] },
          },
        },
      } as Deployment),
    )
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } }
  for (const [name, n] of [
    ['low', 1],
    ['high', 5],
    ['zero', 0],
    ['nobody', -1],
  ] as const) {
    if (n >= 0) make(name, n)
    cp.do((c) =>
      c.create('HorizontalPodAutoscaler', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name, namespace: 'default' },
        spec: {
          minReplicas: 2,
          maxReplicas: 3,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
          metrics: [{ type: 'Resource', resource }],
        },
      } as HorizontalPodAutoscaler),
    )
  }
  cp.advance(35_000)
  const size = (name: string) => cp.get('Deployment', 'default', name).spec?.replicas
  expect([size('low'), size('high'), size('zero')]).toEqual([2, 3, 0])
  const conditions = (name: string) =>
    cp
      .get('HorizontalPodAutoscaler', 'default', name)
      .status?.conditions?.map((c) => `${c.type}=${c.status} ${c.reason}: ${c.message}`)
  const able = "SucceededGetScale: the HPA controller was able to get the target's current scale"
  expect(conditions('low')).toEqual([
    `AbleToScale=True ${able}`,
    `ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${NO_METRICS}`,
  ])
  expect(conditions('zero')?.[1]).toBe(
    'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
  )
  expect(conditions('nobody')).toEqual([
    `AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps "nobody" not found`,
  ])
  expect(cp.events()).toContain(
    'SuccessfulRescale: New size: 3; reason: Current number of replicas above Spec.MaxReplicas',
  )
  expect(cp.events()).toContain(`FailedGetResourceMetric: ${NO_METRICS}`)
})

const running = (name: string): Pod => ({
  ...makePod(name, {
    containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100m' } } }],
  }),
  status: {
    phase: 'Running',
    startTime: '2025-12-31T00:00:00Z',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2025-12-31T00:00:05Z' }],
  },
})

test('replicas follow utilization, with a tolerance, and missing figures are taken carefully', () => {
  const nowMs = Date.UTC(2026, 0, 1)
  const pods = ['a', 'b', 'c', 'd'].map(running)
  const count = (usage: Record<string, number>) => {
    const metrics = new Map<string, PodMetric>(
      Object.entries(usage).map(([n, value]) => [n, { value, timestampMs: nowMs, windowMs: 0 }]),
    )
    const target = { utilization: 50 }
    const o = { current: 4, pods, metrics, resource: 'cpu', target, nowMs }
    return replicasForResource(o).replicas
  }
  expect(count({ a: 100, b: 100, c: 100, d: 100 })).toBe(8)
  expect(count({ a: 52, b: 52, c: 52, d: 52 })).toBe(4)
  expect(count({ a: 10, b: 10, c: 10, d: 10 })).toBe(1)
  expect(count({ a: 100, b: 100, c: 100 })).toBe(6)
})

test('scaling down waits for the window, scaling up at most doubles', () => {
  const hpa = { spec: { maxReplicas: 100, minReplicas: 1 } } as HorizontalPodAutoscaler
  const history: ScaleHistory = { recommendations: [], ups: [], downs: [] }
  expect(bound(hpa, history, 10, 50, 0)).toMatchObject({
    replicas: 20,
    limited: { reason: 'ScaleUpLimit' },
  })
  remember(history, 10, 20, 0)
  expect(bound(hpa, history, 20, 5, 15_000)).toMatchObject({
    replicas: 20,
    stabilized: { reason: 'ScaleDownStabilized' },
  })
  expect(bound(hpa, history, 20, 5, 400_000).replicas).toBe(5)
})

test('what several metrics cannot say, and targets that two autoscalers share, is told metric by metric', () => {
  const cp = createFullPlane()
  const labels = { app: 'w' }
  cp.do((c) =>
    c.create('Deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'w', namespace: 'default' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'c', image: 'nginx' }] },
        },
      },
    } as Deployment),
  )
  const scaler = (name: string, metrics: unknown[]) =>
    cp.do((c) =>
      c.create('HorizontalPodAutoscaler', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name, namespace: 'default' },
        spec: {
          minReplicas: 1,
          maxReplicas: 3,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'w' },
          metrics,
        },
      } as HorizontalPodAutoscaler),
    )
  const average = { type: 'AverageValue', averageValue: '1' }
  const selector = { matchLabels: { a: 'b' } }
  const describedObject = { kind: 'Service', name: 's', apiVersion: 'v1' }
  scaler('one', [
    { type: 'Resource', resource: { name: 'memory', target: average } },
    { type: 'Pods', pods: { metric: { name: 'rps' }, target: average } },
    {
      type: 'Object',
      object: { describedObject, metric: { name: 'hits' }, target: { type: 'Value', value: '2' } },
    },
    { type: 'External', external: { metric: { name: 'q', selector }, target: average } },
  ])
  cp.advance(16_000)
  const resource =
    'failed to get memory usage: unable to get metrics for resource memory: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'
  const custom =
    'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'
  const events = cp.events()
  for (const text of [
    `FailedGetResourceMetric: ${resource}`,
    `FailedGetPodsMetric: unable to get metric rps: ${custom}`,
    `FailedGetObjectMetric: unable to get metric hits: Service on default s/${custom}`,
    'FailedGetExternalMetric: unable to get external metric default/q/&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get q.external.metrics.k8s.io)',
    `FailedComputeMetricsReplicas: invalid metrics (4 invalid out of 4), first error is: failed to get memory resource metric value: ${resource}`,
  ]) {
    expect(events).toContain(text)
  }
  const status = () => cp.get('HorizontalPodAutoscaler', 'default', 'one').status
  expect(status()).toMatchObject({ currentReplicas: 2, desiredReplicas: 0 })
  scaler('two', [{ type: 'Resource', resource: { name: 'cpu', target: average } }])
  cp.advance(31_000)
  expect(status()?.conditions?.[1]).toMatchObject({
    reason: 'AmbiguousSelector',
    message: 'pods by selector app=w are controlled by multiple HPAs: [default/one default/two]',
  })
  expect(status()?.currentMetrics).toBeNull()
})
