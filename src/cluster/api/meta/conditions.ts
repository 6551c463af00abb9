/** Reading and building condition lists; the time is passed in, so that they stay pure. */

/** What all conditions share. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

/** The condition of that type. */
export function conditionOf<C extends Condition>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((c) => c.type === type)
}

/** True when the condition of that type has status True. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True'
}

/** The list with `next` in place of the one of its type; the transition time is kept when the status is. */
export function withCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  next: C,
): C[] {
  const list = conditions ?? []
  const old = conditionOf(list, next.type)
  if (!old) return [...list, next]
  const time = old.status === next.status ? old.lastTransitionTime : next.lastTransitionTime
  const merged = { ...next, ...(time === undefined ? {} : { lastTransitionTime: time }) }
  return list.map((c) => (c.type === next.type ? merged : c))
}

/** The list without that type. */
export function withoutCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  type: string,
): C[] {
  return (conditions ?? []).filter((c) => c.type !== type)
}
