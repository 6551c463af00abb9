/**
 * The laboratory: a second worker that tries things on copies of the cluster, made from its recording, so that the
 * cluster itself runs on undisturbed. It works off one question after the other and ends when the page closes it.
 */
import type { LabAsk, LabTell } from '../protocol/protocol.ts'
import { parseRecording } from '../session/recording.ts'
import { countCandidates, tryFixes } from '../session/why/fixes.ts'
import { whatIf } from '../session/why/whatif.ts'

const post = (tell: LabTell) => self.postMessage(tell)

function work(ask: LabAsk): void {
  const recording = parseRecording(ask.recording)
  if (ask.type === 'what-if') {
    post({ type: 'what-if', id: ask.id, answer: whatIf(recording, ask.now, ask.command) })
    return
  }
  let left = countCandidates(recording, ask.now, ask.about, ask.refused)
  post({ type: 'fix', id: ask.id, fixes: [], left })
  const fixes = []
  for (const fix of tryFixes(recording, ask.now, ask.about, ask.refused)) {
    fixes.push(fix)
    left--
    post({ type: 'fix', id: ask.id, fixes: [...fixes], left: Math.max(1, left) })
  }
  post({ type: 'fix', id: ask.id, fixes, left: 0 })
}

self.onmessage = (message: MessageEvent<LabAsk>) => {
  try {
    work(message.data)
  } catch (error) {
    post({ type: 'failed', id: message.data.id, message: String(error) })
  }
}
