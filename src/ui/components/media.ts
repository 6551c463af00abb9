/** What the screen and the hand are like, and when that changes. */
import { useEffect, useState, useSyncExternalStore } from 'react'

/** A tablet or phone held upright: side by side is too narrow, so what is selected stands below the map. */
export const UPRIGHT = '(max-width: 900px) and (orientation: portrait)'

/** Whether a media query holds. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
}

/** Whether the page is worked with fingers: at first what the device says, then what last touched it. */
export function useFingers(): boolean {
  const [fingers, setFingers] = useState(() => matchMedia('(pointer: coarse)').matches)
  useEffect(() => {
    const down = (e: PointerEvent) => setFingers(e.pointerType === 'touch')
    window.addEventListener('pointerdown', down, true)
    return () => window.removeEventListener('pointerdown', down, true)
  }, [])
  return fingers
}
