/**
 * Resources served in two versions from one stored form: events (core is stored) and autoscalers (v2 is stored).
 * @source pkg/apis/autoscaling/v1/conversion.go, pkg/apis/events/v1/conversion.go
 */
import type { JsonObject } from '../../api/meta/json.ts'
import type { AnyObject } from '../../api/object.ts'
import { annotated, fromAnnotations } from './hpaannotations.ts'

interface Conversion {
  readonly toServed: (o: AnyObject) => AnyObject
  readonly toStored: (o: AnyObject) => AnyObject
}

/** By `group/version/plural`, for the versions that are not stored. */
export const conversions: Readonly<Record<string, Conversion>> = {
  'events.k8s.io/v1/events': { toServed: eventToNew, toStored: eventToCore },
  'autoscaling/v1/horizontalpodautoscalers': { toServed: hpaToV1, toStored: hpaToV2 },
}

const EVENT_NAMES: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
]

function eventToNew(o: AnyObject): AnyObject {
  const out = rename(o, 'events.k8s.io/v1', new Map(EVENT_NAMES.map(([a, b]) => [a, b])))
  // Written in core even when empty, but not here.
  for (const k of ['reportingController', 'reportingInstance']) if (out[k] === '') delete out[k]
  return out
}

function eventToCore(o: AnyObject): AnyObject {
  return rename(o, 'v1', new Map(EVENT_NAMES.map(([a, b]) => [b, a])))
}

function rename(o: AnyObject, apiVersion: string, names: ReadonlyMap<string, string>): AnyObject {
  const out: JsonObject = {}
  for (const [k, v] of Object.entries(o)) out[names.get(k) ?? k] = v
  return { ...out, apiVersion } as AnyObject
}

function hpaToV1(o: AnyObject): AnyObject {
  const spec = (o.spec ?? {}) as JsonObject
  const { metrics, behavior: _, scaleTargetRef, minReplicas, ...more } = spec
  const rest = { scaleTargetRef, ...(minReplicas === undefined ? {} : { minReplicas }), ...more }
  const cpu = cpuTarget(metrics, 'target')
  const status = (o.status ?? {}) as JsonObject
  const current = cpuTarget(status.currentMetrics, 'current')
  const { currentMetrics: _m, conditions: _c, ...plain } = status
  const extra = annotated(spec, status)
  const annotations = { ...o.metadata.annotations, ...extra }
  const metadata = Object.keys(extra).length > 0 ? { ...o.metadata, annotations } : o.metadata
  return {
    ...o,
    metadata,
    apiVersion: 'autoscaling/v1',
    spec: cpu === undefined ? rest : { ...rest, targetCPUUtilizationPercentage: cpu },
    status: current === undefined ? plain : { ...plain, currentCPUUtilizationPercentage: current },
  }
}

function cpuTarget(metrics: unknown, member: 'target' | 'current'): number | undefined {
  if (!Array.isArray(metrics)) return undefined
  for (const m of metrics as JsonObject[]) {
    const resource = m.resource as JsonObject | undefined
    if (m.type === 'Resource' && resource?.name === 'cpu') {
      return (resource[member] as JsonObject | undefined)?.averageUtilization as number | undefined
    }
  }
  return undefined
}

function hpaToV2(o: AnyObject): AnyObject {
  const { targetCPUUtilizationPercentage: cpu, ...spec } = (o.spec ?? {}) as JsonObject
  const { metrics: others, behavior, rest } = fromAnnotations(o.metadata.annotations ?? {})
  const { annotations: _a, ...bare } = o.metadata
  const metadata = Object.keys(rest).length > 0 ? { ...bare, annotations: rest } : bare
  const whole = { ...o, metadata, apiVersion: 'autoscaling/v2' }
  const own = behavior ? { ...spec, behavior } : spec
  if (cpu === undefined) {
    return { ...whole, spec: others.length > 0 ? { ...own, metrics: others } : own }
  }
  const target = { type: 'Utilization', averageUtilization: cpu }
  const metrics = [...others, { type: 'Resource', resource: { name: 'cpu', target } }]
  return { ...whole, spec: { ...own, metrics } }
}
