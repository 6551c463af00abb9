import { AxeBuilder } from '@axe-core/playwright'
import { expect, open, test } from './page.ts'

test('the gallery opens a scene; hints come one by one; the cluster says when the goal is reached', async ({
  page,
}) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await expect(page.getByTestId('task')).toHaveCount(0)
  await page.getByRole('button', { name: 'Learn' }).click()
  await expect(page.getByTestId('scene')).toHaveCount(16)
  await page.locator('[data-testid=scene][data-scene=lonely-service]').click()
  const task = page.getByTestId('task')
  await expect(task).toContainText('A Service that selects nothing')
  await expect(page.getByTestId('goal')).toHaveText(/1 of 2 conditions/, { timeout: 30_000 })
  expect(page.url()).toContain('scenario=lonely-service')
  const hint = page.getByTestId('hint')
  await expect(task.getByRole('listitem')).toHaveCount(0)
  await hint.click()
  await expect(task.getByRole('listitem')).toHaveCount(1)
  await hint.click()
  await expect(task.getByRole('listitem')).toHaveCount(2)
  await expect(hint).toHaveCount(0)
  // Another way than the one in the gallery: it is the cluster that is asked.
  await glass.kubectl(`patch service shop -p '{"spec":{"selector":{"app":"shop"}}}'`)
  await glass.advance('30s')
  await expect(page.getByTestId('goal')).toHaveAttribute('data-reached', 'true')
  await expect(page.getByTestId('next-scene')).toBeVisible()
  await page.getByRole('button', { name: 'Learn' }).click()
  await expect(page.locator('[data-testid=scene][data-scene=lonely-service]')).toContainText(
    'solved',
  )
  // What was reached stays known after a reload.
  await page.reload()
  await page.evaluate(() => window.kubarium.ready)
  await expect(page.locator('[data-testid=scene][data-scene=lonely-service]')).toContainText(
    'solved',
  )
})

test('predict, then run: the answer is compared with what the cluster did', async ({ page }) => {
  const glass = await open(page, '&scenario=rolling-update')
  await page.getByTestId('predict').getByLabel('7').check()
  await page.getByTestId('predict-run').click()
  await expect(page.getByTestId('predict-said')).toHaveCount(0)
  await glass.advance('2m')
  await expect(page.getByTestId('goal')).toHaveAttribute('data-reached', 'true')
  await expect(page.getByTestId('predict-said')).toContainText('It is: 8.')
})

test('a solution can be run line by line, by keyboard alone', async ({ page }) => {
  const glass = await open(page, '&scenario=broken-rollout')
  for (let i = 0; i < 3; i++) {
    await page.getByTestId('hint').focus()
    await page.keyboard.press('Enter')
  }
  await page.getByTestId('solution').focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('solution-line').first().focus()
  await page.keyboard.press('Enter')
  await glass.advance('20s')
  await expect(page.getByTestId('goal')).toHaveAttribute('data-reached', 'true')
})

test('a shared session keeps its task, its fault, and its way back', async ({ page }) => {
  const glass = await open(page, '&scenario=node-lost')
  const off = () => page.locator('[data-testid=node][data-node=node-2]')
  await expect(off()).toContainText('No power')
  const link = await page.evaluate(() => window.kubarium.share())
  const said = await page.evaluate(() => window.kubarium.history())
  expect(said.commands.map((c) => c.text)).toContain('power-off node-2')
  await page.goto('about:blank')
  await page.goto(link)
  await page.evaluate(() => window.kubarium.ready)
  await expect(page.getByTestId('task')).toContainText('A node is lost')
  await expect(off()).toContainText('No power')
  await glass.kubectl('get nodes')
})

test('the scene menu names the scene that runs, also after a change of language', async ({
  page,
}) => {
  await open(page, '&scenario=crash-loop')
  const menu = page.getByRole('button', { name: 'Scene' })
  await expect(menu).toHaveText('Crash loop')
  await page.getByRole('button', { name: '中文' }).click()
  await expect(page.getByTestId('task')).toContainText('反复崩溃')
  await expect(page.getByTestId('task')).toContainText('你会改什么')
})

test('a line that cannot run because another one does says so', async ({ page }) => {
  await open(page, '&scenario=broken-rollout')
  await page.locator('.xterm').click()
  await page.keyboard.type('kubectl get pods -w\n')
  await expect(page.locator('.xterm-rows')).toContainText('ImagePullBackOff')
  await page.getByRole('button', { name: 'Learn' }).click()
  await page.getByTestId('try').first().click()
  await expect(page.getByTestId('notice')).toContainText('Ctrl-C there stops it')
})

test('axe finds nothing serious about a task and the review of a manifest, in both themes', async ({
  page,
}) => {
  await open(page, '&scenario=rolling-update')
  await page.getByTestId('hint').click()
  await page.getByTestId('tab-editor').click()
  await page.locator('.view-line').first().waitFor()
  await page.getByTestId('diff').click()
  await expect(page.getByTestId('confirm')).toBeFocused()
  for (const theme of ['dark', 'light']) {
    await page.evaluate(() => new Promise((done) => setTimeout(done, 400)))
    const found = await new AxeBuilder({ page })
      .include('[data-testid=task]')
      .include('[data-testid=editor]')
      .exclude('.monaco-editor')
      .analyze()
    expect(found.violations.map((v) => `${theme} ${v.id}: ${v.nodes[0]?.html}`)).toEqual([])
    await page.getByRole('button', { name: 'Light or dark' }).click()
  }
})
