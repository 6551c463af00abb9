/** PersistentVolumeClaim. @source pkg/apis/core/validation ValidatePersistentVolumeClaim, registry/core/persistentvolumeclaim */
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../api/generated/types.ts'
import { forbiddenField } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { compareQuantity } from '../api/meta/quantity.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { validateClaimSpec } from './shared/claimspec.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { defaultClaimSpec } from './shared/poddefaults.ts'
import { BETA_CLASS, BETA_CLASS_WARNING, shortAccessModes } from './shared/storage.ts'
import { claimSpecWarnings } from './shared/volumewarnings.ts'

const bound = (o: PersistentVolumeClaim) => Boolean(o.spec?.volumeName)

/** The kind. */
export const persistentvolumeclaim = own<PersistentVolumeClaim>('', 'v1', 'PersistentVolumeClaim', {
  defaults: (o) => defaultClaimSpec(o.spec as PersistentVolumeClaimSpec),
  validate: (o, old) => [
    ...validateClaimSpec(o.spec as PersistentVolumeClaimSpec, 'spec'),
    ...(old ? validateUpdate(o, old) : []),
  ],
  strategy: {
    prepareForCreate(o) {
      o.status = { phase: 'Pending' }
    },
    warnings: (o, _old, c) => (c.subresource === '' ? warnings(o) : []),
  },
  columns: [
    nameColumn(),
    column<PersistentVolumeClaim>('Status', (o) =>
      o.metadata.deletionTimestamp ? 'Terminating' : (o.status?.phase ?? ''),
    ),
    column<PersistentVolumeClaim>('Volume', (o) => o.spec?.volumeName ?? ''),
    column<PersistentVolumeClaim>('Capacity', (o) =>
      bound(o) ? (o.status?.capacity?.storage ?? '0') : '',
    ),
    column<PersistentVolumeClaim>('Access Modes', (o) =>
      bound(o) ? shortAccessModes(o.status?.accessModes) : '',
    ),
    column<PersistentVolumeClaim>(
      'StorageClass',
      (o) => o.metadata.annotations?.[BETA_CLASS] ?? o.spec?.storageClassName ?? '',
    ),
    column<PersistentVolumeClaim>(
      'VolumeAttributesClass',
      (o) => o.spec?.volumeAttributesClassName ?? '<unset>',
    ),
    ageColumn(),
    column<PersistentVolumeClaim>('VolumeMode', (o) => o.spec?.volumeMode ?? '<unset>', {
      priority: 1,
    }),
  ],
})

function validateUpdate(o: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const next = o.spec as PersistentVolumeClaimSpec
  const was = old.spec as PersistentVolumeClaimSpec
  const isBound = old.status?.phase === 'Bound'
  const strip = (s: PersistentVolumeClaimSpec) => {
    const {
      volumeName: _v,
      storageClassName: _s,
      volumeAttributesClassName: _a,
      resources,
      ...rest
    } = s
    const storage = isBound ? undefined : resources?.requests?.storage
    return { ...rest, storage }
  }
  const out: FieldError[] = []
  const classSet =
    was.storageClassName !== undefined && next.storageClassName !== was.storageClassName
  const renamed =
    was.volumeName !== undefined && was.volumeName !== '' && next.volumeName !== was.volumeName
  if (!deepEqual(strip(next), strip(was)) || classSet || renamed) {
    const text =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    out.push(forbiddenField('spec', `${text}\n`))
  }
  const storage = next.resources?.requests?.storage
  const before = old.status?.capacity?.storage ?? was.resources?.requests?.storage
  if (
    isBound &&
    compareQuantity(storage, before) < 0 &&
    compareQuantity(storage, was.resources?.requests?.storage) < 0
  ) {
    out.push(
      forbiddenField(
        'spec.resources.requests.storage',
        'field can not be less than status.capacity',
      ),
    )
  }
  return out
}

function warnings(o: PersistentVolumeClaim): string[] {
  const out: string[] = []
  if (o.metadata.annotations?.[BETA_CLASS] !== undefined) out.push(BETA_CLASS_WARNING)
  return [...out, ...claimSpecWarnings(o.spec, 'spec')]
}
