/** Sessions survive a reload, a full disk, an absent one, and a crash of the simulation. */
import { test as base, type Page } from '@playwright/test'
import { expect, open, test } from './page.ts'

const notice = (page: Page) => page.getByTestId('notice')
const digest = (page: Page) => page.evaluate(() => window.kubarium.digest())

async function act(page: Page, name: string): Promise<void> {
  await page.evaluate(() => window.kubarium.speed(0))
  await page.evaluate(
    (n) => window.kubarium.kubectl(`create configmap ${n} --from-literal=a=b`),
    name,
  )
  await page.evaluate(() => window.kubarium.advance('5s'))
}

/** Names of the sessions in the browser's storage, with the last thing done in each. */
function stored(page: Page): Promise<{ name: string; last: string }[]> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const asked = indexedDB.open('kubarium')
        asked.onerror = () => reject(asked.error)
        asked.onsuccess = () => {
          const db = asked.result
          if (!db.objectStoreNames.contains('sessions')) return resolve([])
          const all = db.transaction('sessions').objectStore('sessions').getAll()
          all.onsuccess = () => {
            db.close()
            resolve(all.result)
          }
        }
      }),
  )
}

test('an untouched cluster offers nothing; what was done is offered, not forced', async ({
  page,
}) => {
  await open(page, '&seed=5&nodes=2')
  await page.reload()
  await page.evaluate(() => window.kubarium.ready)
  await expect(notice(page)).toHaveCount(0)

  await act(page, 'kept')
  await expect
    .poll(() => stored(page))
    .toMatchObject([{ name: '', last: expect.stringContaining('configmap kept') }])
  const was = await page.evaluate(() =>
    window.kubarium.kubectl('get configmap kept -o jsonpath={.metadata.uid}'),
  )
  await expect
    .poll(() => stored(page))
    .toMatchObject([{ last: expect.stringContaining('jsonpath') }])
  await page.reload()
  await page.evaluate(() => window.kubarium.ready)
  await expect(notice(page)).toContainText(
    /Your last session can be brought back: up to 00:\d\d:\d\d, last command “kubectl get configmap kept .*”, saved .*(ago|now)/,
  )
  const fresh = await page.evaluate(() => window.kubarium.kubectl('get configmap kept'))
  expect(fresh.stderr).toContain('NotFound')
  await page.getByTestId('share.restore').click()
  await expect(notice(page)).toContainText('Played again up to')
  const back = await page.evaluate(() =>
    window.kubarium.kubectl('get configmap kept -o jsonpath={.metadata.uid}'),
  )
  expect(back.stdout).toBe(was.stdout)
})

test('sessions get names, are opened, renamed and deleted, by keyboard too', async ({ page }) => {
  await open(page, '&seed=5&nodes=2')
  await act(page, 'one')
  const was = await digest(page)
  const dialog = page.getByTestId('sessions')
  const show = async () => {
    await page.getByTestId('share').focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('share.sessions').press('Enter')
    await expect(dialog).toBeVisible()
  }
  await show()
  await dialog.getByPlaceholder('Name').fill('Before the drill')
  await page.keyboard.press('Enter')
  const row = dialog.getByRole('listitem').filter({ hasText: 'Before the drill' })
  await expect(row).toContainText(/up to 00:\d\d:\d\d, \d+ commands/)
  await page.keyboard.press('Escape')
  await act(page, 'two')
  await show()
  await row.getByRole('button', { name: 'Open' }).click()
  await expect(notice(page)).toContainText('Played again up to')
  expect(await digest(page)).toBe(was)
  await show()
  await row.getByRole('button', { name: 'Rename' }).click()
  await dialog.getByRole('listitem').getByRole('textbox').fill('After it')
  await page.keyboard.press('Enter')
  const renamed = dialog.getByRole('listitem').filter({ hasText: 'After it' })
  await expect(renamed).toHaveCount(1)
  await renamed.getByRole('button', { name: 'Delete' }).click()
  await renamed.getByRole('button', { name: 'Delete it?' }).click()
  await expect(renamed).toHaveCount(0)
})

test('a full disk is said, and what was saved before stays', async ({ page }) => {
  await page.addInitScript(() => {
    const { put } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = function (...args: Parameters<typeof put>) {
      // The second of the two writes: the first must not stay behind alone.
      if ((window as { full?: boolean }).full && this.name === 'bundles')
        throw new DOMException('no room', 'QuotaExceededError')
      return put.apply(this, args)
    }
  })
  await open(page, '&seed=5&nodes=2')
  await act(page, 'before')
  await expect.poll(() => stored(page)).toMatchObject([{ last: expect.stringContaining('before') }])
  await page.evaluate(() => {
    ;(window as { full?: boolean }).full = true
  })
  await act(page, 'after')
  await expect(notice(page)).toContainText('The browser has no room left')
  await expect(notice(page)).toContainText('What was saved before is still there')
  expect(await stored(page)).toMatchObject([{ last: expect.stringContaining('before') }])
  await page.evaluate(() => {
    ;(window as { full?: boolean }).full = false
  })
  await act(page, 'later')
  await expect.poll(() => stored(page)).toMatchObject([{ last: expect.stringContaining('later') }])
  await expect(notice(page)).toHaveCount(0)
})

test('without storage the page says so and goes on', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }))
  await open(page, '&seed=5&nodes=2')
  await act(page, 'x')
  await expect(notice(page)).toContainText('This browser keeps nothing for this page')
  await page.getByTestId('share').click()
  await page.getByTestId('share.sessions').click()
  await expect(page.getByTestId('sessions')).toContainText('keeps nothing')
})

/** The worker's fault shows in the console, as it should: this test does not ask for a clean one. */
base(
  'a crash of the simulation: the session comes back from its log by itself, once',
  async ({ page }) => {
    const glass = await open(page, '&seed=5&nodes=2')
    await act(page, 'one')
    await act(page, 'two')
    const was = await digest(page)
    // Not answered when the crash comes: not acknowledged, so not carried out again.
    await page.evaluate(
      () => void window.kubarium.kubectl('wait --for=delete configmap/one').catch(() => undefined),
    )
    const crash = () =>
      page.workers()[0]?.evaluate(() => {
        // As text: the browser keeps faults of a debugger's functions to itself.
        setTimeout("throw new Error('forced by a test')")
      })
    await crash()
    await expect(notice(page)).toContainText('Your session was brought back from its log')
    await expect(notice(page)).toContainText('under way: kubectl wait --for=delete configmap/one')
    expect(await digest(page)).toBe(was)
    expect((await glass.kubectl('get configmap two -o name')).stdout).toBe('configmap/two\n')

    await crash()
    await expect(page.getByTestId('crash')).toContainText('forced by a test')
    await page.getByRole('button', { name: 'without the last command' }).click()
    await expect(page.getByTestId('crash')).toHaveCount(0)
    await expect(notice(page)).toContainText('brought back')
    expect((await glass.kubectl('get configmap one -o name')).stdout).toBe('configmap/one\n')
  },
)

test('an endless loop of the simulation is noticed and said, and the session comes back', async ({
  page,
}) => {
  test.setTimeout(180_000)
  const glass = await open(page, '&seed=5&nodes=2')
  await act(page, 'one')
  const was = await digest(page)
  const hang = () =>
    page
      .workers()
      .at(-1)
      ?.evaluate(() => {
        setTimeout('for (;;);')
      })
  await hang()
  await expect(notice(page)).toContainText('has not answered for 8 s', { timeout: 20_000 })
  await expect(notice(page)).toContainText('Your session was brought back', { timeout: 60_000 })
  expect(await digest(page)).toBe(was)
  expect((await glass.kubectl('get configmap one -o name')).stdout).toBe('configmap/one\n')
  // The reader need not wait; a second time the choice is theirs.
  await hang()
  await page.getByTestId('share.hung.now').click({ timeout: 20_000 })
  await page.getByTestId('crash').getByRole('button', { name: 'without the last command' }).click()
  await expect(notice(page)).toContainText('brought back')
  expect((await glass.kubectl('get pods')).code).toBe(0)
})
