/**
 * Pods for whom preemption has cleared a node, and who wait for their victims to leave.
 * @source pkg/scheduler/backend/queue/nominator.go
 */
import type { PodInfo } from './framework/nodeinfo.ts'

const NOBODY: readonly PodInfo[] = []

/** Who is nominated where. */
export class Nominator {
  private readonly byNode = new Map<string, Map<string, PodInfo>>()
  private readonly nodes = new Map<string, string>()

  add(pod: PodInfo, node: string): void {
    this.remove(pod.key)
    this.nodes.set(pod.key, node)
    const pods = this.byNode.get(node)
    if (pods) pods.set(pod.key, pod)
    else this.byNode.set(node, new Map([[pod.key, pod]]))
  }

  remove(key: string): void {
    const node = this.nodes.get(key)
    if (node === undefined) return
    this.nodes.delete(key)
    const pods = this.byNode.get(node)
    pods?.delete(key)
    if (pods?.size === 0) this.byNode.delete(node)
  }

  nodeOf(key: string): string | undefined {
    return this.nodes.get(key)
  }

  /** Others nominated to the node who come before `pod`. */
  on(node: string, pod: PodInfo): readonly PodInfo[] {
    if (this.byNode.size === 0) return NOBODY
    const pods = this.byNode.get(node)
    if (!pods) return NOBODY
    return [...pods.values()].filter((p) => p.key !== pod.key && p.priority >= pod.priority)
  }
}
