/** Volumes that have to be attached to a node before its kubelet can mount them. @source pkg/volume/csi/csi_attacher.go */
import type { CSIDriver, PersistentVolume } from '../generated/types.ts'
import { sha256Hex } from '../meta/sha256.ts'

/** True when a volume's driver wants it attached; a driver that nobody has described does. */
export function needsAttach(pv: PersistentVolume, driver: CSIDriver | undefined): boolean {
  return pv.spec?.csi !== undefined && driver?.spec.attachRequired !== false
}

/** How nodes name the volume in `volumesAttached` and `volumesInUse`. */
export function nodeVolumeName(pv: PersistentVolume): string {
  return `kubernetes.io/csi/${pv.spec?.csi?.driver}^${pv.spec?.csi?.volumeHandle}`
}

/** Name of the VolumeAttachment of a volume and a node. */
export function attachmentName(pv: PersistentVolume, node: string): string {
  return `csi-${sha256Hex(`${pv.spec?.csi?.volumeHandle}${pv.spec?.csi?.driver}${node}`)}`
}

/** True when several nodes may have it at once. @source pkg/volume/util IsMultiAttachAllowed */
export function allowsManyNodes(pv: PersistentVolume): boolean {
  const modes: readonly string[] = pv.spec?.accessModes ?? []
  return modes.length === 0 || modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany')
}
