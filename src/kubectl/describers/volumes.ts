/** Volumes of pods and sources of PersistentVolumes. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go describeVolumes */
import type { PersistentVolumeClaim, Volume } from '../../cluster/api/generated/types.ts'
import { canonicalQuantity } from '../../cluster/api/meta/quantity.ts'
import { goPrint } from '../printers/gojson.ts'
import { accessModesText } from './storage-text.ts'
import { PrefixWriter } from './writer.ts'

type Source = Readonly<Record<string, unknown>>

/** Type words and shown fields of the plain sources: label and path of each. */
const PLAIN: Readonly<
  Record<string, readonly [string, readonly (readonly [string, string, string?])[]]>
> = {
  gitRepo: [
    'GitRepo (a volume that is pulled from git when the pod is created)',
    [
      ['Repository', 'repository'],
      ['Revision', 'revision'],
    ],
  ],
  nfs: [
    'NFS (an NFS mount that lasts the lifetime of a pod)',
    [
      ['Server', 'server'],
      ['Path', 'path'],
      ['ReadOnly', 'readOnly', 'false'],
    ],
  ],
  persistentVolumeClaim: [
    'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    [
      ['ClaimName', 'claimName'],
      ['ReadOnly', 'readOnly', 'false'],
    ],
  ],
  image: [
    'Image (a container image or OCI artifact)',
    [
      ['Reference', 'reference'],
      ['PullPolicy', 'pullPolicy'],
    ],
  ],
  local: [
    'LocalVolume (a persistent volume backed by local storage on a node)',
    [['Path', 'path']],
  ],
  secret: [
    'Secret (a volume populated by a Secret)',
    [
      ['SecretName', 'secretName'],
      ['Optional', 'optional', 'false'],
    ],
  ],
  configMap: [
    'ConfigMap (a volume populated by a ConfigMap)',
    [
      ['Name', 'name'],
      ['Optional', 'optional', 'false'],
    ],
  ],
  awsElasticBlockStore: [
    'AWSElasticBlockStore (a Persistent Disk resource in AWS)',
    [
      ['VolumeID', 'volumeID'],
      ['FSType', 'fsType'],
      ['Partition', 'partition', '0'],
      ['ReadOnly', 'readOnly', 'false'],
    ],
  ],
  gcePersistentDisk: [
    'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)',
    [
      ['PDName', 'pdName'],
      ['FSType', 'fsType'],
      ['Partition', 'partition', '0'],
      ['ReadOnly', 'readOnly', 'false'],
    ],
  ],
  hostPath: [
    'HostPath (bare host directory volume)',
    [
      ['Path', 'path'],
      ['HostPathType', 'type', '<none>'],
    ],
  ],
}

/** Writes the volumes of a pod spec. */
export function describeVolumes(w: PrefixWriter, volumes: readonly Volume[], space: string): void {
  if (volumes.length === 0) {
    w.write(0, `${space}Volumes:\t<none>\n`)
    return
  }
  w.write(0, `${space}Volumes:\n`)
  for (const v of volumes) {
    w.write(1, `${space ? ' ' : ''}${v.name}:\n`)
    describeSource(w, v as unknown as Source)
  }
}

/** Writes a volume's source: the one known key of `source`. */
export function describeSource(w: PrefixWriter, source: Source): void {
  for (const [key, [words, fields]] of Object.entries(PLAIN)) {
    const v = source[key] as Source | undefined
    if (!v) continue
    w.field(2, 'Type', words)
    for (const [label, field, fallback] of fields)
      w.field(
        2,
        label,
        v[field] === undefined || v[field] === null ? (fallback ?? '') : goPrint(v[field]),
      )
    return
  }
  if (source.emptyDir) emptyDir(w, source.emptyDir as Source)
  else if (source.projected) projected(w, source.projected as Source)
  else if (source.downwardAPI) downwardApi(w, source.downwardAPI as Source)
  else if (source.ephemeral) ephemeral(w, source.ephemeral as Source)
  else if (source.csi) csi(w, source.csi as Source)
  else w.write(1, '<unknown>\n')
}

function emptyDir(w: PrefixWriter, v: Source): void {
  const limit = v.sizeLimit ? canonicalQuantity(String(v.sizeLimit)) : '<unset>'
  w.field(2, 'Type', "EmptyDir (a temporary directory that shares a pod's lifetime)")
  w.field(2, 'Medium', v.medium)
  w.field(2, 'SizeLimit', limit === '0' ? '<unset>' : limit)
}

function projected(w: PrefixWriter, v: Source): void {
  w.field(2, 'Type', 'Projected (a volume that contains injected data from multiple sources)')
  const optional = (s: Source) =>
    s.optional === undefined || s.optional === null ? '<nil>' : String(s.optional)
  for (const source of (v.sources as Source[] | undefined) ?? []) {
    const secret = source.secret as Source | undefined
    const configMap = source.configMap as Source | undefined
    const token = source.serviceAccountToken as Source | undefined
    if (secret) {
      w.field(2, 'SecretName', secret.name)
      w.field(2, 'SecretOptionalName', optional(secret))
    } else if (source.downwardAPI) w.field(2, 'DownwardAPI', 'true')
    else if (configMap) {
      w.field(2, 'ConfigMapName', configMap.name)
      w.field(2, 'ConfigMapOptional', optional(configMap))
    } else if (token) w.field(2, 'TokenExpirationSeconds', token.expirationSeconds)
  }
}

function downwardApi(w: PrefixWriter, v: Source): void {
  w.field(2, 'Type', 'DownwardAPI (a volume populated by information about the pod)')
  w.write(2, 'Items:\n')
  for (const item of (v.items as Source[] | undefined) ?? []) {
    const field = (item.fieldRef as Source | undefined)?.fieldPath
    const resource = (item.resourceFieldRef as Source | undefined)?.resource
    for (const from of [field, resource]) if (from) w.write(3, `${from} -> ${item.path}\n`)
  }
}

function ephemeral(w: PrefixWriter, v: Source): void {
  w.field(
    2,
    'Type',
    'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
  )
  const template = v.volumeClaimTemplate as PersistentVolumeClaim | undefined
  if (!template) return
  const nested = new PrefixWriter(2)
  describeClaim(nested, template, undefined)
  w.text += nested.text
}

function csi(w: PrefixWriter, v: Source): void {
  w.field(2, 'Type', 'CSI (a Container Storage Interface (CSI) volume source)')
  w.field(2, 'Driver', v.driver)
  w.field(2, 'FSType', v.fsType)
  if (v.volumeHandle !== undefined) w.field(2, 'VolumeHandle', v.volumeHandle)
  w.field(2, 'ReadOnly', v.readOnly === true)
  const attributes = v.volumeAttributes as Record<string, string> | undefined
  w.write(2, 'VolumeAttributes:\t')
  const keys = Object.keys(attributes ?? {}).sort()
  if (keys.length === 0) w.text += '<none>\n'
  keys.forEach((key, i) => {
    if (i > 0) w.write(2, '    \t')
    w.write(i > 0 ? 2 : 0, `${i > 0 ? '' : '    '}${key}=${attributes?.[key]}\n`)
  })
}

/** Writes a claim, or a claim template when there is no `full` part. @param full status text of a real claim */
export function describeClaim(
  w: PrefixWriter,
  claim: PersistentVolumeClaim,
  full: { readonly status: string } | undefined,
): void {
  const spec = claim.spec
  if (full) {
    w.field(0, 'Name', claim.metadata.name)
    w.field(0, 'Namespace', claim.metadata.namespace)
  }
  const beta = claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class']
  w.field(0, 'StorageClass', beta ?? spec?.storageClassName)
  if (full) w.field(0, 'Status', full.status)
  w.field(0, 'Volume', spec?.volumeName)
  w.labels('Labels', claim.metadata?.labels)
  w.annotations('Annotations', claim.metadata?.annotations)
  if (full) w.field(0, 'Finalizers', `[${(claim.metadata.finalizers ?? []).join(' ')}]`)
  const bound = Boolean(spec?.volumeName)
  const capacity = claim.status?.capacity?.storage
  w.field(0, 'Capacity', bound ? canonicalQuantity(capacity ?? '0') : '')
  w.field(0, 'Access Modes', bound ? accessModesText(claim.status?.accessModes) : '')
  if (spec?.volumeMode) w.field(0, 'VolumeMode', spec.volumeMode)
  if (spec?.dataSource) {
    w.write(0, 'DataSource:\n')
    if (spec.dataSource.apiGroup) w.field(1, 'APIGroup', spec.dataSource.apiGroup)
    w.field(1, 'Kind', spec.dataSource.kind)
    w.field(1, 'Name', spec.dataSource.name)
  }
}
