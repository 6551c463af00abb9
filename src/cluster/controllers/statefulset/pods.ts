/**
 * The pods and claims of a StatefulSet: names, ordinals, identity.
 * @source pkg/controller/statefulset/stateful_set_utils.go
 */
import type {
  ControllerRevision,
  OwnerReference,
  PersistentVolumeClaim,
  Pod,
  PodTemplateSpec,
  StatefulSet,
  Volume,
} from '../../api/generated/types.ts'
import { storedTemplate } from '../history.ts'
import { ownerRefFor, podFromTemplate } from '../podcontrol.ts'

export const REVISION = 'controller-revision-hash'
const POD_NAME = 'statefulset.kubernetes.io/pod-name'
const POD_INDEX = 'apps.kubernetes.io/pod-index'

/** The ordinal in a pod's name, or undefined when the name is not of this set. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const m = /^(.*)-(\d+)$/.exec(pod.metadata.name ?? '')
  return m && m[1] === set.metadata.name ? Number(m[2]) : undefined
}

/** The first ordinal. */
export function firstOrdinal(set: StatefulSet): number {
  return set.spec?.ordinals?.start ?? 0
}

export function wantedReplicas(set: StatefulSet): number {
  return set.spec?.replicas ?? 1
}

export function partitionOf(set: StatefulSet): number {
  return set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0
}

/** The name of the revision that a pod is of. */
export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[REVISION] ?? ''
}

/** Name of the claim of one template for one ordinal. */
export function claimName(
  set: StatefulSet,
  template: PersistentVolumeClaim,
  ordinal: number,
): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`
}

/** True for pods that say which of the set they are; adopted ones may not. */
export function hasIdentity(pod: Pod): boolean {
  return pod.metadata.labels?.[POD_NAME] === pod.metadata.name
}

/** The labels that say which pod of the set it is. */
export function identityOf(pod: Pick<Pod, 'metadata'>, ordinal: number): Record<string, string> {
  return { [POD_NAME]: pod.metadata.name ?? '', [POD_INDEX]: String(ordinal) }
}

/** The pod of an ordinal, of the revision it should be of. */
export function newPod(set: StatefulSet, revision: ControllerRevision, ordinal: number): Pod {
  const template = storedTemplate(revision) ?? set.spec?.template ?? {}
  const owner = { kind: 'StatefulSet' as const, metadata: set.metadata }
  const name = `${set.metadata.name}-${ordinal}`
  const base = podFromTemplate(template as PodTemplateSpec, owner, { name })
  const { generateName: _prefix, ...metadata } = base.metadata
  const labels = {
    ...metadata.labels,
    ...identityOf({ metadata: { name } }, ordinal),
    [REVISION]: revision.metadata.name ?? '',
  }
  const spec = {
    ...(base.spec ?? { containers: [] }),
    hostname: name,
    ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
    ...volumesOf(set, base.spec?.volumes ?? [], ordinal),
  }
  return { ...base, metadata: { ...metadata, generateName: `${set.metadata.name}-`, labels }, spec }
}

function volumesOf(
  set: StatefulSet,
  own: readonly Volume[],
  ordinal: number,
): { volumes?: Volume[] } {
  const templates = set.spec?.volumeClaimTemplates ?? []
  const names = new Set(templates.map((t) => t.metadata.name))
  const claimed = templates.map(
    (t): Volume => ({
      name: t.metadata.name ?? '',
      persistentVolumeClaim: { claimName: claimName(set, t, ordinal) },
    }),
  )
  const all = [...claimed, ...own.filter((v) => !names.has(v.name))]
  return all.length > 0 ? { volumes: all } : {}
}

/** The claims that a pod of an ordinal needs. */
export function newClaims(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((t) => {
    const labels = { ...t.metadata.labels, ...set.spec?.selector?.matchLabels }
    const { namespace } = set.metadata
    const owners = claimOwners(set, undefined)
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: claimName(set, t, ordinal),
        ...(namespace ? { namespace } : {}),
        labels,
        ...(t.metadata.annotations ? { annotations: t.metadata.annotations } : {}),
        ...(owners.length > 0 ? { ownerReferences: owners } : {}),
      },
      ...(t.spec ? { spec: t.spec } : {}),
    }
  })
}

/** Who owns a claim under the set's retention policy. @param condemned the pod, when it is to be scaled away */
export function claimOwners(set: StatefulSet, condemned: Pod | undefined): OwnerReference[] {
  const policy = set.spec?.persistentVolumeClaimRetentionPolicy
  if (condemned && policy?.whenScaled === 'Delete') {
    return [ownerRefFor('Pod', condemned.metadata)]
  }
  return policy?.whenDeleted === 'Delete' ? [ownerRefFor('StatefulSet', set.metadata)] : []
}
