import { expect, open, test } from './page.ts'

type Page = import('@playwright/test').Page

const podsShown = (page: Page) =>
  page.locator('[data-testid=pod][data-pod^=web-]:not([data-look=terminating])')

/** A cluster whose web was scaled at 60 s and which then lost a node. */
async function lived(page: Page) {
  const glass = await open(page, '&scenario=empty-cluster')
  await glass.speed(0)
  const begin = await glass.now()
  await glass.kubectl('create deployment web --image=nginx:1.27 --replicas=2')
  await glass.advance('60s')
  await glass.kubectl('scale deployment web --replicas=6')
  await glass.advance('60s')
  await page.evaluate(() => window.kubarium.fault({ kind: 'power-off', node: 'node-2' }))
  await glass.advance('10m')
  return { glass, begin }
}

test('the slider goes back to any moment: the whole page shows it, and back to now', async ({
  page,
}) => {
  const { glass, begin } = await lived(page)
  await expect(podsShown(page)).toHaveCount(6)
  const slider = page.getByTestId('timeline')
  const box = await slider.boundingBox()
  if (!box) throw new Error('no slider')
  const present = await glass.now()
  const then = begin + 40_000
  await page.mouse.move(box.x + box.width - 2, box.y + 24)
  await page.mouse.down()
  await page.mouse.move(box.x + (box.width * then) / present, box.y + 24, { steps: 8 })
  await page.mouse.up()
  await expect(page.getByTestId('past')).toContainText('The past')
  await expect(podsShown(page)).toHaveCount(2)
  await expect(page.locator('[data-testid=node][data-node=node-2]')).not.toContainText('NotReady')
  const answer = await glass.kubectl('get deploy web')
  expect(answer.stdout).toContain('2/2')
  const refused = await glass.kubectl('scale deploy web --replicas=1')
  expect(refused.stderr).toContain('this is the past')
  await slider.focus()
  await page.keyboard.press('End')
  await expect(page.getByTestId('past')).toHaveCount(0)
  await expect(podsShown(page)).toHaveCount(6)
})

test('acting in the past grows a branch; both are kept, named and compared', async ({ page }) => {
  const { glass, begin } = await lived(page)
  await page.evaluate(() => window.kubarium.at('100s'))
  expect(await glass.now()).toBe(100_000)
  await page.getByTestId('branch-here').click()
  await expect(page.getByTestId('past')).toHaveCount(0)
  expect(await glass.now()).toBe(100_000)
  await glass.kubectl('scale deployment web --replicas=1')
  await glass.advance('60s')
  await expect(podsShown(page)).toHaveCount(1)
  await page.getByTestId('time-menu').click()
  const branches = page.getByTestId('branch')
  await expect(branches).toHaveCount(2)
  await branches.nth(1).getByRole('button').first().click()
  await page.keyboard.type('calm')
  await page.keyboard.press('Enter')
  await expect(branches.nth(1)).toContainText('calm')
  await page.getByTestId('compare').click()
  await expect(page.getByTestId('differences')).toContainText('~ Deployment default/web')
  await expect(page.getByTestId('differences')).toContainText('spec.replicas')
  await branches.nth(0).getByRole('button').first().click()
  await expect(podsShown(page)).toHaveCount(6)
  expect(await glass.now()).toBeGreaterThan(begin + 600_000)
  await page.evaluate(() => window.kubarium.checkout('calm'))
  await expect(podsShown(page)).toHaveCount(1)
})

test('undo takes an act back, redo brings it again', async ({ page }) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await glass.kubectl('create deployment web --image=nginx:1.27 --replicas=2')
  await glass.settle()
  await glass.kubectl('delete deployment web')
  await glass.settle()
  await expect(podsShown(page)).toHaveCount(0)
  await page.getByTestId('control-plane').click()
  await page.keyboard.press('ControlOrMeta+z')
  await expect(podsShown(page)).toHaveCount(2)
  expect((await glass.kubectl('get deploy web')).stdout).toContain('2/2')
  await page.keyboard.press('ControlOrMeta+Shift+z')
  await expect(podsShown(page)).toHaveCount(0)
})

test('the past plays again with its animations, and can be stepped by event, reconcile, second', async ({
  page,
}) => {
  const { begin } = await lived(page)
  await page.evaluate((at) => window.kubarium.speed(at), 0)
  await page.evaluate((at) => window.kubarium.at(`${at}ms`), begin)
  await expect(podsShown(page)).toHaveCount(0)
  await page.evaluate(() => window.kubarium.speed(0.5))
  await expect(page.locator('[data-testid=node][data-verdict=wins]')).toBeVisible()
  await expect(podsShown(page)).toHaveCount(2)
  await page.getByTestId('replay').click()
  const revisions: number[] = []
  for (const by of ['event', 'reconcile', 'second'] as const) {
    const before = await page.evaluate(() => window.kubarium.now())
    await page.evaluate((u) => window.kubarium.step(u), by)
    const after = await page.evaluate(() => window.kubarium.now())
    revisions.push(after - before)
  }
  expect(revisions[2]).toBe(1000)
  expect(revisions.every((r) => r >= 0)).toBe(true)
})

test('a bookmark is kept and leads back; run until a condition stops there', async ({ page }) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await glass.speed(0)
  await glass.kubectl('create deployment web --image=nginx:1.27 --replicas=3')
  const marked = await glass.now()
  await page.getByTestId('time-menu').click()
  await page.getByTestId('bookmark-name').fill('just created')
  await page.getByTestId('bookmark-add').click()
  await page.getByTestId('until').fill('deployment/web Available')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('time')).toContainText('It holds now.')
  expect((await glass.kubectl('get deploy web')).stdout).toContain('3/3')
  const there = await glass.now()
  expect(there).toBeGreaterThan(marked)
  expect(there).toBeLessThan(marked + 60_000)
  await page.getByRole('button', { name: '★ just created' }).click()
  await expect(page.getByTestId('past')).toBeVisible()
  expect(await glass.now()).toBe(marked)
})

test('a link carries the branches and bookmarks too', async ({ page, context }) => {
  const { glass } = await lived(page)
  await page.evaluate(() => window.kubarium.at('100s'))
  await page.evaluate(() => window.kubarium.bookmark('before the failure'))
  await page.evaluate(() => window.kubarium.branch('calm'))
  await glass.kubectl('scale deployment web --replicas=1')
  await glass.advance('30s')
  const before = await page.evaluate(() => window.kubarium.branches())
  const link = await page.evaluate(() => window.kubarium.share())
  const other = await context.newPage()
  await other.goto(link)
  await other.evaluate(() => window.kubarium.ready)
  expect(await other.evaluate(() => window.kubarium.branches())).toEqual(before)
  await other.getByTestId('time-menu').click()
  await expect(other.getByTestId('time')).toContainText('before the failure')
  await other.evaluate(() => window.kubarium.checkout('main'))
  await expect(podsShown(other)).toHaveCount(6)
  await other.close()
})
