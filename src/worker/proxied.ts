/**
 * The worker of a page that watches a real cluster through `kubectl proxy`: lists and watches what the page draws, and
 * sends the same cards in the same frames as the simulation does. It never writes.
 */
import type { KubeObject } from '../cluster/api/object.ts'
import '../kubectl/every.ts'
import { apiVersionOf, pathOf, resourceOf } from '../cluster/api/resources.ts'
import type { Card, PlainCard } from '../protocol/cards.ts'
import { type Ask, type Ping, PROTOCOL_VERSION, type Tell } from '../protocol/protocol.ts'
import { cardOf } from '../session/views.ts'
import { LiveApi, type LiveRun, readLines } from './liveapi.ts'

const KINDS = [
  'Namespace',
  'Node',
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicationController',
  'Service',
  'EndpointSlice',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'Event',
  'Lease',
  'ConfigMap',
  'StorageClass',
  'ServiceAccount',
  'Ingress',
  'NetworkPolicy',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'ResourceQuota',
  'LimitRange',
  'CustomResourceDefinition',
] as const
/**
 * What changes fastest is watched; the rest is listed again, one kind after the other. A browser opens six connections to
 * a server at most, and some must be left for what is asked.
 */
const WATCHED: readonly string[] = ['Pod', 'Node', 'Event', 'Deployment']
/** Real ms between two of these lists. */
const NEXT_LIST_MS = 150
/** Without these there is nothing to draw. */
const NEEDED: readonly string[] = ['Node', 'Pod']
/** Real ms between frames, and before a watch that ended is begun again. */
const FRAME_MS = 200
const AGAIN_MS = 1000
const PAGE = 500
/** A cluster whose heartbeats are older than this has another clock than this machine. @unit ms */
const CLOCK_TRUST_MS = 60_000
const READ_ONLY = 'this page only watches the cluster: change it with kubectl in your own terminal'

const post = (message: Tell) => self.postMessage(message)

interface List {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items: readonly KubeObject[]
}

class Watcher {
  private api: LiveApi | undefined
  private base = ''
  private epochMs = 0
  /** How far this machine's clock is ahead of the cluster's. */
  private skewMs = 0
  private revision = 0
  private full = true
  private readonly objects = new Map<string, KubeObject>()
  private changed = new Map<string, Card | PlainCard | undefined>()
  private readonly runs = new Map<number, LiveRun>()

  hear(ask: Ask): void {
    const done = (value: unknown = null) => post({ type: 'done', id: ask.id, value })
    const failed = (message: string) => post({ type: 'failed', id: ask.id, message })
    const { api } = this
    if (ask.type === 'start') {
      this.start(ask.api ?? '').then(done, (e: unknown) =>
        failed(e instanceof Error ? e.message : String(e)),
      )
    } else if (!api) failed(READ_ONLY)
    else if (ask.type === 'kubectl') this.kubectl(api, ask, done)
    else if (ask.type === 'complete') api.complete(ask.line, ask.cursor, done)
    else if (ask.type === 'interrupt') {
      this.runs.get(ask.run)?.cancel()
      done()
    } else if (ask.type === 'http') {
      const [path = '', search = ''] = ask.path.split('?')
      const query = new Map([...new URLSearchParams(search)].map(([k, v]) => [k, [v]]))
      const method = ask.method as 'GET'
      void api.ask({ method, path, query, headers: ask.headers ?? {} }).then((r) => done(r))
    } else if (ask.type === 'speed' || ask.type === 'live') done()
    else if (ask.type === 'history')
      done({ now: this.now(), revision: this.revision, commands: [] })
    else if (ask.type === 'branches') done({ branches: [], bookmarks: [] })
    else failed(READ_ONLY)
  }

  private kubectl(
    api: LiveApi,
    ask: Extract<Ask, { type: 'kubectl' }>,
    done: (v: unknown) => void,
  ) {
    const say = (stream: 'stdout' | 'stderr') => (text: string) =>
      post({ type: 'output', run: ask.id, stream, text })
    const io = {
      ...(ask.stdin === undefined ? {} : { stdin: ask.stdin }),
      columns: ask.columns ?? 120,
      stdout: say('stdout'),
      stderr: say('stderr'),
    }
    const run = api.kubectl(ask.line, io, (code) => {
      this.runs.delete(ask.id)
      done(code)
    })
    this.runs.set(ask.id, run)
  }

  private async start(base: string): Promise<void> {
    this.base = base.replace(/\/+$/, '')
    const versions = new Map<string, string>()
    for (const kind of KINDS) {
      const version = await this.list(kind)
      if (version !== undefined) versions.set(kind, version)
    }
    const seen = [...this.objects.values()]
    const born = seen
      .map((o) => Date.parse(o.metadata.creationTimestamp ?? ''))
      .filter((t) => t > 0)
    this.epochMs = born.length ? Math.min(...born) : Date.now()
    const beats = seen.flatMap((o) => Date.parse(renewTime(o)) || [])
    const behind = beats.length ? Date.now() - Math.max(...beats) : 0
    this.skewMs = Math.abs(behind) > CLOCK_TRUST_MS ? behind : 0
    this.api = new LiveApi(this.base, this.epochMs + this.skewMs)
    for (const o of seen) this.show(o)
    this.sendFrame()
    setInterval(() => this.sendFrame(), FRAME_MS)
    for (const [kind, version] of versions)
      if (WATCHED.includes(kind)) void this.follow(kind, version)
    void this.listOthers([...versions.keys()].filter((kind) => !WATCHED.includes(kind)))
  }

  private async listOthers(kinds: readonly string[]): Promise<void> {
    for (;;) {
      for (const kind of kinds) {
        await new Promise((resolve) => setTimeout(resolve, NEXT_LIST_MS))
        await this.again(kind)
      }
      if (kinds.length === 0) return
    }
  }

  /** @returns the version that a watch goes on from; undefined for kinds that may not be read. @throws Error */
  private async list(kind: string): Promise<string | undefined> {
    const r = resourceOf(kind)
    let next = ''
    for (;;) {
      const more = next ? `&continue=${encodeURIComponent(next)}` : ''
      let answer: Response
      try {
        answer = await fetch(`${this.base}${pathOf(r, undefined)}?limit=${PAGE}${more}`)
      } catch (error) {
        throw new Error(`${this.base} does not answer: ${String(error)}`)
      }
      if (!answer.ok) {
        if (NEEDED.includes(kind)) throw new Error(`${this.base}: ${answer.status} for ${r.plural}`)
        return undefined
      }
      const list = (await answer.json()) as List
      // Items of a list do not say what they are.
      for (const o of list.items) this.note({ ...o, apiVersion: apiVersionOf(r), kind })
      next = list.metadata.continue ?? ''
      if (!next) return list.metadata.resourceVersion ?? ''
    }
  }

  private async follow(kind: string, from: string): Promise<void> {
    const path = pathOf(resourceOf(kind), undefined)
    let version = from
    for (;;) {
      try {
        const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${version}`
        const answer = await fetch(`${this.base}${path}?${query}`)
        if (!answer.ok || !answer.body) throw new Error(String(answer.status))
        await readLines(answer.body, (line) => {
          const event = JSON.parse(line) as { type: string; object: KubeObject }
          if (event.type === 'ERROR') throw new Error('the watch is too old')
          version = event.object.metadata.resourceVersion ?? version
          if (event.type === 'DELETED') this.forget(event.object)
          else if (event.type !== 'BOOKMARK') {
            this.note(event.object)
            this.show(event.object)
          }
        })
      } catch {
        // The proxy went away or the version is too old: everything of the kind is looked at again.
        version = (await this.again(kind)) ?? version
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }

  private async again(kind: string): Promise<string | undefined> {
    const before = [...this.objects.values()].filter((o) => o.kind === kind)
    for (const o of before) this.objects.delete(uidOf(o))
    try {
      const version = await this.list(kind)
      for (const o of before) if (!this.objects.has(uidOf(o))) this.forget(o)
      const known = new Map(before.map((o) => [uidOf(o), o.metadata.resourceVersion]))
      for (const o of this.objects.values()) {
        const same = known.get(uidOf(o)) === o.metadata.resourceVersion
        if (o.kind === kind && !same) this.show(o)
      }
      return version
    } catch {
      // Still away: what was seen last stays on the page until it is back.
      for (const o of before) this.objects.set(uidOf(o), o)
      return undefined
    }
  }

  private note(o: KubeObject): void {
    this.objects.set(uidOf(o), o)
    this.revision = Math.max(this.revision, Number(o.metadata.resourceVersion) || 0)
  }

  private show(o: KubeObject): void {
    const card = cardOf(o, this.epochMs)
    if (card) this.changed.set(card.uid, card)
  }

  private forget(o: KubeObject): void {
    this.objects.delete(uidOf(o))
    this.changed.set(uidOf(o), undefined)
  }

  private now(): number {
    return Math.max(0, Date.now() - this.skewMs - this.epochMs)
  }

  private sendFrame(): void {
    const nodes = [...this.objects.values()].filter((o) => o.kind === 'Node')
    const put = [...this.changed.values()].filter((c) => c !== undefined)
    const gone = [...this.changed].filter(([, c]) => !c).map(([uid]) => uid)
    this.changed = new Map()
    post({
      type: 'frame',
      now: this.now(),
      epochMs: this.epochMs,
      speed: 1,
      revision: this.revision,
      requestsPerSecond: 0,
      steps: 0,
      commands: 0,
      ...(this.full ? { full: true } : {}),
      put,
      gone,
      records: [],
      skipped: 0,
      machines: Object.fromEntries(nodes.map((o) => [o.metadata.name ?? '', 'on'])),
      faults: [],
    })
    this.full = false
  }
}

function uidOf(o: KubeObject): string {
  return o.metadata.uid ?? `${o.kind}/${o.metadata.namespace}/${o.metadata.name}`
}

function renewTime(o: KubeObject): string {
  const { spec } = o as KubeObject & { spec?: { renewTime?: string } }
  return o.kind === 'Lease' ? (spec?.renewTime ?? '') : ''
}

const watcher = new Watcher()

self.onmessage = ({ data: ask }: MessageEvent<Ask | Ping>) =>
  ask.type === 'ping' ? post({ type: 'pong' }) : watcher.hear(ask)

post({ type: 'ready', version: PROTOCOL_VERSION })
