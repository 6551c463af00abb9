/**
 * ValidatingAdmissionPolicy: rules in CEL, bound to what they apply to.
 * @source staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating
 */
import type {
  ValidatingAdmissionPolicyBinding as Binding,
  ValidatingAdmissionPolicy as Policy,
  Validation,
} from '../../api/generated/types.ts'
import { type ApiError, failure, forbidden } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import { authorizerReady } from '../authz/authorize.ts'
import { runCel } from '../cel/environment.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'
import { bound, broken, conditionsMet, contextOf, paramsOf, withVariables } from './matching.ts'

const GROUP = 'admissionregistration.k8s.io'

/** The plugin. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  // Policies and webhooks are never judged, lest one lock everybody out.
  wants: (s) => s.gr.group !== GROUP,
  *validate(a, r) {
    const policies = r.builtin(GROUP, 'v1', 'validatingadmissionpolicies').cache
    yield* policies.ready()
    if (policies.state.size === 0) return
    const bindings = r.builtin(GROUP, 'v1', 'validatingadmissionpolicybindings').cache
    yield* bindings.ready()
    if (bindings.state.size === 0) return
    yield* r.builtin('', 'v1', 'namespaces').cache.ready()
    yield* authorizerReady(r, a.call.user)
    for (const o of bindings.state.values()) {
      const binding = o as unknown as Binding
      const key = policies.prefix + (binding.spec?.policyName ?? '')
      const policy = policies.state.get(key) as unknown as Policy | undefined
      if (policy) yield* judge(a, r, policy, binding)
    }
  },
}

function* judge(a: Attributes, r: Registry, policy: Policy, binding: Binding): Task<void> {
  if (!bound(a, r, policy, binding)) return
  const params = yield* paramsOf(a, r, policy, binding)
  if (params instanceof Error) {
    const message = `failed to configure binding: ${params.message}`
    act(a, policy, binding, { message, reason: '' })
    return
  }
  for (const p of params) {
    const denial = firstDenial(a, r, policy, p)
    if (denial) act(a, policy, binding, denial)
  }
}

interface Denial {
  readonly message: string
  readonly reason: string
}

function firstDenial(
  a: Attributes,
  r: Registry,
  policy: Policy,
  params: AnyObject | undefined,
): Denial | undefined {
  const spec = policy.spec
  const context = contextOf(a, r, params)
  const fails = spec?.failurePolicy !== 'Ignore'
  const met = conditionsMet(spec?.matchConditions, context)
  if (met instanceof Error) return fails ? { message: met.message, reason: '' } : undefined
  if (!met) return undefined
  withVariables(context, spec?.variables)
  for (const v of spec?.validations ?? []) {
    const result = runCel(v.expression, context)
    if (result === true) continue
    if (result instanceof Error) {
      if (fails) return { message: broken(v.expression, result).message, reason: '' }
      continue
    }
    return { message: messageOf(v, context), reason: v.reason ?? '' }
  }
  return undefined
}

function messageOf(v: Validation, context: Record<string, unknown>): string {
  if (v.messageExpression) {
    const said = runCel(v.messageExpression, context)
    if (typeof said === 'string' && said.trim() !== '') return said.trim()
  }
  return v.message?.trim() || `failed expression: ${v.expression.trim()}`
}

const CODES: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
  Invalid: 422,
}

/** Denies, warns, or leaves it at the audit. */
function act(a: Attributes, policy: Policy, b: Binding, d: Denial): void {
  const names = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${b.metadata.name}'`
  const actions = b.spec?.validationActions ?? []
  if (actions.includes('Warn')) {
    a.call.warnings.push(`Validation failed for ${names}: ${d.message}`)
  }
  if (!actions.includes('Deny')) return
  throw denied(a, `${names} denied request: ${d.message}`, d.reason || 'Invalid')
}

function denied(a: Attributes, message: string, reason: string): ApiError {
  const base = forbidden(a.served.gr, a.name, message)
  const details = { ...base.status.details, causes: [{ message }] }
  const code = CODES[reason] ?? 422
  return failure(code, reason as 'Invalid', base.status.message ?? '', details)
}
