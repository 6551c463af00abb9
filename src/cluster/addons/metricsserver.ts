/**
 * metrics-server: asks every kubelet for its usage each 15 s while its pod runs, keeps the last two answers, and serves
 * metrics.k8s.io from them. Like the original it shows a container only once it has two points to compare.
 * @source https://github.com/kubernetes-sigs/metrics-server
 */
import type { AggregatedApi } from '../api/aggregated.ts'
import type { Node, Pod } from '../api/generated/types.ts'
import { parseFieldSelector } from '../api/meta/fields.ts'
import { type Labels, matches } from '../api/meta/labels.ts'
import { addQuantity, formatMilli, formatQuantity } from '../api/meta/quantity.ts'
import { parseSelector } from '../api/meta/selectorparser.ts'
import { ApiError, badRequest, methodNotAllowed, notFound } from '../api/meta/status.ts'
import { formatTime } from '../api/meta/time.ts'
import type { NodeServers, NodeUsage } from '../api/nodeserver.ts'
import type { ApiRequest, ApiResponse } from '../api/transport.ts'
import type { Client } from '../client/client.ts'
import { createInformers, type Informer } from '../client/informer.ts'
import type { Millis } from '../sim/clock.ts'
import { sleep, spawn } from '../sim/task.ts'

/** How often usage is asked for, and so the window of each figure. */
export const METRIC_RESOLUTION_MS: Millis = 15_000

const GROUP = 'metrics.k8s.io'
const API_VERSION = `${GROUP}/v1beta1`
const WINDOW = `${METRIC_RESOLUTION_MS / 1000}s`

interface Use {
  readonly cpu: string
  readonly memory: string
}

interface Metrics {
  readonly kind: 'NodeMetrics' | 'PodMetrics'
  readonly apiVersion: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly creationTimestamp: string
    readonly labels?: Labels
  }
  readonly timestamp: string
  readonly window: string
  readonly usage?: Use
  readonly containers?: readonly { readonly name: string; readonly usage: Use }[]
}

/** What all nodes answered in one round. */
interface Round {
  readonly at: string
  readonly nodes: ReadonlyMap<string, NodeUsage>
  /** `namespace/pod/container` of all that ran. */
  readonly containers: ReadonlySet<string>
}

/** Starts metrics-server. @returns the group that it serves */
export function startMetricsServer(
  client: Client,
  o: { readonly nodes: NodeServers; readonly state: AggregatedApi['state'] },
): AggregatedApi {
  const server = new MetricsServer(client, o.nodes)
  server.start()
  const resource = { verbs: ['get', 'list'], shortNames: [], singular: '' }
  return {
    group: GROUP,
    version: 'v1beta1',
    resources: [
      { ...resource, plural: 'nodes', kind: 'NodeMetrics', namespaced: false },
      { ...resource, plural: 'pods', kind: 'PodMetrics', namespaced: true },
    ],
    state: o.state,
    handler: {
      *handle(request) {
        try {
          return server.serve(request)
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          return json(error.code, error.status)
        }
      },
    },
  }
}

class MetricsServer {
  private readonly pods: Informer<Pod>
  private readonly nodes: Informer<Node>
  /** The pod that asked; another one starts with nothing. */
  private uid = ''
  private last: Round | undefined
  private before: Round | undefined

  constructor(
    private readonly client: Client,
    private readonly servers: NodeServers,
  ) {
    const informers = createInformers(client)
    this.pods = informers.for('Pod')
    this.nodes = informers.for('Node')
  }

  start(): void {
    const { world, place } = this.client
    const self = this
    spawn(world, place, 'scrape', function* () {
      for (;;) {
        yield* sleep(world, place, METRIC_RESOLUTION_MS, { background: true, label: 'scrape' })
        self.scrape()
      }
    })
  }

  private scrape(): void {
    const pod = this.ownPod()
    const uid = pod?.metadata.uid ?? ''
    if (uid !== this.uid) {
      this.uid = uid
      this.last = undefined
    }
    this.before = this.last
    this.last = pod && this.ask(pod.spec?.nodeName ?? '')
  }

  private ownPod(): Pod | undefined {
    for (const p of this.pods.list('kube-system')) {
      const own = p.metadata.labels?.['k8s-app'] === 'metrics-server'
      if (own && p.status?.phase === 'Running' && !p.metadata.deletionTimestamp) return p
    }
    return undefined
  }

  private ask(from: string): Round {
    const { world } = this.client
    const nodes = new Map<string, NodeUsage>()
    const containers = new Set<string>()
    for (const n of this.nodes.list()) {
      const name = n.metadata.name ?? ''
      const cut = world.wires.isCut(from, name) || world.wires.isCut(name, from)
      const usage = cut ? undefined : this.servers(name)?.usage()
      if (!usage) continue
      nodes.set(name, usage)
      for (const c of usage.containers) containers.add(`${c.namespace}/${c.pod}/${c.container}`)
    }
    return { at: formatTime(world.clock.unixMs), nodes, containers }
  }

  /** @throws ApiError */
  serve(request: ApiRequest): ApiResponse {
    const m =
      /^\/apis\/metrics\.k8s\.io\/v1beta1(?:\/namespaces\/([^/]+))?\/(nodes|pods)(?:\/([^/]+))?$/.exec(
        request.path,
      )
    if (!m) throw notFound({ group: GROUP, resource: request.path }, '')
    const [, namespace = '', resource, name] = m
    if (request.method !== 'GET')
      throw methodNotAllowed({ group: GROUP, resource: resource as string }, request.method)
    const all = resource === 'nodes' ? this.nodeMetrics() : this.podMetrics(namespace)
    const table = (request.headers.accept ?? '').includes('as=Table')
    const kind = resource === 'nodes' ? 'NodeMetrics' : 'PodMetrics'
    if (name) {
      const found = all.find((x) => x.metadata.name === name)
      const full = namespace ? `${namespace}/${name}` : name
      if (!found) throw notFound({ group: GROUP, resource: kind.toLowerCase() }, full)
      return json(200, table ? tableOf([found]) : found)
    }
    const items = select(all, request)
    if (table) return json(200, tableOf(items))
    return json(200, { kind: `${kind}List`, apiVersion: API_VERSION, metadata: {}, items })
  }

  private nodeMetrics(): Metrics[] {
    const { last, before } = this
    if (!last || !before) return []
    const out: Metrics[] = []
    for (const n of this.nodes.list()) {
      const name = n.metadata.name ?? ''
      const usage = last.nodes.get(name)
      if (!usage || !before.nodes.has(name)) continue
      out.push({ ...this.head('NodeMetrics', n.metadata), usage: figures(usage) })
    }
    return out.sort(byName)
  }

  private podMetrics(namespace: string): Metrics[] {
    const { last, before } = this
    if (!last || !before) return []
    const byPod = new Map<string, { name: string; usage: Use }[]>()
    for (const usage of last.nodes.values()) {
      for (const c of usage.containers) {
        if (namespace && c.namespace !== namespace) continue
        const key = `${c.namespace}/${c.pod}`
        if (!before.containers.has(`${key}/${c.container}`)) continue
        const known = byPod.get(key) ?? []
        known.push({ name: c.container, usage: figures(c) })
        byPod.set(key, known)
      }
    }
    const out: Metrics[] = []
    for (const [key, containers] of byPod) {
      const pod = this.pods.getKey(key)
      // Part of a pod would look like an idle pod, so it waits for its last container.
      if (pod && containers.length >= (pod.spec?.containers.length ?? 0))
        out.push({ ...this.head('PodMetrics', pod.metadata), containers })
    }
    return out.sort(byName)
  }

  private head(
    kind: Metrics['kind'],
    m: { name?: string; namespace?: string; labels?: Labels },
  ): Metrics {
    const namespace = m.namespace ? { namespace: m.namespace } : {}
    const labels = m.labels ? { labels: m.labels } : {}
    const creationTimestamp = formatTime(this.client.world.clock.unixMs)
    return {
      kind,
      apiVersion: API_VERSION,
      metadata: { name: m.name ?? '', ...namespace, creationTimestamp, ...labels },
      timestamp: this.last?.at ?? creationTimestamp,
      window: WINDOW,
    }
  }
}

function figures(u: { readonly cpuMillis: number; readonly memoryBytes: number }): Use {
  const whole = Math.trunc(u.memoryBytes / 1024) * 1024
  return { cpu: formatMilli(u.cpuMillis), memory: formatQuantity(whole, 'BinarySI') }
}

function byName(a: Metrics, b: Metrics): number {
  const x = `${a.metadata.namespace ?? ''}/${a.metadata.name}`
  const y = `${b.metadata.namespace ?? ''}/${b.metadata.name}`
  return x < y ? -1 : x > y ? 1 : 0
}

/** @throws ApiError BadRequest */
function select(all: readonly Metrics[], request: ApiRequest): Metrics[] {
  const text = (name: string) => request.query.get(name)?.[0] ?? ''
  try {
    const labels = parseSelector(text('labelSelector'))
    const fields = parseFieldSelector(text('fieldSelector'))
    const value = (m: Metrics, field: string) =>
      field === 'metadata.name' ? m.metadata.name : (m.metadata.namespace ?? '')
    return all.filter(
      (m) =>
        matches(labels, m.metadata.labels) &&
        fields.every((f) => (value(m, f.field) === f.value) === f.equal),
    )
  } catch (error) {
    if (!(error instanceof Error) || !/Selector/.test(error.name)) throw error
    throw badRequest(error.message)
  }
}

const COLUMNS = [
  { name: 'Name', type: 'string', format: 'name', description: 'Name of the resource' },
  { name: 'cpu', type: 'string', format: '', description: '' },
  { name: 'memory', type: 'string', format: '', description: '' },
  { name: 'Window', type: 'string', format: '', description: '' },
]

function tableOf(items: readonly Metrics[]): object {
  const rows = items.map((m) => {
    const parts = m.usage ? [m.usage] : (m.containers ?? []).map((c) => c.usage)
    const [cpu, memory] = totals(parts)
    const object = {
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: m.metadata,
    }
    return { cells: [m.metadata.name, cpu, memory, m.window], object }
  })
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: COLUMNS.map((c) => ({ ...c, priority: 0 })),
    rows,
  }
}

function totals(parts: readonly Use[]): [string, string] {
  return [
    parts.map((p) => p.cpu).reduce((a, b) => addQuantity(a, b), '0'),
    parts.map((p) => p.memory).reduce((a, b) => addQuantity(a, b), '0'),
  ]
}

function json(status: number, body: unknown): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body }
}
