/**
 * An API server over a moment of the past: the same code as the live one, on etcd as it was then. It answers every read
 * and refuses every write; kubectl runs against it like against any other. Each command gets a server of its own whose
 * clock stands at that moment.
 */
import { formatTime } from '../cluster/api/meta/time.ts'
import type { LogAnswer, LogQuery, NodeServer } from '../cluster/api/nodeserver.ts'
import type { ApiRequest, ApiResponse, Method } from '../cluster/api/transport.ts'
import { type ApiServer, createApiServer } from '../cluster/apiserver/server.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { definitions } from '../cluster/kinds/index.ts'
import type { Millis } from '../cluster/sim/clock.ts'
import { spawn, type Task } from '../cluster/sim/task.ts'
import { createWorld, type World } from '../cluster/sim/world.ts'
import type { KubectlRequest } from '../kubectl/client.ts'
import type { KubectlIo } from '../kubectl/kubectl.ts'
import { completeLine, runLine } from '../kubectl/line.ts'
import { FrozenStore } from './frozen.ts'
import { ADMIN, type Session } from './session.ts'

/** A command that waits for a change that will never come is given up after this. @unit virtual ms */
const PATIENCE_MS = 600_000
const PLACE = 'kube-apiserver-past'
/** Reviews are asked by POST and change nothing. */
const REVIEWS =
  /\/(self)?(subjectaccess|subjectrules|subject|token)reviews$|\/localsubjectaccessreviews$/i

/** A moment of the past, ready to be asked. */
export class PastApi {
  private readonly world: World
  private readonly server: ApiServer

  constructor(
    private readonly session: Session,
    readonly at: Millis,
    revision: number,
  ) {
    const { cluster } = session
    this.world = createWorld({
      seed: cluster.config.seed,
      epochMs: cluster.world.clock.epochMs,
      keepRecords: 100,
    })
    this.world.clock.now = at
    // What the server would write by itself (default roles, say) has no place in the past.
    this.world.failed = () => {}
    this.server = createApiServer(this.world, {
      store: new FrozenStore(cluster.store, revision),
      place: PLACE,
      definitions,
      nodes: (name) => pastNode(cluster, name, at),
    })
    this.world.clock.run({ until: at })
  }

  /** Runs a terminal line to its end. @returns its exit code */
  kubectl(line: string, io: KubectlIo): number {
    const { world } = this
    let code: number | undefined
    const deps = this.kubectlDeps()
    const undo: (() => void)[] = []
    // What the line writes into the home folder stays in the past too.
    const files = new Map(this.session.files)
    const task = spawn(world, 'kubectl', `$ ${line}`, function* () {
      code = yield* runLine(deps, line, { files, onCancel: (u) => undo.push(u), ...io })
    })
    this.runUntil(() => code !== undefined)
    if (code !== undefined) return code
    task.cancel()
    for (const u of undo) u()
    return 130
  }

  /** What could come next on a terminal line. */
  complete(line: string, cursor: number): string[] {
    const { world } = this
    let words: string[] | undefined
    const deps = this.kubectlDeps()
    const { files } = this.session
    spawn(world, 'kubectl', 'complete', function* () {
      words = yield* completeLine(deps, line, cursor, files)
    })
    this.runUntil(() => words !== undefined)
    return words ?? []
  }

  /** One request of the page. */
  http(r: {
    method: string
    path: string
    query?: ReadonlyMap<string, readonly string[]>
    headers?: Readonly<Record<string, string>>
    body?: unknown
  }): ApiResponse {
    const self = this
    let answer: ApiResponse | undefined
    spawn(this.world, 'page', r.path, function* () {
      answer = yield* self.ask({
        method: r.method as Method,
        path: r.path,
        query: r.query ?? new Map(),
        headers: r.headers ?? {},
        ...(r.body === undefined ? {} : { body: r.body }),
      })
    })
    this.runUntil(() => answer !== undefined)
    return answer ?? refusal('no answer')
  }

  private kubectlDeps() {
    const { world } = this
    return { request: (r: KubectlRequest) => this.ask(r), world, owner: 'kubectl', cache: {} }
  }

  private runUntil(ended: () => boolean): void {
    const { clock } = this.world
    const until = this.at + PATIENCE_MS
    while (!ended() && clock.now < until && (clock.nextDue() ?? until) < until)
      clock.run({ until, steps: 1 })
  }

  private *ask(r: KubectlRequest): Task<ApiResponse> {
    if (changes(r)) {
      const t = formatTime(this.world.clock.epochMs + this.at)
      return refusal(`this is the past (${t}): make a branch here to change it`)
    }
    const request: ApiRequest = { ...r, user: ADMIN, cause: 0 } as ApiRequest
    return yield* this.server.handle(request)
  }
}

function changes(r: KubectlRequest): boolean {
  if (/\/(exec|attach|portforward)$/.test(r.path)) return true
  if (r.method === 'GET') return false
  if (r.query.get('dryRun')?.[0] === 'All') return false
  return !(r.method === 'POST' && REVIEWS.test(r.path))
}

function refusal(message: string): ApiResponse {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'MethodNotAllowed',
    code: 405,
  }
  return { status: 405, headers: { 'content-type': 'application/json' }, body: status }
}

/** Logs of containers that are still known, as far as they had come by then; nothing else can be done in the past. */
function pastNode(cluster: Cluster, name: string, at: Millis): NodeServer | undefined {
  const live = cluster.nodeServer(name)
  if (!live) return undefined
  // biome-ignore lint/correctness/useYield: refuses at once
  const never = function* (): Task<never> {
    throw new Error('this is the past: make a branch here to act')
  }
  return {
    *logs(q: LogQuery): Task<LogAnswer> {
      const { epochMs } = cluster.world.clock
      const { namespace, pod, container, previous } = q
      const all = yield* live.logs({
        namespace,
        pod,
        container,
        ...(previous ? { previous } : {}),
        timestamps: true,
      })
      return { text: 'text' in all ? cutLog(all.text, q, epochMs + at) : '' }
    },
    exec: never,
    attach: never,
    portForward: never,
    http: never,
    usage: () => ({ cpuMillis: 0, memoryBytes: 0, containers: [] }),
  }
}

/** The lines up to a moment, then what the query asks of them. Lines carry RFC 3339 times in front. */
function cutLog(text: string, q: LogQuery, unixMs: number): string {
  const since = q.sinceTime
    ? Date.parse(q.sinceTime)
    : q.sinceSeconds === undefined
      ? Number.NEGATIVE_INFINITY
      : unixMs - q.sinceSeconds * 1000
  let lines = text.split('\n').filter((line) => {
    const t = Date.parse(line.slice(0, line.indexOf(' ')))
    return t <= unixMs && t >= since
  })
  if (q.tailLines !== undefined) lines = q.tailLines === 0 ? [] : lines.slice(-q.tailLines)
  if (!q.timestamps) lines = lines.map((l) => l.slice(l.indexOf(' ') + 1))
  const out = lines.map((l) => `${l}\n`).join('')
  return q.limitBytes === undefined ? out : out.slice(0, q.limitBytes)
}
