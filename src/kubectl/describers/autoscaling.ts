/** Describes HorizontalPodAutoscalers. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go describeHorizontalPodAutoscalerV2 */
import type { HorizontalPodAutoscaler } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { type DescribeContext, head } from './describer.ts'
import { describeEvents } from './events.ts'
import { longTime, type PrefixWriter } from './writer.ts'

/** A metric's target or current value, of any source. */
interface Value {
  readonly averageUtilization?: number
  readonly averageValue?: string
  readonly value?: string
  readonly type?: string
}

interface Metric {
  readonly type: string
  readonly [source: string]: unknown
}

interface Source {
  readonly name?: string
  readonly container?: string
  readonly metric?: { readonly name: string }
  readonly describedObject?: { readonly kind: string; readonly name: string }
  readonly target?: Value
  readonly current?: Value
}

const SOURCES: Readonly<Record<string, string>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
}

/** An autoscaler. */
export function* describeHorizontalPodAutoscaler(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const { spec, status } = o as unknown as HorizontalPodAutoscaler
  head(c, o)
  w.field(0, 'CreationTimestamp', longTime(o.metadata.creationTimestamp))
  w.field(0, 'Reference', `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`)
  w.field(0, 'Metrics', '( current / target )')
  const current = (status?.currentMetrics ?? []) as unknown as readonly Metric[]
  ;((spec?.metrics ?? []) as unknown as readonly Metric[]).forEach((m, i) => {
    metric(w, m, current[i])
  })
  w.field(0, 'Min replicas', spec?.minReplicas ?? '<unset>')
  w.field(0, 'Max replicas', spec?.maxReplicas)
  if (spec?.behavior) {
    w.write(0, 'Behavior:\n')
    behavior(w, 'Scale Up', spec.behavior.scaleUp)
    behavior(w, 'Scale Down', spec.behavior.scaleDown)
  }
  const replicas = `${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`
  w.field(0, `${spec?.scaleTargetRef.kind} pods`, replicas)
  if (status?.conditions?.length) {
    w.write(0, 'Conditions:\n')
    w.write(1, 'Type\tStatus\tReason\tMessage\n')
    w.write(1, '----\t------\t------\t-------\n')
    for (const x of status.conditions)
      w.write(1, `${x.type}\t${x.status}\t${x.reason ?? ''}\t${x.message ?? ''}\n`)
  }
  yield* describeEvents(c, o)
}

function metric(w: PrefixWriter, m: Metric, now: Metric | undefined): void {
  const key = SOURCES[m.type]
  const source = key ? (m[key] as Source | undefined) : undefined
  if (!key || !source) {
    w.write(1, `<unknown metric type ${JSON.stringify(m.type)}>\n`)
    return
  }
  const target = source.target ?? {}
  const current = (now?.[key] as Source | undefined)?.current
  const name = JSON.stringify(source.metric?.name ?? '')
  const average = `${current?.averageValue ?? '<unknown>'} / ${target.averageValue}`
  const value = `${current?.value ?? '<unknown>'} / ${target.value}`
  switch (m.type) {
    case 'Pods':
      w.field(1, `${name} on pods`, average)
      return
    case 'External':
      if (target.averageValue) w.field(1, `${name} (target average value)`, average)
      else w.field(1, `${name} (target value)`, value)
      return
    case 'Object': {
      const on = `${name} on ${source.describedObject?.kind}/${source.describedObject?.name}`
      if (target.type === 'AverageValue') w.field(1, `${on} (target average value)`, average)
      else w.field(1, `${on} (target value)`, value)
      return
    }
    default:
      resource(w, m.type, source, current)
  }
}

function resource(w: PrefixWriter, type: string, source: Source, current: Value | undefined): void {
  const container = type === 'ContainerResource' ? ` of container "${source.container}"` : ''
  w.write(1, `resource ${source.name}${container} on pods`)
  const target = source.target ?? {}
  if (target.averageValue) {
    w.write(0, `:\t${current?.averageValue ?? '<unknown>'} / ${target.averageValue}\n`)
    return
  }
  const known = current?.averageUtilization
  const shown = known === undefined ? '<unknown>' : `${known}% (${current?.averageValue})`
  const wanted =
    target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`
  w.write(1, `(as a percentage of request):\t${shown} / ${wanted}\n`)
}

type Rules = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>['scaleUp']

function behavior(w: PrefixWriter, title: string, rules: Rules): void {
  if (!rules) return
  w.write(1, `${title}:\n`)
  if (rules.stabilizationWindowSeconds !== undefined)
    w.write(2, `Stabilization Window: ${rules.stabilizationWindowSeconds} seconds\n`)
  if (!rules.policies?.length) return
  w.write(2, `Select Policy: ${rules.selectPolicy ?? 'Max'}\n`)
  w.write(2, 'Policies:\n')
  for (const p of rules.policies)
    w.write(3, `- Type: ${p.type}\tValue: ${p.value}\tPeriod: ${p.periodSeconds} seconds\n`)
}
