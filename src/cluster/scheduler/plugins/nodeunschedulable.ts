/**
 * Cordoned nodes take no new pods.
 * @source pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go
 */
import type { Node, Taint } from '../../api/generated/types.ts'
import { toleratesAny } from '../../api/helpers/tolerations.ts'
import { type Plugin, verdict } from '../framework/interface.ts'

const REFUSED = verdict('UnschedulableAndUnresolvable', 'node(s) were unschedulable')
const TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** Refuses nodes with `spec.unschedulable`, unless the pod tolerates the taint of that name. */
export function nodeUnschedulable(): Plugin {
  return {
    name: 'NodeUnschedulable',
    enqueueOn: [
      {
        resource: 'Node',
        actions: ['Add', 'Update'],
        helps: (_pod, _old, now) => !(now as Node | undefined)?.spec?.unschedulable,
      },
    ],
    filter(_s, pod, node) {
      if (!node.unschedulable) return undefined
      return toleratesAny(pod.pod.spec?.tolerations, TAINT) ? undefined : REFUSED
    },
  }
}
