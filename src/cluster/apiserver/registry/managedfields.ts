/**
 * Who set which field: metadata.managedFields. Writes of the cluster's own components are only noted, and worked out
 * when somebody outside looks: with thousands of pods nobody ever does.
 * @source staging/src/k8s.io/apimachinery/pkg/util/managedfields
 */
import type { ManagedFieldsEntry } from '../../api/generated/types.ts'
import { compareText, deepEqual, type JsonObject } from '../../api/meta/json.ts'
import type { AnyObject } from '../../api/object.ts'
import { compare, type FieldSet, minus, sorted, union } from '../../api/patch/fieldset.ts'
import type { Schema } from '../../api/schema.ts'
import type { Call } from '../call.ts'

/** A write by a component, not yet worked out. */
interface Note {
  readonly base: AnyObject | undefined
  readonly schema: Schema
  readonly hasStatus: boolean
  readonly entry: ManagedFieldsEntry
  readonly depth: number
}

const notes = new WeakMap<AnyObject, Note>()
const workedOut = new WeakMap<AnyObject, AnyObject>()

/** Kinds whose spec an update never changes. */
const RESET_SPEC = new Set(['CertificateSigningRequest'])

/** Notes followed back before they are worked out at once. */
const DEPTH_MAX = 8

/** Records that the call's manager set what differs between both. */
export function trackManager(c: Call, old: AnyObject | undefined, o: AnyObject): AnyObject {
  const entry = entryOf(c, 'Update')
  const { schema } = c.served.definition
  const { hasStatus } = c.served
  if (!c.typed) {
    const base = baseOf(o, old)
    const next = old && RESET_SPEC.has(o.kind) ? { ...o, spec: old.spec } : o
    return withManaged(
      o,
      updated(base, old, next, { base: old, schema, hasStatus, entry, depth: 0 }),
    )
  }
  const kept = withManaged(o, old?.metadata.managedFields)
  const before = old && notes.get(old)
  const same = before && sameManager(before.entry, entry)
  const base = same ? before.base : old
  const depth = same ? before.depth : (before?.depth ?? 0) + 1
  const note: Note = { base, schema, hasStatus, entry, depth }
  if (depth > DEPTH_MAX) {
    return withManaged(o, updated(old && resolved(old).metadata.managedFields, old, o, note))
  }
  notes.set(kept, note)
  return kept
}

/** Carries a note from a value to the same value with its resourceVersion. */
export function carryNote(from: AnyObject, to: AnyObject): void {
  const note = notes.get(from)
  if (note) notes.set(to, note)
}

/** The object with its managed fields worked out. */
export function resolved(o: AnyObject): AnyObject {
  const note = notes.get(o)
  if (!note) return o
  const known = workedOut.get(o)
  if (known) return known
  const base = note.base && resolved(note.base)
  const out = withManaged(o, updated(base?.metadata.managedFields, note.base, o, note))
  workedOut.set(o, out)
  return out
}

/** What the client sent counts, unless it sent nothing. */
function baseOf(o: AnyObject, old: AnyObject | undefined): ManagedFieldsEntry[] | undefined {
  const sent = o.metadata.managedFields
  if (!old) return undefined
  if (sent && sent.length > 0) return isReset(sent) ? [] : sent
  return resolved(old).metadata.managedFields
}

function isReset(sent: readonly ManagedFieldsEntry[]): boolean {
  return sent.length === 1 && Object.keys(sent[0] as object).length === 0
}

/** A new entry without fields. */
export function entryOf(c: Call, operation: 'Apply' | 'Update'): ManagedFieldsEntry {
  return {
    manager: c.manager || 'unknown',
    operation,
    apiVersion: c.served.apiVersion,
    time: c.now,
    fieldsType: 'FieldsV1',
    ...(c.subresource && c.subresource !== 'ephemeralcontainers'
      ? { subresource: c.subresource }
      : {}),
  }
}

/** True when two entries speak of one manager; an applier stays the same in every version. */
export function sameManager(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion) &&
    (a.subresource ?? '') === (b.subresource ?? '')
  )
}

/** An entry's fields. */
export function fieldSetOf(e: ManagedFieldsEntry): FieldSet {
  return (e.fieldsV1 ?? {}) as FieldSet
}

function updated(
  base: readonly ManagedFieldsEntry[] | undefined,
  old: AnyObject | undefined,
  o: AnyObject,
  note: Note,
): ManagedFieldsEntry[] {
  const { entry, schema } = note
  const before = stripped(old ?? {}, note)
  const after = stripped(o, note)
  const { changed, removed } = compare(before, after, schema)
  const dropped = union(changed, removed)
  const out: ManagedFieldsEntry[] = []
  let mine: ManagedFieldsEntry | undefined
  for (const e of base ?? []) {
    if (sameManager(e, entry)) {
      mine = e
      continue
    }
    const left = minus(fieldSetOf(e), dropped)
    if (left)
      out.push(left === fieldSetOf(e) ? e : { ...e, fieldsV1: left as Record<string, unknown> })
  }
  const had = mine && fieldSetOf(mine)
  const fresh = isScaleToZero(entry, o) ? undefined : changed
  const kept = fresh === changed ? had : minus(had, changed)
  const set = union(minus(kept, removed), fresh)
  if (set && Object.keys(set).length > 0) {
    const same = mine !== undefined && deepEqual(set, had)
    out.push(
      same
        ? (mine as ManagedFieldsEntry)
        : { ...entry, fieldsV1: sorted(set) as Record<string, unknown> },
    )
  }
  return ordered(out)
}

/** A Scale does not write a zero, so nobody is seen to have set it. */
function isScaleToZero(entry: ManagedFieldsEntry, o: AnyObject): boolean {
  return entry.subresource === 'scale' && (o.spec as JsonObject | undefined)?.replicas === 0
}

const OWN_META = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
])

/** The object without what no manager owns, and without what this endpoint does not set. */
export function stripped(
  o: Partial<AnyObject>,
  note: { hasStatus: boolean; entry: ManagedFieldsEntry },
): JsonObject {
  const { kind: _k, apiVersion: _a, metadata, ...rest } = o as AnyObject
  const out: JsonObject = { ...rest }
  if (note.hasStatus && note.entry.subresource === undefined) delete out.status
  if (note.entry.subresource === 'status') {
    for (const k of Object.keys(out)) if (k !== 'status') delete out[k]
  }
  const m: JsonObject = {}
  for (const [k, v] of Object.entries(metadata ?? {})) if (!OWN_META.has(k)) m[k] = v
  if (Object.keys(m).length > 0) out.metadata = m
  return out
}

/** Appliers first, then by time. */
export function ordered(list: ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const text = (s: string | undefined) => s ?? ''
  return [...list].sort(
    (a, b) =>
      compareText(text(a.operation), text(b.operation)) ||
      compareText(text(a.time), text(b.time)) ||
      compareText(text(a.manager), text(b.manager)),
  )
}

/** The object with that list, or none when it is empty. */
export function withManaged(
  o: AnyObject,
  list: readonly ManagedFieldsEntry[] | undefined,
): AnyObject {
  const { managedFields: have, ...rest } = o.metadata
  if (have === undefined && (!list || list.length === 0)) return o
  if (have === list) return o
  const metadata =
    list && list.length > 0 ? { ...rest, managedFields: list as ManagedFieldsEntry[] } : rest
  return { ...o, metadata }
}
