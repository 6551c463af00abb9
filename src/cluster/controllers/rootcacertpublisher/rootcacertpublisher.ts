/**
 * Puts the cluster's root certificate into every namespace, for pods to trust the API server.
 * @source pkg/controller/certificates/rootcacertpublisher/publisher.go
 */
import type { ConfigMap, Namespace } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, defineController, startLoop } from '../framework.ts'
import { isNamespaceTerminating } from '../podcontrol.ts'

const NAME = 'kube-root-ca.crt'
const DESCRIPTION = 'kubernetes.io/description'
const TEXT =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal ' +
  'endpoints such as the internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.'

/** The root CA publisher. */
export const rootcacertpublisher = defineController({
  name: 'root-ca-certificate-publisher-controller',
  account: 'root-ca-cert-publisher',
  start,
})

function start(c: ControllerContext): void {
  const maps = c.informers.for('ConfigMap')
  const namespaces = c.informers.for('Namespace')
  const queue = startLoop({ context: c, kind: 'Namespace', workers: 1, reconcile })
  const look = (ns: Namespace) => queue.add(ns.metadata.name ?? '')
  const changed = (m: ConfigMap) => {
    if (m.metadata.name === NAME) queue.add(m.metadata.namespace ?? '')
  }
  namespaces.on({ added: look, updated: (_old, ns) => look(ns) })
  maps.on({ updated: (_old, m) => changed(m), deleted: changed })

  function* reconcile(namespace: string): Task<void> {
    const ns = namespaces.get('', namespace)
    if (!ns || ns.status?.phase === 'Terminating') return
    const data = { 'ca.crt': c.authority.certificate }
    const known = maps.get(namespace, NAME)
    try {
      if (!known) {
        const metadata = { namespace, name: NAME, annotations: { [DESCRIPTION]: TEXT } }
        const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as const
        yield* c.client.create('ConfigMap', map)
        return
      }
      const noted = known.metadata.annotations?.[DESCRIPTION] !== undefined
      if (known.data?.['ca.crt'] === c.authority.certificate && noted) return
      const annotations = { ...known.metadata.annotations, [DESCRIPTION]: TEXT }
      const metadata = { ...known.metadata, annotations }
      yield* c.client.update('ConfigMap', { ...known, metadata, data })
    } catch (error) {
      const harmless = isReason(error, 'AlreadyExists') || isReason(error, 'NotFound')
      if (!harmless && !isNamespaceTerminating(error)) throw error
    }
  }
}
