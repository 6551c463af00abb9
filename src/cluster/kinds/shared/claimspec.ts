/**
 * Field errors of a claim's spec, in claims and in templates of claims.
 * @source pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimSpec
 */
import type {
  ObjectMeta,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedObjectReference,
} from '../../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../../api/meta/field.ts'
import { canonicalQuantity, compareQuantity } from '../../api/meta/quantity.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsLabel, dnsSubdomain } from '../../api/meta/validation.ts'
import { validateAnnotations, validateLabels, validateSelector } from './meta.ts'
import { ACCESS_MODES } from './storage.ts'

/** Field errors of access modes. */
export function validateAccessModes(
  modes: readonly string[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  for (const m of modes ?? []) {
    if (!ACCESS_MODES.includes(m)) out.push(notSupported(path, m, ACCESS_MODES))
  }
  const others = modes?.some((m) => m !== 'ReadWriteOncePod' && ACCESS_MODES.includes(m))
  if (modes?.includes('ReadWriteOncePod') && others) {
    out.push(forbiddenField(path, 'may not use ReadWriteOncePod with other access modes'))
  }
  return out
}

/** Field errors of a volume mode. */
export function validateVolumeMode(mode: string | undefined, path: string): FieldError[] {
  if (mode === undefined || mode === 'Block' || mode === 'Filesystem') return []
  return [notSupported(path, mode, ['Block', 'Filesystem'])]
}

/** Field errors of a claim's spec. */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  if ((spec.accessModes?.length ?? 0) === 0) {
    out.push(required(`${path}.accessModes`, 'at least 1 access mode is required'))
  }
  out.push(...validateSelector(spec.selector, `${path}.selector`))
  out.push(...validateAccessModes(spec.accessModes, `${path}.accessModes`))
  const storage = spec.resources?.requests?.storage
  const at = `${path}.resources[storage]`
  if (storage === undefined) out.push(required(at))
  else if (compareQuantity(storage, '0') <= 0) {
    out.push(invalidValue(at, canonicalQuantity(storage), 'must be greater than zero'))
  }
  for (const t of spec.storageClassName ? dnsSubdomain(spec.storageClassName) : []) {
    out.push(invalidValue(`${path}.storageClassName`, spec.storageClassName, t))
  }
  out.push(...validateVolumeMode(spec.volumeMode, `${path}.volumeMode`))
  if (spec.dataSource) out.push(...validateSource(spec.dataSource, `${path}.dataSource`))
  if (spec.dataSourceRef) out.push(...validateSource(spec.dataSourceRef, `${path}.dataSourceRef`))
  const attributes = spec.volumeAttributesClassName
  for (const t of attributes ? dnsSubdomain(attributes) : []) {
    out.push(invalidValue(`${path}.volumeAttributesClassName`, attributes, t))
  }
  return out
}

/** What a new volume is filled from. */
function validateSource(
  s: Pick<TypedObjectReference, 'apiGroup' | 'kind' | 'name' | 'namespace'>,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  if (!s.name) out.push(required(`${path}.name`))
  if (!s.kind) out.push(required(`${path}.kind`))
  if (!s.apiGroup && s.kind !== 'PersistentVolumeClaim') {
    const text = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
    out.push(invalidValue(path, s.kind ?? '', text))
  }
  for (const t of s.apiGroup ? dnsSubdomain(s.apiGroup) : []) {
    out.push(invalidValue(`${path}.apiGroup`, s.apiGroup, t))
  }
  for (const t of s.namespace ? dnsLabel(s.namespace) : []) {
    out.push(invalidValue(`${path}.namespace`, s.namespace, t))
  }
  return out
}

/** Field errors of the claim that comes and goes with a pod. */
export function validateClaimTemplate(
  t: PersistentVolumeClaimTemplate,
  path: string,
): FieldError[] {
  const meta: ObjectMeta = t.metadata ?? {}
  const set = (['name', 'generateName', 'namespace', 'finalizers', 'ownerReferences'] as const)
    .filter((f) => meta[f] !== undefined && meta[f] !== '')
    .map((f) => forbiddenField(`${path}.metadata.${f}`, 'cannot be set'))
  return [
    ...validateAnnotations(meta.annotations, `${path}.metadata.annotations`),
    ...validateLabels(meta.labels, `${path}.metadata.labels`),
    ...set,
    ...validateClaimSpec(t.spec ?? {}, `${path}.spec`),
  ]
}
