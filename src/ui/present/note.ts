/** What a teacher writes for one step of a presentation. */

/** One note. */
export interface Note {
  readonly id: string
  readonly text: string
  /** The moment that it shows. @unit virtual ms */
  readonly at?: number
  /** A line for the terminal, run by a click. */
  readonly line?: string
}

/** Whether something kept is a note. */
export function isNote(x: unknown): x is Note {
  if (typeof x !== 'object' || x === null) return false
  const { id, text, at, line } = x as Partial<Record<keyof Note, unknown>>
  return (
    typeof id === 'string' &&
    typeof text === 'string' &&
    (at === undefined || (typeof at === 'number' && Number.isFinite(at))) &&
    (line === undefined || typeof line === 'string')
  )
}
