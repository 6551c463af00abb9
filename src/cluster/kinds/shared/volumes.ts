/**
 * Field errors of a pod's volumes.
 * @source pkg/apis/core/validation/validation.go ValidateVolumes
 */
import type { KeyToPath, ProjectedVolumeSource, Volume } from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import { compareQuantity } from '../../api/meta/quantity.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsLabel } from '../../api/meta/validation.ts'
import { relativePath } from './container.ts'

/** Errors, and the names of volumes without any. */
export function validateVolumes(
  list: readonly Volume[] | undefined,
  path: string,
): { errors: FieldError[]; names: Set<string> } {
  const errors: FieldError[] = []
  const names = new Set<string>()
  list?.forEach((v, i) => {
    const at = `${path}[${i}]`
    const own = validateSource(v, at)
    if (!v.name) own.push(required(`${at}.name`))
    else own.push(...dnsLabel(v.name).map((t) => invalidValue(`${at}.name`, v.name, t)))
    // A volume that already failed is neither a duplicate nor there to be mounted.
    if (own.length === 0 && names.has(v.name)) own.push(duplicate(`${at}.name`, v.name))
    if (own.length === 0) names.add(v.name)
    errors.push(...own)
  })
  return { errors, names }
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

function validateSource(v: Volume, at: string): FieldError[] {
  const out: FieldError[] = []
  let sources = 0
  for (const kind of SOURCES) {
    if (v[kind] === undefined) continue
    if (sources++ > 0) {
      out.push(forbiddenField(`${at}.${kind}`, 'may not specify more than 1 volume type'))
    } else {
      out.push(...validateOne(v, kind, `${at}.${kind}`))
    }
  }
  if (sources === 0) out.push(required(at, 'must specify a volume type'))
  return out
}

function validateOne(v: Volume, kind: (typeof SOURCES)[number], at: string): FieldError[] {
  switch (kind) {
    case 'emptyDir': {
      const limit = v.emptyDir?.sizeLimit
      if (limit === undefined || compareQuantity(limit, '0') >= 0) return []
      return [
        forbiddenField(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'),
      ]
    }
    case 'hostPath':
      return validateHostPath(v, at)
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
      return [
        ...(v.nfs?.server ? [] : [required(`${at}.server`)]),
        ...absolute(v.nfs?.path, `${at}.path`),
      ]
    case 'downwardAPI':
      return [
        ...mode(v.downwardAPI?.defaultMode, `${at}.defaultMode`),
        ...downward(v.downwardAPI?.items, at),
      ]
    case 'projected':
      return v.projected ? validateProjected(v.projected, at) : []
    case 'csi':
      return v.csi?.driver ? [] : [required(`${at}.driver`)]
    case 'ephemeral':
      return v.ephemeral?.volumeClaimTemplate ? [] : [required(`${at}.volumeClaimTemplate`)]
    default:
      return []
  }
}

function absolute(path: string | undefined, at: string): FieldError[] {
  if (!path) return [required(at)]
  return path.startsWith('/') ? [] : [invalidValue(at, path, 'must be an absolute path')]
}

function validateHostPath(v: Volume, at: string): FieldError[] {
  const path = v.hostPath?.path
  if (!path) return [required(`${at}.path`)]
  const out: FieldError[] = []
  if (path.split('/').includes('..'))
    out.push(invalidValue(`${at}.path`, path, "must not contain '..'"))
  const type = v.hostPath?.type ?? ''
  if (!HOST_PATH_TYPES.includes(type)) {
    out.push(notSupported(`${at}.type`, type, HOST_PATH_TYPES))
  }
  return out
}

function validateItems(items: readonly KeyToPath[] | undefined, path: string): FieldError[] {
  const out: FieldError[] = []
  items?.forEach((item, i) => {
    if (!item.key) out.push(required(`${path}[${i}].key`))
    if (!item.path) out.push(required(`${path}[${i}].path`))
    else out.push(...relativePath(item.path, `${path}[${i}].path`))
    out.push(...mode(item.mode, `${path}[${i}].mode`))
  })
  return out
}

type DownwardItems = readonly {
  path: string
  fieldRef?: unknown
  resourceFieldRef?: unknown
  mode?: number
}[]

function downward(items: DownwardItems | undefined, at: string): FieldError[] {
  const out: FieldError[] = []
  for (const item of items ?? []) {
    if (!item.path) out.push(required(`${at}.path`))
    else out.push(...relativePath(item.path, `${at}.path`))
    if (item.fieldRef && item.resourceFieldRef) {
      out.push(
        invalidValue(
          at,
          'resource',
          'fieldRef and resourceFieldRef can not be specified simultaneously',
        ),
      )
    } else if (!item.fieldRef && !item.resourceFieldRef) {
      out.push(required(at, 'one of fieldRef and resourceFieldRef is required'))
    }
    out.push(...mode(item.mode, `${at}.mode`))
  }
  return out
}

function validateProjected(p: ProjectedVolumeSource, at: string): FieldError[] {
  const out: FieldError[] = [...mode(p.defaultMode, `${at}.defaultMode`)]
  p.sources?.forEach((s, i) => {
    const from = `${at}.sources[${i}]`
    if (Object.keys(s).length > 1) {
      out.push(forbiddenField(from, 'may not specify more than 1 volume type per source'))
    }
    if (s.secret && !s.secret.name) out.push(required(`${from}.secret.name`))
    if (s.configMap && !s.configMap.name) out.push(required(`${from}.configMap.name`))
    out.push(...downward(s.downwardAPI?.items, `${from}.downwardAPI`))
    const token = s.serviceAccountToken
    if (!token) return
    const seconds = token.expirationSeconds ?? 0
    if (seconds < 600) {
      const text = 'may not specify a duration less than 10 minutes'
      out.push(invalidValue(`${from}.serviceAccountToken.expirationSeconds`, seconds, text))
    }
    if (!token.path) out.push(required(`${from}.serviceAccountToken.path`))
  })
  return out
}
