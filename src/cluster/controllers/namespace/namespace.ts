/**
 * Empties namespaces that are being deleted, pods first, and then lets them go.
 * @source pkg/controller/namespace/namespace_controller.go, deletion/namespaced_resources_deleter.go
 */
import type { Namespace, NamespaceCondition } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import type { ResourceRef } from '../../client/client.ts'
import type { Millis } from '../../sim/clock.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  defineController,
  isOperational,
  nowOf,
  startLoop,
} from '../framework.ts'
import { watchServed } from '../served.ts'

/** Watchers and other servers get this long to learn that the namespace is closing. */
const GRACE_MS: Millis = 5000
const FINALIZER = 'kubernetes'

/** The namespace controller. */
export const namespace = defineController({ name: 'namespace-controller', start })

/** What is left of one resource. */
interface Left {
  readonly resource: ResourceRef
  readonly count: number
  readonly finalizers: ReadonlyMap<string, number>
}

function start(c: ControllerContext): void {
  const namespaces = c.informers.for('Namespace')
  const served = new Map<string, ResourceRef>()
  const id = (r: ResourceRef) => `${r.group}/${r.plural}`
  watchServed(c, {
    added: (r) => {
      if (r.namespaced) served.set(id(r), r)
    },
    removed: (r) => served.delete(id(r)),
  })
  const rate = { baseMs: 5000, maxMs: 60_000 }
  const queue = startLoop({ context: c, kind: 'Namespace', workers: 10, rate, reconcile })
  const look = (ns: Namespace) => {
    if (ns.metadata.deletionTimestamp) queue.addAfter(ns.metadata.name ?? '', GRACE_MS)
  }
  namespaces.on({ added: look, updated: (_old, ns) => look(ns) })

  function* reconcile(name: string): Task<unknown> {
    const ns = namespaces.get('', name)
    if (!ns?.metadata.deletionTimestamp || !ns.spec?.finalizers?.includes(FINALIZER)) {
      return undefined
    }
    const errors: string[] = []
    const left = yield* empty(name, errors)
    const conditions = conditionsOf(ns, left, errors, nowOf(c))
    if (left.length > 0 || errors.length > 0) {
      const status = { ...ns.status, phase: 'Terminating' as const, conditions }
      if (!sameConditions(ns.status?.conditions, conditions)) {
        yield* c.client.updateStatus('Namespace', { ...ns, status })
      }
      return GRACE_MS
    }
    const finalizers = ns.spec.finalizers.filter((f) => f !== FINALIZER)
    try {
      const next = { ...ns, spec: { ...ns.spec, finalizers } }
      yield* c.client.update('Namespace', next, { subresource: 'finalize' })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
    return undefined
  }

  /** Deletes everything; while pods are there, nothing but pods. */
  function* empty(name: string, errors: string[]): Task<Left[]> {
    const all = [...served.values()]
    const isPods = (r: ResourceRef) => r.group === '' && r.plural === 'pods'
    const left: Left[] = []
    for (const r of all.filter(isPods)) {
      const rest = yield* emptyOne(name, r, errors)
      if (rest) left.push(rest)
    }
    if (left.length > 0) return left
    for (const r of all.filter((x) => !isPods(x))) {
      const rest = yield* emptyOne(name, r, errors)
      if (rest) left.push(rest)
    }
    return left
  }

  function* emptyOne(name: string, r: ResourceRef, errors: string[]): Task<Left | undefined> {
    const calls = c.client.resource(r)
    try {
      yield* calls.deleteCollection(name, { propagationPolicy: 'Background' })
      const list = yield* calls.list({ namespace: name })
      if (list.items.length === 0) return undefined
      const finalizers = new Map<string, number>()
      for (const o of list.items) {
        for (const f of o.metadata.finalizers ?? []) finalizers.set(f, (finalizers.get(f) ?? 0) + 1)
      }
      return { resource: r, count: list.items.length, finalizers }
    } catch (error) {
      // A resource that is served no more holds nothing.
      if (isReason(error, 'NotFound') || isReason(error, 'MethodNotAllowed')) return undefined
      if (!isOperational(error)) throw error
      errors.push(error.message)
      return undefined
    }
  }
}

function conditionsOf(
  ns: Namespace,
  left: readonly Left[],
  errors: readonly string[],
  now: string,
): NamespaceCondition[] {
  const remaining = left
    .map((l) => `${groupResource(l.resource)} has ${l.count} resource instances`)
    .sort()
  const finalizers = new Map<string, number>()
  for (const l of left) {
    for (const [f, n] of l.finalizers) finalizers.set(f, (finalizers.get(f) ?? 0) + n)
  }
  const held = [...finalizers].map(([f, n]) => `${f} in ${n} resource instances`).sort()
  const make = (
    type: NamespaceCondition['type'],
    bad: string | undefined,
    reasons: [string, string],
    good: string,
  ): NamespaceCondition => ({
    type,
    status: bad === undefined ? 'False' : 'True',
    reason: bad === undefined ? reasons[1] : reasons[0],
    message: bad ?? good,
    lastTransitionTime: now,
  })
  const next = [
    make(
      'NamespaceDeletionDiscoveryFailure',
      undefined,
      ['DiscoveryFailed', 'ResourcesDiscovered'],
      'All resources successfully discovered',
    ),
    make(
      'NamespaceDeletionGroupVersionParsingFailure',
      undefined,
      ['GroupVersionParsingFailed', 'ParsedGroupVersions'],
      'All legacy kube types successfully parsed',
    ),
    make(
      'NamespaceDeletionContentFailure',
      errors.length > 0
        ? `Failed to delete all resource types, ${errors.length} remaining: ${[...errors].sort().join(', ')}`
        : undefined,
      ['ContentDeletionFailed', 'ContentDeleted'],
      'All content successfully deleted, may be waiting on finalization',
    ),
    make(
      'NamespaceContentRemaining',
      remaining.length > 0 ? `Some resources are remaining: ${remaining.join(', ')}` : undefined,
      ['SomeResourcesRemain', 'ContentRemoved'],
      'All content successfully removed',
    ),
    make(
      'NamespaceFinalizersRemaining',
      held.length > 0
        ? `Some content in the namespace has finalizers remaining: ${held.join(', ')}`
        : undefined,
      ['SomeFinalizersRemain', 'ContentHasNoFinalizers'],
      'All content-preserving finalizers finished',
    ),
  ]
  return next.map((n) => {
    const old = ns.status?.conditions?.find((x) => x.type === n.type)
    if (!old || old.status !== n.status || !old.lastTransitionTime) return n
    return { ...n, lastTransitionTime: old.lastTransitionTime }
  })
}

/** `configmaps.` in the core group, `deployments.apps` else, as upstream prints it. */
function groupResource(r: ResourceRef): string {
  return `${r.plural}.${r.group}`
}

function sameConditions(
  a: readonly NamespaceCondition[] | undefined,
  b: readonly NamespaceCondition[],
): boolean {
  return b.every((x) => {
    const old = a?.find((y) => y.type === x.type)
    return old?.status === x.status && old.reason === x.reason && old.message === x.message
  })
}
