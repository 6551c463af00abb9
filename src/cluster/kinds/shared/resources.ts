/**
 * Names and amounts of resources: what may be requested, limited, counted.
 * @source pkg/apis/core/validation/validation.go validateResourceRequirements, pkg/apis/core/helper/helpers.go
 */
import type { ResourceRequirements } from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notFoundField,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import {
  canonicalQuantity,
  compareQuantity,
  isWhole,
  quantityValue,
} from '../../api/meta/quantity.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsLabel, qualifiedName } from '../../api/meta/validation.ts'

/** Counted objects, which only come whole. */
const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']
/** What a quota may name without a prefix. */
const QUOTA = new Set([
  ...COMPUTE.flatMap((c) => [c, `requests.${c}`, `limits.${c}`]),
  ...COUNTED,
  'requests.storage',
])
const STANDARD = new Set([...QUOTA, 'storage'])
const HUGE = 'hugepages-'
const PREFIX = 'requests.'

const isHuge = (name: string) => name.startsWith(HUGE)
const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/')
/** True for what may be promised more often than it is there. */
export const overcommits = (name: string) => isNative(name) && !isHuge(name)

/** A name with a domain that is not Kubernetes' own and fits into a quota's key. */
function isExtended(name: string): boolean {
  if (isNative(name) || name.startsWith(PREFIX)) return false
  return qualifiedName(`${PREFIX}${name}`).length === 0
}

/** Field errors of a resource's name anywhere. */
export function validateResourceName(name: string, at: string): FieldError[] {
  const messages = qualifiedName(name)
  if (messages.length > 0) return messages.map((t) => invalidValue(at, name, t))
  if (name.includes('/') || STANDARD.has(name) || isHuge(name)) return []
  if (name.startsWith(`${PREFIX}${HUGE}`)) return []
  return [invalidValue(at, name, 'must be a standard resource type or fully qualified')]
}

/** Field errors of a resource's name in a container. */
export function validateContainerResourceName(name: string, at: string): FieldError[] {
  const out = validateResourceName(name, at)
  if (!name.includes('/')) {
    if (!COMPUTE.includes(name) && !isHuge(name)) {
      out.push(invalidValue(at, name, 'must be a standard resource for containers'))
    }
  } else if (!isNative(name) && !isExtended(name)) {
    out.push(invalidValue(at, name, "doesn't follow extended resource name standard"))
  }
  return out
}

function validatePodResourceName(name: string, at: string): FieldError[] {
  const out = validateResourceName(name, at)
  if (out.length > 0 || name === 'cpu' || name === 'memory' || isHuge(name)) return out
  return [notSupported(at, name, ['cpu', 'hugepages-', 'memory'])]
}

/** True for what a quota knows without a prefix. */
export function isQuotaResource(name: string): boolean {
  return QUOTA.has(name) || name.startsWith(`${PREFIX}${HUGE}`) || isHuge(name)
}

/** Field errors of a resource's name in a quota. */
export function validateQuotaResourceName(name: string, at: string): FieldError[] {
  const out = validateResourceName(name, at)
  if (name.includes('/') || isQuotaResource(name)) return out
  return [...out, invalidValue(at, name, 'must be a standard resource for quota')]
}

/** Field errors of an amount: never negative, and whole where things are counted. */
export function validateAmount(name: string, amount: string, at: string): FieldError[] {
  const out: FieldError[] = []
  const shown = canonicalQuantity(amount)
  if (compareQuantity(amount, '0') < 0) {
    out.push(invalidValue(at, shown, 'must be greater than or equal to 0'))
  }
  if ((COUNTED.includes(name) || isExtended(name)) && !isWhole(amount)) {
    out.push(invalidValue(at, shown, 'must be an integer'))
  }
  return out
}

function validateHuge(name: string, amount: string, at: string): FieldError[] {
  if (!isHuge(name)) return []
  const page = quantityValue(name.slice(HUGE.length))
  if (page > 0 && quantityValue(amount) % page === 0) return []
  const shown = canonicalQuantity(amount)
  return [invalidValue(at, shown, `${shown} is not positive integer multiple of ${name}`)]
}

/** Field errors of requests and limits of a container, or of a pod as a whole. */
export function validateResources(
  r: ResourceRequirements | undefined,
  path: string,
  claims: ReadonlySet<string> = new Set(),
  ofPod = false,
): FieldError[] {
  if (!r) return []
  const out: FieldError[] = []
  const names = ofPod ? validatePodResourceName : validateContainerResourceName
  for (const part of ['limits', 'requests'] as const) {
    for (const [name, amount] of Object.entries(r[part] ?? {})) {
      const at = `${path}.${part}[${name}]`
      out.push(...names(name, at), ...validateAmount(name, amount, at))
      if (part === 'requests') out.push(...validateRequest(r, name, amount, path))
      out.push(...validateHuge(name, amount, at))
    }
  }
  const all = [...Object.keys(r.limits ?? {}), ...Object.keys(r.requests ?? {})]
  if (all.some(isHuge) && !all.includes('cpu') && !all.includes('memory')) {
    out.push(forbiddenField(path, 'HugePages require cpu or memory'))
  }
  return [...out, ...validateClaims(r.claims, claims, `${path}.claims`)]
}

/** A request against its limit. */
function validateRequest(
  r: ResourceRequirements,
  name: string,
  amount: string,
  path: string,
): FieldError[] {
  const limit = r.limits?.[name]
  if (limit === undefined) {
    if (overcommits(name)) return []
    return [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')]
  }
  const order = compareQuantity(amount, limit)
  const shown = canonicalQuantity(amount)
  const of = `${name} limit of ${canonicalQuantity(limit)}`
  if (order !== 0 && !overcommits(name)) {
    return [invalidValue(`${path}.requests`, shown, `must be equal to ${of}`)]
  }
  if (order <= 0) return []
  return [invalidValue(`${path}.requests`, shown, `must be less than or equal to ${of}`)]
}

function validateClaims(
  list: ResourceRequirements['claims'],
  known: ReadonlySet<string>,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  const seen = new Set<string>()
  list?.forEach((c, i) => {
    const at = `${path}[${i}]`
    if (!c.name) {
      out.push(required(at))
      return
    }
    const key = c.request ? `${c.name}/${c.request}` : c.name
    for (const t of c.request ? dnsLabel(c.request) : []) {
      out.push(invalidValue(`${at}.request`, c.request, t))
    }
    const whole = seen.has(c.name)
    const part = !c.request && [...seen].some((s) => s.startsWith(`${c.name}/`))
    if (whole || seen.has(key) || part) out.push(duplicate(at, whole || part ? c.name : key))
    seen.add(key)
    if (known.has(c.name)) return
    const tail = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`
    const error = notFoundField(at, c.name)
    const text = `must be one of the names in pod.spec.resourceClaims${tail}`
    out.push({ ...error, body: `${error.body}: ${text}` })
  })
  return out
}
