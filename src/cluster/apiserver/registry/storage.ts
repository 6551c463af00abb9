/**
 * Objects as they lie in etcd and as they are handed out: resourceVersion is not stored but stamped on reading, the
 * cache of the resource keeps the newest one, so that its readers share one object.
 */
import type { AnyObject } from '../../api/object.ts'
import type { KeyValue } from '../../etcd/store.ts'
import { carryNote } from './managedfields.ts'

/** The object of a stored version, with its resourceVersion. */
export function objectOf(kv: Pick<KeyValue, 'value' | 'modRevision'>): AnyObject {
  return stamp(kv.value as AnyObject, kv.modRevision)
}

/** As `objectOf`, for a value just written at a revision. */
export function stamp(raw: AnyObject, revision: number): AnyObject {
  const o = { ...raw, metadata: withRevision(raw.metadata, String(revision)) }
  carryNote(raw, o)
  return o
}

/** Members in the order in which Go writes them, for readers of raw JSON. */
function withRevision(m: AnyObject['metadata'], resourceVersion: string): AnyObject['metadata'] {
  const { name, generateName, namespace, uid, ...rest } = m
  const head: AnyObject['metadata'] = {}
  if (name !== undefined) head.name = name
  if (generateName !== undefined) head.generateName = generateName
  if (namespace !== undefined) head.namespace = namespace
  if (uid !== undefined) head.uid = uid
  head.resourceVersion = resourceVersion
  return Object.assign(head, rest)
}

/** What is put into etcd: the object without its resourceVersion. */
export function unstamped(o: AnyObject): AnyObject {
  if (o.metadata.resourceVersion === undefined) return o
  const { resourceVersion: _, ...metadata } = o.metadata
  const raw = { ...o, metadata }
  carryNote(o, raw)
  return raw
}
