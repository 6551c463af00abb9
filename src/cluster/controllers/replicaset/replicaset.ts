/**
 * ReplicaSets and ReplicationControllers: keep so many pods of a template. One loop serves both, as upstream does.
 * @source pkg/controller/replicaset/replica_set.go, replica_set_utils.go, pkg/controller/replication
 */
import type {
  LabelSelector,
  ObjectMeta,
  Pod,
  PodTemplateSpec,
  ReplicaSet,
  ReplicaSetCondition,
  ReplicaSetStatus,
} from '../../api/generated/types.ts'
import { isPodActive, isPodAvailable, isPodReady, isPodTerminal } from '../../api/helpers/pods.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { matches, matchesSet, type Selector, selectorOf } from '../../api/meta/labels.ts'
import { controllerOf } from '../../api/meta/ownership.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf, parseKey } from '../../api/object.ts'
import type { Client } from '../../client/client.ts'
import { claimObjects } from '../../client/controllerref.ts'
import { Expectations } from '../../client/expectations.ts'
import type { Informer } from '../../client/informer.ts'
import type { WorkQueue } from '../../client/workqueue.ts'
import type { Millis } from '../../sim/clock.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  defineController,
  isOperational,
  nowOf,
  omitEmpty,
  pauseFor,
  refTo,
  startLoop,
} from '../framework.ts'
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
import { podsToDelete } from '../ranking.ts'

/** At most so many creations or deletions in one go. */
const BURST_REPLICAS = 500

type SetKind = 'ReplicaSet' | 'ReplicationController'

/** What both kinds have in common. */
interface PodSet {
  readonly kind: SetKind
  readonly metadata: ObjectMeta
  readonly replicas: number
  readonly minReadySeconds: number
  readonly selector: Selector
  readonly template: PodTemplateSpec
  readonly status: ReplicaSetStatus | undefined
}

/** The controller of ReplicaSets. */
export const replicaset = defineController({
  name: 'replicaset-controller',
  start: (c) => startSets(c, 'ReplicaSet'),
})

/** The controller of ReplicationControllers. */
export const replication = defineController({
  name: 'replication-controller',
  start: (c) => startSets(c, 'ReplicationController'),
})

function startSets(c: ControllerContext, kind: SetKind): void {
  const controller = new Sets(c, kind)
  controller.start()
}

/** What to do about the number of pods. */
export type ReplicaPlan =
  | { readonly action: 'none' }
  | { readonly action: 'create'; readonly count: number }
  | { readonly action: 'delete'; readonly count: number }

/** Compares what there is with what there should be. */
export function planReplicas(active: number, wanted: number): ReplicaPlan {
  if (active < wanted) return { action: 'create', count: Math.min(wanted - active, BURST_REPLICAS) }
  if (active > wanted) return { action: 'delete', count: Math.min(active - wanted, BURST_REPLICAS) }
  return { action: 'none' }
}

/** The status that the pods give; `failure` is what kept the set from its number. */
export function replicaStatus(
  set: PodSet,
  active: readonly Pod[],
  terminating: number,
  failure: { reason: string; message: string } | undefined,
  now: { ms: number; text: string },
): ReplicaSetStatus {
  const templateLabels = set.template.metadata?.labels
  let fullyLabeled = 0
  let ready = 0
  let available = 0
  for (const p of active) {
    if (matchesSet(templateLabels, p.metadata.labels)) fullyLabeled++
    if (!isPodReady(p)) continue
    ready++
    if (isPodAvailable(p, set.minReadySeconds, now.ms)) available++
  }
  const counts = {
    fullyLabeledReplicas: fullyLabeled,
    readyReplicas: ready,
    availableReplicas: available,
    observedGeneration: set.metadata.generation ?? 0,
    conditions: failureCondition(set.status?.conditions ?? [], failure, now.text),
  }
  return {
    replicas: active.length,
    ...omitEmpty(counts),
    ...(set.kind === 'ReplicaSet' ? { terminatingReplicas: terminating } : {}),
  }
}

function failureCondition(
  old: readonly ReplicaSetCondition[],
  failure: { reason: string; message: string } | undefined,
  now: string,
): ReplicaSetCondition[] {
  const others = old.filter((c) => c.type !== 'ReplicaFailure')
  const known = old.find((c) => c.type === 'ReplicaFailure')
  if (!failure) return others
  if (known) return [...old]
  return [
    ...others,
    { type: 'ReplicaFailure', status: 'True', lastTransitionTime: now, ...failure },
  ]
}

class Sets {
  private readonly pods: Informer<Pod>
  private readonly expectations: Expectations
  private readonly control: PodControl
  private readonly client: Client
  private queue!: WorkQueue

  constructor(
    private readonly c: ControllerContext,
    private readonly kind: SetKind,
  ) {
    this.pods = podInformer(c)
    this.expectations = new Expectations(c.world)
    this.control = new PodControl(c, c.recorder())
    this.client = c.client
  }

  start(): void {
    const { c, kind, expectations } = this
    const sets = c.informers.for(kind) as Informer<ReplicaSet>
    sets.index('owner', (s) => controllerOf(s)?.uid)
    const reconcile = (key: string) => this.reconcile(key)
    this.queue = startLoop({ context: c, kind, reconcile })
    const { queue } = this
    sets.on({
      added: (s) => queue.add(keyOf(s)),
      updated: (_old, s) => queue.add(keyOf(s)),
      deleted: (s) => {
        expectations.forget(keyOf(s))
        queue.add(keyOf(s))
      },
    })
    const self = this
    watchPods({
      c,
      kind,
      queue,
      expectations,
      *couldAdopt(pod) {
        for (const s of sets.list(pod.metadata.namespace)) {
          const set = self.view(s)
          if (matches(set.selector, pod.metadata.labels)) yield keyOf(s)
        }
      },
      changed: (key, old, pod) => {
        const { namespace, name } = parseKey(key)
        const set = sets.get(namespace, name)
        const wait = set && self.view(set).minReadySeconds
        if (wait && old && !isPodReady(old) && isPodReady(pod)) {
          queue.addAfter(key, (wait + 1) * 1000)
        }
      },
    })
  }

  private view(o: ReplicaSet): PodSet {
    const { kind } = this
    const spec = o.spec
    const selector =
      kind === 'ReplicaSet'
        ? selectorOf(spec?.selector)
        : fromSet(spec?.selector as unknown as Record<string, string> | undefined)
    return {
      kind,
      metadata: o.metadata,
      replicas: spec?.replicas ?? 1,
      minReadySeconds: spec?.minReadySeconds ?? 0,
      selector: selector ?? [{ key: '', op: 'in', values: [] }],
      template: spec?.template ?? {},
      status: o.status,
    }
  }

  private *reconcile(key: string): Task<Millis | undefined> {
    const { c, kind, client } = this
    const { namespace, name } = parseKey(key)
    const object = (c.informers.for(kind) as Informer<ReplicaSet>).get(namespace, name)
    if (!object) {
      this.expectations.forget(key)
      return undefined
    }
    const set = this.view(object)
    const met = this.expectations.met(key)
    const candidates = [
      ...this.pods.by(BY_CONTROLLER, set.metadata.uid ?? ''),
      ...this.pods.by(ORPHANS, namespace),
    ].filter((p) => !isPodTerminal(p))
    const fresh = () => readFresh(client, kind, { namespace, name })
    const owner = { apiVersion: object.apiVersion, kind, metadata: set.metadata }
    const mine = yield* claimObjects(
      { client, kind: 'Pod', owner, selector: set.selector, fresh },
      candidates,
    )
    const active = mine.filter(isPodActive)
    const terminating = mine.length - active.length
    this.queue.hold(key, pauseFor(mine.length))
    let failure: { reason: string; message: string; error: unknown } | undefined
    if (met && !set.metadata.deletionTimestamp) failure = yield* this.manage(key, set, active)
    const now = { ms: c.world.clock.unixMs, text: nowOf(c) }
    const known = failure && { reason: failure.reason, message: failure.message }
    const status = replicaStatus(set, active, terminating, known, now)
    const updated = yield* this.writeStatus(object, status)
    if (failure) throw failure.error
    const waiting = set.minReadySeconds > 0 && (updated.readyReplicas ?? 0) === set.replicas
    if (waiting && (updated.availableReplicas ?? 0) !== set.replicas) {
      return set.minReadySeconds * 1000
    }
    return undefined
  }

  private *manage(
    key: string,
    set: PodSet,
    active: readonly Pod[],
  ): Task<{ reason: string; message: string; error: unknown } | undefined> {
    const plan = planReplicas(active.length, set.replicas)
    if (plan.action === 'none') return undefined
    decide(this.c, refTo(set.kind, set), `${plan.action} ${plan.count} pods`, {
      have: active.length,
      want: set.replicas,
    })
    return plan.action === 'create'
      ? yield* this.createPods(key, set, plan.count)
      : yield* this.deletePods(key, set, active, plan.count)
  }

  private *createPods(key: string, set: PodSet, count: number) {
    const { control, expectations } = this
    expectations.expectCreations(key, count)
    const pod = podFromTemplate(set.template, set, {})
    const { done, error } = yield* slowStart(count, function* () {
      try {
        yield* control.create(pod, set)
      } catch (e) {
        // Nothing can be created there any more; that is no failure of the set.
        if (!isNamespaceTerminating(e)) throw e
      }
    })
    if (done < count) expectations.lowerCreations(key, count - done)
    return describe('FailedCreate', error)
  }

  private *deletePods(key: string, set: PodSet, active: readonly Pod[], count: number) {
    const victims = podsToDelete(active, this.relatedPods(set), count)
    const { expectations } = this
    expectations.expectDeletions(
      key,
      victims.map((p) => p.metadata.uid ?? ''),
    )
    let failure: unknown
    for (const pod of victims) {
      try {
        yield* this.control.delete(pod, set)
      } catch (error) {
        if (!isOperational(error)) throw error
        expectations.deletionObserved(key, pod.metadata.uid ?? '')
        if (!isReason(error, 'NotFound')) failure ??= error
      }
    }
    return describe('FailedDelete', failure)
  }

  /** Active pods of all sets with the same owner: those of a rollout's other sets count as doubles on a node. */
  private relatedPods(set: PodSet): Pod[] {
    const owner = controllerOf(set)
    const siblings = owner
      ? (this.c.informers.for(set.kind) as Informer<ReplicaSet>).by('owner', owner.uid)
      : [set]
    const out: Pod[] = []
    for (const s of siblings) {
      for (const p of this.pods.by(BY_CONTROLLER, s.metadata.uid ?? '')) {
        if (isPodActive(p)) out.push(p)
      }
    }
    return out
  }

  private *writeStatus(object: ReplicaSet, status: ReplicaSetStatus): Task<ReplicaSetStatus> {
    if (sameStatus(object.status, status)) return status
    const { client, kind } = this
    let base = object
    // One more try on a conflict, with what is stored now.
    for (let tries = 0; ; tries++) {
      try {
        const next = { ...base, status } as never
        yield* client.updateStatus(kind, next)
        return status
      } catch (error) {
        if (!isOperational(error) || tries >= 1) throw error
        base = (yield* client.get(kind, callKey(object))) as ReplicaSet
      }
    }
  }
}

function fromSet(set: Record<string, string> | undefined): Selector | undefined {
  return selectorOf(set && ({ matchLabels: set } satisfies LabelSelector))
}

function* readFresh(client: Client, kind: SetKind, key: { namespace: string; name: string }) {
  try {
    return (yield* client.get(kind, key)) as ReplicaSet
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined
    throw error
  }
}

function describe(reason: string, error: unknown) {
  if (!(error instanceof Error)) return undefined
  return { reason, message: error.message, error }
}

function sameStatus(a: ReplicaSetStatus | undefined, b: ReplicaSetStatus): boolean {
  if (!a) return false
  return (
    a.replicas === b.replicas &&
    (a.fullyLabeledReplicas ?? 0) === (b.fullyLabeledReplicas ?? 0) &&
    (a.readyReplicas ?? 0) === (b.readyReplicas ?? 0) &&
    (a.availableReplicas ?? 0) === (b.availableReplicas ?? 0) &&
    (a.terminatingReplicas ?? 0) === (b.terminatingReplicas ?? 0) &&
    (a.observedGeneration ?? 0) === (b.observedGeneration ?? 0) &&
    deepEqual(a.conditions ?? [], b.conditions ?? [])
  )
}
