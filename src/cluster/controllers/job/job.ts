/**
 * Jobs: run pods until enough have succeeded, or too many failed.
 * @source pkg/controller/job/job_controller.go
 */
import type { Job, Pod } from '../../api/generated/types.ts'
import { selectorOf, selects } from '../../api/meta/labels.ts'
import { controllerOf } from '../../api/meta/ownership.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf, parseKey } from '../../api/object.ts'
import { claimObjects } from '../../client/controllerref.ts'
import { Expectations } from '../../client/expectations.ts'
import type { WorkQueue } from '../../client/workqueue.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  defineController,
  isOperational,
  startLoop,
} from '../framework.ts'
import { BY_CONTROLLER, ORPHANS, podInformer } from '../podcontrol.ts'
import { isFinished, isTracked, TRACKING } from './plan.ts'
import { JobSync } from './sync.ts'
import { removeTracking } from './tracking.ts'

/** Changes of pods are gathered for so long. */
const BATCH_MS = 1000

/** The Job controller. */
export const job = defineController({ name: 'job-controller', start })

function start(c: ControllerContext): void {
  const jobs = c.informers.for('Job')
  const pods = podInformer(c)
  const expectations = new Expectations(c.world)
  const rate = { baseMs: 1000, maxMs: 60_000 }
  const queue = startLoop({ context: c, kind: 'Job', rate, reconcile })
  const sync = new JobSync(c, expectations, (key, ms) => queue.addAfter(key, ms))
  jobs.on({
    added: (j) => queue.add(keyOf(j)),
    updated: (old, j) => {
      // What pods bring about gathers; a new specification is looked at now.
      if (old.metadata.generation !== j.metadata.generation) queue.add(keyOf(j))
      else if (!isFinished(old)) queue.addAfter(keyOf(j), BATCH_MS)
    },
    deleted: (j) => queue.add(keyOf(j)),
  })
  watchPodsOfJobs(c, queue, expectations)

  function* reconcile(key: string): Task<unknown> {
    const { namespace, name } = parseKey(key)
    const j = jobs.get(namespace, name)
    if (!j) {
      expectations.forget(key)
      sync.forget(key)
      return undefined
    }
    if (j.spec?.managedBy && j.spec.managedBy !== 'kubernetes.io/job-controller') return undefined
    if (isFinished(j)) {
      sync.forget(key)
      return yield* letGo([...pods.by(BY_CONTROLLER, j.metadata.uid ?? '')])
    }
    const mine = yield* claimObjects(
      {
        client: c.client,
        kind: 'Pod',
        owner: { apiVersion: 'batch/v1', kind: 'Job', metadata: j.metadata },
        selector: selectorOf(j.spec?.selector) ?? [{ key: '', op: 'in', values: [] }],
        finalizers: [TRACKING],
        fresh: () => readFresh(c, j),
      },
      [...pods.by(BY_CONTROLLER, j.metadata.uid ?? ''), ...pods.by(ORPHANS, namespace)],
    )
    return yield* sync.sync(key, j, mine)
  }

  /** Pods that nobody will count any more lose the finalizer that held them. */
  function* letGo(list: readonly Pod[]): Task<void> {
    for (const p of list) if (isTracked(p)) yield* removeTracking(c, p)
  }
}

function watchPodsOfJobs(c: ControllerContext, queue: WorkQueue, expectations: Expectations): void {
  const jobs = c.informers.for('Job')
  const orphans = startLoop({
    context: c,
    kind: 'Pod',
    label: 'orphan pods',
    workers: 1,
    *reconcile(key) {
      const { namespace, name } = parseKey(key)
      const pod = c.informers.for('Pod').get(namespace, name)
      if (!pod || !isTracked(pod)) return
      const ref = controllerOf(pod)
      const owner = ref?.kind === 'Job' ? jobs.get(namespace, ref.name) : undefined
      if (owner && owner.metadata.uid === ref?.uid) return
      yield* removeTracking(c, pod)
    },
  })
  const keyOfJob = (pod: Pod): string | undefined => {
    const ref = controllerOf(pod)
    if (ref?.kind !== 'Job') return undefined
    const j = jobs.get(pod.metadata.namespace, ref.name)
    return j?.metadata.uid === ref.uid ? keyOf(j) : undefined
  }
  const changed = (pod: Pod) => {
    const key = keyOfJob(pod)
    if (key) queue.addAfter(key, BATCH_MS)
    else if (isTracked(pod)) orphans.add(keyOf(pod))
    else if (!controllerOf(pod)) {
      for (const j of jobs.list(pod.metadata.namespace)) {
        if (selects(j.spec?.selector, pod.metadata.labels)) queue.addAfter(keyOf(j), BATCH_MS)
      }
    }
  }
  c.informers.for('Pod').on({
    added(pod) {
      const key = keyOfJob(pod)
      if (key) expectations.creationObserved(key)
      changed(pod)
    },
    updated(old, pod) {
      const before = keyOfJob(old)
      if (before && before !== keyOfJob(pod)) queue.addAfter(before, BATCH_MS)
      if (before && pod.metadata.deletionTimestamp) {
        expectations.deletionObserved(before, pod.metadata.uid ?? '')
      }
      changed(pod)
    },
    deleted(pod) {
      const key = keyOfJob(pod)
      if (!key) return
      expectations.deletionObserved(key, pod.metadata.uid ?? '')
      queue.addAfter(key, BATCH_MS)
    },
  })
  jobs.on({
    deleted(j) {
      for (const p of c.informers.for('Pod').by(BY_CONTROLLER, j.metadata.uid ?? '')) {
        if (isTracked(p)) orphans.add(keyOf(p))
      }
    },
  })
}

function* readFresh(c: ControllerContext, j: Job): Task<Job | undefined> {
  try {
    return yield* c.client.get('Job', callKey(j))
  } catch (error) {
    if (isOperational(error) && isReason(error, 'NotFound')) return undefined
    throw error
  }
}
