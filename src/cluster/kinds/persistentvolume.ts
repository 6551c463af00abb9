/** PersistentVolume. @source pkg/apis/core/validation ValidatePersistentVolume, pkg/apis/core/v1/defaults.go */
import type { PersistentVolume, PersistentVolumeSpec } from '../api/generated/types.ts'
import { forbiddenField, notSupported, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { canonicalQuantity } from '../api/meta/quantity.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { ACCESS_MODES, shortAccessModes } from './shared/storage.ts'

const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const

/** The kind. */
export const persistentvolume = own<PersistentVolume>('', 'v1', 'PersistentVolume', {
  defaults(o) {
    const spec = o.spec as PersistentVolumeSpec
    spec.persistentVolumeReclaimPolicy ??= 'Retain'
    spec.volumeMode ??= 'Filesystem'
    if (spec.hostPath) spec.hostPath.type ??= ''
    for (const k of Object.keys(spec.capacity ?? {})) {
      if (spec.capacity) spec.capacity[k] = canonicalQuantity(spec.capacity[k] as string)
    }
  },
  validate: (o, old) => [...validate(o), ...(old ? validateUpdate(o, old) : [])],
  strategy: {
    prepareForCreate(o) {
      o.status = { phase: 'Pending' }
    },
    prepareForStatusUpdate(o, old, c) {
      if (o.status && o.status.phase !== old.status?.phase)
        o.status.lastPhaseTransitionTime ??= c.now
      if (o.status && o.status.phase !== old.status?.phase) o.status.lastPhaseTransitionTime = c.now
    },
  },
  columns: [
    nameColumn(),
    column<PersistentVolume>('Capacity', (o) => o.spec?.capacity?.storage ?? '0'),
    column<PersistentVolume>('Access Modes', (o) => shortAccessModes(o.spec?.accessModes)),
    column<PersistentVolume>('Reclaim Policy', (o) => o.spec?.persistentVolumeReclaimPolicy ?? ''),
    column<PersistentVolume>('Status', (o) =>
      o.metadata.deletionTimestamp ? 'Terminating' : (o.status?.phase ?? ''),
    ),
    column<PersistentVolume>('Claim', (o) => {
      const ref = o.spec?.claimRef
      return ref ? `${ref.namespace ?? ''}/${ref.name ?? ''}` : ''
    }),
    column<PersistentVolume>('StorageClass', (o) => o.spec?.storageClassName ?? ''),
    column<PersistentVolume>(
      'VolumeAttributesClass',
      (o) => o.spec?.volumeAttributesClassName ?? '<unset>',
    ),
    column<PersistentVolume>('Reason', (o) => o.status?.reason ?? ''),
    ageColumn(),
    column<PersistentVolume>('VolumeMode', (o) => o.spec?.volumeMode ?? '<unset>', { priority: 1 }),
  ],
})

function validate(o: PersistentVolume): FieldError[] {
  const spec = o.spec as PersistentVolumeSpec
  const out: FieldError[] = []
  if ((spec.accessModes?.length ?? 0) === 0) out.push(required('spec.accessModes'))
  for (const m of spec.accessModes ?? []) {
    if (!ACCESS_MODES.includes(m)) out.push(notSupported('spec.accessModes', m, ACCESS_MODES))
  }
  if (Object.keys(spec.capacity ?? {}).length === 0) out.push(required('spec.capacity'))
  if (spec.capacity?.storage === undefined || Object.keys(spec.capacity).length > 1) {
    out.push(notSupported('spec.capacity', spec.capacity ?? null, ['storage']))
  }
  const policy = spec.persistentVolumeReclaimPolicy as string
  if (!['Delete', 'Recycle', 'Retain'].includes(policy)) {
    out.push(
      notSupported('spec.persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain']),
    )
  }
  out.push(...validateSources(spec))
  const mode = spec.volumeMode as string
  if (!['Block', 'Filesystem'].includes(mode)) {
    out.push(notSupported('spec.volumeMode', mode, ['Block', 'Filesystem']))
  }
  return out
}

function validateSources(spec: PersistentVolumeSpec): FieldError[] {
  const out: FieldError[] = []
  let sources = 0
  for (const s of SOURCES) {
    if (spec[s] === undefined) continue
    if (sources++ > 0)
      out.push(forbiddenField(`spec.${s}`, 'may not specify more than 1 volume type'))
    else if (s === 'hostPath' && !spec.hostPath?.path) out.push(required('spec.hostPath.path'))
    else if (s === 'local' && !spec.nodeAffinity) {
      out.push(required('spec.nodeAffinity', 'Local volume requires node affinity'))
    }
  }
  if (sources === 0) out.push(required('spec', 'must specify a volume type'))
  return out
}

function validateUpdate(o: PersistentVolume, old: PersistentVolume): FieldError[] {
  const source = (s: PersistentVolumeSpec | undefined) => SOURCES.map((k) => s?.[k])
  if (deepEqual(source(o.spec), source(old.spec))) return []
  return [
    forbiddenField(
      'spec.persistentvolumesource',
      'spec.persistentvolumesource is immutable after creation',
    ),
  ]
}
