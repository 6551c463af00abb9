/** Describes NetworkPolicies. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go describeNetworkPolicySpec */
import type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../cluster/api/generated/types.ts'
import { formatLabelSelector } from '../../cluster/api/meta/labels.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { DescribeContext } from './describer.ts'
import type { PrefixWriter } from './writer.ts'

interface Rule {
  readonly ports?: readonly NetworkPolicyPort[] | undefined
  readonly peers?: readonly NetworkPolicyPeer[] | undefined
}

/** A NetworkPolicy. */
export function* describeNetworkPolicy(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const spec = (o as unknown as NetworkPolicy).spec
  w.field(0, 'Name', o.metadata.name)
  w.field(0, 'Namespace', o.metadata.namespace)
  const created = (o.metadata.creationTimestamp ?? '').replace('T', ' ').replace('Z', ' +0000 UTC')
  w.field(0, 'Created on', created)
  w.labels('Labels', o.metadata.labels)
  w.annotations('Annotations', o.metadata.annotations)
  w.write(0, 'Spec:\n')
  const selector = formatLabelSelector(spec?.podSelector)
  const all = '<none> (Allowing the specific traffic to all pods in this namespace)'
  w.write(1, `PodSelector:     ${selector === '<none>' ? all : selector}\n`)
  const types: readonly string[] = spec?.policyTypes ?? []
  const ingress = (spec?.ingress ?? []).map((r) => ({ ports: r.ports, peers: r.from }))
  const egress = (spec?.egress ?? []).map((r) => ({ ports: r.ports, peers: r.to }))
  direction(w, 'ingress', types.includes('Ingress'), ingress)
  direction(w, 'egress', types.includes('Egress'), egress)
  w.write(1, `Policy Types: ${types.join(', ') || '<none>'}\n`)
}

function direction(
  w: PrefixWriter,
  way: 'ingress' | 'egress',
  enabled: boolean,
  rules: readonly Rule[],
): void {
  if (!enabled) {
    w.write(1, `Not affecting ${way} traffic\n`)
    return
  }
  w.write(1, `Allowing ${way} traffic:\n`)
  if (rules.length === 0)
    w.write(2, `<none> (Selected pods are isolated for ${way} connectivity)\n`)
  const word = way === 'ingress' ? 'From' : 'To'
  const end = way === 'ingress' ? 'source' : 'destination'
  rules.forEach((r, i) => {
    if (!r.ports?.length) w.write(2, 'To Port: <any> (traffic allowed to all ports)\n')
    for (const p of r.ports ?? []) {
      const protocol = p.protocol ?? 'TCP'
      if (p.endPort === undefined) w.write(2, `To Port: ${p.port ?? '<nil>'}/${protocol}\n`)
      else w.write(2, `To Port Range: ${p.port}-${p.endPort}/${protocol}\n`)
    }
    if (!r.peers?.length) w.write(2, `${word}: <any> (traffic not restricted by ${end})\n`)
    for (const peer of r.peers ?? []) {
      w.write(2, `${word}:\n`)
      if (peer.namespaceSelector)
        w.write(3, `NamespaceSelector: ${formatLabelSelector(peer.namespaceSelector)}\n`)
      if (peer.podSelector) w.write(3, `PodSelector: ${formatLabelSelector(peer.podSelector)}\n`)
      if (peer.ipBlock && !peer.podSelector && !peer.namespaceSelector) {
        w.write(3, 'IPBlock:\n')
        w.write(4, `CIDR: ${peer.ipBlock.cidr}\n`)
        w.write(4, `Except: ${(peer.ipBlock.except ?? []).join(', ')}\n`)
      }
    }
    if (i < rules.length - 1) w.write(2, '----------\n')
  })
}
