/** Quality of service of a pod. @source pkg/apis/core/helper/qos/qos.go */
import type { PodSpec } from '../../api/generated/types.ts'
import { compareQuantity } from '../../api/meta/quantity.ts'

/** Guaranteed when cpu and memory limits equal requests everywhere, BestEffort when nothing is asked for. */
export function qosClass(spec: PodSpec | undefined): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
  let asked = false
  let guaranteed = true
  for (const c of containers) {
    for (const name of ['cpu', 'memory']) {
      const request = c.resources?.requests?.[name]
      const limit = c.resources?.limits?.[name]
      const has = (q: string | undefined) => q !== undefined && compareQuantity(q, '0') > 0
      if (has(request) || has(limit)) asked = true
      if (!has(limit) || (request !== undefined && compareQuantity(request, limit) !== 0)) {
        guaranteed = false
      }
    }
  }
  if (!asked) return 'BestEffort'
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
