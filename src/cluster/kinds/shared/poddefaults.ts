/**
 * Defaults of a pod's spec, in templates and in pods alike.
 * @source pkg/apis/core/v1/defaults.go
 */
import type {
  Container,
  EphemeralContainer,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  PodSpec,
  Probe,
  Volume,
} from '../../api/generated/types.ts'
import { canonicalQuantity } from '../../api/meta/quantity.ts'

/** Fills defaults of a pod spec in place. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ??= 'ClusterFirst'
  spec.restartPolicy ??= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= 30
  spec.schedulerName ??= 'default-scheduler'
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName
  else if (spec.serviceAccount !== undefined) spec.serviceAccountName = spec.serviceAccount
  if (spec.hostNetwork) hostPorts(spec)
  for (const c of spec.initContainers ?? []) defaultContainer(c)
  for (const c of spec.containers ?? []) defaultContainer(c)
  for (const c of spec.ephemeralContainers ?? []) defaultContainer(c)
  for (const v of spec.volumes ?? []) defaultVolume(v)
  for (const t of spec.topologySpreadConstraints ?? []) {
    if (!t.nodeAffinityPolicy) delete t.nodeAffinityPolicy
  }
}

/** Defaults that pods get and templates do not. */
export function defaultPodOnly(spec: PodSpec): void {
  spec.enableServiceLinks ??= true
  for (const c of [...(spec.initContainers ?? []), ...(spec.containers ?? [])])
    requestsFromLimits(c)
}

/** What is limited but not requested is requested at its limit. */
function requestsFromLimits(c: Container): void {
  const limits = c.resources?.limits
  if (!limits) return
  const requests = { ...c.resources?.requests }
  for (const [k, v] of Object.entries(limits)) requests[k] ??= v
  c.resources = { ...c.resources, requests }
}

function hostPorts(spec: PodSpec): void {
  for (const c of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    for (const p of c.ports ?? []) p.hostPort ??= p.containerPort
  }
}

function defaultContainer(c: Container | EphemeralContainer): void {
  c.terminationMessagePath ??= '/dev/termination-log'
  c.terminationMessagePolicy ??= 'File'
  if (!c.imagePullPolicy) c.imagePullPolicy = pullPolicyOf(c.image ?? '')
  for (const p of c.ports ?? []) p.protocol ??= 'TCP'
  for (const e of c.env ?? []) {
    const from = e.valueFrom
    if (from?.fieldRef) from.fieldRef.apiVersion ??= 'v1'
    if (from?.resourceFieldRef) from.resourceFieldRef.divisor ??= '0'
    if (from?.fileKeyRef) from.fileKeyRef.optional ??= false
  }
  for (const p of [c.livenessProbe, c.readinessProbe, c.startupProbe]) if (p) defaultProbe(p)
  for (const h of [c.lifecycle?.postStart, c.lifecycle?.preStop]) {
    if (h?.httpGet) {
      h.httpGet.path ||= '/'
      h.httpGet.scheme ??= 'HTTP'
    }
  }
  for (const list of [c.resources?.limits, c.resources?.requests]) {
    if (list) for (const k of Object.keys(list)) list[k] = canonicalQuantity(list[k] as string)
  }
}

function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent'
  const last = image.slice(image.lastIndexOf('/') + 1)
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function defaultProbe(p: Probe): void {
  p.timeoutSeconds ||= 1
  p.periodSeconds ||= 10
  p.successThreshold ||= 1
  p.failureThreshold ||= 3
  if (p.httpGet) {
    p.httpGet.path ||= '/'
    p.httpGet.scheme ??= 'HTTP'
  }
  if (p.grpc) p.grpc.service ??= ''
}

const MODE = 420

function defaultVolume(v: Volume): void {
  const { name: _, ...source } = v
  if (Object.keys(source).length === 0) v.emptyDir = {}
  if (v.configMap) v.configMap.defaultMode ??= MODE
  if (v.secret) v.secret.defaultMode ??= MODE
  if (v.downwardAPI) {
    v.downwardAPI.defaultMode ??= MODE
    defaultDownward(v.downwardAPI.items)
  }
  if (v.projected) {
    v.projected.defaultMode ??= MODE
    for (const s of v.projected.sources ?? []) {
      if (s.serviceAccountToken) s.serviceAccountToken.expirationSeconds ??= 3600
      defaultDownward(s.downwardAPI?.items)
    }
  }
  if (v.image && !v.image.pullPolicy) v.image.pullPolicy = pullPolicyOf(v.image.reference ?? '')
  defaultSource(v)
  if (v.ephemeral?.volumeClaimTemplate) {
    const t = v.ephemeral.volumeClaimTemplate
    t.metadata ??= {}
    defaultClaimSpec(t.spec)
  }
}

/** Defaults of where a volume's bytes are, in pods and in PersistentVolumes alike. */
export function defaultSource(
  v: Pick<PersistentVolumeSpec, 'hostPath' | 'azureDisk'> & {
    iscsi?: { iscsiInterface?: string }
    rbd?: { pool?: string; user?: string; keyring?: string }
    scaleIO?: { storageMode?: string; fsType?: string }
  },
): void {
  if (v.hostPath) v.hostPath.type ??= ''
  if (v.iscsi) v.iscsi.iscsiInterface ||= 'default'
  if (v.rbd) {
    v.rbd.pool ||= 'rbd'
    v.rbd.user ||= 'admin'
    v.rbd.keyring ||= '/etc/ceph/keyring'
  }
  if (v.azureDisk) {
    v.azureDisk.cachingMode ??= 'ReadWrite'
    v.azureDisk.kind ??= 'Shared'
    v.azureDisk.fsType ??= 'ext4'
    v.azureDisk.readOnly ??= false
  }
  if (v.scaleIO) {
    v.scaleIO.storageMode ||= 'ThinProvisioned'
    v.scaleIO.fsType ||= 'xfs'
  }
}

function defaultDownward(
  items:
    | { fieldRef?: { apiVersion?: string }; resourceFieldRef?: { divisor?: string } }[]
    | undefined,
): void {
  for (const i of items ?? []) {
    if (i.fieldRef) i.fieldRef.apiVersion ??= 'v1'
    if (i.resourceFieldRef) i.resourceFieldRef.divisor ??= '0'
  }
}

/** Defaults of a claim's spec, in claims and templates alike. */
export function defaultClaimSpec(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= 'Filesystem'
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource }
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { apiGroup, kind, name } = spec.dataSourceRef
    spec.dataSource = { ...(apiGroup ? { apiGroup } : {}), kind, name }
  }
}
