/** What axe calls serious, on what is shown. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** Faults of everything that is shown, each with where it was found. */
export async function faults(page: Page, where: string): Promise<string[]> {
  // Colours fade in: what is measured must have arrived.
  await page.waitForTimeout(400)
  const found = await new AxeBuilder({ page }).exclude('.xterm').exclude('.monaco-editor').analyze()
  return found.violations
    .filter((v) => v.impact === 'critical' || v.impact === 'serious')
    .map(
      (v) =>
        `${where} ${v.id}: ${v.nodes
          .map((n) => `${n.target.join(' ')} (${n.any[0]?.message ?? ''})`)
          .slice(0, 3)
          .join(' | ')}`,
    )
}
