/** Describes pods. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go describePod */
import type { Pod } from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { controllerOf, type DescribeContext } from './describer.ts'
import { describeEvents } from './events.ts'
import {
  describeContainers,
  describeResources,
  describeSpread,
  describeTolerations,
} from './podtemplate.ts'
import { describeVolumes } from './volumes.ts'
import { ago, longTime } from './writer.ts'

/** A pod. */
export function* describePod(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const pod = o as unknown as Pod
  const spec = pod.spec
  const s = pod.status ?? {}
  identity(c, pod, o)
  w.field(0, 'IP', s.podIP)
  if (s.podIPs?.length) {
    w.write(0, 'IPs:\n')
    for (const ip of s.podIPs) w.field(1, 'IP', ip.ip)
  } else w.write(0, 'IPs:\t<none>\n')
  const controller = controllerOf(pod.metadata)
  if (controller) w.field(0, 'Controlled By', controller)
  if (s.nominatedNodeName) w.field(0, 'NominatedNodeName', s.nominatedNodeName)
  if (spec?.resources) {
    w.write(0, 'Resources:\n')
    describeResources(w, spec.resources, 1)
  }
  const live = { space: '', pod }
  if (spec?.initContainers?.length)
    describeContainers(w, 'Init Containers', spec.initContainers, {
      ...live,
      statuses: s.initContainerStatuses ?? [],
    })
  describeContainers(w, 'Containers', spec?.containers ?? [], {
    ...live,
    statuses: s.containerStatuses ?? [],
  })
  if (spec?.ephemeralContainers?.length)
    describeContainers(w, 'Ephemeral Containers', spec.ephemeralContainers, {
      ...live,
      statuses: s.ephemeralContainerStatuses ?? [],
    })
  conditions(c, pod)
  describeVolumes(w, spec?.volumes ?? [], '')
  w.field(0, 'QoS Class', s.qosClass)
  w.labels('Node-Selectors', spec?.nodeSelector)
  describeTolerations(w, 'Tolerations', spec?.tolerations ?? [])
  describeSpread(w, spec?.topologySpreadConstraints ?? [], '')
  yield* describeEvents(c, o, '')
}

function identity(c: DescribeContext, pod: Pod, o: AnyObject): void {
  const { w } = c
  const { spec, metadata } = pod
  const s = pod.status ?? {}
  w.field(0, 'Name', metadata.name)
  w.field(0, 'Namespace', metadata.namespace)
  if (spec?.priority !== undefined) w.field(0, 'Priority', spec.priority)
  if (spec?.priorityClassName) w.field(0, 'Priority Class Name', spec.priorityClassName)
  if (spec?.runtimeClassName) w.field(0, 'Runtime Class Name', spec.runtimeClassName)
  if (spec?.serviceAccountName) w.field(0, 'Service Account', spec.serviceAccountName)
  w.field(0, 'Node', spec?.nodeName ? `${spec.nodeName}/${s.hostIP ?? ''}` : '<none>')
  if (s.startTime) w.field(0, 'Start Time', longTime(s.startTime))
  w.labels('Labels', o.metadata.labels)
  w.annotations('Annotations', o.metadata.annotations)
  const finished = s.phase === 'Failed' || s.phase === 'Succeeded'
  if (metadata.deletionTimestamp && !finished) {
    w.field(0, 'Status', `Terminating (lasts ${ago(metadata.deletionTimestamp, c.now)})`)
    w.field(0, 'Termination Grace Period', `${metadata.deletionGracePeriodSeconds}s`)
  } else w.field(0, 'Status', s.phase)
  if (s.reason) w.field(0, 'Reason', s.reason)
  if (s.message) w.field(0, 'Message', s.message)
  const seccomp = spec?.securityContext?.seccompProfile
  if (seccomp) {
    w.field(0, 'SeccompProfile', seccomp.type)
    if (seccomp.type === 'Localhost') w.field(0, 'LocalhostProfile', seccomp.localhostProfile)
  }
}

function conditions(c: DescribeContext, pod: Pod): void {
  const { w } = c
  const all = pod.status?.conditions ?? []
  if (pod.spec?.readinessGates?.length) {
    w.write(0, 'Readiness Gates:\n  Type\tStatus\n')
    for (const g of pod.spec.readinessGates) {
      const status = all.find((x) => x.type === g.conditionType)?.status ?? '<none>'
      w.write(1, `${g.conditionType} \t${status} \n`)
    }
  }
  if (all.length === 0) return
  w.write(0, 'Conditions:\n  Type\tStatus\n')
  for (const x of all) w.write(1, `${x.type} \t${x.status} \n`)
}
