/**
 * A Kubernetes API somewhere on this machine (`kubectl proxy`), as this page may use it: reads only. The same kubectl
 * that runs in the simulation runs against it; its tasks wait for the network in place of virtual time.
 */
import type { ApiResponse } from '../cluster/api/transport.ts'
import { Stream } from '../cluster/sim/stream.ts'
import { spawn, type Task } from '../cluster/sim/task.ts'
import { createWorld, type World } from '../cluster/sim/world.ts'
import type { KubectlRequest } from '../kubectl/client.ts'
import type { KubectlCache, KubectlIo } from '../kubectl/kubectl.ts'
import { completeLine, runLine } from '../kubectl/line.ts'

/** Real ms between looks at what waits for time. */
const PUMP_MS = 100
/** Reviews are asked by POST and change nothing. */
const REVIEWS = /\/(self)?subject(access|rules)reviews$|\/localsubjectaccessreviews$/i
const READ_ONLY = 'this page only watches the cluster: change it with kubectl in your own terminal'

/** A line under way. */
export interface LiveRun {
  cancel(): void
}

/** The API behind an address. */
export class LiveApi {
  private readonly world: World
  private readonly cache: KubectlCache = {}
  private readonly files = new Map<string, string>()

  /** @param base address without a slash at its end. @param epochMs what the page counts from. @unit Unix ms */
  constructor(
    readonly base: string,
    private readonly epochMs: number,
  ) {
    this.world = createWorld({ seed: 1, epochMs, keepRecords: 10 })
    setInterval(() => this.pump(), PUMP_MS)
  }

  /** Runs a terminal line; `done` gets its exit code. */
  kubectl(line: string, io: KubectlIo, done: (code: number) => void): LiveRun {
    const undo: (() => void)[] = []
    const self = this
    const task = spawn(this.world, 'kubectl', `$ ${line}`, function* () {
      const more = { files: self.files, onCancel: (u: () => void) => undo.push(u) }
      done(yield* runLine(self.deps(), line, { ...more, ...io }))
    })
    this.pump()
    return {
      cancel: () => {
        task.cancel()
        for (const u of undo) u()
        done(130)
      },
    }
  }

  /** What could come next on a line. */
  complete(line: string, cursor: number, done: (words: string[]) => void): void {
    const self = this
    spawn(this.world, 'kubectl', 'complete', function* () {
      done(yield* completeLine(self.deps(), line, cursor, self.files))
    })
    this.pump()
  }

  /** One request; whatever would change something is refused here. */
  async ask(
    r: Pick<KubectlRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>,
  ): Promise<ApiResponse> {
    if (changes(r)) return refusal(405, 'MethodNotAllowed', READ_ONLY)
    const query = new URLSearchParams()
    for (const [k, values] of r.query) for (const v of values) query.append(k, v)
    const address = `${this.base}${encodeURI(r.path)}${query.size ? `?${query}` : ''}`
    const { accept = 'application/json' } = r.headers
    const aborter = new AbortController()
    try {
      const answer = await fetch(address, {
        method: r.method,
        headers: {
          accept,
          ...(r.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(r.body === undefined ? {} : { body: JSON.stringify(r.body) }),
        signal: aborter.signal,
      })
      const headers = Object.fromEntries(answer.headers)
      const { status } = answer
      const flowing = query.get('watch') === 'true' || query.get('watch') === '1'
      const followed = query.get('follow') === 'true'
      if (answer.ok && answer.body && (flowing || followed)) {
        return { status, headers, stream: streamOf(answer.body, flowing, () => aborter.abort()) }
      }
      const text = await answer.text()
      const json = headers['content-type']?.includes('json')
      return { status, headers, body: json && text ? JSON.parse(text) : text }
    } catch (error) {
      return refusal(503, 'ServiceUnavailable', `${new URL(this.base).host}: ${String(error)}`)
    }
  }

  private deps() {
    const { world, cache } = this
    const request = (r: KubectlRequest) => this.wait(this.ask(r))
    return { request, world, owner: 'kubectl', cache }
  }

  /** A task that waits for the network. */
  private *wait(answer: Promise<ApiResponse>): Task<ApiResponse> {
    let come: ApiResponse | undefined
    yield {
      start: (resume) => {
        let given = false
        void answer.then((a) => {
          if (given) return
          come = a
          this.world.clock.now = this.elapsed()
          resume()
          this.pump()
        })
        return () => {
          given = true
        }
      },
    }
    return come as ApiResponse
  }

  private elapsed(): number {
    return Math.max(this.world.clock.now, Date.now() - this.epochMs)
  }

  private pump(): void {
    this.world.clock.run({ until: this.elapsed() })
  }
}

function changes(r: { readonly method: string; readonly path: string }): boolean {
  if (/\/(exec|attach|portforward|proxy)(\/|$)/.test(r.path)) return true
  if (r.method === 'GET') return false
  return !(r.method === 'POST' && REVIEWS.test(r.path))
}

function refusal(code: number, reason: string, message: string): ApiResponse {
  const kind = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' }
  const headers = { 'content-type': 'application/json' }
  return { status: code, headers, body: { ...kind, message, reason, code } }
}

/** Lines of a body as they come: events of a watch, or the text of a log. */
export function streamOf(
  body: ReadableStream<Uint8Array>,
  events: boolean,
  stop: () => void,
): Stream<unknown> {
  const stream = new Stream<unknown>()
  stream.onCancel = stop
  void readLines(body, (line) => stream.push(events ? JSON.parse(line) : `${line}\n`)).then(
    () => stream.end(),
    (error: unknown) => stream.end(String(error)),
  )
  return stream
}

/** Reads a body to its end, line by line. */
export async function readLines(
  body: ReadableStream<Uint8Array>,
  each: (line: string) => void,
): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line) each(line)
  }
  if (rest) each(rest)
}
