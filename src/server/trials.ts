/** What one attached page has tried in the host's laboratory. */
import type { Ask, LabQuestion, LabTell, Tell, WhyFix } from '../protocol/protocol.ts'
import type { Desk } from '../session/desk.ts'
import type { Session } from '../session/session.ts'
import { proposeFixes, ranked } from '../session/why/fixes.ts'
import { isLast, type Laboratory } from './laboratory.ts'

/** The trials of one page, which end when it leaves. */
export class Trials {
  private readonly running = new Map<number, () => void>()

  constructor(
    private readonly session: Session,
    private readonly desk: Desk,
    private readonly laboratory: Laboratory,
    private readonly tell: (message: Tell) => void,
  ) {}

  /** @returns false when the ask is not for the laboratory */
  hear(ask: Ask): boolean {
    const done = (value?: unknown) => this.tell({ type: 'done', id: ask.id, value: value ?? null })
    const failed = (message: string) => this.tell({ type: 'failed', id: ask.id, message })
    if (ask.type === 'try') {
      this.begin(ask.id, ask.question, (found) => {
        this.tell({ type: 'tried', run: ask.id, found })
        if (isLast(found)) done()
      })
      return true
    }
    if (ask.type === 'give-up') {
      this.running.get(ask.run)?.()
      this.running.delete(ask.run)
      done()
      return true
    }
    if (ask.type !== 'why' || !ask.fix || ask.field) return false
    const { fix: _, ...plain } = ask
    const { about, refused } = ask
    const question: LabQuestion = { type: 'fix', about, ...(refused ? { refused } : {}) }
    this.begin(ask.id, question, (found) => {
      if (found.type === 'failed') failed(found.message)
      else if (found.type === 'fix' && isLast(found))
        done({ ...this.desk.why(plain), fixes: ranked(found.fixes) })
    })
    return true
  }

  close(): void {
    for (const stop of this.running.values()) stop()
    this.running.clear()
  }

  private begin(id: number, question: LabQuestion, hear: (tell: LabTell) => void): void {
    const { session, desk } = this
    if (!session.copyable) return hear(this.untried(id, question))
    const now = desk.moment
    const stop = this.laboratory(
      () => ({ id, recording: session.recording(), now, ...question }),
      (found) => {
        if (isLast(found)) this.running.delete(id)
        hear(found)
      },
    )
    this.running.set(id, stop)
  }

  /** More was done from outside than a log keeps: all that is left is what would be tried. */
  private untried(id: number, question: LabQuestion): LabTell {
    if (question.type === 'what-if' || this.desk.past)
      return {
        type: 'failed',
        id,
        message: 'too much was done to this cluster to make a copy of it',
      }
    const fixes: WhyFix[] = proposeFixes(this.session.cluster, question.about, question.refused)
    return { type: 'fix', id, fixes, left: 0 }
  }
}
