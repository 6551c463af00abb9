import { expect, open, test } from './page.ts'

test('kubectl edit opens Monaco: refused with the reason at the top, then saved; leaving changes nothing', async ({
  page,
}) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await glass.kubectl('create deployment site --image=nginx:1.27')
  await page.getByTestId('terminal').click()
  await page.keyboard.type('kubectl edit deployment site')
  await page.keyboard.press('Enter')
  const dialog = page.getByTestId('edit-dialog')
  const lines = dialog.locator('.view-lines')
  await expect(lines).toContainText('Please edit the object below')
  await page.screenshot({ path: 'test-results/edit.png' })

  const replace = async (what: string, by: string) => {
    await page.keyboard.press('Control+h')
    await page.keyboard.type(what)
    await page.keyboard.press('Tab')
    await page.keyboard.type(by)
    await page.keyboard.press('Control+Alt+Enter')
    await page.keyboard.press('Escape')
  }
  await replace('Seconds: 600', 'Seconds: 0')
  await page.keyboard.press('Control+s')
  await expect(lines).toContainText('spec.progressDeadlineSeconds: Invalid value: 0')
  await replace('Seconds: 0', 'Seconds: 700')
  await dialog.getByRole('button', { name: 'Save and close' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByTestId('terminal')).toContainText('deployment.apps/site edited')
  const { stdout } = await glass.kubectl(
    "get deploy site -o jsonpath='{.spec.progressDeadlineSeconds}'",
  )
  expect(stdout).toBe('700')

  await page.getByTestId('terminal').click()
  await page.keyboard.type('kubectl edit deployment site')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Leave' }).click()
  await expect(page.getByTestId('terminal')).toContainText('Edit cancelled, no changes made.')
})
