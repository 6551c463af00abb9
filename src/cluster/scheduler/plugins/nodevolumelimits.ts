/**
 * A CSI driver attaches only so many volumes to a node.
 * @source pkg/scheduler/framework/plugins/nodevolumelimits/csi.go
 */
import { type Handle, type Plugin, SKIP, verdict } from '../framework/interface.ts'
import type { NodeInfo } from '../framework/nodeinfo.ts'

const NAME = 'NodeVolumeLimits'
const FULL = verdict('Unschedulable', 'node(s) exceed max volume count')

/** Refuses nodes whose CSINode says that the driver has no attachment left. */
export function nodeVolumeLimits(handle: Handle): Plugin {
  const claims = handle.informer('PersistentVolumeClaim')
  const volumes = handle.informer('PersistentVolume')
  const csiNodes = handle.informer('CSINode')

  /** Driver and handle of a claim's volume, when it is a CSI one. */
  function attachment(key: string): { driver: string; handle: string } | undefined {
    const claim = claims.getKey(key)
    const volume = claim?.spec?.volumeName ? volumes.get('', claim.spec.volumeName) : undefined
    const csi = volume?.spec?.csi
    return csi ? { driver: csi.driver, handle: csi.volumeHandle } : undefined
  }

  function attachedTo(node: NodeInfo): Map<string, Set<string>> {
    const byDriver = new Map<string, Set<string>>()
    for (const key of node.claims.keys()) {
      const a = attachment(key)
      if (!a) continue
      byDriver.set(a.driver, (byDriver.get(a.driver) ?? new Set()).add(a.handle))
    }
    return byDriver
  }

  return {
    name: NAME,
    enqueueOn: [
      { resource: 'CSINode', actions: ['Add', 'Update'] },
      { resource: 'AssignedPod', actions: ['Delete'] },
      { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'] },
    ],
    preFilter(s, pod) {
      const wanted: { driver: string; handle: string }[] = []
      for (const v of pod.pod.spec?.volumes ?? []) {
        const name = v.persistentVolumeClaim?.claimName
        const a = name && attachment(`${pod.pod.metadata.namespace}/${name}`)
        if (a) wanted.push(a)
      }
      if (wanted.length === 0) return { verdict: SKIP }
      s.set(NAME, wanted)
      return undefined
    },
    filter(s, _pod, node) {
      const limits = csiNodes.get('', node.name)?.spec?.drivers
      if (!limits?.length) return undefined
      const attached = attachedTo(node)
      for (const w of s.get<{ driver: string; handle: string }[]>(NAME) ?? []) {
        const limit = limits.find((d) => d.name === w.driver)?.allocatable?.count
        if (limit === undefined) continue
        const set = attached.get(w.driver) ?? new Set<string>()
        set.add(w.handle)
        attached.set(w.driver, set)
        if (set.size > limit) return FULL
      }
      return undefined
    },
  }
}
