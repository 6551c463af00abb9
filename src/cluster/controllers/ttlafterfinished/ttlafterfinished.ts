/**
 * Deletes finished Jobs when their time to live is over.
 * @source pkg/controller/ttlafterfinished/ttlafterfinished_controller.go
 */
import type { Job } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import { parseTime } from '../../api/meta/time.ts'
import { keyOf } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  defineController,
  refTo,
  startLoop,
} from '../framework.ts'

/** The TTL-after-finished controller. */
export const ttlafterfinished = defineController({
  name: 'ttl-after-finished-controller',
  start,
})

/** When the Job is to go, or undefined. @unit Unix ms */
export function expiry(job: Job): number | undefined {
  const ttl = job.spec?.ttlSecondsAfterFinished
  if (ttl === undefined || job.metadata.deletionTimestamp) return undefined
  const end = job.status?.conditions?.find(
    (c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True',
  )
  const at = parseTime(end?.lastTransitionTime)
  return at === undefined ? undefined : at + ttl * 1000
}

function start(c: ControllerContext): void {
  const jobs = c.informers.for('Job')
  const queue = startLoop({ context: c, kind: 'Job', label: 'ttl', reconcile })
  const look = (job: Job) => {
    if (expiry(job) !== undefined) queue.add(keyOf(job))
  }
  jobs.on({ added: look, updated: (_old, job) => look(job) })

  function* reconcile(key: string): Task<unknown> {
    const job = jobs.getKey(key)
    const at = job && expiry(job)
    if (!job || at === undefined) return undefined
    const left = at - c.world.clock.unixMs
    if (left > 0) return left
    try {
      // Read again, uncached: the time to live may have been raised just now.
      const fresh = yield* c.client.get('Job', callKey(job))
      const now = expiry(fresh)
      if (now === undefined || now > c.world.clock.unixMs) return undefined
      decide(c, refTo('Job', job), 'delete: its time to live is over', {
        ttlSecondsAfterFinished: job.spec?.ttlSecondsAfterFinished,
      })
      yield* c.client.delete('Job', callKey(job), {
        propagationPolicy: 'Foreground',
        preconditions: fresh.metadata.uid ? { uid: fresh.metadata.uid } : {},
      })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
    return undefined
  }
}
