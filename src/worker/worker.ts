/** The browser's worker: one host, its mailbox, and what becomes of its crashes. */
import { provideDescriptions } from '../cluster/api/schema.ts'
import { type Ask, PROTOCOL_VERSION, type Tell } from '../protocol/protocol.ts'
import { Host } from './host.ts'

const post = (message: Tell) => self.postMessage(message)
const host = new Host(post)

self.onmessage = (message: MessageEvent<Ask>) => host.hear(message.data)

self.addEventListener('error', (e) =>
  post({ type: 'crashed', message: e.message, stack: e.error?.stack ?? '' }),
)
self.addEventListener('unhandledrejection', (e) =>
  post({ type: 'crashed', message: String(e.reason), stack: e.reason?.stack ?? '' }),
)

// Only explain and the editor's hover need them; the cluster does not wait.
void import('virtual:descriptions').then((m) => provideDescriptions(m.default))

post({ type: 'ready', version: PROTOCOL_VERSION })
