/** Plays recordings: the same seed and the same commands at the same instants make the same cluster. */
import type { Millis } from '../cluster/sim/clock.ts'
import type { Recording } from './recording.ts'
import { Session } from './session.ts'

/** A replay under way: played in pieces, so that its host can answer in between. */
export class Replay {
  readonly session: Session
  private next = 0

  /** @param until virtual time at which it ends; commands of that very instant are played */
  constructor(
    private readonly recording: Recording,
    readonly until: Millis,
  ) {
    this.session = new Session(recording.config, recording.files, recording.scene)
  }

  /** Plays on, for so many steps of the simulation at most. @returns true when it arrived */
  run(steps = Number.POSITIVE_INFINITY): boolean {
    const { session, recording, until } = this
    const { clock } = session.cluster.world
    const before = clock.steps
    for (;;) {
      const logged = recording.commands[this.next]
      const stop = logged && logged.at <= until ? logged.at : until
      const left = steps - (clock.steps - before)
      if (left <= 0 || clock.run({ until: stop, steps: left }) === 'steps') return false
      if (!logged || logged.at > until) return true
      this.next++
      session.enter(logged.command)
    }
  }
}

/** Plays a recording into a fresh session, up to a moment. */
export function replay(recording: Recording, until: Millis): Session {
  const r = new Replay(recording, until)
  r.run()
  return r.session
}
