/** Admission policies, their bindings and webhooks. @source pkg/apis/admissionregistration/{v1/defaults.go,validation} */
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../api/generated/types.ts'
import { invalidValue, notSupported, required } from '../api/meta/field.ts'
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

/** MutatingAdmissionPolicy. */
export const mutatingadmissionpolicy = own<MutatingAdmissionPolicy>(
  GROUP,
  'v1',
  'MutatingAdmissionPolicy',
  {
    defaults(o) {
      if (!o.spec) return
      o.spec.failurePolicy ??= 'Fail'
      if (o.spec.matchConstraints) defaultMatch(o.spec.matchConstraints)
    },
    validate(o) {
      const out: FieldError[] = []
      const { matchConstraints, mutations = [], reinvocationPolicy } = o.spec ?? {}
      if (!matchConstraints) out.push(required('spec.matchConstraints'))
      else if ((matchConstraints.resourceRules ?? []).length === 0) {
        out.push(required('spec.matchConstraints.resourceRules'))
      }
      if (mutations.length === 0) {
        out.push(required('spec.mutations', 'mutations must contain at least one item'))
      }
      mutations.forEach((m, i) => {
        out.push(...validateMutation(m, `spec.mutations[${i}]`))
      })
      const policies = ['IfNeeded', 'Never']
      if (!reinvocationPolicy) out.push(required('spec.reinvocationPolicy'))
      else if (!policies.includes(reinvocationPolicy)) {
        out.push(notSupported('spec.reinvocationPolicy', reinvocationPolicy, policies))
      }
      return out
    },
    columns: [
      nameColumn(),
      column<MutatingAdmissionPolicy>('Mutations', (o) => o.spec?.mutations?.length ?? 0, {
        type: 'integer',
      }),
      column<MutatingAdmissionPolicy>('ParamKind', (o) => {
        const k = o.spec?.paramKind
        return k ? `${k.apiVersion}/${k.kind}` : '<unset>'
      }),
      ageColumn(),
    ],
  },
)

function validateMutation(m: Mutation, at: string): FieldError[] {
  const types = ['ApplyConfiguration', 'JSONPatch']
  if (!m.patchType) return [required(`${at}.patchType`)]
  if (!types.includes(m.patchType)) return [notSupported(`${at}.patchType`, m.patchType, types)]
  const [mine, other] =
    m.patchType === 'JSONPatch'
      ? (['jsonPatch', 'applyConfiguration'] as const)
      : (['applyConfiguration', 'jsonPatch'] as const)
  const out: FieldError[] = []
  if (!m[mine])
    out.push(required(`${at}.${mine}`, `must be specified when patchType is ${m.patchType}`))
  else if (!m[mine].expression?.trim()) {
    out.push(required(`${at}.${mine}.expression`, 'expression is not specified'))
  }
  if (m[other]) {
    const why = `must not be specified when patchType is ${m.patchType}`
    out.push(invalidValue(`${at}.${other}`, m[other], why))
  }
  return out
}

/** MutatingAdmissionPolicyBinding. */
export const mutatingadmissionpolicybinding = own<MutatingAdmissionPolicyBinding>(
  GROUP,
  'v1',
  'MutatingAdmissionPolicyBinding',
  {
    defaults(o) {
      if (o.spec?.matchResources) defaultMatch(o.spec.matchResources)
    },
    validate: (o) => (o.spec?.policyName ? [] : [required('spec.policyName')]),
    columns: [
      nameColumn(),
      column<MutatingAdmissionPolicyBinding>('PolicyName', (o) => o.spec?.policyName ?? ''),
      column<MutatingAdmissionPolicyBinding>('ParamRef', (o) => {
        const p = o.spec?.paramRef
        if (!p) return '<unset>'
        return p.namespace ? `${p.namespace}/${p.name}` : (p.name ?? '<unset>')
      }),
      ageColumn(),
    ],
  },
)
