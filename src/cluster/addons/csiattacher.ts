/**
 * What a CSI driver brings besides its CSIDriver object: an attacher that carries VolumeAttachments out. One stands for
 * all drivers that are described; the disks themselves are the simulation's.
 * @source https://github.com/kubernetes-csi/external-attacher
 */
import type { VolumeAttachment } from '../api/generated/types.ts'
import { isReason } from '../api/meta/status.ts'
import type { Client } from '../client/client.ts'
import { createInformers } from '../client/informer.ts'
import type { Millis } from '../sim/clock.ts'
import { sleep, spawn, type Task } from '../sim/task.ts'

/** A cloud needs a moment to move a disk. */
const WORK_MS: Millis = 1500

/** Starts the attacher. */
export function startCsiAttacher(client: Client): void {
  const informers = createInformers(client)
  const attachments = informers.for('VolumeAttachment')
  const drivers = informers.for('CSIDriver')
  const busy = new Set<string>()
  const look = (a: VolumeAttachment) => {
    const name = a.metadata.name ?? ''
    const driver = a.spec.attacher
    const leaving = a.metadata.deletionTimestamp !== undefined
    const done = leaving ? !a.metadata.finalizers?.length : a.status?.attached
    if (done || busy.has(name) || !drivers.get('', driver)) return
    busy.add(name)
    spawn(client.world, client.place, `${leaving ? 'detach' : 'attach'} ${name}`, function* () {
      yield* sleep(client.world, client.place, WORK_MS, { label: 'move disk' })
      busy.delete(name)
      yield* finish(name, leaving, `external-attacher/${driver.replaceAll('.', '-')}`)
    })
  }
  attachments.on({ added: look, updated: (_old, a) => look(a) })
  drivers.on({
    added(d) {
      for (const a of attachments.list()) if (a.spec.attacher === d.metadata.name) look(a)
    },
  })

  function* finish(name: string, leaving: boolean, finalizer: string): Task<void> {
    const key = { namespace: '', name }
    try {
      const finalizers = leaving ? null : [finalizer]
      yield* client.patch('VolumeAttachment', key, 'merge', { metadata: { finalizers } })
      if (leaving) return
      const body = { status: { attached: true } }
      yield* client.patch('VolumeAttachment', key, 'merge', body, { subresource: 'status' })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}
