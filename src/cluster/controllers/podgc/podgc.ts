/**
 * Collects pods that nobody will clean up: on nodes that are gone, never scheduled and deleted, or finished in excess.
 * @source pkg/controller/podgc/gc_controller.go
 */
import type { Pod } from '../../api/generated/types.ts'
import { isPodTerminal } from '../../api/helpers/pods.ts'
import { isTrue } from '../../api/meta/conditions.ts'
import { isReason } from '../../api/meta/status.ts'
import { parseTime } from '../../api/meta/time.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  defineController,
  every,
  isOperational,
  nowOf,
  refTo,
} from '../framework.ts'
import { podInformer } from '../podcontrol.ts'

const PERIOD_MS = 20_000
/** A node must be missing for so long before its pods are given up. */
const QUARANTINE_MS = 40_000
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'

/** The pod garbage collector. */
export const podgc = defineController({
  name: 'pod-garbage-collector-controller',
  account: 'pod-garbage-collector',
  start,
})

function start(c: ControllerContext): void {
  const pods = podInformer(c)
  const nodes = c.informers.for('Node')
  /** When a node was first found missing. @unit virtual ms */
  const missing = new Map<string, number>()
  every(c, 'collect pods', PERIOD_MS, function* () {
    const all = [...pods.list()]
    yield* collectFinished(all)
    yield* collectOutOfService(all)
    yield* collectOrphaned(all)
    yield* collectUnscheduled(all)
  })

  function* collectFinished(all: readonly Pod[]): Task<void> {
    const finished = all.filter(isPodTerminal)
    const surplus = finished.length - c.flags.podGcThreshold
    if (c.flags.podGcThreshold <= 0 || surplus <= 0) return
    const age = (p: Pod) => parseTime(p.metadata.creationTimestamp) ?? 0
    const evicted = (p: Pod) => (p.status?.reason === 'Evicted' ? 0 : 1)
    finished.sort((a, b) => evicted(a) - evicted(b) || age(a) - age(b))
    for (const p of finished.slice(0, surplus)) yield* remove(p, 'finished pods in excess')
  }

  function* collectOutOfService(all: readonly Pod[]): Task<void> {
    for (const p of all) {
      if (!p.metadata.deletionTimestamp) continue
      const node = nodes.get('', p.spec?.nodeName ?? '')
      if (!node || isTrue(node.status?.conditions, 'Ready')) continue
      if (node.spec?.taints?.some((t) => t.key === OUT_OF_SERVICE)) {
        yield* remove(p, 'node out of service')
      }
    }
  }

  function* collectOrphaned(all: readonly Pod[]): Task<void> {
    const { now } = c.world.clock
    const used = new Set(all.map((p) => p.spec?.nodeName ?? ''))
    for (const name of used) {
      if (name && !nodes.get('', name)) {
        if (!missing.has(name)) missing.set(name, now)
      } else missing.delete(name)
    }
    for (const name of [...missing.keys()]) if (!used.has(name)) missing.delete(name)
    for (const p of all) {
      const since = missing.get(p.spec?.nodeName ?? '')
      if (since === undefined || now - since < QUARANTINE_MS) continue
      yield* remove(p, 'node no longer exists', {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
        lastTransitionTime: nowOf(c),
      })
    }
  }

  function* collectUnscheduled(all: readonly Pod[]): Task<void> {
    for (const p of all) {
      if (p.metadata.deletionTimestamp && !p.spec?.nodeName) yield* remove(p, 'never scheduled')
    }
  }

  function* remove(p: Pod, why: string, condition?: object): Task<void> {
    decide(c, refTo('Pod', p), `collect: ${why}`, { node: p.spec?.nodeName ?? '' })
    try {
      if (!isPodTerminal(p)) {
        const status = { phase: 'Failed', ...(condition ? { conditions: [condition] } : {}) }
        const o = { subresource: 'status' }
        yield* c.client.patch('Pod', callKey(p), 'strategic', { status }, o)
      }
      yield* c.client.delete('Pod', callKey(p), { gracePeriodSeconds: 0 })
    } catch (error) {
      if (!isOperational(error)) throw error
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
    }
  }
}
