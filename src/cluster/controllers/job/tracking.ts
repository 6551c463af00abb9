/**
 * The finalizer that keeps a finished pod until its Job has counted it.
 * @source pkg/controller/job/tracking_utils.go
 */
import type { Pod } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, callKey } from '../framework.ts'
import { TRACKING } from './plan.ts'

/** Takes the tracking finalizer off a pod. */
export function* removeTracking(c: ControllerContext, pod: Pod): Task<void> {
  const metadata = {
    uid: pod.metadata.uid,
    '$deleteFromPrimitiveList/finalizers': [TRACKING],
  }
  try {
    yield* c.client.patch('Pod', callKey(pod), 'strategic', { metadata })
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
}
