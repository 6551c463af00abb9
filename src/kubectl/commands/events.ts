/** `kubectl events`. @source staging/src/k8s.io/kubectl/pkg/cmd/events/events.go */
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Command } from '../command.ts'
import { CliError } from '../errors.ts'
import { byLastSeen, type CoreEvent, eventAge } from '../events.ts'
import { outputFlags, printerFor } from '../printers/output.ts'
import { cellText } from '../printers/table.ts'
import { layOut, TABLE } from '../printers/tabwriter.ts'
import { listObjects, resolveTargets } from '../resource.ts'

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
      usage: 'Use kubectl get events --watch instead.',
    },
  ],
  *run(k) {
    if (k.args.length > 0) throw k.usage('unexpected arguments')
    if (k.flags.bool('watch')) throw new CliError('use kubectl get events --watch here')
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
    const wanted = k.flags.strings('types').map((t) => t.toLowerCase())
    const found = (yield* listObjects(k, target, { fieldSelector })) as unknown as CoreEvent[]
    const shown = byLastSeen(found).filter(
      (e) => wanted.length === 0 || wanted.includes((e.type ?? '').toLowerCase()),
    )
    if (shown.length === 0) {
      k.err(everywhere ? 'No events found.\n' : `No events found in ${k.namespace} namespace.\n`)
      return undefined
    }
    if (k.flags.string('output')) {
      const printer = printerFor(k, {})
      printer.print({
        apiVersion: 'v1',
        items: shown,
        kind: 'List',
        metadata: {},
      } as unknown as AnyObject)
      printer.flush()
      return undefined
    }
    const lines = shown.map((e) =>
      [
        ...(everywhere ? [e.metadata.namespace ?? ''] : []),
        eventAge(e, k.now),
        e.type ?? '',
        e.reason ?? '',
        `${e.involvedObject?.kind}/${e.involvedObject?.name}`,
        cellText((e.message ?? '').trim()),
      ].join('\t'),
    )
    const head = ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']
    if (!k.flags.bool('no-headers'))
      lines.unshift([...(everywhere ? ['NAMESPACE'] : []), ...head].join('\t'))
    k.out(layOut(`${lines.join('\n')}\n`, TABLE))
    return undefined
  },
}
