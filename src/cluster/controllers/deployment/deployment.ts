/**
 * Deployments: one ReplicaSet per template, and a careful way from one to the next.
 * @source pkg/controller/deployment/deployment_controller.go, sync.go, rolling.go, recreate.go
 */
import type { Deployment, ReplicaSet } from '../../api/generated/types.ts'
import { isPodTerminal } from '../../api/helpers/pods.ts'
import { selectorOf, selects } from '../../api/meta/labels.ts'
import { controllerOf } from '../../api/meta/ownership.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf, parseKey } from '../../api/object.ts'
import { claimObjects } from '../../client/controllerref.ts'
import type { WorkQueue } from '../../client/workqueue.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  defineController,
  isOperational,
  startLoop,
  targetOf,
} from '../framework.ts'
import { BY_CONTROLLER, ORPHANS, podInformer } from '../podcontrol.ts'
import { Rollout } from './rollout.ts'

/** The controller of Deployments. */
export const deployment = defineController({ name: 'deployment-controller', start })

function start(c: ControllerContext): void {
  const deployments = c.informers.for('Deployment')
  const sets = c.informers.for('ReplicaSet')
  const pods = podInformer(c)
  sets.index(BY_CONTROLLER, (rs) => controllerOf(rs)?.uid)
  sets.index(ORPHANS, (rs) => (controllerOf(rs) ? undefined : rs.metadata.namespace))
  const rollout = new Rollout(c)
  const queue = startLoop({ context: c, kind: 'Deployment', reconcile })

  deployments.on({
    added: (d) => queue.add(keyOf(d)),
    updated: (_old, d) => queue.add(keyOf(d)),
    deleted: (d) => queue.add(keyOf(d)),
  })
  watchSets(c, queue)
  pods.on({
    deleted(pod) {
      // Recreate waits for the last old pod to be gone.
      const set = controllerOf(pod)
      const rs = set?.kind === 'ReplicaSet' ? sets.get(pod.metadata.namespace, set.name) : undefined
      const ref = rs && controllerOf(rs)
      const d = ref && deployments.get(rs.metadata.namespace, ref.name)
      if (d?.spec?.strategy?.type === 'Recreate' && d.metadata.uid === ref?.uid) {
        queue.add(keyOf(d))
      }
    },
  })

  function* reconcile(key: string): Task<unknown> {
    const { namespace, name } = parseKey(key)
    const d = deployments.get(namespace, name)
    if (!d) return undefined
    const selector = selectorOf(d.spec?.selector)
    if (!selector || selector.length === 0) {
      const text = 'This deployment is selecting all pods. A non-empty selector is required.'
      c.recorder().event(targetOf('Deployment', d), 'Warning', 'SelectingAll', text)
      return undefined
    }
    const owned = yield* claimObjects(
      {
        client: c.client,
        kind: 'ReplicaSet',
        owner: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: d.metadata },
        selector,
        fresh: () => readFresh(c, namespace, name),
      },
      [...sets.by(BY_CONTROLLER, d.metadata.uid ?? ''), ...sets.by(ORPHANS, namespace)],
    )
    return yield* rollout.sync(d, owned, (rs) => hasLivePods(rs, pods))
  }
}

function watchSets(c: ControllerContext, queue: WorkQueue): void {
  const deployments = c.informers.for('Deployment')
  const keyOfOwner = (rs: ReplicaSet): string | undefined => {
    const ref = controllerOf(rs)
    if (ref?.kind !== 'Deployment') return undefined
    const d = deployments.get(rs.metadata.namespace, ref.name)
    return d?.metadata.uid === ref.uid ? keyOf(d) : undefined
  }
  const offer = (rs: ReplicaSet) => {
    for (const d of deployments.list(rs.metadata.namespace)) {
      if (selects(d.spec?.selector, rs.metadata.labels)) queue.add(keyOf(d))
    }
  }
  const changed = (rs: ReplicaSet) => {
    const key = keyOfOwner(rs)
    if (key) queue.add(key)
    else if (!controllerOf(rs) && !rs.metadata.deletionTimestamp) offer(rs)
  }
  c.informers.for('ReplicaSet').on({
    added: changed,
    updated(old, rs) {
      const before = controllerOf(old)
      if (before && before.uid !== controllerOf(rs)?.uid) {
        const key = keyOfOwner(old)
        if (key) queue.add(key)
      }
      if (controllerOf(rs)) changed(rs)
      else if (before || old.metadata.labels !== rs.metadata.labels) offer(rs)
    },
    deleted(rs) {
      const key = keyOfOwner(rs)
      if (key) queue.add(key)
    },
  })
}

function hasLivePods(rs: ReplicaSet, pods: ReturnType<typeof podInformer>): boolean {
  for (const p of pods.by(BY_CONTROLLER, rs.metadata.uid ?? '')) if (!isPodTerminal(p)) return true
  return false
}

function* readFresh(
  c: ControllerContext,
  namespace: string,
  name: string,
): Task<Deployment | undefined> {
  try {
    return yield* c.client.get('Deployment', { namespace, name })
  } catch (error) {
    if (isOperational(error) && isReason(error, 'NotFound')) return undefined
    throw error
  }
}
