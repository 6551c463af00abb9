/**
 * Streams to and from a container: exec and attach, in numbered channels.
 * @source staging/src/k8s.io/client-go/tools/remotecommand/websocket.go, v5.channel.k8s.io
 */
import type { Status } from '../cluster/api/generated/types.ts'
import type { ApiResponse, Duplex } from '../cluster/api/transport.ts'
import type { Task } from '../cluster/sim/task.ts'
import { fromUtf8 } from './base64.ts'
import { pathOf } from './discovery.ts'
import { CliError } from './errors.ts'
import type { Invocation } from './invocation.ts'
import { about, type Target } from './resource.ts'
import { StreamReader } from './watching.ts'

/** What to connect. */
export interface AttachOptions {
  readonly container?: string
  readonly stdin: boolean
  readonly tty: boolean
}

type Frame = { readonly channel: number; readonly data: string | Uint8Array }

/** Attaches to a running container. @returns the exit code */
export function* attachTo(
  k: Invocation,
  t: Target & { readonly name: string },
  o: AttachOptions,
): Task<number> {
  return yield* stream(k, t, 'attach', new Map(channels(o)))
}

/** Runs a command in a container. @returns its exit code */
export function* execIn(
  k: Invocation,
  t: Target & { readonly name: string },
  command: readonly string[],
  o: AttachOptions,
): Task<number> {
  const query = new Map<string, readonly string[]>([['command', command], ...channels(o)])
  return yield* stream(k, t, 'exec', query)
}

function channels(o: AttachOptions): [string, string[]][] {
  return [
    ...(o.container ? ([['container', [o.container]]] as [string, string[]][]) : []),
    ...(o.stdin ? ([['stdin', ['true']]] as [string, string[]][]) : []),
    ['stdout', ['true']],
    ...(o.tty
      ? ([['tty', ['true']]] as [string, string[]][])
      : [['stderr', ['true']] as [string, string[]]]),
  ]
}

function* stream(
  k: Invocation,
  t: Target & { readonly name: string },
  sub: 'exec' | 'attach',
  query: ReadonlyMap<string, readonly string[]>,
): Task<number> {
  const path = pathOf(t.mapping, t.namespace, t.name, sub)
  const response: ApiResponse = yield* k.client.sendRequest('GET', path, query, {
    headers: {
      upgrade: 'websocket',
      connection: 'upgrade',
      'sec-websocket-protocol': 'v5.channel.k8s.io',
    },
    about: about(t.mapping, t.name),
  })
  const channel = response.channel
  if (!channel) throw new CliError('unable to upgrade connection: the server did not open a stream')
  k.io.onCancel?.(() => channel.close())
  if (query.has('stdin')) feed(channel, k)
  const reader = new StreamReader<Frame>(k, channel.output as never)
  for (;;) {
    const next = yield* reader.next()
    if (next === 'ended' || next === 'timeout') return 0
    const text = textOf(next.item.data)
    if (next.item.channel === 1) k.out(text)
    else if (next.item.channel === 2) k.err(text)
    else if (next.item.channel === 3) return exitCode(k, text)
  }
}

function feed(channel: Duplex, k: Invocation): void {
  if (k.io.stdin !== undefined) channel.input(0, k.io.stdin)
  // Someone at a keyboard goes on typing; a pipe is at its end.
  if (k.io.input && k.io.stdin === undefined) k.io.input((data) => channel.input(0, data))
  else channel.input(0, undefined)
}

/** What a frame says. */
export function textOf(data: string | Uint8Array): string {
  return typeof data === 'string' ? data : fromUtf8([...data])
}

function exitCode(k: Invocation, text: string): number {
  if (text === '') return 0
  const status = JSON.parse(text) as Status
  if (status.status === 'Success') return 0
  const code = status.details?.causes?.find((c) => c.reason === 'ExitCode')?.message
  if (code !== undefined) {
    k.err(`command terminated with exit code ${code}\n`)
    return Number(code)
  }
  throw new CliError(status.message ?? 'the stream ended with an error')
}
