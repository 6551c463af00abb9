/**
 * Monaco's own menus in the page's language. Monaco reads its texts once, while it is loaded: the Chinese ones have to be
 * there before it, and a change of language shows in its menus after a reload.
 */
import { preferences } from '../store/preferences.ts'

/** Loads a part of the page that holds Monaco, its texts first. */
export async function loadWithWords<T>(part: () => Promise<T>): Promise<T> {
  if (preferences.getState().language === 'zh') {
    await import('monaco-editor/nls/lang/zh-cn.js').catch(() => {
      // Without them its menus are in English, and the editor works.
    })
  }
  return part()
}
