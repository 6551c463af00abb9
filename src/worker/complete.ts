/** What could come next on a terminal line. */
import type { Session } from '../session/session.ts'

/** Completions of the word under the cursor. */
export function complete(session: Session, line: string, cursor: number): Promise<string[]> {
  return new Promise((resolve) => {
    session.complete(line, cursor, resolve)
    session.flush()
  })
}
