/** Whose pod it is: hue, revision shade and monogram. Stable for a name, so colours survive reloads. */
import { cards, type PodCard, type WorkloadCard } from '../store/world.ts'

/** What a cell shows of its owner. */
export interface Livery {
  /** CSS class: `o-0`..`o-5`, `o-sys`, with `old` for an older revision. */
  readonly hue: string
  readonly monogram: string
  /** Name of the top-most owner. */
  readonly root: string
}

const HUES = 6

/** Livery of a pod. */
export function liveryOf(pod: PodCard): Livery {
  const owner = pod.owner
  const set =
    owner?.kind === 'ReplicaSet'
      ? (cards.all.get(owner.uid) as WorkloadCard | undefined)
      : undefined
  const root = set?.owner?.name ?? owner?.name ?? pod.name
  if (/^kube-/.test(pod.namespace)) return { hue: 'o-sys', monogram: initials(root, ''), root }
  const newest = set?.owner ? isNewest(set) : true
  return {
    hue: `o-${hueOf(`${pod.namespace}/${root}`)}${newest ? '' : ' old'}`,
    monogram: initials(root, suffixOf(pod, set)),
    root,
  }
}

/** Livery of a workload, for legends and the rollout card. */
export function workloadLivery(w: WorkloadCard): string {
  if (/^kube-/.test(w.namespace)) return 'o-sys'
  const root = w.owner?.name ?? w.name
  return `o-${hueOf(`${w.namespace}/${root}`)}${w.owner && !isNewest(w) ? ' old' : ''}`
}

/** Whether a ReplicaSet is its Deployment's newest revision. */
export function isNewest(set: WorkloadCard): boolean {
  const own = Number(set.revision || 0)
  for (const other of cards.of<WorkloadCard>('ReplicaSet')) {
    if (other.owner?.uid === set.owner?.uid && Number(other.revision || 0) > own) return false
  }
  return true
}

const assigned = new Map<string, number>()

/** The first owners get different hues; later ones share. */
function hueOf(name: string): number {
  let hue = assigned.get(name)
  if (hue === undefined) {
    hue = assigned.size % HUES
    assigned.set(name, hue)
  }
  return hue
}

function suffixOf(pod: PodCard, set: WorkloadCard | undefined): string {
  if (set?.revision && set.owner) return set.revision
  const ordinal = /-(\d+)$/.exec(pod.name)
  return pod.owner?.kind === 'StatefulSet' && ordinal ? (ordinal[1] as string) : ''
}

function initials(name: string, suffix: string): string {
  const parts = name.split(/[-.]/).filter((p) => p && !/^\d+$/.test(p))
  const letters =
    parts.length > 1
      ? parts
          .map((p) => p[0])
          .join('')
          .slice(0, 2)
      : name.slice(0, suffix ? 1 : 2)
  return `${letters}${suffix}`.slice(0, 4)
}
