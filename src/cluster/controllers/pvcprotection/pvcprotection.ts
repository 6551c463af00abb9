/**
 * A claim in use is not deleted before its last pod is gone.
 * @source pkg/controller/volume/pvcprotection/pvc_protection_controller.go
 */
import type { PersistentVolumeClaim, Pod } from '../../api/generated/types.ts'
import { claimNameOf } from '../../api/helpers/volumes.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, defineController, startLoop } from '../framework.ts'
import { podInformer } from '../podcontrol.ts'

const FINALIZER = 'kubernetes.io/pvc-protection'
const BY_CLAIM = 'claim'

/** The claim protection controller. */
export const pvcprotection = defineController({
  name: 'persistentvolumeclaim-protection-controller',
  account: 'pvc-protection-controller',
  start,
})

function start(c: ControllerContext): void {
  const claims = c.informers.for('PersistentVolumeClaim')
  const pods = podInformer(c)
  pods.index(BY_CLAIM, claimsOf)
  const queue = startLoop({ context: c, kind: 'PersistentVolumeClaim', reconcile })
  const look = (p: PersistentVolumeClaim) => {
    const held = p.metadata.finalizers?.includes(FINALIZER) ?? false
    if (held === !!p.metadata.deletionTimestamp) queue.add(keyOf(p))
  }
  claims.on({ added: look, updated: (_old, p) => look(p) })
  const podGone = (pod: Pod) => {
    for (const key of claimsOf(pod)) if (claims.getKey(key)) queue.add(key)
  }
  pods.on({ deleted: podGone })

  function* reconcile(key: string): Task<void> {
    const claim = claims.getKey(key)
    if (!claim) return
    const finalizers = claim.metadata.finalizers ?? []
    const held = finalizers.includes(FINALIZER)
    if (claim.metadata.deletionTimestamp) {
      if (!held || isUsed(key)) return
      yield* write(
        claim,
        finalizers.filter((f) => f !== FINALIZER),
      )
    } else if (!held) yield* write(claim, [...finalizers, FINALIZER])
  }

  /** Pods without a node do not count: none will start with a claim that is going away. */
  function isUsed(key: string): boolean {
    for (const p of pods.by(BY_CLAIM, key)) if (p.spec?.nodeName) return true
    return false
  }

  function* write(claim: PersistentVolumeClaim, finalizers: string[]): Task<void> {
    const metadata = { ...claim.metadata, finalizers }
    try {
      yield* c.client.update('PersistentVolumeClaim', { ...claim, metadata })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}

function claimsOf(pod: Pod): string[] {
  const out: string[] = []
  for (const v of pod.spec?.volumes ?? []) {
    const name = claimNameOf(pod, v)
    if (name) out.push(`${pod.metadata.namespace}/${name}`)
  }
  return out
}
