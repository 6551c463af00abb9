/** One request on its way through the API server, with what has been found out about it. */

import type { RequestContext, ResourceDefinition } from '../api/definition.ts'
import type { GroupResource } from '../api/meta/status.ts'
import type { AnyObject } from '../api/object.ts'
import type { ResourceInfo } from '../api/resources.ts'
import type { ApiRequest } from '../api/transport.ts'
import type { Random } from '../sim/random.ts'
import type { WatchCache } from './registry/watchcache.ts'
import type { ResourceRequest } from './requestinfo.ts'

/** One resource in one version, as it is served. */
export interface Served {
  readonly definition: ResourceDefinition
  readonly info: ResourceInfo
  readonly gr: GroupResource
  /** `apps/v1`. */
  readonly apiVersion: string
  /** Shared by all versions of the resource. */
  readonly cache: WatchCache
  /** True when changes of the spec bump metadata.generation. */
  readonly counted: boolean
  readonly hasStatus: boolean
  /** From the stored version to this one; none when they are the same. */
  readonly toServed?: (o: AnyObject) => AnyObject
  readonly toStored?: (o: AnyObject) => AnyObject
  /** Set for custom resources. */
  readonly custom?: boolean
  /** The definition (uid) a custom resource is made from, and its generation. */
  readonly source?: string
  readonly sourceGeneration?: number
  /** Told on every use of a deprecated version. */
  readonly deprecated?: string
}

/** How unknown and duplicate fields are treated. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** A request for a resource, authenticated and routed. */
export interface Call extends RequestContext {
  readonly request: ApiRequest
  readonly info: ResourceRequest
  readonly served: Served
  /** True for components of the cluster, whose objects need no strict decoding. */
  readonly typed: boolean
  /** Field manager: as given, else the user agent's first word. */
  readonly manager: string
  readonly fieldValidation: FieldValidation
  /** Texts for Warning headers. */
  readonly warnings: string[]
  readonly nowMs: number
  /** Chance for names, uids and addresses; a dry run has its own, so that it changes nothing that comes after. */
  readonly random: Random
}

/** Etcd key of an object. */
export function keyOfName(s: Served, namespace: string, name: string): string {
  return s.definition.namespaced ? `${s.cache.prefix}${namespace}/${name}` : s.cache.prefix + name
}
