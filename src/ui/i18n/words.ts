/** Texts by language, filled in. Pure, so that tests and pictures need no page. */
import { en, type MessageId } from './en.ts'
import { zh } from './zh.ts'

/** All languages: adding one is one file and one line. */
export const languages = { en, zh } as const

/** Fills `{name}` in a text. */
export type Translate = (
  id: MessageId,
  values?: Readonly<Record<string, string | number>>,
) => string

/** A text in a language. */
export function words(
  language: keyof typeof languages,
  id: MessageId,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return (languages[language][id] ?? id).replace(/\{(\w+)\}/g, (_, name: string) =>
    String(values[name] ?? ''),
  )
}

export type { MessageId }
