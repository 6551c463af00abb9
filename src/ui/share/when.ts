/** Instants of the real clock in the reader's words. */

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

/** `3 minutes ago`. @param at Unix ms */
export function ago(at: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language === 'zh' ? 'zh-CN' : 'en', {
    numeric: 'auto',
  })
  const past = Math.max(0, Date.now() - at)
  const [unit, size] = STEPS.find(([, ms]) => past >= ms) ?? (['second', 1000] as const)
  return format.format(-Math.floor(past / size), unit)
}
