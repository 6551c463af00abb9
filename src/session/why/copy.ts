/** Copies of a running cluster to try things on: the recording replayed up to now, then something else happens. */
import type { About, Act } from '../../protocol/protocol.ts'
import type { Recording } from '../recording.ts'
import { replay } from '../replay.ts'
import type { Session } from '../session.ts'
import { diagnose, diagnosed } from './diagnose.ts'
import type { State } from './finding.ts'
import { aboutOf, keyOf, Look } from './look.ts'

/** A command may take this long on a copy. @unit virtual ms */
const COMMAND_MAX_MS = 120_000
/** Steps between looks at whether a command has ended. @unit virtual ms */
const PACE_MS = 100

/** Makes a copy at that moment. */
export function copyOf(recording: Recording, now: number): Session {
  return replay(recording, now)
}

/** How a command ended. */
export interface Ended {
  readonly code: number
  readonly output: string
}

/** Runs a terminal line on a copy to its end, or until it has had its time. */
export function runOn(copy: Session, line: string): Ended {
  let output = ''
  let code: number | undefined
  const take = (text: string) => {
    output += text
  }
  const run = copy.kubectl(line, { stdout: take, stderr: take }, (c) => {
    code = c
  })
  copy.flush()
  const until = copy.now + COMMAND_MAX_MS
  while (code === undefined && copy.now < until) copy.runUntil(copy.now + PACE_MS)
  if (code === undefined) run.cancel()
  return { code: code ?? 124, output }
}

/** Does something at the machines of a copy. */
export function actOn(copy: Session, act: Act): Ended {
  if (act.kind === 'add-node') copy.addNode()
  else copy.fault(act)
  return { code: 0, output: '' }
}

/** How everything that can be in trouble fares, by name; pods of a controller are their controller's matter. */
export function health(look: Look): Map<string, { about: About; state: State }> {
  const found = new Map<string, { about: About; state: State }>()
  for (const kind of diagnosed) {
    for (const o of look.list(kind as 'Pod')) {
      if (kind === 'Pod' || kind === 'ReplicaSet' || kind === 'Job') {
        if (o.metadata.ownerReferences?.some((r) => r.controller)) continue
      }
      const about = aboutOf(o)
      found.set(keyOf(about), { about, state: diagnose(look, o).state })
    }
  }
  return found
}

/** What was well and is so no more, or is gone. */
export function broken(
  before: ReturnType<typeof health>,
  after: ReturnType<typeof health>,
  except: ReadonlySet<string>,
): About[] {
  const lost: About[] = []
  for (const [key, { about, state }] of before) {
    if (state !== 'ok' || except.has(key)) continue
    const now = after.get(key)
    if (!now || now.state === 'bad') lost.push(about)
  }
  return lost
}

/** A reader of a copy as it is now. */
export function lookAt(copy: Session): Look {
  return new Look(copy.cluster)
}
