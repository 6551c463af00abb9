import { expect, test } from 'vitest'
import type { AnyObject } from '../../api/object.ts'
import { conversions } from './conversion.ts'

test('what v1 cannot say of an autoscaler travels in annotations, there and back', () => {
  const { toServed, toStored } = conversions[
    'autoscaling/v1/horizontalpodautoscalers'
  ] as never as {
    toServed(o: AnyObject): AnyObject
    toStored(o: AnyObject): AnyObject
  }
  const resource = (name: string, target: object) => ({
    type: 'Resource',
    resource: { name, target },
  })
  const spec = {
    maxReplicas: 3,
    metrics: [
      {
        type: 'Pods',
        pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '5' } },
      },
      resource('memory', { type: 'AverageValue', averageValue: '1Gi' }),
      resource('cpu', { type: 'Utilization', averageUtilization: 50 }),
    ],
    behavior: {
      scaleDown: {
        stabilizationWindowSeconds: 10,
        policies: [{ type: 'Pods', value: 1, periodSeconds: 5 }],
      },
    },
  }
  const stored = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h', annotations: { own: 'x' } },
    spec,
    status: { conditions: [{ type: 'AbleToScale', status: 'True', reason: 'R' }] },
  } as AnyObject
  const served = toServed(stored)
  expect(served.spec).toMatchObject({ maxReplicas: 3, targetCPUUtilizationPercentage: 50 })
  expect(served.metadata.annotations).toEqual({
    own: 'x',
    'autoscaling.alpha.kubernetes.io/metrics':
      '[{"type":"Pods","pods":{"metricName":"m","targetAverageValue":"5"}},{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}}]',
    'autoscaling.alpha.kubernetes.io/behavior':
      '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":10,"SelectPolicy":null,"Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":5}],"Tolerance":null}}',
    'autoscaling.alpha.kubernetes.io/conditions':
      '[{"type":"AbleToScale","status":"True","reason":"R"}]',
  })
  const back = toStored(served)
  expect(back.spec).toEqual(spec)
  expect(back.metadata.annotations).toEqual({ own: 'x' })
})
