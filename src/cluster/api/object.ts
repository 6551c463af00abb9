/** What every API object has in common. Objects are immutable: a change builds a new one that shares what it kept. */
import type { ObjectMeta } from './generated/types.ts'

/** Any API object. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** Any API object, opened up for generic code (patches, printers, garbage collection). */
export type AnyObject = KubeObject & Record<string, unknown>

/** Where an object lives; namespace is '' for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace: string
  readonly name: string
}

/** `namespace/name`, or `name` when cluster-scoped: the form of work-queue keys. */
export function keyString(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name
}

/** The inverse of `keyString`. */
export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/')
  if (slash < 0) return { namespace: '', name: key }
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** Work-queue key of an object. */
export function keyOf(o: { metadata: ObjectMeta }): string {
  return keyString(o.metadata.namespace, o.metadata.name ?? '')
}

/** Freezes a value and all it holds; tests use it to catch writes into caches. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const v of Object.values(value)) deepFreeze(v)
  }
  return value
}
