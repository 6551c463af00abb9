/** The page under fingers: a tablet held upright and across. Gestures are the browser's own, given through its debugger. */
import type { CDPSession, Page } from '@playwright/test'
import { expect, open, test } from './page.ts'

test.use({ hasTouch: true, isMobile: true, viewport: { width: 820, height: 1180 } })

interface Point {
  readonly x: number
  readonly y: number
}

/** Fingers on the glass: each gesture is a list of where they are from moment to moment. */
class Fingers {
  private constructor(private readonly cdp: CDPSession) {}

  static async on(page: Page): Promise<Fingers> {
    return new Fingers(await page.context().newCDPSession(page))
  }

  async gesture(moments: readonly (readonly Point[])[], holdMs = 0): Promise<void> {
    for (const [i, points] of moments.entries()) {
      await this.send(i === 0 ? 'touchStart' : 'touchMove', points)
      await new Promise((r) => setTimeout(r, 16))
    }
    await new Promise((r) => setTimeout(r, holdMs))
    await this.send('touchEnd', [])
  }

  drag(from: Point, to: Point, holdMs = 0): Promise<void> {
    return this.gesture(
      Array.from({ length: 11 }, (_, i) => [
        { x: from.x + ((to.x - from.x) * i) / 10, y: from.y + ((to.y - from.y) * i) / 10 },
      ]),
      holdMs,
    )
  }

  /** Two fingers that go from one distance to another, beside each other. */
  pinch(at: Point, from: number, to: number): Promise<void> {
    return this.gesture(
      Array.from({ length: 11 }, (_, i) => {
        const d = (from + ((to - from) * i) / 10) / 2
        return [
          { x: at.x - d, y: at.y },
          { x: at.x + d, y: at.y },
        ]
      }),
    )
  }

  private async send(type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly Point[]) {
    const touchPoints = points.map((p, id) => ({ ...p, id }))
    await this.cdp.send('Input.dispatchTouchEvent', { type, touchPoints })
  }
}

/** Where a thing is once it has stopped moving: the map fits itself anew when panels come and go. */
const settled = async (page: Page, selector: string): Promise<Point> => {
  let last = await middle(page, selector)
  for (;;) {
    await page.waitForTimeout(400)
    const now = await middle(page, selector)
    if (now.x === last.x && now.y === last.y) return now
    last = now
  }
}

const middle = async (page: Page, selector: string): Promise<Point> => {
  const box = await page.locator(selector).first().boundingBox()
  if (!box) throw new Error(`${selector} is nowhere`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

const transform = (page: Page) =>
  page.locator('.react-flow__viewport').evaluate((e) => {
    const m = new DOMMatrix(getComputedStyle(e).transform)
    return { x: m.e, y: m.f, k: m.a }
  })

async function noOverflow(page: Page): Promise<void> {
  const over = await page.evaluate(() => [
    document.documentElement.scrollWidth - innerWidth,
    document.documentElement.scrollHeight - innerHeight,
  ])
  expect(over).toEqual([0, 0])
}

test('a finger on a card moves the map, two fingers zoom it, and nothing of the page', async ({
  page,
}) => {
  await open(page)
  await page.waitForTimeout(500)
  const fingers = await Fingers.on(page)
  const card = await middle(page, '[data-testid=node]')
  const before = await transform(page)
  await fingers.drag(card, { x: card.x + 60, y: card.y - 90 })
  const moved = await transform(page)
  expect(moved.k).toBeCloseTo(before.k, 3)
  expect(moved.x - before.x).toBeGreaterThan(40)
  expect(before.y - moved.y).toBeGreaterThan(60)
  const at = await middle(page, '[data-testid=node]')
  await fingers.pinch(at, 60, 240)
  const near = await transform(page)
  expect(near.k / moved.k).toBeGreaterThan(2)
  await fingers.pinch(at, 240, 60)
  expect((await transform(page)).k).toBeLessThan(near.k)
  expect(await page.evaluate(() => visualViewport?.scale)).toBe(1)
})

test('a tap selects, a long press asks what to do, and what is selected stands below', async ({
  page,
}) => {
  const glass = await open(page)
  await glass.speed(0)
  await noOverflow(page)
  await expect(page.getByTestId('inspector')).toHaveCount(0)
  const pod = page.locator('[data-testid=pod][data-pod^=web-]').first()
  await pod.tap()
  const panel = page.getByTestId('inspector')
  await expect(panel.getByRole('heading')).toContainText('web-')
  const map = await page.locator('.react-flow').boundingBox()
  const below = await panel.boundingBox()
  expect(below?.y).toBeGreaterThanOrEqual((map?.y ?? 0) + (map?.height ?? 0) - 1)
  await noOverflow(page)
  await panel.getByTestId('inspect-close').tap()
  await expect(panel).toHaveCount(0)
  const name = await pod.getAttribute('data-pod')
  const fingers = await Fingers.on(page)
  await fingers.gesture([[await settled(page, `[data-pod="${name}"]`)]], 1000)
  const menu = page.getByRole('menu')
  await expect(menu).toContainText('Kill its container')
  await menu
    .getByRole('menuitem', { name: /Delete/ })
    .last()
    .tap()
  await glass.advance('60s')
  expect((await glass.kubectl(`get pod ${name}`)).stderr).toContain('NotFound')
})

test('a machine is dragged to the bin by its head, and only there', async ({ page }) => {
  const glass = await open(page)
  await page.waitForTimeout(500)
  const fingers = await Fingers.on(page)
  const head = await middle(page, '[data-grip=node-2]')
  const bin = await middle(page, '[data-testid=bin]')
  await fingers.drag(head, { x: head.x, y: head.y + 60 })
  await expect(page.locator('[data-testid=node][data-power=off]')).toHaveCount(0)
  const before = await transform(page)
  await fingers.drag(head, bin)
  await expect(page.locator('[data-testid=node][data-power=off]')).toContainText('node-2')
  expect(await transform(page)).toEqual(before)
  await glass.advance('60s')
  expect((await glass.kubectl('get node node-2 --no-headers')).stdout).toContain('NotReady')
})

test('the wall: pan, pinch, tap, long press, and a node dragged to the bin', async ({ page }) => {
  const glass = await open(page, '&scenario=empty-cluster&nodes=4')
  await glass.kubectl('create deployment web --image=nginx:1.27 --replicas=240')
  await glass.settle()
  await glass.speed(0)
  await expect(page.getByTestId('wall')).toHaveAttribute('data-pods', /2[4-9]\d/)
  await page.waitForTimeout(1500)
  const fingers = await Fingers.on(page)
  const cursor = async (keys: readonly string[]): Promise<Point & { label: string }> => {
    await page.getByTestId('wall-keys').focus()
    for (const key of keys) await page.keyboard.press(key)
    // The map comes to show what the keys reach.
    const at = await settled(page, '[data-testid=wall-cursor]')
    const label = (await page.getByTestId('wall-cursor').getAttribute('aria-label')) ?? ''
    return { ...at, label }
  }
  const toPod = ['Home', 'PageDown', 'ArrowDown', 'ArrowRight', 'ArrowRight']
  let pod = await cursor(toPod)
  // Which cells a node's own pods take depends on when the crowd became a wall.
  while (!pod.label.startsWith('Pod default/web-') && toPod.length < 16) {
    toPod.push('ArrowRight')
    pod = await cursor(toPod)
  }
  const before = await transform(page)
  await fingers.drag(pod, { x: pod.x + 50, y: pod.y + 50 })
  const moved = await transform(page)
  expect(moved.x - before.x).toBeGreaterThan(30)
  await fingers.drag({ x: pod.x + 50, y: pod.y + 50 }, pod)
  await fingers.pinch(pod, 80, 200)
  expect((await transform(page)).k / moved.k).toBeGreaterThan(1.5)
  const again = await cursor(toPod)
  expect(again.label).toBe(pod.label)
  const name = /^Pod default\/(\S+):/.exec(again.label)?.[1] ?? ''
  expect(name).toContain('web-')
  await page.touchscreen.tap(again.x, again.y)
  await expect(page.getByTestId('inspector').getByRole('heading')).toHaveText(name)
  await page.getByTestId('inspect-close').tap()
  await page.waitForTimeout(300)
  const held = await cursor(toPod)
  expect(held.label).toBe(pod.label)
  await fingers.gesture([[held]], 1000)
  await expect(page.getByRole('menu')).toContainText('Kill its container')
  await page.keyboard.press('Escape')
  const head = await cursor(['Home', 'PageDown', 'PageDown'])
  await fingers.drag(head, await middle(page, '[data-testid=bin]'))
  const node = head.label.split(':')[0] as string
  await expect
    .poll(async () => {
      await glass.advance('20s')
      return (await glass.kubectl(`get node ${node} --no-headers`)).stdout
    })
    .toContain('NotReady')
})

for (const [width, height] of [
  [1280, 800],
  [820, 1180],
  [390, 844],
] as const) {
  test(`at ${width}x${height} bar, views, dock and menus are in reach`, async ({ page }) => {
    await page.setViewportSize({ width, height })
    await open(page)
    await noOverflow(page)
    const cut = await page.locator('header button, header select, nav button').evaluateAll((all) =>
      all
        .map((e) => ({ name: e.ariaLabel || e.textContent, box: e.getBoundingClientRect() }))
        .filter(({ box }) => box.left < 0 || box.right > innerWidth || box.bottom > innerHeight)
        .map(({ name }) => name),
    )
    expect(cut).toEqual([])
    await page.getByTestId('tab-editor').tap()
    await expect(page.locator('.monaco-editor').first()).toBeVisible()
    await page.getByTestId('share').tap()
    const item = page.getByRole('menu').getByRole('menuitem').first()
    await expect(item).toBeInViewport()
    expect((await item.boundingBox())?.height).toBeGreaterThanOrEqual(40)
    await page.keyboard.press('Escape')
    await page.getByRole('navigation').getByRole('button', { name: 'Learn' }).tap()
    await expect(page.getByTestId('learn')).toBeVisible()
    await noOverflow(page)
  })
}
