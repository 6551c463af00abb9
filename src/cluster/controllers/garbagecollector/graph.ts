/**
 * Who owns whom, over all resources.
 * @source pkg/controller/garbagecollector/graph.go, graph_builder.go
 */
import type { OwnerReference } from '../../api/generated/types.ts'
import type { KubeObject } from '../../api/object.ts'
import type { ResourceRef } from '../../client/client.ts'

/** One object of the graph. */
export interface GraphNode {
  readonly resource: ResourceRef
  readonly object: KubeObject
}

const NO_OWNERS: readonly OwnerReference[] = []
const NOBODY: ReadonlySet<string> = new Set()

/** Owner references of a node. */
export function ownersOf(n: GraphNode): readonly OwnerReference[] {
  return n.object.metadata.ownerReferences ?? NO_OWNERS
}

/** True when the object is being deleted. */
export function isDeleting(n: GraphNode): boolean {
  return n.object.metadata.deletionTimestamp !== undefined
}

/** True when the object is being deleted and waits for its dependents to go first. */
export function isDeletingDependents(n: GraphNode): boolean {
  return isDeleting(n) && hasFinalizer(n, 'foregroundDeletion')
}

export function hasFinalizer(n: GraphNode, name: string): boolean {
  return n.object.metadata.finalizers?.includes(name) ?? false
}

/** Objects by uid, and dependents by the uid of their owner. */
export class Graph {
  private readonly nodes = new Map<string, GraphNode>()
  private readonly dependents = new Map<string, Set<string>>()

  get(uid: string): GraphNode | undefined {
    return this.nodes.get(uid)
  }

  /** Puts in or replaces an object. @returns what was known of it */
  set(resource: ResourceRef, object: KubeObject): GraphNode | undefined {
    const uid = object.metadata.uid ?? ''
    const old = this.nodes.get(uid)
    this.nodes.set(uid, { resource, object })
    const before = old?.object.metadata.ownerReferences
    const now = object.metadata.ownerReferences
    if (before !== now) {
      for (const r of before ?? NO_OWNERS) this.unlink(r.uid, uid)
      for (const r of now ?? NO_OWNERS) this.link(r.uid, uid)
    }
    return old
  }

  delete(uid: string): void {
    const node = this.nodes.get(uid)
    if (!node) return
    this.nodes.delete(uid)
    for (const r of ownersOf(node)) this.unlink(r.uid, uid)
  }

  /** Uids of the objects that name `uid` as an owner, oldest first. */
  dependentsOf(uid: string): ReadonlySet<string> {
    return this.dependents.get(uid) ?? NOBODY
  }

  private link(owner: string, uid: string): void {
    const set = this.dependents.get(owner)
    if (set) set.add(uid)
    else this.dependents.set(owner, new Set([uid]))
  }

  private unlink(owner: string, uid: string): void {
    const set = this.dependents.get(owner)
    set?.delete(uid)
    if (set?.size === 0) this.dependents.delete(owner)
  }
}
