/** Presentation mode: whether it is on, what it shows beside the map, and the notes that a teacher steps through. */
import { createStore, useStore } from 'zustand'
import { typeLine } from '../dock/typed.ts'
import { prefer } from '../store/preferences.ts'
import { sceneStore } from '../store/scene.ts'
import { goLive, look } from '../time/travel.ts'
import { isNote, type Note } from './note.ts'

interface Presenting {
  readonly on: boolean
  readonly dock: boolean
  readonly inspector: boolean
  readonly editing: boolean
  readonly step: number
  readonly notes: readonly Note[]
}

const store = createStore<Presenting>(() => ({
  on: false,
  dock: false,
  inspector: false,
  editing: false,
  step: 0,
  notes: [],
}))

/** Reads it. */
export function usePresenting<T>(select: (p: Presenting) => T): T {
  return useStore(store, select)
}

/** Notes belong to the scene that the session began with. */
function keyNow(): string {
  return `kubarium.notes.${sceneStore.getState().scene?.id ?? 'session'}`
}

function kept(): Note[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(keyNow()) ?? '[]')
    return Array.isArray(found) ? found.filter(isNote) : []
  } catch {
    // Storage may be off or hold something else: then there are no notes.
    return []
  }
}

/** Begins: the map large, everything else away. */
export function present(): void {
  const notes = kept()
  document.documentElement.dataset.presenting = ''
  prefer({ view: 'map' })
  store.setState({
    on: true,
    dock: false,
    inspector: false,
    editing: notes.length === 0,
    step: 0,
    notes,
  })
}

/** Ends it; the page is as it was. */
export function leave(): void {
  delete document.documentElement.dataset.presenting
  store.setState({ on: false, editing: false })
  if (document.fullscreenElement) void document.exitFullscreen()
}

/** Shows or hides what a presentation leaves out. */
export function toggle(what: 'dock' | 'inspector' | 'editing'): void {
  store.setState((s) => ({ [what]: !s[what] }))
}

/** Changes the notes, and keeps them. */
export function write(change: (notes: readonly Note[]) => readonly Note[]): void {
  const notes = change(store.getState().notes)
  store.setState((s) => ({ notes, step: Math.min(s.step, Math.max(0, notes.length - 1)) }))
  try {
    localStorage.setItem(keyNow(), JSON.stringify(notes))
  } catch {
    // Private windows refuse storage: the notes last as long as the page.
    return
  }
}

/** Goes to a note, and to its moment. A note without one that follows one with one shows the present again. */
export function goTo(step: number): void {
  const { notes, step: from } = store.getState()
  const note = notes[step]
  if (!note) return
  store.setState({ step })
  if (note.at !== undefined) look(note.at)
  else if (notes[from]?.at !== undefined) goLive()
}

/** Goes on, or back. */
export function stepBy(by: 1 | -1): void {
  goTo(store.getState().step + by)
}

/** Runs the line of a note, where the class can read it. */
export function run(line: string): void {
  prefer({ dock: 'terminal' })
  store.setState({ dock: true })
  void typeLine(line)
}
