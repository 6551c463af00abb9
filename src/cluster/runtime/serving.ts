/** What server images share: open ports, answer, log accesses, stop on signals. */
import { formatTime } from '../api/meta/time.ts'
import type { PodHttpRequest, PodHttpResponse } from '../network/http.ts'
import type { Task } from '../sim/task.ts'
import type { Command } from './image.ts'
import type { Process } from './process.ts'

/** Answers one request of a server. */
export type Handler = (p: Process, r: PodHttpRequest) => Task<PodHttpResponse>

/** How a server behaves beside its answers. */
export interface ServerOptions {
  readonly ports: readonly number[]
  readonly handle: Handler
  /** Printed at start, to stdout or (prefix `!`) stderr. */
  readonly banner?: (p: Process) => readonly string[]
  /** One access log line; none when omitted. */
  readonly accessLog?: (p: Process, r: PodHttpRequest, status: number) => string
  /** Time to start serving. @unit milliseconds */
  readonly startMs?: number
  /** Time to stop after SIGTERM. @unit milliseconds */
  readonly stopMs?: number
  readonly exitCode?: number
  readonly memoryBytes?: number
  readonly idleCpuMillis?: number
  /** Time a request takes. @unit milliseconds */
  readonly serviceMs?: number
  /** CPU each request burns. @unit thousandths of a core-second */
  readonly cpuPerRequest?: number
  readonly onStop?: (p: Process) => readonly string[]
}

/** A server as a program. */
export function server(options: ServerOptions): Command {
  return function* (p) {
    for (const line of options.banner?.(p) ?? []) print(p, line)
    if (options.startMs) yield* p.sleep(options.startMs)
    const idle = options.idleCpuMillis ?? 1
    const memory = options.memoryBytes ?? 8 * 1024 * 1024
    p.use(memory, idle)
    const load = new Load(p, idle, options.cpuPerRequest ?? 1)
    for (const port of options.ports) {
      const open = p.listen(port, function* (r) {
        if (options.serviceMs) yield* p.sleep(options.serviceMs)
        load.count()
        if (r.method === 'PING') return { status: 200, headers: {}, body: '' }
        const response = yield* options.handle(p, r)
        const line = options.accessLog?.(p, r, response.status)
        if (line !== undefined) print(p, line)
        return response
      })
      if (!open) {
        p.err(`bind() to 0.0.0.0:${port} failed (98: Address already in use)\n`)
        return 1
      }
    }
    const stop = () => {
      for (const line of options.onStop?.(p) ?? []) print(p, line)
      p.exit(options.exitCode ?? 0)
    }
    p.on('SIGTERM', stop)
    p.on('SIGINT', stop)
    p.on('SIGQUIT', stop)
    const code = yield* p.serveForever()
    if (options.stopMs) yield* p.sleep(options.stopMs)
    return code
  }
}

/** Seconds over which CPU use is averaged, as whoever reads the counters twice would see it. */
const WINDOW_S = 15

/** CPU use as requests come: the average of the last seconds, which sinks again when they stop. */
class Load {
  /** Requests per second of the window, by second modulo its length. */
  private readonly counts = new Array<number>(WINDOW_S).fill(0)
  private second = 0

  constructor(
    private readonly p: Process,
    idle: number,
    private readonly perRequest: number,
  ) {
    p.meter = () => {
      this.forward()
      const sum = this.counts.reduce((a, b) => a + b, 0)
      return idle + Math.round((sum * this.perRequest) / WINDOW_S)
    }
  }

  count(): void {
    this.forward()
    const at = this.second % WINDOW_S
    this.counts[at] = (this.counts[at] ?? 0) + 1
  }

  private forward(): void {
    const now = Math.floor(this.p.now / 1000)
    const steps = Math.min(now - this.second, WINDOW_S)
    for (let i = 0; i < steps; i++) this.counts[(now - i) % WINDOW_S] = 0
    this.second = now
  }
}

function print(p: Process, line: string): void {
  if (line.startsWith('!')) p.err(`${line.slice(1)}\n`)
  else p.out(`${line}\n`)
}

/** A plain answer. */
export function text(body: string, status = 200, type = 'text/plain'): PodHttpResponse {
  return { status, headers: { 'content-type': type, 'content-length': String(body.length) }, body }
}

/** `21/Nov/2026:13:00:00 +0000`, the time of common log lines. */
export function logTime(p: Process): string {
  const iso = formatTime(p.around.world.clock.unixMs)
  const months = [
    'Jan',
    'Feb',
    'Mar',
    'Apr',
    'May',
    'Jun',
    'Jul',
    'Aug',
    'Sep',
    'Oct',
    'Nov',
    'Dec',
  ]
  const [y = '', m = '1', d = ''] = iso.slice(0, 10).split('-')
  return `${d}/${months[Number(m) - 1]}/${y}:${iso.slice(11, 19)} +0000`
}

/** `2026/11/21 13:00:00`, the time of nginx' error lines. */
export function slashTime(p: Process): string {
  const iso = formatTime(p.around.world.clock.unixMs)
  return `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 19)}`
}
