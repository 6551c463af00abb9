/**
 * What happens when a machine has no memory left at all: the kernel ends the process with the highest score, and the
 * kubelet's watcher tells of it.
 * @source pkg/kubelet/qos/policy.go GetContainerOOMScoreAdjust, pkg/kubelet/oom/oom_watcher_linux.go, mm/oom_kill.c oom_badness
 */
import type { Pod } from '../api/generated/types.ts'
import { quantityValue } from '../api/meta/quantity.ts'
import type { EventTarget, Recorder } from '../client/recorder.ts'
import { isCritical } from './eviction.ts'
import type { ContainerRecord, PodRecord } from './podrecord.ts'
import { qosClassOf } from './qos.ts'
import { memoryInUse } from './usage.ts'

const GUARANTEED_ADJUST = -997
const BEST_EFFORT_ADJUST = 1000

/** How much the kernel is told to prefer a container: -1000 never to 1000 first. @param capacity @unit bytes */
export function scoreAdjust(pod: Pod, c: ContainerRecord['spec'], capacity: number): number {
  if (isCritical(pod)) return GUARANTEED_ADJUST
  const qos = qosClassOf(pod)
  if (qos === 'Guaranteed') return GUARANTEED_ADJUST
  if (qos === 'BestEffort') return BEST_EFFORT_ADJUST
  const request = quantityValue(c.resources?.requests?.memory)
  const adjust = 1000 - Math.trunc((1000 * request) / capacity)
  if (adjust < 1000 + GUARANTEED_ADJUST) return 1000 + GUARANTEED_ADJUST
  return adjust === BEST_EFFORT_ADJUST ? adjust - 1 : adjust
}

/** Ends containers, the worst first, until what is left fits into the machine. */
export function killWhileOutOfMemory(
  records: readonly PodRecord[],
  capacity: number,
  recorder: Recorder,
  node: EventTarget,
): void {
  while (memoryInUse(records) > capacity) {
    const worst = highest(records, capacity)
    if (!worst) return
    const program = worst.spec.command?.[0] ?? worst.current?.config.image.entrypoint[0] ?? 'sh'
    const name = program.slice(program.lastIndexOf('/') + 1)
    recorder.event(
      node,
      'Warning',
      'SystemOOM',
      `System OOM encountered, victim process: ${name}, pid: 1`,
    )
    worst.current?.finish(137, 'OOMKilled')
  }
}

function highest(records: readonly PodRecord[], capacity: number): ContainerRecord | undefined {
  let worst: ContainerRecord | undefined
  let most = Number.NEGATIVE_INFINITY
  for (const { pod, containers } of records) {
    for (const c of containers) {
      if (!c.current?.running) continue
      const used = (1000 * c.current.usage.memoryBytes) / capacity
      const score = used + scoreAdjust(pod, c.spec, capacity)
      if (score <= most) continue
      most = score
      worst = c
    }
  }
  return worst
}
