/**
 * What a step of the trace says, in the reader's language. The trace speaks English, in few and regular forms; each form
 * that the page shows has its translation here.
 */
import type { Language } from '../store/preferences.ts'
import { ZH_STEPS } from './zh.steps.ts'

/** A step's words. */
export function stepWords(language: Language, text: string): string {
  if (language === 'en') return text
  for (const [pattern, words] of ZH_STEPS)
    if (pattern.test(text)) return text.replace(pattern, words)
  return text
}
