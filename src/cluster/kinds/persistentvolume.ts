/** PersistentVolume. @source pkg/apis/core/validation ValidatePersistentVolume, pkg/apis/core/v1/defaults.go */
import type {
  NodeSelectorTerm,
  PersistentVolume,
  PersistentVolumeSpec,
} from '../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import { canonicalQuantity, compareQuantity, quantityValue } from '../api/meta/quantity.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dnsSubdomain } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { validateAccessModes, validateVolumeMode } from './shared/claimspec.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { validateOldSource } from './shared/oldvolumes.ts'
import { noBacksteps } from './shared/paths.ts'
import { validateNodeSelector } from './shared/placement.ts'
import { defaultSource } from './shared/poddefaults.ts'
import { nodeTermWarnings } from './shared/podwarnings.ts'
import { BETA_CLASS, BETA_CLASS_WARNING, shortAccessModes } from './shared/storage.ts'
import { validateDriverName, validateHostPath, validateNfs } from './shared/volumes.ts'

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
  'flexVolume',
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
    defaultSource(spec)
    for (const k of Object.keys(spec.capacity ?? {})) {
      if (spec.capacity) spec.capacity[k] = canonicalQuantity(spec.capacity[k] as string)
    }
  },
  validate: (o, old) => [...validate(o), ...(old ? validateUpdate(o, old) : [])],
  strategy: {
    warnings: (o, _old, c) => (c.subresource === '' ? warnings(o) : []),
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
    column<PersistentVolume>(
      'StorageClass',
      (o) => o.metadata.annotations?.[BETA_CLASS] ?? o.spec?.storageClassName ?? '',
    ),
    column<PersistentVolume>(
      'VolumeAttributesClass',
      (o) => o.spec?.volumeAttributesClassName ?? '<unset>',
    ),
    column<PersistentVolume>('Reason', (o) => o.status?.reason ?? ''),
    ageColumn(),
    column<PersistentVolume>('VolumeMode', (o) => o.spec?.volumeMode ?? '<unset>', { priority: 1 }),
  ],
})

/** Sources that are on their way out, in the order in which they are told. */
const OLD_SOURCES = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const

/** @source pkg/api/persistentvolume/util.go */
function warnings(o: PersistentVolume): string[] {
  const spec = o.spec as PersistentVolumeSpec
  const out: string[] = []
  if (o.metadata.annotations?.[BETA_CLASS] !== undefined) out.push(BETA_CLASS_WARNING)
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    const text =
      'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'
    out.push(`spec.persistentVolumeReclaimPolicy: ${text}`)
  }
  spec.nodeAffinity?.required?.nodeSelectorTerms?.forEach((t, i) => {
    const at = `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`
    out.push(...nodeTermWarnings(t, at, false))
  })
  for (const [kind, text] of OLD_SOURCES) {
    const shown = kind === 'storageos' ? 'storageOS' : kind
    if (spec[kind] !== undefined) out.push(`spec.${shown}: ${text}`)
  }
  return out
}

const POLICIES = ['Delete', 'Recycle', 'Retain']

function validate(o: PersistentVolume): FieldError[] {
  const spec = o.spec as PersistentVolumeSpec
  const out: FieldError[] = []
  if ((spec.accessModes?.length ?? 0) === 0) out.push(required('spec.accessModes'))
  out.push(...validateAccessModes(spec.accessModes, 'spec.accessModes'))
  const capacity = spec.capacity ?? {}
  if (Object.keys(capacity).length === 0) out.push(required('spec.capacity'))
  if (capacity.storage === undefined || Object.keys(capacity).length > 1) {
    out.push(notSupported('spec.capacity', spec.capacity ?? null, ['storage']))
  }
  for (const [name, amount] of Object.entries(capacity)) {
    const at = `spec.capacity[${name}]`
    if (compareQuantity(amount, '0') < 0) {
      out.push(invalidValue(at, quantityValue(amount), 'must be a valid resource quantity'))
    }
    if (compareQuantity(amount, '0') <= 0) {
      out.push(invalidValue(at, amount, 'must be greater than zero'))
    }
  }
  const policy = spec.persistentVolumeReclaimPolicy as string
  if (!POLICIES.includes(policy)) {
    out.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, POLICIES))
  }
  out.push(...validateNodeAffinity(spec))
  out.push(...validateSources(spec))
  if (policy === 'Recycle' && /^\/+$/.test(spec.hostPath?.path ?? '')) {
    const text = "may not be 'recycle' for a hostPath mount of '/'"
    out.push(forbiddenField('spec.persistentVolumeReclaimPolicy', text))
  }
  for (const t of spec.storageClassName ? dnsSubdomain(spec.storageClassName) : []) {
    out.push(invalidValue('spec.storageClassName', spec.storageClassName, t))
  }
  return [...out, ...validateVolumeMode(spec.volumeMode, 'spec.volumeMode')]
}

function validateNodeAffinity(spec: PersistentVolumeSpec): FieldError[] {
  if (!spec.nodeAffinity) return []
  const at = 'spec.nodeAffinity.required'
  const selector = spec.nodeAffinity.required
  if (selector) return validateNodeSelector(selector, at)
  return [required(at, 'must specify required node constraints')]
}

function validateSources(spec: PersistentVolumeSpec): FieldError[] {
  const out: FieldError[] = []
  let sources = 0
  for (const s of SOURCES) {
    if (spec[s] === undefined) continue
    if (sources++ > 0)
      out.push(forbiddenField(`spec.${s}`, 'may not specify more than 1 volume type'))
    else out.push(...validateSource(spec, s, `spec.${s}`))
  }
  if (sources === 0) out.push(required('spec', 'must specify a volume type'))
  return out
}

function validateSource(
  spec: PersistentVolumeSpec,
  kind: (typeof SOURCES)[number],
  at: string,
): FieldError[] {
  switch (kind) {
    case 'hostPath':
      return validateHostPath(spec.hostPath, at)
    case 'nfs':
      return validateNfs(spec.nfs, at)
    case 'local': {
      const path = spec.local?.path
      const out = path ? noBacksteps(path, `${at}.path`) : [required(`${at}.path`)]
      if (spec.nodeAffinity) return out
      return [...out, required('spec.nodeAffinity', 'Local volume requires node affinity')]
    }
    case 'csi':
      return [
        ...validateDriverName(spec.csi?.driver ?? '', `${at}.driver`),
        ...(spec.csi?.volumeHandle ? [] : [required(`${at}.volumeHandle`)]),
      ]
    default:
      return validateOldSource(kind, spec[kind], at)
  }
}

const IMMUTABLE = 'field is immutable'

function validateUpdate(o: PersistentVolume, old: PersistentVolume): FieldError[] {
  const source = (s: PersistentVolumeSpec | undefined) => SOURCES.map((k) => s?.[k])
  const out: FieldError[] = []
  if (!deepEqual(source(o.spec), source(old.spec))) {
    const text = 'spec.persistentvolumesource is immutable after creation'
    out.push(forbiddenField('spec.persistentvolumesource', text))
  }
  // Both are named without their `spec`, as upstream does.
  if (o.spec?.volumeMode !== old.spec?.volumeMode) {
    out.push(invalidValue('volumeMode', o.spec?.volumeMode ?? null, IMMUTABLE))
  }
  if (old.spec?.nodeAffinity && !deepEqual(o.spec?.nodeAffinity, old.spec.nodeAffinity)) {
    const text = `${IMMUTABLE}, except for updating from beta label to GA`
    out.push(invalidValue('nodeAffinity', affinityShown(o), text))
  }
  return out
}

/** The internal type, as an error shows it. */
function affinityShown(o: PersistentVolume): unknown {
  const affinity = o.spec?.nodeAffinity
  if (!affinity) return null
  const list = (l: NodeSelectorTerm['matchExpressions']) =>
    l?.map((e) => ({ Key: e.key, Operator: e.operator, Values: e.values ?? null })) ?? null
  const terms = affinity.required?.nodeSelectorTerms?.map((t) => ({
    MatchExpressions: list(t.matchExpressions),
    MatchFields: list(t.matchFields),
  }))
  return { Required: affinity.required ? { NodeSelectorTerms: terms ?? null } : null }
}
