/**
 * PodTopologyLabels: a pod carries its node's zone and region, from its binding on.
 * @source plugin/pkg/admission/podtopologylabels/admission.go
 */
import type { Binding, Node, Pod } from '../../api/generated/types.ts'
import type { AdmissionPlugin } from './chain.ts'

const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

/** The plugin. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  wants: (s, operation, sub) =>
    s.gr.group === '' &&
    (s.gr.resource === 'pods' || s.gr.resource === 'bindings') &&
    operation === 'CREATE' &&
    (sub === '' || sub === 'binding'),
  *admit(a, r) {
    const o = a.object
    if (!o) return
    const binding = a.subresource === 'binding' || a.served.gr.resource === 'bindings'
    const name = binding
      ? (o as unknown as Binding).target?.name
      : (o as unknown as Pod).spec?.nodeName
    if (!name) return
    const nodes = r.builtin('', 'v1', 'nodes')
    yield* nodes.cache.ready()
    const labels = r.cached<Node>(nodes, '', name)?.metadata.labels
    const copied: Record<string, string> = {}
    for (const l of LABELS) if (labels?.[l] !== undefined) copied[l] = labels[l] as string
    if (Object.keys(copied).length > 0) o.metadata.labels = { ...o.metadata.labels, ...copied }
  },
}
