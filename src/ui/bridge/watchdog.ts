/**
 * Notices a worker that does not answer any more. It counts beats in which nothing was heard, not time: a page in the
 * background, a machine that slept, or a page that was itself held up has late beats or none, and they do not count.
 */

/** Between beats. @unit real ms */
export const BEAT_MS = 2000
/** Silence after which it is said, and after which the worker is given up: a large scene may be silent for seconds. */
export const SILENT_MS = 8000
export const LOST_MS = 30_000

/** What a watchdog needs of the page. */
export interface Watched {
  /** Asks for a word. */
  ping(): void
  /** It has been silent so long; 0: it speaks again. @param ms real ms */
  silent(ms: number): void
  lost(): void
  /** Whether somebody looks: timers of hidden pages are held back. */
  visible(): boolean
  /** @unit real ms */
  now(): number
}

/** Of one worker. */
export class Watchdog {
  private missed = 0
  private last: number
  private over = false

  constructor(private readonly watched: Watched) {
    this.last = watched.now()
  }

  /** Anything it says will do. */
  heard(): void {
    if (this.missed * BEAT_MS >= SILENT_MS && !this.over) this.watched.silent(0)
    this.missed = 0
  }

  /** To be called every `BEAT_MS`. */
  beat(): void {
    if (this.over) return
    const { watched } = this
    const now = watched.now()
    const late = now - this.last > 2 * BEAT_MS
    this.last = now
    if (late || !watched.visible()) {
      this.heard()
      watched.ping()
      return
    }
    const silence = this.missed * BEAT_MS
    this.missed++
    watched.ping()
    if (silence >= LOST_MS) {
      this.over = true
      watched.lost()
    } else if (silence >= SILENT_MS) watched.silent(silence)
  }
}
