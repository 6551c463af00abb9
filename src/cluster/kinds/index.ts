/** Every kind that is served, in discovery order; kinds with a file of their own replace the derived ones. */
import type { ResourceDefinition } from '../api/definition.ts'
import type { AnyObject } from '../api/object.ts'
import { resources } from '../api/resources.ts'
import { derive } from './derive.ts'

/** Definitions with a file of their own. */
const own: readonly ResourceDefinition<AnyObject>[] = []

const byName = new Map(own.map((d) => [`${d.group}/${d.version}/${d.plural}`, d]))

/** All built-in definitions. */
export const definitions: readonly ResourceDefinition[] = resources.map(
  (r) => byName.get(`${r.group}/${r.version}/${r.plural}`) ?? derive(r),
)
