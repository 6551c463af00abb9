/**
 * nodeSelector and node affinity.
 * @source pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go
 */
import type { Node, NodeSelectorTerm, Pod } from '../../api/generated/types.ts'
import { matchesNodeTerm, matchesRequiredNodeAffinity } from '../../api/helpers/nodeaffinity.ts'
import { normalizeByMax, type Plugin, SKIP, verdict } from '../framework/interface.ts'

const REFUSED = verdict(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match Pod's node affinity/selector",
)
const CONFLICT = verdict('UnschedulableAndUnresolvable', 'pod affinity terms conflict')

/** Refuses nodes that lack what the pod requires of them; prefers those it prefers. */
export function nodeAffinity(): Plugin {
  return {
    name: 'NodeAffinity',
    enqueueOn: [
      {
        resource: 'Node',
        actions: ['Add', 'Update'],
        helps: (pod, _old, now) => !now || matchesRequiredNodeAffinity(pod.pod, now as Node),
      },
    ],
    preFilter(_s, pod) {
      const required = requiredTerms(pod.pod)
      if (!required && !pod.pod.spec?.nodeSelector) return { verdict: SKIP }
      const names = required && namesIn(required)
      if (!names) return undefined
      return names.size === 0 ? { verdict: CONFLICT } : { nodes: names }
    },
    filter(_s, pod, node) {
      return node.node && matchesRequiredNodeAffinity(pod.pod, node.node) ? undefined : REFUSED
    },
    preScore: (_s, pod) => (preferredTerms(pod.pod)?.length ? undefined : SKIP),
    scorer: (_s, pod) => (node) => {
      let sum = 0
      for (const t of preferredTerms(pod.pod) ?? []) {
        if (t.weight === 0 || !node.node) continue
        const p = t.preference
        // Unlike a required term, an empty preference matches every node.
        const empty = !p.matchExpressions?.length && !p.matchFields?.length
        if (empty || matchesNodeTerm(p, node.node)) sum += t.weight
      }
      return sum
    },
    normalize: (_s, _pod, _nodes, scores) => normalizeByMax(scores, false),
  }
}

function requiredTerms(pod: Pod): readonly NodeSelectorTerm[] | undefined {
  const affinity = pod.spec?.affinity?.nodeAffinity
  return affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
}

function preferredTerms(pod: Pod) {
  return pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
}

/** Node names when every term names some (as DaemonSet pods do), so that no other node is tried. */
function namesIn(terms: readonly NodeSelectorTerm[]): Set<string> | undefined {
  if (terms.length === 0) return undefined
  const all = new Set<string>()
  for (const t of terms) {
    let names: Set<string> | undefined
    for (const f of t.matchFields ?? []) {
      if (f.key !== 'metadata.name' || f.operator !== 'In') continue
      const more = new Set(f.values ?? [])
      names = names ? new Set([...names].filter((n) => more.has(n))) : more
    }
    if (!names) return undefined
    for (const n of names) all.add(n)
  }
  return all
}
