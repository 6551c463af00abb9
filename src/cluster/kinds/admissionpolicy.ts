/** Admission policies, their bindings and webhooks. @source pkg/apis/admissionregistration/{v1/defaults.go,validation} */
import type {
  MatchResources,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../api/generated/types.ts'
import { notSupported, required } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'

const GROUP = 'admissionregistration.k8s.io'

/** ValidatingAdmissionPolicy. */
export const validatingadmissionpolicy = own<ValidatingAdmissionPolicy>(
  GROUP,
  'v1',
  'ValidatingAdmissionPolicy',
  {
    defaults(o) {
      if (!o.spec) return
      o.spec.failurePolicy ??= 'Fail'
      if (o.spec.matchConstraints) defaultMatch(o.spec.matchConstraints)
    },
    validate(o) {
      const out: FieldError[] = []
      const rules = o.spec?.validations?.length ?? 0
      if (rules === 0 && (o.spec?.auditAnnotations?.length ?? 0) === 0) {
        const text = 'validations or auditAnnotations must contain at least one item'
        out.push(required('spec.validations', text))
      }
      if (!o.spec?.matchConstraints) out.push(required('spec.matchConstraints'))
      o.spec?.validations?.forEach((v, i) => {
        if (!v.expression?.trim()) {
          out.push(required(`spec.validations[${i}].expression`, 'expression is not specified'))
        }
      })
      return out
    },
    columns: [
      nameColumn(),
      column<ValidatingAdmissionPolicy>('Validations', (o) => o.spec?.validations?.length ?? 0),
      column<ValidatingAdmissionPolicy>('ParamKind', (o) => {
        const k = o.spec?.paramKind
        return k ? `${k.apiVersion}/${k.kind}` : '<unset>'
      }),
      ageColumn(),
    ],
  },
)

/** ValidatingAdmissionPolicyBinding. */
export const validatingadmissionpolicybinding = own<ValidatingAdmissionPolicyBinding>(
  GROUP,
  'v1',
  'ValidatingAdmissionPolicyBinding',
  {
    defaults(o) {
      if (o.spec?.matchResources) defaultMatch(o.spec.matchResources)
    },
    validate(o) {
      const out: FieldError[] = []
      const actions = o.spec?.validationActions ?? []
      if (!o.spec?.policyName) out.push(required('spec.policyName'))
      if (actions.length === 0) out.push(required('spec.validationActions'))
      actions.forEach((a, i) => {
        if (['Audit', 'Deny', 'Warn'].includes(a)) return
        out.push(notSupported(`spec.validationActions[${i}]`, a, ['Audit', 'Deny', 'Warn']))
      })
      return out
    },
    columns: [
      nameColumn(),
      column<ValidatingAdmissionPolicyBinding>('PolicyName', (o) => o.spec?.policyName ?? ''),
      column<ValidatingAdmissionPolicyBinding>('ParamRef', (o) => {
        const p = o.spec?.paramRef
        if (!p) return '<unset>'
        return p.namespace ? `${p.namespace}/${p.name}` : (p.name ?? '<unset>')
      }),
      ageColumn(),
    ],
  },
)

function defaultMatch(m: MatchResources): void {
  m.matchPolicy ??= 'Equivalent'
  m.namespaceSelector ??= {}
  m.objectSelector ??= {}
  for (const r of [...(m.resourceRules ?? []), ...(m.excludeResourceRules ?? [])]) r.scope ??= '*'
}
