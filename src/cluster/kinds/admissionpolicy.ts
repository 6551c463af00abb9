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
import {
  validateActions,
  validateAnnotationRules,
  validateFailurePolicy,
  validateMatch,
  validateMatchConditions,
  validateParamKind,
  validateParamRef,
  validatePolicyName,
  validateValidations,
  validateVariables,
} from './shared/policies.ts'

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
    validate: (o) => validateValidating(o),
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
    validate: ({ spec }) => [
      ...validatePolicyName(spec?.policyName, 'spec.policyName'),
      ...validateParamRef(spec?.paramRef, 'spec.paramRef'),
      ...validateMatch(spec?.matchResources, 'spec.matchResouces'),
      ...validateActions(spec?.validationActions, 'spec.validationActions'),
    ],
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

function validateValidating(o: ValidatingAdmissionPolicy): FieldError[] {
  const { spec } = o
  const out = [
    ...validateFailurePolicy(spec?.failurePolicy, 'spec.failurePolicy'),
    ...validateParamKind(spec?.paramKind, 'spec.paramKind'),
    ...validateConstraints(spec?.matchConstraints),
    ...validateMatchConditions(spec?.matchConditions, 'spec.matchConditions'),
    ...validateVariables(spec?.variables, 'spec.variables'),
  ]
  const { validations = [], auditAnnotations = [] } = spec ?? {}
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const text = 'validations or auditAnnotations must contain at least one item'
    return [...out, ...['validations', 'auditAnnotations'].map((f) => required(`spec.${f}`, text))]
  }
  return [
    ...out,
    ...validateValidations(validations, 'spec.validations'),
    ...validateAnnotationRules(auditAnnotations, o.metadata.name ?? '', 'spec.auditAnnotations'),
  ]
}

/** What a policy is about; without a rule its expressions would have no types. */
function validateConstraints(m: MatchResources | undefined): FieldError[] {
  const at = 'spec.matchConstraints'
  if (!m) return [required(at)]
  const none = (m.resourceRules ?? []).length === 0
  return [...validateMatch(m, at), ...(none ? [required(`${at}.resourceRules`)] : [])]
}

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
      const { spec } = o
      const { mutations = [], reinvocationPolicy } = spec ?? {}
      const out = [
        ...validateFailurePolicy(spec?.failurePolicy, 'spec.failurePolicy'),
        ...validateParamKind(spec?.paramKind, 'spec.paramKind'),
        ...validateConstraints(spec?.matchConstraints),
        ...validateMatchConditions(spec?.matchConditions, 'spec.matchConditions'),
        ...validateVariables(spec?.variables, 'spec.variables'),
      ]
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
    // Internal types have no JSON names.
    out.push(invalidValue(`${at}.${other}`, { Expression: m[other].expression ?? '' }, why))
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
    validate: ({ spec }) => [
      ...validatePolicyName(spec?.policyName, 'spec.policyName'),
      ...validateParamRef(spec?.paramRef, 'spec.paramRef'),
      ...validateMatch(spec?.matchResources, 'spec.matchResouces'),
    ],
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
