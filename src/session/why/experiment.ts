/** What a laboratory does, wherever it stands (a worker of the page, a thread of a host): it tries things on copies. */
import type { LabAsk, LabTell, WhyFix } from '../../protocol/protocol.ts'
import { parseRecording } from '../recording.ts'
import { tryFixes } from './fixes.ts'
import { whatIf } from './whatif.ts'

/** Works a question off; `tell` hears each part of the answer, and of a failure. */
export function experiment(ask: LabAsk, tell: (tell: LabTell) => void): void {
  const { id } = ask
  try {
    const recording = parseRecording(ask.recording)
    if (ask.type === 'what-if') {
      tell({ type: 'what-if', id, answer: whatIf(recording, ask.now, ask.command) })
      return
    }
    const fixes: WhyFix[] = []
    let left = 0
    const planned = (n: number) => {
      left = n
      tell({ type: 'fix', id, fixes: [], left: Math.max(1, left) })
    }
    for (const fix of tryFixes(recording, ask.now, ask.about, ask.refused, planned)) {
      fixes.push(fix)
      left--
      tell({ type: 'fix', id, fixes: [...fixes], left: Math.max(1, left) })
    }
    tell({ type: 'fix', id, fixes, left: 0 })
  } catch (error) {
    tell({ type: 'failed', id, message: String(error) })
  }
}
