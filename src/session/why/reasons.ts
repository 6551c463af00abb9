/** Where a desk finds whom to ask for reasons: its host provides them (`session/tools.ts`), the page's worker a little later. */
import type * as asking from './asking.ts'

/** Who answers. */
export type Reasons = typeof asking

let provided: Reasons | undefined

/** From now on they are there. */
export function provideReasons(reasons: Reasons): void {
  provided = reasons
}

/** @throws Error when nobody has provided them */
export function reasons(): Reasons {
  if (!provided) throw new Error('nobody knows reasons here: import session/tools.ts')
  return provided
}
