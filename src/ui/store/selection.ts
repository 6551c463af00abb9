/** What is selected, and which tab of the inspector shows it. */
import { createStore, useStore } from 'zustand'

/** An object by name; survives its card. */
export interface Selected {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

export type InspectorTab = 'summary' | 'yaml' | 'events' | 'logs' | 'shell' | 'why'

interface Selection {
  readonly selected: Selected | undefined
  readonly tab: InspectorTab
}

export const selection = createStore<Selection>(() => ({ selected: undefined, tab: 'summary' }))

/** Reads the selection. */
export function useSelection<T>(select: (s: Selection) => T): T {
  return useStore(selection, select)
}

/** Selects an object, keeping the tab unless one is asked for. */
export function select(o: Selected | undefined, tab?: InspectorTab): void {
  selection.setState(tab ? { selected: o, tab } : { selected: o })
}
