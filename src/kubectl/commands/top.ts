/** `kubectl top`. @source staging/src/k8s.io/kubectl/pkg/cmd/top, pkg/metricsutil */
import type { Node } from '../../cluster/api/generated/types.ts'
import { milliValue, quantityValue } from '../../cluster/api/meta/quantity.ts'
import type { Task } from '../../cluster/sim/task.ts'
import type { Command } from '../command.ts'
import { CliError, isReason } from '../errors.ts'
import type { Flag } from '../flags.ts'
import type { Invocation } from '../invocation.ts'
import { compareStrings } from '../printers/gojson.ts'
import { layOut, TABLE } from '../printers/tabwriter.ts'
import { listObjects } from '../resource.ts'

const METRICS = '/apis/metrics.k8s.io/v1beta1'
const MIB = 1024 * 1024

interface Usage {
  readonly cpu: string
  readonly memory: string
}

interface NodeMetrics {
  readonly metadata: { readonly name: string }
  readonly usage: Usage
}

interface PodMetrics {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly containers: readonly { readonly name: string; readonly usage: Usage }[]
}

const commonFlags: readonly Flag[] = [
  { name: 'no-headers', kind: 'bool', default: 'false', usage: "Don't print headers." },
  { name: 'selector', short: 'l', kind: 'string', usage: 'Selector (label query) to filter on.' },
  { name: 'sort-by', kind: 'string', usage: "If non-empty, sort by 'cpu' or 'memory'." },
]

function* fetch<T>(k: Invocation, path: string): Task<T[]> {
  try {
    const query = { labelSelector: k.flags.string('selector') || undefined }
    const answer = yield* k.client.object('GET', path, { query })
    return Array.isArray(answer.items) ? (answer.items as T[]) : [answer as unknown as T]
  } catch (error) {
    // The whole API is missing, not one object of it.
    const missing = isReason(error, 'NotFound', 'ServiceUnavailable') && !error.status.details?.name
    if (missing) throw new CliError('Metrics API not available')
    throw error
  }
}

function checkSort(k: Invocation): string {
  const by = k.flags.string('sort-by')
  if (!['', 'cpu', 'memory'].includes(by))
    throw new CliError('--sort-by accepts only cpu or memory')
  return by
}

interface Row {
  readonly cells: readonly string[]
  readonly cpu: number
  readonly memory: number
}

function print(k: Invocation, head: readonly string[], rows: readonly Row[], by: string): void {
  const value = (r: Row) => (by === 'cpu' ? r.cpu : r.memory)
  const sorted = [...rows].sort(
    (a, b) =>
      (by ? value(b) - value(a) : 0) || compareStrings(a.cells.join('\t'), b.cells.join('\t')),
  )
  const lines = sorted.map((r) => r.cells.join('\t'))
  if (!k.flags.bool('no-headers')) lines.unshift(head.join('\t'))
  k.out(layOut(`${lines.join('\n')}\n`, TABLE))
}

const nodes: Command = {
  name: 'node',
  aliases: ['nodes', 'no'],
  use: 'node [NAME | -l label] [options]',
  short: 'Display resource (CPU/memory) usage of nodes',
  flags: [
    ...commonFlags,
    {
      name: 'show-capacity',
      kind: 'bool',
      default: 'false',
      usage: 'Percentages of capacity in place of allocatable.',
    },
  ],
  *run(k) {
    const by = checkSort(k)
    const name = k.args[0]
    const metrics = yield* fetch<NodeMetrics>(k, `${METRICS}/nodes${name ? `/${name}` : ''}`)
    const mapping = yield* k.mapping('nodes')
    const all = (yield* listObjects(k, { mapping, namespace: '' }, {})) as unknown as Node[]
    const rows = metrics.map((m): Row => {
      const node = all.find((n) => n.metadata.name === m.metadata.name)
      const whole = k.flags.bool('show-capacity')
        ? node?.status?.capacity
        : node?.status?.allocatable
      const cpu = milliValue(m.usage.cpu)
      const memory = quantityValue(m.usage.memory)
      const percent = (n: number, of: number) =>
        of === 0 ? '<unknown>' : `${Math.trunc((n / of) * 100)}%`
      return {
        cpu,
        memory,
        cells: [
          m.metadata.name,
          `${cpu}m`,
          percent(cpu, milliValue(whole?.cpu)),
          `${Math.trunc(memory / MIB)}Mi`,
          percent(memory, quantityValue(whole?.memory)),
        ],
      }
    })
    if (rows.length === 0) throw new CliError('metrics not available yet')
    print(k, ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'], rows, by)
    return undefined
  },
}

const pods: Command = {
  name: 'pod',
  aliases: ['pods', 'po'],
  use: 'pod [NAME | -l label] [options]',
  short: 'Display resource (CPU/memory) usage of pods',
  flags: [
    ...commonFlags,
    {
      name: 'all-namespaces',
      short: 'A',
      kind: 'bool',
      default: 'false',
      usage: 'Show the pods of all namespaces.',
    },
    {
      name: 'containers',
      kind: 'bool',
      default: 'false',
      usage: 'Print usage of containers within a pod.',
    },
  ],
  *run(k) {
    const by = checkSort(k)
    const everywhere = k.flags.bool('all-namespaces')
    const name = k.args[0]
    const space = everywhere ? '' : `/namespaces/${k.namespace}`
    const metrics = yield* fetch<PodMetrics>(k, `${METRICS}${space}/pods${name ? `/${name}` : ''}`)
    const split = k.flags.bool('containers')
    const rows = metrics.flatMap((m): Row[] => {
      const named = (cells: string[], parts: PodMetrics['containers']): Row => {
        const cpu = parts.reduce((n, c) => n + milliValue(c.usage.cpu), 0)
        const memory = parts.reduce((n, c) => n + quantityValue(c.usage.memory), 0)
        const lead = everywhere ? [m.metadata.namespace] : []
        return {
          cpu,
          memory,
          cells: [...lead, ...cells, `${cpu}m`, `${Math.trunc(memory / MIB)}Mi`],
        }
      }
      if (!split) return [named([m.metadata.name], m.containers)]
      return m.containers.map((c) => named([m.metadata.name, c.name], [c]))
    })
    if (rows.length === 0) {
      k.err(
        everywhere ? 'No resources found\n' : `No resources found in ${k.namespace} namespace.\n`,
      )
      return undefined
    }
    const head = [
      ...(everywhere ? ['NAMESPACE'] : []),
      ...(split ? ['POD', 'NAME'] : ['NAME']),
      'CPU(cores)',
      'MEMORY(bytes)',
    ]
    print(k, head, rows, by)
    return undefined
  },
}

/** Shows what nodes and pods use. */
export const top: Command = {
  name: 'top',
  use: 'top',
  short: 'Display resource (CPU/memory) usage',
  subcommands: [nodes, pods],
}
