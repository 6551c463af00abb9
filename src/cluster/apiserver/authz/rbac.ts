/**
 * RBAC: what the bindings give a user. Rules are resolved per user and kept until a role or binding changes.
 * @source plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go
 */
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../api/generated/types.ts'
import type { FieldSelector } from '../../api/meta/fields.ts'
import type { UserInfo } from '../../api/transport.ts'
import type { Task } from '../../sim/task.ts'
import type { Registry } from '../registry/registry.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** What is asked: may the user do this? */
export interface Access {
  readonly user: UserInfo
  readonly verb: string
  readonly namespace: string
  readonly group: string
  readonly version?: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  readonly fieldSelector?: FieldSelector
  /** Set for requests that name no resource. */
  readonly path?: string
}

/** The answer, with the binding that gave it. */
export interface Decision {
  readonly allowed: boolean
  readonly reason: string
}

/** Makes the caches that decisions read. */
export function* rbacReady(r: Registry): Task<void> {
  for (const plural of ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings']) {
    yield* r.builtin(GROUP, 'v1', plural).cache.ready()
  }
}

/** Decides from what the caches hold; `rbacReady` must have run. */
export function authorizeByRoles(r: Registry, a: Access): Decision {
  const granted = find(r, a)
  if (granted) return { allowed: true, reason: granted }
  return { allowed: false, reason: '' }
}

function find(r: Registry, a: Access): string | undefined {
  for (const o of r.builtin(GROUP, 'v1', 'clusterrolebindings').cache.state.values()) {
    const b = o as unknown as ClusterRoleBinding
    const subject = subjectOf(b.subjects, a.user, '')
    if (subject && rulesOf(r, b.roleRef, '').some((rule) => permits(rule, a))) {
      return `RBAC: allowed by ClusterRoleBinding "${b.metadata.name}" of ${roleText(b.roleRef)} to ${subject}`
    }
  }
  if (!a.namespace || a.path !== undefined) return undefined
  const filter = { namespace: a.namespace, labels: [], fields: [] }
  for (const o of r.builtin(GROUP, 'v1', 'rolebindings').cache.list(filter)) {
    const b = o as unknown as RoleBinding
    const subject = subjectOf(b.subjects, a.user, a.namespace)
    if (subject && rulesOf(r, b.roleRef, a.namespace).some((rule) => permits(rule, a))) {
      const name = `${b.metadata.name}/${a.namespace}`
      return `RBAC: allowed by RoleBinding "${name}" of ${roleText(b.roleRef)} to ${subject}`
    }
  }
  return undefined
}

function roleText(ref: RoleRef): string {
  return `${ref.kind} "${ref.name}"`
}

/** How the subject that matches the user reads in a reason. */
function subjectOf(
  subjects: readonly Subject[] | undefined,
  user: UserInfo,
  namespace: string,
): string | undefined {
  for (const s of subjects ?? []) {
    switch (s.kind) {
      case 'User':
        if (s.name === user.name) return `User "${s.name}"`
        break
      case 'Group':
        if (user.groups.includes(s.name)) return `Group "${s.name}"`
        break
      case 'ServiceAccount': {
        const ns = s.namespace || namespace
        if (user.name === `system:serviceaccount:${ns}:${s.name}`) {
          return `ServiceAccount "${s.name}/${ns}"`
        }
      }
    }
  }
  return undefined
}

/** Rules of the role a binding points at; none when it does not exist. */
export function rulesOf(r: Registry, ref: RoleRef, namespace: string): readonly PolicyRule[] {
  if (ref.kind === 'ClusterRole') {
    const role = r.cached<ClusterRole>(r.builtin(GROUP, 'v1', 'clusterroles'), '', ref.name)
    return role?.rules ?? []
  }
  return r.cached<Role>(r.builtin(GROUP, 'v1', 'roles'), namespace, ref.name)?.rules ?? []
}

/** All rules that a user has in a namespace ('' for the cluster). */
export function rulesFor(r: Registry, user: UserInfo, namespace: string): PolicyRule[] {
  const out: PolicyRule[] = []
  for (const o of r.builtin(GROUP, 'v1', 'clusterrolebindings').cache.state.values()) {
    const b = o as unknown as ClusterRoleBinding
    if (subjectOf(b.subjects, user, '')) out.push(...rulesOf(r, b.roleRef, ''))
  }
  if (!namespace) return out
  const filter = { namespace, labels: [], fields: [] }
  for (const o of r.builtin(GROUP, 'v1', 'rolebindings').cache.list(filter)) {
    const b = o as unknown as RoleBinding
    if (subjectOf(b.subjects, user, namespace)) out.push(...rulesOf(r, b.roleRef, namespace))
  }
  return out
}

/** Whether a rule covers what is asked. */
export function permits(rule: PolicyRule, a: Access): boolean {
  if (!has(rule.verbs, a.verb)) return false
  if (a.path !== undefined)
    return (rule.nonResourceURLs ?? []).some((u) => pathMatches(u, a.path ?? ''))
  const resource = a.subresource ? `${a.resource}/${a.subresource}` : a.resource
  return (
    has(rule.apiGroups, a.group) &&
    resourceMatches(rule.resources, resource, a.subresource) &&
    ((rule.resourceNames?.length ?? 0) === 0 || (rule.resourceNames ?? []).includes(a.name))
  )
}

function has(list: readonly string[] | undefined, value: string): boolean {
  return (list ?? []).some((x) => x === '*' || x === value)
}

function resourceMatches(
  list: readonly string[] | undefined,
  resource: string,
  subresource: string,
): boolean {
  return (list ?? []).some(
    (x) => x === '*' || x === resource || (subresource !== '' && x === `*/${subresource}`),
  )
}

function pathMatches(rule: string, path: string): boolean {
  if (rule === '*' || rule === path) return true
  return rule.endsWith('*') && path.startsWith(rule.slice(0, -1))
}

/** Rules of `wanted` that `have` does not cover, for escalation checks; broken down to single permissions. */
export function uncovered(
  have: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): PolicyRule[] {
  return wanted.flatMap(breakdown).filter((w) => !have.some((h) => covers(h, w)))
}

function breakdown(rule: PolicyRule): PolicyRule[] {
  const out: PolicyRule[] = []
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs ?? []) {
        const one = { apiGroups: [group], resources: [resource], verbs: [verb] }
        if ((rule.resourceNames?.length ?? 0) === 0) out.push(one)
        for (const n of rule.resourceNames ?? []) out.push({ ...one, resourceNames: [n] })
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs ?? []) out.push({ nonResourceURLs: [url], verbs: [verb] })
  }
  return out
}

function covers(have: PolicyRule, w: PolicyRule): boolean {
  if (!has(have.verbs, w.verbs?.[0] ?? '')) return false
  const url = w.nonResourceURLs?.[0]
  if (url !== undefined) return (have.nonResourceURLs ?? []).some((u) => pathMatches(u, url))
  const resource = w.resources?.[0] ?? ''
  const slash = resource.indexOf('/')
  const sub = slash < 0 ? '' : resource.slice(slash + 1)
  const names = have.resourceNames ?? []
  return (
    has(have.apiGroups, w.apiGroups?.[0] ?? '') &&
    resourceMatches(have.resources, resource, sub) &&
    (names.length === 0 || (w.resourceNames ?? []).some((n) => names.includes(n)))
  )
}
