/** How a refusal reads. @source staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go */
import { type ApiError, failure } from '../../api/meta/status.ts'
import type { Access } from './rbac.ts'

/** 403 of what authorization refused. */
export function refused(a: Access, reason = ''): ApiError {
  const user = `User "${a.user.name}"`
  const tail = reason ? `: ${reason}` : ''
  if (a.path !== undefined) {
    return failure(
      403,
      'Forbidden',
      `forbidden: ${user} cannot ${a.verb} path "${a.path}"${tail}`,
      {},
    )
  }
  const resource = a.subresource ? `${a.resource}/${a.subresource}` : a.resource
  const where = a.namespace ? ` in the namespace "${a.namespace}"` : ' at the cluster scope'
  const what = `cannot ${a.verb} resource "${resource}" in API group "${a.group}"${where}`
  const subject = a.group ? `${a.resource}.${a.group}` : a.resource
  const object = a.name ? `${subject} "${a.name}"` : subject
  return failure(403, 'Forbidden', `${object} is forbidden: ${user} ${what}${tail}`, {
    ...(a.name ? { name: a.name } : {}),
    ...(a.group ? { group: a.group } : {}),
    kind: a.resource,
  })
}
