/** Moving in time: what the page asks of its host, and what it knows of branches, bookmarks and what can be taken back. */
import { createStore, useStore } from 'zustand'
import type { BranchCard, HistoryEntry } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import { attachedTo } from '../bridge/transport.ts'
import { select } from '../store/selection.ts'
import { cards, worldStore } from '../store/world.ts'

interface Travel {
  readonly branches: readonly BranchCard[]
  readonly bookmarks: readonly { readonly at: number; readonly name: string }[]
  readonly commands: readonly HistoryEntry[]
  /** A replay is under way. */
  readonly busy: boolean
  /** Branches that undo left, newest last. */
  readonly redo: readonly number[]
  /** What went wrong last, in words. */
  readonly trouble: string
}

const NOTHING: Travel = {
  branches: [],
  bookmarks: [],
  commands: [],
  busy: false,
  redo: [],
  trouble: '',
}

export const travel = createStore<Travel>(() => NOTHING)

/** Reads what is known of time. */
export function useTravel<T>(read: (t: Travel) => T): T {
  return useStore(travel, read)
}

/** Whether this page's cluster has branches: one that others use too has one present only. */
export function canBranch(): boolean {
  return attachedTo() === undefined
}

let wanted: number | undefined
let looking = false

/** Shows a moment; while one is on its way only the newest wish is kept. */
export function look(at: number): void {
  wanted = at
  if (looking) return
  looking = true
  void (async () => {
    while (wanted !== undefined) {
      const next = wanted
      wanted = undefined
      await bridge.look({ at: next }).catch(() => {})
    }
    looking = false
  })()
}

/** Shows the present. */
export function goLive(): void {
  wanted = undefined
  void bridge.live()
}

/** Reads log, branches and bookmarks again. */
export async function refresh(): Promise<void> {
  const { commands } = await bridge.history()
  if (!canBranch()) return travel.setState({ commands })
  const { branches, bookmarks } = await bridge.branches()
  travel.setState({ commands, branches, bookmarks })
}

/** Does something that plays the cluster again, and shows what became of it. */
async function replaying(what: () => Promise<unknown>): Promise<void> {
  if (travel.getState().busy) return
  travel.setState({ busy: true, trouble: '' })
  try {
    await what()
    select(undefined)
    await refresh()
  } catch (error) {
    travel.setState({ trouble: error instanceof Error ? error.message : String(error) })
  } finally {
    travel.setState({ busy: false })
  }
}

/** Goes on from the moment that is shown. */
export function branchHere(name?: string): Promise<void> {
  travel.setState({ redo: [] })
  return replaying(() => bridge.branch(name ? { name } : {}))
}

export function checkout(id: number): Promise<void> {
  return replaying(() => bridge.checkout(id))
}

/** Takes the last act back: the cluster as it was just before it; what came of it stays as a branch. */
export async function undo(): Promise<void> {
  if (!canBranch()) return
  await refresh()
  const { commands, branches } = travel.getState()
  const index = commands.findLastIndex((c) => c.acts)
  const command = commands[index]
  const left = branches.find((b) => b.current)
  if (!command || !left) return
  await replaying(async () => {
    await bridge.branch({ before: index, name: `↶ ${command.text.slice(0, 40)}` })
    travel.setState((s) => ({ redo: [...s.redo, left.id] }))
  })
}

/** Takes the last undo back. */
export async function redo(): Promise<void> {
  const last = travel.getState().redo.at(-1)
  if (last === undefined) return
  travel.setState((s) => ({ redo: s.redo.slice(0, -1) }))
  await checkout(last)
}

/** Names the moment that is shown; an empty name takes it away. */
export async function bookmark(name: string, at = cards.now): Promise<void> {
  const { bookmarks, branches } = await bridge.bookmark(at, name)
  travel.setState({ bookmarks, branches })
}

export async function rename(id: number, name: string): Promise<void> {
  const { bookmarks, branches } = await bridge.prune(id, name)
  travel.setState({ bookmarks, branches })
}

export async function forget(id: number): Promise<void> {
  const { bookmarks, branches } = await bridge.prune(id)
  travel.setState({ bookmarks, branches })
}

let known = -1
worldStore.subscribe((s) => {
  if (!s.booted) {
    known = -1
    if (travel.getState() !== NOTHING) travel.setState(NOTHING)
  } else if (s.commands !== known) {
    known = s.commands
    void refresh().catch(() => {})
  }
})
