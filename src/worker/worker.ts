/** The browser's worker: one host, its mailbox, and what becomes of its crashes. */
import { type Ask, type Ping, PROTOCOL_VERSION, type Tell } from '../protocol/protocol.ts'
import { Host } from './host.ts'
import { loadTools, partsFor } from './parts.ts'

const post = (message: Tell) => self.postMessage(message)
const host = new Host(post)

let last = Promise.resolve()
let waiting = 0

self.onmessage = ({ data: ask }: MessageEvent<Ask | Ping>) => {
  if (ask.type === 'ping') return post({ type: 'pong' })
  const parts = partsFor(ask)
  // Asks keep their order, also behind one that waits for a part.
  if (waiting === 0 && !parts) return host.hear(ask)
  waiting++
  last = last
    .then(() => parts?.())
    .then(
      () => host.hear(ask),
      (error: unknown) => post({ type: 'failed', id: ask.id, message: String(error) }),
    )
    .then(() => {
      waiting--
    })
}

self.addEventListener('error', (e) =>
  post({ type: 'crashed', message: e.message, stack: e.error?.stack ?? '' }),
)
self.addEventListener('unhandledrejection', (e) =>
  post({ type: 'crashed', message: String(e.reason), stack: e.reason?.stack ?? '' }),
)

post({ type: 'ready', version: PROTOCOL_VERSION })
// Whoever needs them before they are there asks again, and hears what went wrong.
void loadTools().catch(() => undefined)
