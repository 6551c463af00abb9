/** What the trace tells about a scheduling decision: who refused each node, and how the others scored. */
import type { Detail } from '../sim/trace.ts'
import type { NodeInfo } from './framework/nodeinfo.ts'
import type { Diagnosis, Scores } from './framework/runtime.ts'

/** Nodes told of; the rest are counted only. */
const DETAILED_NODES_MAX = 50
/** In clusters beyond this size the details are left out. */
const DETAILED_CLUSTER_MAX = 500

/** `{ nodes: [{ node, filteredBy, reason } | { node, scores, total }], chosen, evaluated, total }`. */
export function decisionDetail(
  all: readonly NodeInfo[],
  feasible: readonly NodeInfo[],
  diagnosis: Diagnosis,
  scores: Scores | undefined,
  chosen: NodeInfo | undefined,
): Detail {
  const summary = {
    ...(chosen ? { chosen: chosen.name } : {}),
    nodesTotal: all.length,
    nodesFeasible: feasible.length,
  }
  if (all.length > DETAILED_CLUSTER_MAX) return summary
  const nodes: object[] = []
  const index = new Map(feasible.map((n, i) => [n, i]))
  for (const node of all) {
    if (nodes.length >= DETAILED_NODES_MAX) break
    const refusal = diagnosis.refused.get(node) ?? diagnosis.preFilter
    const i = index.get(node)
    if (i !== undefined) nodes.push({ node: node.name, ...scoresOf(scores, i) })
    else if (refusal) {
      const reason = refusal.verdict.reasons.join(', ')
      nodes.push({ node: node.name, filteredBy: refusal.plugin, reason })
    }
  }
  return { ...summary, nodes }
}

function scoresOf(scores: Scores | undefined, i: number): object {
  if (!scores) return {}
  const byPlugin: Record<string, number> = {}
  for (const [plugin, list] of scores.byPlugin) byPlugin[plugin] = list[i] ?? 0
  return { scores: byPlugin, total: scores.totals[i] ?? 0 }
}
