/** A pod may ask for one node by name. @source pkg/scheduler/framework/plugins/nodename/node_name.go */
import { type Plugin, SKIP, verdict } from '../framework/interface.ts'

const REFUSED = verdict(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match the requested node name",
)

/** Refuses nodes of another name than `spec.nodeName`. */
export function nodeName(): Plugin {
  return {
    name: 'NodeName',
    enqueueOn: [{ resource: 'Node', actions: ['Add', 'Update'] }],
    preFilter: (_s, pod) => (pod.pod.spec?.nodeName ? undefined : { verdict: SKIP }),
    filter: (_s, pod, node) => (pod.pod.spec?.nodeName === node.name ? undefined : REFUSED),
  }
}
