/** Describes PersistentVolumes, claims and classes of storage. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import type {
  CSINode,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
  VolumeAttributesClass,
} from '../../cluster/api/generated/types.ts'
import { canonicalQuantity } from '../../cluster/api/meta/quantity.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { compareStrings } from '../printers/gojson.ts'
import { type DescribeContext, head, related } from './describer.ts'
import { describeEvents } from './events.ts'
import { accessModesText } from './storage-text.ts'
import { describeClaim, describeSource } from './volumes.ts'
import { ago, boolText, goList, longTime, pairsText } from './writer.ts'

function statusText(c: DescribeContext, o: AnyObject, phase: string | undefined): string {
  const { deletionTimestamp } = o.metadata
  if (deletionTimestamp) return `Terminating (lasts ${ago(deletionTimestamp, c.now)})`
  return phase ?? ''
}

/** A PersistentVolume. */
export function* describePersistentVolume(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const pv = o as unknown as PersistentVolume
  const spec = pv.spec
  head(c, o, false)
  w.field(0, 'Finalizers', goList(o.metadata.finalizers))
  const beta = o.metadata.annotations?.['volume.beta.kubernetes.io/storage-class']
  w.field(0, 'StorageClass', beta ?? spec?.storageClassName)
  w.field(0, 'Status', statusText(c, o, pv.status?.phase))
  const claim = spec?.claimRef
  w.field(0, 'Claim', claim ? `${claim.namespace}/${claim.name}` : '')
  w.field(0, 'Reclaim Policy', spec?.persistentVolumeReclaimPolicy)
  w.field(0, 'Access Modes', accessModesText(spec?.accessModes))
  if (spec?.volumeMode) w.field(0, 'VolumeMode', spec.volumeMode)
  w.field(0, 'Capacity', canonicalQuantity(spec?.capacity?.storage ?? '0'))
  affinity(c, pv)
  w.field(0, 'Message', pv.status?.message)
  w.write(0, 'Source:\n')
  describeSource(w, (spec ?? {}) as unknown as Readonly<Record<string, unknown>>)
  yield* describeEvents(c, o)
}

function affinity(c: DescribeContext, pv: PersistentVolume): void {
  const { w } = c
  const required = pv.spec?.nodeAffinity?.required
  w.write(0, `Node Affinity:\t${required ? '' : '<none>'}\n`)
  if (!required) return
  w.write(1, `Required Terms:\t${required.nodeSelectorTerms.length > 0 ? '' : '<none>'}\n`)
  required.nodeSelectorTerms.forEach((term, i) => {
    w.write(2, `Term ${i}:\t`)
    const all = term.matchExpressions ?? []
    if (all.length === 0) w.write(0, '<none>\n')
    all.forEach((e, j) => {
      if (j > 0) w.write(2, '\t')
      const values = e.values?.length ? ` [${e.values.join(', ')}]` : ''
      w.write(0, `${e.key} ${e.operator.toLowerCase()}${values}\n`)
    })
  })
}

/** A PersistentVolumeClaim. */
export function* describePersistentVolumeClaim(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const claim = o as unknown as PersistentVolumeClaim
  describeClaim(w, claim, { status: statusText(c, o, claim.status?.phase) })
  const pods = yield* related<Pod>(c, 'pods', o.metadata.namespace ?? '')
  const owners = new Set((o.metadata.ownerReferences ?? []).map((r) => r.uid))
  const users = pods.filter(
    (p) =>
      owners.has(p.metadata.uid ?? '') ||
      p.spec?.volumes?.some((v) => v.persistentVolumeClaim?.claimName === o.metadata.name),
  )
  w.list('Used By', users.map((p) => p.metadata.name as string).sort(compareStrings))
  const conditions = claim.status?.conditions
  if (conditions?.length) {
    w.write(0, 'Conditions:\n')
    w.write(1, 'Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage\n')
    w.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n')
    for (const x of conditions)
      w.write(
        1,
        `${x.type} \t${x.status} \t${longTime(x.lastProbeTime)} \t${longTime(x.lastTransitionTime)} \t${x.reason ?? ''} \t${x.message ?? ''}\n`,
      )
  }
  yield* describeEvents(c, o)
}

const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

/** A StorageClass. */
export function* describeStorageClass(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const sc = o as unknown as StorageClass
  const isDefault = DEFAULT_CLASS.some((a) => o.metadata.annotations?.[a] === 'true')
  w.field(0, 'Name', o.metadata.name)
  w.field(0, 'IsDefaultClass', isDefault ? 'Yes' : 'No')
  w.field(0, 'Annotations', pairsText(o.metadata.annotations))
  w.field(0, 'Provisioner', sc.provisioner)
  w.field(0, 'Parameters', pairsText(sc.parameters))
  w.field(0, 'AllowVolumeExpansion', boolText(sc.allowVolumeExpansion))
  if (!sc.mountOptions?.length) w.field(0, 'MountOptions', '<none>')
  else {
    w.write(0, 'MountOptions:\n')
    for (const m of sc.mountOptions) w.write(1, `${m}\n`)
  }
  if (sc.reclaimPolicy) w.field(0, 'ReclaimPolicy', sc.reclaimPolicy)
  if (sc.volumeBindingMode) w.field(0, 'VolumeBindingMode', sc.volumeBindingMode)
  if (sc.allowedTopologies) topologies(c, sc)
  yield* describeEvents(c, o)
}

function topologies(c: DescribeContext, sc: StorageClass): void {
  const { w } = c
  const terms = sc.allowedTopologies ?? []
  w.write(0, `AllowedTopologies:\t${terms.length > 0 ? '' : '<none>'}\n`)
  terms.forEach((term, i) => {
    w.write(1, `Term ${i}:\t`)
    const all = term.matchLabelExpressions ?? []
    if (all.length === 0) w.write(0, '<none>\n')
    all.forEach((e, j) => {
      if (j > 0) w.write(1, '\t')
      const values = e.values.length > 0 ? ` [${e.values.join(', ')}]` : ''
      w.write(0, `${e.key} in${values}\n`)
    })
  })
}

/** A VolumeAttributesClass. */
export function* describeVolumeAttributesClass(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const v = o as unknown as VolumeAttributesClass
  w.field(0, 'Name', o.metadata.name)
  w.field(0, 'Annotations', pairsText(o.metadata.annotations))
  w.field(0, 'DriverName', v.driverName)
  w.field(0, 'Parameters', pairsText(v.parameters))
  yield* describeEvents(c, o)
}

/** A CSINode. */
export function* describeCsiNode(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const { spec } = o as unknown as CSINode
  head(c, o, false)
  w.field(0, 'CreationTimestamp', longTime(o.metadata.creationTimestamp))
  w.write(0, 'Spec:\n')
  if (spec?.drivers) {
    w.write(1, 'Drivers:\n')
    for (const d of spec.drivers ?? []) {
      w.write(2, `${d.name}:\n`)
      w.field(3, 'Node ID', d.nodeID)
      if (d.allocatable?.count !== undefined) {
        w.write(3, 'Allocatables:\n')
        w.field(4, 'Count', d.allocatable.count)
      }
      if (d.topologyKeys) w.field(3, 'Topology Keys', goList(d.topologyKeys))
    }
  }
  yield* describeEvents(c, o)
}
