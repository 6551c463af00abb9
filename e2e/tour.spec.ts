import { expect, open, test } from './page.ts'

test('the tour waits for what really happens, from the first Pods to the past', async ({
  page,
}) => {
  test.setTimeout(240_000)
  const glass = await open(page)
  await page.getByTestId('tour-offer').click()
  const card = page.getByTestId('tour')
  await expect(card).toContainText('step 1 of 10')
  await page.getByTestId('tour-next').click()
  await expect(card).toContainText('six copies')
  await expect(page.getByTestId('tour-next')).toBeDisabled()
  // By hand, in another way than the tour says: what counts is what happens.
  await glass.kubectl('scale deployment web --replicas=7')
  await expect(page.getByTestId('tour-next')).toBeEnabled()
  await page.getByTestId('tour-next').click()
  for (const said of [
    'new image',
    'Send a request',
    'Machines die',
    'Nobody knows yet',
    'tolerated',
  ]) {
    await expect(card).toContainText(said)
    await expect(page.getByTestId('tour-next')).toBeDisabled()
    await page.getByTestId('tour-act').click()
    await expect(page.getByTestId('tour-next')).toBeEnabled({ timeout: 60_000 })
    await page.getByTestId('tour-next').click()
  }
  await expect(card).toContainText('Ask why')
  await page.getByTestId('tour-act').click()
  await expect(page.getByTestId('why')).toBeVisible()
  await page.getByTestId('tour-next').click()
  await page.getByTestId('timeline').focus()
  await page.keyboard.press('PageDown')
  await expect(page.getByTestId('past')).toBeVisible()
  await page.getByTestId('tour-next').click()
  await page.getByTestId('tour-next').click()
  await expect(card).toHaveCount(0)
  await expect(page.getByTestId('past')).toHaveCount(0)
})

test('the tour can be left at once, and is never forced', async ({ page }) => {
  await open(page, '&lang=zh')
  await expect(page.getByTestId('tour')).toHaveCount(0)
  await page.getByTestId('tour-offer').click()
  await expect(page.getByTestId('tour')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('tour')).toHaveCount(0)
})
