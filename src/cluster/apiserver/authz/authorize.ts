/** The chain of authorizers, as `--authorization-mode=Node,RBAC` has it: the first that allows decides. */
import type { UserInfo } from '../../api/transport.ts'
import type { Task } from '../../sim/task.ts'
import type { Registry } from '../registry/registry.ts'
import { authorizeNode, isNode, nodeReady } from './node.ts'
import { type Access, authorizeByRoles, type Decision, rbacReady } from './rbac.ts'

/** Makes the caches that decisions about that user read. */
export function* authorizerReady(r: Registry, user: UserInfo): Task<void> {
  yield* rbacReady(r)
  if (user.groups.includes('system:nodes')) yield* nodeReady(r)
}

/** Decides from what the caches hold; `authorizerReady` must have run. A refusal carries every reason given. */
export function authorize(r: Registry, a: Access): Decision {
  if (a.user.groups.includes('system:masters')) return { allowed: true, reason: '' }
  const node = isNode(a) ? authorizeNode(r, a) : undefined
  if (node?.allowed) return node
  const roles = authorizeByRoles(r, a)
  if (roles.allowed) return roles
  const reason = [node?.reason, roles.reason].filter(Boolean).join('\n')
  return { allowed: false, reason }
}
