/** Texts by language, filled in. A language is loaded when it is wanted. Pure, so that tests and pictures need no page. */
import type { MessageId } from './en.ts'

/** All languages: adding one is one file and one line. */
export const languages = {
  en: () => import('./en.ts').then((m) => m.en),
  zh: () => import('./zh.ts').then((m) => m.zh),
} as const

type Catalogue = Readonly<Record<MessageId, string>>
const loaded = new Map<keyof typeof languages, Catalogue>()

/** Makes the texts of a language ready for `words`. */
export async function loadWords(language: keyof typeof languages): Promise<void> {
  if (!loaded.has(language)) loaded.set(language, await languages[language]())
}

/** Fills `{name}` in a text. */
export type Translate = (
  id: MessageId,
  values?: Readonly<Record<string, string | number>>,
) => string

/** A text in a language that was loaded. */
export function words(
  language: keyof typeof languages,
  id: MessageId,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return (loaded.get(language)?.[id] ?? id).replace(/\{(\w+)\}/g, (_, name: string) =>
    String(values[name] ?? ''),
  )
}

export type { MessageId }
