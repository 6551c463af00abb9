/**
 * Port-forward: for each connection the client opens a pair of streams (error and data) that share a request id; the
 * data stream's bytes go to the pod's port. SPDY comes bare or, from newer clients, through a WebSocket.
 * @source staging/src/k8s.io/kubelet/pkg/cri/streaming/portforward/httpstream.go
 */
import type { Duplex as Socket } from 'node:stream'
import type { ApiResponse, Duplex } from '../cluster/api/transport.ts'
import type { Host } from '../http/fetch.ts'
import { SpdyConnection, type SpdyStream } from './spdy.ts'

/** Opens a channel to one port of the pod. */
export type OpenPort = (port: string) => Promise<ApiResponse>

/** Serves port-forwarding on an upgraded socket. */
export function servePortForward(socket: Socket, open: OpenPort, host: Host): void {
  const errors = new Map<string, SpdyStream>()
  const channels = new Set<Duplex>()
  const tell = (f: () => void) => {
    void host.run('port-forward', function* () {
      f()
    })
  }
  new SpdyConnection(
    socket,
    (stream) => {
      const request = stream.headers.get('requestid') ?? ''
      if (stream.headers.get('streamtype') === 'error') {
        errors.set(request, stream)
        return
      }
      const early: (Buffer | undefined)[] = []
      stream.onData = (data) => early.push(data)
      void open(stream.headers.get('port') ?? '0').then(({ channel }) => {
        if (!channel) {
          errors.get(request)?.write(Buffer.from('an error occurred forwarding'))
          return finish(stream, errors.get(request))
        }
        channels.add(channel)
        const input = (data: Buffer | undefined) => tell(() => channel.input(0, data))
        for (const data of early) input(data)
        stream.onData = input
        channel.output.listen({
          items(items) {
            for (const { channel: number, data } of items) {
              const bytes = typeof data === 'string' ? Buffer.from(data) : data
              if (number === 1) stream.write(bytes)
              else errors.get(request)?.write(bytes)
            }
          },
          ended() {
            channels.delete(channel)
            finish(stream, errors.get(request))
          },
        })
      })
    },
    () => tell(() => channels.forEach((c) => void c.close())),
  )
}

function finish(data: SpdyStream, error: SpdyStream | undefined): void {
  data.end()
  error?.end()
}
