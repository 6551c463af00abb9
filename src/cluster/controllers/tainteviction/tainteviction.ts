/**
 * Deletes pods that do not tolerate a NoExecute taint of their node, at once or when their patience runs out.
 * @source pkg/controller/tainteviction/taint_eviction.go
 */
import type { Node, Pod, Taint } from '../../api/generated/types.ts'
import { isPodTerminal } from '../../api/helpers/pods.ts'
import { tolerates } from '../../api/helpers/tolerations.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf, parseKey } from '../../api/object.ts'
import type { Recorder } from '../../client/recorder.ts'
import type { WorkQueue } from '../../client/workqueue.ts'
import type { Timer } from '../../sim/clock.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  defineController,
  nowOf,
  refTo,
  startLoop,
  targetOf,
} from '../framework.ts'
import { BY_NODE, podInformer } from '../podcontrol.ts'

/** The taint eviction controller; it works under the node controller's identity. */
export const tainteviction = defineController({
  name: 'taint-eviction-controller',
  account: 'node-controller',
  start: (c) => new TaintEviction(c).start(),
})

/**
 * How long a pod may stay in spite of the taints: 0 is not at all, undefined for ever.
 * @unit ms
 */
export function patience(pod: Pod, taints: readonly Taint[]): number | undefined {
  let least: number | undefined
  for (const t of taints) {
    const used = pod.spec?.tolerations?.find((x) => tolerates(x, t))
    if (!used) return 0
    if (used.tolerationSeconds === undefined) continue
    const ms = Math.max(0, used.tolerationSeconds) * 1000
    if (least === undefined || ms < least) least = ms
  }
  return least
}

interface Waiting {
  readonly timer: Timer
  readonly since: number
}

class TaintEviction {
  private readonly nodes
  private readonly pods
  private readonly recorder: Recorder
  private readonly evictions: WorkQueue
  private readonly waiting = new Map<string, Waiting>()

  constructor(private readonly c: ControllerContext) {
    this.nodes = c.informers.for('Node')
    this.pods = podInformer(c)
    this.recorder = c.recorder('taint-eviction-controller')
    this.evictions = startLoop({
      context: c,
      kind: 'Pod',
      label: 'evict',
      workers: 8,
      reconcile: (key) => this.evict(key),
    })
    c.onStop(() => {
      for (const w of this.waiting.values()) w.timer.cancel()
    })
  }

  start(): void {
    this.nodes.on({
      added: (n) => {
        if (taintsOf(n).length > 0) this.lookAtNode(n)
      },
      updated: (old, n) => {
        if (old.spec?.taints !== n.spec?.taints) this.lookAtNode(n)
      },
    })
    this.pods.on({
      added: (pod) => this.lookAtPod(pod),
      updated: (old, pod) => {
        if (old.spec !== pod.spec || pod.metadata.deletionTimestamp) this.lookAtPod(pod)
      },
      deleted: (pod) => this.cancel(keyOf(pod), undefined),
    })
  }

  private lookAtPod(pod: Pod): void {
    const name = pod.spec?.nodeName
    if (!name) return
    const taints = taintsOf(this.nodes.get('', name))
    if (taints.length > 0 || this.waiting.has(keyOf(pod))) this.look(pod, taints)
  }

  private cancel(key: string, pod: Pod | undefined): void {
    const w = this.waiting.get(key)
    if (!w) return
    w.timer.cancel()
    this.waiting.delete(key)
    if (!pod) return
    const text = `Cancelling deletion of Pod ${key}`
    this.recorder.event(targetOf('Pod', pod), 'Normal', 'TaintManagerEviction', text)
  }

  private look(pod: Pod, taints: readonly Taint[]): void {
    const { clock, trace } = this.c.world
    const key = keyOf(pod)
    if (pod.metadata.deletionTimestamp || isPodTerminal(pod)) return this.cancel(key, undefined)
    if (taints.length === 0) return this.cancel(key, pod)
    const ms = patience(pod, taints)
    if (ms === undefined) return this.cancel(key, pod)
    if (ms === 0) {
      this.cancel(key, undefined)
      this.evictions.add(key)
      return
    }
    const known = this.waiting.get(key)
    const since = known?.since ?? clock.now
    const due = Math.max(clock.now, since + ms)
    if (known && known.timer.due <= due) return
    known?.timer.cancel()
    const run = () => {
      this.waiting.delete(key)
      this.evictions.add(key)
    }
    const step = { owner: this.c.owner, label: 'evict', cause: trace.current, run }
    this.waiting.set(key, { timer: clock.at(due, step, true), since })
  }

  private lookAtNode(node: Node): void {
    const taints = taintsOf(node)
    for (const p of [...this.pods.by(BY_NODE, node.metadata.name ?? '')]) this.look(p, taints)
  }

  private *evict(key: string): Task<void> {
    const { namespace, name } = parseKey(key)
    const pod = this.pods.get(namespace, name)
    if (!pod || pod.metadata.deletionTimestamp) return
    const node = pod.spec?.nodeName ?? ''
    decide(this.c, refTo('Pod', pod), `evict from ${node}`, {
      node,
      taints: taintsOf(this.nodes.get('', node)).map((t) => `${t.key}:${t.effect}`),
    })
    const text = `Marking for deletion Pod ${key}`
    this.recorder.event(targetOf('Pod', pod), 'Normal', 'TaintManagerEviction', text)
    const { generation } = pod.metadata
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: nowOf(this.c),
      ...(generation ? { observedGeneration: generation } : {}),
    }
    try {
      const status = { conditions: [condition] }
      yield* this.c.client.patch(
        'Pod',
        callKey(pod),
        'strategic',
        { status },
        { subresource: 'status' },
      )
      yield* this.c.client.delete('Pod', callKey(pod))
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}

function taintsOf(node: Node | undefined): readonly Taint[] {
  return node?.spec?.taints?.filter((t) => t.effect === 'NoExecute') ?? []
}
