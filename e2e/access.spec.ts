/** For every hand and sense: axe on each view, a path by keyboard alone, words to hear, 200 % zoom, less motion, both languages. */
import { en } from '../src/ui/i18n/en.ts'
import { zh } from '../src/ui/i18n/zh.ts'
import { faults } from './axe.ts'
import { expect, open, test } from './page.ts'

const VIEWS = ['Map', 'Tree', 'Workloads', 'Network', 'Disks', 'Learn']

for (const theme of ['dark', 'light']) {
  test(`axe finds nothing serious on any view, in the present and the past, ${theme}`, async ({
    page,
  }) => {
    test.setTimeout(300_000)
    const glass = await open(page)
    await glass.speed(0)
    const found: string[] = []
    if (theme === 'light') await page.getByRole('button', { name: 'Light or dark' }).click()
    for (const view of VIEWS) {
      await page.getByRole('navigation').getByRole('button', { name: view, exact: true }).click()
      found.push(...(await faults(page, view)))
    }
    await page.getByRole('navigation').getByRole('button', { name: 'Map', exact: true }).click()
    await page.locator('[data-testid=pod][data-pod^=web-]').first().click()
    for (const tab of ['yaml', 'why']) {
      await page.getByTestId(`inspect-${tab}`).click()
      found.push(...(await faults(page, `inspector ${tab}`)))
    }
    await page.getByTestId('time-menu').click()
    found.push(...(await faults(page, 'time')))
    await page.keyboard.press('Escape')
    await page.evaluate(() => window.kubarium.at('30s'))
    found.push(...(await faults(page, 'past')))
    expect(found).toEqual([])
  })
}

test('the tree is walked by keys alone, selects what the map selects, and follows the cluster', async ({
  page,
}) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await glass.kubectl('create deployment web --image=nginx:1.27 --replicas=2')
  await glass.settle()
  await page.getByRole('navigation').getByRole('button', { name: 'Tree', exact: true }).focus()
  await page.keyboard.press('Enter')
  const tree = page.getByRole('tree')
  await expect(tree).toBeVisible()
  for (let i = 0; i < 30 && !(await tree.evaluate((e) => e === document.activeElement)); i++)
    await page.keyboard.press('Tab')
  await expect(tree).toBeFocused()
  const active = () => tree.getAttribute('aria-activedescendant')
  await page.keyboard.press('Home')
  await page.keyboard.type('n')
  const line = () => page.locator('[role=treeitem]', { hasText: 'node-1' }).first()
  await expect.poll(active).toBe(await line().getAttribute('id'))
  await page.keyboard.press('ArrowRight')
  await expect(line()).toHaveAttribute('aria-expanded', 'true')
  await page.keyboard.type('w')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('inspector')).toContainText('web-')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(line()).toHaveAttribute('aria-expanded', 'false')
  await glass.speed(1)
  await page.evaluate(() => window.kubarium.fault({ kind: 'power-off', node: 'node-1' }))
  await glass.advance('60s')
  await expect(line()).toContainText('Unknown')
  await expect(tree).toBeFocused()
})

test('what changes is said aloud, politely', async ({ page }) => {
  const glass = await open(page, '&scenario=empty-cluster')
  const said = page.getByTestId('announcer')
  await expect(said).toHaveAttribute('aria-live', 'polite')
  await page.waitForTimeout(4500)
  await glass.kubectl('create deployment web --image=nginx:1.27 --replicas=2')
  await expect(said).toContainText(/Pod web-.*: (Pending|ContainerCreating|Running)/)
})

test('at 200 % nothing is cut off from reach, and nothing moves for who asked for less motion', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 720, height: 450 })
  const glass = await open(page)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
  for (const name of [/Pause|Play/, 'Time: drag to look at any moment'])
    await expect(page.locator('header').getByLabel(name).first()).toBeInViewport()
  await glass.kubectl('scale deployment web --replicas=6')
  const moving = await page.evaluate(() =>
    document
      .getAnimations()
      .map((a) => a.effect as KeyframeEffect)
      .filter((e) => Number(e.getTiming().duration) > 250)
      .filter((e) => new Set(e.getKeyframes().map((k) => String(k.transform))).size > 1)
      .map((e) => e.target?.className ?? ''),
  )
  expect(moving).toEqual([])
})

test('in 中文 no English text of the page is left standing', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: '中文' }).click()
  const english = Object.entries(en)
    .filter(([id, text]) => zh[id as keyof typeof zh] !== (text as string) && /[a-z]{3}/.test(text))
    .map(([, text]) => text)
  const left = new Set<string>()
  const look = async () => {
    const texts = await page.evaluate(() => {
      const found: string[] = []
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      while (walker.nextNode()) {
        // What a terminal has printed stays as it was printed.
        if (walker.currentNode.parentElement?.closest('.xterm')) continue
        found.push(walker.currentNode.textContent?.trim() ?? '')
      }
      for (const e of document.querySelectorAll('[aria-label],[title],[placeholder]'))
        for (const a of ['aria-label', 'title', 'placeholder'])
          found.push(e.getAttribute(a)?.trim() ?? '')
      return found
    })
    for (const t of texts) if (english.some((e) => e === t)) left.add(t)
  }
  const rail = page.getByRole('navigation').getByRole('button')
  for (let i = 0; i < (await rail.count()); i++) {
    await rail.nth(i).click()
    await page.waitForTimeout(200)
    await look()
  }
  await rail.first().click()
  await page.locator('[data-testid=pod][data-pod^=web-]').first().click()
  for (const tab of ['summary', 'yaml', 'events', 'logs', 'why']) {
    await page.getByTestId(`inspect-${tab}`).click()
    await look()
  }
  await page.getByTestId('time-menu').click()
  await look()
  // Kubernetes' own words and states stay.
  const own = new Set(['Pending', 'Ready', 'Unknown', 'Running', 'Terminating', 'Events', 'Normal'])
  expect([...left].filter((t) => !own.has(t))).toEqual([])
})

test('F6 goes from area to area, out of the terminal too; Enter on a node shows it', async ({
  page,
}) => {
  await open(page)
  await page.getByTestId('terminal').locator('textarea').focus()
  const inside = (area: string) =>
    page.evaluate((a) => document.querySelector(a)?.contains(document.activeElement), area)
  await page.keyboard.press('F6')
  expect(await inside('#dock section + section')).toBe(true)
  await page.keyboard.press('F6')
  expect(await inside('header')).toBe(true)
  await page.keyboard.press('Shift+F6')
  await page.keyboard.press('Shift+F6')
  // Tab belongs to the terminal: this is the way out.
  expect(await inside('[data-testid=terminal]')).toBe(true)
  await page.keyboard.press('Shift+F6')
  expect(await inside('#glass')).toBe(true)
  await page.locator('.react-flow__node:has([data-testid=node])').first().focus()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('summary')).toContainText('node-1')
})
