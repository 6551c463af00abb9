/**
 * A volume labelled with a zone is used in that zone.
 * @source pkg/scheduler/framework/plugins/volumezone/volume_zone.go
 */
import { type Handle, type Plugin, SKIP, verdict } from '../framework/interface.ts'

const NAME = 'VolumeZone'
const CONFLICT = verdict('UnschedulableAndUnresolvable', 'node(s) had no available volume zone')
const LABELS = [
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]

interface Wanted {
  readonly label: string
  readonly values: ReadonlySet<string>
}

/** Refuses nodes outside the zones of the pod's bound volumes. */
export function volumeZone(handle: Handle): Plugin {
  const claims = handle.informer('PersistentVolumeClaim')
  const volumes = handle.informer('PersistentVolume')
  return {
    name: NAME,
    enqueueOn: [
      { resource: 'Node', actions: ['Add', 'Update'] },
      { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'] },
      { resource: 'PersistentVolume', actions: ['Add', 'Update'] },
    ],
    preFilter(s, pod) {
      const wanted: Wanted[] = []
      for (const v of pod.pod.spec?.volumes ?? []) {
        const name = v.persistentVolumeClaim?.claimName
        const claim = name ? claims.get(pod.pod.metadata.namespace, name) : undefined
        const volume = claim?.spec?.volumeName ? volumes.get('', claim.spec.volumeName) : undefined
        for (const label of LABELS) {
          const value = volume?.metadata.labels?.[label]
          if (value) wanted.push({ label, values: new Set(value.split('__')) })
        }
      }
      if (wanted.length === 0) return { verdict: SKIP }
      s.set(NAME, wanted)
      return undefined
    },
    filter(s, _pod, node) {
      const labels = node.node?.metadata.labels
      for (const w of s.get<Wanted[]>(NAME) ?? []) {
        const value = labels?.[w.label]
        // A node that names no zone at all is not held to one.
        if (value === undefined && !LABELS.some((l) => labels?.[l] !== undefined)) continue
        if (value === undefined || !w.values.has(value)) return CONFLICT
      }
      return undefined
    },
  }
}
