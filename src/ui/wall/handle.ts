/** What the wall tells to those around it. */
import { PLACES } from '../topology/layout.ts'
import type { LivePlan } from './live.ts'
import type { Group, Hit } from './plan.ts'

/** From this zoom on a pod shows its inside. */
export const NEAR = 2.4
/** The wall's corner on the map. */
export const CORNER = PLACES.nodes

/** A wall that stands. */
export interface WallHandle {
  readonly live: LivePlan
  /** What stands at a point of the window. */
  at(clientX: number, clientY: number): Hit | undefined
  /** How high the head of a box is on screen. @unit CSS px */
  headPx(): number
  /** Moves the map, if it must, so that a thing is in view; slot -1 is the head of the box. */
  show(target: { group: Group; slot: number }): void
  paint(): void
}

/** Farther away the head of a box is no target: there a drag moves the map. @unit px */
const GRIP_FROM = 12

/** The node whose box is held by its head at a point of the window. */
export function gripAt(wall: WallHandle, clientX: number, clientY: number): string | undefined {
  const hit = wall.at(clientX, clientY)
  const grip = hit?.head && !hit.cell && wall.headPx() >= GRIP_FROM
  return grip && hit.group.node ? hit.group.key : undefined
}
