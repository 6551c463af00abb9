/**
 * Every namespace has a ServiceAccount named default.
 * @source pkg/controller/serviceaccount/serviceaccounts_controller.go
 */
import type { Namespace } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, defineController, startLoop } from '../framework.ts'
import { isNamespaceTerminating } from '../podcontrol.ts'

const NAME = 'default'

/** The ServiceAccount controller. */
export const serviceaccount = defineController({
  name: 'serviceaccount-controller',
  account: 'service-account-controller',
  start,
})

function start(c: ControllerContext): void {
  const accounts = c.informers.for('ServiceAccount')
  const namespaces = c.informers.for('Namespace')
  const queue = startLoop({ context: c, kind: 'Namespace', workers: 1, reconcile })
  const look = (ns: Namespace) => queue.add(ns.metadata.name ?? '')
  namespaces.on({ added: look, updated: (_old, ns) => look(ns) })
  accounts.on({
    deleted: (a) => {
      if (a.metadata.name === NAME) queue.add(a.metadata.namespace ?? '')
    },
  })

  function* reconcile(namespace: string): Task<void> {
    const ns = namespaces.get('', namespace)
    if (!ns || ns.metadata.deletionTimestamp || ns.status?.phase === 'Terminating') return
    if (accounts.get(namespace, NAME)) return
    const metadata = { namespace, name: NAME }
    try {
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata } as const
      yield* c.client.create('ServiceAccount', account)
    } catch (error) {
      if (!isReason(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error
    }
  }
}
