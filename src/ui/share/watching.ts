/** A page that watches a real cluster through `kubectl proxy`: it looks and never writes, and says so. */
import { startCluster } from '../bridge/start.ts'
import { watchedThrough } from '../bridge/transport.ts'
import { say } from './notice.ts'

/** Begins to watch; what goes wrong and what was refused is said. */
export async function watchLive(): Promise<void> {
  const host = new URL(watchedThrough() ?? location.href).host
  // Whatever the page may try (a drag to the bin, a click on Apply) is refused by its worker with the same words.
  window.addEventListener('unhandledrejection', (e) => {
    if (!/only watches the cluster/.test(String(e.reason))) return
    e.preventDefault()
    say({ id: 'watch.note', values: { host }, tone: 'warn' })
  })
  try {
    await startCluster({})
    say({ id: 'watch.note', values: { host }, tone: 'plain' })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    say({ id: 'watch.failed', values: { message }, tone: 'bad' })
  }
}
