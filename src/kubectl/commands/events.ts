/** `kubectl events`. @source staging/src/k8s.io/kubectl/pkg/cmd/events/events.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { CliError } from '../errors.ts'
import { byLastSeen, type CoreEvent, eventAge } from '../events.ts'
import type { Invocation } from '../invocation.ts'
import { outputFlags, printerFor } from '../printers/output.ts'
import { cellText } from '../printers/table.ts'
import { layOut, TABLE } from '../printers/tabwriter.ts'
import { listObjects, resolveTargets, type Target } from '../resource.ts'
import { typed, watchCollection } from '../watching.ts'

/** Lists events. */
export const events: Command = {
  name: 'events',
  use: 'events [(-o|--output=)json|yaml|...] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]',
  short: 'List events',
  examples: '# Events about one pod\nkubectl events --for pod/web-pod',
  flags: [
    ...outputFlags,
    {
      name: 'all-namespaces',
      short: 'A',
      kind: 'bool',
      default: 'false',
      usage: 'List the events of all namespaces.',
    },
    {
      name: 'chunk-size',
      kind: 'int',
      default: '500',
      usage: 'Return large lists in chunks rather than all at once.',
    },
    {
      name: 'for',
      kind: 'string',
      usage: 'Filter events to only those pertaining to the specified resource.',
    },
    { name: 'no-headers', kind: 'bool', default: 'false', usage: "Don't print headers." },
    { name: 'types', kind: 'strings', usage: 'Output only events of given types.' },
    {
      name: 'watch',
      short: 'w',
      kind: 'bool',
      default: 'false',
      usage: 'After listing the events, watch for more events.',
    },
  ],
  *run(k) {
    const everywhere = k.flags.bool('all-namespaces')
    const mapping = yield* k.mapping('events')
    const target = { mapping, namespace: everywhere ? '' : k.namespace }
    let fieldSelector = ''
    const about = k.flags.string('for')
    if (about) {
      if (!about.includes('/')) throw new CliError('--for must be in resource/name form')
      const [t] = yield* resolveTargets(k, { args: [about] })
      fieldSelector = `involvedObject.kind=${t?.mapping.kind},involvedObject.name=${t?.name}`
    }
    const types = k.flags.strings('types').map((t) => t.toLowerCase())
    if (types.some((t) => t !== 'normal' && t !== 'warning'))
      throw new CliError('valid --types are Normal or Warning')
    const wanted = (e: CoreEvent) =>
      types.length === 0 || types.includes((e.type ?? '').toLowerCase())
    if (k.flags.bool('watch')) return yield* watch(k, target, fieldSelector, wanted)
    const found = (yield* listObjects(k, target, { fieldSelector })) as unknown as CoreEvent[]
    const shown = byLastSeen(found).filter(wanted)
    if (shown.length === 0) {
      k.err(everywhere ? 'No events found.\n' : `No events found in ${k.namespace} namespace.\n`)
      return undefined
    }
    if (k.flags.string('output')) {
      const printer = printerFor(k, {})
      const list = { apiVersion: 'v1', items: shown, kind: 'List', metadata: {} }
      printer.print(list as unknown as AnyObject)
      printer.flush()
      return undefined
    }
    new Lines(k).print(shown)
    return undefined
  },
}

/** Prints every event from the first one kept, until cancelled. */
function* watch(
  k: Invocation,
  t: Target,
  fieldSelector: string,
  wanted: (e: CoreEvent) => boolean,
): Task<undefined> {
  const reader = yield* watchCollection(k, t, { fieldSelector: fieldSelector || undefined })
  const printer = k.flags.string('output') ? printerFor(k, {}) : undefined
  const lines = new Lines(k)
  for (;;) {
    const next = yield* reader.next()
    if (next === 'ended' || next === 'timeout') return undefined
    const { type, object } = next.item
    const event = object as unknown as CoreEvent
    // Events go after an hour; that is not news.
    if ((type !== 'ADDED' && type !== 'MODIFIED') || !wanted(event)) continue
    if (!printer) lines.print([event])
    else {
      printer.print(typed(t.mapping, object as AnyObject))
      printer.flush()
    }
  }
}

/** The table; columns keep their widths from one print to the next. */
class Lines {
  private readonly remembered: number[] = []
  private headed = false

  constructor(private readonly k: Invocation) {
    this.headed = k.flags.bool('no-headers')
  }

  print(shown: readonly CoreEvent[]): void {
    const everywhere = this.k.flags.bool('all-namespaces')
    const lines = shown.map((e) =>
      [
        ...(everywhere ? [e.metadata.namespace ?? ''] : []),
        eventAge(e, this.k.now),
        e.type ?? '',
        e.reason ?? '',
        `${e.involvedObject?.kind}/${e.involvedObject?.name}`,
        cellText((e.message ?? '').trim()),
      ].join('\t'),
    )
    const head = ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']
    if (!this.headed) lines.unshift([...(everywhere ? ['NAMESPACE'] : []), ...head].join('\t'))
    this.headed = true
    this.k.out(layOut(`${lines.join('\n')}\n`, TABLE, this.remembered))
  }
}
