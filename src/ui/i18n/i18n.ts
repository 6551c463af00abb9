/** Words in the reader's language. */
import { usePreference } from '../store/preferences.ts'
import { type languages, type MessageId, type Translate, words } from './words.ts'

/** The words of the chosen language. */
export function useWords(): Translate {
  return translators[usePreference((p) => p.language)]
}

/** The same function for the same language, so that effects can depend on it. */
const translators: Readonly<Record<keyof typeof languages, Translate>> = {
  en: (id, values) => words('en', id, values),
  zh: (id, values) => words('zh', id, values),
}

export { type MessageId, type Translate, words }
