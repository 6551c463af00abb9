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
  const root = set?.owner?.name ?? (owner ? rootName(owner, set !== undefined) : pod.name)
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

/** Of a ReplicaSet that is not known yet, its Deployment's name: it ends in the template's hash. */
function rootName(owner: { readonly kind: string; readonly name: string }, known: boolean): string {
  return owner.kind === 'ReplicaSet' && !known ? owner.name.replace(/-[a-z\d]+$/, '') : owner.name
}

const assigned = new Map<string, number>()
/** Where the hash begins: one that gives the names of the first scenes different hues. */
const BASIS = 5807

/** The hue of a name is its hash's, whatever is seen first; the first owners that would share one get the next free. */
function hueOf(name: string): number {
  let hue = assigned.get(name)
  if (hue === undefined) {
    const taken = new Set(assigned.values())
    const wanted = hashOf(name) % HUES
    hue = wanted
    for (let i = 0; i < HUES && taken.has(hue) && taken.size < HUES; i++) hue = (hue + 1) % HUES
    assigned.set(name, hue)
  }
  return hue
}

/** FNV-1a, its upper half: the lowest bits of a name's are only the parities of its letters. */
function hashOf(name: string): number {
  let h = BASIS
  for (const c of name) h = Math.imul(h ^ c.charCodeAt(0), 16777619)
  return h >>> 16
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
