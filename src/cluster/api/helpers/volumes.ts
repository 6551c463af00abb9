/**
 * Which volume suits a claim.
 * @source staging/src/k8s.io/component-helpers/storage/volume/pv_helpers.go FindMatchingVolume
 */
import type {
  Node,
  ObjectMeta,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Volume,
} from '../generated/types.ts'
import { selects } from '../meta/labels.ts'
import { matchesNodeSelector } from './nodeaffinity.ts'
import { amountOf } from './requests.ts'

/** Set by the binder on what it bound itself. */
export const ANN_BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
/** Set when a claim's binding is complete. */
export const ANN_BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
/** Which provisioner made a volume. */
export const ANN_PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
/** Which provisioner shall make the volume of a claim. */
export const ANN_STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner'
/** The older name of the same. */
export const ANN_BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner'
/** Which node the scheduler chose for the first consumer. */
export const ANN_SELECTED_NODE = 'volume.kubernetes.io/selected-node'
/** The pre-1.6 way to name a class. */
export const ANN_BETA_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class'
/** The provisioner of classes without one. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner'

/** The class a claim names; '' for none. */
export function claimClass(claim: PersistentVolumeClaim): string {
  const annotated = claim.metadata.annotations?.[ANN_BETA_STORAGE_CLASS]
  return annotated ?? claim.spec?.storageClassName ?? ''
}

/** The class of a volume; '' for none. */
export function volumeClass(volume: PersistentVolume): string {
  const annotated = volume.metadata.annotations?.[ANN_BETA_STORAGE_CLASS]
  return annotated ?? volume.spec?.storageClassName ?? ''
}

/** True when the volume is bound, or promised, to exactly this claim. */
export function isVolumeBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const ref = volume.spec?.claimRef
  if (!ref) return false
  if (ref.name !== claim.metadata.name || ref.namespace !== claim.metadata.namespace) return false
  return !ref.uid || ref.uid === claim.metadata.uid
}

/** True when the volume may be used on the node. */
export function volumeFitsNode(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec?.nodeAffinity?.required
  return !required || matchesNodeSelector(required, node)
}

/** Why a volume does not suit a claim; undefined when it does. */
export function volumeMismatch(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): string | undefined {
  const spec = volume.spec
  if (!spec) return 'it has no spec'
  const wanted = amountOf('storage', claim.spec?.resources?.requests?.storage)
  if (amountOf('storage', spec.capacity?.storage) < wanted) return 'too small'
  if (volume.metadata.deletionTimestamp) return 'being deleted'
  if ((claim.spec?.volumeMode ?? 'Filesystem') !== (spec.volumeMode ?? 'Filesystem')) {
    return 'volumeMode differs'
  }
  if ((claim.spec?.volumeAttributesClassName ?? '') !== (spec.volumeAttributesClassName ?? '')) {
    return 'volumeAttributesClassName differs'
  }
  if (isVolumeBoundTo(volume, claim)) return undefined
  if (spec.claimRef) return `claimed by ${spec.claimRef.namespace}/${spec.claimRef.name}`
  if (volume.status?.phase !== 'Available') return `phase is ${volume.status?.phase ?? 'unset'}`
  if (claim.spec?.selector && !selects(claim.spec.selector, volume.metadata.labels)) {
    return 'labels do not match the selector'
  }
  if (volumeClass(volume) !== claimClass(claim)) return 'storageClassName differs'
  const modes: readonly string[] = spec.accessModes ?? []
  const missing = (claim.spec?.accessModes ?? []).find((m) => !modes.includes(m))
  if (missing) return `it does not offer ${missing}`
  return undefined
}

/**
 * The volume for a claim: one already promised to it, else the smallest that fits.
 * @param node when given, volumes out of its reach do not count
 * @param taken names of volumes already spoken for
 */
export function findMatchingVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  o: { node?: Node; taken?: ReadonlySet<string>; delayed?: boolean } = {},
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined
  let bestSize = 0
  for (const v of volumes) {
    if (o.taken?.has(v.metadata.name ?? '')) continue
    if (volumeMismatch(v, claim)) continue
    if (o.node && !volumeFitsNode(v, o.node)) continue
    if (isVolumeBoundTo(v, claim)) return v
    // With delayed binding only the scheduler chooses, because only it knows the node.
    if (o.delayed && !o.node) continue
    const size = amountOf('storage', v.spec?.capacity?.storage)
    if (!best || size < bestSize) {
      best = v
      bestSize = size
    }
  }
  return best
}

/** The claim that a pod's volume uses: named, or its own ephemeral one. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName
  if (volume.ephemeral) return `${pod.metadata.name}-${volume.name}`
  return undefined
}

/** True when both boxes of a finished binding are ticked. */
export function isClaimFullyBound(claim: PersistentVolumeClaim): boolean {
  return !!claim.spec?.volumeName && hasAnnotation(claim.metadata, ANN_BIND_COMPLETED)
}

/** True when the annotation is there, whatever its value. */
export function hasAnnotation(metadata: ObjectMeta, name: string): boolean {
  return metadata.annotations?.[name] !== undefined
}
