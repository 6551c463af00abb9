/**
 * One page's desk at a session: carries out what it asks and answers it. Whoever hosts the session (a worker, Node)
 * brings the pacing and the post; several desks may stand at one session. A desk may look at the past while the others,
 * and the cluster, go on.
 */
import type { Millis } from '../cluster/sim/clock.ts'
import { queryOf } from '../kubectl/client.ts'
import type { ImportPlan } from '../protocol/manifests.ts'
import { partsOf } from '../protocol/parts.ts'
import type { Ask, Frame, HistoryEntry, Tell, WhyAnswer } from '../protocol/protocol.ts'
import { conditionOf, named, watched } from './condition.ts'
import { exportManifests } from './export.ts'
import type { Goal } from './goal.ts'
import { planImport } from './import.ts'
import type { SessionIo } from './machine.ts'
import { Past } from './past.ts'
import type { LoggedCommand } from './recording.ts'
import type { Run, Session } from './session.ts'
import type { Look } from './why/look.ts'
import { reasons } from './why/reasons.ts'

/** How long `settle` goes on when nothing was said. @unit virtual ms */
const SETTLE_MAX_MS = 600_000
/** How long `until` waits when nothing was said. @unit virtual ms */
const UNTIL_MAX_MS = 3_600_000
const COLUMNS = 120

/** Who lets time pass; the only one that advances the session's clock. */
export interface Pacing {
  /** Virtual seconds per real second; 0 pauses. */
  setSpeed(speed: number): void
  /** Lets one step be run and stays paused. */
  step(one: () => void): void
  /** Runs ahead as fast as it can. */
  reach(goal: Goal): void
  /** Says that something was entered: the session wants a turn soon. */
  soon(): void
  /** Runs what is due at this very instant, and says when nothing more is. */
  finishInstant(done: () => void): void
}

/** How a desk reaches its page. */
export interface Post {
  tell(message: Tell): void
  /** Sends what changed at once, so that an answer never overtakes the frame that shows it. */
  show(): void
  /** Sends everything as it is, after a look at the past. */
  showAll(): void
}

const HOST_ASKS = [
  'start',
  'tree',
  'branch',
  'branches',
  'checkout',
  'prune',
  'compare',
  'bookmark',
  'try',
  'give-up',
] as const

/** What belongs to the host, which may put another session in this one's place or has a laboratory. */
export type HostAsk = Extract<Ask, { type: (typeof HOST_ASKS)[number] }>
/** What a desk answers by itself. */
export type DeskAsk = Exclude<Ask, HostAsk>
type Done = (value?: unknown) => void

/** Whether the host answers it, and not a desk. */
export function isHostAsk(ask: Ask): ask is HostAsk {
  return (HOST_ASKS as readonly string[]).includes(ask.type)
}

/** What comes to the session between two instants: all that is due at the present one comes first. */
const ENTERING: readonly Ask['type'][] = [
  'kubectl',
  'interrupt',
  'complete',
  'fault',
  'add-node',
  'http',
  'traffic',
  'edited',
  'local',
  'look',
]

/** Whether it waits for the end of an instant. */
export function entersBetweenInstants(ask: Ask): boolean {
  return ENTERING.includes(ask.type)
}

/** What changes the cluster, and so cannot be done to its past. */
const ACTS = ['fault', 'add-node', 'traffic', 'local', 'settle', 'until']

/** The desk of one page. */
export class Desk {
  /** Set while the page looks at the past. */
  past: Past | undefined
  private readonly runs = new Map<number, Run>()

  constructor(
    private readonly session: Session,
    private readonly pacing: Pacing,
    private readonly post: Post,
  ) {}

  /** Carries out one ask; its answer is told, now or later. */
  hear(ask: DeskAsk): void {
    const done = (value?: unknown) => {
      this.post.show()
      this.post.tell({ type: 'done', id: ask.id, value: value ?? null })
    }
    try {
      if (this.past && this.inPast(ask, this.past, done)) return
      this.carryOut(ask, done)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.post.tell({ type: 'failed', id: ask.id, message })
    }
  }

  /** Plays the past on, as its speed has it. */
  playPast(realMs: number): void {
    const { past } = this
    if (!past || past.speed === 0) return
    if (past.play(past.at + realMs * past.speed)) this.goLive()
    else this.tellInParts(past.frame())
  }

  /** Back to the present. */
  goLive(): void {
    if (!this.past) return
    this.past = undefined
    this.post.showAll()
    this.pacing.soon()
  }

  /** The page left: its commands are interrupted. */
  close(): void {
    for (const run of [...this.runs.values()]) run.cancel()
    this.runs.clear()
  }

  private carryOut(ask: DeskAsk, done: Done): void {
    const { session, pacing } = this
    switch (ask.type) {
      case 'speed':
        pacing.setSpeed(ask.speed)
        return done()
      case 'step':
        pacing.step(() => session.step(ask.by))
        return done()
      case 'advance':
        return pacing.reach({ until: session.now + ask.ms, idle: false, done })
      case 'settle':
        return pacing.reach({
          until: session.now + (ask.maxMs ?? SETTLE_MAX_MS),
          idle: true,
          done,
        })
      case 'until':
        return this.until(ask.condition, ask.maxMs ?? UNTIL_MAX_MS, done)
      case 'check':
        return done(ask.conditions.map((c) => conditionOf(session, c)()))
      case 'fault':
        return this.enter(() => session.fault(ask.fault), done)
      case 'add-node':
        return this.enter(() => session.addNode(), done)
      case 'interrupt':
        this.runs.get(ask.run)?.cancel()
        return done()
      case 'complete':
        return this.enter(() => session.complete(ask.line, ask.cursor, done))
      case 'http':
        return this.enter(() =>
          session.http(ask.method, ask.path, ask.headers ?? {}, ask.body, (r) =>
            done({ status: r.status, headers: r.headers, body: r.body }),
          ),
        )
      case 'traffic':
        return this.enter(() => session.traffic(ask.request, done))
      case 'ports':
        return done(session.ports)
      case 'edited': {
        const run = this.runs.get(ask.run)
        if (run) this.enter(() => session.edited(run.id, ask.text))
        return done()
      }
      case 'local':
        return this.enter(() => session.local(ask.port, ask.request, done))
      case 'why':
        return done(this.why(ask))
      case 'troubles':
        return done(reasons().troubles(this.reader()))
      case 'refused':
        return done(reasons().refusedBy(this.reader(), ask.line) ?? null)
      case 'name':
        return done(named(session, ask.target))
      case 'digest':
        return done(session.digest())
      case 'recording':
        return done(session.recording())
      case 'export':
        return done(exportManifests(session.objects()))
      case 'plan-import':
        return done(this.planImport(ask.text, ask.keepSecrets))
      case 'kubectl':
        return this.kubectl(ask, done)
      case 'history':
        return done({
          now: session.now,
          revision: session.cluster.store.status().revision,
          commands: session.recording().commands.flatMap(entryOf),
        })
      case 'look':
        return this.look(this.momentOf(ask), done)
      case 'live':
        this.goLive()
        return done()
    }
  }

  private planImport(text: string, keepSecrets: boolean): ImportPlan {
    const objects = this.session.objects()
    const names = (kind: string) =>
      new Set(objects.filter((o) => o.kind === kind).map((o) => o.metadata.name ?? ''))
    return planImport(text, { keepSecrets, namespaces: names('Namespace'), nodes: names('Node') })
  }

  /** What is different while the past is shown. @returns false when nothing is */
  private inPast(ask: DeskAsk, past: Past, done: Done): boolean {
    if (ACTS.includes(ask.type)) throw new Error('this is the past: make a branch here to act')
    switch (ask.type) {
      case 'speed':
        past.speed = ask.speed
        this.tellInParts(past.frame())
        this.pacing.soon()
        done()
        return true
      case 'step':
        past.speed = 0
        this.moveTo(past, past.next(ask.by ?? 'event'))
        done()
        return true
      case 'advance':
        this.moveTo(past, past.at + ask.ms)
        done()
        return true
      case 'complete':
        done(past.complete(ask.line, ask.cursor))
        return true
      case 'http': {
        const [path = '', search = ''] = ask.path.split('?')
        const query = queryOf(search)
        const r = past.http({ method: ask.method, path, query, headers: ask.headers ?? {} })
        done({ status: r.status, headers: r.headers, body: 'body' in r ? r.body : null })
        return true
      }
      case 'kubectl':
        done(past.kubectl(ask.line, this.ioOf(ask)))
        return true
      default:
        return false
    }
  }

  private tellInParts(frame: Frame): void {
    for (const part of partsOf(frame)) this.post.tell(part)
  }

  private moveTo(past: Past, at: Millis): void {
    if (past.play(at)) this.goLive()
    else this.tellInParts(past.frame())
  }

  private momentOf(ask: { at?: number; revision?: number }): Millis {
    if (ask.revision === undefined) return ask.at ?? 0
    const at = this.session.cluster.store.timeOf(ask.revision)
    if (at === undefined) throw new Error(`there is no revision ${ask.revision}`)
    return at
  }

  private look(at: Millis, done: Done): void {
    this.session.flush()
    if (at >= this.session.now) this.goLive()
    else {
      this.past = new Past(this.session, at)
      this.tellInParts(this.past.full())
    }
    done()
  }

  private until(text: string, maxMs: number, done: Done): void {
    const { session, pacing } = this
    const holds = conditionOf(session, text)
    if (holds()) return done(true)
    let met = false
    const changed = watched(session, text)
    pacing.reach({
      until: session.now + maxMs,
      idle: false,
      holds: () => {
        met ||= changed()
        return met
      },
      done: () => done(met),
    })
  }

  /** Does something to the session, runs what is due at this instant, and asks for a turn. */
  private enter(what: () => unknown, done?: Done): void {
    const value = what()
    this.pacing.finishInstant(() => done?.(value))
    this.pacing.soon()
  }

  private ioOf(ask: Extract<Ask, { type: 'kubectl' }>): SessionIo {
    const { post } = this
    return {
      ...(ask.stdin === undefined ? {} : { stdin: ask.stdin }),
      columns: ask.columns ?? COLUMNS,
      editing: (text) => post.tell({ type: 'edit', run: ask.id, text }),
      stdout: (text) => post.tell({ type: 'output', run: ask.id, stream: 'stdout', text }),
      stderr: (text) => post.tell({ type: 'output', run: ask.id, stream: 'stderr', text }),
    }
  }

  private kubectl(ask: Extract<Ask, { type: 'kubectl' }>, done: Done): void {
    this.enter(() => {
      const finished = (code: number) => {
        this.runs.delete(ask.id)
        done(code)
      }
      const run = this.session.kubectl(ask.line, this.ioOf(ask), finished, ask.aside)
      if (run.code === undefined) this.runs.set(ask.id, run)
    })
  }

  /** Reads what is shown. */
  private reader(): Look {
    const { Look } = reasons()
    return new Look(this.session.cluster, this.past?.shown)
  }

  /** The moment that the page looks at. */
  get moment(): Millis {
    return this.past?.at ?? this.session.now
  }

  /** Why something is as it is. */
  why({ about, field, fix, refused }: Extract<Ask, { type: 'why' }>): WhyAnswer {
    const { session, past } = this
    const { ranked, tryFixes, why, whyRefused } = reasons()
    const answer = refused
      ? whyRefused(session.cluster, about, past?.shown)
      : why(session.cluster, about, field, past?.shown)
    if (!fix || field) return answer
    const fixes = [...tryFixes(session.recording(), this.moment, about, refused)]
    return { ...answer, fixes: ranked(fixes) }
  }
}

/** Lines that only look: nothing is taken back by taking them back. */
const LOOKS =
  /^\s*(kubectl|k)?\s*(get|describe|logs?|explain|diff|top|events|api-resources|api-versions|version|cluster-info|config|auth|wait|options|help|completion|rollout\s+(status|history)|cat|ls|echo)\b/

/** One line of the log as the page shows it: what people did here. */
function entryOf({ at, command }: LoggedCommand): HistoryEntry | [] {
  const { kind } = command
  switch (command.kind) {
    case 'request':
    case 'input':
    case 'hang-up':
      return []
    case 'kubectl': {
      const { line } = command
      return { at, kind, text: line, acts: !LOOKS.test(line) || /[;&|]/.test(line) }
    }
    case 'interrupt':
      return { at, kind, text: '^C', acts: false }
    case 'http':
      return { at, kind, text: `${command.method} ${command.path}`, acts: true }
    case 'fault':
      return { at, kind, text: Object.values(command.fault).join(' '), acts: true }
    case 'add-node':
      return { at, kind, text: 'add machine', acts: true }
    case 'edited':
      return { at, kind, text: 'edited', acts: false }
    case 'local': {
      const { port, request } = command
      return {
        at,
        kind,
        text: `${request.method} http://localhost:${port}${request.path}`,
        acts: false,
      }
    }
    case 'traffic':
      return {
        at,
        kind,
        text: `GET http://${command.request.host}:${command.request.port}`,
        acts: false,
      }
  }
}
