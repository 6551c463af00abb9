/** The pointer over the wall: tooltip, click, right-click, and a node dragged by its head to the bin. */
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import { select } from '../store/selection.ts'
import { powerOff } from '../topology/actions.ts'
import { isOverBin } from '../topology/bin.ts'
import { gripAt, type WallHandle } from './handle.ts'
import type { Cell, Group } from './plan.ts'
import styles from './wall.module.css'

/** A press that moves less is a click. @unit px */
const STILL = 4

interface Hover {
  readonly x: number
  readonly y: number
  readonly group: Group
  readonly cell: Cell | undefined
}

/** Listens on the frame of the map. @returns what floats over it */
export function useHands(
  frame: RefObject<HTMLDivElement | null>,
  handle: WallHandle | undefined,
  onArm: (armed: boolean, over: boolean) => void,
): ReactNode {
  const [hover, setHover] = useState<Hover>()
  const [ghost, setGhost] = useState<{ x: number; y: number; name: string }>()
  useEffect(() => {
    const el = frame.current
    if (!el || !handle) return
    const onWall = (e: MouseEvent) =>
      (e.target as HTMLElement).closest('.react-flow__pane')
        ? handle.at(e.clientX, e.clientY)
        : undefined
    const local = (e: MouseEvent) => {
      const box = el.getBoundingClientRect()
      return { x: e.clientX - box.left, y: e.clientY - box.top }
    }
    let finger = false
    const move = (e: MouseEvent) => {
      // A finger does not hover: what follows a tap is a courtesy of the browser.
      const hit = e.buttons === 0 && !finger ? onWall(e) : undefined
      setHover(hit ? { ...local(e), group: hit.group, cell: hit.cell } : undefined)
    }
    const leave = () => setHover(undefined)
    // The map's menu asks which thing it is for by `data-uid`.
    const menu = (e: MouseEvent) => {
      const hit = onWall(e)
      const uid = hit?.cell?.pod.uid ?? hit?.group.node?.uid
      if (uid === undefined) delete el.dataset.uid
      else el.dataset.uid = uid
    }
    const down = (e: MouseEvent) => {
      setHover(undefined)
      const hit = e.button === 0 ? onWall(e) : undefined
      if (!hit) return
      const from = { x: e.clientX, y: e.clientY }
      const { group, cell } = hit
      const draggable = gripAt(handle, e.clientX, e.clientY) !== undefined
      // A node is dragged; everywhere else the map is.
      if (draggable) e.stopPropagation()
      let moved = false
      const drag = (d: MouseEvent) => {
        moved ||= Math.hypot(d.clientX - from.x, d.clientY - from.y) > STILL
        if (!moved || !draggable) return
        setGhost({ ...local(d), name: group.key })
        onArm(true, isOverBin(d))
      }
      const up = (u: MouseEvent) => {
        window.removeEventListener('mousemove', drag, true)
        window.removeEventListener('mouseup', up, true)
        setGhost(undefined)
        onArm(false, false)
        if (moved && draggable && isOverBin(u)) powerOff(group.key)
        if (!moved) select(cell?.pod ?? group.node)
      }
      // Before the map's own listeners, which let nobody hear after them.
      window.addEventListener('mousemove', drag, true)
      window.addEventListener('mouseup', up, true)
    }
    const press = (e: PointerEvent) => {
      finger = e.pointerType === 'touch'
      // A long press opens the menu, in some browsers without another word.
      if (finger) menu(e)
    }
    el.addEventListener('pointerdown', press, true)
    el.addEventListener('mousemove', move)
    el.addEventListener('mouseleave', leave)
    el.addEventListener('contextmenu', menu, true)
    el.addEventListener('mousedown', down, true)
    return () => {
      el.removeEventListener('pointerdown', press, true)
      el.removeEventListener('mousemove', move)
      el.removeEventListener('mouseleave', leave)
      el.removeEventListener('contextmenu', menu, true)
      el.removeEventListener('mousedown', down, true)
      delete el.dataset.uid
    }
  }, [frame, handle, onArm])
  if (ghost)
    return (
      <div className={styles.ghost} style={{ left: ghost.x + 8, top: ghost.y + 8 }}>
        {ghost.name}
      </div>
    )
  const pod = hover?.cell?.pod
  if (!hover || !pod) return null
  return (
    <div
      className={styles.tip}
      role="tooltip"
      style={{ left: hover.x + 14, top: hover.y + 14 }}
      data-testid="wall-tip"
    >
      <p className="strong">
        {pod.namespace}/{pod.name}
      </p>
      <p>
        {pod.status} {pod.ready}/{pod.containers}
        {pod.restarts ? ` ↻${pod.restarts}` : ''}
      </p>
      <p className="mono muted">
        {pod.node} {pod.ip}
      </p>
    </div>
  )
}
