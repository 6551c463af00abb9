/** From the map to the tree: what the map has no room for is there. */
import { createStore } from 'zustand'
import { prefer } from '../store/preferences.ts'

/** The line that the tree begins at, until it was there. @shape id of a line, or '' */
export const wantedLine = createStore<{ id: string }>(() => ({ id: '' }))

/** Opens the tree at a line. */
export function showInTree(id: string): void {
  wantedLine.setState({ id })
  prefer({ view: 'tree' })
}
