/**
 * The door of the simulation: `Request` in, `Response` out. The only place where its tasks meet promises; the worker
 * and the Node host mount it alike.
 */
import type {
  ApiHandler,
  ApiRequest,
  ApiResponse,
  Method,
  UserInfo,
} from '../cluster/api/transport.ts'
import type { Stream } from '../cluster/sim/stream.ts'
import type { Task } from '../cluster/sim/task.ts'

/** How the host lets a task of its own run in the simulation. */
export interface Host {
  /** Runs the task on the virtual clock; settles with its result. */
  run<T>(label: string, body: () => Task<T>): Promise<T>
}

/** Bytes that may wait for a watcher that does not read, before it is let go. */
const STALLED_MAX = 32 * 1024 * 1024

/** Serves an API handler as a fetch function. `user` is set when the transport knows who asks (certificates). */
export function toFetch(
  handler: ApiHandler,
  host: Host,
): (request: Request, user?: UserInfo) => Promise<Response> {
  return async (request, user) => {
    const asked = await toApiRequest(request, user)
    const response = await host.run(`${asked.method} ${asked.path}`, () => handler.handle(asked))
    return toResponse(response, request.method === 'HEAD')
  }
}

/** Reads a fetch Request into plain data. */
export async function toApiRequest(request: Request, user?: UserInfo): Promise<ApiRequest> {
  const url = new URL(request.url)
  const query = new Map<string, string[]>()
  for (const [k, v] of url.searchParams) {
    const known = query.get(k)
    if (known) known.push(v)
    else query.set(k, [v])
  }
  const headers: Record<string, string> = {}
  request.headers.forEach((v, k) => {
    headers[k.toLowerCase()] = v
  })
  const body = await bodyOf(request, headers['content-type'] ?? '')
  return {
    method: request.method as Method,
    path: decodePath(url.pathname),
    query,
    headers,
    ...(body.length > 0 ? { body } : {}),
    ...(user ? { user } : {}),
    cause: 0,
  }
}

async function bodyOf(request: Request, type: string): Promise<string | Uint8Array> {
  if (request.body === null) return ''
  if (type.includes('protobuf')) return new Uint8Array(await request.arrayBuffer())
  return await request.text()
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // A path that is not percent-encoded UTF-8 is looked up as it stands, and not found.
    return path
  }
}

/** Turns a plain response into a fetch Response. */
export function toResponse(r: ApiResponse, headOnly = false): Response {
  const headers = new Headers()
  for (const [k, v] of Object.entries(r.headers)) {
    for (const one of v.split('\n')) headers.append(k, one)
  }
  if (r.stream) return new Response(toBytes(r.stream, isJson(r)), { status: r.status, headers })
  if (headOnly || r.body === undefined) return new Response(null, { status: r.status, headers })
  if (r.body instanceof Uint8Array) {
    return new Response(r.body as Uint8Array<ArrayBuffer>, { status: r.status, headers })
  }
  const text = typeof r.body === 'string' ? r.body : `${JSON.stringify(r.body)}\n`
  return new Response(text, { status: r.status, headers })
}

function isJson(r: ApiResponse): boolean {
  return (r.headers['content-type'] ?? '').startsWith('application/json')
}

/** Objects whose text is kept, so that many watchers of one change share it. */
const TEXTS_MAX = 64
const texts = new Map<object, string>()

/** A line of a watch. Objects never change in place, so their text may be used again. */
function lineOf(item: unknown): string {
  const { type, object, ...rest } = item as { type?: unknown; object?: unknown }
  if (typeof type !== 'string' || typeof object !== 'object' || object === null)
    return `${JSON.stringify(item)}\n`
  if (Object.keys(rest).length > 0) return `${JSON.stringify(item)}\n`
  return `{"type":${JSON.stringify(type)},"object":${textOf(object)}}\n`
}

function textOf(object: object): string {
  let text = texts.get(object)
  if (text !== undefined) return text
  text = JSON.stringify(object)
  texts.set(object, text)
  if (texts.size > TEXTS_MAX) {
    const [oldest] = texts.keys()
    if (oldest) texts.delete(oldest)
  }
  return text
}

/** A stream of items as bytes: JSON one a line, or text as it is. */
function toBytes(stream: Stream<unknown>, lines: boolean): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let open = true
        const close = () => {
          if (open) controller.close()
          open = false
        }
        stream.listen({
          items(items) {
            if (!open) return
            const text = items.map((i) => (lines ? lineOf(i) : String(i))).join('')
            controller.enqueue(encoder.encode(text))
            if ((controller.desiredSize ?? 0) > -STALLED_MAX) return
            close()
            stream.cancel()
          },
          ended: close,
        })
      },
      cancel() {
        stream.cancel()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  )
}
