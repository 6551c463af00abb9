import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { masked, STATES } from '../src/testing/masked.ts'
import { expect, open, test } from './page.ts'

async function write(page: import('@playwright/test').Page, text: string): Promise<void> {
  await page.getByTestId('tab-editor').click()
  // The input itself: a click in the middle of a long text may meet Monaco's sticky lines.
  await page.locator('.monaco-editor textarea, .monaco-editor .native-edit-context').first().focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  // Pasted, as people do: typed text would be indented by the editor.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate((t) => navigator.clipboard.writeText(t), text)
  await page.keyboard.press('ControlOrMeta+v')
  await expect(page.locator('.monaco-editor .view-lines')).not.toHaveText('')
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

const GUESTBOOK = '../shared/manifests/guestbook/all-in-one/guestbook-all-in-one.yaml'

test('the guestbook, unmodified, goes through the editor and serves', async ({ page }) => {
  test.skip(!existsSync(GUESTBOOK), 'SKIPPED: public manifests are not on this machine')
  const glass = await open(page, '&scenario=empty-cluster')
  await write(page, readFileSync(GUESTBOOK, 'utf8'))
  await page.getByTestId('apply').click()
  await expect(page.getByTestId('result')).toContainText('deployment.apps/frontend created')
  await glass.settle()
  const ready = await glass.kubectl("get deploy -o jsonpath='{.items[*].status.readyReplicas}'")
  expect(ready.stdout).toBe('3 1 2')
  await page
    .locator('[data-testid=service][data-service=frontend]')
    .getByRole('button', { name: /Send a request/ })
    .click()
  await expect(page.locator('[data-testid=hop][data-kind=answer]')).toContainText('200')
})

test('the editor completes and explains fields', async ({ page }) => {
  await open(page)
  await write(page, 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\nspec:\n  ')
  await page.keyboard.press('ControlOrMeta+Space')
  const list = page.locator('.suggest-widget')
  await expect(list).toContainText('replicas')
  await expect(list).toContainText('selector')
})

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: site
spec:
  replicas: 1
  selector:
    matchLabels: {app: site}
  template:
    metadata:
      labels: {app: site}
    spec:
      containers:
        - name: nginx
          image: nginx:1.27
---
apiVersion: v1
kind: Service
metadata:
  name: site
spec:
  selector: {app: site}
  ports: [{port: 80}]
`

test('the difference is reviewed first and applied by its own button; typing takes the review back', async ({
  page,
}) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await write(page, WEB)
  await page.keyboard.press('ControlOrMeta+Enter')
  const result = page.getByTestId('result')
  await expect(result).toContainText('Deployment site')
  await expect(result).toContainText('Service site')
  expect((await glass.kubectl('get deploy site')).code).toBe(1)
  // Escape goes back to the text, and a change makes the review void.
  await page.keyboard.press('Escape')
  await expect(result).toHaveCount(0)
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(page.getByTestId('confirm')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(result).toContainText('deployment.apps/site created')
  await expect(result).toContainText('service/site created')
  await page.getByTestId('diff').click()
  await expect(result).toContainText('No difference')
})

test('a document leads to its object on the map, and an object back to its document', async ({
  page,
}) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await write(page, WEB)
  await page.keyboard.press('ControlOrMeta+Home')
  const lens = page.locator('.codelens-decoration')
  await expect(lens.first()).toContainText('Deployment site: not in the cluster yet')
  await page.getByTestId('apply').click()
  const link = page.getByRole('button', { name: 'Deployment site: show it on the map' })
  await expect(link.or(lens.getByText('Deployment site: show it on the map'))).toBeVisible()
  await lens.getByText('Deployment site: show it on the map').click()
  await expect(page.getByTestId('inspector')).toContainText('site')
  // As many of its lines as can be seen: more than the Service has.
  const marked = () => page.locator('.document-selected').count()
  await expect.poll(marked).toBeGreaterThan(8)
  // A Pod leads to the Deployment that owns it; the Service to its own document.
  await glass.settle()
  await page
    .locator('[data-testid=service][data-service=site]')
    .getByRole('button', { name: 'site', exact: true })
    .click()
  await expect.poll(marked).toBeLessThan(8)
  await expect(page.locator('.document-selected')).not.toHaveCount(0)
  await expect(page.locator('.view-lines')).toContainText(/kind:\s+Service/)
  await page.locator('[data-testid=pod][data-pod^="site-"]').first().click()
  await expect.poll(marked).toBeGreaterThan(8)
})

test('a quick fix mends what the server refuses', async ({ page }) => {
  await open(page, '&scenario=empty-cluster')
  await write(page, WEB.replace('replicas', 'replicaz').split('---')[0] as string)
  await expect(page.locator('.squiggly-error').first()).toBeVisible()
  // The server has been asked: its own words are among the marks.
  await page.keyboard.press('ControlOrMeta+Home')
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowDown')
  await expect(async () => {
    await page.keyboard.press('Escape')
    await page.keyboard.press('ControlOrMeta+.')
    await expect(page.getByText('Change “replicaz” to “replicas”')).toBeVisible({ timeout: 1000 })
  }).toPass()
  await page.keyboard.press('Enter')
  await expect(page.locator('.view-lines')).toContainText('replicas:')
  await expect(page.locator('.squiggly-error')).toHaveCount(0)
})

test('a new object begins from a manifest that works: by menu and by completion', async ({
  page,
}) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await write(page, GOOD)
  await page.getByTestId('new-object').click()
  await page.getByRole('menuitem', { name: 'Namespace' }).click()
  await expect(page.locator('.monaco-editor .view-lines')).toContainText('Namespace')
  await expect(
    page.locator('.monaco-editor textarea, .monaco-editor .native-edit-context').first(),
  ).toBeFocused()
  // The first tab stop is selected: what is typed takes its place.
  await page.keyboard.type('pond')
  await page.keyboard.press('Escape')
  await page.getByTestId('apply').click()
  await expect(page.getByTestId('result')).toContainText('namespace/pond created')
  expect((await glass.kubectl('get cm settings -o name')).stdout).toBe('configmap/settings\n')
  await page.locator('.monaco-editor textarea, .monaco-editor .native-edit-context').first().focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  await page.keyboard.type('Cron')
  await expect(page.locator('.suggest-widget')).toContainText('CronJob')
  await page.keyboard.press('Enter')
  await page.getByTestId('diff').click()
  await expect(page.getByTestId('result')).toContainText('CronJob report')
})

test('a field is explained where it stands', async ({ page }) => {
  await open(page, '&scenario=empty-cluster')
  await write(page, WEB)
  await page.keyboard.press('ControlOrMeta+Home')
  await page.locator('.view-line').getByText('replicas', { exact: false }).first().hover()
  await expect(page.locator('.monaco-hover').first()).toContainText(/number of desired pods/i)
})

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                wingspan: {type: integer, description: From tip to tip}
`

test('kinds that a definition brought are completed, and their objects are in the tree', async ({
  page,
}) => {
  const glass = await open(page, '&scenario=empty-cluster')
  await glass.kubectl('apply -f -', CRD)
  await glass.settle()
  const widget = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  '
  await write(page, widget)
  await page.keyboard.press('ControlOrMeta+Space')
  await expect(page.locator('.suggest-widget')).toContainText('wingspan')
  await page.keyboard.press('Escape')
  await glass.kubectl('apply -f -', `${widget}wingspan: 3\n`)
  await page.getByRole('navigation').getByRole('button', { name: 'Tree', exact: true }).click()
  await expect(page.getByRole('tree')).toContainText('Widget (example.com/v1)')
})

const BY_KIND = '../shared/manifests/by-kind'

/** What each file prints and makes: the same golden file that the terminal's kubectl is held to. */
function outcomes(): Map<string, { printed: string; states: string }> {
  const golden = readFileSync('src/testing/manifests.outcomes.txt', 'utf8')
  const out = new Map<string, { printed: string; states: string }>()
  for (const part of golden.split(/^== /m).filter(Boolean)) {
    const [file = '', ...lines] = part.trimEnd().split('\n')
    const states = lines.filter((l) => /^[A-Z][A-Za-z]+ {2}\S+ {2}/.test(l))
    const printed = lines.filter((l) => !states.includes(l)).join('\n')
    out.set(file, { printed: printed.replace(/ \[exit \d+\]$/, ''), states: states.join('\n') })
  }
  return out
}

test('every public manifest, the broken ones too, through the editor: outcome by outcome', async ({
  page,
}) => {
  test.skip(!existsSync(BY_KIND), 'SKIPPED: public manifests are not on this machine')
  test.setTimeout(600_000)
  const expected = outcomes()
  const files = readdirSync(BY_KIND, { recursive: true })
    .map(String)
    .filter((f) => /\.ya?ml$/.test(f))
    .sort()
  expect(files.length).toBeGreaterThan(20)
  const glass = await open(page, '&scenario=empty-cluster&nodes=3')
  glass.speed(0)
  const result = page.getByTestId('result')
  const wrong: string[] = []
  for (const file of files) {
    const text = readFileSync(`${BY_KIND}/${file}`, 'utf8')
    const golden = expected.get(`by-kind/${file}`) ?? { printed: 'no golden outcome', states: '' }
    await write(page, text)
    await page.getByTestId('apply').click()
    const last = golden.printed.split('\n').at(-1) ?? ''
    await expect(result)
      .toContainText(last, { timeout: 5000 })
      .catch(() => {})
    const printed = (await result.innerText()).trim()
    await glass.advance('90s')
    const states = masked((await glass.kubectl(STATES)).stdout)
    if (printed !== golden.printed)
      wrong.push(`${file} prints:\n${printed}\nand not:\n${golden.printed}`)
    if (states !== golden.states) wrong.push(`${file} makes:\n${states}\nnot:\n${golden.states}`)
    await glass.kubectl('delete -f - --ignore-not-found --wait=false', text)
    await glass.kubectl('delete pods,pvc,jobs --all --wait=false')
    await glass.settle()
  }
  expect(wrong.join('\n\n')).toBe('')
})

test('Monaco speaks the language of the page, and loads its words only then', async ({ page }) => {
  const packs: string[] = []
  page.on('request', (r) => {
    if (/zh-cn/.test(r.url())) packs.push(r.url())
  })
  const menu = async (query: string) => {
    await open(page, query)
    await page.getByTestId('tab-editor').click()
    await page.locator('.monaco-editor .view-line').first().click({ button: 'right' })
    const item = page.locator('.monaco-menu .action-label')
    await expect(item.first()).toBeVisible()
    return (await item.allTextContents()).join(' ')
  }
  expect(await menu('')).toMatch(/Copy|Cut/)
  expect(packs).toEqual([])
  const chinese = await menu('&lang=zh')
  expect(chinese).toContain('复制')
  expect(chinese).not.toMatch(/Copy|Cut|Paste/)
  expect(packs.length).toBeGreaterThan(0)
})
