/**
 * As much of SPDY/3.1 as port-forward needs, server side: streams opened by the client, data both ways, half closes.
 * @source https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
 */
import type { Duplex } from 'node:stream'
import { constants, createDeflate, createInflate } from 'node:zlib'
import { SPDY_DICTIONARY } from './spdy-dictionary.ts'

const SYN_STREAM = 1
const SYN_REPLY = 2
const RST_STREAM = 3
const PING = 6
const GOAWAY = 7
const FIN = 1
const VERSION = 0x8003
/** Frames longer than this end the connection. @unit bytes */
const FRAME_MAX = 16 * 1024 * 1024

/** One stream of a connection. */
export interface SpdyStream {
  readonly id: number
  readonly headers: ReadonlyMap<string, string>
  /** Called with each piece of data; undefined when the client is done. */
  onData: (data: Buffer | undefined) => void
  write(data: Uint8Array): void
  end(): void
}

/** A connection over any byte stream. */
export class SpdyConnection {
  private pending = Buffer.alloc(0)
  private readonly streams = new Map<number, SpdyStream>()
  private readonly inflate = createInflate({ dictionary: SPDY_DICTIONARY })
  private readonly deflate = createDeflate({ dictionary: SPDY_DICTIONARY })
  /** Frames are handled one after the other, because headers inflate in the background. */
  private turn: Promise<void> = Promise.resolve()

  constructor(
    private readonly socket: Duplex,
    private readonly onStream: (stream: SpdyStream) => void,
    onClose: () => void,
  ) {
    socket.on('data', (chunk: Buffer) => this.take(chunk))
    socket.on('close', onClose)
    socket.on('error', () => socket.destroy())
    this.inflate.on('error', () => socket.destroy())
  }

  private take(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk])
    for (;;) {
      if (this.pending.length < 8) return
      const length = this.pending.readUIntBE(5, 3)
      if (length > FRAME_MAX) {
        this.socket.destroy()
        return
      }
      if (this.pending.length < 8 + length) return
      const frame = this.pending.subarray(0, 8 + length)
      this.pending = this.pending.subarray(8 + length)
      this.turn = this.turn.then(() => this.frame(frame)).catch(() => void this.socket.destroy())
    }
  }

  private async frame(frame: Buffer): Promise<void> {
    const first = frame.readUInt32BE(0)
    const flags = frame.readUInt8(4)
    const body = frame.subarray(8)
    if (first >>> 31 === 0) {
      const stream = this.streams.get(first & 0x7fffffff)
      if (body.length > 0) stream?.onData(body)
      if (flags & FIN) stream?.onData(undefined)
      return
    }
    switch (first & 0xffff) {
      case SYN_STREAM:
        return await this.open(body, flags)
      case RST_STREAM: {
        const id = body.readUInt32BE(0) & 0x7fffffff
        this.streams.get(id)?.onData(undefined)
        this.streams.delete(id)
        return
      }
      case PING:
        this.socket.write(frame)
        return
      case GOAWAY:
        this.socket.end()
    }
  }

  private async open(body: Buffer, flags: number): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff
    const headers = parseHeaders(await through(this.inflate, body.subarray(10)))
    const stream: SpdyStream = {
      id,
      headers,
      onData: () => {},
      write: (data) => {
        this.socket.write(dataFrame(id, data, 0))
      },
      end: () => {
        if (this.streams.delete(id)) this.socket.write(dataFrame(id, new Uint8Array(), FIN))
      },
    }
    this.streams.set(id, stream)
    await this.reply(id)
    this.onStream(stream)
    if (flags & FIN) stream.onData(undefined)
  }

  private async reply(id: number): Promise<void> {
    const none = Buffer.alloc(4)
    const block = await through(this.deflate, none)
    const frame = Buffer.alloc(12)
    frame.writeUInt16BE(VERSION, 0)
    frame.writeUInt16BE(SYN_REPLY, 2)
    frame.writeUIntBE(4 + block.length, 5, 3)
    frame.writeUInt32BE(id, 8)
    this.socket.write(Buffer.concat([frame, block]))
  }
}

function dataFrame(id: number, data: Uint8Array, flags: number): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(id, 0)
  head.writeUInt8(flags, 4)
  head.writeUIntBE(data.length, 5, 3)
  return Buffer.concat([head, data])
}

/** Sends a block through a compressor that keeps its state, and waits for all that comes of it. */
function through(
  stream: ReturnType<typeof createInflate> | ReturnType<typeof createDeflate>,
  block: Buffer,
): Promise<Buffer> {
  return new Promise((resolve) => {
    const out: Buffer[] = []
    const collect = (chunk: Buffer) => out.push(chunk)
    stream.on('data', collect)
    stream.write(block)
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off('data', collect)
      resolve(Buffer.concat(out))
    })
  })
}

function parseHeaders(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  let at = 4
  for (let n = block.readUInt32BE(0); n > 0; n--) {
    const [name, next] = text(block, at)
    const [value, after] = text(block, next)
    headers.set(name.toLowerCase(), value)
    at = after
  }
  return headers
}

function text(block: Buffer, at: number): [string, number] {
  const length = block.readUInt32BE(at)
  return [block.toString('utf8', at + 4, at + 4 + length), at + 4 + length]
}
