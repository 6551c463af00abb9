/**
 * One running playground: a cluster, a kubectl, a command log. Whoever hosts it (the worker, Node, a test) only paces
 * its clock. Everything a person does enters here and is logged, so that seed and log replay the same cluster.
 */
import { isReason } from '../cluster/api/meta/status.ts'
import type { KubeObject } from '../cluster/api/object.ts'
import type { ApiRequest, ApiResponse, Method, UserInfo } from '../cluster/api/transport.ts'
import { Cluster, type ClusterConfig, createCluster } from '../cluster/cluster.ts'
import type { Walk } from '../cluster/network/http.ts'
import type { Source } from '../cluster/network/network.ts'
import type { Millis, RunResult } from '../cluster/sim/clock.ts'
import { spawn, type Task, type TaskHandle } from '../cluster/sim/task.ts'
import { type KubectlRequest, queryOf } from '../kubectl/client.ts'
import type { LocalRequest, LocalResponse } from '../kubectl/invocation.ts'
import type { KubectlCache } from '../kubectl/kubectl.ts'
import { completeLine, runLine } from '../kubectl/line.ts'
import type { FaultCommand, StepUnit, TrafficRequest } from '../protocol/protocol.ts'
import { Faults } from './faults.ts'
import { Machine, type SessionIo } from './machine.ts'
import { objectsIn } from './objects.ts'
import { Outside, type OutsideCommand } from './outside.ts'
import {
  type LoggedCommand,
  RECORDING_VERSION,
  type Recording,
  type SessionCommand,
} from './recording.ts'

/** What stands under the cluster. */
export interface Ground {
  readonly machines: Readonly<Record<string, 'on' | 'off'>>
  readonly faults: readonly string[]
}

/** A kubectl line under way. */
export interface Run {
  readonly id: number
  /** Settled when the command ended: its exit code. */
  code: number | undefined
  cancel(): void
}

/** What clients outside may do before the log would be too long to keep. */
const OUTSIDE_MAX = 50_000
/** How far a step looks for the next event of its kind. @unit virtual ms */
const STEP_MAX_MS = 60_000
/** What a replayed line prints is heard by nobody; what was written in its editor follows in the log. */
const REPLAYED: SessionIo = { stdout() {}, stderr() {}, editing() {} }
/** Who acts in the terminal and on the page. */
export const ADMIN: UserInfo = {
  name: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:masters', 'system:authenticated'],
}
/** Where the terminal stands: its wire to the API server has no latency, so reading needs no time. */
const TERMINAL = 'kubectl'

/** One playground. */
export class Session {
  readonly cluster: Cluster
  readonly faults: Faults
  /** The home folder that `-f` reads. */
  readonly files = new Map<string, string>()
  private readonly log: LoggedCommand[] = []
  private readonly home: Readonly<Record<string, string>>
  private readonly cache: KubectlCache = {}
  private readonly runs = new Map<number, Run>()
  private readonly machine: Machine
  private readonly grounds: { until: Millis; ground: Ground }[] = []
  private nextRun = 1
  private fromOutside = 0
  /** Where clients outside reach the cluster, when its host lets them. */
  readonly outside: Outside

  /**
   * @param of the configuration of a new cluster, or a cluster that runs already and that nobody has reached yet
   * @param home the home folder at birth, by name
   * @param scene id of the scene that it began with
   */
  constructor(
    of: Partial<ClusterConfig> | Cluster = {},
    home: Readonly<Record<string, string>> = {},
    private readonly scene?: string,
  ) {
    this.cluster = of instanceof Cluster ? of : createCluster(of)
    this.outside = new Outside(this.cluster.world, this.cluster.api, (c) => this.recordOutside(c))
    this.faults = new Faults(this.cluster)
    this.machine = new Machine(this.cluster, this.files, TERMINAL, () => this.client('default'))
    this.home = home
    for (const [name, text] of Object.entries(home)) this.files.set(name, text)
  }

  get now(): Millis {
    return this.cluster.world.clock.now
  }

  /** Runs the clock to that virtual time. */
  runUntil(until: Millis): RunResult {
    return this.cluster.world.clock.run({ until })
  }

  /** Runs what is due at this very instant, moving no time. */
  flush(): void {
    this.cluster.world.clock.run({ until: this.now })
  }

  /** Runs one step of the simulation, or on to the next write to etcd, reconcile or second. */
  step(by: StepUnit = 'step'): void {
    const { clock, trace } = this.cluster.world
    if (by === 'second') {
      clock.run({ until: this.now + 1000 })
      return
    }
    let passed = by === 'step'
    const stop = trace.subscribe((r) => {
      passed ||= r.verb === (by === 'event' ? 'commit' : 'reconcile')
    })
    const until = this.now + STEP_MAX_MS
    do {
      if (clock.run({ until, steps: 1 }) !== 'steps') break
    } while (!passed)
    stop()
  }

  /**
   * Runs until nothing is due but periodic upkeep, or for `maxMs`.
   * @returns true when it became quiet
   */
  settle(maxMs: Millis): boolean {
    const { clock } = this.cluster.world
    const until = clock.now + maxMs
    while (clock.now < until) {
      if (clock.run({ until, idle: true }) === 'idle') return true
    }
    return false
  }

  /** Carries out a logged command again; what it prints is heard by nobody. */
  enter(command: SessionCommand): void {
    switch (command.kind) {
      case 'kubectl': {
        const { line, stdin } = command
        this.kubectl(line, { ...REPLAYED, ...(stdin === undefined ? {} : { stdin }) })
        return
      }
      case 'interrupt':
        return this.runs.get(command.run)?.cancel()
      case 'http': {
        const { method, path, headers = {}, body } = command
        return this.http(method, path, headers, body, () => {})
      }
      case 'fault':
        return this.fault(command.fault)
      case 'add-node':
        this.addNode()
        return
      case 'traffic':
        return this.traffic(command.request, () => {})
      case 'edited':
        return this.edited(command.run, command.text)
      case 'local':
        return this.local(command.port, command.request, () => {})
      case 'request':
      case 'input':
      case 'hang-up':
        return this.outside.again(command)
    }
  }

  /**
   * Runs a terminal line. Output goes to `io`; `onDone` gets the exit code.
   * @param aside the page's own look (a dry run, a describe): it changes nothing and is not logged
   */
  kubectl(line: string, io: SessionIo, onDone?: (code: number) => void, aside = false): Run {
    if (!aside)
      this.record({ kind: 'kubectl', line, ...(io.stdin === undefined ? {} : { stdin: io.stdin }) })
    const { world } = this.cluster
    const undo: (() => void)[] = []
    const run: Run & { task?: TaskHandle } = {
      id: aside ? 0 : this.nextRun++,
      code: undefined,
      cancel: () => {
        if (run.code !== undefined) return
        if (!aside) this.record({ kind: 'interrupt', run: run.id })
        run.task?.cancel()
        for (const u of undo) u()
        this.finish(run, 130, onDone)
      },
    }
    const self = this
    if (!aside) this.runs.set(run.id, run)
    const go = () => {
      run.task = spawn(world, TERMINAL, `$ ${line}`, function* () {
        const own = aside
          ? { ...self.machine.asideOf(io), onCancel: (u: () => void) => undo.push(u) }
          : self.machine.ioOf(run.id, io, (u) => undo.push(u))
        const code = yield* runLine(self.kubectlDeps(), line, own)
        for (const u of undo) u()
        self.finish(run, code, onDone)
      })
    }
    if (aside) go()
    else {
      const entry = { owner: 'user', verb: 'command', text: line, detail: { run: run.id } } as const
      world.trace.under(entry, go)
    }
    return run
  }

  /** What could come next on a terminal line. */
  complete(line: string, cursor: number, done: (words: string[]) => void): void {
    const { world } = this.cluster
    const self = this
    spawn(world, TERMINAL, 'complete', function* () {
      done(yield* completeLine(self.kubectlDeps(), line, cursor, self.files))
    })
  }

  private kubectlDeps() {
    const { world } = this.cluster
    return {
      request: (r: KubectlRequest) => this.ask(r),
      world,
      owner: TERMINAL,
      cache: this.cache,
    }
  }

  private finish(run: Run, code: number, onDone?: (code: number) => void): void {
    if (run.code !== undefined) return
    run.code = code
    this.runs.delete(run.id)
    onDone?.(code)
  }

  /** A request through the API server's plain face, as any client's. */
  *ask(r: {
    method: string
    path: string
    query?: ReadonlyMap<string, readonly string[]>
    headers?: Readonly<Record<string, string>>
    body?: unknown
  }): Task<ApiResponse> {
    const request: ApiRequest = {
      method: r.method as Method,
      path: r.path,
      query: r.query ?? new Map(),
      headers: { 'user-agent': 'kubectl/v1.36.2', ...r.headers },
      ...(r.body === undefined ? {} : { body: r.body }),
      user: ADMIN,
      cause: this.cluster.world.trace.current,
    }
    const { api } = this.cluster
    return yield* this.cluster.world.wires.call(TERMINAL, api.place, 60_000, () =>
      api.handle(request),
    )
  }

  /** A request of the page (its editor, its drags). Writes are logged as commands. */
  http(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
    done: (r: ApiResponse) => void,
  ): void {
    const [bare = '', search = ''] = path.split('?')
    const query = queryOf(search)
    const self = this
    const go = () =>
      spawn(this.cluster.world, 'page', `${method} ${bare}`, function* () {
        done(
          yield* self.ask({
            method,
            path: bare,
            query,
            headers: { 'user-agent': 'kubarium', ...headers },
            body,
          }),
        )
      })
    if (method === 'GET') go()
    else {
      this.record({ kind: 'http', method, path, headers, ...(body === undefined ? {} : { body }) })
      this.cluster.world.trace.under(
        { owner: 'user', verb: 'command', text: `${method} ${bare}` },
        go,
      )
    }
  }

  /** Injects or heals a fault. */
  fault(fault: FaultCommand): void {
    this.record({ kind: 'fault', fault })
    this.shake(() => this.faults.apply(fault))
  }

  /** A machine joins. @returns its name */
  addNode(): string {
    this.record({ kind: 'add-node' })
    const { trace } = this.cluster.world
    return this.shake(() =>
      trace.under({ owner: 'user', verb: 'command', text: 'add machine' }, () =>
        this.cluster.addMachine(),
      ),
    )
  }

  /** Sends an HTTP request from outside, or from a pod (`namespace/name`). */
  traffic(request: TrafficRequest, done: (walk: Walk) => void): void {
    this.record({ kind: 'traffic', request })
    const { world, network } = this.cluster
    const self = this
    const text = `${request.method ?? 'GET'} http://${request.host}:${request.port}${request.path ?? '/'}`
    world.trace.under({ owner: 'user', verb: 'command', text }, () => {
      spawn(world, 'client', text, function* () {
        const source = yield* self.sourceOf(request)
        done(yield* network.request(source, request, 5000))
      })
    })
  }

  /** What was written in the editor of a line under way; undefined: the editor failed. */
  edited(run: number, text: string | undefined): void {
    this.record({ kind: 'edited', run, ...(text === undefined ? {} : { text }) })
    this.machine.edited(run, text)
  }

  /** Ports of this machine that commands listen on, as `kubectl port-forward` does. */
  get ports(): number[] {
    return this.machine.ports
  }

  /** Connects to one of them; undefined: nobody answered. */
  local(port: number, request: LocalRequest, done: (r: LocalResponse | undefined) => void): void {
    this.record({ kind: 'local', port, request })
    const server = this.machine.listener(port)
    if (!server) return done(undefined)
    const { world } = this.cluster
    const text = `${request.method} http://localhost:${port}${request.path}`
    world.trace.under({ owner: 'user', verb: 'command', text }, () => {
      spawn(world, TERMINAL, text, function* () {
        done(yield* server(request))
      })
    })
  }

  /** The machines and what is broken, now. */
  ground(): Ground {
    const { cluster } = this
    const machines: Record<string, 'on' | 'off'> = {}
    for (const name of cluster.machineNames) machines[name] = cluster.machineState(name) ?? 'off'
    return { machines, faults: this.faults.names() }
  }

  /** The machines and what was broken, then. */
  groundAt(at: Millis): Ground {
    return this.grounds.find((g) => at < g.until)?.ground ?? this.ground()
  }

  /** What people did here so far. */
  get commands(): number {
    return this.log.length - this.fromOutside
  }

  /** The log is all that happened: a copy can be made from it. */
  get copyable(): boolean {
    return this.fromOutside < OUTSIDE_MAX
  }

  /** Seed, configuration and all that was done. */
  recording(): Recording {
    const { config } = this.cluster
    return {
      version: RECORDING_VERSION,
      config,
      files: this.home,
      ...(this.scene === undefined ? {} : { scene: this.scene }),
      commands: [...this.log],
    }
  }

  /** Every object that etcd holds, as it is now. */
  objects(): KubeObject[] {
    return objectsIn(this.cluster.store)
  }

  digest(): string {
    return this.cluster.world.trace.digest()
  }

  /** Does something to the machines, and remembers how they were until now. */
  private shake<T>(change: () => T): T {
    this.grounds.push({ until: this.now, ground: this.ground() })
    return change()
  }

  private *sourceOf(
    request: TrafficRequest,
  ): Task<{ place: string; ip: string; node: string; namespace: string }> {
    const [namespace = '', name = ''] = request.from.split('/')
    if (name) {
      try {
        const pod = yield* this.cluster.admin.get('Pod', { namespace, name })
        const ip = pod.status?.podIP ?? ''
        return { place: request.from, ip, node: pod.spec?.nodeName ?? '', namespace }
      } catch (e) {
        if (!isReason(e, 'NotFound')) throw e
      }
    }
    return this.client(request.namespace ?? 'default')
  }

  /** The client outside reaches the cluster through a worker that is up. */
  private client(namespace: string): Source {
    const up = this.cluster.machineNames.filter((n) => this.cluster.machineState(n) === 'on')
    const node = up.find((n) => n.startsWith('node-')) ?? up[0] ?? ''
    return { place: 'client', ip: '203.0.113.7', node, namespace }
  }

  /**
   * Logs a command. What is due at this very instant happens before it, so that a replay, which only knows the
   * instant, puts it at the same place.
   */
  private record(command: SessionCommand): void {
    this.flush()
    this.log.push({ at: this.now, command })
  }

  /** Its host has let happen what was due. */
  private recordOutside(command: OutsideCommand): void {
    if (!this.copyable) return
    this.fromOutside++
    this.log.push({ at: this.now, command })
  }
}
