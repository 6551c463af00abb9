/** Lets the browser keep the built page, so that it opens without a network. */
import { attachedTo } from '../bridge/transport.ts'

/** Registers the service worker of a built page; a page that a host serves for its own cluster needs none. */
export function keepPage(): void {
  if (!import.meta.env.PROD || attachedTo() !== undefined || !('serviceWorker' in navigator)) return
  navigator.serviceWorker.register('/sw.js').catch((error: unknown) => {
    // Refused in private windows and by policies: the page works as long as there is a network.
    console.info('this page will not open without a network:', String(error))
  })
}
