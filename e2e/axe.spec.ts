/** axe on all that opens over or instead of the map, in both themes and languages. */
import type { Page } from '@playwright/test'
import { faults } from './axe.ts'
import { expect, open, test } from './page.ts'

const MANNERS = [
  { theme: 'dark', lang: 'en' },
  { theme: 'light', lang: 'en' },
  { theme: 'dark', lang: 'zh' },
  { theme: 'light', lang: 'zh' },
] as const

async function cluster(page: Page, { theme, lang }: (typeof MANNERS)[number]) {
  const glass = await open(page, `&theme=${theme}&lang=${lang}`)
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
  await expect(page.locator('html')).toHaveAttribute('lang', lang === 'zh' ? 'zh-CN' : 'en')
  await glass.speed(0)
  return glass
}

for (const manner of MANNERS) {
  const name = `${manner.theme}, ${manner.lang}`

  test(`presentation: the bar, a note, the notes being written, panels: ${name}`, async ({
    page,
  }) => {
    await cluster(page, manner)
    await page.getByTestId('present-start').click()
    const found = await faults(page, 'empty')
    await page.getByTestId('note-add').click()
    await page.getByTestId('note-text').first().fill('One')
    await page.getByTestId('note-line').first().fill('kubectl get nodes')
    await page.getByTestId('note-moment').first().click()
    found.push(...(await faults(page, 'writing')))
    await page.getByTestId('notes-done').click()
    await page.getByTestId('note-run').click()
    await page.locator('[data-testid=pod][data-pod^=web-]').first().click()
    found.push(...(await faults(page, 'note')))
    expect(found).toEqual([])
  })

  test(`the wall, all layers and what is pointed at: ${name}`, async ({ page }) => {
    const glass = await cluster(page, manner)
    const found: string[] = []
    const layers = page.locator('[data-testid^=layer-]')
    for (let i = 0; i < (await layers.count()); i++) {
      const layer = layers.nth(i)
      if ((await layer.getAttribute('aria-pressed')) === 'false') await layer.click()
    }
    await layers.first().hover()
    found.push(...(await faults(page, 'layers')))
    await page.getByTestId('find-label').fill('app=web')
    found.push(...(await faults(page, 'search')))
    await page.getByTestId('find-label').fill('')
    await page.getByTestId('group-by').selectOption('owner')
    await expect(page.getByTestId('wall')).toBeVisible()
    await page.getByTestId('wall-keys').focus()
    for (const key of ['PageDown', 'ArrowDown']) await page.keyboard.press(key)
    found.push(...(await faults(page, 'wall')))
    await page.evaluate(() => window.kubarium.fault({ kind: 'power-off', node: 'node-2' }))
    await glass.advance('60s')
    await page.getByTestId('group-by').selectOption('node')
    found.push(...(await faults(page, 'node lost')))
    await page.locator('[data-testid=node]').first().click({ button: 'right' })
    await expect(page.getByRole('menu')).toBeVisible()
    found.push(...(await faults(page, 'menu')))
    expect(found).toEqual([])
  })

  test(`the tour, the palette, branches compared, an answer with its fixes: ${name}`, async ({
    page,
  }) => {
    const glass = await cluster(page, manner)
    await page.getByTestId('tour-offer').click()
    const found = await faults(page, 'tour')
    await page.getByTestId('tour-next').click()
    found.push(...(await faults(page, 'tour step')))
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    found.push(...(await faults(page, 'palette')))
    await page.keyboard.press('Escape')
    await glass.kubectl('kubectl set image deployment/web nginx=nginx:1.2x7')
    await glass.advance('20s')
    await page.locator('[data-testid=pod][data-look=creating]').first().click()
    await page.getByTestId('inspect-why').click()
    await page.getByTestId('find-fix').click()
    await expect(page.locator('[data-testid=fix][data-works=true]').first()).toBeVisible({
      timeout: 60_000,
    })
    found.push(...(await faults(page, 'fixes')))
    await page.evaluate(() => window.kubarium.at('40s'))
    await page.getByTestId('branch-here').click()
    await glass.kubectl('scale deployment web --replicas=1')
    await glass.advance('60s')
    await page.getByTestId('time-menu').click()
    await page.getByTestId('compare').first().click()
    await expect(page.getByTestId('differences')).toBeVisible()
    found.push(...(await faults(page, 'compare')))
    expect(found).toEqual([])
  })

  test(`menus, dialogs and the page held upright: ${name}`, async ({ page }) => {
    await cluster(page, manner)
    await page.getByTestId('share').click()
    const found = await faults(page, 'share')
    await page.getByTestId('share.sessions').click()
    await expect(page.getByTestId('sessions')).toBeVisible()
    found.push(...(await faults(page, 'sessions')))
    await page.keyboard.press('Escape')
    await page.getByTestId('share').click()
    await page.getByTestId('share.import').click()
    await expect(page.getByTestId('import')).toBeVisible()
    found.push(...(await faults(page, 'import')))
    await page.keyboard.press('Escape')
    await page.getByTestId('save-map').click()
    found.push(...(await faults(page, 'save')))
    await page.keyboard.press('Escape')
    await page.getByTestId('tab-editor').click()
    await expect(page.locator('.monaco-editor').first()).toBeVisible()
    found.push(...(await faults(page, 'editor')))
    await page.setViewportSize({ width: 820, height: 1180 })
    await page.locator('[data-testid=pod][data-pod^=web-]').first().click()
    found.push(...(await faults(page, 'upright')))
    expect(found).toEqual([])
  })
}
