/** A container's log: lines with their times, followed by whoever asks. */
import type { Millis } from '../sim/clock.ts'

/** Lines kept per container instance, as log rotation would. */
const LINES_MAX = 5000

/** One line, without its newline. */
export interface LogLine {
  /** Unix milliseconds. */
  readonly at: Millis
  readonly text: string
}

/** Collects output of both streams, line by line. */
export class LogBuffer {
  private lines: LogLine[] = []
  private partial = ''
  private readonly followers = new Set<(line: LogLine | undefined) => void>()
  /** Lines dropped by rotation. */
  dropped = 0

  constructor(private readonly now: () => Millis) {}

  write(text: string): void {
    const parts = (this.partial + text).split('\n')
    this.partial = parts.pop() ?? ''
    for (const part of parts) this.push(part)
  }

  /** Ends the log: a last line without newline is kept, followers are told. */
  close(): void {
    if (this.partial) this.push(this.partial)
    this.partial = ''
    for (const f of this.followers) f(undefined)
    this.followers.clear()
  }

  all(): readonly LogLine[] {
    return this.lines
  }

  /** Calls `f` for each further line, then with undefined at the end. @returns how to stop */
  follow(f: (line: LogLine | undefined) => void): () => void {
    this.followers.add(f)
    return () => this.followers.delete(f)
  }

  private push(text: string): void {
    const line = { at: this.now(), text }
    this.lines.push(line)
    if (this.lines.length > LINES_MAX * 2) {
      this.dropped += this.lines.length - LINES_MAX
      this.lines = this.lines.slice(-LINES_MAX)
    }
    for (const f of this.followers) f(line)
  }
}
