/**
 * The binder's choice: volumes with the fewest access modes first, and of those the smallest that fits.
 * @source pkg/controller/volume/persistentvolume/index.go findByClaim
 */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/generated/types.ts'
import { findMatchingVolume } from '../../api/helpers/volumes.ts'

/** The volume to bind, or undefined. @param delayed the scheduler is to choose; only promised volumes count */
export function chooseVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  delayed: boolean,
): PersistentVolume | undefined {
  const wanted = claim.spec?.accessModes ?? []
  const byModes = new Map<string, PersistentVolume[]>()
  for (const v of volumes) {
    const modes = v.spec?.accessModes ?? []
    if (!wanted.every((m) => modes.includes(m))) continue
    const id = [...modes].sort().join(',')
    const list = byModes.get(id)
    if (list) list.push(v)
    else byModes.set(id, [v])
  }
  const count = (id: string) => id.split(',').length
  const ids = [...byModes.keys()].sort((a, b) => count(a) - count(b) || (a < b ? -1 : 1))
  // One that is promised to this claim comes before all others.
  const promised = volumes.find(
    (v) =>
      v.spec?.claimRef?.name === claim.metadata.name &&
      v.spec?.claimRef?.namespace === claim.metadata.namespace,
  )
  if (promised) {
    const found = findMatchingVolume(claim, [promised])
    if (found) return found
  }
  for (const id of ids) {
    const found = findMatchingVolume(claim, byModes.get(id) ?? [], { delayed })
    if (found) return found
  }
  return undefined
}
