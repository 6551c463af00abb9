/**
 * Prefers nodes whose cpu and memory would be used to like degrees.
 * @source pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go
 */
import * as F from '../framework/figures.ts'
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
      const { numbers, at } = node.figures
      const cpuHere = numbers[at + F.CPU] as number
      const memoryHere = numbers[at + F.MEMORY] as number
      if (cpuHere === 0 || memoryHere === 0) return 100
      const cpuAsked = (numbers[at + F.CPU_ASKED] as number) + pod.requests.cpu
      const memoryAsked = (numbers[at + F.MEMORY_ASKED] as number) + pod.requests.memory
      const cpu = Math.min(1, cpuAsked / cpuHere)
      const memory = Math.min(1, memoryAsked / memoryHere)
      return Math.floor((1 - Math.abs((cpu - memory) / 2)) * 100)
    },
  }
}
