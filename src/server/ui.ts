/**
 * The page, served beside the API and attached to this very cluster. Each page stands at a desk of its own at the one
 * session; frames are gathered once and sent to all. A page that does not keep up misses frames and gets everything
 * afresh when it reads again.
 */
import { timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { partsOf } from '../protocol/parts.ts'
import { type Ask, type Frame, PROTOCOL_VERSION, type Tell } from '../protocol/protocol.ts'
import { Desk, isHostAsk } from '../session/desk.ts'
import { Feed } from '../session/feed.ts'
import type { Session } from '../session/session.ts'
import type { Laboratory } from './laboratory.ts'
import type { Pacer } from './pacer.ts'
import { Trials } from './trials.ts'

/** Real milliseconds between frames. */
const FRAME_MS = 50
/** Bytes that may wait for a page before it misses frames, and below which it gets everything again. */
const BEHIND_BYTES = 4 * 1024 * 1024
const CAUGHT_UP_BYTES = 64 * 1024
/** Bytes that may wait for a page (answers and output are never dropped) before it is let go. */
const STALLED_BYTES = 64 * 1024 * 1024
const ASK_BYTES_MAX = 16 * 1024 * 1024

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.ttf': 'font/ttf',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** What the page is served from, and to whom. */
export interface UiOptions {
  readonly session: Session
  readonly pacer: Pacer
  /** Where fixes are tried. */
  readonly laboratory: Laboratory
  /** The built page. */
  readonly dist: string
  /** Who has it may open the page: it stands in the address that is printed. */
  readonly key: string
  readonly port?: number
  /** Bytes that may wait for a page before it misses frames. */
  readonly behindBytes?: number
}

/** A running page server. */
export interface Ui {
  /** The address to open, with its key. */
  readonly url: string
  /** The WebSocket that a page elsewhere may attach to (`?attach=`). */
  readonly attach: string
  close(): void
}

/** Serves the page on a loopback port. @throws Error when it is not built */
export async function serveUi(o: UiOptions): Promise<Ui> {
  const index = join(o.dist, 'index.html')
  if (!existsSync(index)) {
    throw new Error(`${index} is missing: build the page with "npx vite build" and start again`)
  }
  const rooms = new Gallery(o)
  const server = createServer((request, response) => serveFile(o, request, response))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: ASK_BYTES_MAX })
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (!ofLoopback(request) || !sameText(url.pathname, `/attach/${o.key}`)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (ws) => rooms.enter(ws))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(o.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/?key=${o.key}`,
    attach: `ws://127.0.0.1:${port}/attach/${o.key}`,
    close() {
      rooms.close()
      sockets.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A name that leads here from elsewhere is not ours: it would let a foreign site read the page. */
function ofLoopback(request: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

function serveFile(o: UiOptions, request: IncomingMessage, response: ServerResponse): void {
  const refuse = (status: number, text: string) =>
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
  if (!ofLoopback(request)) return void refuse(403, 'this page is only for this machine')
  if (request.method !== 'GET' && request.method !== 'HEAD') return void refuse(405, 'GET only')
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname === '/' || url.pathname === '/index.html') {
    if (!sameText(url.searchParams.get('key') ?? '', o.key))
      return void refuse(403, 'open the address that was printed: it has the key')
    return sendIndex(o, request, response)
  }
  const path = normalize(join(o.dist, decodePath(url.pathname)))
  const type = TYPES[extname(path)]
  if (!path.startsWith(normalize(o.dist) + sep) || !type || !existsSync(path))
    return void refuse(404, 'not found')
  response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=3600' })
  response.end(request.method === 'HEAD' ? undefined : readFileSync(path))
}

/** The page with the place to attach to written into it. */
function sendIndex(o: UiOptions, request: IncomingMessage, response: ServerResponse): void {
  const attach = `ws://${request.headers.host}/attach/${o.key}`
  const html = readFileSync(join(o.dist, 'index.html'), 'utf8').replace(
    '<head>',
    `<head>\n    <meta name="kubarium-attach" content="${attach}" />`,
  )
  response.writeHead(200, {
    'content-type': TYPES['.html'],
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  })
  response.end(request.method === 'HEAD' ? undefined : html)
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // Not percent-encoded UTF-8: it names no file of ours.
    return '/'
  }
}

/** One page that looks on. */
interface Viewer {
  readonly ws: WebSocket
  readonly desk: Desk
  readonly trials: Trials
  /** Has asked to start, and so gets frames. */
  started: boolean
  /** Missed a frame: gets everything when it has read what waits for it. */
  behind: boolean
}

/** All viewers of the one session. */
class Gallery {
  private readonly viewers = new Set<Viewer>()
  private feed: Feed | undefined
  private timer: ReturnType<typeof setInterval> | undefined

  constructor(private readonly o: UiOptions) {}

  enter(ws: WebSocket): void {
    const { session, pacer, laboratory } = this.o
    const tell = (message: Tell) => send(ws, JSON.stringify(message))
    const desk = new Desk(session, pacer, {
      tell,
      show: () => this.show(),
      showAll: () => this.sendAll(viewer),
    })
    const trials = new Trials(session, desk, laboratory, tell)
    const viewer: Viewer = { ws, desk, trials, started: false, behind: false }
    this.viewers.add(viewer)
    this.feed ??= new Feed(session, 'now')
    this.timer ??= setInterval(() => {
      for (const v of this.viewers) v.desk.playPast(FRAME_MS)
      this.show()
    }, FRAME_MS)
    ws.on('message', (raw: RawData) => this.hear(viewer, raw, tell))
    ws.on('close', () => this.leave(viewer))
    ws.on('error', () => ws.terminate())
    tell({ type: 'ready', version: PROTOCOL_VERSION })
  }

  close(): void {
    for (const v of this.viewers) v.ws.terminate()
  }

  private hear(viewer: Viewer, raw: RawData, tell: (message: Tell) => void): void {
    let ask: Ask
    try {
      ask = JSON.parse(String(raw)) as Ask
    } catch {
      viewer.ws.close(1007, 'not JSON')
      return
    }
    if (ask.type === 'start') {
      viewer.started = true
      this.sendAll(viewer)
      tell({ type: 'done', id: ask.id, value: null })
    } else if (viewer.trials.hear(ask)) return
    else if (isHostAsk(ask) || ask.type === 'recording') {
      const message =
        ask.type === 'recording'
          ? 'this cluster has other clients too, whose secrets are theirs'
          : 'this cluster has other clients too: it has one present and no branches'
      tell({ type: 'failed', id: ask.id, message })
    } else viewer.desk.hear(ask)
  }

  private leave(viewer: Viewer): void {
    viewer.desk.close()
    viewer.trials.close()
    this.viewers.delete(viewer)
    if (this.viewers.size > 0) return
    clearInterval(this.timer)
    this.timer = undefined
    this.feed?.close()
    this.feed = undefined
  }

  /** Sends what changed to all who keep up. */
  private show(): void {
    const texts: string[] = []
    for (;;) {
      const frame: Frame | undefined = this.feed?.frame(this.o.pacer.pace)
      if (!frame) break
      texts.push(JSON.stringify(frame))
    }
    for (const v of this.viewers) {
      if (!v.started) continue
      if (v.desk.past) continue
      const { bufferedAmount } = v.ws
      if (v.behind && bufferedAmount < CAUGHT_UP_BYTES) this.sendAll(v)
      else if (bufferedAmount > (this.o.behindBytes ?? BEHIND_BYTES)) v.behind = true
      else if (!v.behind) for (const text of texts) send(v.ws, text)
    }
  }

  private sendAll(viewer: Viewer): void {
    viewer.behind = false
    const frame = this.feed?.full(this.o.pacer.pace)
    if (frame) for (const part of partsOf(frame)) send(viewer.ws, JSON.stringify(part))
  }
}

function send(ws: WebSocket, text: string): void {
  if (ws.readyState !== ws.OPEN) return
  if (ws.bufferedAmount > STALLED_BYTES) ws.terminate()
  else ws.send(text)
}
