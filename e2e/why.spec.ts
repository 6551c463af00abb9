import { expect, open, test } from './page.ts'

test('a broken pod: the verdict, a fix found on a copy, and the fix at work', async ({ page }) => {
  const glass = await open(page)
  await glass.kubectl('kubectl set image deployment/web nginx=nginx:1.2x7')
  await glass.advance('20s')
  await page.locator('[data-testid=pod][data-look=creating]').first().click()
  await page.getByTestId('inspect-why').click()
  await expect(page.getByTestId('verdict')).toContainText('The registry has no image nginx:1.2x7')
  await expect(page.getByTestId('verdict')).toContainText('Images: ImagePullBackOff')

  await page.getByTestId('find-fix').click()
  const fix = page.locator('[data-testid=fix][data-works=true]').first()
  await expect(fix).toContainText('kubectl set image deployment/web nginx=nginx:1.27', {
    timeout: 60_000,
  })
  await expect(fix).toContainText('works: well after')
  // The cluster itself went on and is as it was.
  const before = await glass.kubectl(
    "kubectl get deployment web -o jsonpath='{.spec.template.spec.containers[0].image}'",
  )
  expect(before.stdout).toBe('nginx:1.2x7')

  await fix.getByTestId('apply-fix').click()
  await expect
    .poll(async () => (await glass.kubectl('kubectl get deployment web')).stdout, {
      timeout: 60_000,
    })
    .toMatch(/web\s+4\/4\s+4\s+4/)
  // The pod is gone: the answer says who deleted it, and that its Deployment is well.
  await expect(page.getByTestId('verdict')).toContainText('was deleted by', { timeout: 30_000 })
  await expect(page.getByTestId('root-cause')).toContainText('Deployment web is as wanted')
})

test('中文：问为什么，试修复，看它生效', async ({ page }) => {
  const glass = await open(page)
  await page.getByRole('button', { name: '中文' }).click()
  await glass.kubectl(`kubectl patch service api -p '{"spec":{"selector":{"app":"apii"}}}'`)
  await glass.advance('5s')
  await page.locator('[data-service=api]').getByRole('button', { name: 'api', exact: true }).click()
  await page.getByTestId('inspect-why').click()
  await expect(page.getByTestId('verdict')).toContainText('选择 app=apii，但没有 Pod 带这些标签')
  await page.getByTestId('find-fix').click()
  const fix = page.locator('[data-testid=fix][data-works=true]').first()
  await expect(fix).toContainText('"selector":{"app":"api"}', { timeout: 60_000 })
  await expect(fix).toContainText('有效')
  await fix.getByRole('button', { name: '执行' }).click()
  await expect(page.getByTestId('verdict')).toContainText('个带 app=api 的就绪 Pod', {
    timeout: 30_000,
  })
})

test('what would happen if a node were drained, asked from the map', async ({ page }) => {
  const glass = await open(page)
  const node = page.getByTestId('node').filter({ hasText: 'node-1' }).first()
  await node.click({ button: 'right', position: { x: 60, y: 12 } })
  await page.getByRole('menuitem', { name: 'What if it is drained?' }).click()
  const answer = page.getByTestId('what-if-answer')
  await expect(answer).toBeVisible({ timeout: 60_000 })
  await expect(answer).toContainText('kubectl drain node-1')
  await expect(answer).toContainText(/Deployment web: pods that move: \d, node-1 →/)
  // Nothing of it happened here.
  const { stdout } = await glass.kubectl(
    "kubectl get node node-1 -o jsonpath='{.spec.unschedulable}'",
  )
  expect(stdout).toBe('')
})

test('a machine without power: no command mends it, giving it power back does', async ({
  page,
}) => {
  const glass = await open(page)
  await page.evaluate(() => window.kubarium.fault({ kind: 'power-off', node: 'node-1' }))
  await glass.advance('60s')
  await page
    .getByTestId('node')
    .filter({ hasText: 'node-1' })
    .first()
    .click({
      position: { x: 60, y: 12 },
    })
  await page.getByTestId('inspect-why').click()
  await expect(page.getByTestId('root-cause')).toContainText('The machine node-1 has no power')
  await page.getByTestId('find-fix').click()
  const fix = page.locator('[data-testid=fix][data-works=true]').first()
  await expect(fix).toContainText('give node-1 its power back', { timeout: 60_000 })
  await fix.getByRole('button', { name: 'Do it' }).click()
  await expect
    .poll(async () => (await glass.kubectl('kubectl get node node-1')).stdout, { timeout: 60_000 })
    .toMatch(/node-1\s+Ready/)
})

test('an answer that no change can mend says so', async ({ page }) => {
  const glass = await open(page)
  await glass.kubectl('kubectl run odd --image=registry.invalid/odd:1')
  await glass.advance('20s')
  await page.locator('[data-pod=odd]').click()
  await page.getByTestId('inspect-why').click()
  await expect(page.getByTestId('verdict')).toContainText('cannot be reached')
  await expect(page.getByTestId('beyond')).toContainText('outside of the cluster')
  const said = await page.evaluate(() => window.kubarium.why('pod/odd'))
  expect(said.beyond).toContain('Use an image that a registry has')
})
