/**
 * Field errors of the downward API's selectors, in variables and in volumes.
 * @source pkg/apis/core/validation/validation.go validateObjectFieldSelector, validateContainerResourceFieldSelector
 */
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../api/generated/types.ts'
import { invalidValue, notSupported, required } from '../../api/meta/field.ts'
import { canonicalQuantity, compareQuantity } from '../../api/meta/quantity.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { qualifiedName } from '../../api/meta/validation.ts'

/** Fields that a variable can take. */
export const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

/** Fields that a file can take. */
export const VOLUME_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]

/** What the API knows as a field of a pod at all. @source pkg/apis/core/pods/helpers.go ConvertDownwardAPIFieldLabel */
const LABELS = new Set([
  ...ENV_FIELDS,
  ...VOLUME_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
])

/** Field errors of a reference to a field of the pod. */
export function validateFieldRef(
  ref: ObjectFieldSelector,
  valid: readonly string[],
  path: string,
): FieldError[] {
  const at = `${path}.fieldPath`
  const text = ref.fieldPath
  if (!text) return [required(at)]
  const unknown = (message: string) => [
    invalidValue(at, text, `error converting fieldPath: ${message}`),
  ]
  if ((ref.apiVersion ?? 'v1') !== 'v1')
    return unknown(`unsupported pod version: ${ref.apiVersion}`)
  const subscript = /^(.+)\['(.*)'\]$/.exec(text)
  if (!subscript) {
    const known = text === 'spec.host' ? 'spec.nodeName' : text
    if (!LABELS.has(known)) return unknown(`field label not supported: ${text}`)
    return valid.includes(known) ? [] : [notSupported(at, known, valid)]
  }
  const [, field = '', key = ''] = subscript
  if (field === 'metadata.annotations') {
    return qualifiedName(key.toLowerCase()).map((t) => invalidValue(path, key.toLowerCase(), t))
  }
  if (field === 'metadata.labels') return qualifiedName(key).map((t) => invalidValue(path, key, t))
  return unknown(`field label does not support subscript: ${text}`)
}

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]
const HUGE = /^(requests|limits)\.hugepages-/
const BYTES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

/** Field errors of a reference to what a container asks for. */
export function validateResourceFieldRef(
  ref: ResourceFieldSelector,
  path: string,
  inVolume: boolean,
): FieldError[] {
  const out: FieldError[] = []
  const name = ref.resource ?? ''
  if (inVolume && !ref.containerName) out.push(required(`${path}.containerName`))
  else if (!name) out.push(required(`${path}.resource`))
  else if (!RESOURCES.includes(name) && !HUGE.test(name)) {
    out.push(notSupported(`${path}.resource`, name, RESOURCES))
  }
  return [...out, ...validateDivisor(name, ref.divisor ?? '0', `${path}.divisor`)]
}

function validateDivisor(name: string, divisor: string, at: string): FieldError[] {
  if (compareQuantity(divisor, '0') === 0) return []
  const text = canonicalQuantity(divisor)
  if (name.endsWith('.cpu')) {
    if (text === '1' || text === '1m') return []
    const only = "only divisor's values 1m and 1 are supported with the cpu resource"
    return [invalidValue(at, name, only)]
  }
  const kind = HUGE.test(name)
    ? 'hugepages'
    : name.endsWith('.memory')
      ? 'memory'
      : 'local ephemeral storage'
  if ((!RESOURCES.includes(name) && !HUGE.test(name)) || BYTES.includes(text)) return []
  const only = `only divisor's values ${BYTES.join(', ')} are supported with the ${kind} resource`
  return [invalidValue(at, name, only)]
}
