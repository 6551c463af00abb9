/** Host ports can be taken once. @source pkg/scheduler/framework/plugins/nodeports/node_ports.go */
import { type Plugin, SKIP, verdict } from '../framework/interface.ts'
import type { HostPort, NodeInfo } from '../framework/nodeinfo.ts'

const REFUSED = verdict(
  'Unschedulable',
  "node(s) didn't have free ports for the requested pod ports",
)
const ANY = '0.0.0.0'

/** Refuses nodes on which a wanted host port is in use. */
export function nodePorts(): Plugin {
  return {
    name: 'NodePorts',
    enqueueOn: [
      { resource: 'AssignedPod', actions: ['Delete'] },
      { resource: 'Node', actions: ['Add', 'Update'] },
    ],
    preFilter: (_s, pod) => (pod.hostPorts.length === 0 ? { verdict: SKIP } : undefined),
    filter: (_s, pod, node) => (pod.hostPorts.some((p) => taken(node, p)) ? REFUSED : undefined),
  }
}

function taken(node: NodeInfo, p: HostPort): boolean {
  const ips = node.usedPorts.get(`${p.protocol}/${p.port}`)
  return ips?.some((ip) => ip === p.ip || ip === ANY || p.ip === ANY) ?? false
}
