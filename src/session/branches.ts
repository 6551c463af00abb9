/**
 * Branches of one playground. Going back and acting never throws the future away: what was left stays in the tree, as its
 * recording, and comes back by playing that. The newest few are also kept running in memory, so that going back is quick.
 */
import type { Millis } from '../cluster/sim/clock.ts'
import type { BranchCard } from '../protocol/protocol.ts'
import { parseRecording, type Recording, upTo } from './recording.ts'
import { Replay } from './replay.ts'
import type { Session } from './session.ts'

/** Left branches that stay in memory. */
const PARKED_MAX = 2

interface Branch {
  readonly id: number
  name: string
  parent: number | undefined
  /** Where it left its parent. */
  readonly from: Millis
  /** How far it got, and all it did; of the current branch its session knows better. */
  tip: Millis
  recording: Recording | undefined
  session: Session | undefined
  leftAt: number
}

/** A place in time with a name. */
export interface Bookmark {
  readonly at: Millis
  readonly name: string
}

/** The tree in a form that can be kept. Plain JSON. */
export interface SavedBranches {
  readonly branches: readonly {
    readonly id: number
    readonly name: string
    readonly parent?: number
    readonly from: Millis
    readonly tip: Millis
    /** Of the current branch it is kept elsewhere: it is the session's own. */
    readonly recording?: Recording
  }[]
  readonly current: number
  readonly bookmarks: readonly Bookmark[]
}

/** The way to another branch: a session that is there already, or one to be played first. */
export type Passage = { readonly session: Session } | { readonly replay: Replay }

/** The tree of one playground and where in it we are. */
export class Branches {
  bookmarks: readonly Bookmark[] = []
  private readonly all = new Map<number, Branch>()
  private current: Branch
  private nextId = 1
  private departures = 0

  constructor(session: Session, name = 'main') {
    this.current = this.grow(name, undefined, 0, session)
  }

  get session(): Session {
    return this.current.session as Session
  }

  list(): BranchCard[] {
    return [...this.all.values()].map((b) => ({
      id: b.id,
      name: b.name,
      ...(b.parent === undefined ? {} : { parent: b.parent }),
      from: b.from,
      tip: this.tipOf(b),
      commands: this.recordingOf(b).commands.length,
      current: b === this.current,
    }))
  }

  /** The replay that a branch at that moment of the current one begins with; `enter` it when it has arrived. */
  fork(at: Millis): Replay {
    const moment = Math.max(0, Math.min(at, this.session.now))
    return new Replay(upTo(this.session.recording(), moment), moment)
  }

  /**
   * The replay that stands just before a command, as if it had never been entered.
   * @param index of the command in the current recording, from 0
   */
  forkBefore(index: number): Replay {
    const recording = this.session.recording()
    const command = recording.commands[index]
    if (!command) throw new Error(`there is no command ${index}`)
    return new Replay({ ...recording, commands: recording.commands.slice(0, index) }, command.at)
  }

  /** The forked session becomes the current branch. @returns its id */
  enter(replay: Replay, name?: string): number {
    const parent = this.current
    this.leave()
    this.current = this.grow(name, parent.id, replay.until, replay.session)
    return this.current.id
  }

  /** How to get to a branch. @throws Error when there is none of that id */
  passage(id: number): Passage {
    const b = this.of(id)
    if (b.session) return { session: b.session }
    return { replay: new Replay(this.recordingOf(b), b.tip) }
  }

  /** Goes to a branch whose passage is done. */
  arrive(id: number, session: Session): void {
    const b = this.of(id)
    if (b === this.current) return
    this.leave()
    b.session = session
    this.current = b
  }

  /** Where the way to another branch leaves the way to the current one. */
  parting(id: number): Millis {
    const own = new Map(this.way(this.current).map((b) => [b.id, b]))
    let from = 0
    for (let b: Branch | undefined = this.of(id); b; b = this.all.get(b.parent ?? -1)) {
      if (own.has(b.id)) {
        // The current branch may have left that one earlier than the other did.
        const child = this.way(this.current).find((x) => x.parent === b?.id)
        return Math.min(from || b.tip, child?.from ?? this.tipOf(b), this.tipOf(b))
      }
      from = b.from
    }
    return 0
  }

  /** From a branch to the root. */
  private way(of: Branch): Branch[] {
    const found: Branch[] = []
    for (let b: Branch | undefined = of; b; b = this.all.get(b.parent ?? -1)) found.push(b)
    return found
  }

  rename(id: number, name: string): void {
    this.of(id).name = name.trim() || this.of(id).name
  }

  /** Forgets a branch that is not the current one; what grew from it stays, and hangs on its parent. */
  remove(id: number): void {
    const b = this.of(id)
    if (b === this.current) throw new Error('the branch that is shown cannot be removed')
    this.all.delete(id)
    for (const child of this.all.values()) if (child.parent === id) child.parent = b.parent
  }

  /** Whether there is more to keep than the current branch's recording. */
  get grown(): boolean {
    return this.all.size > 1 || this.bookmarks.length > 0
  }

  save(): SavedBranches {
    return {
      branches: [...this.all.values()].map((b) => ({
        id: b.id,
        name: b.name,
        ...(b.parent === undefined ? {} : { parent: b.parent }),
        from: b.from,
        tip: this.tipOf(b),
        ...(b === this.current ? {} : { recording: this.recordingOf(b) }),
      })),
      current: this.current.id,
      bookmarks: this.bookmarks,
    }
  }

  /**
   * Takes a saved tree in; the session is its current branch, played.
   * @throws Error when the tree is damaged
   */
  restore(saved: SavedBranches, session: Session): void {
    const current = saved.branches.find((b) => b.id === saved.current)
    if (!current) throw new Error('the saved branches do not say which one was shown')
    const ids = new Set(saved.branches.map((b) => b.id))
    const whole = saved.branches.every(
      (b) => b.parent === undefined || (ids.has(b.parent) && b.parent < b.id),
    )
    if (!whole || ids.size !== saved.branches.length)
      throw new Error('the saved branches do not hang together')
    this.all.clear()
    for (const b of saved.branches) {
      this.all.set(b.id, {
        id: b.id,
        name: b.name,
        parent: b.parent,
        from: b.from,
        tip: b.tip,
        recording: b === current ? undefined : parseRecording(b.recording),
        session: b === current ? session : undefined,
        leftAt: 0,
      })
      this.nextId = Math.max(this.nextId, b.id + 1)
    }
    this.current = this.of(saved.current)
    this.bookmarks = saved.bookmarks
  }

  private of(id: number): Branch {
    const b = this.all.get(id)
    if (!b) throw new Error(`there is no branch ${id}`)
    return b
  }

  private tipOf(b: Branch): Millis {
    return b.session ? b.session.now : b.tip
  }

  private recordingOf(b: Branch): Recording {
    return b.session ? b.session.recording() : (b.recording as Recording)
  }

  private grow(
    name: string | undefined,
    parent: number | undefined,
    from: Millis,
    session: Session,
  ): Branch {
    const id = this.nextId++
    const b: Branch = {
      id,
      name: name?.trim() || `branch ${id}`,
      parent,
      from,
      tip: from,
      recording: undefined,
      session,
      leftAt: 0,
    }
    this.all.set(id, b)
    return b
  }

  /** Parks the current branch, and lets the longest parked ones go to their recordings. */
  private leave(): void {
    const b = this.current
    b.tip = this.tipOf(b)
    b.recording = this.recordingOf(b)
    b.leftAt = ++this.departures
    const parked = [...this.all.values()].filter((x) => x.session)
    parked.sort((x, y) => y.leftAt - x.leftAt)
    for (const old of parked.slice(PARKED_MAX)) old.session = undefined
  }
}
