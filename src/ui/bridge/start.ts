/** Starts (or restarts) a cluster and connects it to the read model. */

import type { Ask } from '../../protocol/protocol.ts'
import { closeEdit, openEdit } from '../store/editing.ts'
import { beginScene, sceneStands } from '../store/scene.ts'
import { select } from '../store/selection.ts'
import { applyFrame, cards, worldStore } from '../store/world.ts'
import { clearStage, setLive } from '../topology/director.ts'
import { bridge, type StartOptions } from './bridge.ts'

/** Somebody who is told of starts and crashes. */
export interface Watcher {
  /** A session begins; what was kept of the one before is over. */
  started(options: StartOptions): void
  /** The scene is set: from here on things may be done. */
  ready(): void
  crashed(message: string, underWay: readonly Ask[]): void
  /** The host has not answered for so many real ms; 0: it does again. */
  silent(ms: number): void
}

const NOBODY: Watcher = {
  started() {},
  ready() {},
  crashed: (message) => worldStore.setState({ crash: message }),
  silent() {},
}
let watcher: Watcher = NOBODY
let starts = 0

/** Names who is told of starts and crashes. */
export function watchCluster(by: Watcher): void {
  watcher = by
}

/**
 * Boots the host and a scene or recording.
 * @returns when the scene is set: true, or false when another start came in between
 */
export async function startCluster(options: StartOptions): Promise<boolean> {
  const mine = ++starts
  bridge.onFrame = applyFrame
  bridge.onEdit = openEdit
  closeEdit()
  bridge.onSilent = (ms) => watcher.silent(ms)
  bridge.onCrash = (message, underWay) => watcher.crashed(message, underWay)
  watcher.started(options)
  beginScene(options)
  cards.reset()
  setLive(false)
  clearStage()
  select(undefined)
  worldStore.setState({ booted: false, crash: '' })
  try {
    await bridge.boot()
    if (mine !== starts) return false
    await bridge.start(options)
  } catch (error) {
    if (mine !== starts) return false
    throw error
  }
  watcher.ready()
  setLive(true)
  sceneStands()
  return true
}
