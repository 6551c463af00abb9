/**
 * Field errors of where a container sees its volumes.
 * @source pkg/apis/core/validation/validation.go ValidateVolumeMounts, ValidateVolumeDevices
 */
import type { Container, Volume, VolumeMount } from '../../api/generated/types.ts'
import {
  forbiddenField,
  invalidValue,
  notFoundField,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { descendingPath, noBacksteps } from './paths.ts'

type Volumes = ReadonlyMap<string, Volume>

/** Field errors of a container's mounts. */
export function validateMounts(c: Container, volumes: Volumes, path: string): FieldError[] {
  const out: FieldError[] = []
  const paths = new Set<string>()
  const devices = c.volumeDevices ?? []
  c.volumeMounts?.forEach((m, i) => {
    const at = `${path}[${i}]`
    const { mountPath } = m
    if (!m.name) out.push(required(`${at}.name`))
    if (!volumes.has(m.name)) out.push(notFoundField(`${at}.name`, m.name ?? ''))
    if (!mountPath) out.push(required(`${at}.mountPath`))
    if (paths.has(mountPath)) {
      out.push(invalidValue(`${at}.mountPath`, mountPath, 'must be unique'))
    }
    paths.add(mountPath)
    if (devices.some((d) => d.name === m.name)) {
      out.push(invalidValue(`${at}.name`, m.name, 'must not already exist in volumeDevices'))
    }
    if (devices.some((d) => d.devicePath === mountPath)) {
      const text = 'must not already exist as a path in volumeDevices'
      out.push(invalidValue(`${at}.mountPath`, mountPath, text))
    }
    out.push(...validateSubPaths(m, at, path))
    out.push(...validatePropagation(m, c, path))
    out.push(...validateRecursive(m, path))
  })
  return out
}

/** What is below a mount is named after the list, as upstream does. */
function validateSubPaths(m: VolumeMount, at: string, list: string): FieldError[] {
  const out: FieldError[] = []
  if (m.subPath) out.push(...descendingPath(m.subPath, `${list}.subPath`))
  if (!m.subPathExpr) return out
  if (m.subPath) {
    const text = 'subPathExpr and subPath are mutually exclusive'
    out.push(invalidValue(`${at}.subPathExpr`, m.subPathExpr, text))
  }
  return [...out, ...descendingPath(m.subPathExpr, `${list}.subPathExpr`)]
}

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None']

function validatePropagation(m: VolumeMount, c: Container, list: string): FieldError[] {
  const mode = m.mountPropagation
  if (!mode) return []
  const at = `${list}.mountPropagation`
  if (!PROPAGATIONS.includes(mode)) return [notSupported(at, mode, PROPAGATIONS)]
  if (mode !== 'Bidirectional' || c.securityContext?.privileged) return []
  const text = 'Bidirectional mount propagation is available only to privileged containers'
  return [forbiddenField(at, text)]
}

function validateRecursive(m: VolumeMount, list: string): FieldError[] {
  const mode = m.recursiveReadOnly
  const at = `${list}.recursiveReadOnly`
  if (mode === undefined || mode === 'Disabled') return []
  if (mode !== 'Enabled' && mode !== 'IfPossible') {
    return [notSupported(at, mode, ['Disabled', 'Enabled', 'IfPossible'])]
  }
  const out: FieldError[] = []
  if (!m.readOnly) out.push(forbiddenField(at, 'may only be specified when readOnly is true'))
  if (m.mountPropagation && m.mountPropagation !== 'None') {
    const text = 'may only be specified when mountPropagation is None or not specified'
    out.push(forbiddenField(at, text))
  }
  return out
}

/** Field errors of a container's block devices. */
export function validateDevices(c: Container, volumes: Volumes, path: string): FieldError[] {
  const out: FieldError[] = []
  const names = new Set<string>()
  const paths = new Set<string>()
  const mounts = c.volumeMounts ?? []
  c.volumeDevices?.forEach((d, i) => {
    const at = `${path}[${i}]`
    const bad = (field: 'name' | 'devicePath', text: string) =>
      out.push(invalidValue(`${at}.${field}`, d[field], text))
    if (!d.name) out.push(required(`${at}.name`))
    if (names.has(d.name)) bad('name', 'must be unique')
    const volume = volumes.get(d.name)
    if (!volume) out.push(notFoundField(`${at}.name`, d.name ?? ''))
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      bad(
        'name',
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
      )
    }
    if (!d.devicePath) out.push(required(`${at}.devicePath`))
    if (paths.has(d.devicePath)) bad('devicePath', 'must be unique')
    if (noBacksteps(d.devicePath ?? '', '').length > 0) {
      bad('devicePath', "can not contain backsteps ('..')")
    } else paths.add(d.devicePath)
    if (mounts.some((m) => m.name === d.name)) bad('name', 'must not already exist in volumeMounts')
    if (mounts.some((m) => m.mountPath === d.devicePath)) {
      bad('devicePath', 'must not already exist as a path in volumeMounts')
    }
    if (d.name) names.add(d.name)
  })
  return out
}
