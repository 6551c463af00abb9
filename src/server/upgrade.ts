/**
 * exec and attach from outside: a WebSocket whose messages begin with a channel's number, as in v5.channel.k8s.io.
 * @source staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex as Socket } from 'node:stream'
import { createWebSocketStream, type RawData, type WebSocket, WebSocketServer } from 'ws'
import type {
  ApiHandler,
  ApiRequest,
  ApiResponse,
  Duplex,
  UserInfo,
} from '../cluster/api/transport.ts'
import type { Host } from '../http/fetch.ts'
import { servePortForward } from './portforward.ts'

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io']
/** A message on it closes the channel named by its next byte. */
const CLOSE_CHANNEL = 255
const TEXT = new TextEncoder()

/** Newer clients tunnel SPDY through a WebSocket under this name, which is no legal protocol token. */
const TUNNEL = 'SPDY/3.1+portforward.k8s.io'
const BARE =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n'

/** Older clients upgrade exec to SPDY, which is not spoken; newer ones try it when a WebSocket was refused. */
const UNSUPPORTED: ApiResponse = {
  status: 400,
  headers: {},
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'unable to upgrade: only WebSocket (v5.channel.k8s.io) is supported',
    reason: 'BadRequest',
    code: 400,
  },
}

/** What the door needs. */
export interface UpgradeOptions {
  readonly handler: ApiHandler
  readonly host: Host
  /** Who asks, by the Authorization header and the connection's certificate. */
  userOf(authorization: string | undefined, socket: unknown): UserInfo | undefined
}

/** Serves upgrade requests of a listener. */
export function serveUpgrades(server: Server, o: UpgradeOptions): void {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => PROTOCOLS.find((p) => offered.has(p)) ?? false,
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const request = requestOf(incoming, o)
    if (request.path.endsWith('/portforward')) {
      forward(sockets, incoming, socket, head, o, request)
      return
    }
    o.host
      .run(`${request.method} ${request.path}`, () => o.handler.handle(request))
      .then((response) => {
        const { channel } = response
        const plain = incoming.headers.upgrade?.toLowerCase() === 'websocket'
        if (!channel) refuse(socket, response)
        else if (!plain) {
          channel.close()
          refuse(socket, UNSUPPORTED)
        } else sockets.handleUpgrade(incoming, socket, head, (ws) => connect(ws, channel, o.host))
      })
      .catch((error: unknown) => socket.destroy(error as Error))
  })
}

/** Asks for one port first, so that a pod that is not there is refused before anything is upgraded. */
function forward(
  sockets: WebSocketServer,
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  o: UpgradeOptions,
  request: ApiRequest,
): void {
  const open = (port: string) => {
    const query = new Map([...request.query, ['ports', [port]]] as const)
    return o.host.run(`port-forward ${port}`, () => o.handler.handle({ ...request, query }))
  }
  open('0')
    .then((response) => {
      if (!response.channel) return refuse(socket, response)
      response.channel.close()
      if (incoming.headers.upgrade?.toLowerCase() !== 'websocket') {
        socket.write(BARE)
        servePortForward(socket, open, o.host)
        return
      }
      const tunnelled = incoming.headers['sec-websocket-protocol'] === TUNNEL
      if (tunnelled) delete incoming.headers['sec-websocket-protocol']
      const name = (headers: string[], of: IncomingMessage) => {
        if (of === incoming && tunnelled) headers.push(`Sec-WebSocket-Protocol: ${TUNNEL}`)
      }
      sockets.on('headers', name)
      sockets.handleUpgrade(incoming, socket, head, (ws) => {
        sockets.off('headers', name)
        if (tunnelled) servePortForward(createWebSocketStream(ws), open, o.host)
        else void servePorts(ws, request.query.get('ports') ?? [], open, o.host)
      })
    })
    .catch((error: unknown) => socket.destroy(error as Error))
}

/**
 * The older way over a WebSocket: channels 2n and 2n+1 are data and errors of the n-th port named in the query, and each
 * begins with the port's number in two bytes, low first.
 */
async function servePorts(
  ws: WebSocket,
  asked: readonly string[],
  open: (port: string) => Promise<ApiResponse>,
  host: Host,
): Promise<void> {
  const ports = asked.flatMap((p) => p.split(','))
  const channels = new Map<number, Duplex>()
  const send = (number: number, data: Uint8Array) =>
    ws.send(Buffer.concat([Buffer.from([number]), data]))
  // A client may speak before its ports are open.
  let early: Uint8Array[] | undefined = []
  const input = (bytes: Uint8Array) => {
    const channel = channels.get(bytes[0] ?? 0)
    if (!channel) return
    void host.run('input', function* () {
      channel.input(0, bytes.slice(1))
    })
  }
  ws.on('message', (raw: RawData) => {
    const bytes = bytesOf(raw)
    if (early) early.push(bytes)
    else input(bytes)
  })
  for (const [n, port] of ports.entries()) {
    const { channel } = await open(port)
    if (!channel) continue
    channels.set(2 * n, channel)
    const number = Buffer.alloc(2)
    number.writeUInt16LE(Number(port))
    send(2 * n, number)
    send(2 * n + 1, number)
    channel.output.listen({
      items(items) {
        for (const { channel: from, data } of items) {
          send(from === 1 ? 2 * n : 2 * n + 1, typeof data === 'string' ? TEXT.encode(data) : data)
        }
      },
      ended: () => ws.close(1000),
    })
  }
  for (const bytes of early) input(bytes)
  early = undefined
  const close = () =>
    void host.run('close', function* () {
      for (const c of channels.values()) c.close()
    })
  if (ws.readyState === ws.OPEN) ws.on('close', close)
  else close()
}

function requestOf(incoming: IncomingMessage, o: UpgradeOptions): ApiRequest {
  const url = new URL(incoming.url ?? '/', 'http://localhost')
  const query = new Map<string, string[]>()
  for (const [k, v] of url.searchParams) query.set(k, [...(query.get(k) ?? []), v])
  const headers: Record<string, string> = {}
  for (const [k, v] of Object.entries(incoming.headers)) {
    if (v !== undefined) headers[k] = Array.isArray(v) ? v.join(', ') : v
  }
  const user = o.userOf(incoming.headers.authorization, incoming.socket)
  return {
    method: 'GET',
    path: decodeURIComponent(url.pathname),
    query,
    headers,
    ...(user ? { user } : {}),
    cause: 0,
  }
}

function refuse(socket: Socket, r: ApiResponse): void {
  const body = typeof r.body === 'string' ? r.body : JSON.stringify(r.body ?? {})
  const length = Buffer.byteLength(body)
  socket.end(
    `HTTP/1.1 ${r.status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function connect(ws: WebSocket, channel: Duplex, host: Host): void {
  channel.output.listen({
    items(items) {
      for (const { channel: number, data } of items) {
        const bytes = typeof data === 'string' ? TEXT.encode(data) : data
        const message = new Uint8Array(bytes.length + 1)
        message[0] = number
        message.set(bytes, 1)
        ws.send(message)
      }
    },
    ended: () => ws.close(1000),
  })
  // What comes in is told to the simulation at its own time.
  const tell = (f: () => void) => {
    void host.run('input', function* () {
      f()
    })
  }
  ws.on('message', (raw: RawData) => {
    const bytes = bytesOf(raw)
    const number = bytes[0]
    if (number === undefined) return
    if (number === CLOSE_CHANNEL) tell(() => channel.input(bytes[1] ?? 0, undefined))
    else tell(() => channel.input(number, bytes.slice(1)))
  })
  ws.on('close', () => tell(() => channel.close()))
  ws.on('error', () => ws.terminate())
}

function bytesOf(raw: RawData): Uint8Array {
  if (Array.isArray(raw)) return new Uint8Array(Buffer.concat(raw))
  return new Uint8Array(raw as ArrayBuffer | Buffer)
}
