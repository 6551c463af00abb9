/** Near the wall, the few pods in view are elements that show their inside. */
import { useStore, ViewportPortal } from '@xyflow/react'
import { useEffect, useState } from 'react'
import { select, useSelection } from '../store/selection.ts'
import { cards } from '../store/world.ts'
import { CORNER, NEAR, type WallHandle } from './handle.ts'
import { PodInside } from './PodInside.tsx'
import type { Cell } from './plan.ts'
import { WALL } from './plan.ts'
import styles from './wall.module.css'

/** At the nearest zoom that shows insides, a large screen has room for about this many. */
const SHOWN_MAX = 150
/** How often the insides follow the cluster. @unit real ms */
const LOOK_MS = 120

/** Pods in view, when the reader is near. */
export function NearCells({ handle }: { handle: WallHandle }) {
  const near = useStore((s) => s.transform[2] >= NEAR)
  return near ? <Inside handle={handle} /> : null
}

function Inside({ handle }: { handle: WallHandle }) {
  const transform = useStore((s) => s.transform)
  const width = useStore((s) => s.width)
  const height = useStore((s) => s.height)
  const selected = useSelection((s) => s.selected?.uid)
  const [, setTick] = useState(0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = cards.listen('now', () => {
      timer ??= setTimeout(() => {
        timer = undefined
        setTick((n) => n + 1)
      }, LOOK_MS)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [])
  const [tx, ty, k] = transform
  const left = -tx / k - CORNER.x - WALL.cell
  const top = -ty / k - CORNER.y - WALL.cell
  const shown = cellsWithin(handle, left, top, left + width / k + 80, top + height / k + 80)
  return (
    <ViewportPortal>
      {shown.map((c) => {
        const at = handle.live.plan.place(c)
        return (
          <button
            type="button"
            key={c.pod.uid}
            className={`${styles.near} nodrag nopan`}
            style={{ transform: `translate(${at.x + CORNER.x}px, ${at.y + CORNER.y}px)` }}
            data-testid="pod"
            data-uid={c.pod.uid}
            data-pod={c.pod.name}
            data-look={c.pod.look}
            aria-label={`Pod ${c.pod.namespace}/${c.pod.name}: ${c.pod.status} ${c.pod.ready}/${c.pod.containers}`}
            onClick={() => select(c.pod)}
          >
            <PodInside pod={c.pod} selected={selected === c.pod.uid} bright={c.bright} />
          </button>
        )
      })}
    </ViewportPortal>
  )
}

function cellsWithin(
  { live }: WallHandle,
  left: number,
  top: number,
  right: number,
  bottom: number,
): Cell[] {
  const out: Cell[] = []
  for (const g of live.plan.groups) {
    if (g.x > right || g.y > bottom || g.x + g.w < left || g.y + g.h < top) continue
    for (const c of g.cells) {
      if (!c) continue
      const at = live.plan.place(c)
      if (at.x > right || at.x < left || at.y > bottom || at.y < top) continue
      out.push(c)
      if (out.length >= SHOWN_MAX) return out
    }
  }
  return out
}
