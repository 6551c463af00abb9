/** StorageClass. @source pkg/apis/storage/validation/validation.go, pkg/apis/storage/v1/defaults.go */
import type { StorageClass } from '../api/generated/types.ts'
import { duplicate, invalidValue, notSupported, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { qualifiedName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column } from './shared/columns.ts'
import { OLD_NODE_LABELS } from './shared/podwarnings.ts'

const DEFAULTS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

/** True when claims without a class get this one. */
function isDefault(o: StorageClass): boolean {
  return DEFAULTS.some((a) => o.metadata.annotations?.[a] === 'true')
}

/** The kind. */
export const storageclass = own<StorageClass>('storage.k8s.io', 'v1', 'StorageClass', {
  defaults(o) {
    o.reclaimPolicy ??= 'Delete'
    o.volumeBindingMode ??= 'Immediate'
  },
  validate: (o, old) => (old ? validateUpdate(o, old) : validate(o)),
  strategy: {
    warnings: (o) =>
      (o.allowedTopologies ?? []).flatMap((term, i) =>
        (term.matchLabelExpressions ?? []).flatMap((e, j) => {
          const at = `allowedTopologies[${i}].matchLabelExpressions[${j}].key`
          return OLD_NODE_LABELS[e.key] ? [`${at}: ${OLD_NODE_LABELS[e.key]}`] : []
        }),
      ),
  },
  columns: [
    {
      name: 'Name',
      format: 'name',
      value: (o) => (isDefault(o) ? `${o.metadata.name} (default)` : (o.metadata.name ?? '')),
    },
    column<StorageClass>('Provisioner', (o) => o.provisioner),
    column<StorageClass>('ReclaimPolicy', (o) => o.reclaimPolicy ?? 'Delete'),
    column<StorageClass>('VolumeBindingMode', (o) => o.volumeBindingMode ?? 'Immediate'),
    column<StorageClass>('AllowVolumeExpansion', (o) => o.allowVolumeExpansion ?? false),
    ageColumn(),
  ],
})

function validate(o: StorageClass): FieldError[] {
  const out: FieldError[] = []
  if (!o.provisioner) out.push(required('provisioner'))
  else {
    const name = o.provisioner.toLowerCase()
    for (const t of qualifiedName(name)) out.push(invalidValue('provisioner', name, t))
  }
  for (const k of Object.keys(o.parameters ?? {})) {
    if (k === '') out.push(invalidValue('parameters', k, 'field can not be empty.'))
  }
  const policies = ['Delete', 'Retain']
  if (o.reclaimPolicy && !policies.includes(o.reclaimPolicy)) {
    out.push(notSupported('reclaimPolicy', o.reclaimPolicy, policies))
  }
  const modes = ['Immediate', 'WaitForFirstConsumer']
  if (!o.volumeBindingMode) out.push(required('volumeBindingMode'))
  else if (!modes.includes(o.volumeBindingMode)) {
    out.push(notSupported('volumeBindingMode', o.volumeBindingMode, modes))
  }
  return [...out, ...validateTopologies(o)]
}

/** The paths name the list, not its item, as upstream does. */
function validateTopologies(o: StorageClass): FieldError[] {
  const out: FieldError[] = []
  const seen: Record<string, string[]>[] = []
  o.allowedTopologies?.forEach((term, i) => {
    const keys: Record<string, string[]> = {}
    term.matchLabelExpressions?.forEach((e, j) => {
      const at = `allowedTopologies.matchLabelExpressions[${j}]`
      const values = e.values ?? []
      if (values.length === 0) out.push(required(`${at}.values`))
      values.forEach((v, n) => {
        if (values.indexOf(v) < n) out.push(duplicate(`${at}.values[${n}]`, v))
      })
      for (const t of qualifiedName(e.key)) out.push(invalidValue(`${at}.key`, e.key, t))
      if (keys[e.key]) out.push(duplicate(`${at}.key`, e.key))
      keys[e.key] = [...new Set(values)].sort()
    })
    if (seen.some((s) => deepEqual(s, keys))) {
      out.push(duplicate(`allowedTopologies[${i}].matchLabelExpressions`, ''))
    }
    seen.push(keys)
  })
  return out
}

function validateUpdate(o: StorageClass, old: StorageClass): FieldError[] {
  const out: FieldError[] = []
  for (const f of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
    if (!deepEqual(o[f], old[f])) out.push(invalidValue(f, o[f] ?? null, 'field is immutable'))
  }
  return out
}
