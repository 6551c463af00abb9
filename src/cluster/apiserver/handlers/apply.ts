/**
 * Server-side apply.
 * @source staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go Apply
 */
import type { ManagedFieldsEntry } from '../../api/generated/types.ts'
import { required } from '../../api/meta/field.ts'
import {
  deepEqual,
  htmlSafeJson,
  isObject,
  type JsonObject,
  sortedDeep,
} from '../../api/meta/json.ts'
import { JsonSyntaxError, parseJson } from '../../api/meta/jsontext.ts'
import { type ApiError, badRequest, conflict, failure, invalid } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import {
  ApplyError,
  checkConfiguration,
  mergeApplied,
  removeFields,
} from '../../api/patch/apply.ts'
import {
  both,
  compare,
  type FieldSet,
  fieldsOf,
  minus,
  pathsOf,
  sorted,
  unclaimed,
  union,
} from '../../api/patch/fieldset.ts'
import type { Task } from '../../sim/task.ts'
import { readBody } from '../body.ts'
import type { Call } from '../call.ts'
import { decode } from '../decode.ts'
import {
  entryOf,
  fieldSetOf,
  ordered,
  resolved,
  sameManager,
  stripped,
  withManaged,
} from '../registry/managedfields.ts'
import type { Registry } from '../registry/registry.ts'
import { type Updated, updateObject } from '../registry/update.ts'
import { isTrue, param } from '../requestinfo.ts'

/** Serves an apply patch. @throws ApiError Conflict, Invalid, BadRequest */
export function* serveApply(r: Registry, c: Call): Task<Updated> {
  const { name } = c.info
  if (!param(c.request.query, 'fieldManager') && !c.typed) {
    const error = required('fieldManager', 'is required for apply patch')
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [error])
  }
  const applied = configuration(c)
  return yield* updateObject(r, c, name, (current) => merged(c, current, applied), {
    tracked: true,
    pinned: () => applied.metadata.resourceVersion,
    ...(c.subresource ? {} : { create: () => created(c, applied) }),
  })
}

function configuration(c: Call): AnyObject {
  const { kind } = c.served.definition
  let value: unknown
  try {
    value = readBody(c.request.body, c.request.headers['content-type']).value
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badRequest(`error decoding YAML: ${error.message}`)
    throw error
  }
  if (!isObject(value)) throw badRequest('error decoding YAML: expected an object')
  const o = withoutNulls(value) as AnyObject
  if (o.kind !== kind || o.apiVersion !== c.served.apiVersion) {
    const version = o.apiVersion ?? '/'
    const gv = version.includes('/') ? version : `/${version}`
    throw badRequest(`invalid object type: ${gv}, Kind=${o.kind ?? ''}`)
  }
  const metadata = { ...o.metadata }
  if (metadata.managedFields && metadata.managedFields.length > 0) {
    throw badRequest('metadata.managedFields must be nil')
  }
  delete metadata.managedFields
  const { name = '' } = c.info
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    )
  }
  const ns = c.served.definition.namespaced ? { namespace: c.namespace } : {}
  check(c, { ...o, metadata: { ...metadata, name, ...ns } })
  return { ...o, metadata: { ...metadata, name, ...ns } }
}

function withoutNulls(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(withoutNulls)
  if (!isObject(v)) return v
  const out: JsonObject = {}
  for (const [k, x] of Object.entries(v)) if (x !== null) out[k] = withoutNulls(x)
  return out
}

function check(c: Call, o: AnyObject): void {
  const { definition, apiVersion } = c.served
  try {
    checkConfiguration(o, definition.schema)
  } catch (error) {
    if (!(error instanceof ApplyError)) throw error
    const key = c.namespace ? `${c.namespace}/${c.info.name}` : `/${c.info.name}`
    const gvk = definition.group ? `${apiVersion}` : `/${apiVersion}`
    const what = `${key}; ${gvk.replace(/^\//, '/')}, Kind=${definition.kind}`
    throw failure(500, '', `failed to create typed patch object (${what}): ${error.message}`)
  }
}

function decodeMerged(c: Call, value: unknown): AnyObject {
  const { definition } = c.served
  const o = decode(definition.schema, value) as AnyObject
  return { ...o, kind: definition.kind, apiVersion: c.served.apiVersion }
}

function setOf(c: Call, applied: AnyObject, entry: ManagedFieldsEntry): FieldSet {
  const note = { hasStatus: c.served.hasStatus, entry }
  return fieldsOf(stripped(applied, note), c.served.definition.schema)
}

function created(c: Call, applied: AnyObject): AnyObject {
  const { uid } = applied.metadata
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
    throw conflict(c.served.gr, c.info.name, why)
  }
  const entry = entryOf(c, 'Apply')
  const o = decodeMerged(c, applied)
  const fieldsV1 = sorted(setOf(c, applied, entry)) as Record<string, unknown>
  return withManaged(o, [{ ...entry, fieldsV1 }])
}

function merged(c: Call, stored: AnyObject, applied: AnyObject): AnyObject {
  const { definition, toServed, toStored } = c.served
  const current = toServed ? toServed(resolved(stored)) : resolved(stored)
  const entry = entryOf(c, 'Apply')
  const note = { hasStatus: c.served.hasStatus, entry }
  const list = current.metadata.managedFields ?? []
  const set = setOf(c, applied, entry)
  const mine = list.find((e) => sameManager(e, entry))
  let next = mergeApplied(current, applied, definition.schema) as AnyObject
  const others = list.filter((e) => e !== mine)
  if (mine) next = pruned(c, next, { had: fieldSetOf(mine), set, others })
  const o = decodeMerged(c, next)
  definition.defaults?.(o)
  const { changed } = compare(stripped(current, note), stripped(o, note), definition.schema)
  const taken = conflicts(others, both(changed, set))
  const given = isTrue(c.request.query, 'force') ? undefined : refused(c, current, others, taken)
  if (given) throw conflictError(given)
  const kept = others.flatMap((e) => {
    const left = minus(fieldSetOf(e), taken.length > 0 ? both(changed, set) : undefined)
    return left
      ? [left === fieldSetOf(e) ? e : { ...e, fieldsV1: left as Record<string, unknown> }]
      : []
  })
  const fieldsV1 = sorted(set) as Record<string, unknown>
  const same = mine && deepEqual(mine.fieldsV1, fieldsV1)
  const own = same && mine ? mine : { ...entry, fieldsV1 }
  const done = withManaged(annotated(c, current, o), ordered([...kept, own]))
  return toStored ? toStored(done) : done
}

/** What this applier had set, states no more, and nobody else owns, goes. */
function pruned(
  c: Call,
  o: AnyObject,
  x: { had: FieldSet; set: FieldSet; others: readonly ManagedFieldsEntry[] },
): AnyObject {
  let gone = unclaimed(x.had, x.set)
  for (const e of x.others) gone = unclaimed(gone, fieldSetOf(e))
  if (!gone) return o
  return removeFields(o, gone, c.served.definition.schema) as AnyObject
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
/** The manager that takes over what `kubectl apply` on the client's side had set. */
const KUBECTL = 'kubectl'

/**
 * The conflicts that stand. What kubectl itself wrote down as last applied, and is still so, it may take.
 * @source apimachinery/pkg/util/managedfields/internal/lastappliedmanager.go
 */
function refused(
  c: Call,
  current: AnyObject,
  others: readonly ManagedFieldsEntry[],
  taken: readonly Conflict[],
): readonly Conflict[] | undefined {
  if (taken.length === 0) return undefined
  const text = current.metadata.annotations?.[LAST_APPLIED]
  const last = c.manager === KUBECTL && text ? parsed(text) : undefined
  if (!last || last.apiVersion !== c.served.apiVersion) return taken
  const { schema } = c.served.definition
  const note = { hasStatus: c.served.hasStatus, entry: entryOf(c, 'Apply') }
  const before = stripped(last, note)
  const { changed, removed } = compare(before, stripped(current, note), schema)
  const allowed = minus(minus(fieldsOf(before, schema), changed), removed)
  const left = taken.map((x) => minus(x.set, allowed))
  const rest = conflicts(
    others,
    left.reduce((a, b) => union(a, b), undefined),
  )
  return rest.length > 0 ? rest : undefined
}

function parsed(text: string): AnyObject | undefined {
  try {
    const { value } = parseJson(text)
    return isObject(value) ? (value as AnyObject) : undefined
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}

/**
 * Where kubectl keeps what it last applied, the server keeps it up.
 * @source apimachinery/pkg/util/managedfields/internal/lastappliedupdater.go
 */
function annotated(c: Call, current: AnyObject, o: AnyObject): AnyObject {
  const { annotations } = o.metadata
  if (c.manager !== KUBECTL || !current.metadata.annotations?.[LAST_APPLIED]) return o
  const value = readBody(c.request.body, c.request.headers['content-type']).value as AnyObject
  const { [LAST_APPLIED]: _, ...own } = value.metadata?.annotations ?? {}
  const metadata: JsonObject = { ...value.metadata, annotations: own }
  if (!value.metadata?.annotations) delete metadata.annotations
  const text = `${htmlSafeJson(sortedDeep({ ...value, metadata }))}\n`
  return {
    ...o,
    metadata: { ...o.metadata, annotations: { ...annotations, [LAST_APPLIED]: text } },
  }
}

interface Conflict {
  readonly entry: ManagedFieldsEntry
  readonly set: FieldSet
  readonly paths: readonly string[]
}

function conflicts(
  others: readonly ManagedFieldsEntry[],
  changed: FieldSet | undefined,
): Conflict[] {
  if (!changed) return []
  const out: Conflict[] = []
  for (const entry of others) {
    const common = both(fieldSetOf(entry), changed)
    if (common) out.push({ entry, set: common, paths: pathsOf(common) })
  }
  return out
}

function conflictError(list: readonly Conflict[]): ApiError {
  const count = list.reduce((n, x) => n + x.paths.length, 0)
  const head = `Apply failed with ${count} conflict${count === 1 ? '' : 's'}: `
  const body = list.map((x) => conflictText(x)).join('\n')
  const causes = list.flatMap((x) =>
    x.paths.map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${managerText(x.entry)}`,
      field,
    })),
  )
  return failure(409, 'Conflict', head + body, { causes })
}

function conflictText(x: Conflict): string {
  if (x.paths.length === 1) return `conflict with ${managerText(x.entry)}: ${x.paths[0]}`
  return `conflicts with ${managerText(x.entry)}:\n${x.paths.map((p) => `- ${p}`).join('\n')}`
}

function managerText(e: ManagedFieldsEntry): string {
  const name = JSON.stringify(e.manager ?? '')
  const sub = e.subresource ? ` with subresource ${JSON.stringify(e.subresource)}` : ''
  return e.operation === 'Apply' ? name + sub : `${name}${sub} using ${e.apiVersion}`
}
