/**
 * Field errors of volumes that come from particular storage systems.
 * @source pkg/apis/core/validation/validation.go validateGCEPersistentDiskVolumeSource and its neighbours
 */
import type { Volume } from '../../api/generated/types.ts'
import { invalidValue, required } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { descendingPath } from './paths.ts'

/** What must be there, in the order in which it is looked for. */
const REQUIRED = {
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  gitRepo: ['repository'],
  iscsi: ['targetPortal', 'iqn'],
  glusterfs: ['endpoints', 'path'],
  rbd: ['monitors', 'image'],
  cinder: ['volumeID'],
  cephfs: ['monitors'],
  quobyte: ['registry', 'volume'],
  azureFile: ['secretName', 'shareName'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  storageos: ['volumeName'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  flexVolume: ['driver'],
} as const

const BYTE = 'must be between 0 and 255, inclusive'

/** Field errors of such a source; none for kinds that are none of these. */
export function validateOldSource(
  kind: string,
  source: object | undefined,
  at: string,
): FieldError[] {
  const s = (source ?? {}) as Record<string, unknown>
  const wanted: readonly string[] = REQUIRED[kind as keyof typeof REQUIRED] ?? []
  const out = wanted
    .filter((f) => s[f] === undefined || s[f] === '' || (s[f] as unknown[]).length === 0)
    .map((f) => required(`${at}.${f}`))
  if (kind === 'gcePersistentDisk' || kind === 'awsElasticBlockStore') {
    out.push(...byte(s.partition, `${at}.partition`))
  }
  if (kind === 'gitRepo') {
    out.push(...descendingPath((s.directory as string | undefined) ?? '', `${at}.directory`))
  }
  if (kind === 'iscsi') out.push(...validateIscsi(source as Iscsi, at))
  return out
}

function byte(value: unknown, at: string): FieldError[] {
  if (value === undefined || (Number(value) >= 0 && Number(value) <= 255)) return []
  return [invalidValue(at, value, BYTE)]
}

type Iscsi = NonNullable<Volume['iscsi']>

function validateIscsi(s: Iscsi, at: string): FieldError[] {
  const out: FieldError[] = []
  if (s.iqn && !/^(iqn|eui|naa)/.test(s.iqn)) {
    out.push(invalidValue(`${at}.iqn`, s.iqn, 'must be valid format'))
  }
  out.push(...byte(s.lun, `${at}.lun`))
  if ((s.chapAuthDiscovery || s.chapAuthSession) && !s.secretRef) {
    out.push(required(`${at}.secretRef`))
  }
  return out
}
