/**
 * The part of the network plugin that enforces NetworkPolicy: watches policies, namespaces and pods, and is asked for
 * every connection. What a node itself sends to its pods (probes, hooks, proxied requests) always passes.
 * @source https://github.com/kubernetes-sigs/kube-network-policies
 */
import type { Client } from '../client/client.ts'
import { createInformers } from '../client/informer.ts'
import type { Endpoint, PolicyCheck } from '../network/network.ts'
import { type PolicyEnd, refusal } from '../network/policy.ts'

/** Starts enforcement. @returns the check that the network asks */
export function startNetworkPolicy(client: Client): PolicyCheck {
  const informers = createInformers(client)
  const policies = informers.for('NetworkPolicy')
  const namespaces = informers.for('Namespace')
  const pods = informers.for('Pod')
  const endOf = (ip: string, endpoint: Endpoint | undefined): PolicyEnd => {
    if (!endpoint?.pod) return { ip }
    const pod = pods.getKey(endpoint.name)
    const { namespace } = endpoint
    const name = endpoint.name.slice(namespace.length + 1)
    const labels = pod?.metadata.labels ?? endpoint.labels
    const namespaceLabels = namespaces.get('', namespace)?.metadata.labels
    const ports = (pod?.spec?.containers ?? []).flatMap((c) => c.ports ?? [])
    return { ip, pod: { namespace, name, labels, namespaceLabels, ports } }
  }
  return ({ from, source, to, port, protocol }) => {
    if (policies.size === 0 || isOwnNode(from.ip, source, to)) return undefined
    const ends = { from: endOf(from.ip, source), to: endOf(to.ip, to) }
    return refusal((namespace) => policies.list(namespace), { ...ends, port, protocol })
  }
}

/** The kubelet speaks without an address of its own. */
function isOwnNode(ip: string, source: Endpoint | undefined, to: Endpoint): boolean {
  return ip === '' || (source !== undefined && !source.pod && source.node === to.node)
}
