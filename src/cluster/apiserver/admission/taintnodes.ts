/**
 * TaintNodesByCondition: a new node takes no pods until its conditions have been looked at.
 * @source plugin/pkg/admission/nodetaint/admission.go
 */
import type { Node } from '../../api/generated/types.ts'
import type { AdmissionPlugin } from './chain.ts'

const KEY = 'node.kubernetes.io/not-ready'

/** The plugin. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  wants: (s, operation, sub) =>
    s.gr.group === '' && s.gr.resource === 'nodes' && operation === 'CREATE' && sub === '',
  *admit(a) {
    const node = a.object as unknown as Node
    const taints = node.spec?.taints ?? []
    if (taints.some((t) => t.key === KEY && t.effect === 'NoSchedule')) return
    node.spec = { ...node.spec, taints: [...taints, { key: KEY, effect: 'NoSchedule' }] }
  },
}
