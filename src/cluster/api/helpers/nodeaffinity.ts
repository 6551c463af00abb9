/**
 * Node selectors and affinity.
 * @source staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go
 */
import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Pod,
} from '../generated/types.ts'

/** True when the node has what the pod's nodeSelector and required node affinity ask for. */
export function matchesRequiredNodeAffinity(pod: Pod, node: Node): boolean {
  const selector = pod.spec?.nodeSelector
  const labels = node.metadata.labels
  if (selector) for (const k of Object.keys(selector)) if (labels?.[k] !== selector[k]) return false
  const affinity = pod.spec?.affinity?.nodeAffinity
  const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || matchesNodeSelector(required, node)
}

/** True when any term matches; no terms match nothing. */
export function matchesNodeSelector(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some((t) => matchesNodeTerm(t, node))
}

/** True when every requirement of the term holds; an empty term matches nothing. */
export function matchesNodeTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length === 0 && fields.length === 0) return false
  for (const e of expressions) if (!meets(e, node.metadata.labels?.[e.key])) return false
  for (const f of fields) {
    if (f.key !== 'metadata.name' || !meets(f, node.metadata.name)) return false
  }
  return true
}

function meets(r: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (r.operator) {
    case 'In':
      return value !== undefined && (r.values ?? []).includes(value)
    case 'NotIn':
      return value === undefined || !(r.values ?? []).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default: {
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false
      const bound = r.values?.[0]
      if (bound === undefined || !/^[+-]?\d+$/.test(bound)) return false
      return r.operator === 'Gt' ? Number(value) > Number(bound) : Number(value) < Number(bound)
    }
  }
}
