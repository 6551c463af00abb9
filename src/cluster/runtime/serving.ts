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
    const load = new Load(p, idle, memory, options.cpuPerRequest ?? 1)
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

/** CPU use as requests come: the share of the last seconds. */
class Load {
  private recent = 0
  private since: number
  constructor(
    private readonly p: Process,
    private readonly idle: number,
    private readonly memory: number,
    private readonly perRequest: number,
  ) {
    this.since = p.now
  }
  count(): void {
    const elapsed = this.p.now - this.since
    if (elapsed > 10_000) {
      this.recent = 0
      this.since = this.p.now
    }
    this.recent++
    const seconds = Math.max(1, Math.floor((this.p.now - this.since) / 1000))
    this.p.use(this.memory, this.idle + Math.round((this.recent * this.perRequest) / seconds))
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
