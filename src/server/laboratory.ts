/**
 * The host's laboratory: a thread that replays copies of the cluster and tries things there, so that no request and no
 * watch waits for it. One question at a time; each gets a thread of its own, which ends with it.
 */
import { parentPort, Worker } from 'node:worker_threads'
import type { LabAsk, LabTell } from '../protocol/protocol.ts'
import { experiment } from '../session/why/experiment.ts'

/** Asks; `hear` is told until it is done. @returns how to give up */
export type Laboratory = (ask: () => LabAsk, hear: (tell: LabTell) => void) => () => void

/** True of the last word of an answer. */
export function isLast(tell: LabTell): boolean {
  return tell.type !== 'fix' || tell.left === 0
}

interface Waiting {
  readonly ask: () => LabAsk
  readonly hear: (tell: LabTell) => void
  stop: (() => void) | undefined
}

/** A laboratory of threads that run this script, which must call `workInThread`. */
export function threadLaboratory(script: URL): Laboratory {
  const line: Waiting[] = []
  const next = () => {
    const [first] = line
    if (first && !first.stop)
      first.stop = inThread(script, first.ask(), first.hear, () => over(first))
  }
  const over = (one: Waiting) => {
    const at = line.indexOf(one)
    if (at < 0) return
    one.stop?.()
    line.splice(at, 1)
    next()
  }
  return (ask, hear) => {
    const one: Waiting = { ask, hear, stop: undefined }
    line.push(one)
    next()
    return () => over(one)
  }
}

function inThread(
  script: URL,
  ask: LabAsk,
  hear: (tell: LabTell) => void,
  over: () => void,
): () => void {
  const thread = new Worker(script)
  let open = true
  const take = (tell: LabTell) => {
    if (!open) return
    hear(tell)
    if (isLast(tell)) over()
  }
  thread.on('message', take)
  // Out of memory, say: a copy is as big as the cluster.
  thread.on('error', (e) => take({ type: 'failed', id: ask.id, message: e.message }))
  thread.postMessage(ask)
  return () => {
    open = false
    void thread.terminate()
  }
}

/** The thread's side. */
export function workInThread(): void {
  parentPort?.on('message', (ask: LabAsk) =>
    experiment(ask, (tell) => parentPort?.postMessage(tell)),
  )
}
