/**
 * A whole simulated cluster of that size in the page's own worker, on stand-in kubelets: whether the page answers while
 * it is made, and afterwards. Needs a built page.
 */
import { drag, framesDuring, WATCH, withPage } from './ui.ts'

const PORT = 4332
const TEAMS = 10
/** How long all of it may take. @unit ms */
const PATIENCE_MS = 1_500_000

/** The page with a real cluster. @unit ms, MiB */
export interface HollowFigure {
  readonly nodes: number
  readonly pods: number
  readonly readyMs: number
  /** From the command that asks for them until all run. */
  readonly rolloutMs: number
  /** The longest time in which the page heard no timer of its own. */
  readonly silenceMs: number
  readonly longTasks: number
  readonly longestMs: number
  readonly pan: { readonly p50: number; readonly p95: number }
  readonly heapMiB: number
}

/** Ticks every 20 ms and keeps the longest wait between two. */
const PULSE = `window.__silence = 0; (() => { let last = performance.now(); setInterval(() => { const now = performance.now(); window.__silence = Math.max(window.__silence, now - last); last = now }, 20) })()`

/** Makes it and looks. @throws Error when not all run in time */
export function measureHollow(nodes: number, pods: number): Promise<HollowFigure> {
  return withPage(async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.setDefaultTimeout(PATIENCE_MS)
    await page.addInitScript(WATCH)
    await page.addInitScript(PULSE)
    const began = Date.now()
    await page.goto(`http://localhost:${PORT}/?lang=en&scenario=crowd&nodes=${nodes}`)
    await page.evaluate('window.kubarium.ready')
    const readyMs = Date.now() - began
    await page.evaluate('window.__tasks.length = 0, window.__silence = 0')
    const asked = Date.now()
    const each = Math.ceil(pods / TEAMS)
    await page.evaluate(
      `window.kubarium.kubectl('scale deployment --all --replicas=${each}').then((r) => { if (r.code) throw new Error(r.stderr); return window.kubarium.settle() })`,
    )
    // The team without a label that fits would wait for ever.
    await page.evaluate(
      `window.kubarium.kubectl('label nodes --all disk=ssd --overwrite').then(() => window.kubarium.settle())`,
    )
    await page.waitForSelector(`[data-testid=wall][data-pods="${each * TEAMS}"]`)
    const rolloutMs = Date.now() - asked
    const [tasks, silence] = (await page.evaluate('[window.__tasks, window.__silence]')) as [
      number[],
      number,
    ]
    await page.evaluate('window.kubarium.speed(1)')
    const pan = await framesDuring(page, () => drag(page))
    const heap = (await page.evaluate('performance.memory.usedJSHeapSize')) as number
    return {
      nodes,
      pods: each * TEAMS,
      readyMs,
      rolloutMs,
      silenceMs: Math.round(silence),
      longTasks: tasks.length,
      longestMs: Math.round(Math.max(0, ...tasks)),
      pan,
      heapMiB: Math.round(heap / 1024 ** 2),
    }
  })
}
