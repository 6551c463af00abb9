/**
 * What autoscaling/v1 has no fields for travels in annotations: other metrics, behaviour, conditions.
 * @source pkg/apis/autoscaling/v1/conversion.go, pkg/apis/autoscaling/annotations.go
 */
import { isObject, type JsonObject } from '../../api/meta/json.ts'
import { goHpaBehavior } from '../../kinds/shared/gostructs.ts'

const PREFIX = 'autoscaling.alpha.kubernetes.io/'
const ALL = ['metrics', 'behavior', 'conditions', 'current-metrics'] as const
type Part = (typeof ALL)[number]

/** The annotations of what a v2 object says beyond v1. */
export function annotated(spec: JsonObject, status: JsonObject): Record<string, string> {
  const out: Record<string, string> = {}
  const put = (part: Part, value: unknown) => {
    out[`${PREFIX}${part}`] = JSON.stringify(value)
  }
  const others = listOf(spec.metrics).filter((m) => !isCpu(m))
  if (others.length > 0) put('metrics', others.map(metricToV1))
  // A status without a type is what is there before anything was measured.
  const current = listOf(status.currentMetrics)
  if (current.length > 0) put('current-metrics', current.map(currentToV1))
  if (isObject(spec.behavior)) put('behavior', goHpaBehavior(spec.behavior))
  const conditions = listOf(status.conditions)
  if (conditions.length > 0) put('conditions', conditions.map(condition))
  return out
}

/** What the annotations of a v1 object say, in v2's form. */
export function fromAnnotations(annotations: Readonly<Record<string, string>>): {
  readonly metrics: JsonObject[]
  readonly behavior?: JsonObject
  readonly rest: Record<string, string>
} {
  const read = (part: Part): unknown => {
    try {
      return JSON.parse(annotations[`${PREFIX}${part}`] ?? 'null')
    } catch {
      return undefined
    }
  }
  const behavior = read('behavior')
  const own = new Set(ALL.map((part) => `${PREFIX}${part}`))
  return {
    metrics: listOf(read('metrics')).map(metricToV2),
    ...(isObject(behavior) ? { behavior: lowered(behavior) as JsonObject } : {}),
    rest: Object.fromEntries(Object.entries(annotations).filter(([k]) => !own.has(k))),
  }
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function part(o: JsonObject | undefined, key: string): JsonObject {
  const v = o?.[key]
  return isObject(v) ? v : {}
}

/** The one metric that v1 has a field for. */
function isCpu(m: JsonObject): boolean {
  const resource = part(m, 'resource')
  return (
    m.type === 'Resource' &&
    resource.name === 'cpu' &&
    part(resource, 'target').averageUtilization !== undefined
  )
}

/** Without members that are not there. */
function compact(o: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined))
}

const SOURCES: Readonly<Record<string, string>> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
  External: 'external',
}

function metricToV1(m: JsonObject): JsonObject {
  const kind = SOURCES[String(m.type)]
  return kind ? { type: m.type, [kind]: sourceToV1(kind, part(m, kind)) } : { type: m.type }
}

function sourceToV1(kind: string, s: JsonObject): JsonObject {
  const { averageUtilization, averageValue, value } = part(s, 'target')
  const metric = part(s, 'metric')
  const { name: metricName, selector } = metric
  switch (kind) {
    case 'object': {
      const { kind: of, name, apiVersion } = part(s, 'describedObject')
      const target = compact({ kind: of, name, apiVersion })
      return compact({ target, metricName, targetValue: value ?? '0', selector, averageValue })
    }
    case 'pods':
      return compact({ metricName, targetAverageValue: averageValue, selector })
    case 'external':
      return compact({
        metricName,
        metricSelector: selector,
        targetValue: value,
        targetAverageValue: averageValue,
      })
    default:
      return compact({
        name: s.name,
        targetAverageUtilization: averageUtilization,
        targetAverageValue: averageValue,
        container: s.container,
      })
  }
}

function metricToV2(m: JsonObject): JsonObject {
  const kind = SOURCES[String(m.type)] ?? ''
  const s = part(m, kind)
  const target = (o: JsonObject): JsonObject => {
    const type =
      o.averageUtilization !== undefined
        ? 'Utilization'
        : o.averageValue !== undefined
          ? 'AverageValue'
          : 'Value'
    return { type, ...compact(o) }
  }
  const named = (selector: unknown) => compact({ name: s.metricName, selector })
  const by = {
    object: () => ({
      describedObject: part(s, 'target'),
      target: target(
        s.averageValue === undefined ? { value: s.targetValue } : { averageValue: s.averageValue },
      ),
      metric: named(s.selector),
    }),
    pods: () => ({
      metric: named(s.selector),
      target: target({ averageValue: s.targetAverageValue }),
    }),
    external: () => ({
      metric: named(s.metricSelector),
      target: target({ averageValue: s.targetAverageValue, value: s.targetValue }),
    }),
  }[kind]
  const plain = () =>
    compact({
      name: s.name,
      target: target({
        averageUtilization: s.targetAverageUtilization,
        averageValue: s.targetAverageValue,
      }),
      container: s.container,
    })
  return { type: m.type, ...(kind ? { [kind]: (by ?? plain)() } : {}) }
}

function currentToV1(m: JsonObject): JsonObject {
  const kind = SOURCES[String(m.type)]
  if (!kind) return { type: m.type ?? '' }
  const s = part(m, kind)
  const { averageUtilization, averageValue, value } = part(s, 'current')
  const { name: metricName, selector } = part(s, 'metric')
  const shown =
    kind === 'resource' || kind === 'containerResource'
      ? {
          name: s.name,
          currentAverageUtilization: averageUtilization,
          currentAverageValue: averageValue ?? '0',
          container: s.container,
        }
      : kind === 'pods'
        ? { metricName, currentAverageValue: averageValue ?? '0', selector }
        : kind === 'external'
          ? {
              metricName,
              metricSelector: selector,
              currentValue: value ?? '0',
              currentAverageValue: averageValue,
            }
          : {
              target: s.describedObject,
              metricName,
              currentValue: value ?? '0',
              selector,
              averageValue,
            }
  return { type: m.type, [kind]: compact(shown) }
}

function condition(c: JsonObject): JsonObject {
  const { type, status, lastTransitionTime, reason, message } = c
  return compact({ type, status, lastTransitionTime, reason, message })
}

/** Members of Go's structs under the names of the wire. */
function lowered(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(lowered)
  if (!isObject(v)) return v
  const members = Object.entries(v).filter(([, x]) => x !== null)
  return Object.fromEntries(
    members.map(([k, x]) => [k.charAt(0).toLowerCase() + k.slice(1), lowered(x)]),
  )
}
