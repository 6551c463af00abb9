/**
 * One page's desk at a session: carries out what it asks and answers it. Whoever hosts the session (a worker, Node)
 * brings the pacing and the post; several desks may stand at one session.
 */
import type { KubeObject } from '../cluster/api/object.ts'
import { pathOf, resourceOf } from '../cluster/api/resources.ts'
import type { Millis } from '../cluster/sim/clock.ts'
import type { KubectlIo } from '../kubectl/kubectl.ts'
import type { ImportPlan } from '../protocol/manifests.ts'
import type { Ask, Tell, WhyAnswer } from '../protocol/protocol.ts'
import { exportManifests } from './export.ts'
import { planImport } from './import.ts'
import type { Run, Session } from './session.ts'
import { why } from './why.ts'

/** How long `settle` goes on when nothing was said. @unit virtual ms */
const SETTLE_MAX_MS = 600_000
const COLUMNS = 120

/** Who lets time pass; the only one that advances the session's clock. */
export interface Pacing {
  /** Virtual seconds per real second; 0 pauses. */
  setSpeed(speed: number): void
  /** Runs one step and stays paused. */
  step(): void
  /** Runs ahead as fast as it can to a virtual time, or until quiet. */
  reach(until: Millis, idle: boolean, done: () => void): void
  /** Says that something was entered: the session wants a turn soon. */
  soon(): void
}

/** How a desk reaches its page. */
export interface Post {
  tell(message: Tell): void
  /** Sends what changed at once, so that an answer never overtakes the frame that shows it. */
  show(): void
}

/** What a desk answers by itself; `start` belongs to the host. */
export type DeskAsk = Exclude<Ask, { type: 'start' }>
type Done = (value?: unknown) => void

/** The desk of one page. */
export class Desk {
  private readonly runs = new Map<number, Run>()

  constructor(
    private readonly session: Session,
    private readonly pacing: Pacing,
    private readonly post: Post,
  ) {}

  /** Carries out one ask; its answer is told, now or later. */
  hear(ask: DeskAsk): void {
    try {
      this.carryOut(ask, (value) => {
        this.post.show()
        this.post.tell({ type: 'done', id: ask.id, value: value ?? null })
      })
    } catch (error) {
      this.post.tell({ type: 'failed', id: ask.id, message: String(error) })
    }
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
        pacing.step()
        return done()
      case 'advance':
        return pacing.reach(session.now + ask.ms, false, done)
      case 'settle':
        return pacing.reach(session.now + (ask.maxMs ?? SETTLE_MAX_MS), true, done)
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
      case 'why':
        return this.enter(() => this.why(ask.about, done))
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
    }
  }

  private planImport(text: string, keepSecrets: boolean): ImportPlan {
    const objects = this.session.objects()
    const names = (kind: string) =>
      new Set(objects.filter((o) => o.kind === kind).map((o) => o.metadata.name ?? ''))
    return planImport(text, { keepSecrets, namespaces: names('Namespace'), nodes: names('Node') })
  }

  /** Does something to the session, runs what is due at this instant, and asks for a turn. */
  private enter(what: () => unknown, done?: Done): void {
    const value = what()
    this.session.flush()
    done?.(value)
    this.pacing.soon()
  }

  private kubectl(ask: Extract<Ask, { type: 'kubectl' }>, done: Done): void {
    const { post } = this
    const io: KubectlIo = {
      ...(ask.stdin === undefined ? {} : { stdin: ask.stdin }),
      columns: ask.columns ?? COLUMNS,
      stdout: (text) => post.tell({ type: 'output', run: ask.id, stream: 'stdout', text }),
      stderr: (text) => post.tell({ type: 'output', run: ask.id, stream: 'stderr', text }),
    }
    this.enter(() => {
      const finished = (code: number) => {
        this.runs.delete(ask.id)
        done(code)
      }
      const run = this.session.kubectl(ask.line, io, finished, ask.aside)
      if (run.code === undefined) this.runs.set(ask.id, run)
    })
  }

  /** Looks an object of a built-in kind up as it is now and asks why. */
  private why(
    about: { kind: string; namespace: string; name: string },
    done: (answer: WhyAnswer) => void,
  ): void {
    const { session } = this
    const path = pathOf(resourceOf(about.kind), about.namespace, about.name)
    session.http('GET', path, {}, undefined, (r) => {
      done(why(session.cluster, about, r.status === 200 ? (r.body as KubeObject) : undefined))
    })
  }
}
