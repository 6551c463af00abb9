/** What a describer is, and what it may ask the server. */
import type { ObjectMeta } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Mapping } from '../discovery.ts'
import { isExpected } from '../errors.ts'
import type { Invocation } from '../invocation.ts'
import { listObjects } from '../resource.ts'
import type { PrefixWriter } from './writer.ts'

/** Everything a describer needs. */
export interface DescribeContext {
  readonly k: Invocation
  readonly w: PrefixWriter
  readonly mapping: Mapping
  readonly showEvents: boolean
  /** Unix milliseconds. */
  readonly now: number
}

/** Writes one object at length. */
export type Describer = (c: DescribeContext, o: AnyObject) => Task<void>

/** Objects of another type that belong to the one described; none when they may not be read. */
export function* related<T>(
  c: DescribeContext,
  type: string,
  namespace: string,
  s: { selector?: string; fieldSelector?: string } = {},
): Task<T[]> {
  try {
    const mapping = yield* c.k.mapping(type)
    return (yield* listObjects(c.k, { mapping, namespace }, s)) as unknown as T[]
  } catch (error) {
    if (isExpected(error)) return []
    throw error
  }
}

/** `ReplicaSet/web-1`: the controller of an object; undefined without one. */
export function controllerOf(m: ObjectMeta): string | undefined {
  const owner = m.ownerReferences?.find((r) => r.controller)
  return owner ? `${owner.kind}/${owner.name}` : undefined
}

/** Name, namespace, labels and annotations, as most kinds begin. */
export function head(c: DescribeContext, o: AnyObject, namespaced = true): void {
  const { w } = c
  w.field(0, 'Name', o.metadata.name)
  if (namespaced) w.field(0, 'Namespace', o.metadata.namespace)
  w.labels('Labels', o.metadata.labels)
  w.annotations('Annotations', o.metadata.annotations)
}
