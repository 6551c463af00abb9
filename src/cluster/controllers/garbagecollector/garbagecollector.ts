/**
 * The garbage collector: deletes what lost its owners, carries out foreground deletion and orphaning.
 * @source pkg/controller/garbagecollector/garbagecollector.go
 */
import type { OwnerReference } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import type { KubeObject } from '../../api/object.ts'
import type { ResourceRef } from '../../client/client.ts'
import { WorkQueue } from '../../client/workqueue.ts'
import { spawn, type Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  decide,
  defineController,
  isOperational,
  refTo,
} from '../framework.ts'
import { watchServed } from '../served.ts'
import {
  Graph,
  type GraphNode,
  hasFinalizer,
  isDeleting,
  isDeletingDependents,
  ownersOf,
} from './graph.ts'

const WORKERS = 20
const FOREGROUND = 'foregroundDeletion'
const ORPHAN = 'orphan'
/**
 * In life the graph is behind by some writes to disk, so that `kubectl delete --cascade=orphan` looks twice before an
 * orphaning ReplicaSet is gone and its Deployment has made it again; without this it would wait for the new one to go.
 */
const ORPHAN_MS = 100

/** The garbage collector. */
export const garbagecollector = defineController({
  name: 'garbage-collector-controller',
  account: 'generic-garbage-collector',
  start: (c) => new Collector(c).start(),
})

class Collector {
  private readonly graph = new Graph()
  private readonly toDelete: WorkQueue
  private readonly toOrphan: WorkQueue
  private readonly resources = new Map<string, ResourceRef>()

  constructor(private readonly c: ControllerContext) {
    this.toDelete = new WorkQueue(c.world, c.owner, 'collect garbage')
    this.toOrphan = new WorkQueue(c.world, c.owner, 'orphan dependents')
    c.onStop(() => {
      this.toDelete.stop()
      this.toOrphan.stop()
    })
  }

  start(): void {
    const { c } = this
    watchServed(c, {
      added: (r) => this.watch(r),
      removed: (r) => {
        this.resources.delete(`${r.group}/${r.kind}`)
        c.informers.stopResource(r)
      },
    })
    const self = this
    spawn(c.world, c.owner, 'wait for caches', function* () {
      yield* c.informers.whenSynced()
      self.toDelete.start(WORKERS, (uid) =>
        self.work(self.toDelete, uid, self.attemptToDelete(uid)),
      )
      self.toOrphan.start(WORKERS, (uid) =>
        self.work(self.toOrphan, uid, self.attemptToOrphan(uid)),
      )
    })
  }

  private watch(r: ResourceRef): void {
    this.resources.set(`${r.group}/${r.kind}`, r)
    if (r.group === '' && r.plural === 'events') return
    this.c.informers.forResource(r).on({
      added: (o) => this.changed(r, o),
      updated: (_old, o) => this.changed(r, o),
      deleted: (o) => this.gone(o),
    })
  }

  private changed(r: ResourceRef, o: KubeObject): void {
    const old = this.graph.set(r, o)
    const { metadata } = o
    const uid = metadata.uid ?? ''
    if (metadata.deletionTimestamp) {
      const node = { resource: r, object: o }
      if (hasFinalizer(node, ORPHAN)) this.toOrphan.addAfter(uid, ORPHAN_MS)
      else if (hasFinalizer(node, FOREGROUND)) {
        for (const d of this.graph.dependentsOf(uid)) this.toDelete.add(d)
        this.toDelete.add(uid)
      }
      if (!old || !isDeleting(old)) this.ownersMayGoOn(metadata.ownerReferences)
      return
    }
    if (!old) for (const d of this.graph.dependentsOf(uid)) this.checkOwner(d, uid)
    const refs = metadata.ownerReferences
    if (!refs || refs === old?.object.metadata.ownerReferences) return
    this.ownersMayGoOn(old?.object.metadata.ownerReferences)
    // An owner that is not known may never have existed.
    if (refs.some((x) => this.absentOrLeaving(x.uid))) this.toDelete.add(uid)
    for (const x of refs) this.checkOwner(uid, x.uid)
  }

  /** A reference whose uid is of another object than it names is told of, and looked into. */
  private checkOwner(uid: string, ownerUid: string): void {
    const node = this.graph.get(uid)
    const owner = this.graph.get(ownerUid)
    const ref = node && ownersOf(node).find((r) => r.uid === ownerUid)
    if (!node || !owner || !ref || isNamedBy(owner, ref, node)) return
    this.toDelete.add(uid)
    const { namespace = '', name } = node.object.metadata
    if (!owner.resource.namespaced || owner.object.metadata.namespace === namespace) return
    const { group, version, kind } = node.resource
    const about = {
      kind,
      apiVersion: group ? `${group}/${version}` : version,
      metadata: { ...(namespace ? { namespace } : {}), ...(name ? { name } : {}), uid },
    }
    const shown = `[${ref.apiVersion}/${ref.kind}, namespace: ${namespace}, name: ${ref.name}, uid: ${ref.uid}]`
    const text = `ownerRef ${shown} does not exist in namespace ${JSON.stringify(namespace)}`
    this.c.recorder().event(about, 'Warning', 'OwnerRefInvalidNamespace', text)
  }

  private absentOrLeaving(uid: string): boolean {
    const owner = this.graph.get(uid)
    return !owner || isDeletingDependents(owner)
  }

  private gone(o: KubeObject): void {
    const uid = o.metadata.uid ?? ''
    this.graph.delete(uid)
    for (const d of this.graph.dependentsOf(uid)) this.toDelete.add(d)
    this.ownersMayGoOn(o.metadata.ownerReferences)
  }

  /** Owners that wait for their dependents look again when one of them goes. */
  private ownersMayGoOn(refs: readonly OwnerReference[] | undefined): void {
    for (const r of refs ?? []) {
      const owner = this.graph.get(r.uid)
      if (owner && isDeletingDependents(owner)) this.toDelete.add(r.uid)
    }
  }

  private *work(queue: WorkQueue, uid: string, body: Task<boolean>): Task<void> {
    try {
      if (yield* body) queue.forget(uid)
      else queue.addRateLimited(uid)
    } catch (error) {
      if (!isOperational(error)) throw error
      queue.addRateLimited(uid)
    }
  }

  /** @returns false to come again later */
  private *attemptToDelete(uid: string): Task<boolean> {
    const node = this.graph.get(uid)
    if (!node) return true
    if (isDeletingDependents(node)) return yield* this.deleteDependentsFirst(uid, node)
    if (isDeleting(node)) return true
    const refs = ownersOf(node)
    if (refs.length === 0) return true
    const solid: OwnerReference[] = []
    const dangling: OwnerReference[] = []
    const waiting: OwnerReference[] = []
    for (const r of refs) {
      const owner = this.graph.get(r.uid)
      const known = owner && isNamedBy(owner, r, node)
      if (known && isDeletingDependents(owner)) waiting.push(r)
      else if (known || (yield* this.exists(node, r))) solid.push(r)
      else dangling.push(r)
    }
    if (solid.length > 0) {
      const drop = [...dangling, ...waiting]
      if (drop.length > 0) yield* this.dropOwners(node, drop)
      return true
    }
    const dependents = this.graph.dependentsOf(uid)
    const first = waiting.length > 0 && dependents.size > 0
    const policy = first ? 'Foreground' : policyOf(node)
    yield* this.delete(node, policy, refs)
    return true
  }

  private *deleteDependentsFirst(uid: string, node: GraphNode): Task<boolean> {
    const blocking: string[] = []
    for (const d of this.graph.dependentsOf(uid)) {
      const dependent = this.graph.get(d)
      const ref = dependent && ownersOf(dependent).find((r) => r.uid === uid)
      if (ref?.blockOwnerDeletion) blocking.push(d)
    }
    if (blocking.length === 0) {
      yield* this.removeFinalizer(node, FOREGROUND)
      return true
    }
    for (const d of blocking) {
      const dependent = this.graph.get(d)
      if (dependent && !isDeleting(dependent)) this.toDelete.add(d)
    }
    return true
  }

  private *attemptToOrphan(uid: string): Task<boolean> {
    const node = this.graph.get(uid)
    if (!node || !hasFinalizer(node, ORPHAN)) return true
    for (const d of [...this.graph.dependentsOf(uid)]) {
      const dependent = this.graph.get(d)
      const ref = dependent && ownersOf(dependent).find((r) => r.uid === uid)
      if (dependent && ref) yield* this.dropOwners(dependent, [ref])
    }
    yield* this.removeFinalizer(node, ORPHAN)
    return true
  }

  /** Asks the server about an owner that the graph does not know. */
  private *exists(node: GraphNode, ref: OwnerReference): Task<boolean> {
    const group = ref.apiVersion.includes('/') ? (ref.apiVersion.split('/')[0] as string) : ''
    const resource = this.resources.get(`${group}/${ref.kind}`)
    // A kind that nobody serves cannot be judged.
    if (!resource) return true
    const namespace = resource.namespaced ? (node.object.metadata.namespace ?? '') : ''
    try {
      const owner = yield* this.c.client.resource(resource).get({ namespace, name: ref.name })
      return owner.metadata.uid === ref.uid
    } catch (error) {
      if (isReason(error, 'NotFound')) return false
      throw error
    }
  }

  private *delete(
    node: GraphNode,
    propagationPolicy: string,
    refs: readonly OwnerReference[],
  ): Task<void> {
    const { metadata } = node.object
    decide(this.c, refTo(node.resource.kind, node.object), 'delete: its owner is gone', {
      owners: refs.map((r) => `${r.kind}/${r.name}`),
      propagationPolicy,
    })
    try {
      yield* this.c.client.resource(node.resource).delete(keyOfNode(node), {
        propagationPolicy,
        preconditions: metadata.uid ? { uid: metadata.uid } : {},
      })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }

  private *dropOwners(node: GraphNode, drop: readonly OwnerReference[]): Task<void> {
    const ownerReferences = drop.map((r) => ({ $patch: 'delete', uid: r.uid }))
    const metadata = { ownerReferences, uid: node.object.metadata.uid }
    const calls = this.c.client.resource(node.resource)
    try {
      if (node.resource.group.includes('.') && !node.resource.group.endsWith('.k8s.io')) {
        // Custom resources know no strategic merge.
        const gone = new Set(drop.map((r) => r.uid))
        const left = ownersOf(node).filter((r) => !gone.has(r.uid))
        const { uid, resourceVersion } = node.object.metadata
        const body = { metadata: { uid, resourceVersion, ownerReferences: left } }
        yield* calls.patch(keyOfNode(node), 'merge', body)
        return
      }
      yield* calls.patch(keyOfNode(node), 'strategic', { metadata })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }

  private *removeFinalizer(node: GraphNode, name: string): Task<void> {
    const calls = this.c.client.resource(node.resource)
    try {
      const now = yield* calls.get(keyOfNode(node))
      const finalizers = now.metadata.finalizers?.filter((f) => f !== name) ?? []
      if (finalizers.length === (now.metadata.finalizers?.length ?? 0)) return
      const { uid, resourceVersion } = now.metadata
      const body = { metadata: { uid, resourceVersion, finalizers } }
      yield* calls.patch(keyOfNode(node), 'merge', body)
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}

/** True when the object of that uid is the one that a reference of `node` names. */
function isNamedBy(owner: GraphNode, ref: OwnerReference, node: GraphNode): boolean {
  const { namespace, name } = owner.object.metadata
  const near = !owner.resource.namespaced || namespace === node.object.metadata.namespace
  return near && name === ref.name && owner.resource.kind === ref.kind
}

function policyOf(node: GraphNode): string {
  if (hasFinalizer(node, ORPHAN)) return 'Orphan'
  return hasFinalizer(node, FOREGROUND) ? 'Foreground' : 'Background'
}

function keyOfNode(node: GraphNode) {
  const { namespace, name } = node.object.metadata
  return { namespace: namespace ?? '', name: name ?? '' }
}
