/** Going back: how long a look at the past and a branch take, over an hour of a 20-node cluster. */
import { Past } from '../src/session/past.ts'
import { replay } from '../src/session/replay.ts'
import { Session } from '../src/session/session.ts'

/** What it took. @unit real ms */
export interface PastFigures {
  readonly revisions: number
  /** The slowest of a few looks: everything as it was, as a frame. */
  readonly lookMs: number
  /** `kubectl get pods -A` at that moment. */
  readonly kubectlMs: number
  /** Playing the whole hour again, as a branch at its end would. */
  readonly replayMs: number
}

/** Lives an hour with 20 nodes and 60 pods that are scaled and updated, then goes back. */
export function measurePast(): PastFigures {
  const session = new Session({ nodes: 20 })
  const io = { stdout() {}, stderr() {} }
  session.runUntil(30_000)
  session.kubectl('kubectl create deployment web --image=nginx:1.27 --replicas=60', io)
  for (let minute = 5; minute <= 60; minute += 5) {
    session.runUntil(minute * 60_000)
    session.kubectl(`kubectl set image deployment/web nginx=nginx:1.${26 + (minute % 3)}`, io)
  }
  let lookMs = 0
  for (const minute of [55, 2, 30, 1]) {
    const began = performance.now()
    new Past(session, minute * 60_000).full()
    lookMs = Math.max(lookMs, performance.now() - began)
  }
  const began = performance.now()
  new Past(session, 1_800_000).kubectl('kubectl get pods -A', io)
  const kubectlMs = performance.now() - began
  const again = performance.now()
  replay(session.recording(), session.now)
  const replayMs = performance.now() - again
  return { revisions: session.cluster.store.status().revision, lookMs, kubectlMs, replayMs }
}
