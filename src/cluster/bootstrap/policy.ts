/**
 * What an API server itself makes sure is there: default roles and bindings, flow control, API services, the range of
 * Service addresses.
 * @source plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go (facts, read off a running 1.36)
 */
import type { PolicyRule, Subject } from '../api/generated/types.ts'
import { flowControl } from '../api/helpers/flowcontrol.ts'
import type { AnyObject } from '../api/object.ts'
import raw from './policy.json' with { type: 'json' }

interface Rule {
  readonly g?: string[]
  readonly r?: string[]
  readonly v: string[]
  readonly n?: string[]
  readonly u?: string[]
}

interface Named {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
}

interface RoleFact extends Named {
  readonly rules: readonly Rule[]
  readonly aggregationRule?: unknown
}

interface BindingFact extends Named {
  readonly role: string
  /** `U:name`, `G:name` or `S:namespace/name`. */
  readonly subjects: readonly string[]
}

interface Policy {
  readonly clusterRoles: readonly RoleFact[]
  readonly roles: readonly RoleFact[]
  readonly clusterRoleBindings: readonly BindingFact[]
  readonly roleBindings: readonly BindingFact[]
  readonly others: readonly AnyObject[]
}

const policy = raw as unknown as Policy
const GROUP = 'rbac.authorization.k8s.io'
const API_VERSION = `${GROUP}/v1`

/** Everything, in the order in which it is created. */
export function bootstrapPolicy(): AnyObject[] {
  return [
    ...policy.clusterRoles.map((r) => roleOf('ClusterRole', r)),
    ...policy.clusterRoleBindings.map((b) => bindingOf('ClusterRoleBinding', b)),
    ...policy.roles.map((r) => roleOf('Role', r)),
    ...policy.roleBindings.map((b) => bindingOf('RoleBinding', b)),
    ...flowControl,
    ...policy.others,
  ]
}

function metadataOf(n: Named): AnyObject['metadata'] {
  return {
    name: n.name,
    ...(n.namespace ? { namespace: n.namespace } : {}),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...n.labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true', ...n.annotations },
  }
}

/** Rules of a default ClusterRole, whatever became of the object. */
export function roleRules(name: string): readonly PolicyRule[] {
  const fact = policy.clusterRoles.find((r) => r.name === name)
  return fact ? (roleOf('ClusterRole', fact).rules as PolicyRule[]) : []
}

function roleOf(kind: string, r: RoleFact): AnyObject {
  const rules: PolicyRule[] = r.rules.map((x) => ({
    verbs: x.v,
    ...(x.g ? { apiGroups: x.g } : {}),
    ...(x.r ? { resources: x.r } : {}),
    ...(x.n ? { resourceNames: x.n } : {}),
    ...(x.u ? { nonResourceURLs: x.u } : {}),
  }))
  const aggregation = r.aggregationRule ? { aggregationRule: r.aggregationRule } : {}
  return { apiVersion: API_VERSION, kind, metadata: metadataOf(r), ...aggregation, rules }
}

function bindingOf(kind: string, b: BindingFact): AnyObject {
  const [roleKind = '', ...name] = b.role.split('/')
  const roleRef = { apiGroup: GROUP, kind: roleKind, name: name.join('/') }
  return {
    apiVersion: API_VERSION,
    kind,
    metadata: metadataOf(b),
    subjects: b.subjects.map(subjectOf),
    roleRef,
  }
}

function subjectOf(text: string): Subject {
  const name = text.slice(2)
  switch (text[0]) {
    case 'S': {
      const slash = name.indexOf('/')
      return {
        kind: 'ServiceAccount',
        namespace: name.slice(0, slash),
        name: name.slice(slash + 1),
      }
    }
    case 'U':
      return { apiGroup: GROUP, kind: 'User', name }
    default:
      return { apiGroup: GROUP, kind: 'Group', name }
  }
}
