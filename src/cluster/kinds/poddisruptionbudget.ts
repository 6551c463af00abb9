/** PodDisruptionBudget. @source pkg/apis/policy/validation/validation.go */
import type { PodDisruptionBudget } from '../api/generated/types.ts'
import { invalidValue, notSupported } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { atMostHundred, validateIntOrPercent } from './shared/intorstring.ts'
import { validateSelector } from './shared/meta.ts'

/** The kind. */
export const poddisruptionbudget = own<PodDisruptionBudget>('policy', 'v1', 'PodDisruptionBudget', {
  validate(o) {
    const out: FieldError[] = []
    const spec = o.spec ?? {}
    if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
      const text = 'minAvailable and maxUnavailable cannot be both set'
      const shown = {
        MinAvailable: spec.minAvailable,
        Selector: spec.selector ?? null,
        MaxUnavailable: spec.maxUnavailable,
        UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
      }
      out.push(invalidValue('spec', shown, text))
    }
    for (const f of ['minAvailable', 'maxUnavailable'] as const) {
      out.push(
        ...validateIntOrPercent(spec[f], `spec.${f}`),
        ...atMostHundred(spec[f], `spec.${f}`),
      )
    }
    out.push(...validateSelector(spec.selector, 'spec.selector'))
    const policy = spec.unhealthyPodEvictionPolicy
    const policies = ['AlwaysAllow', 'IfHealthyBudget']
    if (policy && !policies.includes(policy)) {
      out.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, policies))
    }
    return out
  },
  columns: [
    nameColumn(),
    column<PodDisruptionBudget>('Min Available', (o) => String(o.spec?.minAvailable ?? 'N/A')),
    column<PodDisruptionBudget>('Max Unavailable', (o) => String(o.spec?.maxUnavailable ?? 'N/A')),
    column<PodDisruptionBudget>('Allowed Disruptions', (o) => o.status?.disruptionsAllowed ?? 0, {
      type: 'integer',
    }),
    ageColumn(),
  ],
})
