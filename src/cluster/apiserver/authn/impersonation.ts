/**
 * `--as`: acting as somebody else, if one may.
 * @source staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation/impersonation.go
 */
import { failure } from '../../api/meta/status.ts'
import type { HeaderMap, UserInfo } from '../../api/transport.ts'
import type { Task } from '../../sim/task.ts'
import { authorize, authorizerReady } from '../authz/authorize.ts'
import { refused } from '../authz/forbidden.ts'
import type { Access } from '../authz/rbac.ts'
import type { Registry } from '../registry/registry.ts'

const AUTHENTICATED = 'system:authenticated'

/** True when the request asks to be somebody else. */
export function impersonates(h: HeaderMap): boolean {
  return (
    h['impersonate-user'] !== undefined ||
    h['impersonate-group'] !== undefined ||
    h['impersonate-uid'] !== undefined
  )
}

/** Whom the request acts as. @throws ApiError Forbidden, BadRequest */
export function* impersonated(r: Registry, user: UserInfo, h: HeaderMap): Task<UserInfo> {
  const name = h['impersonate-user']
  if (name === undefined) {
    throw failure(
      500,
      'InternalError',
      'Internal error occurred: requested [{Group}] without impersonating a user',
    )
  }
  // Repeated headers arrive joined by commas.
  const groups = (h['impersonate-group'] ?? '').split(/,\s*/).filter((g) => g !== '')
  yield* authorizerReady(r, user)
  for (const a of wanted(user, name, groups)) if (!authorize(r, a).allowed) throw refused(a)
  const uid = h['impersonate-uid']
  return { name, groups: withImplied(name, groups), ...(uid ? { uid } : {}) }
}

function wanted(user: UserInfo, name: string, groups: readonly string[]): Access[] {
  const base = { user, verb: 'impersonate', group: '', subresource: '', namespace: '' }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name)
  const first: Access = account
    ? {
        ...base,
        resource: 'serviceaccounts',
        namespace: account[1] as string,
        name: account[2] as string,
      }
    : { ...base, resource: 'users', name }
  return [first, ...groups.map((g) => ({ ...base, resource: 'groups', name: g }))]
}

function withImplied(name: string, groups: readonly string[]): string[] {
  const account = /^system:serviceaccount:([^:]+):/.exec(name)
  const own =
    account && groups.length === 0
      ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`]
      : [...groups]
  const implied = name === 'system:anonymous' ? 'system:unauthenticated' : AUTHENTICATED
  return own.includes(implied) ? own : [...own, implied]
}
