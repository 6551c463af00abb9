/**
 * A kind is one value of this shape, in one file of `kinds/`. A CRD is compiled to the same shape at run time, so
 * built-in and custom kinds share every code path after that.
 * @source staging/src/k8s.io/apiserver/pkg/registry/rest (strategies), pkg/registry/<group>/<kind>/strategy.go
 */

import type { FieldError } from './meta/status.ts'
import type { AnyObject, KubeObject } from './object.ts'
import type { Schema } from './schema.ts'
import type { UserInfo } from './transport.ts'

/** What a strategy may know of the request. */
export interface RequestContext {
  readonly user: UserInfo
  readonly namespace: string
  /** RFC 3339 of virtual now, in seconds. */
  readonly now: string
  readonly dryRun: boolean
  /** '' for the object itself, else `status`, `scale`, `resize` ... */
  readonly subresource: string
  /** Words to the client. Strategies add what must be said before they change the object; the rest is `warnings`. */
  readonly warnings?: string[]
}

/** One printed column of `kubectl get`. Priority 0 is always shown, 1 with `-o wide`. */
export interface Column<T> {
  readonly name: string
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: string
  readonly priority?: number
  readonly description?: string
  /** @unit nowMs: Unix milliseconds of virtual now, for ages */
  value(o: T, nowMs: number): string | number | boolean | null
}

/** Paths of the scale subresource, as a CRD states them. */
export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

/** Everything the API server knows of a kind. */
export interface ResourceDefinition<T extends KubeObject = AnyObject> {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  /** Verbs served; the usual eight unless given. */
  readonly verbs?: readonly string[]
  /** One source: OpenAPI, explain, pruning, unknown fields, list-map keys for patches and apply. */
  readonly schema: Schema
  /** Fills defaults in place of a freshly decoded, unshared object. */
  defaults?(o: T): void
  /** Field errors, messages equal to upstream's. `old` is given on update. */
  validate?(o: T, old: T | undefined, c: RequestContext): FieldError[]
  /** Field errors of a status (or other subresource) update. */
  validateStatus?(o: T, old: T, c: RequestContext): FieldError[]
  readonly strategy?: {
    /** Wipes status, sets generation. Receives an unshared object and may change it. */
    prepareForCreate?(o: T, c: RequestContext): void
    /** Carries over what this endpoint may not change, bumps generation when the spec changed. */
    prepareForUpdate?(o: T, old: T, c: RequestContext): void
    /** As above for the status subresource, on top of the derived keep-spec-take-status. */
    prepareForStatusUpdate?(o: T, old: T, c: RequestContext): void
    canonicalize?(o: T): void
    warnings?(o: T, old: T | undefined, c: RequestContext): string[]
    /** PUT to a missing object creates it. */
    readonly allowCreateOnUpdate?: boolean
    /** PUT without resourceVersion is accepted. */
    readonly allowUnconditionalUpdate?: boolean
    /** True: spec changes bump metadata.generation (derived for kinds with a spec when omitted). */
    readonly generation?: boolean
    /** True: a new object may bring a status along. */
    readonly keepsStatus?: boolean
    /** Name check; DNS subdomain unless given. @returns messages */
    validateName?(name: string, prefix: boolean): string[]
    /** Default deletion propagation of the kind; background unless given. */
    readonly defaultPropagation?: 'Background' | 'Orphan' | 'Foreground'
  }
  readonly subresources?: { readonly status?: true; readonly scale?: ScalePaths | true } & Readonly<
    Record<string, unknown>
  >
  readonly columns?: readonly Column<T>[]
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly fields?: Readonly<Record<string, (o: T) => string>>
}

/** States a kind; the identity function that lets inference check it. */
export function defineResource<T extends KubeObject>(
  d: ResourceDefinition<T>,
): ResourceDefinition<T> {
  return d
}
