/** The page's way to a laboratory: a worker that is there only while something is being tried, or its host's. */
import type {
  About,
  LabAsk,
  LabQuestion,
  LabTell,
  WhatIfAnswer,
  WhyFix,
} from '../../protocol/protocol.ts'
import { cards } from '../store/world.ts'
import { bridge } from './bridge.ts'
import { attachedTo } from './transport.ts'

/** What was tried so far. */
export interface Trials {
  readonly fixes: readonly WhyFix[]
  /** How many are still to be tried; 0 when it is done. */
  readonly left: number
}

/** Asks; `hear` is told until it is done. @returns how to give up */
function ask(question: LabQuestion, hear: (tell: LabTell) => void): () => void {
  if (attachedTo() !== undefined) return bridge.tryOut(question, hear)
  let worker: Worker | undefined
  let over = false
  const stop = () => {
    over = true
    worker?.terminate()
  }
  // The answer comes after the frame that shows its instant: the page's clock is the recording's.
  const begin = (recording: unknown) => {
    if (over) return
    worker = new Worker(new URL('../../worker/laboratory.ts', import.meta.url), {
      type: 'module',
      name: 'laboratory',
    })
    worker.onmessage = (m: MessageEvent<LabTell>) => {
      if (over) return
      hear(m.data)
      if (m.data.type !== 'fix' || m.data.left === 0) stop()
    }
    worker.onerror = (e) => hear({ type: 'failed', id: 1, message: e.message })
    worker.postMessage({ id: 1, recording, now: Math.floor(cards.now), ...question } as LabAsk)
  }
  void bridge.recording().then(begin, (e: Error) => {
    if (!over) hear({ type: 'failed', id: 1, message: e.message })
  })
  return stop
}

/** Looks for the smallest change that mends an object, or lets what was refused pass. @returns how to give up */
export function findFixes(
  about: About,
  hear: (t: Trials | { failed: string }) => void,
  refused = false,
): () => void {
  return ask({ type: 'fix', about, ...(refused ? { refused } : {}) }, (tell) => {
    if (tell.type === 'fix') hear({ fixes: tell.fixes, left: tell.left })
    else if (tell.type === 'failed') hear({ failed: tell.message })
  })
}

/** Tries a command on a copy. @returns how to give up */
export function whatIf(
  command: string,
  hear: (a: WhatIfAnswer | { failed: string }) => void,
): () => void {
  return ask({ type: 'what-if', command }, (tell) => {
    if (tell.type === 'what-if') hear(tell.answer)
    else if (tell.type === 'failed') hear({ failed: tell.message })
  })
}
