/**
 * Creating and deleting pods for an owner, with the events that tell of it.
 * @source pkg/controller/controller_utils.go RealPodControl, pkg/controller/replicaset/replica_set.go slowStartBatch
 */
import type { KindMap } from '../api/generated/kindmap.ts'
import type { ObjectMeta, Pod, PodTemplateSpec } from '../api/generated/types.ts'
import { controllerOf } from '../api/meta/ownership.ts'
import { ApiError, isReason } from '../api/meta/status.ts'
import { apiVersionOf, resourceOf } from '../api/resources.ts'
import type { Kind } from '../client/client.ts'
import type { Expectations } from '../client/expectations.ts'
import type { Informer } from '../client/informer.ts'
import type { Recorder } from '../client/recorder.ts'
import type { WorkQueue } from '../client/workqueue.ts'
import type { Task } from '../sim/task.ts'
import { type ControllerContext, callKey, targetOf } from './framework.ts'

/** Pods of one controller: index on the uid of the controlling owner. */
export const BY_CONTROLLER = 'controller'
/** Pods without controller, by namespace. */
export const ORPHANS = 'orphans'
/** Pods by node name. */
export const BY_NODE = 'node'

/** The shared pod informer with the indexes that controllers read. */
export function podInformer(c: ControllerContext): Informer<Pod> {
  const pods = c.informers.for('Pod')
  pods.index(BY_CONTROLLER, (p) => controllerOf(p)?.uid)
  pods.index(ORPHANS, (p) => (controllerOf(p) ? undefined : p.metadata.namespace))
  pods.index(BY_NODE, (p) => p.spec?.nodeName)
  return pods
}

/** An owner of pods. */
export interface PodOwner {
  readonly kind: Kind
  readonly metadata: ObjectMeta
}

/** The reference an owner puts on its pods. */
export function ownerRefFor(kind: Kind, metadata: ObjectMeta) {
  return {
    apiVersion: apiVersionOf(resourceOf(kind)),
    kind,
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** A pod made from a template for an owner. */
export function podFromTemplate(
  template: PodTemplateSpec,
  owner: PodOwner,
  names: { name?: string; generateName?: string },
): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(owner.metadata.namespace ? { namespace: owner.metadata.namespace } : {}),
      ...(names.name ? { name: names.name } : {}),
      generateName: names.generateName ?? `${owner.metadata.name}-`,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [ownerRefFor(owner.kind, owner.metadata)],
    },
    ...(template.spec ? { spec: template.spec } : {}),
  }
}

/** Creates and deletes pods in an owner's name. */
export class PodControl {
  constructor(
    private readonly c: ControllerContext,
    private readonly recorder: Recorder,
  ) {}

  /** @throws ApiError, WireError after telling of it in an event */
  *create(pod: Pod, owner: PodOwner): Task<Pod> {
    const about = targetOf(owner.kind, owner as unknown as KindMap[Kind])
    try {
      const made = yield* this.c.client.create('Pod', pod)
      const text = `Created pod: ${made.metadata.name}`
      this.recorder.event(about, 'Normal', 'SuccessfulCreate', text)
      return made
    } catch (error) {
      if (!isNamespaceTerminating(error) && error instanceof Error) {
        this.recorder.event(about, 'Warning', 'FailedCreate', `Error creating: ${error.message}`)
      }
      throw error
    }
  }

  /** @throws ApiError (NotFound too), WireError */
  *delete(pod: Pod, owner: PodOwner): Task<void> {
    const about = targetOf(owner.kind, owner as unknown as KindMap[Kind])
    try {
      yield* this.c.client.delete('Pod', callKey(pod))
      const text = `Deleted pod: ${pod.metadata.name}`
      this.recorder.event(about, 'Normal', 'SuccessfulDelete', text)
    } catch (error) {
      if (!isReason(error, 'NotFound') && error instanceof Error) {
        this.recorder.event(about, 'Warning', 'FailedDelete', `Error deleting: ${error.message}`)
      }
      throw error
    }
  }
}

/** True for the refusal to create anything in a namespace that is going away. */
export function isNamespaceTerminating(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return error.status.details?.causes?.some((c) => c.reason === 'NamespaceTerminating') ?? false
}

/** Calls `body` 1, 2, 4, ... times as long as all goes well. @returns successes, and the first error */
export function* slowStart(
  count: number,
  body: (i: number) => Task<void>,
): Task<{ done: number; error?: unknown }> {
  let done = 0
  for (let batch = 1; done < count; batch *= 2) {
    const size = Math.min(batch, count - done)
    let failure: { error: unknown } | undefined
    let succeeded = 0
    for (let i = 0; i < size; i++) {
      try {
        yield* body(done + i)
        succeeded++
      } catch (error) {
        failure ??= { error }
      }
    }
    done += succeeded
    if (failure) return { done, error: failure.error }
  }
  return { done }
}

/** How a controller follows its pods. */
export interface PodWatch {
  readonly c: ControllerContext
  readonly kind: Kind
  readonly queue: WorkQueue
  readonly expectations?: Expectations
  /** How deletions are awaited: by uid unless given. */
  deletionKey?(pod: Pod): string
  /** Owners (their keys) that might adopt a pod without controller. */
  couldAdopt(pod: Pod): Iterable<string>
  /** Called for every change of a pod that has an owner of this kind. */
  changed?(key: string, old: Pod | undefined, pod: Pod): void
}

/** Enqueues the owners of pods that change, and observes what was expected. */
export function watchPods(w: PodWatch): void {
  const owners = w.c.informers.for(w.kind)
  const keyOfOwner = (pod: Pod): string | undefined => {
    const ref = controllerOf(pod)
    if (ref?.kind !== w.kind) return undefined
    const owner = owners.get(pod.metadata.namespace, ref.name)
    // A reference to an earlier object of that name is stale.
    if (owner?.metadata.uid !== ref.uid) return undefined
    return `${pod.metadata.namespace}/${ref.name}`
  }
  const gone = (pod: Pod) => {
    const key = keyOfOwner(pod)
    if (!key) return
    w.expectations?.deletionObserved(key, w.deletionKey?.(pod) ?? pod.metadata.uid ?? '')
    w.changed?.(key, pod, pod)
    w.queue.add(key)
  }
  const offer = (pod: Pod) => {
    for (const key of w.couldAdopt(pod)) w.queue.add(key)
  }
  podInformer(w.c).on({
    added(pod) {
      if (pod.metadata.deletionTimestamp) return gone(pod)
      if (!controllerOf(pod)) return offer(pod)
      const key = keyOfOwner(pod)
      if (!key) return
      w.expectations?.creationObserved(key)
      w.changed?.(key, undefined, pod)
      w.queue.add(key)
    },
    updated(old, pod) {
      const labels = old.metadata.labels !== pod.metadata.labels
      if (pod.metadata.deletionTimestamp) {
        gone(pod)
        if (labels) gone(old)
        return
      }
      const was = controllerOf(old)
      const is = controllerOf(pod)
      if (was && was.uid !== is?.uid) {
        const key = keyOfOwner(old)
        if (key) w.queue.add(key)
      }
      if (is) {
        const key = keyOfOwner(pod)
        if (!key) return
        w.changed?.(key, old, pod)
        w.queue.add(key)
        return
      }
      if (labels || was) offer(pod)
    },
    deleted: gone,
  })
}
