/** Deployment. @source pkg/apis/apps/v1/defaults.go, pkg/apis/apps/validation, pkg/registry/apps/deployment */
import type { Deployment, DeploymentSpec } from '../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { formatLabelSelector } from '../api/meta/labels.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { atMostHundred, isZero, shownBounds, validateIntOrPercent } from './shared/intorstring.ts'
import { defaultPodSpec } from './shared/poddefaults.ts'
import {
  nonNegative,
  validatePodTemplate,
  validateRunningTemplate,
  validateSelected,
} from './shared/podtemplate.ts'
import { workloadWarnings } from './shared/podwarnings.ts'

/** The kind. */
export const deployment = own<Deployment>('apps', 'v1', 'Deployment', {
  defaults(o) {
    const spec = o.spec as DeploymentSpec
    spec.replicas ??= 1
    spec.revisionHistoryLimit ??= 10
    spec.progressDeadlineSeconds ??= 600
    spec.strategy ??= {}
    spec.strategy.type ??= 'RollingUpdate'
    if (spec.strategy.type === 'RollingUpdate') {
      const rolling = { ...spec.strategy.rollingUpdate }
      rolling.maxUnavailable ??= '25%'
      rolling.maxSurge ??= '25%'
      spec.strategy.rollingUpdate = rolling
    }
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
  },
  validate: (o, old) => [
    ...validateSpec(o.spec as DeploymentSpec),
    ...(old ? immutable(o, old) : []),
  ],
  strategy: {
    prepareForUpdate(o, old) {
      // Annotations count as a change of what is wanted here, unlike elsewhere.
      if (!deepEqual(o.metadata.annotations, old.metadata.annotations)) {
        o.metadata.generation = (old.metadata.generation ?? 0) + 1
      }
    },
    warnings: (o, old, c) => {
      return c.subresource !== '' ? [] : workloadWarnings(o, old)
    },
  },
  columns: [
    nameColumn(),
    column<Deployment>('Ready', (o) => `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`),
    column<Deployment>('Up-to-date', (o) => o.status?.updatedReplicas ?? 0, { type: 'integer' }),
    column<Deployment>('Available', (o) => o.status?.availableReplicas ?? 0, { type: 'integer' }),
    ageColumn(),
    ...podTemplateColumns<Deployment>(
      (o) => o.spec?.template.spec,
      (o) => formatLabelSelector(o.spec?.selector),
    ),
  ],
})

function validateSpec(spec: DeploymentSpec): FieldError[] {
  const out = nonNegative(spec.replicas, 'spec.replicas')
  const { template } = spec
  out.push(
    ...validateSelected(spec.selector, SELECTOR_TEXTS, template, () => [
      ...validatePodTemplate(template, 'spec.template'),
      ...validateRunningTemplate(template, 'spec.template', 'ReplicaSet'),
    ]),
  )
  out.push(...validateStrategy(spec))
  out.push(...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'))
  out.push(...nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'))
  const deadline = spec.progressDeadlineSeconds
  out.push(...nonNegative(deadline, 'spec.progressDeadlineSeconds'))
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    out.push(
      invalidValue(
        'spec.progressDeadlineSeconds',
        deadline,
        'must be greater than minReadySeconds',
      ),
    )
  }
  return out
}

const SELECTOR_TEXTS = {
  empty: 'empty selector is invalid for deployment',
  invalid: 'invalid label selector',
}

function validateStrategy(spec: DeploymentSpec): FieldError[] {
  const s = spec.strategy
  const path = 'spec.strategy'
  const r = s?.rollingUpdate
  if (s?.type === 'Recreate') {
    if (!r) return []
    const text = "may not be specified when strategy `type` is 'Recreate'"
    return [forbiddenField(`${path}.rollingUpdate`, text)]
  }
  if (s?.type !== 'RollingUpdate') {
    const shown = { Type: s?.type, RollingUpdate: shownBounds(r) }
    return [notSupported(path, shown, ['Recreate', 'RollingUpdate'])]
  }
  const at = `${path}.rollingUpdate`
  const out = [
    ...validateIntOrPercent(r?.maxUnavailable, `${at}.maxUnavailable`),
    ...validateIntOrPercent(r?.maxSurge, `${at}.maxSurge`),
  ]
  if (isZero(r?.maxUnavailable) && isZero(r?.maxSurge)) {
    const text = 'may not be 0 when `maxSurge` is 0'
    out.push(invalidValue(`${at}.maxUnavailable`, r?.maxUnavailable, text))
  }
  return [...out, ...atMostHundred(r?.maxUnavailable, `${at}.maxUnavailable`)]
}

function immutable(o: Deployment, old: Deployment): FieldError[] {
  if (deepEqual(o.spec?.selector, old.spec?.selector)) return []
  return [invalidValue('spec.selector', o.spec?.selector ?? null, 'field is immutable')]
}
