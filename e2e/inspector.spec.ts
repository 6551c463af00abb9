import { AxeBuilder } from '@axe-core/playwright'
import { expect, open, test } from './page.ts'

test('a pod shows its summary, YAML, events, logs and why it is where it is', async ({ page }) => {
  await open(page)
  await page.locator('[data-testid=pod][data-pod^=web-]').first().click()
  await expect(page.getByTestId('summary')).toContainText('Node:')
  await page.getByTestId('inspect-yaml').click()
  await expect(page.getByTestId('yaml')).toContainText('image: nginx:1.27')
  await page.getByTestId('inspect-events').click()
  await expect(page.getByTestId('inspector')).toContainText('Scheduled')
  await page.getByTestId('inspect-logs').click()
  await expect(page.getByTestId('logs')).toContainText('start worker processes')
  await page.getByTestId('inspect-why').click()
  await expect(page.getByTestId('why')).toContainText('nodes passed the filters')
})

test('why, for a pod that fits nowhere and a node that fell silent', async ({ page }) => {
  const glass = await open(page)
  const overrides = JSON.stringify({
    spec: {
      containers: [{ name: 'greedy', image: 'nginx:1.27', resources: { requests: { cpu: '64' } } }],
    },
  })
  await glass.kubectl(`run greedy --image=nginx:1.27 --overrides='${overrides}'`)
  await glass.advance('2s')
  await page.locator('[data-testid=pod][data-pod=greedy]').click()
  await page.getByTestId('inspect-why').click()
  await expect(page.getByTestId('why')).toContainText('Insufficient cpu')
})

test('no serious accessibility fault in either theme', async ({ page }) => {
  await open(page)
  for (const theme of ['dark', 'light']) {
    if (theme === 'light') await page.getByRole('button', { name: 'Light or dark' }).click()
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    await page.waitForTimeout(500)
    const found = await new AxeBuilder({ page })
      .exclude('.xterm')
      .exclude('.monaco-editor')
      .analyze()
    const serious = found.violations.filter(
      (v) => v.impact === 'critical' || v.impact === 'serious',
    )
    expect(
      serious.map(
        (v) =>
          `${theme} ${v.id}: ${v.nodes
            .map((n) => n.target.join(' '))
            .slice(0, 4)
            .join(' | ')}`,
      ),
    ).toEqual([])
  }
})
