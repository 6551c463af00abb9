/**
 * Field errors of a pod's volumes.
 * @source pkg/apis/core/validation/validation.go ValidateVolumes
 */
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
  Volume,
} from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../api/meta/field.ts'
import { compareQuantity } from '../../api/meta/quantity.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsLabel, dnsSubdomain } from '../../api/meta/validation.ts'
import { validateClaimTemplate } from './claimspec.ts'
import { validatePullPolicy } from './container.ts'
import { VOLUME_FIELDS, validateFieldRef, validateResourceFieldRef } from './fieldselectors.ts'
import { validateOldSource } from './oldvolumes.ts'
import { noBacksteps, nonReservedPath } from './paths.ts'

/**
 * Errors, and the volumes without any by name.
 * @param pod the name of the pod itself; absent in templates
 */
export function validateVolumes(
  list: readonly Volume[] | undefined,
  path: string,
  pod?: string,
): { errors: FieldError[]; volumes: Map<string, Volume> } {
  const errors: FieldError[] = []
  const volumes = new Map<string, Volume>()
  const made = new Set((list ?? []).filter((v) => v.ephemeral).map((v) => `${pod}-${v.name}`))
  list?.forEach((v, i) => {
    const at = `${path}[${i}]`
    const own = validateSource(v, at, pod)
    if (!v.name) own.push(required(`${at}.name`))
    else own.push(...dnsLabel(v.name).map((t) => invalidValue(`${at}.name`, v.name, t)))
    // A volume that failed is not there: neither to be mounted nor to be repeated.
    if (volumes.has(v.name)) own.push(duplicate(`${at}.name`, v.name))
    if (own.length === 0) volumes.set(v.name, v)
    errors.push(...own)
    const claim = v.persistentVolumeClaim?.claimName
    if (pod && claim && made.has(claim)) {
      const text = 'must not reference a PVC that gets created for an ephemeral volume'
      errors.push(invalidValue(`${at}.persistentVolumeClaim.claimName`, claim, text))
    }
  })
  return { errors, volumes }
}

const MODE_TEXT = 'must be a number between 0 and 0777 (octal), both inclusive'

function mode(value: number | undefined, at: string): FieldError[] {
  if (value === undefined || (value >= 0 && value <= 0o777)) return []
  return [invalidValue(at, value, MODE_TEXT)]
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

/** In the order in which upstream looks at them. */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
] as const

function validateSource(v: Volume, at: string, pod?: string): FieldError[] {
  const out: FieldError[] = []
  let sources = 0
  for (const kind of SOURCES) {
    if (v[kind] === undefined) continue
    if (sources++ > 0) {
      out.push(forbiddenField(`${at}.${kind}`, 'may not specify more than 1 volume type'))
    } else {
      out.push(...validateOne(v, kind, `${at}.${kind}`, pod))
    }
  }
  if (sources === 0) out.push(required(at, 'must specify a volume type'))
  return out
}

function validateOne(
  v: Volume,
  kind: (typeof SOURCES)[number],
  at: string,
  pod?: string,
): FieldError[] {
  switch (kind) {
    case 'emptyDir': {
      const limit = v.emptyDir?.sizeLimit
      if (limit === undefined || compareQuantity(limit, '0') >= 0) return []
      return [
        forbiddenField(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'),
      ]
    }
    case 'hostPath':
      return validateHostPath(v.hostPath, at)
    case 'configMap':
      return [
        ...(v.configMap?.name ? [] : [required(`${at}.name`)]),
        ...mode(v.configMap?.defaultMode, `${at}.defaultMode`),
        ...validateItems(v.configMap?.items, `${at}.items`),
      ]
    case 'secret':
      return [
        ...(v.secret?.secretName ? [] : [required(`${at}.secretName`)]),
        ...mode(v.secret?.defaultMode, `${at}.defaultMode`),
        ...validateItems(v.secret?.items, `${at}.items`),
      ]
    case 'persistentVolumeClaim':
      return v.persistentVolumeClaim?.claimName ? [] : [required(`${at}.claimName`)]
    case 'nfs':
      return validateNfs(v.nfs, at)
    case 'downwardAPI':
      return [
        ...mode(v.downwardAPI?.defaultMode, `${at}.defaultMode`),
        ...downward(v.downwardAPI?.items, at),
      ]
    case 'projected':
      return v.projected ? validateProjected(v.projected, at) : []
    case 'csi':
      return [
        ...validateDriverName(v.csi?.driver ?? '', `${at}.driver`),
        ...(v.csi?.nodePublishSecretRef && !v.csi.nodePublishSecretRef.name
          ? [required(`${at}.nodePublishSecretRef.name`)]
          : []),
      ]
    case 'ephemeral':
      return validateEphemeral(v, at, pod)
    case 'image':
      return [
        ...(pod !== undefined && !v.image?.reference ? [required(`${at}.reference`)] : []),
        ...validatePullPolicy(v.image?.pullPolicy, `${at}.pullPolicy`),
      ]
    default:
      return validateOldSource(kind, v[kind], at)
  }
}

function absolute(path: string | undefined, at: string): FieldError[] {
  const text = path ?? ''
  const relative = invalidValue(at, text, 'must be an absolute path')
  return [...(text ? [] : [required(at)]), ...(text.startsWith('/') ? [] : [relative])]
}

/** Field errors of a storage driver's name. */
export function validateDriverName(name: string, at: string): FieldError[] {
  return [
    ...(name ? [] : [required(at)]),
    ...(name.length > 63 ? [tooLong(at, 63)] : []),
    ...dnsSubdomain(name.toLowerCase()).map((t) => invalidValue(at, name, t)),
  ]
}

function validateEphemeral(v: Volume, at: string, pod?: string): FieldError[] {
  const template = v.ephemeral?.volumeClaimTemplate
  const path = `${at}.volumeClaimTemplate`
  const out = template ? validateClaimTemplate(template, path) : [required(path)]
  if (!pod || !v.name) return out
  const claim = `${pod}-${v.name}`
  const parent = at.replace(/\.ephemeral$/, '.name')
  const messages = dnsSubdomain(claim).map((t) => `PVC name ${JSON.stringify(claim)}: ${t}`)
  return [...out, ...messages.map((t) => invalidValue(parent, v.name, t))]
}

/** Field errors of an NFS share. */
export function validateNfs(nfs: Volume['nfs'], at: string): FieldError[] {
  const server = nfs?.server ? [] : [required(`${at}.server`)]
  return [...server, ...absolute(nfs?.path, `${at}.path`)]
}

/** Field errors of a node's path. */
export function validateHostPath(source: Volume['hostPath'], at: string): FieldError[] {
  const path = source?.path
  if (!path) return [required(`${at}.path`)]
  const out = noBacksteps(path, `${at}.path`)
  const type = source?.type ?? ''
  if (!HOST_PATH_TYPES.includes(type)) {
    out.push(notSupported(`${at}.type`, type, HOST_PATH_TYPES))
  }
  return out
}

function validateItems(
  items: readonly KeyToPath[] | undefined,
  path: string,
  first = 0,
): FieldError[] {
  const out: FieldError[] = []
  items?.forEach((item, n) => {
    const i = first + n
    if (!item.key) out.push(required(`${path}[${i}].key`))
    if (!item.path) out.push(required(`${path}[${i}].path`))
    out.push(...nonReservedPath(item.path ?? '', `${path}[${i}].path`))
    out.push(...mode(item.mode, `${path}[${i}].mode`))
  })
  return out
}

/** Files are named after their list, as upstream does. */
function downward(items: readonly DownwardAPIVolumeFile[] | undefined, at: string): FieldError[] {
  return (items ?? []).flatMap((item) => {
    const out = item.path ? [] : [required(`${at}.path`)]
    out.push(...nonReservedPath(item.path ?? '', `${at}.path`))
    if (item.fieldRef) {
      out.push(...validateFieldRef(item.fieldRef, VOLUME_FIELDS, `${at}.fieldRef`))
      if (item.resourceFieldRef) {
        const text = 'fieldRef and resourceFieldRef can not be specified simultaneously'
        out.push(invalidValue(at, 'resource', text))
      }
    } else if (item.resourceFieldRef) {
      out.push(...validateResourceFieldRef(item.resourceFieldRef, `${at}.resourceFieldRef`, true))
    } else out.push(required(at, 'one of fieldRef and resourceFieldRef is required'))
    return [...out, ...mode(item.mode, `${at}.mode`)]
  })
}

const TOKEN_MIN = 600
const TOKEN_MAX = 2 ** 32

function validateProjected(p: ProjectedVolumeSource, at: string): FieldError[] {
  const out: FieldError[] = [...mode(p.defaultMode, `${at}.defaultMode`)]
  const paths = new Set<string>()
  const once = (path: string | undefined, named: string) => {
    if (path && paths.has(path)) out.push(invalidValue(at, named, 'conflicting duplicate paths'))
    if (path) paths.add(path)
  }
  p.sources?.forEach((s, i) => {
    const from = `${at}.sources[${i}]`
    for (const kind of ['secret', 'configMap'] as const) {
      const source = s[kind]
      if (!source) continue
      if (!source.name) out.push(required(`${from}.${kind}.name`))
      source.items?.forEach((item, j) => {
        out.push(...validateItems([item], `${from}.${kind}.items`, j))
        once(item.path, source.name ?? '')
      })
    }
    for (const item of s.downwardAPI?.items ?? []) {
      out.push(...downward([item], `${from}.downwardAPI`))
      once(item.path, item.path)
    }
    const token = s.serviceAccountToken
    if (token) {
      const seconds = token.expirationSeconds ?? 0
      const field = `${from}.serviceAccountToken.expirationSeconds`
      const bad = (text: string) => out.push(invalidValue(field, seconds, text))
      if (seconds < TOKEN_MIN) bad('may not specify a duration less than 10 minutes')
      if (seconds > TOKEN_MAX) bad('may not specify a duration larger than 2^32 seconds')
      // Upstream names the volume here, not the source.
      if (!token.path) out.push(required(`${at}.path`))
      else out.push(...nonReservedPath(token.path, `${at}.path`))
    }
    if (Object.keys(s).length > 1) {
      out.push(forbiddenField(from, 'may not specify more than 1 volume type per source'))
    }
  })
  return out
}
