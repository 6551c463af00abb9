/** The page opens without a network, and lives in another page's frame. */
import { expect, test } from './page.ts'

test.describe('offline', () => {
  test.use({ serviceWorkers: 'allow' })
  test('loaded once, the page opens without a network, and the cluster lives', async ({
    page,
    context,
  }) => {
    await page.goto('/?lang=en&theme=dark')
    await page.evaluate(() => window.kubarium.ready)
    await page.evaluate(() => navigator.serviceWorker.ready)
    await expect
      .poll(() => page.evaluate(() => Boolean(navigator.serviceWorker.controller)))
      .toBe(true)
    await context.setOffline(true)
    await page.goto('/?lang=zh&theme=light&seed=3')
    await page.evaluate(() => window.kubarium.ready)
    const r = await page.evaluate(() => window.kubarium.kubectl('get nodes -o name'))
    expect(r.stdout).toContain('node/node-3')
    // Parts that are loaded late are there too.
    await page.getByRole('tab', { name: 'YAML 编辑器' }).click()
    await expect(page.locator('.monaco-editor').first()).toBeVisible()
    await page.getByTestId('share').click()
    await page.getByTestId('share.import').click()
    await expect(page.getByTestId('import')).toBeVisible()
  })
})

test('the manifest is there and names an icon that is', async ({ page, request }) => {
  await page.goto('/')
  const href = await page.locator('link[rel=manifest]').getAttribute('href')
  const manifest = await (await request.get(href ?? '')).json()
  expect(manifest.display).toBe('standalone')
  expect((await request.get(manifest.icons[0].src)).headers()['content-type']).toContain('svg')
})

test('embedded: map and time only, panels when asked, a way to the whole page', async ({
  page,
}) => {
  await page.goto('/?lang=en')
  await page.evaluate(() => window.kubarium.ready)
  await page.evaluate(() => window.kubarium.speed(0))
  const link = await page.evaluate(async () => {
    await window.kubarium.kubectl('create configmap inside --from-literal=a=b')
    return window.kubarium.share()
  })
  const [, hash] = link.split('#')
  await page.route('**/host.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<iframe src="/?embed&lang=en#${hash}" width="960" height="600" title="Kubarium"></iframe>`,
    }),
  )
  await page.goto('/host.html')
  const frame = page.frameLocator('iframe')
  await expect(frame.getByTestId('control-plane')).toBeVisible()
  await expect(frame.getByTestId('notice')).toContainText('Played again up to')
  await expect(frame.getByTestId('embed-bar')).toBeVisible()
  await expect(frame.getByTestId('share')).toHaveCount(0)
  await expect(frame.getByRole('tab', { name: 'Terminal' })).toHaveCount(0)
  const [whole] = await Promise.all([
    page.context().waitForEvent('page'),
    frame.getByRole('link', { name: 'Open in full' }).click(),
  ])
  await whole.waitForFunction(() => window.kubarium?.ready)
  await expect(whole.getByTestId('share')).toBeVisible()
  const r = await whole.evaluate(() => window.kubarium.kubectl('get configmap inside -o name'))
  expect(r.stdout).toBe('configmap/inside\n')
  await whole.goto('/?embed=dock&lang=en')
  await expect(whole.getByRole('tab', { name: 'Terminal' })).toBeVisible()
})
