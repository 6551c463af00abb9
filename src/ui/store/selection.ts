/** What is selected, and which tab of the inspector shows it. */
import { createStore, useStore } from 'zustand'

/** An object by name; survives its card. */
export interface Selected {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** The why tab tells why the last request about it was refused. */
  readonly refused?: true
}

export type InspectorTab = 'summary' | 'yaml' | 'events' | 'logs' | 'shell' | 'why'

interface Selection {
  readonly selected: Selected | undefined
  readonly tab: InspectorTab
  /** A command that the why tab is to try on a copy as soon as it opens. */
  readonly whatIf?: string
}

export const selection = createStore<Selection>(() => ({ selected: undefined, tab: 'summary' }))

/** Reads the selection. */
export function useSelection<T>(select: (s: Selection) => T): T {
  return useStore(selection, select)
}

/** Opens the why tab of an object and asks what would happen if that command were given. */
export function askWhatIf(o: Selected, command: string): void {
  selection.setState({ selected: o, tab: 'why', whatIf: command })
}

/** Selects an object, keeping the tab unless one is asked for. */
export function select(o: Selected | undefined, tab?: InspectorTab): void {
  selection.setState({ selected: o, ...(tab ? { tab } : {}), whatIf: undefined })
}
