/** Which scene of the gallery the session began with, and whether its stage is set. */
import { createStore, useStore } from 'zustand'
import { scenarios } from '../../scenarios/index.ts'
import type { Scenario } from '../../scenarios/scenario.ts'

interface SceneState {
  /** Undefined for sessions that began with none: of other hosts, of older links. */
  readonly scene: Scenario | undefined
  /** Everything that leads to the beginning has happened. */
  readonly standing: boolean
  /** How many times one was begun: the same scene again is another. */
  readonly turn: number
}

export const sceneStore = createStore<SceneState>(() => ({
  scene: undefined,
  standing: false,
  turn: 0,
}))

/** Reads what is known of the scene. */
export function useScene<T>(select: (s: SceneState) => T): T {
  return useStore(sceneStore, select)
}

/** A session begins. @param begun its scene by id, or a recording, which may name one; nothing of both: the first */
export function beginScene(begun: { scenario?: string; recording?: unknown }): void {
  const { scenario, recording } = begun
  const id = recording === undefined ? scenario : (recording as { scene?: unknown } | null)?.scene
  const found = scenarios.find((s) => s.id === id)
  const scene = found ?? (recording === undefined ? scenarios[0] : undefined)
  sceneStore.setState((s) => ({ scene, standing: false, turn: s.turn + 1 }))
}

/** Its stage is set. */
export function sceneStands(): void {
  sceneStore.setState({ standing: true })
}
