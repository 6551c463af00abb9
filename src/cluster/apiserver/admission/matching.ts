/**
 * What policies and webhooks share: whether a request is theirs, with which params, and what expressions see of it.
 * @source staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/{matching,generic}
 */
import type {
  MatchCondition,
  MatchResources,
  NamedRuleWithOperations,
  Namespace,
  ParamKind,
  ParamRef,
  Variable,
} from '../../api/generated/types.ts'
import { selects } from '../../api/meta/labels.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import { authorizerOf } from '../cel/authorizer.ts'
import { runCel, toCel } from '../cel/environment.ts'
import type { Registry } from '../registry/registry.ts'
import type { Attributes } from './chain.ts'

interface PolicyLike {
  readonly spec?: { matchConstraints?: MatchResources; paramKind?: ParamKind }
}
interface BindingLike {
  readonly spec?: { matchResources?: MatchResources; paramRef?: ParamRef }
}

/** True when both policy and binding want the request. */
export function bound(a: Attributes, r: Registry, policy: PolicyLike, b: BindingLike): boolean {
  if (!applies(a, r, policy.spec?.matchConstraints)) return false
  const narrowed = b.spec?.matchResources
  return !narrowed || applies(a, r, narrowed)
}

/** Params that the binding points at; one `undefined` when the policy takes none; an error when there must be some. */
export function* paramsOf(
  a: Attributes,
  r: Registry,
  policy: PolicyLike,
  b: BindingLike,
): Task<(AnyObject | undefined)[] | Error> {
  const kind = policy.spec?.paramKind
  const ref = b.spec?.paramRef
  if (!kind || !ref) return [undefined]
  const missing = () =>
    ref.parameterNotFoundAction === 'Deny'
      ? new Error('no params found for policy binding with `Deny` parameterNotFoundAction')
      : []
  const [version = '', group = ''] = (kind.apiVersion ?? '').split('/').reverse()
  const served = r.ofKind(group, version, kind.kind ?? '')
  if (!served) {
    const text = `&ParamKind{APIVersion:${kind.apiVersion},Kind:${kind.kind},}`
    return new Error(`paramKind kind \`${text}\` not known`)
  }
  yield* served.cache.ready()
  const { namespaced } = served.definition
  const namespace = namespaced ? ref.namespace || a.namespace : ''
  if (namespaced && !namespace) {
    const text =
      'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources'
    return new Error(text)
  }
  if (ref.name) {
    const found = r.cached(served, namespace, ref.name)
    return found ? [found] : missing()
  }
  const list = served.cache
    .list({ namespace, labels: [], fields: [] })
    .filter((o) => !ref.selector || selects(ref.selector, o.metadata.labels))
  return list.length > 0 ? list : missing()
}

/** True when selectors and rules fit the request. */
export function applies(a: Attributes, r: Registry, m: MatchResources | undefined): boolean {
  if (!m) return false
  if (!selected(a, r, m)) return false
  const exact = m.matchPolicy === 'Exact'
  if ((m.excludeResourceRules ?? []).some((x) => ruleMatches(a, r, x, exact))) return false
  const rules = m.resourceRules ?? []
  return rules.length === 0 || rules.some((x) => ruleMatches(a, r, x, exact))
}

/** True when the rule names the request, or (unless `exact`) an equivalent in another version. */
export function ruleMatches(
  a: Attributes,
  r: Registry,
  x: NamedRuleWithOperations,
  exact: boolean,
): boolean {
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
    (has(x.apiVersions, version) || (!exact && equivalent(a, r, x))) &&
    resource
  )
}

/** True when the rule names another version in which the same resource is served. */
function equivalent(a: Attributes, r: Registry, x: NamedRuleWithOperations): boolean {
  const { group, plural } = a.served.definition
  return (x.apiVersions ?? []).some((v) => r.lookup(group, v, plural) !== undefined)
}

/** True when the selectors pick the request's namespace and one of its objects. */
export function selected(
  a: Attributes,
  r: Registry,
  m: Pick<MatchResources, 'namespaceSelector' | 'objectSelector'>,
): boolean {
  if (m.namespaceSelector) {
    // A Namespace is judged by its own labels, anything else without namespace is always meant.
    const own = a.served.definition.kind === 'Namespace' && a.served.gr.group === ''
    const labels = own
      ? (a.object ?? a.old)?.metadata.labels
      : r.cached<Namespace>(r.builtin('', 'v1', 'namespaces'), '', a.namespace)?.metadata.labels
    if ((own || a.namespace) && !selects(m.namespaceSelector, labels)) return false
  }
  const subjects = [a.object, a.old].filter((o) => o !== undefined)
  if (!m.objectSelector || Object.keys(m.objectSelector).length === 0) return true
  return subjects.some((o) => selects(m.objectSelector, o.metadata.labels))
}

/** What expressions see. */
export function contextOf(a: Attributes, r: Registry, params?: AnyObject): Record<string, unknown> {
  const { group, version, kind } = a.served.definition
  const ns = r.cached<AnyObject>(r.builtin('', 'v1', 'namespaces'), '', a.namespace)
  const gvk = { group, version, kind }
  const gvr = { group, version, resource: a.served.gr.resource }
  const { user } = a.call
  return {
    object: a.object ? toCel(a.object) : null,
    oldObject: a.old ? toCel(a.old) : null,
    params: params ? toCel(params) : null,
    authorizer: authorizerOf(r, user),
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

/** Whether all conditions hold; the first error when none of them is false. */
export function conditionsMet(
  conditions: readonly MatchCondition[] | undefined,
  context: Record<string, unknown>,
): boolean | Error {
  let error: Error | undefined
  for (const c of conditions ?? []) {
    const result = runCel(c.expression, context)
    if (result === false) return false
    if (result instanceof Error) error ??= broken(c.expression, result)
  }
  return error ?? true
}

/** An expression that ended in an error. */
export function broken(expression: string, error: Error): Error {
  return new Error(`expression '${expression}' resulted in error: ${error.message}`)
}

/** Adds the policy's variables, each worked out when it is first read. */
export function withVariables(
  context: Record<string, unknown>,
  variables: readonly Variable[] | undefined,
): void {
  const lazy: Record<string, unknown> = {}
  context.variables = lazy
  for (const v of variables ?? []) {
    let known: { value: unknown } | undefined
    const get = () => {
      known ??= { value: runCel(v.expression, context) }
      if (!(known.value instanceof Error)) return known.value
      throw new Error(`composited variable "${v.name}" fails to evaluate: ${known.value.message}`)
    }
    Object.defineProperty(lazy, v.name, { get, enumerable: true })
  }
}
