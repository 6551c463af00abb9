/**
 * Prefers nodes whose cpu and memory would be used to like degrees.
 * @source pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go
 */
import { type Plugin, SKIP } from '../framework/interface.ts'

/** Scores by how even the fractions of cpu and memory in use would be. */
export function nodeResourcesBalancedAllocation(): Plugin {
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore(_s, pod) {
      // Pods that ask for nothing would all go to one balanced node.
      return pod.requests.cpu === 0 && pod.requests.memory === 0 ? SKIP : undefined
    },
    scorer: (_s, pod) => (node) => {
      const { allocatable, requested } = node
      if (allocatable.cpu === 0 || allocatable.memory === 0) return 100
      const cpu = Math.min(1, (requested.cpu + pod.requests.cpu) / allocatable.cpu)
      const memory = Math.min(1, (requested.memory + pod.requests.memory) / allocatable.memory)
      return Math.floor((1 - Math.abs((cpu - memory) / 2)) * 100)
    },
  }
}
