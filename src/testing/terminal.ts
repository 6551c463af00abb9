/** A terminal line run to its end, for tests. */
import type { Session } from '../session/session.ts'

/** What a line printed, and its exit code; -1 when it did not end in time. */
export interface Ran {
  out: string
  err: string
  code: number
}

/** Runs a line to its end, moving virtual time as it needs (two minutes at most). */
export function run(session: Session, line: string, stdin?: string): Ran {
  const result: Ran = { out: '', err: '', code: -1 }
  const io = {
    ...(stdin === undefined ? {} : { stdin }),
    stdout: (t: string) => {
      result.out += t
    },
    stderr: (t: string) => {
      result.err += t
    },
  }
  session.kubectl(line, io, (code) => {
    result.code = code
  })
  const until = session.now + 120_000
  session.flush()
  while (result.code < 0 && session.now < until) session.runUntil(session.now + 50)
  return result
}
