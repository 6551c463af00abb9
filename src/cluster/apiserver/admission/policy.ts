/**
 * ValidatingAdmissionPolicy: rules in CEL, bound to what they apply to.
 * @source staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating
 */
import type {
  ValidatingAdmissionPolicyBinding as Binding,
  MatchResources,
  NamedRuleWithOperations,
  Namespace,
  ValidatingAdmissionPolicy as Policy,
  Validation,
} from '../../api/generated/types.ts'
import { selects } from '../../api/meta/labels.ts'
import { type ApiError, failure, forbidden } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import { runCel, toCel } from '../crd/rules.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'

const GROUP = 'admissionregistration.k8s.io'
/** Kinds that policies never judge, lest a policy lock everybody out. */
const EXEMPT = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
])

/** The plugin. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  wants: (s) => !(s.gr.group === GROUP && EXEMPT.has(s.gr.resource)),
  *validate(a, r) {
    const policies = r.builtin(GROUP, 'v1', 'validatingadmissionpolicies').cache
    yield* policies.ready()
    if (policies.state.size === 0) return
    const bindings = r.builtin(GROUP, 'v1', 'validatingadmissionpolicybindings').cache
    yield* bindings.ready()
    yield* r.builtin('', 'v1', 'namespaces').cache.ready()
    for (const o of bindings.state.values()) {
      const binding = o as unknown as Binding
      const key = policies.prefix + (binding.spec?.policyName ?? '')
      const policy = policies.state.get(key) as unknown as Policy | undefined
      if (policy) yield* judge(a, r, policy, binding)
    }
  },
}

function* judge(a: Attributes, r: Registry, policy: Policy, binding: Binding): Task<void> {
  if (!applies(a, r, policy.spec?.matchConstraints)) return
  const narrowed = binding.spec?.matchResources
  if (narrowed && !applies(a, r, narrowed)) return
  const params = yield* paramsOf(a, r, policy, binding)
  for (const p of params) {
    const denial = firstDenial(a, r, policy, p)
    if (denial) act(a, policy, binding, denial)
  }
}

interface Denial {
  readonly message: string
  readonly reason: string
}

/** Params that the binding points at; one `undefined` when the policy takes none. */
function* paramsOf(
  a: Attributes,
  r: Registry,
  policy: Policy,
  b: Binding,
): Task<(AnyObject | undefined)[]> {
  const kind = policy.spec?.paramKind
  const ref = b.spec?.paramRef
  if (!kind || !ref) return [undefined]
  const [version = '', group = ''] = (kind.apiVersion ?? '').split('/').reverse()
  const served = r.ofKind(group, version, kind.kind ?? '')
  if (!served) return denyWithout(a, policy, b, ref.parameterNotFoundAction)
  yield* served.cache.ready()
  const namespace = served.definition.namespaced ? (ref.namespace ?? a.namespace) : ''
  if (ref.name) {
    const found = r.cached(served, namespace, ref.name)
    return found ? [found] : denyWithout(a, policy, b, ref.parameterNotFoundAction)
  }
  const list = served.cache
    .list({ namespace, labels: [], fields: [] })
    .filter((o) => !ref.selector || selects(ref.selector, o.metadata.labels))
  return list.length > 0 ? list : denyWithout(a, policy, b, ref.parameterNotFoundAction)
}

function denyWithout(a: Attributes, policy: Policy, b: Binding, action: string | undefined): [] {
  if (action === 'Deny') {
    const message =
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'
    act(a, policy, b, { message, reason: '' })
  }
  return []
}

function applies(a: Attributes, r: Registry, m: MatchResources | undefined): boolean {
  if (!m) return false
  const labels = r.cached<Namespace>(r.builtin('', 'v1', 'namespaces'), '', a.namespace)?.metadata
    .labels
  if (m.namespaceSelector && a.namespace && !selects(m.namespaceSelector, labels)) return false
  const subjects = [a.object, a.old].filter((o) => o !== undefined)
  if (m.objectSelector && !subjects.some((o) => selects(m.objectSelector, o.metadata.labels))) {
    return false
  }
  if ((m.excludeResourceRules ?? []).some((x) => ruleMatches(a, x))) return false
  const rules = m.resourceRules ?? []
  return rules.length === 0 || rules.some((x) => ruleMatches(a, x))
}

function ruleMatches(a: Attributes, x: NamedRuleWithOperations): boolean {
  const has = (list: readonly string[] | undefined, v: string) =>
    (list ?? []).some((i) => i === '*' || i === v)
  const { group, version, plural, namespaced } = a.served.definition
  if (x.scope === 'Cluster' && namespaced) return false
  if (x.scope === 'Namespaced' && !namespaced) return false
  const names = x.resourceNames ?? []
  if (names.length > 0 && !names.includes(a.name)) return false
  const full = a.subresource ? `${plural}/${a.subresource}` : plural
  const resource = (x.resources ?? []).some(
    (i) =>
      i === '*/*' ||
      i === full ||
      (i === '*' && !a.subresource) ||
      i === `${plural}/*` ||
      (a.subresource !== '' && i === `*/${a.subresource}`),
  )
  return (
    has(x.operations, a.operation) &&
    has(x.apiGroups, group) &&
    has(x.apiVersions, version) &&
    resource
  )
}

/** What expressions see. */
function contextOf(
  a: Attributes,
  r: Registry,
  params: AnyObject | undefined,
): Record<string, unknown> {
  const { group, version, kind } = a.served.definition
  const ns = r.cached<AnyObject>(r.builtin('', 'v1', 'namespaces'), '', a.namespace)
  const gvk = { group, version, kind }
  const gvr = { group, version, resource: a.served.gr.resource }
  const { user } = a.call
  return {
    object: a.object ? toCel(a.object) : null,
    oldObject: a.old ? toCel(a.old) : null,
    params: params ? toCel(params) : null,
    namespaceObject: ns ? toCel(ns) : null,
    request: {
      kind: gvk,
      resource: gvr,
      requestKind: gvk,
      requestResource: gvr,
      subResource: a.subresource,
      name: a.name,
      namespace: a.namespace,
      operation: a.operation,
      userInfo: { username: user.name, uid: user.uid ?? '', groups: [...user.groups], extra: {} },
      dryRun: a.call.dryRun,
    },
  }
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
  for (const c of spec?.matchConditions ?? []) {
    const result = runCel(c.expression, context)
    if (result === false) return undefined
    if (result instanceof Error) return fails ? broken(c.expression, result) : undefined
  }
  const variables: Record<string, unknown> = {}
  context.variables = variables
  for (const v of spec?.variables ?? []) {
    const value = runCel(v.expression, context)
    if (!(value instanceof Error)) variables[v.name] = value
  }
  for (const v of spec?.validations ?? []) {
    const result = runCel(v.expression, context)
    if (result === true) continue
    if (result instanceof Error) {
      if (fails) return broken(v.expression, result)
      continue
    }
    return { message: messageOf(v, context), reason: v.reason ?? '' }
  }
  return undefined
}

function broken(expression: string, error: Error): Denial {
  return { message: `expression '${expression}' resulted in error: ${error.message}`, reason: '' }
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
