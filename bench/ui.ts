/**
 * The page at size, in headless Chromium without a GPU: what comes over the wire before it lives, and 150,000 pods on
 * 5,000 nodes, loaded, panned and zoomed. The cards of that crowd are generated here and reach the page as frames of
 * an attached host, on the path that real ones take; no simulation stands behind them. Needs a built page.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { type Browser, chromium, type Page } from '@playwright/test'
import { WebSocketServer } from 'ws'
import type { NodeCard, PodCard } from '../src/protocol/cards.ts'
import type { Ask, Frame, Tell } from '../src/protocol/protocol.ts'

const PORT = 4332
const CARDS_PER_FRAME = 400
const PATIENCE_MS = 180_000

/** How the page starts. @unit ms since navigation, KiB gzipped */
export interface StartFigure {
  readonly firstPaintMs: number
  readonly aliveMs: number
  /** What the page's shell needs before it can be used: all that index.html names, and one language. */
  readonly shellKiB: number
  /** The worker, without which no cluster lives. */
  readonly workerKiB: number
  /** What came by itself besides: the terminal in the open dock, most of kubectl and the reasons. */
  readonly laterKiB: number
  /** Largest first. */
  readonly files: readonly string[]
}

/** The page with a crowd. @unit ms a frame, MiB */
export interface CrowdFigure {
  readonly nodes: number
  readonly pods: number
  readonly loadMs: number
  readonly heapMiB: number
  readonly pan: { readonly p50: number; readonly p95: number }
  readonly zoom: { readonly p50: number; readonly p95: number }
  readonly longTasks: number
  readonly longestMs: number
}

/** Serves the built page and opens a browser for as long as `use` takes. */
export async function withPage<T>(use: (browser: Browser) => Promise<T>): Promise<T> {
  const args = ['preview', '--port', String(PORT), '--strictPort']
  const server: ChildProcess = spawn(process.execPath, ['node_modules/vite/bin/vite.js', ...args], {
    stdio: 'ignore',
  })
  const browser = await chromium.launch({
    ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--enable-precise-memory-info'],
  })
  try {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    return await use(browser)
  } finally {
    await browser.close()
    server.kill()
  }
}

/** A first visit: when it paints, when the cluster lives, and what was fetched until then. */
export function measureStart(): Promise<StartFigure> {
  return withPage(async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const fetched: { name: string; kib: number; worker: boolean }[] = []
    const bodies: Promise<void>[] = []
    page.on('response', (r) => {
      const name = new URL(r.url()).pathname
      bodies.push(
        r
          .body()
          .then((b) => {
            const kib = gzipSync(b).length / 1024
            fetched.push({ name, kib, worker: /worker|virtual_/.test(name) })
          })
          .catch(() => undefined),
      )
    })
    const began = Date.now()
    await page.goto(`http://localhost:${PORT}/?lang=en`)
    await page.evaluate('window.kubarium.ready')
    const aliveMs = Date.now() - began
    await Promise.all(bodies)
    const firstPaintMs = (await page.evaluate(
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0`,
    )) as number
    const html = await (await page.request.get(`http://localhost:${PORT}/`)).text()
    const partOf = (f: { name: string; worker: boolean }) =>
      f.worker
        ? 'worker'
        : f.name === '/' || html.includes(f.name) || /\/(en|zh)-/.test(f.name)
          ? 'shell'
          : 'later'
    const sum = (part: string) =>
      Math.round(fetched.filter((f) => partOf(f) === part).reduce((n, f) => n + f.kib, 0))
    return {
      firstPaintMs: Math.round(firstPaintMs),
      aliveMs,
      shellKiB: sum('shell'),
      workerKiB: sum('worker'),
      laterKiB: sum('later'),
      files: fetched
        .sort((a, b) => b.kib - a.kib)
        .map((f) => `${f.name.replace('/assets/', '')} ${f.kib.toFixed(0)}`),
    }
  })
}

/** Loads, pans and zooms a crowd. @throws Error when it is not on the wall in three minutes */
export function measureCrowd(nodes: number, pods: number): Promise<CrowdFigure> {
  return withPage(async (browser) => {
    const host = await crowdHost(nodes, pods)
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      await page.addInitScript(WATCH)
      const began = Date.now()
      const attach = encodeURIComponent(`ws://127.0.0.1:${host.port}/`)
      await page.goto(`http://localhost:${PORT}/?lang=en&theme=dark&attach=${attach}`)
      await page.waitForSelector(`[data-testid=wall][data-pods="${pods}"]`, {
        timeout: PATIENCE_MS,
      })
      const loadMs = Date.now() - began
      await page.waitForTimeout(3000)
      const tasks = (await page.evaluate('window.__tasks')) as number[]
      const pan = await framesDuring(page, () => drag(page))
      const zoom = await framesDuring(page, () => wheel(page))
      const heap = (await page.evaluate('performance.memory.usedJSHeapSize')) as number
      return {
        nodes,
        pods,
        loadMs,
        heapMiB: Math.round(heap / 1024 ** 2),
        pan,
        zoom,
        longTasks: tasks.length,
        longestMs: Math.round(Math.max(0, ...tasks)),
      }
    } finally {
      host.close()
    }
  })
}

/** Keeps the lengths of the page's long tasks. */
export const WATCH = `window.__tasks = []; new PerformanceObserver((l) => { for (const e of l.getEntries()) window.__tasks.push(e.duration) }).observe({ type: 'longtask' })`

/** How long frames took meanwhile. Never name a global `__on`: d3, which moves the map, keeps its listeners there. @unit ms */
export async function framesDuring(
  page: Page,
  act: () => Promise<void>,
): Promise<{ p50: number; p95: number }> {
  await page.evaluate(
    `(() => { const f = (window.__frames = []); let last = performance.now(); window.__counting = true
      const go = (t) => { f.push(t - last); last = t; if (window.__counting) requestAnimationFrame(go) }
      requestAnimationFrame(go) })()`,
  )
  await act()
  const frames = (await page.evaluate('(window.__counting = false, window.__frames)')) as number[]
  const sorted = frames.slice(1).sort((a, b) => a - b)
  const at = (q: number) => Math.round((sorted[Math.floor(sorted.length * q)] ?? 0) * 10) / 10
  return { p50: at(0.5), p95: at(0.95) }
}

/** Drags the map by its ground. @throws Error when it did not move: then nothing was measured */
export async function drag(page: Page): Promise<void> {
  const before = await placeOf(page)
  const [x, y] = [820, 430]
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (let i = 0; i < 90; i++) await page.mouse.move(x - i * 4, y - i * 2)
  await page.mouse.up()
  if ((await placeOf(page)) !== before) return
  const there = await page.evaluate(
    `document.elementFromPoint(${x}, ${y})?.outerHTML.slice(0, 200)`,
  )
  throw new Error(`the drag did not move the map: it took hold of ${there}`)
}

function placeOf(page: Page): Promise<string> {
  return page.evaluate(`document.querySelector('.react-flow__viewport').style.transform`)
}

async function wheel(page: Page): Promise<void> {
  await page.mouse.move(560, 400)
  for (let i = 0; i < 60; i++) await page.mouse.wheel(0, i < 40 ? -60 : 60)
}

/** A host that knows nothing but cards, and sends them in bounded frames. */
async function crowdHost(nodes: number, pods: number): Promise<{ port: number; close(): void }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((listening) => server.on('listening', listening))
  server.on('connection', (ws) => {
    const tell = (t: Tell) => ws.send(JSON.stringify(t))
    tell({ type: 'ready', version: 1 })
    ws.on('message', (raw) => {
      const ask = JSON.parse(String(raw)) as Ask
      if (ask.type === 'start') for (const frame of framesOf(nodes, pods)) tell(frame)
      tell({ type: 'done', id: ask.id, value: null })
    })
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, close: () => server.close() }
}

function* framesOf(nodes: number, pods: number): Generator<Frame> {
  let put: (NodeCard | PodCard)[] = []
  const frame = (): Frame => ({
    type: 'frame',
    now: 60_000,
    epochMs: 0,
    speed: 1,
    revision: 1,
    requestsPerSecond: 0,
    steps: 0,
    commands: 0,
    put,
    gone: [],
    records: [],
    skipped: 0,
    machines: {},
    faults: [],
  })
  for (let i = 0; i < nodes + pods; i++) {
    put.push(i < nodes ? nodeCard(i) : podCard(i - nodes, nodes))
    if (put.length < CARDS_PER_FRAME) continue
    yield frame()
    put = []
  }
  yield frame()
}

function nodeCard(i: number): NodeCard {
  return {
    uid: `node-${i}`,
    kind: 'Node',
    namespace: '',
    name: `node-${i}`,
    created: i,
    ready: i % 400 === 7 ? 'Unknown' : 'True',
    readySince: 0,
    readyReason: '',
    cordoned: false,
    controlPlane: false,
    ip: `192.168.${i >> 8}.${i & 255}`,
    zone: `zone-${i % 3}`,
    taints: [],
    cpu: 16_000,
    memory: 64 * 1024 ** 3,
    pods: 110,
    version: 'v1.36.2',
  }
}

const LOOKS = [
  'ready',
  'ready',
  'ready',
  'ready',
  'ready',
  'notready',
  'creating',
  'failed',
] as const

function podCard(i: number, nodes: number): PodCard {
  const owner = `app-${i % 300}`
  const look = i % 50 === 0 ? (LOOKS[(i / 50) % LOOKS.length] ?? 'ready') : 'ready'
  return {
    uid: `pod-${i}`,
    kind: 'Pod',
    namespace: `team-${i % 40}`,
    name: `${owner}-7d4b9c-${i.toString(36)}`,
    created: i,
    node: `node-${i % nodes}`,
    look,
    status: look === 'failed' ? 'Error' : look === 'creating' ? 'ContainerCreating' : 'Running',
    message: '',
    ready: look === 'ready' ? 1 : 0,
    containers: 1,
    restarts: 0,
    ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
    owner: { kind: 'ReplicaSet', name: `${owner}-7d4b9c`, uid: `rs-${i % 300}` },
    revision: '7d4b9c',
    cpu: 100,
    mem: 64 * 1024 ** 2,
    tolerates: { 'node.kubernetes.io/not-ready': 300, 'node.kubernetes.io/unreachable': 300 },
    claims: [],
    unschedulable: '',
    parts: [
      {
        name: 'app',
        image: 'nginx:1.27',
        state: 'Running',
        ready: look === 'ready',
        restarts: 0,
        probes: ['readiness'],
      },
    ],
    labels: { app: owner, 'pod-template-hash': '7d4b9c' },
    security: { account: 'default', keeps: 'baseline', risks: [], root: true },
  }
}
