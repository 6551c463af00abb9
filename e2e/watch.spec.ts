/**
 * The page watches a cluster through the real `kubectl proxy`: here the cluster is our own Node host, which to both is
 * an API like any other. The proxy serves the built page too, since it lets no other origin in.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'

const dir = mkdtempSync(join(tmpdir(), 'kubarium-watch-'))
const config = join(dir, 'config')
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
if (!hasKubectl) console.warn('SKIPPED: no kubectl on the PATH, nothing to watch a cluster through')

const children: ChildProcess[] = []
let proxy = ''

/** Starts a program and waits for a line of its output. */
async function begin(command: string, args: string[], line: RegExp): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, KUBECONFIG: config } })
  children.push(child)
  let said = ''
  for (const out of [child.stdout, child.stderr]) {
    out?.on('data', (d: Buffer) => {
      said += d.toString()
    })
  }
  await expect.poll(() => line.exec(said)?.[1] ?? '', { timeout: 30_000 }).not.toBe('')
  return line.exec(said)?.[1] ?? ''
}

function kubectl(line: string): string {
  const done = spawnSync('kubectl', line.split(' '), {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, KUBECONFIG: config },
  })
  return done.stdout + done.stderr
}

test.beforeAll(async () => {
  test.skip(!hasKubectl)
  const serve = ['dist-server/main.js', '--port', '0', '--nodes', '2', '--kubeconfig', config]
  await begin(process.execPath, serve, /export (KUBECONFIG)/)
  const args = ['proxy', '--port=0', '--www=dist', '--www-prefix=/', '--api-prefix=/k8s/']
  proxy = await begin('kubectl', args, /Starting to serve on (\S+)/)
})

test.afterAll(() => {
  for (const child of children.reverse()) child.kill()
  rmSync(dir, { recursive: true, force: true })
})

async function watch(page: Page): Promise<void> {
  await page.goto(`http://${proxy}/?attach=http://${proxy}/k8s/&lang=en&theme=dark`)
  await page.evaluate(() => window.kubarium.ready)
  await expect(page.getByTestId('control-plane')).toBeVisible()
}

const line = (page: Page, l: string) => page.evaluate((x) => window.kubarium.kubectl(x), l)

test('shows the cluster as it changes, kubectl reads, and nothing can be written', async ({
  page,
}) => {
  test.skip(!hasKubectl)
  await watch(page)
  await expect(page.getByTestId('attached')).toHaveText(`${proxy}read only`)
  await expect(page.getByTestId('notice')).toContainText(`Only watching ${proxy}`)
  await expect(page.getByText('node-2').first()).toBeVisible()

  // Its time cannot be stopped, gone back in or asked why.
  for (const id of ['play', 'step', 'settle', 'speed', 'timeline', 'time-menu'])
    await expect(page.getByTestId(id)).toHaveCount(0)
  await expect(page.getByTestId('clock')).toBeVisible()

  expect(kubectl('create deployment seen --image=nginx:1.27 --replicas=3')).toContain('created')
  await expect(async () => {
    const pods = await line(page, 'get pods -l app=seen --no-headers')
    expect(pods.stdout.split('\n').filter((l) => l.includes('Running'))).toHaveLength(3)
  }).toPass({ timeout: 60_000 })
  const cells = page.getByTestId('pod').and(page.getByLabel(/Pod default.seen-/))
  await expect(cells).toHaveCount(3, { timeout: 30_000 })
  const theirs = kubectl('get deployment seen -o yaml')
  expect((await line(page, 'get deployment seen -o yaml')).stdout).toBe(theirs)

  const refused = await line(page, 'delete deployment seen')
  expect(refused.stderr).toContain('this page only watches the cluster')
  expect((await line(page, 'scale deployment seen --replicas=9')).code).toBe(1)
  await page.getByRole('button', { name: 'Add a machine' }).click()
  await expect(page.getByTestId('notice')).toContainText('nothing can be changed')
  expect(kubectl('get deployment seen -o jsonpath={.spec.replicas}')).toBe('3')

  kubectl('delete deployment seen')
  await expect(cells).toHaveCount(0, { timeout: 60_000 })
})

test('a proxy that is not there is said, and only this machine is spoken to', async ({ page }) => {
  test.skip(!hasKubectl)
  await page.goto(`http://${proxy}/?attach=http://127.0.0.1:1&lang=en`)
  await expect(page.getByTestId('notice')).toContainText('The cluster cannot be watched')
  await page.goto(`http://${proxy}/?attach=http://192.0.2.1:8001&lang=en`)
  await page.evaluate(() => window.kubarium.ready)
  await expect(page.getByTestId('attached')).toHaveCount(0)
})
