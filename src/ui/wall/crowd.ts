/** When the map is a crowd: from then on its pods are drawn on canvas instead of being elements of the page. */
import { cards, useSlowTopic, type WorkloadCard } from '../store/world.ts'

/** Measured in headless Chromium: beyond this many buttons a rollout at 10x makes long tasks. */
const PODS_MAX = 150
const NODES_MAX = 60
/** A crowd stays one until it is clearly smaller, so that the map does not flicker between two ways of drawing. */
const LEAVE = 0.7

/** Whether it is one, given whether it was. */
export function isCrowd(was: boolean, pods: number, nodes: number): boolean {
  const by = was ? LEAVE : 1
  return pods > PODS_MAX * by || nodes > NODES_MAX * by
}

let standing = false

/** Whether the map shows a crowd now. */
export function crowdStands(): boolean {
  return standing
}

/** Pods that are asked for: a crowd is known before it comes. */
function wanted(): number {
  let n = 0
  for (const kind of ['ReplicaSet', 'StatefulSet'])
    for (const w of cards.of<WorkloadCard>(kind)) n += w.desired
  return n
}

/** Whether the cluster is a crowd now: known before the first of its elements would be made. */
export function useCrowd(): boolean {
  useSlowTopic('Pod', 150)
  useSlowTopic('ReplicaSet', 50)
  useSlowTopic('Node', 150)
  standing = isCrowd(standing, Math.max(sizeOf('Pod'), wanted()), sizeOf('Node'))
  return standing
}

/** How many of a kind there are. */
export function sizeOf(kind: string): number {
  return cards.byKind.get(kind)?.size ?? 0
}
