/**
 * How a metric that cannot be read is told of: the event, the condition, and the error that ends a look.
 * @source pkg/controller/podautoscaler/horizontal.go computeStatusFor..., replica_calculator.go, metrics/client.go
 */
import type { LabelSelector, MetricSpec } from '../../api/generated/types.ts'

/** One metric's failure. */
export interface MetricFault {
  /** Of the event and of the condition. */
  readonly reason: string
  /** The event's text. */
  readonly short: string
  /** The text in the error of the whole look. */
  readonly long: string
}

const NO_CUSTOM =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'

/** Tells of a failure with a metric. @param cause what the resource metrics API answered; the other two APIs are not served */
export function metricFault(spec: MetricSpec, namespace: string, cause: string): MetricFault {
  switch (spec.type) {
    case 'Resource': {
      const { name = '', target } = spec.resource ?? {}
      const short = usageFault(name, target?.averageValue !== undefined, cause)
      const long = `failed to get ${name} resource metric value: ${short}`
      return { reason: 'FailedGetResourceMetric', short, long }
    }
    case 'ContainerResource': {
      const { name = '', container = '', target } = spec.containerResource ?? {}
      const short = usageFault(name, target?.averageValue !== undefined, cause)
      const long = `failed to get ${container} container metric value: ${short}`
      return { reason: 'FailedGetContainerResourceMetric', short, long }
    }
    case 'Pods': {
      const short = `unable to get metric ${spec.pods?.metric.name}: ${NO_CUSTOM}`
      const long = `failed to get pods metric value: ${short}`
      return { reason: 'FailedGetPodsMetric', short, long }
    }
    case 'Object':
      return objectFault(spec, namespace)
    default:
      return externalFault(spec, namespace)
  }
}

function usageFault(resource: string, average: boolean, cause: string): string {
  return `failed to get ${resource} ${average ? 'usage' : 'utilization'}: ${cause}`
}

function objectFault(spec: MetricSpec, namespace: string): MetricFault {
  const { metric, describedObject, target } = spec.object ?? {}
  // The order of the words is upstream's.
  const short = `unable to get metric ${metric?.name}: ${describedObject?.kind} on ${namespace} ${describedObject?.name}/${NO_CUSTOM}`
  const inner =
    target?.type === 'Value' ? short : `failed to get ${metric?.name} object metric: ${short}`
  const long = `failed to get object metric value: ${inner}`
  return { reason: 'FailedGetObjectMetric', short, long }
}

function externalFault(spec: MetricSpec, namespace: string): MetricFault {
  const { metric, target } = spec.external ?? {}
  const name = metric?.name ?? ''
  const missing = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`
  const short = `unable to get external metric ${namespace}/${name}/${goSelector(metric?.selector)}: unable to fetch metrics from external metrics API: ${missing}`
  const inner =
    target?.averageValue === undefined
      ? `failed to get external metric ${name}: ${short}`
      : `failed to get ${name} external metric: ${short}`
  const long = `failed to get ${name} external metric value: ${inner}`
  return { reason: 'FailedGetExternalMetric', short, long }
}

/** A label selector as Go prints it. */
function goSelector(s: LabelSelector | undefined): string {
  if (!s) return 'nil'
  const labels = Object.entries(s.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const map = labels.map(([k, v]) => `${k}: ${v},`).join('')
  const list = (s.matchExpressions ?? []).map(
    (e) =>
      `LabelSelectorRequirement{Key:${e.key},Operator:${e.operator},Values:[${(e.values ?? []).join(' ')}],},`,
  )
  return `&LabelSelector{MatchLabels:map[string]string{${map}},MatchExpressions:[]LabelSelectorRequirement{${list.join('')}},}`
}
