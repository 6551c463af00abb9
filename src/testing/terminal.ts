/** A terminal line run to its end, for tests. */
import type { SessionIo } from '../session/machine.ts'
import type { Session } from '../session/session.ts'

/** What a line printed, and its exit code; -1 when it did not end in time. */
export interface Ran {
  out: string
  err: string
  code: number
}

/** A line under way: what it has said so far, and how to stop it. */
export interface Started {
  readonly id: number
  /** Both streams in the order they came. */
  readonly said: Ran & { all: string }
  cancel(): void
}

/** Starts a line that goes on; time does not move. @param io what it may ask of the machine */
export function start(
  session: Session,
  line: string,
  io: Pick<SessionIo, 'stdin' | 'editing'> = {},
): Started {
  const said = { out: '', err: '', all: '', code: -1 }
  const hear = (stream: 'out' | 'err') => (text: string) => {
    said[stream] += text
    said.all += text
  }
  const one = session.kubectl(line, { ...io, stdout: hear('out'), stderr: hear('err') }, (code) => {
    said.code = code
  })
  return { id: one.id, said, cancel: () => one.cancel() }
}

/** Runs a line to its end, moving virtual time as it needs (two minutes at most). */
export function run(session: Session, line: string, stdin?: string): Ran {
  const { said } = start(session, line, stdin === undefined ? {} : { stdin })
  const until = session.now + 120_000
  session.flush()
  while (said.code < 0 && session.now < until) session.runUntil(session.now + 50)
  return { out: said.out, err: said.err, code: said.code }
}
