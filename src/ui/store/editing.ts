/** The text that a line of the terminal (`kubectl edit`) has opened an editor on. */
import { create } from 'zustand'

interface Editing {
  readonly open:
    | { readonly run: number; readonly text: string; readonly version: number }
    | undefined
}

/** What is being edited, if anything. */
export const useEditing = create<Editing>(() => ({ open: undefined }))

let version = 0

/** A line opens an editor, perhaps once more, with what was wrong at its top. */
export function openEdit(run: number, text: string): void {
  useEditing.setState({ open: { run, text, version: ++version } })
}

/** Nothing is edited any more; given a run, only if it is that one which edits. */
export function closeEdit(run?: number): void {
  if (run === undefined || useEditing.getState().open?.run === run)
    useEditing.setState({ open: undefined })
}
