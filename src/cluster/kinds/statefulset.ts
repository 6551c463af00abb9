/** StatefulSet. @source pkg/apis/apps/v1/defaults.go, pkg/apis/apps/validation ValidateStatefulSet */
import type { StatefulSet, StatefulSetSpec } from '../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dnsLabel } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { defaultClaimSpec, defaultPodSpec } from './shared/poddefaults.ts'
import {
  nonNegative,
  validatePodTemplate,
  validateRunningTemplate,
  validateSelected,
} from './shared/podtemplate.ts'
import { workloadWarnings } from './shared/podwarnings.ts'

/** The kind. */
export const statefulset = own<StatefulSet>('apps', 'v1', 'StatefulSet', {
  defaults(o) {
    const spec = o.spec as StatefulSetSpec
    spec.podManagementPolicy ??= 'OrderedReady'
    spec.updateStrategy ??= {}
    if (!spec.updateStrategy.type) {
      spec.updateStrategy.type = 'RollingUpdate'
      spec.updateStrategy.rollingUpdate ??= {}
    }
    // Whoever names the type alone gets no partition.
    if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate)
      spec.updateStrategy.rollingUpdate.partition ??= 0
    const retention = { ...spec.persistentVolumeClaimRetentionPolicy }
    retention.whenDeleted ??= 'Retain'
    retention.whenScaled ??= 'Retain'
    spec.persistentVolumeClaimRetentionPolicy = retention
    spec.replicas ??= 1
    spec.revisionHistoryLimit ??= 10
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion ??= 'v1'
      claim.kind ??= 'PersistentVolumeClaim'
      if (claim.spec) defaultClaimSpec(claim.spec)
      claim.status = { ...claim.status, phase: claim.status?.phase ?? 'Pending' }
    }
  },
  validate: (o, old) => [
    ...validateSpec(o.spec as StatefulSetSpec, old),
    ...(old ? validateUpdate(o, old) : []),
  ],
  strategy: {
    prepareForCreate(o) {
      o.status = { replicas: 0, availableReplicas: 0 }
      dropGated(o)
    },
    prepareForUpdate: dropGated,
    warnings: (o, old, c) => {
      return c.subresource !== '' ? [] : workloadWarnings(o, old)
    },
  },
  columns: [
    nameColumn(),
    column<StatefulSet>('Ready', (o) => `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`),
    ageColumn(),
    ...podTemplateColumns<StatefulSet>(
      (o) => o.spec?.template.spec,
      () => '',
    ).slice(0, 2),
  ],
})

type RollingUpdate = NonNullable<NonNullable<StatefulSetSpec['updateStrategy']>['rollingUpdate']>

/** MaxUnavailableStatefulSet is off in 1.36: the field is dropped without a word. */
function dropGated(o: StatefulSet): void {
  const s = o.spec?.updateStrategy
  if (s?.rollingUpdate?.maxUnavailable === undefined || !o.spec) return
  const { maxUnavailable: _off, ...rollingUpdate } = s.rollingUpdate
  o.spec.updateStrategy = { ...s, rollingUpdate }
}

function validateSpec(spec: StatefulSetSpec, old: StatefulSet | undefined): FieldError[] {
  const out: FieldError[] = []
  const policy = spec.podManagementPolicy as string
  if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    const text = "must be 'OrderedReady' or 'Parallel'"
    out.push(invalidValue('spec.podManagementPolicy', policy, text))
  }
  out.push(...validateStrategy(spec))
  out.push(...validateRetention(spec))
  out.push(...nonNegative(spec.replicas, 'spec.replicas'))
  out.push(...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'))
  out.push(...nonNegative(spec.ordinals?.start, 'spec.ordinals.start'))
  if (spec.serviceName && !old) {
    for (const t of dnsLabel(spec.serviceName))
      out.push(invalidValue('spec.serviceName', spec.serviceName, t))
  }
  out.push(
    ...validateSelected(spec.selector, SELECTOR_TEXTS, spec.template, () =>
      validateTemplateWithClaims(spec),
    ),
  )
  out.push(...validateRunningTemplate(spec.template, 'spec.template', 'StatefulSet'))
  return out
}

const SELECTOR_TEXTS = { empty: 'empty selector is invalid for statefulset', invalid: '' }

/** A claim template stands for a volume of its name. */
function validateTemplateWithClaims(spec: StatefulSetSpec): FieldError[] {
  const claims = (spec.volumeClaimTemplates ?? []).map((c) => c.metadata?.name ?? '')
  const { template } = spec
  if (claims.length === 0 || !template.spec) return validatePodTemplate(template, 'spec.template')
  const own = template.spec.volumes ?? []
  const added = claims
    .filter((name) => !own.some((v) => v.name === name))
    .map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
  const whole = { ...template, spec: { ...template.spec, volumes: [...own, ...added] } }
  return validatePodTemplate(whole, 'spec.template')
}

function validateStrategy(spec: StatefulSetSpec): FieldError[] {
  const s = spec.updateStrategy
  const at = 'spec.updateStrategy'
  const r = s?.rollingUpdate
  switch (s?.type as string | undefined) {
    case 'OnDelete': {
      if (!r) return []
      const text = "only allowed for updateStrategy 'RollingUpdate'"
      return [invalidValue(`${at}.rollingUpdate`, shownRolling(r), text)]
    }
    case 'RollingUpdate':
      return nonNegative(r?.partition, `${at}.rollingUpdate.partition`)
    case undefined:
      return [required(at)]
    default: {
      const shown = { Type: s?.type, RollingUpdate: r ? shownRolling(r) : null }
      return [invalidValue(at, shown, "must be 'RollingUpdate' or 'OnDelete'")]
    }
  }
}

function shownRolling(r: RollingUpdate): unknown {
  return { Partition: r.partition ?? 0, MaxUnavailable: r.maxUnavailable ?? null }
}

function validateRetention(spec: StatefulSetSpec): FieldError[] {
  const out: FieldError[] = []
  for (const f of ['whenDeleted', 'whenScaled'] as const) {
    const v = spec.persistentVolumeClaimRetentionPolicy?.[f] as string | undefined
    if (v !== 'Retain' && v !== 'Delete') {
      const field = `spec.persistentVolumeClaimRetentionPolicy.${f}`
      out.push(notSupported(field, v, ['Retain', 'Delete']))
    }
  }
  return out
}

const MAY_CHANGE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const

function validateUpdate(o: StatefulSet, old: StatefulSet): FieldError[] {
  const strip = (s: StatefulSet) => {
    const spec: Record<string, unknown> = { ...s.spec }
    for (const f of MAY_CHANGE) delete spec[f]
    return spec
  }
  if (deepEqual(strip(o), strip(old))) return []
  const list = MAY_CHANGE.map((f) => `'${f}'`)
  const names = `${list.slice(0, -1).join(', ')} and ${list[list.length - 1]}`
  const text = `updates to statefulset spec for fields other than ${names} are forbidden`
  return [forbiddenField('spec', text)]
}
