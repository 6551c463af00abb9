/** Handing a session on, keeping it, and getting it back. */
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, open, test } from './page.ts'

const notice = (page: Page) => page.getByTestId('notice')

/** Something worth sharing, at a moment that stands still. */
async function play(page: Page): Promise<{ digest: string; now: number }> {
  await page.evaluate(() => window.kubarium.speed(0))
  await page.evaluate(() =>
    window.kubarium.kubectl('create deployment shared --image=nginx:1.27 --replicas=3'),
  )
  await page.evaluate(() => window.kubarium.advance('30s'))
  await page.evaluate(() => window.kubarium.fault({ kind: 'power-off', node: 'node-2' }))
  await page.evaluate(() => window.kubarium.advance('1m10s'))
  return page.evaluate(async () => ({
    digest: await window.kubarium.digest(),
    now: window.kubarium.now(),
  }))
}

const state = (page: Page) =>
  page.evaluate(async () => ({
    digest: await window.kubarium.digest(),
    now: window.kubarium.now(),
  }))

test('a link brings back the very moment, paused, and says so', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, '&seed=5&nodes=2')
  const was = await play(page)
  await page.getByTestId('share').click()
  await page.getByTestId('share.link').click()
  await expect(notice(page)).toContainText('The link is on the clipboard')
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toMatch(/\/#s=1\.[\w-]+$/)
  expect(link.length).toBeLessThan(2000)

  const other = await context.newPage()
  await other.goto(link)
  await other.evaluate(() => window.kubarium.ready)
  expect(await state(other)).toEqual(was)
  await expect(notice(other)).toContainText(
    /Played again up to 00:0\d:\d\d, exactly as it was. Time is paused/,
  )
  const pods = await other.evaluate(() => window.kubarium.kubectl('get deployment shared -o name'))
  expect(pods.stdout).toBe('deployment.apps/shared\n')
  await other.getByTestId('share.play').click()
  await expect.poll(() => other.evaluate(() => window.kubarium.now())).toBeGreaterThan(was.now)
})

test('the replay shows how far it is and can be cancelled', async ({ page }) => {
  await open(page)
  const link = await page.evaluate(async () => {
    await window.kubarium.kubectl('get nodes')
    return window.kubarium.share()
  })
  // The same session at a moment far ahead: it takes a while.
  await page.evaluate(async (l) => {
    const unpack = async (s: string) => {
      const bytes = Uint8Array.from(atob(s.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
        c.charCodeAt(0),
      )
      return new Response(
        new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')),
      ).json()
    }
    const bundle = await unpack(l.split('#s=1.')[1] as string)
    void window.kubarium.load(new Blob([JSON.stringify({ ...bundle, moment: 40 * 3_600_000 })]))
  }, link)
  await expect(notice(page)).toContainText(/Playing the session again: 00:[\d:]+ of 40:00:00/)
  await expect(notice(page).getByRole('progressbar')).toBeVisible()
  await page.getByTestId('share.cancel').click()
  await expect(notice(page)).toHaveCount(0)
  await expect(page.getByTestId('play')).toHaveAccessibleName('Pause', { timeout: 30_000 })
})

test('links that are damaged or too new say so, and the first cluster starts', async ({ page }) => {
  for (const [fragment, text] of [
    ['#s=1.AAAA', 'This session is damaged'],
    ['#s=9.AAAA', 'made by a newer Kubarium'],
  ] as const) {
    // From a blank page: from our own, another fragment would load nothing anew.
    await page.goto('about:blank')
    await page.goto(`/?lang=en${fragment}`)
    await page.evaluate(() => window.kubarium.ready)
    await expect(notice(page)).toContainText(text)
    await expect(notice(page)).toContainText('The first cluster was started instead.')
    const r = await page.evaluate(() => window.kubarium.kubectl('get deployment web -o name'))
    expect(r.stdout).toBe('deployment.apps/web\n')
    expect(new URL(page.url()).hash).toBe('')
  }
})

test('a file is saved, chosen and dropped', async ({ page }) => {
  await open(page, '&seed=6&nodes=2')
  const was = await play(page)
  await page.getByTestId('share').click()
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('share.save').click(),
  ])
  expect(saved.suggestedFilename()).toMatch(/^kubarium-[\d-]+\.kubarium$/)
  const text = readFileSync(await saved.path(), 'utf8')

  await page.evaluate(() => window.kubarium.advance('1m'))
  await page.getByTestId('share').click()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByTestId('share.open').click(),
  ])
  await chooser.setFiles({
    name: 'a.kubarium',
    mimeType: 'application/json',
    buffer: Buffer.from(text),
  })
  await expect(notice(page)).toContainText('Played again up to')
  expect(await state(page)).toEqual(was)

  await page.evaluate(() => window.kubarium.advance('1m'))
  await notice(page).getByRole('button', { name: 'Close' }).click()
  const files = await page.evaluateHandle((t) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([t], 'b.kubarium'))
    return transfer
  }, text)
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: files })
  await expect(page.getByText('Drop a session to open it')).toBeVisible()
  await page.dispatchEvent('body', 'drop', { dataTransfer: files })
  await expect(notice(page)).toContainText('Played again up to')
  expect(await state(page)).toEqual(was)

  await page.evaluate(() => window.kubarium.load(new Blob(['{"format":"x"}'])))
  await expect(notice(page)).toContainText('This is no session of Kubarium')
  expect(await state(page)).toEqual(was)
})
