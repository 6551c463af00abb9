/** The page during a rollout of a thousand pods: long tasks of the main thread, frames, memory. Needs a built page. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chromium, type Page } from '@playwright/test'

const PORT = 4331
const PATIENCE_MS = 180_000

/** What the page did. @unit ms, frames a second, MiB */
export interface PageFigure {
  readonly replicas: number
  readonly longTasks: number
  readonly longestMs: number
  /** Of those, the ones that were busy for so long: the others waited for a processor. */
  readonly busyTasks: number
  readonly busiestMs: number
  readonly fps: number
  readonly heapMiB: number
  readonly readyMs: number
  readonly rolloutMs: number
}

/** Serves the built page and opens a browser at it. */
async function withPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
  const server: ChildProcess = spawn(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'preview', '--port', String(PORT), '--strictPort'],
    { stdio: 'ignore' },
  )
  const browser = await chromium.launch({
    ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--enable-precise-memory-info',
    ],
  })
  try {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    return await use(await browser.newPage({ viewport: { width: 1440, height: 900 } }))
  } finally {
    await browser.close()
    server.kill()
  }
}

/** Rolls out `replicas` pods at ten times real time on `nodes` nodes, in a headless Chromium. */
export async function measurePage(replicas: number, nodes: number): Promise<PageFigure> {
  return withPage(async (page) => {
    const opened = Date.now()
    await page.goto(`http://localhost:${PORT}/?scenario=empty-cluster&nodes=${nodes}&lang=en`)
    await page.evaluate('window.kubarium.ready')
    const readyMs = Date.now() - opened
    await page.waitForTimeout(1500)
    await page.evaluate(WATCH)
    const busy = await watchThreads(page)
    const began = Date.now()
    await page.evaluate('window.kubarium.speed(10)')
    await page.evaluate(
      `window.kubarium.kubectl('create deployment web --image=nginx:1.27 --replicas=${replicas}')`,
    )
    for (;;) {
      const r = (await page.evaluate(
        `window.kubarium.kubectl("get deploy web -o jsonpath='{.status.readyReplicas}'")`,
      )) as { stdout: string }
      if (Number(r.stdout) >= replicas) break
      if (Date.now() - began > PATIENCE_MS) throw new Error(`only ${r.stdout} ready`)
      await page.waitForTimeout(500)
    }
    const rolloutMs = Date.now() - began
    const spent = await busy()
    const seen = (await page.evaluate(REPORT)) as {
      tasks: number[]
      frames: number
      ms: number
      heap: number
    }
    return {
      replicas,
      longTasks: seen.tasks.length,
      longestMs: Math.round(Math.max(0, ...seen.tasks)),
      busyTasks: spent.length,
      busiestMs: Math.round(Math.max(0, ...spent)),
      fps: Math.round((seen.frames * 1000) / seen.ms),
      heapMiB: Math.round(seen.heap / 1024 ** 2),
      readyMs,
      rolloutMs,
    }
  })
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Thread time. @unit microseconds */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** Counts the processor time of the main thread's tasks. @returns ends it: those over 50 ms, in ms */
async function watchThreads(page: Page): Promise<() => Promise<number[]>> {
  const cdp = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  cdp.on('Tracing.dataCollected', (e) => events.push(...(e.value as unknown as TraceEvent[])))
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] },
  })
  return async () => {
    const complete = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve))
    await cdp.send('Tracing.end')
    await complete
    const main = new Set(
      events
        .filter((e) => e.name === 'thread_name' && e.args?.name === 'CrRendererMain')
        .map((e) => `${e.pid}:${e.tid}`),
    )
    return events
      .filter((e) => e.ph === 'X' && /RunTask$/.test(e.name) && main.has(`${e.pid}:${e.tid}`))
      .map((e) => (e.tdur ?? 0) / 1000)
      .filter((ms) => ms > 50)
  }
}

/** Looking back in the page, until it is drawn. @unit ms */
export interface PastPageFigure {
  readonly hourMs: number
  readonly looks: readonly number[]
}

/** Lets an hour of a cluster pass in the page and goes back to moments of it. */
export async function measurePastInPage(nodes: number): Promise<PastPageFigure> {
  return withPage(async (page) => {
    await page.goto(`http://localhost:${PORT}/?scenario=first-cluster&nodes=${nodes}&lang=en`)
    await page.evaluate('window.kubarium.ready')
    await page.evaluate('window.kubarium.speed(0)')
    const began = Date.now()
    await page.evaluate("window.kubarium.advance('1h')")
    const hourMs = Date.now() - began
    const looks: number[] = []
    for (const minute of [30, 5, 55, 15, 45])
      looks.push((await page.evaluate(look(minute))) as number)
    return { hourMs, looks }
  })
}

const look = (minute: number) => `(async () => {
  const from = performance.now()
  await window.kubarium.at('${minute}m')
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  return performance.now() - from
})()`

const WATCH = `(() => {
  const seen = (window.__seen = { tasks: [], frames: 0, from: performance.now() })
  new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.tasks.push(e.duration) }).observe({ type: 'longtask' })
  const frame = () => { seen.frames++; requestAnimationFrame(frame) }
  requestAnimationFrame(frame)
})()`

const REPORT = `({
  tasks: window.__seen.tasks,
  frames: window.__seen.frames,
  ms: performance.now() - window.__seen.from,
  heap: performance.memory ? performance.memory.usedJSHeapSize : 0,
})`
