/** Starts (or restarts) a cluster and connects it to the read model. */

import { select } from '../store/selection.ts'
import { applyFrame, cards, worldStore } from '../store/world.ts'
import { clearStage, setLive } from '../topology/director.ts'
import { bridge, type StartOptions } from './bridge.ts'

/** Boots the host and a scene. @returns when the scene is set */
export async function startCluster(options: StartOptions): Promise<void> {
  bridge.onFrame = applyFrame
  bridge.onCrash = (message) => worldStore.setState({ crash: message })
  cards.reset()
  setLive(false)
  clearStage()
  select(undefined)
  worldStore.setState({ booted: false, crash: '' })
  await bridge.boot()
  await bridge.start(options)
  setLive(true)
}
