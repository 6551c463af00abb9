/**
 * Claims that ask for more than their volume has. Growing a volume is its driver's work; this only says so.
 * @source pkg/controller/volume/expand/expand_controller.go
 */
import type { PersistentVolumeClaim } from '../../api/generated/types.ts'
import { amountOf } from '../../api/helpers/requests.ts'
import { keyOf } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, defineController, startLoop, targetOf } from '../framework.ts'

const TEXT =
  "didn't find a plugin capable of expanding the volume; " +
  'waiting for an external controller to process this PVC'

/** The volume expand controller. */
export const volumeexpand = defineController({
  name: 'persistentvolume-expander-controller',
  account: 'expand-controller',
  start,
})

function start(c: ControllerContext): void {
  const claims = c.informers.for('PersistentVolumeClaim')
  const volumes = c.informers.for('PersistentVolume')
  const queue = startLoop({ context: c, kind: 'PersistentVolumeClaim', reconcile })
  const look = (p: PersistentVolumeClaim) => {
    if (wantsMore(p)) queue.add(keyOf(p))
  }
  claims.on({
    added: look,
    updated: (old, p) => {
      if (old.spec !== p.spec) look(p)
    },
  })

  function* reconcile(key: string): Task<void> {
    const claim = claims.getKey(key)
    if (!claim || !wantsMore(claim)) return
    const csi = volumes.get('', claim.spec?.volumeName ?? '')?.spec?.csi
    const type = csi ? 'Normal' : 'Warning'
    const about = targetOf('PersistentVolumeClaim', claim)
    c.recorder('volume_expand').event(about, type, 'ExternalExpanding', TEXT)
  }
}

function wantsMore(p: PersistentVolumeClaim): boolean {
  if (p.status?.phase !== 'Bound') return false
  const wanted = amountOf('storage', p.spec?.resources?.requests?.storage)
  return wanted > amountOf('storage', p.status.capacity?.storage) && !!p.spec?.volumeName
}
