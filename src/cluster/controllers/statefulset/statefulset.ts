/**
 * StatefulSets: pods with an identity, made and replaced in order.
 * @source pkg/controller/statefulset/stateful_set.go, stateful_set_control.go
 */
import type { StatefulSet } from '../../api/generated/types.ts'
import { isPodReady } from '../../api/helpers/pods.ts'
import { selectorOf, selects } from '../../api/meta/labels.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf, parseKey } from '../../api/object.ts'
import { claimObjects } from '../../client/controllerref.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, callKey, defineController, startLoop } from '../framework.ts'
import {
  currentRevision,
  revisionHash,
  revisionInformer,
  revisionsOf,
  truncateHistory,
} from '../history.ts'
import { BY_CONTROLLER, ORPHANS, podInformer, watchPods } from '../podcontrol.ts'
import { StatefulControl } from './control.ts'
import { ordinalOf, revisionOf } from './pods.ts'

/** The StatefulSet controller. */
export const statefulset = defineController({ name: 'statefulset-controller', start })

function start(c: ControllerContext): void {
  const sets = c.informers.for('StatefulSet')
  const pods = podInformer(c)
  revisionInformer(c)
  const control = new StatefulControl(c)
  const queue = startLoop({ context: c, kind: 'StatefulSet', reconcile })
  sets.on({
    added: (s) => queue.add(keyOf(s)),
    updated: (_old, s) => queue.add(keyOf(s)),
    deleted: (s) => queue.add(keyOf(s)),
  })
  watchPods({
    c,
    kind: 'StatefulSet',
    queue,
    *couldAdopt(pod) {
      for (const s of sets.list(pod.metadata.namespace)) {
        if (selects(s.spec?.selector, pod.metadata.labels)) yield keyOf(s)
      }
    },
    changed(key, old, pod) {
      const { namespace, name } = parseKey(key)
      const wait = sets.get(namespace, name)?.spec?.minReadySeconds
      if (wait && old && !isPodReady(old) && isPodReady(pod)) queue.addAfter(key, (wait + 1) * 1000)
    },
  })

  function* reconcile(key: string): Task<unknown> {
    const { namespace, name } = parseKey(key)
    const set = sets.get(namespace, name)
    if (!set) return undefined
    const owner = { kind: 'StatefulSet' as const, metadata: set.metadata }
    const selector = selectorOf(set.spec?.selector) ?? []
    const list = yield* revisionsOf(c, owner, selector)
    const mine = yield* claimObjects(
      {
        client: c.client,
        kind: 'Pod',
        owner: { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: set.metadata },
        selector,
        filter: (p) => ordinalOf(set, p) !== undefined,
        fresh: () => readFresh(c, set),
      },
      [...pods.by(BY_CONTROLLER, set.metadata.uid ?? ''), ...pods.by(ORPHANS, namespace)],
    )
    const update = yield* currentRevision(
      c,
      {
        owner,
        kind: 'StatefulSet',
        template: set.spec?.template ?? {},
        hash: (template) => revisionHash(template, set.status?.collisionCount ?? 0),
        labels: (hash) => ({ 'controller.kubernetes.io/hash': hash }),
        ...(set.metadata.annotations ? { annotations: set.metadata.annotations } : {}),
      },
      list,
    )
    const named = list.find((r) => r.metadata.name === set.status?.currentRevision)
    const current = named ?? update
    const again = yield* control.update(set, mine, current, update)
    const live = new Set([current.metadata.name ?? '', update.metadata.name ?? ''])
    for (const p of mine) live.add(revisionOf(p))
    const limit = set.spec?.revisionHistoryLimit ?? 10
    yield* truncateHistory(c, list, live, limit)
    return again
  }
}

function* readFresh(c: ControllerContext, set: StatefulSet): Task<StatefulSet | undefined> {
  try {
    return yield* c.client.get('StatefulSet', callKey(set))
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined
    throw error
  }
}
