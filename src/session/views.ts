/** Read models: from API objects to the cards that the page draws. Pure. */
import type {
  EndpointSlice,
  Event,
  Ingress,
  IngressBackend,
  Lease,
  NetworkPolicy,
  Node,
  ObjectMeta,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Service,
} from '../cluster/api/generated/types.ts'
import { milliValue, quantityValue } from '../cluster/api/meta/quantity.ts'
import { parseTime } from '../cluster/api/meta/time.ts'
import type { AnyObject, KubeObject } from '../cluster/api/object.ts'
import { resources } from '../cluster/api/resources.ts'
import type {
  Card,
  CardBase,
  ClaimCard,
  EventCard,
  LeaseCard,
  NodeCard,
  PartCard,
  PlainCard,
  PodCard,
  PodLook,
  PolicyCard,
  ServiceCard,
  SliceCard,
  VolumeCard,
  WorkloadCard,
} from '../protocol/cards.ts'
import { podSecurity } from './securityview.ts'

/** The card of an object, or undefined for kinds that the page does not show. */
export function cardOf(o: KubeObject, epochMs: number): Card | PlainCard | undefined {
  switch (o.kind) {
    case 'Node':
      return nodeCard(o as Node, epochMs)
    case 'Pod':
      return podCard(o as Pod, epochMs)
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
    case 'CronJob':
    case 'ReplicationController':
      return workloadCard(o as AnyObject, epochMs)
    case 'Service':
      return serviceCard(o as Service, epochMs)
    case 'EndpointSlice':
      return sliceCard(o as EndpointSlice, epochMs)
    case 'PersistentVolumeClaim':
      return claimCard(o as PersistentVolumeClaim, epochMs)
    case 'PersistentVolume':
      return volumeCard(o as PersistentVolume, epochMs)
    case 'Event':
      return eventCard(o as Event, epochMs)
    case 'Lease':
      return leaseCard(o as Lease, epochMs)
    case 'NetworkPolicy':
      return policyCard(o as NetworkPolicy, epochMs)
    case 'Namespace':
      return {
        ...base(o, epochMs),
        note: o.metadata.labels?.['pod-security.kubernetes.io/enforce'] ?? '',
      }
    case 'Ingress':
      return { ...base(o, epochMs), note: rulesOf(o as Ingress) }
    case 'ConfigMap':
    case 'Secret':
    case 'StorageClass':
    case 'ServiceAccount':
    case 'PriorityClass':
    case 'HorizontalPodAutoscaler':
    case 'PodDisruptionBudget':
    case 'ResourceQuota':
    case 'LimitRange':
    case 'CustomResourceDefinition':
      return { ...base(o, epochMs), note: '' }
    default:
      return isCustom(o) ? { ...base(o, epochMs), note: '', custom: o.apiVersion ?? '' } : undefined
  }
}

/** Where an Ingress sends what: `shop.example/ → web:80`. */
function rulesOf({ spec }: Ingress): string {
  const to = (b: IngressBackend | undefined) =>
    `${b?.service?.name ?? ''}:${b?.service?.port?.number ?? b?.service?.port?.name ?? ''}`
  const rules = (spec?.rules ?? []).flatMap((r) =>
    (r.http?.paths ?? []).map((p) => `${r.host ?? '*'}${p.path ?? '/'} → ${to(p.backend)}`),
  )
  return [...rules, ...(spec?.defaultBackend ? [`* → ${to(spec.defaultBackend)}`] : [])].join(', ')
}

const BUILT_IN = new Set(resources.map((r) => r.group))

/** Whether a CustomResourceDefinition made the kind. */
function isCustom(o: { apiVersion?: string }): boolean {
  const group = (o.apiVersion ?? '').split('/').slice(0, -1).join('/')
  return group !== '' && !BUILT_IN.has(group)
}

/** The cards of objects; kinds that the page does not show have none. */
export function cardsOf(objects: readonly KubeObject[], epochMs: number): (Card | PlainCard)[] {
  return objects.flatMap((o) => cardOf(o, epochMs) ?? [])
}

function base<K extends string>(
  o: { kind: K; metadata: ObjectMeta },
  epochMs: number,
): CardBase & { kind: K } {
  const m = o.metadata
  const deleting = parseTime(m.deletionTimestamp)
  return {
    uid: m.uid ?? `${o.kind}/${m.namespace}/${m.name}`,
    kind: o.kind,
    namespace: m.namespace ?? '',
    name: m.name ?? '',
    created: (parseTime(m.creationTimestamp) ?? epochMs) - epochMs,
    ...(deleting === undefined ? {} : { deleting: deleting - epochMs }),
  }
}

function nodeCard(o: Node, epochMs: number): NodeCard {
  const ready = o.status?.conditions?.find((c) => c.type === 'Ready')
  const allocatable = o.status?.allocatable ?? {}
  const labels = o.metadata.labels ?? {}
  return {
    ...base(o, epochMs),
    ready: (ready?.status as NodeCard['ready']) ?? 'Unknown',
    readySince: (parseTime(ready?.lastTransitionTime) ?? epochMs) - epochMs,
    readyReason: ready?.reason ?? '',
    cordoned: o.spec?.unschedulable ?? false,
    controlPlane: 'node-role.kubernetes.io/control-plane' in labels,
    ip: o.status?.addresses?.find((a) => a.type === 'InternalIP')?.address ?? '',
    zone: labels['topology.kubernetes.io/zone'] ?? '',
    taints: (o.spec?.taints ?? []).map((t) => ({
      key: t.key,
      value: t.value ?? '',
      effect: t.effect,
      ...(t.timeAdded ? { since: (parseTime(t.timeAdded) ?? epochMs) - epochMs } : {}),
    })),
    cpu: milliValue(allocatable.cpu ?? '0'),
    memory: quantityValue(allocatable.memory ?? '0'),
    pods: quantityValue(allocatable.pods ?? '0'),
    version: o.status?.nodeInfo?.kubeletVersion ?? '',
  }
}

function podCard(o: Pod, epochMs: number): PodCard {
  const statuses = o.status?.containerStatuses ?? []
  const owner = ownerOf(o.metadata)
  const labels = o.metadata.labels ?? {}
  const requests = (r: string) =>
    (o.spec?.containers ?? []).reduce((n, c) => {
      const q = c.resources?.requests?.[r] ?? '0'
      return n + (r === 'cpu' ? milliValue(q) : quantityValue(q))
    }, 0)
  const tolerates: Record<string, number> = {}
  for (const t of o.spec?.tolerations ?? []) {
    if (t.effect && t.effect !== 'NoExecute') continue
    tolerates[t.key ?? '*'] = t.tolerationSeconds ?? -1
  }
  const scheduled = o.status?.conditions?.find((c) => c.type === 'PodScheduled')
  const [look, status, message] = lookOf(o)
  return {
    ...base(o, epochMs),
    node: o.spec?.nodeName ?? '',
    look,
    status,
    message,
    ready: statuses.filter((s) => s.ready).length,
    containers: o.spec?.containers?.length ?? 0,
    restarts: statuses.reduce((n, s) => n + s.restartCount, 0),
    ip: o.status?.podIP ?? '',
    ...(owner ? { owner } : {}),
    revision: labels['pod-template-hash'] ?? labels['controller-revision-hash'] ?? '',
    cpu: requests('cpu'),
    mem: requests('memory'),
    ...(o.metadata.deletionGracePeriodSeconds === undefined
      ? {}
      : { grace: o.metadata.deletionGracePeriodSeconds }),
    tolerates,
    claims: (o.spec?.volumes ?? []).flatMap((v) => v.persistentVolumeClaim?.claimName ?? []),
    unschedulable:
      scheduled?.status === 'False' ? (scheduled.message ?? scheduled.reason ?? '') : '',
    parts: partsOf(o),
    labels,
    security: podSecurity(o),
  }
}

function partsOf(o: Pod): PartCard[] {
  return (o.spec?.containers ?? []).map((c) => {
    const status = o.status?.containerStatuses?.find((s) => s.name === c.name)
    const { running, waiting, terminated } = status?.state ?? {}
    return {
      name: c.name,
      image: c.image ?? '',
      state: running ? 'Running' : (waiting?.reason ?? terminated?.reason ?? ''),
      ready: status?.ready ?? false,
      restarts: status?.restartCount ?? 0,
      probes: [
        ...(c.startupProbe ? ['startup'] : []),
        ...(c.livenessProbe ? ['liveness'] : []),
        ...(c.readinessProbe ? ['readiness'] : []),
      ],
    }
  })
}

/** Shape, STATUS word and message of a pod, as kubectl would print it. */
function lookOf(o: Pod): [PodLook, string, string] {
  const phase = o.status?.phase ?? 'Pending'
  const reason = o.status?.reason
  const all = [...(o.status?.initContainerStatuses ?? []), ...(o.status?.containerStatuses ?? [])]
  const waiting = all.find(
    (s) =>
      s.state?.waiting &&
      !['ContainerCreating', 'PodInitializing'].includes(s.state.waiting.reason ?? ''),
  )
  const broken = all.find((s) => s.state?.terminated && s.state.terminated.exitCode !== 0)
  if (o.metadata.deletionTimestamp)
    return ['terminating', reason === 'NodeLost' ? 'Unknown' : 'Terminating', '']
  if (phase === 'Succeeded') return ['succeeded', 'Completed', '']
  if (phase === 'Failed') {
    const t = broken?.state?.terminated
    return ['failed', reason ?? t?.reason ?? 'Error', o.status?.message ?? t?.message ?? '']
  }
  if (phase === 'Unknown') return ['unknown', 'Unknown', '']
  if (waiting?.state?.waiting) {
    const w = waiting.state.waiting
    const look: PodLook = w.reason === 'CrashLoopBackOff' ? 'restarting' : 'creating'
    return [look, w.reason ?? 'Waiting', w.message ?? '']
  }
  if (broken?.state?.terminated) {
    return [
      'restarting',
      broken.state.terminated.reason ?? 'Error',
      broken.state.terminated.message ?? '',
    ]
  }
  if (!o.spec?.nodeName) return ['pending', 'Pending', '']
  if (phase === 'Pending') {
    const inits = o.status?.initContainerStatuses ?? []
    const done = inits.filter((s) => s.state?.terminated?.exitCode === 0).length
    return [
      'creating',
      inits.length > done ? `Init:${done}/${inits.length}` : 'ContainerCreating',
      '',
    ]
  }
  const ready = o.status?.conditions?.find((c) => c.type === 'Ready')?.status === 'True'
  return [ready ? 'ready' : 'notready', 'Running', '']
}

function ownerOf(m: ObjectMeta): PodCard['owner'] {
  const ref = m.ownerReferences?.find((r) => r.controller)
  return ref && { kind: ref.kind, name: ref.name, uid: ref.uid }
}

type Loose = Record<string, unknown>

function workloadCard(o: AnyObject, epochMs: number): WorkloadCard {
  const spec = (o.spec ?? {}) as Loose
  const status = (o.status ?? {}) as Loose
  const number = (v: unknown) => (typeof v === 'number' ? v : 0)
  const owner = ownerOf(o.metadata)
  const annotations = o.metadata.annotations ?? {}
  const desired =
    o.kind === 'DaemonSet'
      ? number(status.desiredNumberScheduled)
      : o.kind === 'Job'
        ? number(spec.completions ?? 1)
        : number(spec.replicas ?? (o.kind === 'CronJob' ? 0 : 1))
  const rolling = ((spec.strategy as Loose)?.rollingUpdate ?? {}) as Loose
  const template = (spec.template as Loose)?.spec as
    | { containers?: { image?: string }[] }
    | undefined
  const conditions = (status.conditions ?? []) as {
    type: string
    status: string
    reason?: string
  }[]
  const outcome = conditions.find(
    (c) => c.status === 'True' && (c.type === 'Complete' || c.type === 'Failed'),
  )
  return {
    ...base(o as AnyObject & { kind: WorkloadCard['kind'] }, epochMs),
    ...(owner ? { owner } : {}),
    desired,
    current: number(status.replicas ?? status.currentNumberScheduled ?? status.active),
    updated: number(status.updatedReplicas ?? status.updatedNumberScheduled),
    ready: number(status.readyReplicas ?? status.numberReady ?? status.succeeded),
    available: number(status.availableReplicas ?? status.numberAvailable),
    revision: annotations['deployment.kubernetes.io/revision'] ?? '',
    hash: o.metadata.labels?.['pod-template-hash'] ?? '',
    maxSurge: scaled(rolling.maxSurge ?? 0, desired, true),
    maxUnavailable: scaled(rolling.maxUnavailable ?? 0, desired, false),
    paused: spec.paused === true || spec.suspend === true,
    progress: outcome?.type ?? conditions.find((c) => c.type === 'Progressing')?.reason ?? '',
    images: (template?.containers ?? []).map((c) => c.image ?? ''),
  }
}

/** A count or a percentage of the desired number; surge rounds up, unavailable down. */
function scaled(v: unknown, total: number, up: boolean): number {
  if (typeof v === 'number') return v
  const percent = Number.parseInt(String(v), 10) || 0
  return up ? Math.ceil((percent * total) / 100) : Math.floor((percent * total) / 100)
}

function serviceCard(o: Service, epochMs: number): ServiceCard {
  return {
    ...base(o, epochMs),
    type: o.spec?.type ?? 'ClusterIP',
    clusterIP: o.spec?.clusterIP ?? '',
    externalIPs: [
      ...(o.spec?.externalIPs ?? []),
      ...(o.status?.loadBalancer?.ingress ?? []).flatMap((i) => i.ip ?? []),
    ],
    ports: (o.spec?.ports ?? []).map((p) => ({
      name: p.name ?? '',
      port: p.port,
      target: String(p.targetPort ?? p.port),
      nodePort: p.nodePort ?? 0,
      protocol: p.protocol ?? 'TCP',
    })),
    selector: o.spec?.selector ?? {},
  }
}

function sliceCard(o: EndpointSlice, epochMs: number): SliceCard {
  return {
    ...base(o, epochMs),
    service: o.metadata.labels?.['kubernetes.io/service-name'] ?? '',
    endpoints: (o.endpoints ?? []).map((e) => ({
      ip: e.addresses[0] ?? '',
      ready: e.conditions?.ready !== false,
      terminating: e.conditions?.terminating === true,
      pod: e.targetRef?.kind === 'Pod' ? (e.targetRef.name ?? '') : '',
      node: e.nodeName ?? '',
    })),
  }
}

function policyCard(o: NetworkPolicy, epochMs: number): PolicyCard {
  const spec = o.spec ?? {}
  const types = spec.policyTypes ?? ['Ingress', ...(spec.egress ? ['Egress'] : [])]
  return {
    ...base(o, epochMs),
    selector: spec.podSelector ?? {},
    ingress: types.includes('Ingress'),
    egress: types.includes('Egress'),
  }
}

function claimCard(o: PersistentVolumeClaim, epochMs: number): ClaimCard {
  return {
    ...base(o, epochMs),
    phase: o.status?.phase ?? 'Pending',
    volume: o.spec?.volumeName ?? '',
    asked: o.spec?.resources?.requests?.storage ?? '',
    modes: o.spec?.accessModes ?? [],
    storageClass: o.spec?.storageClassName ?? '',
  }
}

function volumeCard(o: PersistentVolume, epochMs: number): VolumeCard {
  const s = o.spec ?? {}
  const ref = s.claimRef
  const source = s.local
    ? `local ${s.local.path}`
    : s.hostPath
      ? `hostPath ${s.hostPath.path}`
      : s.nfs
        ? `nfs ${s.nfs.server}:${s.nfs.path}`
        : s.csi
          ? `csi ${s.csi.driver}`
          : ''
  return {
    ...base(o, epochMs),
    phase: o.status?.phase ?? 'Pending',
    capacity: s.capacity?.storage ?? '',
    modes: s.accessModes ?? [],
    storageClass: s.storageClassName ?? '',
    reclaim: s.persistentVolumeReclaimPolicy ?? '',
    claim: ref ? `${ref.namespace}/${ref.name}` : '',
    source,
  }
}

function eventCard(o: Event, epochMs: number): EventCard {
  const at = parseTime(
    o.series?.lastObservedTime ?? o.lastTimestamp ?? o.eventTime ?? o.metadata.creationTimestamp,
  )
  return {
    ...base(o, epochMs),
    type: o.type ?? 'Normal',
    reason: o.reason ?? '',
    message: o.message ?? '',
    aboutKind: o.involvedObject.kind ?? '',
    aboutName: o.involvedObject.name ?? '',
    count: o.series?.count ?? o.count ?? 1,
    at: (at ?? epochMs) - epochMs,
    source: o.source?.component ?? o.reportingComponent ?? '',
  }
}

function leaseCard(o: Lease, epochMs: number): LeaseCard {
  return {
    ...base(o, epochMs),
    holder: o.spec?.holderIdentity ?? '',
    renewed: (parseTime(o.spec?.renewTime) ?? epochMs) - epochMs,
    seconds: o.spec?.leaseDurationSeconds ?? 0,
  }
}
