/** The areas of the page: F6 goes from one to the next, so that no keyboard has to walk through all of one. */
import { useEffect } from 'react'
import { prefer } from '../store/preferences.ts'

/** In reading order. */
const AREAS = 'header[data-large], nav, #glass, #side, #dock section'
const FOCUSABLE =
  '.xterm-helper-textarea, .monaco-editor textarea, [tabindex="0"], button, a[href], input, select, textarea'

/** Where each area was left. */
const left = new WeakMap<Element, HTMLElement>()

function canTake(el: HTMLElement): boolean {
  // The terminal's own field is there, though it is not seen.
  return el.tabIndex >= 0 && !el.matches(':disabled') && el.getClientRects().length > 0
}

function entryOf(area: Element): HTMLElement | undefined {
  const before = left.get(area)
  if (before?.isConnected && canTake(before)) return before
  const field = area.querySelector<HTMLElement>('.xterm-helper-textarea, .monaco-editor textarea')
  if (field && canTake(field)) return field
  return [...area.querySelectorAll<HTMLElement>(FOCUSABLE)].find(canTake)
}

/** Goes to the next area, or with -1 to the one before. */
export function goToArea(step: 1 | -1): void {
  const areas = [...document.querySelectorAll(AREAS)].filter(entryOf)
  const active = document.activeElement
  const at = areas.findIndex((a) => a.contains(active))
  const from = areas[at]
  if (from && active instanceof HTMLElement) left.set(from, active)
  const next = at < 0 && step < 0 ? areas.length - 1 : at + step
  const to = areas[(next + areas.length) % areas.length]
  if (to) entryOf(to)?.focus()
}

/** Long enough for a dialog to close, and for the terminal to be there. @unit real ms */
const TERMINAL_MS = 250

/** Shows the terminal and stands in it. */
export function toTerminal(): void {
  prefer({ dock: 'terminal' })
  setTimeout(() => {
    document.querySelector<HTMLElement>('.xterm-helper-textarea')?.focus()
  }, TERMINAL_MS)
}

/** F6 and Shift F6, from anywhere but a dialog: the terminal and the editor keep Tab for themselves. */
export function useAreaKeys(): void {
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.key !== 'F6' || e.ctrlKey || e.altKey || e.metaKey) return
      if (document.querySelector('[role=dialog][data-state=open]')) return
      e.preventDefault()
      e.stopPropagation()
      goToArea(e.shiftKey ? -1 : 1)
    }
    window.addEventListener('keydown', key, true)
    return () => window.removeEventListener('keydown', key, true)
  }, [])
}
