/** Whether the command palette is shown. What it is made of comes when it is first opened. */
import { useEffect } from 'react'
import { createStore, useStore } from 'zustand'

const shown = createStore(() => ({ open: false, used: false }))

/** Shows the palette. */
export function openPalette(): void {
  shown.setState({ open: true, used: true })
}

/** Hides it. */
export function closePalette(): void {
  shown.setState({ open: false })
}

/** Whether it is open, and whether it ever was. */
export function usePalette(): { readonly open: boolean; readonly used: boolean } {
  return useStore(shown)
}

/** Ctrl K opens it from anywhere. */
export function usePaletteKey(): void {
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
        e.preventDefault()
        openPalette()
      }
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
}
