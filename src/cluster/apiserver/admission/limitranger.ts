/**
 * LimitRanger: gives containers the defaults of the namespace and refuses what is out of bounds.
 * @source plugin/pkg/admission/limitranger/admission.go
 */
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
} from '../../api/generated/types.ts'
import { addQuantity, compareQuantity, milliValue } from '../../api/meta/quantity.ts'
import { forbidden } from '../../api/meta/status.ts'
import type { Task } from '../../sim/task.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'

const ANNOTATION = 'kubernetes.io/limit-ranger'

/** The plugin. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  wants: (s, operation, sub) =>
    s.gr.group === '' &&
    ((s.gr.resource === 'pods' && operation === 'CREATE' && sub === '') ||
      (s.gr.resource === 'persistentvolumeclaims' && operation !== 'DELETE' && sub === '')),
  *admit(a, r) {
    if (a.served.gr.resource !== 'pods') return
    for (const range of yield* rangesOf(a, r)) setDefaults(range, a.object as unknown as Pod)
  },
  *validate(a, r) {
    for (const range of yield* rangesOf(a, r)) {
      const errors =
        a.served.gr.resource === 'pods'
          ? podErrors(range, a.object as unknown as Pod)
          : claimErrors(range, a.object as unknown as PersistentVolumeClaim)
      if (errors.length === 0) continue
      const text = errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]`
      throw forbidden(a.served.gr, a.name, text)
    }
  },
}

function* rangesOf(a: Attributes, r: Registry): Task<LimitRange[]> {
  const { cache } = r.builtin('', 'v1', 'limitranges')
  yield* cache.ready()
  if (cache.state.size === 0) return NONE
  const filter = { namespace: a.namespace, labels: [], fields: [] }
  return cache.list(filter) as unknown as LimitRange[]
}

const NONE: LimitRange[] = []

function setDefaults(range: LimitRange, pod: Pod): void {
  const notes: string[] = []
  for (const item of range.spec?.limits ?? []) {
    if (item.type !== 'Container') continue
    const all = [
      ...(pod.spec?.containers ?? []).map((c) => ['container', c] as const),
      ...(pod.spec?.initContainers ?? []).map((c) => ['init container', c] as const),
    ]
    for (const [what, c] of all) {
      const requests = fill(c, 'requests', item.defaultRequest)
      const limits = fill(c, 'limits', item.default)
      if (requests.length > 0) notes.push(`${requests.join(', ')} request for ${what} ${c.name}`)
      if (limits.length > 0) notes.push(`${limits.join(', ')} limit for ${what} ${c.name}`)
    }
  }
  if (notes.length === 0) return
  const text = `LimitRanger plugin set: ${notes.join('; ')}`
  pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: text }
}

function fill(
  c: Container,
  part: 'requests' | 'limits',
  defaults: Readonly<Record<string, string>> | undefined,
): string[] {
  const set: string[] = []
  const list = { ...c.resources?.[part] }
  for (const name of Object.keys(defaults ?? {}).sort()) {
    if (list[name] !== undefined) continue
    list[name] = defaults?.[name] as string
    set.push(name)
  }
  if (set.length > 0) c.resources = { ...c.resources, [part]: list }
  return set
}

type Amounts = Readonly<Record<string, string>>

function podErrors(range: LimitRange, pod: Pod): string[] {
  const out: string[] = []
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]
  for (const item of range.spec?.limits ?? []) {
    if (item.type === 'Container') {
      for (const c of containers) {
        out.push(...boundErrors(item, c.resources?.requests ?? {}, c.resources?.limits ?? {}))
      }
    } else if (item.type === 'Pod') {
      const sum = (part: 'requests' | 'limits') => {
        const total: Record<string, string> = {}
        for (const c of pod.spec?.containers ?? []) {
          for (const [k, q] of Object.entries(c.resources?.[part] ?? {}))
            total[k] = addQuantity(total[k], q)
        }
        return total
      }
      out.push(...boundErrors(item, sum('requests'), sum('limits')))
    }
  }
  return out
}

function boundErrors(item: LimitRangeItem, requests: Amounts, limits: Amounts): string[] {
  const out: string[] = []
  const t = item.type
  for (const [k, min] of Object.entries(item.min ?? {})) {
    const request = requests[k]
    const limit = limits[k]
    const usage = `minimum ${k} usage per ${t} is ${min}`
    if (request === undefined) out.push(`${usage}.  No request is specified`)
    else if (compareQuantity(request, min) < 0) out.push(`${usage}, but request is ${request}`)
    if (limit !== undefined && compareQuantity(limit, min) < 0)
      out.push(`${usage}, but limit is ${limit}`)
  }
  for (const [k, max] of Object.entries(item.max ?? {})) {
    const request = requests[k]
    const limit = limits[k]
    const usage = `maximum ${k} usage per ${t} is ${max}`
    if (limit === undefined) out.push(`${usage}.  No limit is specified`)
    else if (compareQuantity(limit, max) > 0) out.push(`${usage}, but limit is ${limit}`)
    if (limit === undefined && request !== undefined && compareQuantity(request, max) > 0) {
      out.push(`${usage}, but request is ${request}`)
    }
  }
  for (const [k, ratio] of Object.entries(item.maxLimitRequestRatio ?? {})) {
    out.push(...ratioErrors(t, k, ratio, requests[k], limits[k]))
  }
  return out
}

function ratioErrors(
  t: string,
  k: string,
  ratio: string,
  request?: string,
  limit?: string,
): string[] {
  const most = `${k} max limit to request ratio per ${t} is ${ratio}`
  if (request === undefined || milliValue(request) === 0) {
    return [`${most}, but no request is specified or request is 0`]
  }
  if (limit === undefined || milliValue(limit) === 0) {
    return [`${most}, but no limit is specified or limit is 0`]
  }
  const provided = milliValue(limit) / milliValue(request)
  if (provided <= milliValue(ratio) / 1000) return []
  return [`${most}, but provided ratio is ${provided.toFixed(6)}`]
}

function claimErrors(range: LimitRange, claim: PersistentVolumeClaim): string[] {
  const out: string[] = []
  const request = claim.spec?.resources?.requests?.storage
  for (const item of range.spec?.limits ?? []) {
    if (item.type !== 'PersistentVolumeClaim' || request === undefined) continue
    const min = item.min?.storage
    const max = item.max?.storage
    const per = `storage usage per ${item.type} is`
    if (min && compareQuantity(request, min) < 0)
      out.push(`minimum ${per} ${min}, but request is ${request}`)
    if (max && compareQuantity(request, max) > 0)
      out.push(`maximum ${per} ${max}, but request is ${request}`)
  }
  return out
}
