/** How far the learner is with the task of the scene: hints, prediction, goal. The cluster says whether it is reached. */
import { useEffect } from 'react'
import { createStore, useStore } from 'zustand'
import type { Task } from '../../scenarios/scenario.ts'
import { bridge } from '../bridge/bridge.ts'
import { sceneStore, useScene } from '../store/scene.ts'
import { cards, worldStore } from '../store/world.ts'
import { noteReached } from './progress.ts'

/** How often the cluster is asked at most. @unit real ms */
const LOOK_MS = 600

/** What the learner has done about the task. */
export interface Attempt {
  /** Hints shown so far. */
  readonly hints: number
  readonly solution: boolean
  /** Index of the answer that was picked. */
  readonly predicted: number | undefined
  readonly ran: boolean
  readonly revealed: boolean
  /** Which conditions of the goal hold. */
  readonly holds: readonly boolean[]
  /** Virtual time at which all of them were first seen to hold. @unit ms */
  readonly reachedAt: number | undefined
}

const FRESH: Attempt = {
  hints: 0,
  solution: false,
  predicted: undefined,
  ran: false,
  revealed: false,
  holds: [],
  reachedAt: undefined,
}

export const attempt = createStore<Attempt>(() => FRESH)

/** Reads the attempt. */
export function useAttempt(): Attempt {
  return useStore(attempt)
}

/** A new scene, a new attempt. */
sceneStore.subscribe((s, old) => {
  if (s.turn !== old.turn) attempt.setState(FRESH, true)
})

/** Asks the cluster about the goal whenever something was written, until it is reached. */
export function useGoal(task: Task): void {
  const standing = useScene((s) => s.standing)
  const turn = useScene((s) => s.turn)
  useEffect(() => {
    if (!standing) return
    let seen = -1
    let asking = false
    const look = async () => {
      const { revision, past } = worldStore.getState()
      if (asking || past || revision === seen) return
      seen = revision
      asking = true
      const holds = await bridge.check(task.goal).catch(() => [])
      asking = false
      if (sceneStore.getState().turn !== turn || attempt.getState().reachedAt !== undefined) return
      const all = holds.length > 0 && holds.every(Boolean)
      attempt.setState({ holds, ...(all ? { reachedAt: cards.now, revealed: true } : {}) })
      const { scene } = sceneStore.getState()
      if (all && scene) noteReached(scene.id)
    }
    const timer = setInterval(() => void look(), LOOK_MS)
    void look()
    return () => clearInterval(timer)
  }, [task, standing, turn])
}
