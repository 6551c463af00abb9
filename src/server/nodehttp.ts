/** The Node end of the wire: a TLS or plain listener whose requests go through fetch. */
import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { ServerTls } from './tls.ts'

/** First port tried when none is given. */
const PORT = 6443
const PORTS_TRIED = 100

/** Listens on loopback. Whoever asks may show a certificate. @returns the server and its port */
export async function listen(
  fetch: (request: Request, socket: unknown) => Promise<Response>,
  o: { port: number | undefined; tls: ServerTls | undefined },
): Promise<{ server: Server; port: number }> {
  const listener = getRequestListener((request, env) =>
    fetch(request, 'incoming' in env ? env.incoming.socket : undefined),
  )
  const make = () => (o.tls ? createHttps(tlsOptions(o.tls), listener) : createHttp(listener))
  if (o.port !== undefined) return await bind(make(), o.port)
  for (let port = PORT; ; port++) {
    try {
      return await bind(make(), port)
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!taken || port >= PORT + PORTS_TRIED) throw error
    }
  }
}

/** A certificate is asked for and judged, but its absence refuses nobody: there are tokens too. */
function tlsOptions(t: ServerTls) {
  return { cert: t.cert, key: t.key, ca: t.ca, requestCert: true, rejectUnauthorized: false }
}

function bind(server: Server, port: number): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      // Watches are open for hours; only idle connections time out.
      server.requestTimeout = 0
      server.keepAliveTimeout = 120_000
      resolve({ server, port: (server.address() as AddressInfo).port })
    })
  })
}
