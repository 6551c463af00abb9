/**
 * DaemonSets: one pod on every node where it belongs.
 * @source pkg/controller/daemon/daemon_controller.go
 */
import type {
  DaemonSet,
  DaemonSetStatus,
  Node,
  Pod,
  PodTemplateSpec,
} from '../../api/generated/types.ts'
import { isPodAvailable, isPodReady } from '../../api/helpers/pods.ts'
import { selectorOf, selects } from '../../api/meta/labels.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf, parseKey } from '../../api/object.ts'
import { claimObjects } from '../../client/controllerref.ts'
import { Expectations } from '../../client/expectations.ts'
import type { Recorder } from '../../client/recorder.ts'
import type { WorkQueue } from '../../client/workqueue.ts'
import type { Millis } from '../../sim/clock.ts'
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
import { templateHash } from '../templatehash.ts'
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
  start: (c) => new DaemonSets(c).start(),
})

const GENERATION = 'pod-template-generation'
const BURST = 250

/** How long a node whose pods keep failing has to wait for the next one. @unit ms */
const FAILURE_BACKOFF_MS = 1000
const FAILURE_BACKOFF_MAX_MS = 15 * 60_000

class DaemonSets {
  private readonly sets
  private readonly nodes
  private readonly pods
  private readonly recorder: Recorder
  private readonly control: PodControl
  private readonly expectations: Expectations
  private readonly queue: WorkQueue
  /** Failures by set and node: how many in a row, and when the next pod may be replaced. */
  private readonly failures = new Map<string, { count: number; until: Millis }>()

  constructor(private readonly c: ControllerContext) {
    this.sets = c.informers.for('DaemonSet')
    this.nodes = c.informers.for('Node')
    this.pods = podInformer(c)
    revisionInformer(c)
    this.recorder = c.recorder('daemonset-controller')
    this.control = new PodControl(c, this.recorder)
    this.expectations = new Expectations(c.world)
    this.queue = startLoop({
      context: c,
      kind: 'DaemonSet',
      workers: 2,
      reconcile: (key) => this.reconcile(key),
    })
  }

  start(): void {
    const { c, sets, nodes, queue, expectations } = this
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
        if (wait && old && !isPodReady(old) && isPodReady(pod))
          queue.addAfter(key, (wait + 1) * 1000)
      },
    })
    nodes.on({
      added: (node) => this.lookAtNode(node),
      updated: (old, node) => {
        if (old.spec !== node.spec || old.metadata.labels !== node.metadata.labels) {
          this.lookAtNode(node)
        }
      },
      deleted(node) {
        for (const ds of sets.list()) if (belongsOn(ds, node).run) queue.add(keyOf(ds))
      },
    })
  }

  /** Only sets that have something to do on the node look at it. */
  private lookAtNode(node: Node): void {
    const here = new Set<string>()
    for (const p of this.pods.by('node', node.metadata.name ?? '')) {
      const owner = p.metadata.ownerReferences?.find((r) => r.controller)
      if (owner?.kind === 'DaemonSet') here.add(owner.uid)
    }
    for (const ds of this.sets.list()) {
      const { run, stay } = belongsOn(ds, node)
      const scheduled = here.has(ds.metadata.uid ?? '')
      if ((run && !scheduled) || (!stay && scheduled)) this.queue.add(keyOf(ds))
    }
  }

  private *reconcile(key: string): Task<unknown> {
    const { namespace, name } = parseKey(key)
    const ds = this.sets.get(namespace, name)
    if (!ds) {
      this.expectations.forget(key)
      return undefined
    }
    if (ds.metadata.deletionTimestamp) return undefined
    this.queue.hold(key, pauseFor(this.nodes.size))
    const owner = { kind: 'DaemonSet' as const, metadata: ds.metadata }
    const list = yield* revisionsOf(this.c, owner, selectorOf(ds.spec?.selector) ?? [])
    const current = yield* currentRevision(this.c, revisionOwner(ds), list)
    const hash = current.metadata.labels?.[REVISION_HASH] ?? ''
    if (!this.expectations.met(key)) {
      yield* this.writeStatus(ds, hash)
      return undefined
    }
    let failure: unknown
    try {
      yield* this.manage(key, ds, hash)
    } catch (error) {
      if (!isOperational(error)) throw error
      failure = error
    }
    if (!failure && this.expectations.met(key) && ds.spec?.updateStrategy?.type !== 'OnDelete') {
      yield* this.roll(key, ds, hash)
    }
    const live = new Set([current.metadata.name ?? ''])
    for (const p of this.mine(ds))
      live.add(`${ds.metadata.name}-${p.metadata.labels?.[REVISION_HASH]}`)
    yield* truncateHistory(this.c, list, live, ds.spec?.revisionHistoryLimit ?? 10)
    yield* this.writeStatus(ds, hash)
    if (failure) throw failure
    return undefined
  }

  private mine(ds: DaemonSet): Iterable<Pod> {
    return this.pods.by(BY_CONTROLLER, ds.metadata.uid ?? '')
  }

  private *claim(ds: DaemonSet): Task<Map<string, Pod[]>> {
    const namespace = ds.metadata.namespace ?? ''
    const claimed = yield* claimObjects(
      {
        client: this.c.client,
        kind: 'Pod',
        owner: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: ds.metadata },
        selector: selectorOf(ds.spec?.selector) ?? [],
        fresh: () => readFresh(this.c, callKey(ds)),
      },
      [...this.mine(ds), ...this.pods.by(ORPHANS, namespace)],
    )
    return podsByNode(claimed)
  }

  private *manage(key: string, ds: DaemonSet, hash: string): Task<void> {
    const byNode = yield* this.claim(ds)
    const plan = planNodes(ds, [...this.nodes.list()], byNode)
    const finished: Pod[] = []
    for (const p of plan.finished) {
      if (p.status?.phase === 'Failed' && this.mustWait(key, p)) continue
      finished.push(p)
      const failed = p.status?.phase === 'Failed'
      const what = failed ? 'failed' : 'succeeded'
      const where = `${keyOf(p)} on node ${targetNode(p)}`
      const text = failed
        ? `Found failed daemon pod ${where}, will try to kill it`
        : `Found succeeded daemon pod ${where}, will try to delete it`
      const reason = what === 'failed' ? 'FailedDaemonPod' : 'SucceededDaemonPod'
      this.recorder.event(targetOf('DaemonSet', ds), failed ? 'Warning' : 'Normal', reason, text)
    }
    yield* this.carryOut(key, ds, hash, plan.create, [...plan.remove, ...finished])
  }

  /** Pods that fail again and again on one node are replaced ever more slowly. */
  private mustWait(key: string, pod: Pod): boolean {
    const { now } = this.c.world.clock
    const id = `${key}/${targetNode(pod)}`
    const known = this.failures.get(id)
    if (known && now < known.until) {
      this.queue.addAfter(key, known.until - now)
      return true
    }
    // Failures that lie further back than twice the longest wait are forgotten.
    const recent = known && now < known.until + 2 * FAILURE_BACKOFF_MAX_MS
    const count = recent ? known.count + 1 : 0
    const ms = Math.min(FAILURE_BACKOFF_MS * (1 << Math.min(count, 10)), FAILURE_BACKOFF_MAX_MS)
    this.failures.set(id, { count, until: now + ms })
    return false
  }

  private *roll(key: string, ds: DaemonSet, hash: string): Task<void> {
    const byNode = podsByNode(this.mine(ds))
    let desired = 0
    const wanted = new Map<string, readonly Pod[]>()
    for (const n of this.nodes.list()) {
      if (!belongsOn(ds, n).run) continue
      desired++
      const name = n.metadata.name ?? ''
      const list = byNode.get(name)
      // Nodes whose pod is yet to come count as unavailable.
      wanted.set(name, list ?? [])
    }
    const all = [...wanted.values()].flat()
    if (all.every((p) => p.metadata.labels?.[REVISION_HASH] === hash)) return
    const { remove, create } = planUpdate(ds, hash, desired, wanted, this.c.world.clock.unixMs)
    yield* this.carryOut(key, ds, hash, create, remove)
  }

  private *carryOut(
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
      this.c,
      refTo('DaemonSet', ds),
      `${added.length} pods to create, ${removed.length} to delete`,
      {
        nodes: added,
        remove: removed.map((p) => p.metadata.name),
      },
    )
    const owner = { kind: 'DaemonSet' as const, metadata: ds.metadata }
    this.expectations.expect(
      key,
      added.length,
      removed.map((p) => p.metadata.uid ?? ''),
    )
    const { control } = this
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
    if (done < added.length) this.expectations.lowerCreations(key, added.length - done)
    for (const p of removed) {
      try {
        yield* this.control.delete(p, owner)
      } catch (e) {
        if (!isOperational(e)) throw e
        this.expectations.deletionObserved(key, p.metadata.uid ?? '')
        if (!isReason(e, 'NotFound')) throw e
      }
    }
    if (error) throw error
  }

  private *writeStatus(ds: DaemonSet, hash: string): Task<void> {
    const status = statusOf(
      ds,
      [...this.nodes.list()],
      podsByNode(this.mine(ds)),
      hash,
      this.c.world.clock.unixMs,
    )
    const waiting = (ds.spec?.minReadySeconds ?? 0) > 0
    if (waiting && status.numberReady !== (status.numberAvailable ?? 0)) {
      this.queue.addAfter(keyOf(ds), (ds.spec?.minReadySeconds ?? 0) * 1000)
    }
    if (sameStatus(ds.status, status)) return
    yield* this.c.client.updateStatus('DaemonSet', { ...ds, status })
  }
}

function revisionOwner(ds: DaemonSet) {
  return {
    owner: { kind: 'DaemonSet' as const, metadata: ds.metadata },
    kind: 'DaemonSet' as const,
    template: ds.spec?.template ?? {},
    hash: (template: PodTemplateSpec) => templateHash(template, ds.status?.collisionCount),
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
