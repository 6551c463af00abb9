/** What the containers and the system's own daemons of one node use now: the summary that eviction and metrics read. */
import { milliValue } from '../api/meta/quantity.ts'
import type { NodeUsage } from '../api/nodeserver.ts'
import type { ContainerRecord, PodRecord } from './podrecord.ts'

/** The system's own daemons: kubelet, containerd, the kernel. @unit as NodeUsage */
const SYSTEM: { readonly cpuMillis: number; readonly memoryBytes: number } = {
  cpuMillis: 60,
  memoryBytes: 420 * 1024 * 1024,
}

/** A container gets no more CPU than its limit. */
function throttled(c: ContainerRecord): { cpuMillis: number; memoryBytes: number } {
  const { cpuMillis, memoryBytes } = c.current?.usage ?? { cpuMillis: 0, memoryBytes: 0 }
  const limit = (c.actuated ?? c.spec.resources)?.limits?.cpu
  return { cpuMillis: limit ? Math.min(cpuMillis, milliValue(limit)) : cpuMillis, memoryBytes }
}

/** Use of a node and of each running container on it. */
export function nodeUsage(pods: Iterable<PodRecord>): NodeUsage {
  const containers = [...pods].flatMap((record) =>
    record.containers
      .filter((c) => c.current?.running)
      .map((c) => ({
        namespace: record.pod.metadata.namespace ?? '',
        pod: record.pod.metadata.name ?? '',
        container: c.spec.name,
        ...throttled(c),
      })),
  )
  return {
    cpuMillis: containers.reduce((n, c) => n + c.cpuMillis, SYSTEM.cpuMillis),
    memoryBytes: containers.reduce((n, c) => n + c.memoryBytes, SYSTEM.memoryBytes),
    containers,
  }
}

/** Working set of a node. @unit bytes */
export function memoryInUse(pods: Iterable<PodRecord>): number {
  let sum = SYSTEM.memoryBytes
  for (const record of pods) sum += podMemory(record)
  return sum
}

/** Working set of one pod. @unit bytes */
export function podMemory(record: PodRecord): number {
  let sum = 0
  for (const c of record.containers) sum += c.current?.usage.memoryBytes ?? 0
  return sum
}
