import { expect, open, test } from './page.ts'

async function write(page: import('@playwright/test').Page, text: string): Promise<void> {
  await page.getByTestId('tab-editor').click()
  await page
    .locator('.monaco-editor textarea, .monaco-editor .native-edit-context')
    .first()
    .waitFor({ state: 'attached' })
  await page.locator('.monaco-editor .view-lines').click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

const GOOD = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: blue}
`

test('a mistake is marked at its line; nothing is changed by it', async ({ page }) => {
  const glass = await open(page)
  await write(
    page,
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: wrong}\nspec:\nreplicas: many\n',
  )
  const squiggle = page.locator('.squiggly-error')
  await expect(squiggle.first()).toBeVisible()
  await page.getByTestId('apply').click()
  await expect(page.getByTestId('result')).toContainText(/unknown field|Required value|invalid/i)
  const none = await glass.kubectl('get deploy wrong')
  expect(none.stderr).toContain('NotFound')
})

test('the difference is shown before it is applied', async ({ page }) => {
  const glass = await open(page)
  await glass.kubectl('apply -f -', GOOD)
  await write(page, GOOD.replace('blue', 'green'))
  await page.getByTestId('diff').click()
  await expect(page.getByTestId('result')).toContainText('+  colour: green')
  expect((await glass.kubectl("get cm settings -o jsonpath='{.data.colour}'")).stdout).toBe('blue')
  await page.getByTestId('apply').click()
  await expect(page.getByTestId('result')).toContainText('configmap/settings configured')
  expect((await glass.kubectl("get cm settings -o jsonpath='{.data.colour}'")).stdout).toBe('green')
})

test('bad input gets a clear error and changes nothing', async ({ page }) => {
  const glass = await open(page)
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
    .split('')
    .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`)
    .join('\n')}\n`
  for (const [text, expected] of [
    ['a: [', /error/],
    [bomb, /error/],
    [
      'apiVersion: example.com/v1\nkind: Unknown\nmetadata: {name: x}\n',
      /no matches for kind "Unknown"/,
    ],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: [1]}\n', /error|Error/],
    [
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata: {a: "${'x'.repeat(10 * 1024 * 1024)}"}\n`,
      /larger than/,
    ],
  ] as const) {
    const before = await glass.kubectl('get configmaps,all -A -o name')
    const r = await glass.kubectl('apply -f -', text)
    expect(r.code).not.toBe(0)
    expect(r.stderr).toMatch(expected)
    expect((await glass.kubectl('get configmaps,all -A -o name')).stdout).toBe(before.stdout)
  }
})
