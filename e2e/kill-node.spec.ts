import { expect, open, test } from './page.ts'

test('a node dragged to the bin dies, and at true default timings its pods come back elsewhere', async ({
  page,
}) => {
  const glass = await open(page)
  const node = page.locator('[data-testid=node][data-node=node-2]')
  const from = await node.locator('header').boundingBox()
  const bin = await page.getByTestId('bin').boundingBox()
  if (!from || !bin) throw new Error('node or bin is not on the page')
  await page.mouse.move(from.x + from.width * 0.45, from.y + 6)
  await page.mouse.down()
  await page.mouse.move(bin.x + bin.width / 2, bin.y + bin.height / 2, { steps: 12 })
  await page.mouse.up()
  await expect(node).toHaveAttribute('data-power', 'off')
  const focus = page.locator('[data-testid=focus][data-scene=lost]')
  await expect(focus).toBeVisible()

  // The lease runs out: 50 s of grace, seen at the next look of the node controller.
  await glass.advance('45s')
  await expect(node).toHaveAttribute('data-ready', 'True')
  await glass.advance('20s')
  await expect(node).toHaveAttribute('data-ready', 'Unknown')
  const taints = await glass.kubectl("get node node-2 -o jsonpath='{.spec.taints[*].key}'")
  expect(taints.stdout).toContain('node.kubernetes.io/unreachable')

  // Tolerations count down 300 s before anything is evicted.
  await glass.advance('4m')
  const waiting = await glass.kubectl(
    'get pods -l app=web --field-selector spec.nodeName=node-2 -o name',
  )
  expect(waiting.stdout).not.toBe('')
  await focus.getByTestId('fast-forward').click()
  await expect.poll(() => glass.now()).toBeGreaterThan(0)
  await glass.advance('90s')
  const ready = await glass.kubectl(
    "get deploy web api -o jsonpath='{range .items[*]}{.status.readyReplicas}/{.spec.replicas} {end}'",
  )
  expect(ready.stdout.trim()).toBe('4/4 3/3')
  const elsewhere = await glass.kubectl(
    'get pods -l app=web --field-selector status.phase=Running -o jsonpath=\'{range .items[?(@.metadata.deletionTimestamp==null)]}{.spec.nodeName}{" "}{end}\'',
  )
  expect(elsewhere.stdout).not.toContain('node-2')

  // The machine is put right.
  await page.getByRole('button', { name: 'Put right' }).click()
  await glass.advance('60s')
  await expect(node).toHaveAttribute('data-ready', 'True')
  await expect(node).toHaveAttribute('data-power', 'on')
})

test('by keyboard: Delete on a node pulls the plug; a machine from the shelf joins', async ({
  page,
}) => {
  const glass = await open(page, '&scenario=empty-cluster')
  const card = page.locator('.react-flow__node', {
    has: page.locator('[data-testid=node][data-node=node-1]'),
  })
  await card.focus()
  await page.keyboard.press('Delete')
  await expect(page.locator('[data-testid=node][data-node=node-1]')).toHaveAttribute(
    'data-power',
    'off',
  )
  await page.getByTestId('add-machine').click()
  await glass.advance('20s')
  await expect(page.locator('[data-testid=node][data-node=node-4][data-ready=True]')).toBeVisible()
})

test('what was broken is put right where it stands; taking it back is another thing', async ({
  page,
}) => {
  const glass = await open(page)
  await glass.speed(0)
  const heal = page.getByTestId('heal')
  await expect(heal).toBeDisabled()
  const card = page.locator('.react-flow__node', {
    has: page.locator('[data-testid=node][data-node=node-2]'),
  })
  await card.press('Delete')
  await expect(heal).toBeEnabled()
  await expect(heal).toHaveAttribute('title', /node-2 has no power.*what happened since stays/)
  await glass.advance('60s')
  const before = await glass.now()
  await heal.click()
  await expect(heal).toBeDisabled()
  await glass.advance('20s')
  expect((await glass.kubectl('get node node-2 --no-headers')).stdout).toMatch(/node-2 +Ready/)
  expect(await glass.now()).toBeGreaterThan(before)
  // Ctrl+Z leads to before the last act instead.
  await page.locator('.react-flow__pane').click({ position: { x: 20, y: 400 } })
  await page.keyboard.press('Control+z')
  await expect.poll(() => glass.now()).toBeLessThanOrEqual(before)
})

test('what a line broke is put right from the map, too', async ({ page }) => {
  const glass = await open(page)
  await glass.speed(0)
  await expect(page.getByTestId('heal')).toBeDisabled()
  await page.evaluate(() => window.kubarium.fault({ kind: 'power-off', node: 'node-2' }))
  await expect(page.locator('[data-testid=node][data-node=node-2]')).toHaveAttribute(
    'data-power',
    'off',
  )
  await page.getByTestId('heal').click()
  await expect(page.locator('[data-testid=node][data-node=node-2]')).toHaveAttribute(
    'data-power',
    'on',
  )
})
