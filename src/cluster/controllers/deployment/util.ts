/**
 * Pure facts about Deployments and their ReplicaSets: annotations, hashes, sums, proportions.
 * @source pkg/controller/deployment/util/deployment_util.go
 */
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  PodTemplateSpec,
  ReplicaSet,
} from '../../api/generated/types.ts'
import { scaledValue } from '../../api/meta/intstr.ts'
import { parseTime } from '../../api/meta/time.ts'

export const REVISION = 'deployment.kubernetes.io/revision'
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'
export const POD_TEMPLATE_HASH = 'pod-template-hash'

const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
])

/** Replicas wanted. */
export function wanted(o: { spec?: { replicas?: number } }): number {
  return o.spec?.replicas ?? 1
}

/** Canonical text of a template without its hash label: equal templates give equal texts. */
export function templateText(template: PodTemplateSpec | undefined): string {
  if (!template) return ''
  let text = texts.get(template)
  if (text === undefined) {
    text = canonical(withoutHash(template))
    texts.set(template, text)
  }
  return text
}

// Templates are shared between revisions of their object, so most are written out once.
const texts = new WeakMap<PodTemplateSpec, string>()

function withoutHash(t: PodTemplateSpec): PodTemplateSpec {
  if (!t.metadata?.labels?.[POD_TEMPLATE_HASH]) return t
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = t.metadata.labels
  return { ...t, metadata: { ...t.metadata, labels } }
}

/** JSON with sorted keys; what is null or undefined does not count. */
function canonical(v: unknown): string {
  if (Array.isArray(v)) return `[${v.map(canonical).join(',')}]`
  if (typeof v !== 'object' || v === null) return JSON.stringify(v) ?? 'null'
  const members: string[] = []
  for (const key of Object.keys(v).sort()) {
    const value = (v as Record<string, unknown>)[key]
    if (value !== undefined && value !== null) members.push(`${key}:${canonical(value)}`)
  }
  return `{${members.join(',')}}`
}

/** maxSurge and maxUnavailable as numbers; they are never both 0. */
export function fenceposts(d: Deployment): { surge: number; unavailable: number } {
  if (d.spec?.strategy?.type === 'Recreate') return { surge: 0, unavailable: 0 }
  const rolling = d.spec?.strategy?.rollingUpdate
  const n = wanted(d)
  const surge = scaledValue(rolling?.maxSurge ?? '25%', n, true)
  const unavailable = scaledValue(rolling?.maxUnavailable ?? '25%', n, false)
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable }
}

/** Pods that may be away at once. */
export function maxUnavailable(d: Deployment): number {
  if (d.spec?.strategy?.type === 'Recreate' || wanted(d) === 0) return 0
  return Math.min(fenceposts(d).unavailable, wanted(d))
}

/** Pods beyond the number wanted. */
export function maxSurge(d: Deployment): number {
  return fenceposts(d).surge
}

/** The sum of what ReplicaSets want. */
export function totalWanted(sets: readonly ReplicaSet[]): number {
  return sets.reduce((n, rs) => n + wanted(rs), 0)
}

/** The sum of one count of their statuses. */
export function totalOf(
  sets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
): number {
  return sets.reduce((n, rs) => n + (rs.status?.[field] ?? 0), 0)
}

/** The revision number of an object; 0 when it has none. */
export function revisionOf(o: { metadata: { annotations?: Record<string, string> } }): number {
  return Number(o.metadata.annotations?.[REVISION] ?? 0) || 0
}

function createdAt(rs: ReplicaSet): number {
  return parseTime(rs.metadata.creationTimestamp) ?? 0
}

/** Oldest first; equal ages by name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  return createdAt(a) - createdAt(b) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)
}

/** Largest first, then the older one. */
export function bySizeOlder(a: ReplicaSet, b: ReplicaSet): number {
  return wanted(b) - wanted(a) || byCreation(a, b)
}

/** Largest first, then the newer one. */
export function bySizeNewer(a: ReplicaSet, b: ReplicaSet): number {
  return wanted(b) - wanted(a) || byCreation(b, a)
}

/** The ReplicaSet of the current template. */
export function findNew(d: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const text = templateText(d.spec?.template)
  // Of several equal ones (a relic of hash collisions) the oldest counts.
  return [...sets].sort(byCreation).find((rs) => templateText(rs.spec?.template) === text)
}

/** ReplicaSets that want pods. */
export function activeOf(sets: readonly (ReplicaSet | undefined)[]): ReplicaSet[] {
  return sets.filter((rs): rs is ReplicaSet => rs !== undefined && wanted(rs) > 0)
}

/** The one set that has pods, or the latest when none has; undefined when several have. */
export function activeOrLatest(
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): ReplicaSet | undefined {
  const active = activeOf([...old, current])
  if (active.length > 1) return undefined
  return active[0] ?? current ?? [...old].sort(byCreation).reverse()[0]
}

/** True when the new set alone has everything that is wanted, available. */
export function isSaturated(d: Deployment, rs: ReplicaSet | undefined): boolean {
  if (!rs) return false
  const desired = rs.metadata.annotations?.[DESIRED_REPLICAS]
  return (
    wanted(rs) === wanted(d) &&
    Number(desired) === wanted(d) &&
    (rs.status?.availableReplicas ?? 0) === wanted(d)
  )
}

/** How large the new set may be now. */
export function newReplicas(
  d: Deployment,
  all: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
): number {
  const size = current ? wanted(current) : 0
  if (d.spec?.strategy?.type === 'Recreate') return wanted(d)
  const max = wanted(d) + maxSurge(d)
  const total = totalWanted(all)
  if (total >= max) return size
  return size + Math.min(max - total, wanted(d) - size)
}

/** A set's share of a change of the Deployment's size, while several sets have pods. */
export function proportion(rs: ReplicaSet, d: Deployment, toAdd: number, added: number): number {
  if (wanted(rs) === 0 || toAdd === 0 || toAdd === added) return 0
  const share = fraction(rs, d)
  const allowed = toAdd - added
  return toAdd > 0 ? Math.min(share, allowed) : Math.max(share, allowed)
}

function fraction(rs: ReplicaSet, d: Deployment): number {
  if (wanted(d) === 0) return -wanted(rs)
  const max = wanted(d) + maxSurge(d)
  const annotated =
    Number(rs.metadata.annotations?.[MAX_REPLICAS] ?? 0) || (d.status?.replicas ?? 0)
  if (annotated === 0) return 0
  return Math.round((wanted(rs) * max) / annotated) - wanted(rs)
}

/** The size annotations of a set. */
export function sizeAnnotations(d: Deployment): Record<string, string> {
  return {
    [DESIRED_REPLICAS]: String(wanted(d)),
    [MAX_REPLICAS]: String(wanted(d) + maxSurge(d)),
  }
}

/** Annotations for the new set: the Deployment's own, its revision, and the revisions it had before. */
export function setAnnotations(
  d: Deployment,
  old: Readonly<Record<string, string>>,
  revision: number,
  exists: boolean,
): Record<string, string> {
  const next: Record<string, string> = { ...old }
  for (const [k, v] of Object.entries(d.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(k)) next[k] = v
  }
  const before = old[REVISION]
  if ((Number(before ?? 0) || 0) < revision) {
    next[REVISION] = String(revision)
    if (before)
      next[REVISION_HISTORY] = old[REVISION_HISTORY] ? `${old[REVISION_HISTORY]},${before}` : before
  }
  return exists ? next : { ...next, ...sizeAnnotations(d) }
}

/** True when two string maps hold the same. */
export function sameMap(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
): boolean {
  const keys = Object.keys(a ?? {})
  return keys.length === Object.keys(b ?? {}).length && keys.every((k) => a?.[k] === b?.[k])
}

/** A condition made now. */
export function newCondition(
  type: string,
  status: string,
  reason: string,
  message: string,
  now: string,
): DeploymentCondition {
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message }
}

/** The list with the condition set; one that says the same already stays as it is, text and all. */
export function withDeploymentCondition(
  list: readonly DeploymentCondition[] | undefined,
  next: DeploymentCondition,
): DeploymentCondition[] {
  const old = list?.find((c) => c.type === next.type)
  if (old && old.status === next.status && old.reason === next.reason) return [...(list ?? [])]
  const keep = old?.status === next.status && old?.lastTransitionTime
  const merged = keep ? { ...next, lastTransitionTime: keep } : next
  return [...(list ?? []).filter((c) => c.type !== next.type), merged]
}

/** True when all wanted pods are of the new template and available, and no others are left. */
export function isComplete(d: Deployment, s: DeploymentStatus): boolean {
  return (
    (s.updatedReplicas ?? 0) === wanted(d) &&
    (s.replicas ?? 0) === wanted(d) &&
    (s.availableReplicas ?? 0) === wanted(d) &&
    (s.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
  )
}

/** True when something moved since the last status. */
export function isProgressing(old: DeploymentStatus | undefined, s: DeploymentStatus): boolean {
  const oldOld = (old?.replicas ?? 0) - (old?.updatedReplicas ?? 0)
  const newOld = (s.replicas ?? 0) - (s.updatedReplicas ?? 0)
  return (
    (s.updatedReplicas ?? 0) > (old?.updatedReplicas ?? 0) ||
    newOld < oldOld ||
    (s.readyReplicas ?? 0) > (old?.readyReplicas ?? 0) ||
    (s.availableReplicas ?? 0) > (old?.availableReplicas ?? 0)
  )
}

/** True when a deadline for progress is set (its maximum means none). */
export function hasDeadline(d: Deployment): boolean {
  const s = d.spec?.progressDeadlineSeconds
  return s !== undefined && s !== 2_147_483_647
}
