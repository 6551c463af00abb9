/**
 * What an object uses of a ResourceQuota; admission asks before, the quota controller sums up after.
 * @source pkg/quota/v1/evaluator/core/{pods,services,persistent_volume_claims}.go
 */
import type {
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  ScopedResourceSelectorRequirement,
  Service,
} from '../generated/types.ts'
import { addQuantity, canonicalQuantity, compareQuantity } from '../meta/quantity.ts'
import type { AnyObject } from '../object.ts'

/** Amounts by quota resource name. */
export type Usage = Record<string, string>

/** Names under which objects of a resource are plainly counted, besides `count/<resource>`. */
const COUNTED: Readonly<Record<string, string>> = {
  configmaps: 'configmaps',
  persistentvolumeclaims: 'persistentvolumeclaims',
  pods: 'pods',
  replicationcontrollers: 'replicationcontrollers',
  resourcequotas: 'resourcequotas',
  secrets: 'secrets',
  services: 'services',
}

/** True when a pod no longer counts: finished, or past its grace on a lost node. */
function isPodDone(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Failed' || phase === 'Succeeded'
}

/** Quota usage of one object. @param resource `pods`, or `deployments.apps` outside the core group */
export function quotaUsage(resource: string, o: AnyObject): Usage {
  const usage: Usage = { [`count/${resource}`]: '1' }
  if (resource === 'pods') return podUsage(o as unknown as Pod, usage)
  const counted = COUNTED[resource]
  if (counted) usage[counted] = '1'
  if (resource === 'services') serviceUsage(o as unknown as Service, usage)
  if (resource === 'persistentvolumeclaims')
    claimUsage(o as unknown as PersistentVolumeClaim, usage)
  return usage
}

function podUsage(pod: Pod, usage: Usage): Usage {
  // The object still counts as an object when it counts as a pod no more.
  if (isPodDone(pod)) return usage
  usage.pods = '1'
  for (const [name, q] of Object.entries(podTotals(pod, 'requests'))) {
    if (PLAIN.has(name)) usage[name] = q
    usage[`requests.${name}`] = q
  }
  for (const [name, q] of Object.entries(podTotals(pod, 'limits'))) {
    if (PLAIN.has(name)) usage[`limits.${name}`] = q
  }
  return usage
}

const PLAIN = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** Sum over containers, or the largest init container where that is more, plus overhead. */
function podTotals(pod: Pod, part: 'requests' | 'limits'): Usage {
  const total: Usage = {}
  const add = (list: Readonly<Record<string, string>> | undefined) => {
    for (const [k, q] of Object.entries(list ?? {})) total[k] = addQuantity(total[k], q)
  }
  for (const c of pod.spec?.containers ?? []) add(c.resources?.[part])
  for (const c of pod.spec?.initContainers ?? []) {
    if (c.restartPolicy === 'Always') add(c.resources?.[part])
  }
  for (const c of pod.spec?.initContainers ?? []) {
    if (c.restartPolicy === 'Always') continue
    for (const [k, q] of Object.entries(c.resources?.[part] ?? {})) {
      if (compareQuantity(total[k], q) < 0) total[k] = q
    }
  }
  add(pod.spec?.overhead)
  for (const k of Object.keys(total)) total[k] = canonicalQuantity(total[k] as string)
  return total
}

function serviceUsage(s: Service, usage: Usage): void {
  const ports = s.spec?.ports?.length ?? 0
  if (s.spec?.type === 'NodePort') usage['services.nodeports'] = String(ports)
  if (s.spec?.type === 'LoadBalancer') {
    usage['services.loadbalancers'] = '1'
    if (s.spec.allocateLoadBalancerNodePorts !== false) usage['services.nodeports'] = String(ports)
  }
}

function claimUsage(c: PersistentVolumeClaim, usage: Usage): void {
  const storage = c.spec?.resources?.requests?.storage
  if (storage === undefined) return
  usage['requests.storage'] = storage
  const name = c.spec?.storageClassName
  if (!name) return
  usage[`${name}.storageclass.storage.k8s.io/requests.storage`] = storage
  usage[`${name}.storageclass.storage.k8s.io/persistentvolumeclaims`] = '1'
}

/** True when a quota's scopes take in the object; only pods (and claims by class) have scopes. */
export function quotaSelects(quota: ResourceQuota, resource: string, o: AnyObject): boolean {
  const plain = quota.spec?.scopes ?? []
  const selector = quota.spec?.scopeSelector?.matchExpressions ?? []
  if (plain.length + selector.length === 0) return true
  if (resource !== 'pods') return false
  const pod = o as unknown as Pod
  return (
    plain.every((s) => inScope(pod, { scopeName: s, operator: 'Exists' })) &&
    selector.every((s) => inScope(pod, s))
  )
}

function inScope(pod: Pod, s: ScopedResourceSelectorRequirement): boolean {
  switch (s.scopeName as string) {
    case 'Terminating':
      return pod.spec?.activeDeadlineSeconds !== undefined
    case 'NotTerminating':
      return pod.spec?.activeDeadlineSeconds === undefined
    case 'BestEffort':
      return isBestEffort(pod)
    case 'NotBestEffort':
      return !isBestEffort(pod)
    case 'PriorityClass':
      return hasClass(pod.spec?.priorityClassName, s)
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod)
    default:
      return false
  }
}

function hasClass(name: string | undefined, s: ScopedResourceSelectorRequirement): boolean {
  switch (s.operator as string) {
    case 'In':
      return name !== undefined && (s.values ?? []).includes(name)
    case 'NotIn':
      return name === undefined || !(s.values ?? []).includes(name)
    case 'DoesNotExist':
      return !name
    default:
      return Boolean(name)
  }
}

function isBestEffort(pod: Pod): boolean {
  const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
  return all.every((c) => {
    const asked = { ...c.resources?.requests, ...c.resources?.limits }
    return !Object.keys(asked).some((k) => k === 'cpu' || k === 'memory')
  })
}

function crossesNamespaces(pod: Pod): boolean {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
  const terms = [podAffinity, podAntiAffinity].flatMap((a) => [
    ...(a?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(a?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((p) => p.podAffinityTerm),
  ])
  return terms.some((t) => (t.namespaces?.length ?? 0) > 0 || t.namespaceSelector !== undefined)
}

/** Names of containers that leave out what a quota limits, as `requests.cpu for: a,b`. */
export function unspecified(pod: Pod, hard: Readonly<Record<string, string>>): string[] {
  const out: string[] = []
  for (const name of Object.keys(hard).sort()) {
    const [part, resource] = partOf(name)
    if (!part || !resource) continue
    const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
    const missing = all.filter((c) => c.resources?.[part]?.[resource] === undefined)
    if (missing.length > 0) out.push(`${name} for: ${missing.map((c) => c.name).join(',')}`)
  }
  return out
}

function partOf(name: string): ['requests' | 'limits' | undefined, string] {
  if (PLAIN.has(name)) return ['requests', name]
  const dot = name.indexOf('.')
  const part = name.slice(0, dot)
  const resource = name.slice(dot + 1)
  if ((part === 'requests' || part === 'limits') && resource !== 'storage') return [part, resource]
  return [undefined, '']
}
