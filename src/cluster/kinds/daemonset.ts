/** DaemonSet. @source pkg/apis/apps/v1/defaults.go, pkg/apis/apps/validation ValidateDaemonSet */
import type { DaemonSet, DaemonSetSpec } from '../api/generated/types.ts'
import { invalidValue, notSupported, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { formatLabelSelector, formatLabels } from '../api/meta/labels.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { atMostHundred, isZero, shownBounds, validateIntOrPercent } from './shared/intorstring.ts'
import { validateSelector } from './shared/meta.ts'
import { defaultPodSpec } from './shared/poddefaults.ts'
import {
  nonNegative,
  validatePodTemplate,
  validateRunningTemplate,
  validateSelectorMatches,
} from './shared/podtemplate.ts'
import { workloadWarnings } from './shared/podwarnings.ts'

/** The kind. */
export const daemonset = own<DaemonSet>('apps', 'v1', 'DaemonSet', {
  defaults(o) {
    const spec = o.spec as DaemonSetSpec
    spec.updateStrategy ??= {}
    spec.updateStrategy.type ??= 'RollingUpdate'
    if (spec.updateStrategy.type === 'RollingUpdate') {
      const rolling = { ...spec.updateStrategy.rollingUpdate }
      rolling.maxUnavailable ??= 1
      rolling.maxSurge ??= 0
      spec.updateStrategy.rollingUpdate = rolling
    }
    spec.revisionHistoryLimit ??= 10
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
  },
  validate: (o, old) => [
    ...validateSpec(o.spec as DaemonSetSpec),
    ...(old && !deepEqual(o.spec?.selector, old.spec?.selector)
      ? [invalidValue('spec.selector', o.spec?.selector ?? null, 'field is immutable')]
      : []),
  ],
  strategy: {
    prepareForCreate(o) {
      o.status = {
        currentNumberScheduled: 0,
        numberMisscheduled: 0,
        desiredNumberScheduled: 0,
        numberReady: 0,
      }
      const annotations = { ...o.metadata.annotations }
      annotations['deprecated.daemonset.template.generation'] ??= '1'
      o.metadata.annotations = annotations
    },
    prepareForUpdate(o, old) {
      if (deepEqual(o.spec?.template, old.spec?.template)) return
      const name = 'deprecated.daemonset.template.generation'
      const was = Number(old.metadata.annotations?.[name] ?? '0')
      o.metadata.annotations = { ...o.metadata.annotations, [name]: String(was + 1) }
    },
    warnings: (o, old, c) => {
      return c.subresource !== '' ? [] : workloadWarnings(o, old)
    },
  },
  columns: [
    nameColumn(),
    column<DaemonSet>('Desired', (o) => o.status?.desiredNumberScheduled ?? 0, { type: 'integer' }),
    column<DaemonSet>('Current', (o) => o.status?.currentNumberScheduled ?? 0, { type: 'integer' }),
    column<DaemonSet>('Ready', (o) => o.status?.numberReady ?? 0, { type: 'integer' }),
    column<DaemonSet>('Up-to-date', (o) => o.status?.updatedNumberScheduled ?? 0, {
      type: 'integer',
    }),
    column<DaemonSet>('Available', (o) => o.status?.numberAvailable ?? 0, { type: 'integer' }),
    column<DaemonSet>('Node Selector', (o) => formatLabels(o.spec?.template.spec?.nodeSelector)),
    ageColumn(),
    ...podTemplateColumns<DaemonSet>(
      (o) => o.spec?.template.spec,
      (o) => formatLabelSelector(o.spec?.selector),
    ),
  ],
})

function validateSpec(spec: DaemonSetSpec): FieldError[] {
  const out: FieldError[] = []
  if (!spec.selector) out.push(required('spec.selector'))
  out.push(...validateSelector(spec.selector, 'spec.selector'))
  out.push(...validateSelectorMatches(spec.selector, spec.template, 'spec.template'))
  const { matchLabels, matchExpressions } = spec.selector ?? {}
  if (
    spec.selector &&
    Object.keys(matchLabels ?? {}).length + (matchExpressions ?? []).length === 0
  ) {
    out.push(
      invalidValue('spec.selector', spec.selector, 'empty selector is invalid for daemonset'),
    )
  }
  out.push(...validatePodTemplate(spec.template, 'spec.template'))
  out.push(...validateRunningTemplate(spec.template, 'spec.template', 'DaemonSet'))
  out.push(...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'))
  out.push(...validateStrategy(spec))
  out.push(...nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'))
  return out
}

function validateStrategy(spec: DaemonSetSpec): FieldError[] {
  const s = spec.updateStrategy
  const at = 'spec.updateStrategy'
  const type = s?.type as string | undefined
  if (type === 'OnDelete') return []
  const r = s?.rollingUpdate
  if (type !== 'RollingUpdate') {
    const shown = { Type: type, RollingUpdate: shownBounds(r) }
    return [notSupported(at, shown, ['RollingUpdate', 'OnDelete'])]
  }
  const path = `${at}.rollingUpdate`
  const out = [
    ...validateIntOrPercent(r?.maxUnavailable, `${path}.maxUnavailable`),
    ...validateIntOrPercent(r?.maxSurge, `${path}.maxSurge`),
    ...atMostHundred(r?.maxUnavailable, `${path}.maxUnavailable`),
    ...atMostHundred(r?.maxSurge, `${path}.maxSurge`),
  ]
  const [unavailable, surge] = [!isZero(r?.maxUnavailable), !isZero(r?.maxSurge)]
  if (unavailable && surge) {
    const text = 'may not be set when maxUnavailable is non-zero'
    out.push(invalidValue(`${path}.maxSurge`, r?.maxSurge, text))
  }
  if (!unavailable && !surge)
    out.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'))
  return out
}
