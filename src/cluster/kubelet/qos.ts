/**
 * Quality-of-service class of a pod.
 * @source pkg/apis/core/v1/helper/qos/qos.go
 */
import type { Container, Pod } from '../api/generated/types.ts'
import { compareQuantity } from '../api/meta/quantity.ts'

/** Guaranteed, Burstable or BestEffort, by the requests and limits of all containers. */
export function qosClassOf(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
  const set = (c: Container, of: 'requests' | 'limits', r: string) => {
    const q = c.resources?.[of]?.[r]
    return q !== undefined && compareQuantity(q, '0') !== 0 ? q : undefined
  }
  const any = containers.some((c) =>
    ['cpu', 'memory'].some((r) => set(c, 'requests', r) ?? set(c, 'limits', r)),
  )
  if (!any) return 'BestEffort'
  const guaranteed = containers.every((c) =>
    ['cpu', 'memory'].every((r) => {
      const limit = set(c, 'limits', r)
      const request = set(c, 'requests', r) ?? limit
      return limit !== undefined && request !== undefined && compareQuantity(limit, request) === 0
    }),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
