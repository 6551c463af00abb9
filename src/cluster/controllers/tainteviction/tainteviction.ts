/**
 * Deletes pods that do not tolerate a NoExecute taint of their node, at once or when their patience runs out.
 * @source pkg/controller/tainteviction/taint_eviction.go
 */
import type { Node, Pod, Taint } from '../../api/generated/types.ts'
import { isPodTerminal } from '../../api/helpers/pods.ts'
import { tolerates } from '../../api/helpers/tolerations.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf, parseKey } from '../../api/object.ts'
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
  start,
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

function start(c: ControllerContext): void {
  const nodes = c.informers.for('Node')
  const pods = podInformer(c)
  const recorder = c.recorder('taint-eviction-controller')
  const waiting = new Map<string, Waiting>()
  const { clock, trace } = c.world
  const evictions = startLoop({
    context: c,
    kind: 'Pod',
    label: 'evict',
    workers: 8,
    reconcile: evict,
  })

  const taintsOf = (node: Node | undefined) =>
    node?.spec?.taints?.filter((t) => t.effect === 'NoExecute') ?? []

  function cancel(key: string, pod: Pod | undefined): void {
    const w = waiting.get(key)
    if (!w) return
    w.timer.cancel()
    waiting.delete(key)
    if (!pod) return
    const text = `Cancelling deletion of Pod ${key}`
    recorder.event(targetOf('Pod', pod), 'Normal', 'TaintManagerEviction', text)
  }

  function look(pod: Pod, taints: readonly Taint[]): void {
    const key = keyOf(pod)
    if (pod.metadata.deletionTimestamp || isPodTerminal(pod)) return cancel(key, undefined)
    if (taints.length === 0) return cancel(key, pod)
    const ms = patience(pod, taints)
    if (ms === undefined) return cancel(key, pod)
    if (ms === 0) {
      cancel(key, undefined)
      evictions.add(key)
      return
    }
    const known = waiting.get(key)
    const since = known?.since ?? clock.now
    const due = Math.max(clock.now, since + ms)
    if (known && known.timer.due <= due) return
    known?.timer.cancel()
    const run = () => {
      waiting.delete(key)
      evictions.add(key)
    }
    const step = { owner: c.owner, label: 'evict', cause: trace.current, run }
    waiting.set(key, { timer: clock.at(due, step, true), since })
  }

  function lookAtNode(node: Node): void {
    const taints = taintsOf(node)
    for (const p of [...pods.by(BY_NODE, node.metadata.name ?? '')]) look(p, taints)
  }

  nodes.on({
    added: (n) => {
      if (taintsOf(n).length > 0) lookAtNode(n)
    },
    updated: (old, n) => {
      if (old.spec?.taints !== n.spec?.taints) lookAtNode(n)
    },
  })
  const lookAtPod = (pod: Pod) => {
    const name = pod.spec?.nodeName
    if (!name) return
    const taints = taintsOf(nodes.get('', name))
    if (taints.length > 0 || waiting.has(keyOf(pod))) look(pod, taints)
  }
  pods.on({
    added: lookAtPod,
    updated: (old, pod) => {
      if (old.spec !== pod.spec || pod.metadata.deletionTimestamp) lookAtPod(pod)
    },
    deleted: (pod) => cancel(keyOf(pod), undefined),
  })

  function* evict(key: string): Task<void> {
    const { namespace, name } = parseKey(key)
    const pod = pods.get(namespace, name)
    if (!pod || pod.metadata.deletionTimestamp) return
    const node = pod.spec?.nodeName ?? ''
    decide(c, refTo('Pod', pod), `evict from ${node}`, {
      node,
      taints: taintsOf(nodes.get('', node)).map((t) => `${t.key}:${t.effect}`),
    })
    const text = `Marking for deletion Pod ${key}`
    recorder.event(targetOf('Pod', pod), 'Normal', 'TaintManagerEviction', text)
    const { generation } = pod.metadata
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: nowOf(c),
      ...(generation ? { observedGeneration: generation } : {}),
    }
    try {
      const status = { conditions: [condition] }
      yield* c.client.patch('Pod', callKey(pod), 'strategic', { status }, { subresource: 'status' })
      yield* c.client.delete('Pod', callKey(pod))
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}
