/**
 * What a HorizontalPodAutoscaler measures and how fast it may go.
 * @source pkg/apis/autoscaling/validation/validation.go (validateMetricSpec, validateBehavior)
 */
import type {
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../../api/meta/field.ts'
import { compareQuantity } from '../../api/meta/quantity.ts'
import type { FieldError } from '../../api/meta/status.ts'

const WINDOW_MAX_S = 3600
const PERIOD_MAX_S = 1800
/** Type of a metric, and the field that holds its source, in the order the server looks at them. */
const SOURCES = [
  ['Object', 'object'],
  ['External', 'external'],
  ['Pods', 'pods'],
  ['Resource', 'resource'],
  ['ContainerResource', 'containerResource'],
] as const
const TYPES = SOURCES.map(([type]) => type as string).sort()

type SourceField = (typeof SOURCES)[number][1]

/** Errors of one metric. */
export function validateMetric(m: MetricSpec, at: string): FieldError[] {
  const out: FieldError[] = []
  if (!m.type) out.push(required(`${at}.type`, 'must specify a metric source type'))
  if (!TYPES.includes(m.type)) out.push(notSupported(`${at}.type`, m.type, TYPES))
  const present = SOURCES.map(([, f]) => f).filter((f) => m[f] !== undefined)
  if (present[0]) out.push(...validateSource(m, present[0], `${at}.${present[0]}`))
  const expected = SOURCES.find(([type]) => type === m.type)?.[1]
  if (expected && !present.includes(expected)) {
    const text = 'must populate information for the given metric source'
    out.push(required(`${at}.${expected}`, text))
  }
  if (present.length !== 1) {
    for (const f of present)
      if (f !== expected)
        out.push(forbiddenField(`${at}.${f}`, 'must populate the given metric source only'))
  }
  return out
}

function validateSource(m: MetricSpec, field: SourceField, at: string): FieldError[] {
  const target = m[field]?.target
  switch (field) {
    case 'object': {
      const out = reference(m.object?.describedObject, `${at}.describedObject`)
      return [
        ...out,
        ...identifier(m.object?.metric, at),
        ...validateTarget(target, at),
        ...either(target, at),
      ]
    }
    case 'external': {
      const out = [...identifier(m.external?.metric, at), ...validateTarget(target, at)]
      out.push(...either(target, at))
      if (target?.value !== undefined && target.averageValue !== undefined) {
        const text = 'may not set both a target value for metric and a per-pod target'
        out.push(forbiddenField(`${at}.target.value`, text))
      }
      return out
    }
    case 'pods': {
      const out = [...identifier(m.pods?.metric, at), ...validateTarget(target, at)]
      if (target?.averageValue === undefined || compareQuantity(target.averageValue, '0') <= 0) {
        const text = 'must specify a positive target averageValue'
        out.push(required(`${at}.target.averageValue`, text))
      }
      return out
    }
    default: {
      const r = m.resource ?? m.containerResource
      const out: FieldError[] = []
      if (!r?.name) out.push(required(`${at}.name`, 'must specify a resource name'))
      if (field === 'containerResource' && !m.containerResource?.container)
        out.push(required(`${at}.container`, 'must specify a container'))
      return [...out, ...validateTarget(target, at), ...rawOrShare(target, at)]
    }
  }
}

function reference(
  o: { kind?: string; name?: string; apiVersion?: string } | undefined,
  at: string,
): FieldError[] {
  const out: FieldError[] = []
  if (!o?.kind) out.push(required(`${at}.kind`))
  if (!o?.name) out.push(required(`${at}.name`))
  return out
}

function identifier(metric: MetricIdentifier | undefined, at: string): FieldError[] {
  return metric?.name ? [] : [required(`${at}.metric.name`, 'must specify a metric name')]
}

function either(target: MetricTarget | undefined, at: string): FieldError[] {
  if (target?.value !== undefined || target?.averageValue !== undefined) return []
  const text = 'must set either a target value for metric or a per-pod target'
  return [required(`${at}.target.averageValue`, text)]
}

function rawOrShare(target: MetricTarget | undefined, at: string): FieldError[] {
  const { averageUtilization, averageValue } = target ?? {}
  if (averageUtilization === undefined && averageValue === undefined) {
    const text = 'must set either a target raw value or a target utilization'
    return [required(`${at}.target.averageUtilization`, text)]
  }
  if (averageUtilization === undefined || averageValue === undefined) return []
  const text = 'may not set both a target raw value and a target utilization'
  return [forbiddenField(`${at}.target.averageValue`, text)]
}

function validateTarget(target: MetricTarget | undefined, source: string): FieldError[] {
  const at = `${source}.target`
  const out: FieldError[] = []
  const type = target?.type ?? ''
  if (!type) out.push(required(`${at}.type`, 'must specify a metric target type'))
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    const text = 'must be either Utilization, Value, or AverageValue'
    out.push(invalidValue(`${at}.type`, type, text))
  }
  for (const f of ['value', 'averageValue'] as const) {
    const q = target?.[f]
    if (q !== undefined && compareQuantity(q, '0') <= 0)
      out.push(invalidValue(`${at}.${f}`, q, 'must be positive'))
  }
  const share = target?.averageUtilization
  if (share !== undefined && share < 1)
    out.push(invalidValue(`${at}.averageUtilization`, share, 'must be greater than 0'))
  return out
}

/** Errors of the behaviour in both directions. */
export function validateBehavior(b: HorizontalPodAutoscalerSpec['behavior']): FieldError[] {
  return [
    ...rules(b?.scaleUp, 'spec.behavior.scaleUp'),
    ...rules(b?.scaleDown, 'spec.behavior.scaleDown'),
  ]
}

function rules(r: HPAScalingRules | undefined, at: string): FieldError[] {
  if (!r) return []
  const out: FieldError[] = []
  const window = r.stabilizationWindowSeconds ?? 0
  const name = `${at}.stabilizationWindowSeconds`
  if (window < 0) out.push(invalidValue(name, window, 'must be greater than or equal to zero'))
  if (window > WINDOW_MAX_S)
    out.push(invalidValue(name, window, `must be less than or equal to ${WINDOW_MAX_S}`))
  const valid = ['Disabled', 'Max', 'Min']
  if (r.selectPolicy !== undefined && !valid.includes(r.selectPolicy))
    out.push(notSupported(`${at}.selectPolicy`, r.selectPolicy, valid))
  const policies = r.policies ?? []
  if (policies.length === 0)
    out.push(required(`${at}.policies`, 'must specify at least one Policy'))
  policies.forEach((p, i) => {
    const here = `${at}.policies[${i}]`
    if (!['Percent', 'Pods'].includes(p.type))
      out.push(notSupported(`${here}.type`, p.type, ['Percent', 'Pods']))
    if (p.value <= 0) out.push(invalidValue(`${here}.value`, p.value, 'must be greater than zero'))
    const period = `${here}.periodSeconds`
    if (p.periodSeconds <= 0)
      out.push(invalidValue(period, p.periodSeconds, 'must be greater than zero'))
    if (p.periodSeconds > PERIOD_MAX_S) {
      const text = `must be less than or equal to ${PERIOD_MAX_S}`
      out.push(invalidValue(period, p.periodSeconds, text))
    }
  })
  return out
}
