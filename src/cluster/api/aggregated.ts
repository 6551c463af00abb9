/**
 * API groups that the API server does not serve itself but passes on, as an APIService says.
 * @source staging/src/k8s.io/kube-aggregator
 */
import type { ApiHandler } from './transport.ts'

/** One resource of an aggregated group, as discovery lists it. */
export interface AggregatedResource {
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
}

/** One group and version served elsewhere. */
export interface AggregatedApi {
  readonly group: string
  readonly version: string
  readonly resources: readonly AggregatedResource[]
  readonly handler: ApiHandler
  /** What its APIService says: no such object, none that answers, or requests are passed on. */
  state(): 'absent' | 'unavailable' | 'available'
}
