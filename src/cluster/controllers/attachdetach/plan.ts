/** Which volumes should be at which nodes, and which may leave. @source pkg/controller/volume/attachdetach */
import type {
  CSIDriver,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  VolumeAttachment,
} from '../../api/generated/types.ts'
import {
  allowsManyNodes,
  attachmentName,
  needsAttach,
  nodeVolumeName,
} from '../../api/helpers/attach.ts'
import { claimNameOf } from '../../api/helpers/volumes.ts'
import { isTrue } from '../../api/meta/conditions.ts'
import type { Millis } from '../../sim/clock.ts'

const MANAGED = 'volumes.kubernetes.io/controller-managed-attach-detach'
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'
/** A node that does not answer is given so long to unmount. */
export const UNMOUNT_MAX_MS: Millis = 360_000

/** A volume that pods of a node want. */
export interface Wanted {
  readonly name: string
  readonly node: string
  readonly volume: PersistentVolume
  readonly pods: readonly Pod[]
}

/** Lookups in caches. */
export interface Lookup {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  driver(name: string): CSIDriver | undefined
  node(name: string): Node | undefined
}

/** What the pods there are want, by name of the VolumeAttachment. */
export function wantedAttachments(pods: Iterable<Pod>, look: Lookup): Map<string, Wanted> {
  const out = new Map<string, Wanted>()
  for (const pod of pods) {
    const phase = pod.status?.phase
    const node = pod.spec?.nodeName
    if (!node || phase === 'Succeeded' || phase === 'Failed') continue
    if (look.node(node)?.metadata.annotations?.[MANAGED] === undefined) continue
    for (const v of pod.spec?.volumes ?? []) {
      const claimName = claimNameOf(pod, v)
      const claim = claimName && look.claim(pod.metadata.namespace ?? '', claimName)
      if (!claim || claim.status?.phase !== 'Bound') continue
      const volume = look.volume(claim.spec?.volumeName ?? '')
      if (!volume || !needsAttach(volume, look.driver(volume.spec?.csi?.driver ?? ''))) continue
      const name = attachmentName(volume, node)
      const pods = [...(out.get(name)?.pods ?? []), pod]
      out.set(name, { name, node, volume, pods })
    }
  }
  return out
}

/** True for the names that this controller gives; attachments that others make are none of its business. */
export function isOurs(name: string): boolean {
  return /^csi-[0-9a-f]{64}$/.test(name)
}

/** The node that has a volume to itself, when that is another one. */
export function holderOf(
  w: Wanted,
  attachments: Iterable<VolumeAttachment>,
): VolumeAttachment | undefined {
  if (allowsManyNodes(w.volume)) return undefined
  for (const a of attachments) {
    const same = a.spec.source.persistentVolumeName === w.volume.metadata.name
    if (same && a.spec.nodeName !== w.node) return a
  }
  return undefined
}

/** What the event says when a volume is at another node. */
export function multiAttachText(w: Wanted, users: readonly Pod[]): string {
  const start = `Multi-Attach error for volume "${w.volume.metadata.name}" `
  const home = w.pods[0]?.metadata.namespace
  const near = users.filter((p) => p.metadata.namespace === home).map((p) => p.metadata.name)
  const far = users.length - near.length
  if (users.length === 0)
    return `${start}Volume is already exclusively attached to one node and can't be attached to another`
  const others = `${far} pod(s) in different namespaces`
  if (near.length === 0) return `${start}Volume is already used by ${others}`
  const list = `Volume is already used by pod(s) ${near.join(', ')}`
  return far > 0 ? `${start}${list} and ${others}` : start + list
}

/** Whether a volume that nobody wants any more may be taken from its node. @unit waited: ms since nobody wanted it */
export function mayDetach(
  node: Node | undefined,
  volume: PersistentVolume | undefined,
  waited: Millis,
): boolean {
  if (!node || !volume) return true
  const name = nodeVolumeName(volume)
  if (!node.status?.volumesInUse?.includes(name)) return true
  if (node.spec?.taints?.some((t) => t.key === OUT_OF_SERVICE)) return true
  return !isTrue(node.status?.conditions, 'Ready') && waited >= UNMOUNT_MAX_MS
}
