import type { Session } from '../src/session/session.ts'
import { expect, open, test } from './page.ts'

test('a cluster is alive at the first visit', async ({ page }) => {
  const glass = await open(page)
  await expect(page.getByTestId('node')).toHaveCount(3)
  const pods = await glass.kubectl('get pods -l app=web -o name')
  expect(pods.stdout.trim().split('\n')).toHaveLength(4)
  await expect(page.locator('[data-testid=pod][data-look=ready][data-pod^=web-]')).toHaveCount(4)
})

test('time pauses, steps, and runs at another speed', async ({ page }) => {
  const glass = await open(page)
  await page.getByTestId('play').click()
  await page.waitForTimeout(300)
  const paused = await glass.now()
  await page.waitForTimeout(500)
  expect(await glass.now()).toBe(paused)
  await page.getByTestId('step').click()
  await expect.poll(() => glass.now()).toBeGreaterThanOrEqual(paused)
  await page.getByTestId('speed').selectOption('10')
  const before = await glass.now()
  await page.waitForTimeout(1000)
  const passed = (await glass.now()) - before
  expect(passed).toBeGreaterThan(4000)
  expect(passed).toBeLessThan(20_000)
})

test('both languages, kept over a reload', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: '中文' }).click()
  await expect(page.getByText('待调度的 Pod')).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await page.goto('/')
  await expect(page.getByText('待调度的 Pod')).toBeVisible()
  await page.getByRole('button', { name: 'EN' }).click()
  await expect(page.getByText('Pending pods')).toBeVisible()
})

test('the terminal completes, runs and remembers', async ({ page }) => {
  await open(page)
  await page.getByTestId('terminal').click()
  await page.keyboard.type('kubectl get deploy w')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const terminal = page.locator('.xterm-rows')
  await expect(terminal).toContainText('web    4/4')
  await page.keyboard.press('ArrowUp')
  await expect(terminal).toContainText(/kubectl get deploy web.*kubectl get deploy web/s)
})

test('the browser and Node play the same cluster, byte for byte', async ({ page }) => {
  await open(page, '&scenario=empty-cluster&seed=42')
  await page.evaluate(() => window.kubarium.speed(0))
  await page.evaluate(() =>
    window.kubarium.kubectl('create deployment web --image=nginx:1.27 --replicas=3'),
  )
  await page.evaluate(() => window.kubarium.advance('45s'))
  const recording = (await page.evaluate(() => window.kubarium.recording())) as Parameters<
    typeof import('../src/session/replay.ts').replay
  >[0]
  const [digest, now] = await page.evaluate(
    async () => [await window.kubarium.digest(), window.kubarium.now()] as const,
  )
  await import('../src/session/tools.ts')
  const { replay } = await import('../src/session/replay.ts')
  const session: Session = replay(recording, now)
  expect(session.digest()).toBe(digest)
})

test('an owner has its colour whatever comes first: it survives reloads', async ({ page }) => {
  const hues = async () => {
    await open(page)
    await expect(page.locator('[data-testid=node] [data-pod^=redis-]')).toHaveCount(2)
    return page.locator('[data-testid=node] [data-testid=pod]').evaluateAll((all) =>
      all
        .filter((e) => /^(web|api|redis)-/.test(e.getAttribute('data-pod') ?? ''))
        .map((e) => {
          const hue = /\bo-\d/.exec(e.firstElementChild?.className ?? '')?.[0] ?? ''
          return `${(e.getAttribute('data-pod') ?? '').split('-')[0]} ${hue}`
        }),
    )
  }
  const first = [...new Set(await hues())].sort()
  expect(first).toHaveLength(3)
  expect(new Set(first.map((h) => h.split(' ')[1])).size).toBe(3)
  for (let i = 0; i < 3; i++) expect([...new Set(await hues())].sort()).toEqual(first)
})
