/** Cuts what is too much for one message: a page must never stop to take one in. */
import type { Frame } from './protocol.ts'

/** Cards in one message at most, so that taking it in never stops the page. */
export const CARDS_MAX = 400

/** A frame as messages of bounded size; the page takes them in together, so that it never shows half a moment. */
export function partsOf(frame: Frame): Frame[] {
  const { put, gone, records, ...facts } = frame
  const parts = Math.max(1, Math.ceil(put.length / CARDS_MAX), Math.ceil(gone.length / CARDS_MAX))
  if (parts === 1) return [frame]
  const { full: _full, machines: _machines, ...later } = facts
  return Array.from({ length: parts }, (_, i) => {
    const slice = <T>(list: readonly T[]) => list.slice(i * CARDS_MAX, (i + 1) * CARDS_MAX)
    return {
      ...(i === 0 ? facts : { ...later, skipped: 0 }),
      put: slice(put),
      gone: slice(gone),
      records: i === 0 ? records : [],
      ...(i < parts - 1 ? { more: true as const } : {}),
    }
  })
}

/** The frame that was cut. The last part's facts are as good as the first's. */
export function joined(parts: readonly Frame[]): Frame {
  const [first] = parts
  if (!first || parts.length === 1) return first as Frame
  const { more: _more, ...facts } = first
  return {
    ...facts,
    put: parts.flatMap((p) => p.put),
    gone: parts.flatMap((p) => p.gone),
    records: parts.flatMap((p) => p.records),
  }
}
