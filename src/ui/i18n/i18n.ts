/** Words in the reader's language. */
import { say } from '../share/notice.ts'
import { type Language, prefer, usePreference } from '../store/preferences.ts'
import { type languages, loadWords, type MessageId, type Translate, words } from './words.ts'

/** The words of the chosen language. */
export function useWords(): Translate {
  return translators[usePreference((p) => p.language)]
}

/** The same function for the same language, so that effects can depend on it. */
const translators: Readonly<Record<keyof typeof languages, Translate>> = {
  en: (id, values) => words('en', id, values),
  zh: (id, values) => words('zh', id, values),
}

/** Changes the page's language as soon as its texts are there. */
export function speak(language: Language): void {
  loadWords(language).then(
    () => prefer({ language }),
    () => say({ id: 'bar.language.lost', tone: 'warn' }),
  )
}

export { type MessageId, type Translate, words }
