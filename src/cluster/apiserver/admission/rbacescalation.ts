/**
 * Nobody grants more than they hold, unless they may escalate or bind.
 * @source pkg/registry/rbac/{role,rolebinding}/policybased/storage.go
 */
import type { PolicyRule, RoleRef } from '../../api/generated/types.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { failure, notFound } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { authorize, authorizerReady } from '../authz/authorize.ts'
import { rulesFor, rulesOf, uncovered } from '../authz/rbac.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** Not a plugin upstream, but asked at the same moment: after validation, before storing. */
export const rbacEscalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  wants: (s, operation, sub) => s.gr.group === GROUP && operation !== 'DELETE' && sub === '',
  *validate(a, r) {
    if (a.call.user.groups.includes('system:masters') || a.call.typed) return
    yield* authorizerReady(r, a.call.user)
    const { resource } = a.served.gr
    if (resource === 'roles' || resource === 'clusterroles') checkRole(a, r)
    else checkBinding(a, r)
  },
}

function may(a: Attributes, r: Registry, verb: string, resource: string, name: string): boolean {
  const access = {
    user: a.call.user,
    verb,
    namespace: a.namespace,
    group: GROUP,
    resource,
    subresource: '',
    name,
  }
  return authorize(r, access).allowed
}

function checkRole(a: Attributes, r: Registry): void {
  const rules = (a.object as AnyObject).rules as PolicyRule[] | undefined
  if (a.old && deepEqual(rules, a.old.rules)) return
  if (may(a, r, 'escalate', a.served.gr.resource, a.name)) return
  refuse(a, r, rules ?? [])
}

function checkBinding(a: Attributes, r: Registry): void {
  const ref = (a.object as AnyObject).roleRef as RoleRef
  if (a.old && deepEqual(ref, a.old.roleRef) && deepEqual(a.object?.subjects, a.old.subjects))
    return
  const resource = ref.kind === 'ClusterRole' ? 'clusterroles' : 'roles'
  if (may(a, r, 'bind', resource, ref.name)) return
  const role = r.cached(r.builtin(GROUP, 'v1', resource), a.namespace, ref.name)
  // Upstream names the resource of the binding with the name of the role.
  if (!role) throw notFound(a.served.gr, ref.name)
  refuse(a, r, rulesOf(r, ref, a.namespace))
}

function refuse(a: Attributes, r: Registry, wanted: readonly PolicyRule[]): void {
  const { user } = a.call
  const missing = uncovered(rulesFor(r, user, a.namespace), wanted)
  if (missing.length === 0) return
  const groups = `[${user.groups.map((g) => JSON.stringify(g)).join(' ')}]`
  const lines = compact(missing).map(ruleText)
  const why = `user ${JSON.stringify(user.name)} (groups=${groups}) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`
  const subject = `${a.served.gr.resource}.${GROUP}`
  const message = `${subject} ${JSON.stringify(a.name)} is forbidden: ${why}`
  throw failure(403, 'Forbidden', message, {
    name: a.name,
    group: GROUP,
    kind: a.served.gr.resource,
  })
}

/** Verbs of one resource together again. */
function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const byKey = new Map<string, PolicyRule>()
  for (const rule of rules) {
    const { verbs, ...rest } = rule
    const key = JSON.stringify(rest)
    const known = byKey.get(key)
    byKey.set(key, known ? { ...known, verbs: [...known.verbs, ...verbs] } : rule)
  }
  const text = (x: PolicyRule) =>
    `${x.apiGroups?.[0] ?? ''}/${x.resources?.[0] ?? x.nonResourceURLs?.[0] ?? ''}`
  return [...byKey.values()].sort((x, y) => (text(x) < text(y) ? -1 : 1))
}

function ruleText(x: PolicyRule): string {
  const list = (l: readonly string[]) => `[${l.map((s) => JSON.stringify(s)).join(', ')}]`
  const parts: string[] = []
  if (x.apiGroups?.length) parts.push(`APIGroups:${list(x.apiGroups)}`)
  if (x.resources?.length) parts.push(`Resources:${list(x.resources)}`)
  if (x.nonResourceURLs?.length) parts.push(`NonResourceURLs:${list(x.nonResourceURLs)}`)
  if (x.resourceNames?.length) parts.push(`ResourceNames:${list(x.resourceNames)}`)
  parts.push(`Verbs:[${x.verbs.map((s) => JSON.stringify(s)).join(' ')}]`)
  return `{${parts.join(', ')}}`
}
