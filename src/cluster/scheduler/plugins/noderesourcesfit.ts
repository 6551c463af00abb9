/**
 * A node must have room for the pod; emptier nodes are preferred.
 * @source pkg/scheduler/framework/plugins/noderesources/fit.go, least_allocated.go
 */
import type { Node } from '../../api/generated/types.ts'
import type { Figures } from '../framework/figures.ts'
import * as F from '../framework/figures.ts'
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
      const { numbers, at } = node.figures
      const cpuHere = numbers[at + F.CPU] as number
      const memoryHere = numbers[at + F.MEMORY] as number
      const cpuAsked = numbers[at + F.CPU_ASKED_NON_ZERO] as number
      const memoryAsked = numbers[at + F.MEMORY_ASKED_NON_ZERO] as number
      const cpu = left(cpuAsked + pod.nonZeroCpu, cpuHere)
      const memory = left(memoryAsked + pod.nonZeroMemory, memoryHere)
      const weights = (cpuHere > 0 ? 1 : 0) + (memoryHere > 0 ? 1 : 0)
      return weights === 0 ? 0 : Math.floor((cpu + memory) / weights)
    },
  }
}

function left(requested: number, capacity: number): number {
  if (capacity <= 0 || requested > capacity) return 0
  return Math.floor(((capacity - requested) * 100) / capacity)
}

function insufficient(pod: PodInfo, node: NodeInfo): Verdict | undefined {
  const { numbers, at } = node.figures
  const { cpu, memory, ephemeral, scalars } = pod.requests
  let bits =
    (numbers[at + F.PODS] as number) + 1 > (numbers[at + F.PODS_ALLOWED] as number) ? PODS : 0
  if (cpu > 0) bits |= tooLittle(cpu, node.figures, F.CPU, F.CPU_ASKED, CPU)
  if (memory > 0) bits |= tooLittle(memory, node.figures, F.MEMORY, F.MEMORY_ASKED, MEMORY)
  if (ephemeral > 0) {
    bits |= tooLittle(ephemeral, node.figures, F.EPHEMERAL, F.EPHEMERAL_ASKED, EPHEMERAL)
  }
  if (scalars) return withScalars(bits, scalars, node)
  return bits === 0 ? undefined : verdicts[bits]
}

/** @returns the bit of what lacks, with TOO_BIG when the whole node would not do; 0 when there is room */
function tooLittle(
  want: number,
  { numbers, at }: Figures,
  here: number,
  asked: number,
  bit: number,
): number {
  const have = numbers[at + here] as number
  if (want <= have - (numbers[at + asked] as number)) return 0
  return want > have ? bit | TOO_BIG : bit
}

function withScalars(
  bits: number,
  scalars: ReadonlyMap<string, number>,
  node: NodeInfo,
): Verdict | undefined {
  const more: string[] = []
  let all = bits
  for (const [name, n] of scalars) {
    const have = node.extended?.get(name) ?? 0
    if (n <= have - (node.asked?.get(name) ?? 0)) continue
    more.push(`Insufficient ${name}`)
    if (n > have) all |= TOO_BIG
  }
  if (more.length === 0) return all === 0 ? undefined : verdicts[all]
  return verdict(codeOf(all), ...(verdicts[all]?.reasons ?? []), ...more)
}

function fitsEmpty(pod: PodInfo, node: Node): boolean {
  return insufficient(pod, new NodeInfo('', node)) === undefined
}
