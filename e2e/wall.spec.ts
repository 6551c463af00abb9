import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, open, test } from './page.ts'

/** A cluster with more pods than the page draws as elements. */
async function crowd(page: Page) {
  const glass = await open(page, '&scenario=empty-cluster&nodes=4')
  await glass.kubectl('create deployment web --image=nginx:1.27 --replicas=240')
  await glass.settle()
  await glass.speed(0)
  await expect(page.getByTestId('wall')).toBeVisible()
  await expect(page.getByTestId('wall')).toHaveAttribute('data-pods', /2[4-9]\d/)
  return glass
}

/** Where the wall shows the thing that the keys reach, once it is one of those expected. */
async function cursor(page: Page, like = /./): Promise<{ x: number; y: number; label: string }> {
  const here = page.getByTestId('wall-cursor')
  await expect(here).toHaveAttribute('aria-label', like)
  const box = await here.boundingBox()
  if (!box) throw new Error('the cursor is nowhere')
  const label = (await here.getAttribute('aria-label')) ?? ''
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, label }
}

test('a crowd is drawn on canvas, and every pod of it can be pointed at and selected', async ({
  page,
}) => {
  const glass = await crowd(page)
  const all = await glass.kubectl('get pods -A -o name')
  await expect(page.getByTestId('wall')).toHaveAttribute(
    'data-pods',
    String(all.stdout.trim().split('\n').length),
  )
  await expect(page.getByTestId('node')).toHaveCount(0)
  await page.getByTestId('wall-keys').focus()
  await page.keyboard.press('PageDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  const pod = await cursor(page, /^Pod default\/web-/)
  const name = /^Pod (\S+): Running 1\/1$/.exec(pod.label)?.[1]
  expect(name).toContain('default/web-')
  await page.mouse.move(pod.x, pod.y)
  await expect(page.getByTestId('wall-tip')).toContainText(name as string)
  await page.mouse.click(pod.x, pod.y)
  await expect(page.getByTestId('inspector').getByRole('heading')).toHaveText(
    (name as string).split('/')[1] as string,
  )
})

test('a pod of the crowd is deleted by key, a node dragged to the bin loses power', async ({
  page,
}) => {
  const glass = await crowd(page)
  await page.getByTestId('wall-keys').focus()
  for (const key of ['PageDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight'])
    await page.keyboard.press(key)
  const name = /^Pod default\/(\S+):/.exec((await cursor(page, /^Pod default\/web-/)).label)?.[1]
  await page.keyboard.press('Delete')
  await glass.advance('60s')
  const gone = await glass.kubectl(`get pod ${name}`)
  expect(gone.stderr).toContain('NotFound')
  await page.getByTestId('wall-keys').focus()
  for (const key of ['Home', 'PageDown', 'PageDown']) await page.keyboard.press(key)
  const head = await cursor(page, /^(?!Pod )/)
  const bin = await page.getByTestId('bin').boundingBox()
  if (!bin) throw new Error('no bin')
  await page.mouse.move(head.x, head.y)
  await page.mouse.down()
  await page.mouse.move(bin.x + 20, bin.y + 10, { steps: 8 })
  await page.mouse.up()
  const node = head.label.split(':')[0] as string
  await expect
    .poll(async () => {
      await glass.advance('20s')
      return (await glass.kubectl(`get node ${node} --no-headers`)).stdout
    })
    .toContain('NotReady')
})

test('right-click on the wall opens the menu of what is there', async ({ page }) => {
  await crowd(page)
  await page.getByTestId('wall-keys').focus()
  for (const key of ['PageDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
  const pod = await cursor(page, /^Pod /)
  await page.mouse.click(pod.x, pod.y, { button: 'right' })
  await expect(page.getByRole('menu')).toContainText('Kill its container')
})

test('near, a pod shows its containers; far again, the same pod is a cell', async ({ page }) => {
  await crowd(page)
  await page.getByTestId('wall-keys').focus()
  for (const key of ['PageDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight'])
    await page.keyboard.press(key)
  const pod = await cursor(page, /^Pod default\/web-/)
  await page.mouse.move(pod.x, pod.y)
  for (let i = 0; i < 14; i++) {
    await page.mouse.wheel(0, -300)
    await page.waitForTimeout(30)
  }
  const name = /^Pod default\/(\S+):/.exec(pod.label)?.[1]
  const inside = page.locator(`[data-testid=pod][data-pod="${name}"]`).getByTestId('pod-inside')
  await expect(inside).toContainText('nginx:1.27')
  await expect(inside).toContainText('Running')
  for (let i = 0; i < 14; i++) {
    await page.mouse.wheel(0, 300)
    await page.waitForTimeout(30)
  }
  await expect(page.getByTestId('pod-inside')).toHaveCount(0)
})

test('group by node, namespace, owner and zone: every pod stays, and counts cover all', async ({
  page,
}) => {
  const glass = await open(page)
  await glass.speed(0)
  const all = (await glass.kubectl('get pods -A -o name')).stdout.trim().split('\n').length
  for (const by of ['namespace', 'owner', 'zone']) {
    await page.getByTestId('group-by').selectOption(by)
    await expect(page.getByTestId('wall')).toHaveAttribute('data-pods', String(all))
    await expect(page.getByTestId('counts')).toContainText(`${all} pods`)
  }
  await page.getByTestId('group-by').selectOption('node')
  await expect(page.getByTestId('wall')).toHaveCount(0)
  await expect(page.getByTestId('node')).toHaveCount(3)
})

test('a search dims what does not match and drops nothing', async ({ page }) => {
  const glass = await open(page)
  await glass.speed(0)
  const cells = page.locator('[data-testid=node] [data-testid=pod]')
  const before = await cells.count()
  await page.getByTestId('find-label').fill('app=web')
  const web = (await glass.kubectl('get pods -A -l app=web -o name')).stdout.trim().split('\n')
  await expect(page.getByTestId('counts')).toContainText(`${web.length} of`)
  await expect(page.locator('[data-testid=pod][data-bright=true]')).toHaveCount(web.length)
  expect(await cells.count()).toBe(before)
  await page.getByTestId('find-label').fill('')
  await page.getByTestId('find-namespace').selectOption('kube-system')
  await page.getByTestId('find-state').selectOption('failed')
  await expect(page.getByTestId('counts')).toContainText('0 of')
  await page.getByRole('button', { name: 'Look for nothing in particular' }).click()
  await expect(page.locator('[data-testid=node] [data-bright=false]')).toHaveCount(0)
})

test('the map is saved as text, drawing and picture, with every pod of it', async ({ page }) => {
  const glass = await open(page)
  await glass.speed(0)
  const save = async (format: string) => {
    await page.getByTestId('save-map').click()
    const coming = page.waitForEvent('download')
    await page.getByTestId(`save-${format}`).click()
    return readFileSync(await (await coming).path())
  }
  const names = (await glass.kubectl('get pods -A --no-headers')).stdout
    .trim()
    .split('\n')
    .map((l) => l.split(/\s+/).slice(0, 2).join('/'))
  const text = (await save('txt')).toString()
  const svg = (await save('svg')).toString()
  for (const name of names) {
    expect(text).toContain(name)
    expect(svg).toContain(name)
  }
  expect(text).toContain('node node-1 Ready')
  const png = await save('png')
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect(png.length).toBeGreaterThan(5000)
})

test('what a card has no room for is reached by key, in the tree', async ({ page }) => {
  const glass = await open(page)
  await glass.kubectl('create deployment huge --image=nginx:1.27 --replicas=0')
  await glass.kubectl('set resources deployment huge --requests=cpu=64')
  await glass.kubectl('scale deployment huge --replicas=9')
  await glass.settle()
  await glass.speed(0)
  const pending = await glass.kubectl('get pods --field-selector=status.phase=Pending -o name')
  const n = pending.stdout.trim().split('\n').length
  const more = page.getByTestId('tray').getByTestId('more')
  await expect(more).toHaveText(`+${n - 5}`)
  await more.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('tree')).toBeFocused()
  await expect(page.getByTestId('tree')).toHaveAttribute('aria-activedescendant', 'line-pending')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('inspector').getByRole('heading')).toContainText('huge-')
})

test('what belongs to the selected cell stays bright and is joined to it: owners, claims, volumes', async ({
  page,
}) => {
  const glass = await open(page)
  await page.getByTestId('group-by').selectOption('zone')
  await expect(page.getByTestId('wall')).toBeVisible()
  for (const layer of ['ownership', 'storage']) await page.getByTestId(`layer-${layer}`).click()
  await glass.kubectl('scale deployment api --replicas=5')
  await glass.settle()
  await glass.speed(0)
  const cursorTo = async (pod: RegExp) => {
    await page.getByTestId('wall-keys').focus()
    await page.keyboard.press('Home')
    for (let i = 0; i < 60; i++) {
      const at = await cursor(page)
      if (pod.test(at.label)) return at
      await page.keyboard.press('ArrowRight')
    }
    throw new Error(`no ${pod}`)
  }
  /** The canvas under a point, as painted. */
  const ink = (at: { x: number; y: number }) =>
    page.getByTestId('wall').evaluate((el: HTMLCanvasElement, { x, y }) => {
      const box = el.getBoundingClientRect()
      const ratio = el.width / box.width
      const data = el
        .getContext('2d')
        ?.getImageData((x - box.left) * ratio - 8, (y - box.top) * ratio - 8, 1, 1).data
      return [...(data ?? [])].join()
    }, at)
  const api = await cursorTo(/default\/api-/)
  const web = await cursorTo(/default\/web-/)
  const before = { api: await ink(api), web: await ink(web) }
  await page.mouse.click(api.x, api.y)
  await expect(page.getByTestId('kin')).toContainText(
    /Deployment api › ReplicaSet api-\w+ › 5 pods/,
  )
  await expect(page.locator('[data-testid=kin-line][data-kin=owner]')).toHaveCount(4)
  await expect.poll(() => ink(web)).not.toBe(before.web)
  // A database with a disk that a second pod mounts too.
  await glass.kubectl(
    `run reader --image=redis:7.4 --overrides='{"spec":{"volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data-redis-0"}}],"containers":[{"name":"c","image":"redis:7.4","volumeMounts":[{"name":"d","mountPath":"/data"}]}]}}'`,
  )
  await glass.settle()
  const redis = await cursorTo(/default\/redis-0/)
  await page.mouse.click(redis.x, redis.y)
  await expect(page.getByTestId('kin')).toContainText('StatefulSet redis › 2 pods')
  await expect(page.getByTestId('kin')).toContainText(
    /PersistentVolumeClaim data-redis-0 › pvc-\S+ · 1Gi/,
  )
  await expect(page.locator('[data-testid=kin-line][data-kin=claim]')).toHaveAttribute(
    'data-pod',
    'reader',
  )
  for (const layer of ['ownership', 'storage']) await page.getByTestId(`layer-${layer}`).click()
  await expect(page.getByTestId('kin')).toHaveCount(0)
  await expect.poll(() => ink(web)).toBe(before.web)
})
