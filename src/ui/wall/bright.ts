/** Whether a pod is bright: what the reader does not look for is dimmed, never dropped. */
import { useStore } from 'zustand'
import type { PodCard } from '../../protocol/cards.ts'
import { matcher, type Quest, quest } from './find.ts'
import { inkOf } from './ink.ts'

let asked: Quest | undefined
let matches: (pod: PodCard) => boolean = () => true

/** Whether this pod matches what is looked for. */
export function useBright(pod: PodCard): boolean {
  return useStore(quest, (s) => {
    if (s.on !== asked) {
      asked = s.on
      matches = matcher(s.on, (p) => inkOf(p).root)
    }
    return matches(pod)
  })
}
