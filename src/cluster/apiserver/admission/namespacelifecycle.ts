/**
 * Nothing is created in a namespace that does not exist or is going away; the first namespaces are never deleted.
 * @source staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go
 */
import type { Namespace, Status } from '../../api/generated/types.ts'
import { type ApiError, failure, forbidden, notFound } from '../../api/meta/status.ts'
import type { Task } from '../../sim/task.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease'])
const NAMESPACES = { group: '', resource: 'namespaces' }

/** The plugin. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  wants: (s, operation) => s.gr.resource === 'namespaces' || operation === 'CREATE',
  *validate(a, r) {
    if (a.served.gr.resource === 'namespaces' && a.served.gr.group === '') {
      if (a.operation === 'DELETE' && IMMORTAL.has(a.name)) {
        throw forbidden(NAMESPACES, a.name, 'this namespace may not be deleted')
      }
      return
    }
    yield* mayCreate(a, r)
  },
}

function* mayCreate(a: Attributes, r: Registry): Task<void> {
  if (a.operation !== 'CREATE' || !a.served.definition.namespaced) return
  // Access reviews answer about namespaces that need not exist.
  if (a.served.gr.group === 'authorization.k8s.io') return
  const namespaces = r.builtin('', 'v1', 'namespaces')
  yield* namespaces.cache.ready()
  const ns = r.cached<Namespace>(namespaces, '', a.namespace)
  if (!ns) throw notFound(NAMESPACES, a.namespace)
  if (ns.status?.phase !== 'Terminating') return
  const base = forbidden(
    a.served.gr,
    a.name,
    `unable to create new content in namespace ${a.namespace} because it is being terminated`,
  )
  throw terminating(base, a)
}

function terminating(base: ApiError, a: Attributes): ApiError {
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${a.namespace} is being terminated`,
    field: 'metadata.namespace',
  }
  const details: Status['details'] = { ...base.status.details, causes: [cause] }
  return failure(403, 'Forbidden', base.message, details)
}
