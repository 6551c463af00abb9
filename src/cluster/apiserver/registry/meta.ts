/**
 * What creation and update do to metadata for every kind.
 * @source staging/src/k8s.io/apiserver/pkg/registry/rest/{create,update,meta}.go, apimachinery/pkg/api/validation/objectmeta.go
 */
import type { ObjectMeta } from '../../api/generated/types.ts'
import { forbiddenField, invalidValue, required } from '../../api/meta/field.ts'
import { deepEqual } from '../../api/meta/json.ts'
import type { FieldError } from '../../api/meta/status.ts'
import {
  dnsLabel,
  dnsSubdomain,
  maskTrailingDash,
  qualifiedName,
} from '../../api/meta/validation.ts'
import type { AnyObject } from '../../api/object.ts'
import { validateAnnotations, validateLabels } from '../../kinds/shared/meta.ts'

/** A name check: messages, and whether the name still gets a suffix. */
export type NameCheck = (name: string, prefix: boolean) => string[]

const subdomainName: NameCheck = (name, prefix) =>
  dnsSubdomain(prefix ? maskTrailingDash(name) : name)

/** Field errors of a new object's metadata. */
export function validateMeta(
  m: ObjectMeta,
  namespaced: boolean,
  checkName: NameCheck = subdomainName,
  finalizersPlain = false,
): FieldError[] {
  const out: FieldError[] = []
  if (m.generateName) {
    for (const t of checkName(m.generateName, true)) {
      out.push(invalidValue('metadata.generateName', m.generateName, t))
    }
  }
  if (!m.name) out.push(required('metadata.name', 'name or generateName is required'))
  else for (const t of checkName(m.name, false)) out.push(invalidValue('metadata.name', m.name, t))
  if (namespaced && !m.namespace) out.push(required('metadata.namespace'))
  else if (namespaced) {
    for (const t of dnsLabel(m.namespace as string)) {
      out.push(invalidValue('metadata.namespace', m.namespace, t))
    }
  } else if (m.namespace) {
    out.push(forbiddenField('metadata.namespace', 'not allowed on this type'))
  }
  out.push(...validateMetaParts(m), ...validateFinalizers(m.finalizers))
  return finalizersPlain ? out : [...out, ...standardFinalizers(m.finalizers)]
}

/** Groups whose kinds take any finalizer; elsewhere one without a domain must be one of Kubernetes' own. */
const PLAIN_GROUPS = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'node.k8s.io',
  'policy',
])

/** True for kinds that take finalizers of any name. */
export function takesAnyFinalizer(group: string, custom: boolean | undefined): boolean {
  return custom === true || PLAIN_GROUPS.has(group)
}

const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion']

function standardFinalizers(finalizers: string[] | undefined): FieldError[] {
  const out: FieldError[] = []
  finalizers?.forEach((f, i) => {
    if (f.includes('/') || STANDARD_FINALIZERS.includes(f)) return
    const text = 'name is neither a standard finalizer name nor is it fully qualified'
    out.push(invalidValue(`metadata.finalizers[${i}]`, f, text))
  })
  return out
}

function validateMetaParts(m: ObjectMeta): FieldError[] {
  const out: FieldError[] = []
  if ((m.generation ?? 0) < 0) {
    out.push(
      invalidValue('metadata.generation', m.generation, 'must be greater than or equal to 0'),
    )
  }
  out.push(...validateLabels(m.labels, 'metadata.labels'))
  out.push(...validateAnnotations(m.annotations, 'metadata.annotations'))
  out.push(...validateOwners(m.ownerReferences, 'metadata.ownerReferences'))
  return out
}

function validateOwners(owners: ObjectMeta['ownerReferences'], path: string): FieldError[] {
  if (!owners) return []
  const out: FieldError[] = []
  let controller = ''
  for (const o of owners) {
    if (!o.apiVersion)
      out.push(invalidValue(`${path}.apiVersion`, o.apiVersion ?? '', 'version must not be empty'))
    if (!o.kind) out.push(invalidValue(`${path}.kind`, o.kind ?? '', 'must not be empty'))
    if (!o.name) out.push(invalidValue(`${path}.name`, o.name ?? '', 'must not be empty'))
    if (!o.uid) out.push(invalidValue(`${path}.uid`, o.uid ?? '', 'must not be empty'))
    if (o.apiVersion === 'v1' && o.kind === 'Event') {
      out.push(invalidValue(path, o, '/v1, Kind=Event is disallowed from being an owner'))
    }
    if (!o.controller) continue
    if (controller) {
      const text = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${o.kind}/${o.name}`
      out.push(invalidValue(path, owners, text))
    }
    controller = `${o.kind}/${o.name}`
  }
  return out
}

function validateFinalizers(finalizers: string[] | undefined): FieldError[] {
  if (!finalizers) return []
  const out: FieldError[] = []
  for (const f of finalizers) {
    for (const t of qualifiedName(f)) out.push(invalidValue('metadata.finalizers', f, t))
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    out.push(
      invalidValue(
        'metadata.finalizers',
        finalizers,
        'finalizer orphan and foregroundDeletion cannot be both set',
      ),
    )
  }
  return out
}

/** Field errors of an update's metadata, against what it was. */
export function validateMetaUpdate(
  m: ObjectMeta,
  old: ObjectMeta,
  finalizersPlain = false,
): FieldError[] {
  const out: FieldError[] = []
  if (old.deletionTimestamp) {
    const known = new Set(old.finalizers ?? [])
    const added = (m.finalizers ?? []).filter((f) => !known.has(f))
    if (added.length > 0) {
      const list = `[]string{${added.map((f) => JSON.stringify(f)).join(', ')}}`
      const text = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`
      out.push(forbiddenField('metadata.finalizers', text))
    }
  }
  if ((m.generation ?? 0) < (old.generation ?? 0)) {
    out.push(invalidValue('metadata.generation', m.generation ?? 0, 'must not be decremented'))
  }
  for (const f of ['name', 'namespace', 'uid', 'creationTimestamp'] as const) {
    if (!deepEqual(m[f], old[f]))
      out.push(invalidValue(`metadata.${f}`, m[f] ?? '', 'field is immutable'))
  }
  out.push(...validateMetaParts(m))
  return finalizersPlain ? out : [...out, ...standardFinalizers(m.finalizers)]
}

/** Metadata in the order in which Go writes it. */
export function orderedMeta(m: ObjectMeta): ObjectMeta {
  const out: Record<string, unknown> = {}
  for (const k of META_ORDER) if (m[k] !== undefined) out[k] = m[k]
  return out as ObjectMeta
}

const META_ORDER = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const

/** The object with its metadata replaced. */
export function withMeta(o: AnyObject, metadata: ObjectMeta): AnyObject {
  return { ...o, metadata: orderedMeta(metadata) }
}
