/** What is wrong in the cluster, looked at again while time passes. */
import { useEffect } from 'react'
import { createStore, useStore } from 'zustand'
import type { About, Trouble } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import { watchedThrough } from '../bridge/transport.ts'
import { type InspectorTab, type Selected, select } from './selection.ts'
import { type AnyCard, cards, worldStore } from './world.ts'

/** Between two looks, and what each object adds to that: a look at a crowd takes its time. @unit real ms */
const LOOK_MS = 2000
const LOOK_OBJECT_MS = 1

interface Troubles {
  readonly list: readonly Trouble[]
  /** The terminal line that was refused last, while it is the last one. */
  readonly refused: { readonly line: string; readonly about: About } | undefined
}

/** The troubles as last looked at. */
export const troubles = createStore<Troubles>(() => ({ list: [], refused: undefined }))

/** Reads them. */
export function useTroubles<T>(read: (s: Troubles) => T): T {
  return useStore(troubles, read)
}

/** Looks for troubles as long as the component is there. */
export function useTroubleWatch(): void {
  useEffect(() => {
    // A real cluster that is watched has no trace to explain anything with.
    if (watchedThrough() !== undefined) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let over = false
    let seen = -1
    const look = async () => {
      const version = cards.version('now')
      if (version !== seen && !document.hidden) {
        seen = version
        const list = await bridge.troubles().catch(() => undefined)
        if (list && !over) troubles.setState({ list })
      }
      const objects = cards.all.size
      if (!over) timer = setTimeout(look, Math.max(LOOK_MS, LOOK_OBJECT_MS * objects))
    }
    void look()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [])
}

/** Asks the host whether a line that failed was refused by the API server, to offer the reason. */
export async function noteRefusal(line: string, failed: boolean): Promise<void> {
  if (!failed || worldStore.getState().past || watchedThrough() !== undefined) {
    troubles.setState({ refused: undefined })
    return
  }
  const about = await bridge.refused(line).catch(() => null)
  troubles.setState({ refused: about ? { line, about } : undefined })
}

/** Selects an object by name, whether it has a card or does not even exist. */
export function selectAbout(about: About, tab: InspectorTab, refused?: true): void {
  const { kind, namespace, name } = about
  const card = cards.find<AnyCard>(kind, namespace, name)
  const uid = card?.uid ?? `${kind}/${namespace}/${name}`
  const selected: Selected = { kind, namespace, name, uid, ...(refused ? { refused } : {}) }
  select(selected, tab)
}
