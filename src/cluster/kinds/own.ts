/** Starts a kind's own file from what discovery and the schema already say of it. */
import type { ResourceDefinition } from '../api/definition.ts'
import type { AnyObject, KubeObject } from '../api/object.ts'
import { resources } from '../api/resources.ts'
import { derive } from './derive.ts'

/** What a kind's own file adds. */
export type Additions<T extends KubeObject> = Partial<ResourceDefinition<T>>

/** The derived definition of a built-in kind with the additions on top. @throws Error for an unknown kind */
export function own<T extends KubeObject>(
  group: string,
  version: string,
  kind: string,
  additions: Additions<T>,
): ResourceDefinition<AnyObject> {
  const info = resources.find((r) => r.group === group && r.version === version && r.kind === kind)
  if (!info) throw new Error(`1.36 does not serve ${group}/${version} ${kind}`)
  const base = derive(info)
  const added = additions as unknown as Partial<ResourceDefinition<AnyObject>>
  return {
    ...base,
    ...added,
    subresources: { ...base.subresources, ...added.subresources },
  }
}
