import { expect, test } from 'vitest'
import { makePod } from '../../../testing/builders.ts'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { Node, PersistentVolume } from '../../api/generated/types.ts'
import { mayDetach, multiAttachText, UNMOUNT_MAX_MS } from './plan.ts'

const volume: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv' },
  spec: { csi: { driver: 'd.example.com', volumeHandle: 'h' } },
}
const inUse = ['kubernetes.io/csi/d.example.com^h']

function node(ready: boolean, volumesInUse: string[] = [], out = false): Node {
  const time = '2026-01-01T00:00:00Z'
  const status = ready ? 'True' : 'Unknown'
  const ready_ = { type: 'Ready', status, lastHeartbeatTime: time, lastTransitionTime: time }
  const taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' as const }]
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    spec: out ? { taints } : {},
    status: { conditions: [ready_], volumesInUse },
  }
}

test('a volume leaves a node that has unmounted it, is gone, out of service, or silent for six minutes', () => {
  expect(mayDetach(undefined, volume, 0)).toBe(true)
  expect(mayDetach(node(true), volume, 0)).toBe(true)
  expect(mayDetach(node(true, inUse), volume, UNMOUNT_MAX_MS)).toBe(false)
  expect(mayDetach(node(false, inUse), volume, UNMOUNT_MAX_MS - 1)).toBe(false)
  expect(mayDetach(node(false, inUse), volume, UNMOUNT_MAX_MS)).toBe(true)
  expect(mayDetach(node(false, inUse, true), volume, 0)).toBe(true)
})

test('the event names who has the volume, as far as one may know', () => {
  const near = makePod('a', { containers: [] })
  const far = { ...makePod('z', { containers: [] }), metadata: { name: 'z', namespace: 'other' } }
  const w = { name: 'x', node: 'n', volume, pods: [makePod('b', { containers: [] })] }
  const start = 'Multi-Attach error for volume "pv" Volume is already'
  expect(multiAttachText(w, [near])).toBe(`${start} used by pod(s) a`)
  expect(multiAttachText(w, [near, far])).toBe(
    `${start} used by pod(s) a and 1 pod(s) in different namespaces`,
  )
  expect(multiAttachText(w, [far])).toBe(`${start} used by 1 pod(s) in different namespaces`)
  expect(multiAttachText(w, [])).toBe(
    `${start} exclusively attached to one node and can't be attached to another`,
  )
})

test('an attachment that somebody made by hand stays', () => {
  const cp = createFullPlane()
  cp.do((c) =>
    c.create('VolumeAttachment', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: 'by-hand' },
      spec: {
        attacher: 'd.example.com',
        nodeName: 'node-1',
        source: { persistentVolumeName: 'nope' },
      },
    }),
  )
  cp.advance(3000)
  expect(cp.all('VolumeAttachment').map((a) => a.metadata.name)).toEqual(['by-hand'])
})
