/** Our own bugs: an assertion stops the world and says so. Never caught inside the simulation. */

/** A bug of ours found while the simulation ran. */
export class SimulationFailure extends Error {
  override name = 'SimulationFailure'
}

/** States what must hold. @throws SimulationFailure when it does not */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new SimulationFailure(`assertion failed: ${what}`)
}

/** Ends a `switch` over a union. @throws SimulationFailure always */
export function unreachable(value: never): never {
  throw new SimulationFailure(`unreachable: ${JSON.stringify(value)}`)
}
