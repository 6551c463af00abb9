/**
 * What the scheduler does when the cluster changes: keeps its cache, and moves pods that the change may help.
 * @source pkg/scheduler/eventhandlers.go
 */
import type { Node, Pod } from '../api/generated/types.ts'
import { isPodTerminal } from '../api/helpers/pods.ts'
import { type AnyObject, keyOf } from '../api/object.ts'
import type { Kind } from '../client/client.ts'
import type { Informers } from '../client/informer.ts'
import type { SchedulerCache } from './cache.ts'
import type { ClusterResource } from './framework/interface.ts'
import { PodInfo } from './framework/nodeinfo.ts'
import type { Nominator } from './nominator.ts'
import type { SchedulingQueue } from './queue.ts'

/** Who is told. */
export interface ClusterWatch {
  readonly informers: Informers
  readonly cache: SchedulerCache
  readonly queue: SchedulingQueue
  readonly nominator: Nominator
  readonly schedulerName: string
}

const OTHERS = [
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'CSINode',
  'Namespace',
] as const satisfies readonly (Kind & ClusterResource)[]

/** Subscribes to everything that scheduling depends on. */
export function watchCluster(w: ClusterWatch): void {
  watchNodes(w)
  watchPods(w)
  for (const kind of OTHERS) {
    w.informers.for(kind).on({
      added: (o) => w.queue.moved(kind, 'Add', undefined, any(o)),
      updated: (old, o) => w.queue.moved(kind, 'Update', any(old), any(o)),
      deleted: (o) => w.queue.moved(kind, 'Delete', any(o), undefined),
    })
  }
}

function any(o: unknown): AnyObject {
  return o as AnyObject
}

function watchNodes({ informers, cache, queue }: ClusterWatch): void {
  informers.for('Node').on({
    added(node) {
      cache.addNode(node)
      queue.moved('Node', 'Add', undefined, any(node))
    },
    updated(old, node) {
      cache.addNode(node)
      if (queue.hasWaiting && nodeChanged(old, node)) {
        queue.moved('Node', 'Update', any(old), any(node))
      }
    },
    deleted(node) {
      cache.removeNode(node.metadata.name ?? '')
      queue.moved('Node', 'Delete', any(node), undefined)
    },
  })
}

/** Heartbeats change nothing that a pod could be waiting for. */
function nodeChanged(old: Node, now: Node): boolean {
  if (old.spec !== now.spec || old.metadata.labels !== now.metadata.labels) return true
  const a = old.status?.allocatable
  const b = now.status?.allocatable
  if (a === b) return false
  const names = Object.keys(a ?? {})
  if (names.length !== Object.keys(b ?? {}).length) return true
  return names.some((n) => a?.[n] !== b?.[n])
}

function watchPods(w: ClusterWatch): void {
  const { cache, queue, nominator } = w
  const assigned = (p: Pod) => !!p.spec?.nodeName && !isPodTerminal(p)
  const waiting = (p: Pod) =>
    !p.spec?.nodeName &&
    !isPodTerminal(p) &&
    (p.spec?.schedulerName ?? w.schedulerName) === w.schedulerName

  const leave = (pod: Pod) => {
    const key = keyOf(pod)
    nominator.remove(key)
    queue.remove(key)
    const was = cache.nodeOf(key) !== undefined
    cache.removePod(key)
    if (was) queue.moved('AssignedPod', 'Delete', any(pod), undefined)
  }

  const arrive = (old: Pod | undefined, pod: Pod) => {
    const key = keyOf(pod)
    if (assigned(pod)) {
      const before = cache.nodeOf(key) !== undefined && !cache.isAssumed(key)
      queue.remove(key)
      nominator.remove(key)
      cache.setPod(pod)
      if (!before) queue.moved('AssignedPod', 'Add', undefined, any(pod))
      else if (old && (old.spec !== pod.spec || old.metadata.labels !== pod.metadata.labels)) {
        queue.moved('AssignedPod', 'Update', any(old), any(pod))
      } else if (old && !old.metadata.deletionTimestamp && pod.metadata.deletionTimestamp) {
        queue.moved('AssignedPod', 'Update', any(old), any(pod))
      }
      return
    }
    if (!waiting(pod)) {
      if (old) leave(pod)
      return
    }
    const nominated = pod.status?.nominatedNodeName
    if (nominated && !nominator.nodeOf(key)) nominator.add(new PodInfo(pod), nominated)
    // An assumed pod is being bound right now; its own status changes do not bring it back.
    if (cache.isAssumed(key)) return
    if (old) {
      if (queue.get(key)) queue.update(pod)
    } else queue.add(pod)
  }

  w.informers.for('Pod').on({
    added: (pod) => arrive(undefined, pod),
    updated: (old, pod) => arrive(old, pod),
    deleted: (pod) => leave(pod),
  })
}
