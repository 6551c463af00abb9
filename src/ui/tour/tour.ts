/** Whether the tour is taken, and where it stands. Its card comes when it begins. */
import { createStore, useStore } from 'zustand'
import { startCluster } from '../bridge/start.ts'
import { attachedTo } from '../bridge/transport.ts'
import { prefer } from '../store/preferences.ts'

/** The step, from 0; undefined while no tour is taken. */
export const tour = createStore<{ step: number | undefined }>(() => ({ step: undefined }))

/** Begins the tour on a fresh first cluster, so that what it speaks of is there. */
export async function startTour(): Promise<void> {
  prefer({ view: 'map', dock: 'terminal' })
  if (attachedTo() === undefined) await startCluster({})
  tour.setState({ step: 0 })
}

/** Leaves the tour. */
export function end(): void {
  tour.setState({ step: undefined })
}

/** Whether a tour is taken. */
export function useTouring(): boolean {
  return useStore(tour, (s) => s.step !== undefined)
}
