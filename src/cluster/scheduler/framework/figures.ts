/**
 * The numbers that filtering and scoring read of hundreds of nodes for every pod. They lie side by side in a few arrays:
 * as fields of objects, each would be a place of its own in memory, and fetching those was most of the work.
 */

/** Where each number lies, counted from the node's own place. @unit milli-CPU, bytes, pieces */
export const PODS = 0
export const PODS_ALLOWED = 1
export const CPU = 2
export const MEMORY = 3
export const EPHEMERAL = 4
export const CPU_ASKED = 5
export const MEMORY_ASKED = 6
export const EPHEMERAL_ASKED = 7
/** With the default request for pods that ask for nothing. */
export const CPU_ASKED_NON_ZERO = 8
export const MEMORY_ASKED_NON_ZERO = 9
const WIDTH = 10
const NODES_PER_ARRAY = 512

/** A node's numbers: `numbers[at + CPU]`. */
export interface Figures {
  readonly numbers: Float64Array
  readonly at: number
}

/** Figures of a node that is nobody's neighbour: a copy for a dry run. */
export function lonelyFigures(): Figures {
  return { numbers: new Float64Array(WIDTH), at: 0 }
}

/** Hands out places beside each other, and takes back those of nodes that are gone. */
export class FigureStore {
  private readonly free: Figures[] = []

  take(): Figures {
    const place = this.free.pop()
    if (place) {
      place.numbers.fill(0, place.at, place.at + WIDTH)
      return place
    }
    const numbers = new Float64Array(WIDTH * NODES_PER_ARRAY)
    for (let i = NODES_PER_ARRAY - 1; i > 0; i--) this.free.push({ numbers, at: i * WIDTH })
    return { numbers, at: 0 }
  }

  giveBack(place: Figures): void {
    this.free.push(place)
  }
}
