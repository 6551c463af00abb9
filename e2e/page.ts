/** What every story shares: a page whose console stays clean and which speaks to nobody but its own origin. */
import { test as base, expect, type Page } from '@playwright/test'
// The declaration of window.kubarium comes with it.
import type { Kubarium } from '../src/ui/bridge/scripting.ts'

interface Glass {
  readonly page: Page
  kubectl(line: string, stdin?: string): Promise<{ stdout: string; stderr: string; code: number }>
  advance(time: string): Promise<void>
  settle(): Promise<void>
  speed(x: number): Promise<void>
  now(): Promise<number>
}

/** Opens the page with a query (English and dark unless it says otherwise) and waits for the cluster. */
export async function open(page: Page, query = ''): Promise<Glass> {
  const asked = new URLSearchParams({ lang: 'en', theme: 'dark' })
  for (const [name, value] of new URLSearchParams(query)) asked.set(name, value)
  await page.goto(`/?${asked}`)
  await page.evaluate(() => window.kubarium.ready)
  await expect(page.getByTestId('control-plane')).toBeVisible()
  return {
    page,
    kubectl: (line, stdin) =>
      page.evaluate(([l, s]) => window.kubarium.kubectl(l as string, s), [line, stdin] as const),
    advance: (time) => page.evaluate((t) => window.kubarium.advance(t), time),
    settle: () => page.evaluate(() => window.kubarium.settle()),
    speed: (x) => page.evaluate((s) => window.kubarium.speed(s), x),
    now: () => page.evaluate(() => window.kubarium.now()),
  }
}

/** A test that fails on any console error, page error, or request to another origin. */
export const test = base.extend<{ clean: undefined }>({
  clean: [
    async ({ page, baseURL }, use) => {
      const wrong: string[] = []
      page.on('console', (m) => {
        if (m.type() === 'error') wrong.push(`console: ${m.text()}`)
      })
      page.on('pageerror', (e) => wrong.push(`page: ${e.message}`))
      page.on('request', (r) => {
        const url = r.url()
        if (!url.startsWith(baseURL ?? '') && !/^(data|blob):/.test(url))
          wrong.push(`request: ${url}`)
      })
      await use(undefined)
      expect(wrong).toEqual([])
    },
    { auto: true },
  ],
})

export type { Kubarium }
export { expect }
