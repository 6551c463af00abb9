/** How the page reaches its cluster: a worker of its own, or a host elsewhere on this machine that it is attached to. */
import type { Ask, Ping, Tell } from '../../protocol/protocol.ts'
import { BEAT_MS, LOST_MS, Watchdog } from './watchdog.ts'

/** The page's side of it. */
export interface TransportEnds {
  hear(tell: Tell): void
  /** The other side is gone. */
  lost(message: string): void
  /** The other side has not answered for so long; 0: it does again. @param ms real ms */
  silent(ms: number): void
}

/** A way to the host. */
export interface Transport {
  post(ask: Ask): void
  /** Ends it without a word. */
  close(): void
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/**
 * What this page is attached to: `?attach=` in its address, or what the host that served it wrote into it. A WebSocket
 * is a host of ours, HTTP is a `kubectl proxy` before any cluster. Only this machine is spoken to; undefined means the
 * page has a cluster of its own.
 */
export function attachedTo(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="kubarium-attach"]')
  const address = new URLSearchParams(location.search).get('attach') ?? meta?.content
  if (!address || !URL.canParse(address)) return undefined
  const { protocol, hostname } = new URL(address)
  return /^(ws|http):$/.test(protocol) && LOOPBACK.includes(hostname) ? address : undefined
}

/** The address of the `kubectl proxy` that this page watches a cluster through; it changes nothing there. */
export function watchedThrough(): string | undefined {
  const address = attachedTo()
  return address?.startsWith('http:') ? address : undefined
}

/** Opens the way to the host. */
export function openTransport(ends: TransportEnds): Transport {
  const address = attachedTo()
  if (address === undefined) return overWorker(clusterWorker(), ends)
  return watchedThrough() ? overWorker(watchingWorker(), ends) : openSocket(address, ends)
}

function clusterWorker(): Worker {
  return new Worker(new URL('../../worker/worker.ts', import.meta.url), {
    type: 'module',
    name: 'cluster',
  })
}

function watchingWorker(): Worker {
  return new Worker(new URL('../../worker/proxied.ts', import.meta.url), {
    type: 'module',
    name: 'watcher',
  })
}

function overWorker(worker: Worker, ends: TransportEnds): Transport {
  const ping: Ping = { type: 'ping' }
  const dog = new Watchdog({
    ping: () => worker.postMessage(ping),
    silent: (ms) => ends.silent(ms),
    lost: () => ends.lost(`no answer for ${LOST_MS / 1000} s`),
    visible: () => document.visibilityState === 'visible',
    now: () => performance.now(),
  })
  let timer: ReturnType<typeof setInterval> | undefined
  worker.onmessage = ({ data: tell }: MessageEvent<Tell>) => {
    dog.heard()
    // Before that it is being fetched, which takes what it takes.
    if (tell.type === 'ready') timer = setInterval(() => dog.beat(), BEAT_MS)
    if (tell.type !== 'pong') ends.hear(tell)
  }
  worker.onerror = (e) => ends.lost(e.message)
  return {
    post: (ask) => worker.postMessage(ask),
    close: () => {
      clearInterval(timer)
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
