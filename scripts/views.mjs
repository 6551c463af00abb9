/**
 * Pictures of every view, in both themes and languages, at both widths: `node scripts/views.mjs URL [NAME...]` writes
 * docs/views/NAME-WIDTH.jpg, each with four pictures. The page must be built and served; look at them after a change of it.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const [url = 'http://localhost:5173/', ...wanted] = process.argv.slice(2)
const SIZES = [
  [1280, 800],
  [1920, 1080],
]
const LOOKS = ['light', 'dark'].flatMap((theme) => ['en', 'zh'].map((lang) => ({ theme, lang })))

const rail = (index) => (p) => p.getByRole('navigation').getByRole('button').nth(index).click()
const kube = (p, body) => p.evaluate(`(async (k) => { ${body} })(window.kubarium)`)

/** What leads to each view. */
const VIEWS = {
  map: (p) => kube(p, "k.speed(0); await k.kubectl('set image deployment/web nginx=nginx:1.28'); await k.advance('2500ms')"),
  lost: (p) =>
    kube(p, "k.speed(0); await k.fault({kind:'power-off',node:'node-2'}); await k.until('node/node-2 NotReady'); await k.advance('40s')"),
  tree: rail(1),
  workloads: rail(2),
  network: rail(3),
  disks: rail(4),
  learn: rail(5),
  editor: (p) => p.getByTestId('tab-editor').click().then(() => p.locator('.monaco-editor .view-lines').waitFor()),
  why: async (p) => {
    await kube(p, "k.speed(0); await k.kubectl('run typo --image=nginx:1.161'); await k.advance('30s')")
    await p.locator('[data-testid=pod][data-pod=typo]').click()
    await p.getByTestId('inspect-why').click()
  },
  past: async (p) => {
    await kube(p, "k.speed(0); await k.fault({kind:'power-off',node:'node-2'}); await k.advance('8m'); await k.at('100s'); await k.branch('calm'); await k.kubectl('scale deployment web --replicas=6'); await k.advance('30s'); await k.checkout('main'); await k.at('3m'); await k.bookmark('silent')")
    await p.getByTestId('time-menu').click()
  },
  tour: (p) => p.getByTestId('tour-offer').click().then(() => p.getByTestId('tour').waitFor()),
  wall: (p) => kube(p, "k.speed(0); await k.kubectl('create deployment crowd --image=nginx:1.27 --replicas=260'); await k.advance('60s')"),
}

const browser = await chromium.launch({
  ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
  args: ['--no-sandbox', '--disable-gpu'],
})
mkdirSync('docs/views', { recursive: true })
for (const [name, act] of Object.entries(VIEWS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  for (const [width, height] of SIZES) {
    const shots = []
    for (const { theme, lang } of LOOKS) {
      const context = await browser.newContext({ viewport: { width, height }, serviceWorkers: 'block' })
      const page = await context.newPage()
      const query = name === 'wall' ? '&nodes=5' : ''
      await page.goto(`${url}?lang=${lang}&theme=${theme}${query}`)
      await page.evaluate('window.kubarium.ready')
      await act(page)
      await page.waitForTimeout(1500)
      shots.push(await page.screenshot({ type: 'png' }))
      await context.close()
    }
    const sheet = await browser.newPage({ viewport: { width, height } })
    const images = shots.map((s) => `<img src="data:image/png;base64,${s.toString('base64')}">`)
    await sheet.setContent(
      `<style>body{margin:0;display:grid;grid-template-columns:1fr 1fr;gap:4px;background:#888}img{width:100%;display:block}</style>${images.join('')}`,
    )
    await sheet.waitForTimeout(300)
    writeFileSync(`docs/views/${name}-${width}.jpg`, await sheet.screenshot({ type: 'jpeg', quality: 78 }))
    await sheet.close()
    process.stdout.write(`${name}-${width}\n`)
  }
}
await browser.close()
