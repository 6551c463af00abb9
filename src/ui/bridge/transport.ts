/** How the page reaches its cluster: a worker of its own, or a host elsewhere on this machine that it is attached to. */
import type { Ask, Tell } from '../../protocol/protocol.ts'

/** The page's side of it. */
export interface TransportEnds {
  hear(tell: Tell): void
  /** The other side is gone. */
  lost(message: string): void
}

/** A way to the host. */
export interface Transport {
  post(ask: Ask): void
  /** Ends it without a word. */
  close(): void
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/**
 * The WebSocket of the host that this page is attached to: `?attach=` in its address, or what the host that served it
 * wrote into it. Only this machine is spoken to; undefined means the page has a cluster of its own.
 */
export function attachedTo(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="kubarium-attach"]')
  const address = new URLSearchParams(location.search).get('attach') ?? meta?.content
  if (!address || !URL.canParse(address)) return undefined
  const { protocol, hostname } = new URL(address)
  return protocol === 'ws:' && LOOPBACK.includes(hostname) ? address : undefined
}

/** Opens the way to the host. */
export function openTransport(ends: TransportEnds): Transport {
  const address = attachedTo()
  return address === undefined ? openWorker(ends) : openSocket(address, ends)
}

function openWorker(ends: TransportEnds): Transport {
  const worker = new Worker(new URL('../../worker/worker.ts', import.meta.url), {
    type: 'module',
    name: 'cluster',
  })
  worker.onmessage = (m: MessageEvent<Tell>) => ends.hear(m.data)
  worker.onerror = (e) => ends.lost(e.message)
  return {
    post: (ask) => worker.postMessage(ask),
    close: () => {
      // What it said last may still be on its way, and is of no concern any more.
      worker.onmessage = null
      worker.onerror = null
      worker.terminate()
    },
  }
}

function openSocket(address: string, ends: TransportEnds): Transport {
  const socket = new WebSocket(address)
  let open = true
  socket.onmessage = (m: MessageEvent<string>) => {
    if (open) ends.hear(JSON.parse(m.data) as Tell)
  }
  socket.onclose = () => {
    if (open) ends.lost(`the connection to ${new URL(address).host} ended`)
  }
  return {
    post: (ask) => socket.send(JSON.stringify(ask)),
    close: () => {
      open = false
      socket.close()
    },
  }
}
