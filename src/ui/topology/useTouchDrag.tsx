/** A machine dragged to the bin by a finger, by the head of its card or of its box; elsewhere a finger moves the map. */
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import type { WallHandle } from '../wall/handle.ts'
import { gripAt } from '../wall/handle.ts'
import { powerOff } from './actions.ts'
import { isOverBin } from './bin.ts'
import styles from './Shelf.module.css'

/** A touch that moves less is a tap, or a long press. @unit px */
const STILL = 8

/** Listens on the frame of the map. @returns what floats under the finger */
export function useTouchDrag(
  frame: RefObject<HTMLDivElement | null>,
  wall: WallHandle | undefined,
  onArm: (armed: boolean, over: boolean) => void,
): ReactNode {
  const [ghost, setGhost] = useState<{ x: number; y: number; name: string }>()
  useEffect(() => {
    const el = frame.current
    if (!el) return
    let held: { name: string; x: number; y: number; moved: boolean } | undefined
    const start = (e: TouchEvent) => {
      const [touch, more] = e.touches
      held = undefined
      if (!touch || more) return
      const name = nodeAt(e.target as HTMLElement, touch, wall)
      if (name === undefined) return
      // Not for the map, which a finger on it would move.
      e.stopPropagation()
      held = { name, x: touch.clientX, y: touch.clientY, moved: false }
    }
    const move = (e: TouchEvent) => {
      const touch = e.touches[0]
      if (!held || !touch) return
      held.moved ||= Math.hypot(touch.clientX - held.x, touch.clientY - held.y) > STILL
      if (!held.moved) return
      e.preventDefault()
      const box = el.getBoundingClientRect()
      setGhost({ x: touch.clientX - box.left, y: touch.clientY - box.top, name: held.name })
      onArm(true, isOverBin(touch))
    }
    const end = (e: TouchEvent) => {
      const done = held
      held = undefined
      if (!done?.moved) return
      setGhost(undefined)
      onArm(false, false)
      const touch = e.changedTouches[0]
      if (e.type === 'touchend' && touch && isOverBin(touch)) powerOff(done.name)
    }
    el.addEventListener('touchstart', start, { capture: true, passive: true })
    window.addEventListener('touchmove', move, { passive: false })
    window.addEventListener('touchend', end)
    window.addEventListener('touchcancel', end)
    return () => {
      el.removeEventListener('touchstart', start, true)
      window.removeEventListener('touchmove', move)
      window.removeEventListener('touchend', end)
      window.removeEventListener('touchcancel', end)
    }
  }, [frame, wall, onArm])
  if (!ghost) return null
  return (
    <div className={styles.ghost} style={{ left: ghost.x, top: ghost.y }} data-testid="ghost">
      {ghost.name}
    </div>
  )
}

function nodeAt(target: HTMLElement, touch: Touch, wall: WallHandle | undefined) {
  const grip = target.closest<HTMLElement>('[data-grip]')
  if (grip) return grip.dataset.grip
  if (!wall || !target.closest('.react-flow__pane')) return undefined
  return gripAt(wall, touch.clientX, touch.clientY)
}
