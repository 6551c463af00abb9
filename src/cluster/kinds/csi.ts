/** Kinds of the container storage interface. @source pkg/apis/storage/{v1/defaults.go,validation/validation.go} */
import type {
  CSIDriver,
  CSIDriverSpec,
  CSINode,
  CSIStorageCapacity,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dnsSubdomain, qualifiedName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { validateSelector } from './shared/meta.ts'
import { nonNegative } from './shared/podtemplate.ts'

const GROUP = 'storage.k8s.io'

/** A storage driver. */
export const csidriver = own<CSIDriver>(GROUP, 'v1', 'CSIDriver', {
  defaults(o) {
    const s = o.spec
    s.attachRequired ??= true
    s.podInfoOnMount ??= false
    s.storageCapacity ??= false
    s.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
    s.volumeLifecycleModes ??= ['Persistent']
    s.requiresRepublish ??= false
    s.seLinuxMount ??= false
  },
  validate: (o, old) => [...validateDriver(o.spec), ...(old ? fixedDriver(o, old) : [])],
  columns: [
    nameColumn(),
    column<CSIDriver>('AttachRequired', (o) => o.spec.attachRequired ?? true),
    column<CSIDriver>('PodInfoOnMount', (o) => o.spec.podInfoOnMount ?? false),
    column<CSIDriver>('StorageCapacity', (o) => o.spec.storageCapacity ?? false),
    column<CSIDriver>(
      'TokenRequests',
      (o) => (o.spec.tokenRequests ?? []).map((t) => t.audience).join(',') || '<unset>',
    ),
    column<CSIDriver>('RequiresRepublish', (o) => o.spec.requiresRepublish ?? false),
    column<CSIDriver>('Modes', (o) => (o.spec.volumeLifecycleModes ?? []).join(',') || '<none>'),
    ageColumn(),
  ],
})

const POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const MODES = ['Persistent', 'Ephemeral']
const TOKEN_SECONDS = { min: 600, max: 2 ** 32 }
const PERIOD_MIN = 10

function validateDriver(s: CSIDriverSpec): FieldError[] {
  const out: FieldError[] = []
  const policy = s.fsGroupPolicy
  if (policy && !POLICIES.includes(policy))
    out.push(notSupported('spec.fsGroupPolicy', policy, POLICIES))
  const audiences = new Set<string>()
  s.tokenRequests?.forEach((t, i) => {
    const at = `spec.tokenRequests[${i}]`
    if (audiences.has(t.audience)) {
      out.push(duplicate(`${at}.audience`, t.audience))
      return
    }
    audiences.add(t.audience)
    const seconds = t.expirationSeconds
    const bad = (text: string) => out.push(invalidValue(`${at}.expirationSeconds`, seconds, text))
    if (seconds !== undefined && seconds < TOKEN_SECONDS.min)
      bad('may not specify a duration less than 10 minutes')
    if (seconds !== undefined && seconds > TOKEN_SECONDS.max)
      bad('may not specify a duration larger than 2^32 seconds')
  })
  for (const m of s.volumeLifecycleModes ?? [])
    if (!MODES.includes(m)) out.push(notSupported('spec.volumeLifecycleModes', m, MODES))
  const period = s.nodeAllocatableUpdatePeriodSeconds
  if (period !== undefined && period < PERIOD_MIN) {
    const text = 'must be greater than or equal to 10 seconds'
    out.push(invalidValue('spec.nodeAllocatableUpdatePeriodSeconds', period, text))
  }
  return out
}

function fixedDriver(o: CSIDriver, old: CSIDriver): FieldError[] {
  const out: FieldError[] = []
  const fixed = (path: string, a: unknown, b: unknown) => {
    if (!deepEqual(a, b)) out.push(invalidValue(path, a ?? null, 'field is immutable'))
  }
  // Upstream names the first field so.
  fixed('spec.attachedRequired', o.spec.attachRequired, old.spec.attachRequired)
  const modes = (d: CSIDriver) => d.spec.volumeLifecycleModes
  fixed('spec.volumeLifecycleModes', modes(o), modes(old))
  return out
}

/** The drivers of a node. */
export const csinode = own<CSINode>(GROUP, 'v1', 'CSINode', {
  validate: (o, old) => [...validateNode(o), ...(old ? fixedNode(o, old) : [])],
  columns: [
    nameColumn(),
    column<CSINode>('Drivers', (o) => o.spec.drivers?.length ?? 0, { type: 'integer' }),
    ageColumn(),
  ],
})

const NODE_ID_MAX = 192
const DRIVER_NAME_MAX = 63

/** @source pkg/apis/core/validation ValidateCSIDriverName */
function driverName(name: string, path: string): FieldError[] {
  if (name === '') return [required(path)]
  const out: FieldError[] = []
  if (name.length > DRIVER_NAME_MAX) out.push(tooLong(path, DRIVER_NAME_MAX))
  for (const m of dnsSubdomain(name.toLowerCase())) out.push(invalidValue(path, name, m))
  return out
}

function validateNode(o: CSINode): FieldError[] {
  const out: FieldError[] = []
  const names = new Set<string>()
  o.spec.drivers?.forEach((d, i) => {
    const at = `spec.drivers[${i}]`
    out.push(...driverName(d.name, `${at}.name`))
    if (!d.nodeID) out.push(required(`${at}.nodeID`))
    else if (d.nodeID.length > NODE_ID_MAX) {
      const text = `must be ${NODE_ID_MAX} characters or less`
      out.push(invalidValue(`${at}.nodeID`, d.nodeID, text))
    }
    out.push(...nonNegative(d.allocatable?.count, `${at}.allocatable.count`))
    if (names.has(d.name)) out.push(duplicate(`${at}.name`, d.name))
    names.add(d.name)
    const keys = d.topologyKeys ?? []
    keys.forEach((k, j) => {
      if (k === '') out.push(required(at))
      if (keys.indexOf(k) < j) out.push(duplicate(at, k))
      for (const m of qualifiedName(k)) out.push(invalidValue(at, k, m))
    })
  })
  return out
}

function fixedNode(o: CSINode, old: CSINode): FieldError[] {
  const bare = (d: CSINode['spec']['drivers'][number]) => ({ ...d, allocatable: undefined })
  const out: FieldError[] = []
  for (const was of old.spec.drivers ?? []) {
    const now = o.spec.drivers?.find((d) => d.name === was.name)
    if (now && !deepEqual(bare(now), bare(was)))
      out.push(invalidValue('spec.drivers', now, 'field is immutable'))
  }
  return out
}

/** Room that a driver has left somewhere. */
export const csistoragecapacity = own<CSIStorageCapacity>(GROUP, 'v1', 'CSIStorageCapacity', {
  validate(o, old) {
    const out = validateSelector(o.nodeTopology, 'nodeTopology')
    for (const m of dnsSubdomain(o.storageClassName ?? ''))
      out.push(invalidValue('storageClassName', o.storageClassName, m))
    for (const f of ['nodeTopology', 'storageClassName'] as const)
      if (old && !deepEqual(o[f], old[f]))
        out.push(invalidValue(f, o[f] ?? null, 'field is immutable'))
    return out
  },
  columns: [
    nameColumn(),
    column<CSIStorageCapacity>('StorageClassName', (o) => o.storageClassName),
    column<CSIStorageCapacity>('Capacity', (o) => o.capacity ?? ''),
  ],
})

/** That a volume is to be at a node. */
export const volumeattachment = own<VolumeAttachment>(GROUP, 'v1', 'VolumeAttachment', {
  validate: (o, old) => [
    ...validateAttachment(o),
    ...(old && !deepEqual(o.spec, old.spec)
      ? [invalidValue('spec', o.spec, 'field is immutable')]
      : []),
  ],
  strategy: {
    prepareForCreate(o) {
      o.status = { attached: false }
    },
  },
  columns: [
    nameColumn(),
    column<VolumeAttachment>('Attacher', (o) => o.spec.attacher),
    column<VolumeAttachment>('PV', (o) => o.spec.source.persistentVolumeName ?? ''),
    column<VolumeAttachment>('Node', (o) => o.spec.nodeName),
    column<VolumeAttachment>('Attached', (o) => o.status?.attached ?? false),
    ageColumn(),
  ],
})

function validateAttachment(o: VolumeAttachment): FieldError[] {
  const { attacher, source, nodeName } = o.spec
  const out: FieldError[] = []
  if (!attacher) out.push(required('spec.attacher'))
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source ?? {}
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  if (!inline && name === undefined) out.push(required('spec.source', one))
  else if (inline && name !== undefined) out.push(forbiddenField('spec.source', one))
  else if (name === '') {
    const text = 'must specify non empty persistentVolumeName'
    out.push(required('spec.source.persistentVolumeName', text))
  }
  for (const m of dnsSubdomain(nodeName ?? '')) out.push(invalidValue('spec.nodeName', nodeName, m))
  out.push(...driverName(attacher ?? '', 'spec.attacher'))
  for (const m of name ? dnsSubdomain(name) : [])
    out.push(invalidValue('spec.source.persistentVolumeName', name, m))
  return out
}

/** What a volume is to be like, as its driver knows. */
export const volumeattributesclass = own<VolumeAttributesClass>(
  GROUP,
  'v1',
  'VolumeAttributesClass',
  {
    validate(o, old) {
      const out: FieldError[] = []
      for (const f of ['driverName', 'parameters'] as const)
        if (old && !deepEqual(o[f], old[f]))
          out.push(forbiddenField(f, `updates to ${f} are forbidden.`))
      if (!o.driverName) out.push(required('driverName'))
      else
        for (const m of qualifiedName(o.driverName.toLowerCase()))
          out.push(invalidValue('driverName', o.driverName, m))
      const keys = Object.keys(o.parameters ?? {})
      if (keys.includes('')) out.push(invalidValue('parameters', '', 'field can not be empty.'))
      if (keys.length === 0)
        out.push(required('parameters', 'must contain at least one key/value pair'))
      return out
    },
    columns: [
      nameColumn(),
      column<VolumeAttributesClass>('DriverName', (o) => o.driverName),
      ageColumn(),
    ],
  },
)
