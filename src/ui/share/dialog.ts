/** Which dialog of this room is open. */
import { createStore, useStore } from 'zustand'

/** A dialog, and the text that an import begins with. */
export interface DialogState {
  readonly open: 'none' | 'sessions' | 'import'
  readonly text: string
}

const store = createStore<DialogState>(() => ({ open: 'none', text: '' }))

/** Opens a dialog. */
export function openDialog(open: 'sessions' | 'import', text = ''): void {
  store.setState({ open, text })
}

/** Closes it. */
export function closeDialog(): void {
  store.setState({ open: 'none', text: '' })
}

/** The dialog that is open. */
export function useDialog(): DialogState {
  return useStore(store)
}
