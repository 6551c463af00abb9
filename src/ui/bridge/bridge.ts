/** The only file that posts messages to the cluster's host. Everything a person intends leaves the page here. */
import type { ExportedManifests, ImportPlan } from '../../protocol/manifests.ts'
import type {
  About,
  Ask,
  BranchesAnswer,
  Comparison,
  FaultCommand,
  Frame,
  HistoryAnswer,
  LabQuestion,
  LabTell,
  LocalAnswer,
  StepUnit,
  Tell,
  TrafficRequest,
  Trouble,
  WhyAnswer,
} from '../../protocol/protocol.ts'
import { openTransport, type Transport, watchedThrough } from './transport.ts'

/** An answer of the API server to the page. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Output of a terminal line. */
export interface KubectlOutput {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** What a session begins with: a scene, or a recording to play again. */
export interface StartOptions {
  readonly seed?: number
  readonly nodes?: number
  readonly scenario?: string
  readonly recording?: unknown
  /** Virtual time that a recording is played up to. */
  readonly until?: number
  /** The branches around a recording, as `tree` answered them. */
  readonly tree?: unknown
  /** The pace once a recording was played; 1 unless given, 0 is paused. */
  readonly speed?: number
}

type Output = (stream: 'stdout' | 'stderr', text: string) => void
type Unnumbered<T> = T extends { id: number } ? Omit<T, 'id'> : never

/** The page's end of the wire to its host. */
class Bridge {
  onFrame: (frame: Frame) => void = () => {}
  /** What a job in the background says, after its line has ended. */
  onAside: Output = () => {}
  /** A line of the terminal opens an editor. */
  onEdit: (run: number, text: string) => void = () => {}
  /** The host has not answered for so many real ms; 0: it does again. */
  onSilent: (ms: number) => void = () => {}
  /** The host is gone. `underWay`: what it had not acknowledged of the things that its log keeps. */
  onCrash: (message: string, underWay: readonly Ask[]) => void = () => {}
  /** The host carried out something that its log keeps. */
  onAcknowledged: (ask: Ask) => void = () => {}
  private transport: Transport | undefined
  private nextId = 1
  private readonly waiting = new Map<
    number,
    { ask: Ask; resolve: (v: unknown) => void; reject: (e: Error) => void }
  >()
  private readonly outputs = new Map<number, Output>()
  private readonly trials = new Map<number, (tell: LabTell) => void>()

  /** Starts (or restarts) the host. */
  boot(): Promise<void> {
    this.transport?.close()
    this.giveUp('the cluster was restarted')
    return new Promise((resolve) => {
      this.transport = openTransport({
        hear: (tell) => (tell.type === 'ready' ? resolve() : this.hear(tell)),
        lost: (message) => this.lost(message),
        silent: (ms) => this.onSilent(ms),
      })
    })
  }

  start(options: StartOptions): Promise<unknown> {
    const api = watchedThrough()
    return this.ask({ type: 'start', ...options, ...(api ? { api } : {}) })
  }

  /** Runs a terminal line to its end; output also goes to `output` as it comes. */
  async kubectl(
    line: string,
    o: {
      stdin?: string
      columns?: number
      /** The page's own look: not logged as something that a person did. */
      aside?: boolean
      output?: Output
      started?: (run: number) => void
    } = {},
  ): Promise<KubectlOutput> {
    let stdout = ''
    let stderr = ''
    const id = this.nextId
    this.outputs.set(id, (stream, text) => {
      if (stream === 'stdout') stdout += text
      else stderr += text
      o.output?.(stream, text)
    })
    o.started?.(id)
    const asked = this.ask({
      type: 'kubectl',
      line,
      ...(o.stdin === undefined ? {} : { stdin: o.stdin }),
      ...(o.columns === undefined ? {} : { columns: o.columns }),
      ...(o.aside ? { aside: true } : {}),
    })
    const code = await asked
    this.outputs.delete(id)
    return { stdout, stderr, code: code as number }
  }

  interrupt(run: number): void {
    void this.ask({ type: 'interrupt', run })
  }

  /** Tells what was written in the editor that a line opened. */
  edited(run: number, text: string): void {
    void this.ask({ type: 'edited', run, text })
  }

  complete(line: string, cursor: number): Promise<string[]> {
    return this.ask({ type: 'complete', line, cursor }) as Promise<string[]>
  }

  http(
    method: string,
    path: string,
    o: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<HttpAnswer> {
    return this.ask({ type: 'http', method, path, ...o }) as Promise<HttpAnswer>
  }

  traffic(request: TrafficRequest): Promise<unknown> {
    return this.ask({ type: 'traffic', request })
  }

  /** Ports that commands of the terminal listen on. */
  ports(): Promise<number[]> {
    return this.ask({ type: 'ports' }) as Promise<number[]>
  }

  /** Connects to a port that a command of the terminal listens on; null when nobody answered. */
  local(port: number, path: string): Promise<LocalAnswer | null> {
    const request = { method: 'GET', path } as const
    return this.ask({ type: 'local', port, request }) as Promise<LocalAnswer | null>
  }

  speed(speed: number): void {
    void this.ask({ type: 'speed', speed })
  }

  step(by?: StepUnit): Promise<unknown> {
    return this.ask(by === undefined ? { type: 'step' } : { type: 'step', by })
  }

  /** Shows a moment of the past; one at or after the present shows the present. */
  look(moment: { at: number } | { revision: number }): Promise<unknown> {
    return this.ask({ type: 'look', ...moment })
  }

  live(): Promise<unknown> {
    return this.ask({ type: 'live' })
  }

  history(): Promise<HistoryAnswer> {
    return this.ask({ type: 'history' }) as Promise<HistoryAnswer>
  }

  /** Names a moment; an empty name takes its name away. */
  bookmark(at: number, name: string): Promise<BranchesAnswer> {
    return this.ask({ type: 'bookmark', at, name }) as Promise<BranchesAnswer>
  }

  /** Goes on from the moment shown (or a given one) in a branch of its own. @returns its id */
  branch(o: { name?: string; at?: number; before?: number } = {}): Promise<number> {
    return this.ask({ type: 'branch', ...o }) as Promise<number>
  }

  branches(): Promise<BranchesAnswer> {
    return this.ask({ type: 'branches' }) as Promise<BranchesAnswer>
  }

  /** All branches and bookmarks, to be kept; null when there is nothing but the session itself. */
  tree(): Promise<unknown> {
    return this.ask({ type: 'tree' })
  }

  checkout(branch: number): Promise<unknown> {
    return this.ask({ type: 'checkout', branch })
  }

  /** Renames a branch, or forgets it when no name is given. */
  prune(branch: number, name?: string): Promise<BranchesAnswer> {
    const ask = { type: 'prune', branch, ...(name === undefined ? {} : { name }) } as const
    return this.ask(ask) as Promise<BranchesAnswer>
  }

  compare(branch: number): Promise<Comparison> {
    return this.ask({ type: 'compare', branch }) as Promise<Comparison>
  }

  /** Runs until a condition holds. @returns whether it does; false: the time was over */
  until(condition: string, maxMs?: number): Promise<boolean> {
    const ask = { type: 'until', condition, ...(maxMs === undefined ? {} : { maxMs }) } as const
    return this.ask(ask) as Promise<boolean>
  }

  /** Which of these conditions hold now. */
  check(conditions: readonly string[]): Promise<readonly boolean[]> {
    return this.ask({ type: 'check', conditions }) as Promise<readonly boolean[]>
  }

  advance(ms: number): Promise<unknown> {
    return this.ask({ type: 'advance', ms })
  }

  settle(maxMs?: number): Promise<unknown> {
    return this.ask(maxMs === undefined ? { type: 'settle' } : { type: 'settle', maxMs })
  }

  fault(fault: FaultCommand): Promise<unknown> {
    return this.ask({ type: 'fault', fault })
  }

  addNode(): Promise<string> {
    return this.ask({ type: 'add-node' }) as Promise<string>
  }

  /** @param field asks for one field of it, as `spec.replicas` */
  why(about: About, o: { field?: string; refused?: true; fix?: true } = {}): Promise<WhyAnswer> {
    const { kind, namespace, name } = about
    return this.ask({ type: 'why', about: { kind, namespace, name }, ...o }) as Promise<WhyAnswer>
  }

  /** Tries something in the host's laboratory; `hear` is told until it is done. @returns how to give up */
  tryOut(question: LabQuestion, hear: (tell: LabTell) => void): () => void {
    const run = this.nextId
    this.trials.set(run, hear)
    const over = () => this.trials.delete(run)
    void this.ask({ type: 'try', question }).then(over, (e: Error) => {
      if (over()) hear({ type: 'failed', id: run, message: e.message })
    })
    return () => {
      if (over()) void this.ask({ type: 'give-up', run })
    }
  }

  /** What is in trouble now, or at the moment that is shown. */
  troubles(): Promise<readonly Trouble[]> {
    return this.ask({ type: 'troubles' }) as Promise<readonly Trouble[]>
  }

  /** What the API server refused that terminal line. */
  refused(line: string): Promise<About | null> {
    return this.ask({ type: 'refused', line }) as Promise<About | null>
  }

  /** The object that `kind/name` or `kind/namespace/name` means. */
  named(target: string): Promise<About> {
    return this.ask({ type: 'name', target }) as Promise<About>
  }

  digest(): Promise<string> {
    return this.ask({ type: 'digest' }) as Promise<string>
  }

  recording(): Promise<unknown> {
    return this.ask({ type: 'recording' })
  }

  exportManifests(): Promise<ExportedManifests> {
    return this.ask({ type: 'export' }) as Promise<ExportedManifests>
  }

  planImport(text: string, keepSecrets: boolean): Promise<ImportPlan> {
    return this.ask({ type: 'plan-import', text, keepSecrets }) as Promise<ImportPlan>
  }

  private ask(message: Unnumbered<Ask>): Promise<unknown> {
    const id = this.nextId++
    const ask = { ...message, id } as Ask
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { ask, resolve, reject })
      this.transport?.post(ask)
    })
  }

  /** Waits no longer for a host that does not answer. */
  abandon(): void {
    this.lost('it did not answer')
  }

  /** The host is gone: it is let go, and whoever waits for it is told, once. */
  private lost(message: string): void {
    if (!this.transport) return
    this.transport.close()
    this.transport = undefined
    const underWay = [...this.waiting.values()].map((w) => w.ask).filter(isLogged)
    this.giveUp(message)
    this.onCrash(message, underWay)
  }

  private giveUp(why: string): void {
    for (const w of this.waiting.values()) w.reject(new Error(why))
    this.waiting.clear()
  }

  private hear(tell: Tell): void {
    switch (tell.type) {
      case 'frame':
        return this.onFrame(tell)
      case 'tried':
        return this.trials.get(tell.run)?.(tell.found)
      case 'edit':
        return this.onEdit(tell.run, tell.text)
      case 'output':
        return (this.outputs.get(tell.run) ?? this.onAside)(tell.stream, tell.text)
      case 'done': {
        const answered = this.waiting.get(tell.id)
        this.waiting.delete(tell.id)
        answered?.resolve(tell.value)
        if (answered && isLogged(answered.ask)) this.onAcknowledged(answered.ask)
        return
      }
      case 'failed':
        this.waiting.get(tell.id)?.reject(new Error(tell.message))
        this.waiting.delete(tell.id)
        return
      case 'crashed':
        return this.lost(`${tell.message}\n${tell.stack}`)
      case 'ready':
      case 'pong':
        return
    }
  }
}

/** True for what the host's command log keeps, or what puts another log in its place. */
function isLogged(ask: Ask): boolean {
  switch (ask.type) {
    case 'kubectl':
      return !ask.aside
    case 'http':
      return ask.method !== 'GET'
    case 'fault':
    case 'add-node':
    case 'traffic':
    case 'local':
    case 'interrupt':
    case 'edited':
    case 'branch':
    case 'checkout':
    case 'prune':
    case 'bookmark':
      return true
    default:
      return false
  }
}

/** The one bridge of the page. */
export const bridge = new Bridge()
