/**
 * DaemonSets: one pod on every node where it belongs.
 * @source pkg/controller/daemon/daemon_controller.go
 */
import type { DaemonSet, DaemonSetStatus, Node, Pod } from '../../api/generated/types.ts'
import { isPodAvailable, isPodReady } from '../../api/helpers/pods.ts'
import { selectorOf, selects } from '../../api/meta/labels.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf, parseKey } from '../../api/object.ts'
import { claimObjects } from '../../client/controllerref.ts'
import { Expectations } from '../../client/expectations.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  defineController,
  isOperational,
  omitEmpty,
  pauseFor,
  refTo,
  startLoop,
  targetOf,
} from '../framework.ts'
import { currentRevision, revisionInformer, revisionsOf, truncateHistory } from '../history.ts'
import {
  BY_CONTROLLER,
  isNamespaceTerminating,
  ORPHANS,
  PodControl,
  podFromTemplate,
  podInformer,
  slowStart,
  watchPods,
} from '../podcontrol.ts'
import {
  belongsOn,
  byAge,
  pinnedSpec,
  planNodes,
  planUpdate,
  podsByNode,
  REVISION_HASH,
  targetNode,
} from './plan.ts'

/** The DaemonSet controller. */
export const daemonset = defineController({
  name: 'daemonset-controller',
  account: 'daemon-set-controller',
  start,
})

const GENERATION = 'pod-template-generation'
const BURST = 250

function start(c: ControllerContext): void {
  const sets = c.informers.for('DaemonSet')
  const nodes = c.informers.for('Node')
  const pods = podInformer(c)
  const revisions = revisionInformer(c)
  const recorder = c.recorder('daemonset-controller')
  const control = new PodControl(c, recorder)
  const expectations = new Expectations(c.world)
  const queue = startLoop({ context: c, kind: 'DaemonSet', workers: 2, reconcile })

  sets.on({
    added: (ds) => queue.add(keyOf(ds)),
    updated: (_old, ds) => queue.add(keyOf(ds)),
    deleted: (ds) => {
      expectations.forget(keyOf(ds))
      queue.add(keyOf(ds))
    },
  })
  watchPods({
    c,
    kind: 'DaemonSet',
    queue,
    expectations,
    *couldAdopt(pod) {
      for (const ds of sets.list(pod.metadata.namespace)) {
        if (selects(ds.spec?.selector, pod.metadata.labels)) yield keyOf(ds)
      }
    },
    changed(key, old, pod) {
      const { namespace, name } = parseKey(key)
      const wait = sets.get(namespace, name)?.spec?.minReadySeconds
      if (wait && old && !isPodReady(old) && isPodReady(pod)) queue.addAfter(key, (wait + 1) * 1000)
    },
  })
  nodes.on({
    added: lookAtNode,
    updated(old, node) {
      if (old.spec !== node.spec || old.metadata.labels !== node.metadata.labels) lookAtNode(node)
    },
    deleted(node) {
      for (const ds of sets.list()) if (belongsOn(ds, node).run) queue.add(keyOf(ds))
    },
  })

  /** Only sets that have something to do on the node look at it. */
  function lookAtNode(node: Node): void {
    const here = new Set<string>()
    for (const p of pods.by('node', node.metadata.name ?? '')) {
      const owner = p.metadata.ownerReferences?.find((r) => r.controller)
      if (owner?.kind === 'DaemonSet') here.add(owner.uid)
    }
    for (const ds of sets.list()) {
      const { run, stay } = belongsOn(ds, node)
      const scheduled = here.has(ds.metadata.uid ?? '')
      if ((run && !scheduled) || (!stay && scheduled)) queue.add(keyOf(ds))
    }
  }

  function* reconcile(key: string): Task<unknown> {
    const { namespace, name } = parseKey(key)
    const ds = sets.get(namespace, name)
    if (!ds) {
      expectations.forget(key)
      return undefined
    }
    if (ds.metadata.deletionTimestamp) return undefined
    queue.hold(key, pauseFor(nodes.size))
    const owner = { kind: 'DaemonSet' as const, metadata: ds.metadata }
    const list = revisionsOf(revisions, owner)
    const current = yield* currentRevision(c, revisionOwner(ds), list)
    const hash = current.metadata.labels?.[REVISION_HASH] ?? ''
    if (!expectations.met(key)) {
      yield* writeStatus(ds, hash)
      return undefined
    }
    let failure: unknown
    try {
      yield* manage(key, ds, hash)
    } catch (error) {
      if (!isOperational(error)) throw error
      failure = error
    }
    if (!failure && expectations.met(key) && ds.spec?.updateStrategy?.type !== 'OnDelete') {
      yield* roll(key, ds, hash)
    }
    const live = new Set([current.metadata.name ?? ''])
    for (const p of mine(ds)) live.add(`${ds.metadata.name}-${p.metadata.labels?.[REVISION_HASH]}`)
    yield* truncateHistory(c, list, live, ds.spec?.revisionHistoryLimit ?? 10)
    yield* writeStatus(ds, hash)
    if (failure) throw failure
    return undefined
  }

  function mine(ds: DaemonSet): Iterable<Pod> {
    return pods.by(BY_CONTROLLER, ds.metadata.uid ?? '')
  }

  function* claim(ds: DaemonSet): Task<Map<string, Pod[]>> {
    const namespace = ds.metadata.namespace ?? ''
    const claimed = yield* claimObjects(
      {
        client: c.client,
        kind: 'Pod',
        owner: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: ds.metadata },
        selector: selectorOf(ds.spec?.selector) ?? [],
        fresh: () => readFresh(c, callKey(ds)),
      },
      [...mine(ds), ...pods.by(ORPHANS, namespace)],
    )
    return podsByNode(claimed)
  }

  function* manage(key: string, ds: DaemonSet, hash: string): Task<void> {
    const byNode = yield* claim(ds)
    const plan = planNodes(ds, [...nodes.list()], byNode)
    for (const p of plan.finished) {
      const failed = p.status?.phase === 'Failed'
      const what = failed ? 'failed' : 'succeeded'
      const where = `${keyOf(p)} on node ${targetNode(p)}`
      const text = failed
        ? `Found failed daemon pod ${where}, will try to kill it`
        : `Found succeeded daemon pod ${where}, will try to delete it`
      const reason = what === 'failed' ? 'FailedDaemonPod' : 'SucceededDaemonPod'
      recorder.event(targetOf('DaemonSet', ds), failed ? 'Warning' : 'Normal', reason, text)
    }
    yield* carryOut(key, ds, hash, plan.create, [...plan.remove, ...plan.finished])
  }

  function* roll(key: string, ds: DaemonSet, hash: string): Task<void> {
    const byNode = podsByNode(mine(ds))
    let desired = 0
    const wanted = new Map<string, readonly Pod[]>()
    for (const n of nodes.list()) {
      if (!belongsOn(ds, n).run) continue
      desired++
      const name = n.metadata.name ?? ''
      const list = byNode.get(name)
      // Nodes whose pod is yet to come count as unavailable.
      wanted.set(name, list ?? [])
    }
    const all = [...wanted.values()].flat()
    if (all.every((p) => p.metadata.labels?.[REVISION_HASH] === hash)) return
    const { remove, create } = planUpdate(ds, hash, desired, wanted, c.world.clock.unixMs)
    yield* carryOut(key, ds, hash, create, remove)
  }

  function* carryOut(
    key: string,
    ds: DaemonSet,
    hash: string,
    create: readonly string[],
    remove: readonly Pod[],
  ): Task<void> {
    const added = create.slice(0, BURST)
    const removed = remove.filter((p) => !p.metadata.deletionTimestamp).slice(0, BURST)
    if (added.length + removed.length === 0) return
    decide(
      c,
      refTo('DaemonSet', ds),
      `${added.length} pods to create, ${removed.length} to delete`,
      {
        nodes: added,
        remove: removed.map((p) => p.metadata.name),
      },
    )
    const owner = { kind: 'DaemonSet' as const, metadata: ds.metadata }
    expectations.expect(
      key,
      added.length,
      removed.map((p) => p.metadata.uid ?? ''),
    )
    const base = podFromTemplate(ds.spec?.template ?? {}, owner, {})
    const labels = { ...base.metadata.labels, ...podLabels(ds, hash) }
    const metadata = { ...base.metadata, labels }
    const { done, error } = yield* slowStart(added.length, function* (i) {
      const spec = base.spec && pinnedSpec(base.spec, added[i] as string)
      try {
        yield* control.create({ ...base, metadata, ...(spec ? { spec } : {}) }, owner)
      } catch (e) {
        if (!isNamespaceTerminating(e)) throw e
      }
    })
    if (done < added.length) expectations.lowerCreations(key, added.length - done)
    for (const p of removed) {
      try {
        yield* control.delete(p, owner)
      } catch (e) {
        if (!isOperational(e)) throw e
        expectations.deletionObserved(key, p.metadata.uid ?? '')
        if (!isReason(e, 'NotFound')) throw e
      }
    }
    if (error) throw error
  }

  function* writeStatus(ds: DaemonSet, hash: string): Task<void> {
    const status = statusOf(ds, [...nodes.list()], podsByNode(mine(ds)), hash, c.world.clock.unixMs)
    const waiting = (ds.spec?.minReadySeconds ?? 0) > 0
    if (waiting && status.numberReady !== (status.numberAvailable ?? 0)) {
      queue.addAfter(keyOf(ds), (ds.spec?.minReadySeconds ?? 0) * 1000)
    }
    if (sameStatus(ds.status, status)) return
    yield* c.client.updateStatus('DaemonSet', { ...ds, status })
  }
}

function revisionOwner(ds: DaemonSet) {
  return {
    owner: { kind: 'DaemonSet' as const, metadata: ds.metadata },
    kind: 'DaemonSet' as const,
    template: ds.spec?.template ?? {},
    collisions: ds.status?.collisionCount ?? 0,
    labels: (hash: string) => ({ [REVISION_HASH]: hash }),
    ...(ds.metadata.annotations ? { annotations: ds.metadata.annotations } : {}),
  }
}

function podLabels(ds: DaemonSet, hash: string): Record<string, string> {
  const generation = ds.metadata.annotations?.['deprecated.daemonset.template.generation']
  return { ...(generation ? { [GENERATION]: generation } : {}), [REVISION_HASH]: hash }
}

function statusOf(
  ds: DaemonSet,
  nodes: readonly Node[],
  byNode: ReadonlyMap<string, readonly Pod[]>,
  hash: string,
  nowMs: number,
): DaemonSetStatus {
  const n = { desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, available: 0 }
  for (const node of nodes) {
    const here = byNode.get(node.metadata.name ?? '') ?? []
    if (!belongsOn(ds, node).run) {
      if (here.length > 0) n.misscheduled++
      continue
    }
    n.desired++
    const oldest = [...here].sort(byAge)[0]
    if (!oldest) continue
    n.current++
    if (isPodReady(oldest)) {
      n.ready++
      if (isPodAvailable(oldest, ds.spec?.minReadySeconds ?? 0, nowMs)) n.available++
    }
    if (oldest.metadata.labels?.[REVISION_HASH] === hash) n.updated++
  }
  const collisions = ds.status?.collisionCount
  return {
    currentNumberScheduled: n.current,
    numberMisscheduled: n.misscheduled,
    desiredNumberScheduled: n.desired,
    numberReady: n.ready,
    ...omitEmpty({
      observedGeneration: ds.metadata.generation,
      updatedNumberScheduled: n.updated,
      numberAvailable: n.available,
      numberUnavailable: n.desired - n.available,
    }),
    ...(collisions === undefined ? {} : { collisionCount: collisions }),
    ...(ds.status?.conditions ? { conditions: ds.status.conditions } : {}),
  } as DaemonSetStatus
}

function sameStatus(a: DaemonSetStatus | undefined, b: DaemonSetStatus): boolean {
  const fields = [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
  ] as const
  return fields.every((f) => (a?.[f] ?? 0) === (b[f] ?? 0))
}

function* readFresh(c: ControllerContext, key: { namespace: string; name: string }) {
  try {
    return yield* c.client.get('DaemonSet', key)
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined
    throw error
  }
}
