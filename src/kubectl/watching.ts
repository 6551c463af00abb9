/**
 * Watches: reading a stream item by item with a deadline, waiting for an object to change, and `get --watch`.
 * @source staging/src/k8s.io/kubectl/pkg/cmd/get/get.go watch, staging/src/k8s.io/client-go/tools/watch/until.go
 */
import type { AnyObject } from '../cluster/api/object.ts'
import type { ApiResponse, WatchEvent } from '../cluster/api/transport.ts'
import type { Stream } from '../cluster/sim/stream.ts'
import type { Task } from '../cluster/sim/task.ts'
import { AS_TABLE } from './client.ts'
import { type Mapping, pathOf } from './discovery.ts'
import { CliError, StatusError } from './errors.ts'
import type { Invocation } from './invocation.ts'
import { printerFor } from './printers/output.ts'
import { isTable, type Table, type TableOptions, TablePrinter } from './printers/table.ts'
import { about, listPage, resolveTargets, type Selection, type Target } from './resource.ts'

/** What reading a stream gave: an item, its end, or nothing before the deadline. */
export type Next<T> = { readonly item: T } | 'ended' | 'timeout'

/** Reads a stream one item at a time. */
export class StreamReader<T> {
  private readonly items: T[] = []
  private ended = false
  private wake: (() => void) | undefined

  constructor(
    private readonly k: Invocation,
    private readonly stream: Stream<unknown>,
  ) {
    k.io.onCancel?.(() => stream.cancel())
    stream.listen({
      items: (items) => {
        for (const i of items as readonly T[]) this.items.push(i)
        this.notify()
      },
      ended: () => {
        this.ended = true
        this.notify()
      },
    })
  }

  private notify(): void {
    const wake = this.wake
    this.wake = undefined
    wake?.()
  }

  /** The next item. @param deadline virtual milliseconds since birth; undefined waits for ever */
  *next(deadline?: number): Task<Next<T>> {
    const { clock, trace } = this.k.deps.world
    const owner = this.k.owner
    for (;;) {
      const item = this.items.shift()
      if (item !== undefined) return { item }
      if (this.ended) return 'ended'
      if (deadline !== undefined && clock.now >= deadline) return 'timeout'
      yield {
        start: (resume) => {
          this.wake = resume
          if (deadline === undefined) return () => this.close()
          const step = { owner, label: 'deadline', cause: trace.current, run: resume }
          const timer = clock.at(deadline, step)
          this.wake = () => {
            timer.cancel()
            resume()
          }
          return () => {
            timer.cancel()
            this.close()
          }
        },
      }
    }
  }

  close(): void {
    this.wake = undefined
    this.stream.cancel()
  }
}

/** Opens a watch on one object. @throws StatusError */
export function* watchObject(
  k: Invocation,
  t: Target & { readonly name: string },
  resourceVersion: string | undefined,
): Task<StreamReader<WatchEvent>> {
  const response = yield* k.client.request('GET', pathOf(t.mapping, t.namespace), {
    query: { fieldSelector: `metadata.name=${t.name}`, resourceVersion, watch: 'true' },
    about: about(t.mapping, t.name),
  })
  return new StreamReader<WatchEvent>(k, streamOf(response))
}

/** The stream of a response. @throws CliError when the server did not stream */
export function streamOf(response: ApiResponse): Stream<unknown> {
  if (!response.stream) throw new CliError('the server did not answer with a stream')
  return response.stream
}

/** What a condition makes of an object; undefined object: it does not exist (any more). */
export type Check = (object: AnyObject | undefined) => boolean

/**
 * Waits until the check holds for one object.
 * @param deadline virtual milliseconds since birth; undefined waits for ever
 * @returns false when the deadline passed first
 */
export function* waitFor(
  k: Invocation,
  t: Target & { readonly name: string },
  deadline: number | undefined,
  check: Check,
): Task<boolean> {
  for (;;) {
    const page = yield* k.client.object('GET', pathOf(t.mapping, t.namespace), {
      query: { fieldSelector: `metadata.name=${t.name}` },
      about: about(t.mapping),
    })
    const object = ((page as { items?: AnyObject[] }).items ?? [])[0]
    if (check(object ? typed(t.mapping, object) : undefined)) return true
    const reader = yield* watchObject(k, t, page.metadata?.resourceVersion)
    for (;;) {
      const next = yield* reader.next(deadline)
      if (next === 'timeout') {
        reader.close()
        return false
      }
      if (next === 'ended') break
      const event = next.item
      if (event.type === 'BOOKMARK') continue
      if (event.type === 'ERROR') break
      const now = event.type === 'DELETED' ? undefined : (event.object as AnyObject)
      if (check(now)) {
        reader.close()
        return true
      }
    }
    // The watch broke off: look again, but not in a hot loop.
    if (deadline !== undefined && k.deps.world.clock.now >= deadline) return false
    yield* k.sleep(1000)
  }
}

/** A list item with the kind that lists leave out. */
export function typed(m: Mapping, o: AnyObject): AnyObject {
  if (o.kind) return o
  return { ...o, apiVersion: m.group ? `${m.group}/${m.version}` : m.version, kind: m.kind }
}

/** Opens a watch on a collection. @throws StatusError */
export function* watchCollection(
  k: Invocation,
  t: Target,
  query: Readonly<Record<string, string | undefined>>,
  headers?: Readonly<Record<string, string>>,
): Task<StreamReader<WatchEvent>> {
  const response = yield* k.client.request('GET', pathOf(t.mapping, t.namespace), {
    query: { ...query, watch: 'true' },
    ...(headers ? { headers } : {}),
    about: about(t.mapping),
  })
  return new StreamReader<WatchEvent>(k, streamOf(response))
}

/** `kubectl get --watch`: lists, then prints every change until the stream ends or the command is cancelled. */
export function* watchTargets(
  k: Invocation,
  s: Selection,
  table: TableOptions | undefined,
): Task<undefined> {
  const targets = yield* resolveTargets(k, { ...s, singleType: true })
  if (targets.length !== 1)
    throw new CliError('watch is only supported on individual resources and resource collections')
  const t = targets[0] as Target
  const fieldSelector = t.name ? `metadata.name=${t.name}` : s.fieldSelector
  const scope = { selector: s.selector ?? '', fieldSelector: fieldSelector ?? '' }
  const accept = table ? { accept: AS_TABLE } : {}
  const page = yield* listPage(k, t, scope, undefined, { ...accept, limit: 0 })
  const events = k.flags.bool('output-watch-events')
  const namespaced = table?.withNamespace === true && t.mapping.namespaced
  const sink = table
    ? tableSink(k, { ...table, withNamespace: namespaced }, events)
    : objectSink(k, t.mapping, events)
  if (!k.flags.bool('watch-only')) sink.list(page)
  const query = {
    fieldSelector: fieldSelector || undefined,
    labelSelector: s.selector || undefined,
    resourceVersion: page.metadata?.resourceVersion,
  }
  const reader = yield* watchCollection(k, t, query, table ? { accept: AS_TABLE } : undefined)
  for (;;) {
    const next = yield* reader.next()
    if (next === 'ended' || next === 'timeout') return undefined
    if (next.item.type === 'BOOKMARK') continue
    if (next.item.type === 'ERROR') throw new StatusError(next.item.object as never)
    sink.event(next.item)
  }
}

interface Sink {
  list(page: AnyObject): void
  event(event: WatchEvent): void
}

function tableSink(k: Invocation, options: TableOptions, events: boolean): Sink {
  const printer = new TablePrinter(options)
  return {
    list(page) {
      if (!isTable(page)) return
      printer.add(page, events ? page.rows.map(() => 'ADDED') : [])
      k.out(printer.flush())
    },
    event(event) {
      const table = event.object as unknown as Table
      printer.add(table, events ? table.rows.map(() => event.type) : [])
      k.out(printer.flush())
    },
  }
}

function objectSink(k: Invocation, m: Mapping, events: boolean): Sink {
  const printer = printerFor(k, { columns: true })
  const show = (type: string, o: AnyObject) => {
    const object = typed(m, o)
    printer.print(events ? ({ type, object, kind: 'WatchEvent' } as unknown as AnyObject) : object)
    printer.flush()
  }
  return {
    list(page) {
      for (const o of (page as { items?: AnyObject[] }).items ?? []) show('ADDED', o)
    },
    event: (event) => show(event.type, event.object as AnyObject),
  }
}
