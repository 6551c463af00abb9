/**
 * What importing and exporting manifests share: which objects a person made, what an object looks like without what a
 * server wrote into it, and the order in which objects can be made. Pure.
 */
import type { JsonObject } from '../cluster/api/meta/json.ts'
import { cloneJson, compareText, isObject } from '../cluster/api/meta/json.ts'
import type { AnyObject, KubeObject } from '../cluster/api/object.ts'
import { bootstrapPolicy } from '../cluster/bootstrap/policy.ts'
import { addons, coreObjects, liveAddons } from '../cluster/bootstrap.ts'

/** Why an object is not carried along: its owner makes it, the cluster keeps it, or it belongs to the installation. */
export type LeftOut = 'owned' | 'kept-by-cluster' | 'installation'

/** `apiVersion`'s group, the kind, namespace and name: one object, whatever its version. */
export function identity(o: KubeObject): string {
  const slash = o.apiVersion.indexOf('/')
  const group = slash < 0 ? '' : o.apiVersion.slice(0, slash)
  return [group, o.kind, o.metadata.namespace ?? '', o.metadata.name ?? ''].join('/')
}

/** Kinds that only components write: reports, heartbeats, histories, reviews. */
const KEPT_KINDS: ReadonlySet<string> = new Set([
  'APIService',
  'Binding',
  'CSINode',
  'CSIStorageCapacity',
  'CertificateSigningRequest',
  'ComponentStatus',
  'ControllerRevision',
  'Event',
  'IPAddress',
  'Lease',
  'LeaseCandidate',
  'LocalSubjectAccessReview',
  'Node',
  'NodeMetrics',
  'PodMetrics',
  'ResourceSlice',
  'SelfSubjectAccessReview',
  'SelfSubjectRulesReview',
  'ServiceCIDR',
  'StorageVersion',
  'SubjectAccessReview',
  'TokenRequest',
  'TokenReview',
  'VolumeAttachment',
])
const SYSTEM_NAMESPACES = new Set(['kube-system', 'kube-public', 'kube-node-lease'])
/** Made in every namespace by controllers. */
const IN_EVERY_NAMESPACE = new Set(['ServiceAccount/default', 'ConfigMap/kube-root-ca.crt'])

let installed: ReadonlySet<string> | undefined

/** Identities of what an installation brings along. */
function installation(): ReadonlySet<string> {
  installed ??= new Set(
    [...coreObjects(), ...addons(), ...liveAddons(), ...bootstrapPolicy()].map(identity),
  )
  return installed
}

/** Why an object is not of a person's making, judged by itself; undefined when it is. */
export function leftOut(o: KubeObject): LeftOut | undefined {
  const { namespace = '', name = '', labels = {}, annotations = {} } = o.metadata
  if (KEPT_KINDS.has(o.kind)) return 'kept-by-cluster'
  if (SYSTEM_NAMESPACES.has(namespace)) return 'installation'
  if (o.kind === 'Namespace' && (SYSTEM_NAMESPACES.has(name) || name === 'default'))
    return 'installation'
  if (labels['kubernetes.io/bootstrapping'] || /^(system|kubeadm):/.test(name))
    return 'installation'
  if (o.kind === 'PriorityClass' && name.startsWith('system-')) return 'installation'
  if (/^(FlowSchema|PriorityLevelConfiguration)$/.test(o.kind)) {
    if (annotations['apf.kubernetes.io/autoupdate-spec'] !== undefined) return 'installation'
  }
  if (installation().has(identity(o))) return 'installation'
  if (o.metadata.ownerReferences?.length) return 'owned'
  if (isKeptByController(o)) return 'kept-by-cluster'
  return undefined
}

/** Written by a controller for another object, though nothing in its metadata owns it. */
function isKeptByController(o: KubeObject): boolean {
  const { namespace = '', name = '', labels = {}, annotations = {} } = o.metadata
  if (IN_EVERY_NAMESPACE.has(`${o.kind}/${name}`)) return true
  switch (o.kind) {
    case 'EndpointSlice':
      return (
        labels['endpointslice.kubernetes.io/managed-by'] !== undefined ||
        (namespace === 'default' && name === 'kubernetes')
      )
    case 'Endpoints':
      return (
        labels['endpoints.kubernetes.io/managed-by'] !== undefined ||
        annotations['endpoints.kubernetes.io/last-change-trigger-time'] !== undefined ||
        (namespace === 'default' && name === 'kubernetes')
      )
    case 'PersistentVolume':
      return annotations['pv.kubernetes.io/provisioned-by'] !== undefined
    case 'Secret':
      return (o as AnyObject).type === 'kubernetes.io/service-account-token'
    case 'Pod':
      return annotations['kubernetes.io/config.mirror'] !== undefined
    default:
      return false
  }
}

/** Of the objects that a person made: those that stay when the claims of StatefulSets are left to their owners. */
export function withoutMadeClaims<T extends KubeObject>(objects: readonly T[]): T[] {
  const prefixes: string[] = []
  for (const o of objects as readonly (T & AnyObject)[]) {
    if (o.kind !== 'StatefulSet') continue
    const spec = o.spec as { volumeClaimTemplates?: { metadata?: { name?: string } }[] } | undefined
    for (const t of spec?.volumeClaimTemplates ?? []) {
      const template = t.metadata?.name ?? ''
      prefixes.push(`${o.metadata.namespace ?? 'default'}/${template}-${o.metadata.name}-`)
    }
  }
  const isMade = (o: KubeObject) =>
    o.kind === 'PersistentVolumeClaim' &&
    prefixes.some((p) => {
      const key = `${o.metadata.namespace ?? 'default'}/${o.metadata.name}`
      return key.startsWith(p) && /^\d+$/.test(key.slice(p.length))
    })
  return objects.filter((o) => !isMade(o))
}

/** Annotations that servers, controllers and kubectl keep their own notes in. */
const NOTES =
  /^(kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/(revision|desired-replicas|max-replicas)|deprecated\.daemonset\.template\.generation|pv\.kubernetes\.io\/(bind-completed|bound-by-controller)|volume\.(beta\.)?kubernetes\.io\/(storage-provisioner|selected-node)|batch\.kubernetes\.io\/job-tracking|endpoints\.kubernetes\.io\/last-change-trigger-time|autoscaling\.alpha\.kubernetes\.io\/.*|cni\.projectcalico\.org\/.*|control-plane\.alpha\.kubernetes\.io\/leader)$/
/** What the Job controller writes into the labels of a Job and its pods. */
const JOB_LABELS = [
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'job-name',
  'batch.kubernetes.io/job-name',
]

/** Kinds with a pod, or a template of one, in them. */
const COMPOSED: ReadonlySet<string> = new Set([
  'CronJob',
  'DaemonSet',
  'Deployment',
  'Job',
  'Pod',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
])

/** The object as a manifest would state it: nothing that a server or controller wrote. A copy. */
export function bare(given: KubeObject): AnyObject {
  const o = cloneJson(given) as AnyObject
  const spec = isObject(o.spec) ? o.spec : undefined
  const volumeByController =
    o.metadata.annotations?.['pv.kubernetes.io/bound-by-controller'] !== undefined
  delete o.status
  o.metadata = bareMeta(o.metadata as JsonObject) as AnyObject['metadata']
  switch (o.kind) {
    case 'Namespace':
      delete o.spec
      dropMember(o.metadata as JsonObject, 'labels', 'kubernetes.io/metadata.name')
      break
    case 'Pod':
      if (spec) barePod(spec)
      break
    case 'Service':
      if (spec) bareService(spec)
      break
    case 'PersistentVolumeClaim':
      if (spec && volumeByController) delete spec.volumeName
      break
    case 'PersistentVolume':
      if (spec) bareVolume(spec, volumeByController)
      break
    case 'Job':
      if (spec) bareJob(o, spec)
      break
    case 'ServiceAccount':
      dropTokens(o)
      break
  }
  if (COMPOSED.has(o.kind)) dropEmpty(o.spec)
  return o
}

function bareMeta(m: JsonObject): JsonObject {
  const out: JsonObject = {}
  for (const k of ['name', 'generateName', 'namespace', 'labels', 'annotations', 'finalizers']) {
    if (m[k] !== undefined && m[k] !== null) out[k] = m[k]
  }
  if (out.name !== undefined) delete out.generateName
  const annotations = isObject(out.annotations) ? out.annotations : {}
  for (const k of Object.keys(annotations)) if (NOTES.test(k)) delete annotations[k]
  const finalizers = (out.finalizers ?? []) as string[]
  out.finalizers = finalizers.filter(
    (f) =>
      !/^(kubernetes(\.io\/.*)?|foregroundDeletion|orphan|.*\.kubernetes\.io\/.*|customresourcecleanup\..*)$/.test(
        f,
      ),
  )
  for (const k of ['labels', 'annotations', 'finalizers']) {
    if (out[k] && Object.keys(out[k] as object).length === 0) delete out[k]
  }
  return out
}

/** What the scheduler and admission wrote into a pod. */
function barePod(spec: JsonObject): void {
  for (const k of [
    'nodeName',
    'priority',
    'preemptionPolicy',
    'serviceAccount',
    'ephemeralContainers',
  ])
    delete spec[k]
  const volumes = (spec.volumes ?? []) as { name?: string }[]
  const token = volumes.map((v) => v.name ?? '').find((n) => /^kube-api-access-\w{5}$/.test(n))
  keep(spec, 'volumes', (v) => v.name !== token)
  for (const group of ['containers', 'initContainers']) {
    for (const c of (spec[group] ?? []) as JsonObject[])
      keep(c, 'volumeMounts', (m) => m.name !== token)
  }
  keep(
    spec,
    'tolerations',
    (t) =>
      !(
        /^node\.kubernetes\.io\/(not-ready|unreachable)$/.test(String(t.key)) &&
        t.tolerationSeconds === 300
      ),
  )
}

/** Addresses are given out by each cluster; ports of nodes too, unless they can stay. */
function bareService(spec: JsonObject): void {
  if (spec.clusterIP !== 'None') delete spec.clusterIP
  for (const k of [
    'clusterIPs',
    'healthCheckNodePort',
    'ipFamilies',
    'ipFamilyPolicy',
    'internalTrafficPolicy',
  ])
    delete spec[k]
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinity
}

function bareVolume(spec: JsonObject, byController: boolean): void {
  if (byController) delete spec.claimRef
  else if (isObject(spec.claimRef)) {
    const { namespace, name } = spec.claimRef
    spec.claimRef = { namespace, name }
  }
}

/** A Job's selector and the labels that go with it are made from its uid, unless it says that it manages them. */
function bareJob(o: AnyObject, spec: JsonObject): void {
  if (spec.manualSelector === true) return
  delete spec.selector
  for (const k of JOB_LABELS) dropMember(o.metadata as JsonObject, 'labels', k)
  const template = isObject(spec.template) ? spec.template : {}
  if (isObject(template.metadata)) {
    for (const k of JOB_LABELS) dropMember(template.metadata, 'labels', k)
    if (Object.keys(template.metadata).length === 0) delete template.metadata
  }
}

/** Old clusters list the token Secrets that they made. */
function dropTokens(o: AnyObject): void {
  const name = o.metadata.name ?? ''
  keep(o, 'secrets', (s) => !String(s.name).startsWith(`${name}-token-`))
}

function keep(o: JsonObject, list: string, test: (x: JsonObject) => boolean): void {
  if (!Array.isArray(o[list])) return
  const kept = (o[list] as JsonObject[]).filter(test)
  if (kept.length === 0) delete o[list]
  else o[list] = kept
}

function dropMember(o: JsonObject, map: string, key: string): void {
  const inner = o[map]
  if (!isObject(inner)) return
  delete inner[key]
  if (Object.keys(inner).length === 0) delete o[map]
}

const SAYS_NOTHING = new Set([
  'metadata',
  'resources',
  'securityContext',
  'strategy',
  'updateStrategy',
])

/** `creationTimestamp: null` and `resources: {}`, as servers print them. */
function dropEmpty(v: unknown): void {
  if (Array.isArray(v)) for (const x of v) dropEmpty(x)
  if (!isObject(v)) return
  for (const k of Object.keys(v)) {
    const x = v[k]
    dropEmpty(x)
    const empty = isObject(x) && Object.keys(x).length === 0
    if (x === null || (empty && SAYS_NOTHING.has(k))) delete v[k]
  }
}

/** What must be there before what: first to last. Kinds that are not named come after all of them. */
const ORDER: readonly string[] = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ResourceQuota',
  'LimitRange',
  'Secret',
  'ConfigMap',
  'RuntimeClass',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'IngressClass',
  'NetworkPolicy',
  'Service',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'DaemonSet',
  'StatefulSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Ingress',
]
const RANK = new Map(ORDER.map((kind, i) => [kind, i]))
/** Webhooks and policies judge what comes after them, so they come last. */
const LAST = /^(Validating|Mutating)(WebhookConfiguration|AdmissionPolicy(Binding)?)$|^APIService$/

function rank(o: KubeObject): number {
  if (LAST.test(o.kind)) return ORDER.length + 1
  return RANK.get(o.kind) ?? ORDER.length
}

/** In an order in which they can be made; equal kinds by namespace and name. */
export function inOrder<T extends KubeObject>(objects: readonly T[]): T[] {
  return [...objects].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      compareText(a.kind, b.kind) ||
      compareText(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
      compareText(a.metadata.name ?? '', b.metadata.name ?? ''),
  )
}
