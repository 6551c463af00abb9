/**
 * A volume that is bound is not deleted before it is released.
 * @source pkg/controller/volume/pvprotection/pv_protection_controller.go
 */
import type { PersistentVolume } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, defineController, startLoop } from '../framework.ts'

const FINALIZER = 'kubernetes.io/pv-protection'

/** The volume protection controller. */
export const pvprotection = defineController({
  name: 'persistentvolume-protection-controller',
  account: 'pv-protection-controller',
  start,
})

function start(c: ControllerContext): void {
  const volumes = c.informers.for('PersistentVolume')
  const queue = startLoop({ context: c, kind: 'PersistentVolume', workers: 1, reconcile })
  const look = (v: PersistentVolume) => {
    const held = v.metadata.finalizers?.includes(FINALIZER) ?? false
    if (held === !!v.metadata.deletionTimestamp) queue.add(v.metadata.name ?? '')
  }
  volumes.on({ added: look, updated: (_old, v) => look(v) })

  function* reconcile(name: string): Task<void> {
    const v = volumes.get('', name)
    if (!v) return
    const finalizers = v.metadata.finalizers ?? []
    const held = finalizers.includes(FINALIZER)
    if (v.metadata.deletionTimestamp) {
      if (!held || v.status?.phase === 'Bound') return
      yield* write(
        v,
        finalizers.filter((f) => f !== FINALIZER),
      )
    } else if (!held) yield* write(v, [...finalizers, FINALIZER])
  }

  function* write(v: PersistentVolume, finalizers: string[]): Task<void> {
    try {
      yield* c.client.update('PersistentVolume', { ...v, metadata: { ...v.metadata, finalizers } })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}
