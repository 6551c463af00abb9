/** What the page remembers of its reader: language, theme, layout. */
import { createStore, useStore } from 'zustand'

export type Language = 'en' | 'zh'
export type Theme = 'dark' | 'light'
export type View = 'map' | 'tree' | 'workloads' | 'network' | 'disks' | 'learn'
export type DockTab = 'terminal' | 'editor' | SideTab
/** What stands beside the terminal on a wide screen. */
export type SideTab = 'events' | 'troubles'

/** Preferences; kept in local storage. */
export interface Preferences {
  readonly language: Language
  readonly theme: Theme
  readonly view: View
  readonly dock: DockTab
  readonly side: SideTab
  readonly layers: readonly string[]
  readonly grouping: 'node' | 'namespace' | 'owner' | 'zone'
  readonly showSystem: boolean
  readonly namespace: string
}

const KEY = 'kubarium.preferences'

function initial(): Preferences {
  const asked = new URLSearchParams(location.search)
  const fallback: Preferences = {
    language: navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en',
    theme: matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark',
    view: 'map',
    dock: 'terminal',
    side: 'events',
    grouping: 'node',
    layers: ['messages', 'network', 'scheduling'],
    showSystem: true,
    namespace: '',
  }
  let kept: Partial<Preferences> = {}
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>
  } catch {
    // Storage may be off or hold something else; the defaults serve.
    kept = {}
  }
  const language = asked.get('lang')
  const theme = asked.get('theme')
  return {
    ...fallback,
    ...kept,
    ...(language === 'en' || language === 'zh' ? { language } : {}),
    ...(theme === 'dark' || theme === 'light' ? { theme } : {}),
  }
}

export const preferences = createStore<Preferences>(() => initial())

preferences.subscribe((p) => {
  document.documentElement.dataset.theme = p.theme
  document.documentElement.lang = p.language === 'zh' ? 'zh-CN' : 'en'
  try {
    localStorage.setItem(KEY, JSON.stringify(p))
  } catch {
    // Private windows refuse storage; nothing is lost but the memory of it.
    return
  }
})

/** Reads a preference. */
export function usePreference<T>(select: (p: Preferences) => T): T {
  return useStore(preferences, select)
}

/** Changes preferences. */
export function prefer(change: Partial<Preferences>): void {
  preferences.setState(change)
}
