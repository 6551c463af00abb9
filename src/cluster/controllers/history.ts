/**
 * ControllerRevisions: the templates a set has had, each stored once and numbered.
 * @source pkg/controller/history/controller_history.go
 */
import type { ControllerRevision, ObjectMeta, PodTemplateSpec } from '../api/generated/types.ts'
import { utf8 } from '../api/meta/base64.ts'
import type { Selector } from '../api/meta/labels.ts'
import { safeEncode } from '../api/meta/names.ts'
import { controllerOf } from '../api/meta/ownership.ts'
import { isReason } from '../api/meta/status.ts'
import type { Kind } from '../client/client.ts'
import { claimObjects } from '../client/controllerref.ts'
import type { Informer } from '../client/informer.ts'
import type { Task } from '../sim/task.ts'
import { type ControllerContext, callKey } from './framework.ts'
import { BY_CONTROLLER, ORPHANS, ownerRefFor, type PodOwner } from './podcontrol.ts'
import { fnv1 } from './templatehash.ts'

/** The shared informer with its index. */
export function revisionInformer(c: ControllerContext): Informer<ControllerRevision> {
  const revisions = c.informers.for('ControllerRevision')
  revisions.index(BY_CONTROLLER, (r) => controllerOf(r)?.uid)
  revisions.index(ORPHANS, (r) => (controllerOf(r) ? undefined : r.metadata.namespace))
  return revisions
}

/** JSON with sorted keys, for comparing templates. */
export function canonicalJson(v: unknown): string {
  if (Array.isArray(v)) return `[${v.map(canonicalJson).join(',')}]`
  if (typeof v !== 'object' || v === null) return JSON.stringify(v) ?? 'null'
  const members: string[] = []
  for (const key of Object.keys(v).sort()) {
    const value = (v as Record<string, unknown>)[key]
    if (value !== undefined && value !== null) {
      members.push(`${JSON.stringify(key)}:${canonicalJson(value)}`)
    }
  }
  return `{${members.join(',')}}`
}

const texts = new WeakMap<object, string>()

function textOf(data: object): string {
  let text = texts.get(data)
  if (text === undefined) {
    text = canonicalJson(data)
    texts.set(data, text)
  }
  return text
}

const patches = new WeakMap<PodTemplateSpec, object>()

/** What a revision stores: a patch that puts the template back. */
export function templatePatch(template: PodTemplateSpec): object {
  let patch = patches.get(template)
  if (!patch) {
    patch = { spec: { template: { ...template, $patch: 'replace' } } }
    patches.set(template, patch)
  }
  return patch
}

/** The template that a revision stores. */
export function storedTemplate(r: ControllerRevision): PodTemplateSpec | undefined {
  const data = r.data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined
  const stored = data?.spec?.template
  if (!stored) return undefined
  const { $patch: _patch, ...template } = stored
  return template
}

const NOT_IN_GO_JSON: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
}

/** The hash that names a template's revision of a StatefulSet: of the patch as Go writes it. */
export function revisionHash(template: PodTemplateSpec, collisions: number): string {
  const text = textOf(templatePatch(template)).replace(/[<>&]/g, (c) => NOT_IN_GO_JSON[c] ?? c)
  return safeEncode(String(fnv1(utf8(text + String(collisions)))))
}

/** A set that keeps revisions. */
export interface RevisionOwner {
  readonly owner: PodOwner
  readonly kind: Kind
  readonly template: PodTemplateSpec
  /** Names the template's revision. */
  hash(template: PodTemplateSpec): string
  /** Labels of a revision with that hash. */
  labels(hash: string): Record<string, string>
  readonly annotations?: Record<string, string>
}

/** Revisions of an owner, oldest number first; those that an earlier one left behind are adopted. */
export function* revisionsOf(
  c: ControllerContext,
  owner: PodOwner,
  selector: Selector,
): Task<ControllerRevision[]> {
  const informer = revisionInformer(c)
  const { namespace = '', uid = '' } = owner.metadata
  const claim = {
    client: c.client,
    kind: 'ControllerRevision' as const,
    owner: { apiVersion: 'apps/v1', kind: owner.kind, metadata: owner.metadata },
    selector,
    *fresh(): Task<{ metadata: ObjectMeta } | undefined> {
      try {
        return yield* c.client.get(owner.kind, callKey(owner))
      } catch (error) {
        if (isReason(error, 'NotFound')) return undefined
        throw error
      }
    },
  }
  const adopted = yield* claimObjects(claim, [...informer.by(ORPHANS, namespace)])
  const list = [...informer.by(BY_CONTROLLER, uid), ...adopted]
  return list.sort((a, b) => a.revision - b.revision || (name(a) < name(b) ? -1 : 1))
}

function name(r: ControllerRevision): string {
  return r.metadata.name ?? ''
}

/** The revision of the current template: the newest as it is, an older one renumbered, or a new one. */
export function* currentRevision(
  c: ControllerContext,
  o: RevisionOwner,
  revisions: readonly ControllerRevision[],
): Task<ControllerRevision> {
  const wanted = textOf(templatePatch(o.template))
  const equal = revisions.filter((r) => textOf(r.data as object) === wanted)
  const found = equal[equal.length - 1]
  const last = revisions[revisions.length - 1]
  const next = (last?.revision ?? 0) + 1
  if (found && found === last) return found
  if (found) return yield* c.client.update('ControllerRevision', { ...found, revision: next })
  const hash = o.hash(o.template)
  const fresh: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${o.owner.metadata.name}-${hash}`,
      ...(o.owner.metadata.namespace ? { namespace: o.owner.metadata.namespace } : {}),
      labels: { ...o.template.metadata?.labels, ...o.labels(hash) },
      ...(o.annotations ? { annotations: o.annotations } : {}),
      ownerReferences: [ownerRefFor(o.kind, o.owner.metadata)],
    },
    data: templatePatch(o.template) as NonNullable<ControllerRevision['data']>,
    revision: next,
  }
  try {
    return yield* c.client.create('ControllerRevision', fresh)
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error
    return yield* c.client.get('ControllerRevision', callKey(fresh))
  }
}

/** Deletes revisions beyond the limit that nobody uses, oldest first. */
export function* truncateHistory(
  c: ControllerContext,
  revisions: readonly ControllerRevision[],
  live: ReadonlySet<string>,
  limit: number,
): Task<void> {
  const idle = revisions.filter((r) => !live.has(name(r)))
  for (const r of idle.slice(0, Math.max(0, idle.length - limit))) {
    try {
      yield* c.client.delete('ControllerRevision', callKey(r))
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}
