/** The wall for keyboard and screen reader: one stop of Tab, arrows go from pod to pod, a listbox says where one is. */
import { useStore } from '@xyflow/react'
import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react'
import { useWords } from '../i18n/i18n.ts'
import { select } from '../store/selection.ts'
import { deletePod, powerOff } from '../topology/actions.ts'
import { CORNER, type WallHandle } from './handle.ts'
import { type Group, type Plan, WALL } from './plan.ts'
import styles from './wall.module.css'

/** A place of the cursor: the head of a box is slot -1. */
interface Cursor {
  readonly key: string
  readonly slot: number
}

interface Props {
  readonly handle: WallHandle
  readonly canvas: RefObject<HTMLCanvasElement | null>
}

/** The listbox over the wall. */
export function WallKeys({ handle, canvas }: Props) {
  const t = useWords()
  const transform = useStore((s) => s.transform)
  const [cursor, setCursor] = useState<Cursor>()
  const { plan } = handle.live
  useFilled(plan)
  const group = cursor ? (plan.find(cursor.key) ?? plan.groups[0]) : plan.groups[0]
  const cell = group && cursor ? group.cells[cursor.slot] : undefined
  const keys = (e: KeyboardEvent) => {
    if (!group) return
    const next = stepFrom(plan, group, cursor?.slot ?? -1, e.key)
    if (next) {
      e.preventDefault()
      e.stopPropagation()
      setCursor(next)
      const at = plan.find(next.key)
      if (at) handle.show({ group: at, slot: next.slot })
      return
    }
    if (e.key === 'Enter' || e.key === ' ') {
      e.preventDefault()
      select(cell?.pod ?? group.node)
    } else if (e.key === 'Delete') {
      e.stopPropagation()
      if (cell) deletePod(cell.pod.namespace, cell.pod.name)
      else if (group.node) powerOff(group.node.name)
    } else if (e.key === 'ContextMenu' || (e.shiftKey && e.key === 'F10')) {
      e.preventDefault()
      openMenu(canvas.current, boxOn(plan, group, cell ? (cursor?.slot ?? -1) : -1, transform))
    }
  }
  const pod = cell?.pod
  const said = pod
    ? `Pod ${pod.namespace}/${pod.name}: ${pod.status} ${pod.ready}/${pod.containers}`
    : group
      ? t('wall.group', {
          name: group.key || t('tray.title'),
          ready: group.looks[0] ?? 0,
          n: group.count,
        })
      : ''
  const index = group ? plan.groups.indexOf(group) : -1
  const box = cursor && group ? boxOn(plan, group, cell ? cursor.slot : -1, transform) : undefined
  return (
    <div
      className={styles.keys}
      role="listbox"
      tabIndex={0}
      aria-label={t('wall.label')}
      aria-activedescendant={group ? 'wall-here' : undefined}
      onKeyDown={keys}
      onFocus={() => group && setCursor((c) => c ?? { key: group.key, slot: -1 })}
      onBlur={() => setCursor(undefined)}
      data-testid="wall-keys"
    >
      {group ? (
        <div
          id="wall-here"
          role="option"
          tabIndex={-1}
          aria-selected={cursor !== undefined}
          aria-label={said}
          aria-setsize={cell ? group.count : plan.groups.length}
          aria-posinset={cell ? (cursor?.slot ?? 0) + 1 : index + 1}
          data-testid="wall-cursor"
          className={box ? styles.cursor : ''}
          style={box ? { left: box.x - 4, top: box.y - 44, width: box.w, height: box.h } : {}}
        />
      ) : null}
    </div>
  )
}

/** How often an empty plan is looked at again. @unit real ms */
const LOOK_MS = 100

/** Renders again once a plan that is filled while it is painted has its first box. */
function useFilled(plan: Plan): void {
  const [, look] = useState(0)
  const empty = plan.groups.length === 0
  useEffect(() => {
    if (!empty) return
    const timer = setInterval(() => {
      if (plan.groups.length > 0) look((n) => n + 1)
    }, LOOK_MS)
    return () => clearInterval(timer)
  }, [plan, empty])
}

/** A thing's box, in CSS px of the map. */
function boxOn(
  plan: Plan,
  group: Group,
  slot: number,
  [tx, ty, k]: readonly [number, number, number],
): { x: number; y: number; w: number; h: number } {
  const at = slot < 0 ? group : plan.place({ group, slot })
  const size = slot < 0 ? { w: group.w, h: WALL.head } : { w: WALL.cell, h: WALL.cell }
  return {
    x: tx + (CORNER.x + at.x) * k,
    y: ty + (CORNER.y + at.y) * k,
    w: Math.max(4, size.w * k),
    h: Math.max(4, size.h * k),
  }
}

/** Opens the map's menu where the cursor is, as a right-click there would. */
function openMenu(
  canvas: HTMLCanvasElement | null,
  box: { x: number; y: number; w: number; h: number },
): void {
  const pane = canvas?.parentElement?.querySelector('.react-flow__pane')
  const frame = canvas?.getBoundingClientRect()
  if (!pane || !frame) return
  const at = { clientX: frame.left + box.x + box.w / 2, clientY: frame.top + box.y + box.h / 2 }
  pane.dispatchEvent(new MouseEvent('contextmenu', { ...at, bubbles: true, cancelable: true }))
}

/** Where a key leads from a slot; empty cells are skipped. Undefined for keys that lead nowhere. */
export function stepFrom(plan: Plan, group: Group, slot: number, key: string): Cursor | undefined {
  const index = plan.groups.indexOf(group)
  const box = (i: number, s = -1): Cursor | undefined => {
    const g = plan.groups[Math.max(0, Math.min(plan.groups.length - 1, i))]
    return g && { key: g.key, slot: s }
  }
  const seek = (from: number, by: number): Cursor | undefined => {
    for (let s = from; s >= 0 && s < group.cells.length; s += by)
      if (group.cells[s]) return { key: group.key, slot: s }
    return undefined
  }
  switch (key) {
    case 'ArrowRight':
      return seek(slot + 1, 1) ?? box(index + 1)
    case 'ArrowLeft':
      return slot < 0 ? box(index - 1) : (seek(slot - 1, -1) ?? { key: group.key, slot: -1 })
    case 'ArrowDown':
      return slot < 0
        ? (seek(0, 1) ?? box(index + 1))
        : (seek(slot + group.cols, group.cols) ?? box(index + 1))
    case 'ArrowUp':
      return slot < 0
        ? box(index - 1)
        : (seek(slot - group.cols, -group.cols) ?? { key: group.key, slot: -1 })
    case 'PageDown':
      return box(index + 1)
    case 'PageUp':
      return box(index - 1)
    case 'Home':
      return box(0)
    case 'End':
      return box(plan.groups.length - 1)
    default:
      return undefined
  }
}
