/** How two sessions that parted at some moment differ: in what there is, and in how long things took. */
import type { AnyObject } from '../cluster/api/object.ts'
import type { Millis } from '../cluster/sim/clock.ts'
import type { Comparison } from '../protocol/protocol.ts'
import { objectsIn } from './objects.ts'
import type { Session } from './session.ts'

/** Kinds whose differences say nothing: they follow from the others, or change all the time. */
const NOISE = new Set(['Event', 'Lease', 'ControllerRevision', 'IPAddress', 'Endpoints'])
const FIELDS_MAX = 5
const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet', 'Pod'])
/** Fields that differ between any two lives of the same object. */
const OWN = new Set([
  'metadata.uid',
  'metadata.resourceVersion',
  'metadata.creationTimestamp',
  'metadata.managedFields',
  'metadata.ownerReferences',
])

/**
 * Compares what is here with what is there.
 * @param from where they parted, in virtual ms
 */
export function compare(
  here: { name: string; session: Session },
  there: { name: string; session: Session },
  from: Millis,
): Comparison {
  const mine = objectsOf(here.session)
  const other = objectsOf(there.session)
  const objects: Comparison['objects'][number][] = []
  for (const [key, o] of mine) {
    const theirs = other.get(key)
    if (!theirs) objects.push({ ...nameOf(o), how: 'only-here', fields: [] })
    else {
      const fields = differing(o, theirs)
      if (fields.length > 0) objects.push({ ...nameOf(o), how: 'changed', fields })
    }
  }
  for (const [key, o] of other)
    if (!mine.has(key)) objects.push({ ...nameOf(o), how: 'only-there', fields: [] })
  return {
    mine: here.name,
    other: there.name,
    from,
    objects,
    timings: timings(completions(here.session, from), completions(there.session, from)),
  }
}

function objectsOf(s: Session): Map<string, AnyObject> {
  const found = new Map<string, AnyObject>()
  for (const o of objectsIn(s.cluster.store)) {
    const { namespace, name } = o.metadata
    if (!NOISE.has(o.kind)) found.set(`${o.apiVersion}/${o.kind}/${namespace}/${name}`, o)
  }
  return found
}

function nameOf(o: AnyObject): { kind: string; namespace: string; name: string } {
  return { kind: o.kind, namespace: o.metadata.namespace ?? '', name: o.metadata.name ?? '' }
}

/** Paths of the fields that differ, times and identities aside. */
function differing(a: AnyObject, b: AnyObject): string[] {
  const found: string[] = []
  const walk = (x: unknown, y: unknown, path: string): void => {
    if (found.length >= FIELDS_MAX || x === y || OWN.has(path)) return
    if (/(Time|At|Timestamp|Generation|generation|timeAdded)$/.test(path)) return
    if (isRecord(x) && isRecord(y)) {
      for (const k of new Set([...Object.keys(x), ...Object.keys(y)]))
        walk(x[k], y[k], path ? `${path}.${k}` : k)
      return
    }
    if (JSON.stringify(x) !== JSON.stringify(y)) found.push(path)
  }
  walk(a, b, '')
  return found
}

function isRecord(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

interface Completion {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly at: Millis
}

/** When each workload last became complete after a moment. */
function completions(s: Session, from: Millis): Map<string, Completion> {
  const { store } = s.cluster
  const done = new Map<string, Completion>()
  for (const e of store.changes(store.revisionAt(from), store.status().revision)) {
    const o = e.kv.value as AnyObject | undefined
    if (!o || !WORKLOADS.has(o.kind)) continue
    const before = e.prev?.value as AnyObject | undefined
    if (e.type === 'delete') done.delete(e.kv.key)
    else if (isComplete(o) && !(before && isComplete(before)))
      done.set(e.kv.key, { ...nameOf(o), at: store.timeOf(e.kv.modRevision) ?? 0 })
  }
  return done
}

function isComplete(o: AnyObject): boolean {
  const spec = (o.spec ?? {}) as { replicas?: number }
  const s = (o.status ?? {}) as Record<string, unknown> & {
    conditions?: { type: string; status: string }[]
  }
  const has = (type: string) => s.conditions?.some((c) => c.type === type && c.status === 'True')
  switch (o.kind) {
    case 'Pod':
      return has('Ready') === true
    case 'Job':
      return has('Complete') === true
    case 'DaemonSet':
      return (
        s.observedGeneration === o.metadata.generation && s.numberReady === s.desiredNumberScheduled
      )
    default: {
      const wanted = spec.replicas ?? 1
      return (
        s.observedGeneration === o.metadata.generation &&
        (s.readyReplicas ?? 0) === wanted &&
        (s.updatedReplicas ?? wanted) === wanted &&
        (s.replicas ?? 0) === wanted
      )
    }
  }
}

function timings(
  here: Map<string, Completion>,
  there: Map<string, Completion>,
): Comparison['timings'] {
  const out: Comparison['timings'][number][] = []
  for (const key of new Set([...here.keys(), ...there.keys()])) {
    const [h, t] = [here.get(key), there.get(key)]
    const of = h ?? t
    if (!of || h?.at === t?.at) continue
    out.push({
      kind: of.kind,
      namespace: of.namespace,
      name: of.name,
      ...(h ? { here: h.at } : {}),
      ...(t ? { there: t.at } : {}),
    })
  }
  return out
}
