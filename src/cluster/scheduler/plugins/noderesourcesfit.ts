/**
 * A node must have room for the pod; emptier nodes are preferred.
 * @source pkg/scheduler/framework/plugins/noderesources/fit.go, least_allocated.go
 */
import type { Node } from '../../api/generated/types.ts'
import { type Plugin, type Verdict, verdict } from '../framework/interface.ts'
import { NodeInfo, type PodInfo } from '../framework/nodeinfo.ts'

const PODS = 1
const CPU = 2
const MEMORY = 4
const EPHEMERAL = 8
/** The pod would not fit even on the empty node. */
const TOO_BIG = 16

const verdicts: Verdict[] = []
for (let bits = 0; bits < 32; bits++) {
  const reasons: string[] = []
  if (bits & PODS) reasons.push('Too many pods')
  if (bits & CPU) reasons.push('Insufficient cpu')
  if (bits & MEMORY) reasons.push('Insufficient memory')
  if (bits & EPHEMERAL) reasons.push('Insufficient ephemeral-storage')
  verdicts.push(verdict(codeOf(bits), ...reasons))
}

function codeOf(bits: number): 'Unschedulable' | 'UnschedulableAndUnresolvable' {
  return bits & TOO_BIG ? 'UnschedulableAndUnresolvable' : 'Unschedulable'
}

/** Refuses nodes without room; scores by what is left of cpu and memory. */
export function nodeResourcesFit(): Plugin {
  return {
    name: 'NodeResourcesFit',
    enqueueOn: [
      { resource: 'AssignedPod', actions: ['Delete', 'Update'] },
      {
        resource: 'Node',
        actions: ['Add', 'Update'],
        helps: (pod, _old, now) => !now || fitsEmpty(pod, now as Node),
      },
    ],
    filter: (_s, pod, node) => insufficient(pod, node),
    scorer: (_s, pod) => (node) => {
      const { allocatable } = node
      const cpu = left(node.nonZeroCpu + pod.nonZeroCpu, allocatable.cpu)
      const memory = left(node.nonZeroMemory + pod.nonZeroMemory, allocatable.memory)
      const weights = (allocatable.cpu > 0 ? 1 : 0) + (allocatable.memory > 0 ? 1 : 0)
      return weights === 0 ? 0 : Math.floor((cpu + memory) / weights)
    },
  }
}

function left(requested: number, capacity: number): number {
  if (capacity <= 0 || requested > capacity) return 0
  return Math.floor(((capacity - requested) * 100) / capacity)
}

function insufficient(pod: PodInfo, node: NodeInfo): Verdict | undefined {
  let bits = 0
  if (node.pods.size + 1 > node.allowedPods) bits |= PODS
  const want = pod.requests
  const have = node.allocatable
  const used = node.requested
  if (want.cpu > 0 && want.cpu > have.cpu - used.cpu) {
    bits |= CPU
    if (want.cpu > have.cpu) bits |= TOO_BIG
  }
  if (want.memory > 0 && want.memory > have.memory - used.memory) {
    bits |= MEMORY
    if (want.memory > have.memory) bits |= TOO_BIG
  }
  if (want.ephemeral > 0 && want.ephemeral > have.ephemeral - used.ephemeral) {
    bits |= EPHEMERAL
    if (want.ephemeral > have.ephemeral) bits |= TOO_BIG
  }
  if (want.scalars) return withScalars(bits, want.scalars, node)
  return bits === 0 ? undefined : verdicts[bits]
}

function withScalars(
  bits: number,
  scalars: ReadonlyMap<string, number>,
  node: NodeInfo,
): Verdict | undefined {
  const more: string[] = []
  let all = bits
  for (const [name, n] of scalars) {
    const have = node.allocatable.scalars?.get(name) ?? 0
    if (n <= have - (node.requested.scalars?.get(name) ?? 0)) continue
    more.push(`Insufficient ${name}`)
    if (n > have) all |= TOO_BIG
  }
  if (more.length === 0) return all === 0 ? undefined : verdicts[all]
  return verdict(codeOf(all), ...(verdicts[all]?.reasons ?? []), ...more)
}

function fitsEmpty(pod: PodInfo, node: Node): boolean {
  return insufficient(pod, new NodeInfo('', node)) === undefined
}
