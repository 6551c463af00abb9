/** HorizontalPodAutoscaler. @source pkg/apis/autoscaling/validation, pkg/apis/autoscaling/v2/defaults.go, printers.go */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
} from '../api/generated/types.ts'
import { forbiddenField, invalidValue, required } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { pathSegmentName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { validateBehavior, validateMetric } from './shared/hpaspec.ts'

type Hpa = HorizontalPodAutoscaler

const shared = {
  defaults(o: Hpa) {
    const spec = o.spec as HorizontalPodAutoscalerSpec
    spec.minReplicas ??= 1
    if ((spec.metrics?.length ?? 0) === 0) spec.metrics = [CPU_80]
    if (!spec.behavior) return
    spec.behavior.scaleUp = filled(spec.behavior.scaleUp, SCALE_UP)
    spec.behavior.scaleDown = filled(spec.behavior.scaleDown, SCALE_DOWN)
  },
  validate: (o: Hpa) => validate(o.spec as HorizontalPodAutoscalerSpec),
  strategy: {
    prepareForCreate(o: Hpa) {
      o.status = { desiredReplicas: 0 } as NonNullable<Hpa['status']>
      ;(o.status as { currentMetrics: unknown }).currentMetrics = null
    },
    // Written even when there are none.
    prepareForStatusUpdate(o: Hpa) {
      if (o.status && !o.status.currentMetrics) {
        ;(o.status as { currentMetrics: unknown }).currentMetrics = null
      }
    },
  },
  columns: [
    nameColumn<Hpa>(),
    column<Hpa>('Reference', (o) => {
      const ref = o.spec?.scaleTargetRef
      return `${ref?.kind ?? ''}/${ref?.name ?? ''}`
    }),
    column<Hpa>('Targets', targets),
    column<Hpa>('MinPods', (o) => String(o.spec?.minReplicas ?? '<unset>')),
    column<Hpa>('MaxPods', (o) => o.spec?.maxReplicas ?? 0, { type: 'integer' }),
    column<Hpa>('Replicas', (o) => o.status?.currentReplicas ?? 0, { type: 'integer' }),
    ageColumn<Hpa>(),
  ],
}

/** The stored version. */
export const horizontalpodautoscaler = own<Hpa>(
  'autoscaling',
  'v2',
  'HorizontalPodAutoscaler',
  shared,
)

/** v1, converted on the way. */
export const horizontalpodautoscalerV1 = own<Hpa>(
  'autoscaling',
  'v1',
  'HorizontalPodAutoscaler',
  shared,
)

const CPU_80: MetricSpec = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
}

const SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}

const SCALE_DOWN: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
}

function filled(rules: HPAScalingRules | undefined, base: HPAScalingRules): HPAScalingRules {
  return { ...base, ...rules }
}

function validate(spec: HorizontalPodAutoscalerSpec): FieldError[] {
  const out: FieldError[] = []
  const usesOther = (spec.metrics ?? []).some((m) => m.type === 'Object' || m.type === 'External')
  const min = spec.minReplicas ?? 1
  if (min < (usesOther ? 0 : 1)) {
    out.push(
      invalidValue(
        'spec.minReplicas',
        min,
        `must be greater than or equal to ${usesOther ? 0 : 1}`,
      ),
    )
  }
  if ((spec.maxReplicas ?? 0) < 1) {
    out.push(required('spec.maxReplicas', 'must be set and greater than 0'))
  }
  if (spec.maxReplicas < min) {
    const text = 'must be greater than or equal to `minReplicas`'
    out.push(invalidValue('spec.maxReplicas', spec.maxReplicas, text))
  }
  const ref = spec.scaleTargetRef
  for (const f of ['kind', 'name'] as const) {
    const at = `spec.scaleTargetRef.${f}`
    if (!ref?.[f]) out.push(required(at))
    else for (const t of pathSegmentName(ref[f])) out.push(invalidValue(at, ref[f], t))
  }
  if (!ref?.apiVersion?.includes('/') && ref?.kind !== 'ReplicationController') {
    const text = 'apiVersion must specify API group'
    out.push(invalidValue('spec.scaleTargetRef.apiVersion', ref?.apiVersion ?? '', text))
  }
  if (min === 0 && !usesOther) {
    const text =
      'must specify at least one Object or External metric to support scaling to zero replicas'
    out.push(forbiddenField('spec.metrics', text))
  }
  spec.metrics?.forEach((m, i) => {
    out.push(...validateMetric(m, `spec.metrics[${i}]`))
  })
  return [...out, ...validateBehavior(spec.behavior)]
}

const TARGETS_SHOWN = 2

function targets(o: Hpa): string {
  const specs = o.spec?.metrics ?? []
  if (specs.length === 0) return '<none>'
  const current = o.status?.currentMetrics ?? []
  const list = specs.map((m, i) => target(m, current[i]))
  const shown = list.slice(0, TARGETS_SHOWN).join(', ')
  return list.length > TARGETS_SHOWN ? `${shown} + ${list.length - TARGETS_SHOWN} more...` : shown
}

function target(m: MetricSpec, s: MetricStatus | undefined): string {
  switch (m.type) {
    case 'Resource':
    case 'ContainerResource': {
      const source = m.resource ?? m.containerResource
      const now = (s?.resource ?? s?.containerResource)?.current
      const name = source?.name ?? ''
      if (source?.target.averageValue !== undefined) {
        return `${name}: ${now?.averageValue ?? '<unknown>'}/${source.target.averageValue}`
      }
      const have =
        now?.averageUtilization === undefined ? '<unknown>' : `${now.averageUtilization}%`
      const want = source?.target.averageUtilization
      return `${name}: ${have}/${want === undefined ? '<auto>' : `${want}%`}`
    }
    case 'Pods':
      return `${s?.pods?.current.averageValue ?? '<unknown>'}/${m.pods?.target.averageValue}`
    case 'Object': {
      const t = m.object?.target
      const now = s?.object?.current
      if (t?.averageValue) return `${now?.averageValue ?? '<unknown>'}/${t.averageValue} (avg)`
      return `${now?.value ?? '<unknown>'}/${t?.value}`
    }
    default: {
      const t = m.external?.target
      const now = s?.external?.current
      if (t?.averageValue) return `${now?.averageValue ?? '<unknown>'}/${t.averageValue} (avg)`
      return `${now?.value ?? '<unknown>'}/${t?.value}`
    }
  }
}
