/** The browser's worker: one host, its mailbox, and what becomes of its crashes. */
import { provideDescriptions } from '../cluster/api/schema.ts'
import { type Ask, type Ping, PROTOCOL_VERSION, type Tell } from '../protocol/protocol.ts'
import { asksForDescriptions } from './descriptions.ts'
import { Host } from './host.ts'

const post = (message: Tell) => self.postMessage(message)
const host = new Host(post)

/** Only explain and the editor's hover need descriptions: they come when they are first asked for. */
let described: Promise<void> | undefined
const describe = () => {
  described ??= import('virtual:descriptions').then(
    (m) => provideDescriptions(m.default),
    () => {
      // Without them explain says less, and asks again the next time.
      described = undefined
    },
  )
  return described
}
let last = Promise.resolve()
let waiting = 0

self.onmessage = ({ data: ask }: MessageEvent<Ask | Ping>) => {
  if (ask.type === 'ping') return post({ type: 'pong' })
  // Asks keep their order, also behind one that waits for descriptions.
  if (waiting === 0 && !asksForDescriptions(ask)) return host.hear(ask)
  waiting++
  last = last
    .then(() => (asksForDescriptions(ask) ? describe() : undefined))
    .then(() => {
      waiting--
      host.hear(ask)
    })
}

self.addEventListener('error', (e) =>
  post({ type: 'crashed', message: e.message, stack: e.error?.stack ?? '' }),
)
self.addEventListener('unhandledrejection', (e) =>
  post({ type: 'crashed', message: String(e.reason), stack: e.reason?.stack ?? '' }),
)

post({ type: 'ready', version: PROTOCOL_VERSION })
