/**
 * A ReadWriteOncePod claim serves one pod at a time.
 * @source pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go
 */
import { type Handle, type Plugin, SKIP, verdict } from '../framework/interface.ts'

const NAME = 'VolumeRestrictions'
const IN_USE = verdict(
  'Unschedulable',
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
)

/** Refuses nodes where another pod holds a ReadWriteOncePod claim of this one. */
export function volumeRestrictions(handle: Handle): Plugin {
  const claims = handle.informer('PersistentVolumeClaim')
  return {
    name: NAME,
    enqueueOn: [
      { resource: 'AssignedPod', actions: ['Delete'] },
      { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'] },
    ],
    preFilter(s, pod) {
      const keys: string[] = []
      for (const v of pod.pod.spec?.volumes ?? []) {
        const name = v.persistentVolumeClaim?.claimName
        if (!name) continue
        const claim = claims.get(pod.pod.metadata.namespace, name)
        if (claim?.spec?.accessModes?.includes('ReadWriteOncePod')) {
          keys.push(`${pod.pod.metadata.namespace}/${name}`)
        }
      }
      if (keys.length === 0) return { verdict: SKIP }
      s.set(NAME, keys)
      return undefined
    },
    filter(s, _pod, node) {
      return s.get<string[]>(NAME)?.some((k) => node.claims.has(k)) ? IN_USE : undefined
    },
  }
}
