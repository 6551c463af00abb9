/** Describes Deployments, ReplicaSets, StatefulSets, DaemonSets and what else runs pods. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import type {
  DaemonSet,
  Deployment,
  PersistentVolumeClaim,
  Pod,
  PodTemplateSpec,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../cluster/api/generated/types.ts'
import { formatLabelSelector } from '../../cluster/api/meta/labels.ts'
import { canonicalQuantity } from '../../cluster/api/meta/quantity.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { equal } from '../patch/json.ts'
import { controllerOf, type DescribeContext, related } from './describer.ts'
import { describeEvents } from './events.ts'
import { describePodTemplate } from './podtemplate.ts'
import { goList, longTime, type PrefixWriter, pairsText } from './writer.ts'

const HASH = 'pod-template-hash'

/** A Deployment. */
export function* describeDeployment(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const d = o as unknown as Deployment
  const s = d.status ?? {}
  w.field(0, 'Name', d.metadata.name)
  w.field(0, 'Namespace', d.metadata.namespace)
  w.field(0, 'CreationTimestamp', longTime(d.metadata.creationTimestamp))
  w.labels('Labels', d.metadata.labels)
  w.annotations('Annotations', d.metadata.annotations)
  w.field(0, 'Selector', formatLabelSelector(d.spec?.selector))
  const counts = [
    `${d.spec?.replicas ?? 0} desired`,
    `${s.updatedReplicas ?? 0} updated`,
    `${s.replicas ?? 0} total`,
    `${s.availableReplicas ?? 0} available`,
    `${s.unavailableReplicas ?? 0} unavailable`,
  ]
  w.field(0, 'Replicas', counts.join(' | '))
  w.field(0, 'StrategyType', d.spec?.strategy?.type)
  w.field(0, 'MinReadySeconds', d.spec?.minReadySeconds ?? 0)
  const rolling = d.spec?.strategy?.rollingUpdate
  if (rolling) {
    const { maxUnavailable, maxSurge } = rolling
    w.field(0, 'RollingUpdateStrategy', `${maxUnavailable} max unavailable, ${maxSurge} max surge`)
  }
  describePodTemplate(w, d.spec?.template)
  workloadConditions(w, s.conditions)
  const { older, newer } = yield* replicaSets(c, d)
  if (older.length > 0 || newer.length > 0) {
    w.field(0, 'OldReplicaSets', setsText(older))
    w.field(0, 'NewReplicaSet', setsText(newer))
  }
  yield* describeEvents(c, o)
}

function setsText(sets: readonly ReplicaSet[]): string {
  const text = sets.map(
    (r) =>
      `${r.metadata.name} (${r.status?.replicas ?? 0}/${r.spec?.replicas ?? 0} replicas created)`,
  )
  return text.join(', ') || '<none>'
}

function* replicaSets(
  c: DescribeContext,
  d: Deployment,
): Task<{ older: ReplicaSet[]; newer: ReplicaSet[] }> {
  const selector = formatLabelSelector(d.spec?.selector)
  const namespace = d.metadata.namespace ?? ''
  const all = yield* related<ReplicaSet>(c, 'replicasets.apps', namespace, { selector })
  const owned = all.filter((r) =>
    r.metadata.ownerReferences?.some((x) => x.controller && x.uid === d.metadata.uid),
  )
  const wanted = bare(d.spec?.template)
  const matching = owned.filter((r) => equal(bare(r.spec?.template), wanted))
  const created = (r: ReplicaSet) => r.metadata.creationTimestamp ?? ''
  const newest = matching.sort((a, b) => (created(a) < created(b) ? -1 : 1))[0]
  return { older: owned.filter((r) => r !== newest), newer: newest ? [newest] : [] }
}

function bare(t: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  if (!t) return t
  const labels = { ...t.metadata?.labels }
  delete labels[HASH]
  return { ...t, metadata: { ...t.metadata, labels } }
}

type Condition = { readonly type: string; readonly status: string; readonly reason?: string }

function workloadConditions(w: PrefixWriter, conditions: readonly Condition[] | undefined): void {
  if (!conditions?.length) return
  w.write(0, 'Conditions:\n  Type\tStatus\tReason\n')
  w.write(1, '----\t------\t------\n')
  for (const x of conditions) w.write(1, `${x.type} \t${x.status}\t${x.reason ?? ''}\n`)
}

/** Counts the pods of a controller by phase and writes the line. */
function* podsStatus(c: DescribeContext, o: AnyObject, selector: string): Task<void> {
  const namespace = o.metadata.namespace ?? ''
  const pods = yield* related<Pod>(c, 'pods', namespace, { selector })
  const mine = pods.filter((p) =>
    p.metadata.ownerReferences?.some((r) => r.controller && r.uid === o.metadata.uid),
  )
  const count = (phase: string) => mine.filter((p) => p.status?.phase === phase).length
  const text = `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`
  c.w.field(0, 'Pods Status', text)
}

/** A ReplicaSet. */
export function* describeReplicaSet(c: DescribeContext, o: AnyObject): Task<void> {
  const r = o as unknown as ReplicaSet
  const selector = formatLabelSelector(r.spec?.selector)
  yield* replicated(c, o, selector, r.spec?.template, r)
}

/** A ReplicationController. */
export function* describeReplicationController(c: DescribeContext, o: AnyObject): Task<void> {
  const r = o as unknown as ReplicationController
  yield* replicated(c, o, pairsText(r.spec?.selector), r.spec?.template, r)
}

function* replicated(
  c: DescribeContext,
  o: AnyObject,
  selector: string,
  template: PodTemplateSpec | undefined,
  r: ReplicaSet | ReplicationController,
): Task<void> {
  const { w } = c
  w.field(0, 'Name', o.metadata.name)
  w.field(0, 'Namespace', o.metadata.namespace)
  w.field(0, 'Selector', selector)
  w.labels('Labels', o.metadata.labels)
  w.annotations('Annotations', o.metadata.annotations)
  const controller = controllerOf(o.metadata)
  if (controller && r.kind === 'ReplicaSet') w.field(0, 'Controlled By', controller)
  w.field(0, 'Replicas', `${r.status?.replicas ?? 0} current / ${r.spec?.replicas ?? 0} desired`)
  yield* podsStatus(c, o, selector)
  describePodTemplate(w, template)
  workloadConditions(w, r.status?.conditions)
  yield* describeEvents(c, o)
}

/** A StatefulSet. */
export function* describeStatefulSet(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const s = o as unknown as StatefulSet
  const selector = formatLabelSelector(s.spec?.selector)
  w.field(0, 'Name', s.metadata.name)
  w.field(0, 'Namespace', s.metadata.namespace)
  w.field(0, 'CreationTimestamp', longTime(s.metadata.creationTimestamp))
  w.field(0, 'Selector', selector)
  w.labels('Labels', s.metadata.labels)
  w.annotations('Annotations', s.metadata.annotations)
  w.field(0, 'Replicas', `${s.spec?.replicas ?? 0} desired | ${s.status?.replicas ?? 0} total`)
  w.field(0, 'Update Strategy', s.spec?.updateStrategy?.type)
  const rolling = s.spec?.updateStrategy?.rollingUpdate
  if (rolling?.partition !== undefined) {
    w.field(1, 'Partition', rolling.partition)
    if (rolling.maxUnavailable !== undefined) w.field(1, 'MaxUnavailable', rolling.maxUnavailable)
  }
  yield* podsStatus(c, o, selector)
  describePodTemplate(w, s.spec?.template)
  claimTemplates(w, s.spec?.volumeClaimTemplates ?? [])
  yield* describeEvents(c, o)
}

function claimTemplates(w: PrefixWriter, templates: readonly PersistentVolumeClaim[]): void {
  if (templates.length === 0) {
    w.write(0, 'Volume Claims:\t<none>\n')
    return
  }
  w.write(0, 'Volume Claims:\n')
  for (const t of templates) {
    const beta = t.metadata.annotations?.['volume.beta.kubernetes.io/storage-class']
    w.field(1, 'Name', t.metadata.name)
    w.field(1, 'StorageClass', beta ?? t.spec?.storageClassName)
    w.labels('Labels', t.metadata.labels, '  ')
    w.labels('Annotations', t.metadata.annotations, '  ')
    const size = t.spec?.resources?.requests?.storage
    w.field(1, 'Capacity', size === undefined ? '<default>' : canonicalQuantity(size))
    w.field(1, 'Access Modes', goList(t.spec?.accessModes))
  }
}

/** A DaemonSet. */
export function* describeDaemonSet(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const d = o as unknown as DaemonSet
  const s = d.status
  const selector = formatLabelSelector(d.spec?.selector)
  w.field(0, 'Name', d.metadata.name)
  w.field(0, 'Namespace', d.metadata.namespace)
  w.field(0, 'Selector', selector)
  w.field(0, 'Node-Selector', pairsText(d.spec?.template.spec?.nodeSelector))
  w.labels('Labels', d.metadata.labels)
  w.annotations('Annotations', d.metadata.annotations)
  w.write(0, `Desired Number of Nodes Scheduled: ${s?.desiredNumberScheduled ?? 0}\n`)
  w.write(0, `Current Number of Nodes Scheduled: ${s?.currentNumberScheduled ?? 0}\n`)
  w.write(0, `Number of Nodes Scheduled with Up-to-date Pods: ${s?.updatedNumberScheduled ?? 0}\n`)
  w.write(0, `Number of Nodes Scheduled with Available Pods: ${s?.numberAvailable ?? 0}\n`)
  w.write(0, `Number of Nodes Misscheduled: ${s?.numberMisscheduled ?? 0}\n`)
  yield* podsStatus(c, o, selector)
  describePodTemplate(w, d.spec?.template)
  yield* describeEvents(c, o)
}
