/** Which scenes' goals were reached in this browser. */
import { createStore, useStore } from 'zustand'

const KEY = 'kubarium.reached'

const reached = createStore<{ ids: readonly string[] }>(() => ({ ids: load() }))

function load(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter((x) => typeof x === 'string') : []
  } catch {
    // Storage may be off or hold something else: nothing was reached yet.
    return []
  }
}

/** The goal of a scene was reached. */
export function noteReached(id: string): void {
  const { ids } = reached.getState()
  if (ids.includes(id)) return
  reached.setState({ ids: [...ids, id] })
  try {
    localStorage.setItem(KEY, JSON.stringify(reached.getState().ids))
  } catch {
    // Private windows refuse storage; it is only not remembered.
    return
  }
}

/** Ids of the scenes that are done. */
export function useReached(): readonly string[] {
  return useStore(reached, (s) => s.ids)
}
