/** What the layers say of one pod, for both ways of drawing it. */
import { selects } from '../../cluster/api/meta/labels.ts'
import type { ClaimCard, PolicyCard } from '../../protocol/cards.ts'
import { selection } from '../store/selection.ts'
import {
  cards,
  type PodCard,
  type ServiceCard,
  type SliceCard,
  type WorkloadCard,
} from '../store/world.ts'
import { layerOn, pointed } from './layers.ts'

/** Marks of a pod, as bits. */
export const MARK = { risk: 1, root: 2, policy: 4, claim: 8 } as const

/** NetworkPolicies that select a pod. */
export function policiesOn(pod: PodCard): PolicyCard[] {
  const found: PolicyCard[] = []
  for (const p of cards.of<PolicyCard>('NetworkPolicy'))
    if (p.namespace === pod.namespace && selects(p.selector, pod.labels)) found.push(p)
  return found
}

let known = new WeakMap<PodCard, boolean>()
let knownAt = -1

/** Whether a NetworkPolicy selects it; remembered until a policy changes, for a crowd asks at every picture. */
function hasPolicy(pod: PodCard): boolean {
  const version = cards.version('NetworkPolicy')
  if (version !== knownAt) {
    known = new WeakMap()
    knownAt = version
  }
  let has = known.get(pod)
  if (has === undefined) {
    has = policiesOn(pod).length > 0
    known.set(pod, has)
  }
  return has
}

/** Makes a test that gives the marks of a pod in the layers that are shown; undefined when none marks anything. */
export function marker(): ((pod: PodCard) => number) | undefined {
  const security = layerOn('security')
  const storage = layerOn('storage')
  const network = layerOn('network') && (cards.byKind.get('NetworkPolicy')?.size ?? 0) > 0
  if (!security && !storage && !network) return undefined
  return (pod) =>
    (security
      ? pod.security.risks.length > 0
        ? MARK.risk
        : pod.security.root
          ? MARK.root
          : 0
      : 0) |
    (storage && pod.claims.length > 0 ? MARK.claim : 0) |
    (network && hasPolicy(pod) ? MARK.policy : 0)
}

/** The Service whose endpoints are shown: the one pointed at, or the one selected. */
export function shownService(): ServiceCard | undefined {
  const selected = selection.getState().selected
  const uid =
    pointed.getState().service || (selected?.kind === 'Service' ? selected.uid : undefined)
  const card = uid === undefined ? undefined : cards.all.get(uid)
  return card?.kind === 'Service' ? (card as ServiceCard) : undefined
}

/** Endpoints of a Service, over all its slices. */
export function endpointsOf(s: ServiceCard): SliceCard['endpoints'][number][] {
  const out: SliceCard['endpoints'][number][] = []
  for (const slice of cards.of<SliceCard>('EndpointSlice'))
    if (slice.namespace === s.namespace && slice.service === s.name) out.push(...slice.endpoints)
  return out
}

const OWNERS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']

/** Controllers whose pods belong to what is selected: a pod's own, or a workload and those below it. @shape uids */
export function selectedFamily(): ReadonlySet<string> | undefined {
  const selected = selection.getState().selected
  if (!selected) return undefined
  if (selected.kind === 'Pod') {
    const pod = cards.all.get(selected.uid) as PodCard | undefined
    return pod?.owner && new Set([pod.owner.uid])
  }
  if (!OWNERS.includes(selected.kind)) return undefined
  const family = new Set([selected.uid])
  for (const kind of ['ReplicaSet', 'Job'])
    for (const w of cards.of<WorkloadCard>(kind))
      if (w.owner?.uid === selected.uid) family.add(w.uid)
  return family
}

/** Claims that belong to what is selected: a pod's, a claim itself, that of a volume. @shape `namespace/name` */
export function selectedClaims(): ReadonlySet<string> | undefined {
  const selected = selection.getState().selected
  if (!selected) return undefined
  const found = new Set<string>()
  if (selected.kind === 'Pod') {
    const pod = cards.all.get(selected.uid) as PodCard | undefined
    for (const c of pod?.claims ?? []) found.add(`${selected.namespace}/${c}`)
  } else if (selected.kind === 'PersistentVolumeClaim') {
    found.add(`${selected.namespace}/${selected.name}`)
  } else if (selected.kind === 'PersistentVolume') {
    for (const c of cards.of<ClaimCard>('PersistentVolumeClaim'))
      if (c.volume === selected.name) found.add(`${c.namespace}/${c.name}`)
  }
  return found.size > 0 ? found : undefined
}

/** Of a crowd: which pods the layers leave bright; undefined: all. */
export function spotlight(): ((pod: PodCard) => boolean) | undefined {
  const service = layerOn('network') ? shownService() : undefined
  if (service) {
    const names = new Set(endpointsOf(service).map((e) => e.pod))
    return (pod) => pod.namespace === service.namespace && names.has(pod.name)
  }
  const family = layerOn('ownership') ? selectedFamily() : undefined
  const claims = layerOn('storage') ? selectedClaims() : undefined
  if (!family && !claims) return undefined
  return (pod) => inFamily(pod, family) || usesClaim(pod, claims)
}

/** Whether a pod is of one of these controllers. */
export function inFamily(pod: PodCard, family: ReadonlySet<string> | undefined): boolean {
  return pod.owner !== undefined && (family?.has(pod.owner.uid) ?? false)
}

/** Whether a pod mounts one of these claims. */
export function usesClaim(pod: PodCard, claims: ReadonlySet<string> | undefined): boolean {
  return claims !== undefined && pod.claims.some((c) => claims.has(`${pod.namespace}/${c}`))
}
