import { expect, open, test } from './page.ts'

test('port-forward in the terminal is a link to a browser of the page; proxy shows the API', async ({
  page,
}) => {
  const glass = await open(page, '&scenario=first-cluster')
  await glass.kubectl('create deployment site --image=nginx:1.27 --port=80')
  await glass.kubectl('expose deployment site --port=80')
  await glass.kubectl('rollout status deployment site --timeout=120s')
  await page.getByTestId('terminal').click()
  await page.keyboard.type('kubectl port-forward svc/site 8080:80')
  await page.keyboard.press('Enter')
  const listening = page.getByTestId('listening')
  await listening.getByRole('button', { name: 'Open localhost:8080' }).click()
  const browser = page.getByTestId('local-browser')
  await expect(browser.frameLocator('iframe').getByRole('heading')).toHaveText('Welcome to nginx!')
  await expect(page.getByTestId('browser-status')).toContainText('HTTP 200')
  await page.screenshot({ path: 'test-results/forward.png' })
  await browser.getByLabel('Address').fill('localhost:8080/nowhere')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('browser-status')).toContainText('HTTP 404')
  await page.keyboard.press('Escape')
  await expect(browser).toBeHidden()
  await expect(page.getByTestId('terminal')).toContainText('Handling connection for 8080')

  // Written addresses are links, too.
  const row = page.locator('.xterm-rows > div', { hasText: 'Forwarding from 127.0.0.1' })
  const box = await row.boundingBox()
  if (!box) throw new Error('no line')
  const at = { x: box.x + 150, y: box.y + box.height / 2 }
  await page.mouse.move(at.x - 2, at.y)
  await page.mouse.move(at.x, at.y, { steps: 3 })
  await expect(page.locator('.xterm-cursor-pointer')).toHaveCount(1)
  await page.mouse.click(at.x, at.y)
  await expect(browser).toBeVisible()
  await page.keyboard.press('Escape')

  await page.getByTestId('terminal').click()
  await page.keyboard.press('Control+c')
  await expect(listening).toBeHidden()
  await page.keyboard.type('kubectl proxy')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Open localhost:8001' }).click()
  await browser.getByLabel('Address').fill('localhost:8001/api/v1/namespaces/default/pods')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('browser-text')).toContainText('"kind": "PodList"')
  await browser.getByLabel('Address').fill('localhost:9/')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('browser-refused')).toContainText('localhost:9 refused')
})

test('a forward in the background leaves the terminal free for curl, and ends by kill', async ({
  page,
}) => {
  await open(page, '&scenario=first-cluster')
  const terminal = page.getByTestId('terminal')
  await terminal.click()
  const type = async (line: string) => {
    await page.keyboard.type(line)
    await page.keyboard.press('Enter')
  }
  await type('kubectl port-forward svc/web 8080:80 &')
  await expect(terminal).toContainText('Forwarding from 127.0.0.1:8080 -> 80')
  await expect(page.getByTestId('listening')).toBeVisible()
  await type('clear')
  await type("curl -s -o /dev/null -w 'status %{http_code}' localhost:8080")
  await expect(terminal).toContainText('status 200')
  await expect(terminal).toContainText('Handling connection for 8080')
  await type('kill %1')
  await expect(terminal).toContainText('Terminated')
  await expect(page.getByTestId('listening')).toBeHidden()
})
