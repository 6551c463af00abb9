/**
 * Monaco's own menus in the page's language. Monaco reads its texts once, while it is loaded: the Chinese ones have to be
 * there before it, and a change of language shows in its menus after a reload.
 */
import { say } from '../share/notice.ts'
import { type Language, preferences } from '../store/preferences.ts'

/** The language that Monaco was loaded with, once it is. */
let loaded: Language | undefined

preferences.subscribe(({ language }, before) => {
  if (loaded === undefined || language === before.language || language === loaded) return
  say({ id: 'bar.language.editor', tone: 'plain' })
})

/** Loads a part of the page that holds Monaco, its texts first. */
export async function loadWithWords<T>(part: () => Promise<T>): Promise<T> {
  loaded ??= preferences.getState().language
  if (loaded === 'zh') {
    await import('monaco-editor/nls/lang/zh-cn.js').catch(() => {
      // Without them its menus are in English, and the editor works.
    })
  }
  return part()
}
