/**
 * The wall: the crowd of pods behind the cards of the map, on one canvas that follows the map's viewport. Hovering,
 * clicking, dragging and keys find things by position; assistive technology hears of them through a listbox.
 */
import { useReactFlow, useStoreApi } from '@xyflow/react'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { type Translate, words } from '../i18n/i18n.ts'
import { pointed } from '../layers/layers.ts'
import { usePreference } from '../store/preferences.ts'
import { selection } from '../store/selection.ts'
import { cards, worldStore } from '../store/world.ts'
import { stage } from '../topology/director.ts'
import { quest } from './find.ts'
import { CORNER, NEAR, type WallHandle } from './handle.ts'
import { readPalette } from './ink.ts'
import { LivePlan } from './live.ts'
import { NearCells } from './NearCells.tsx'
import { type Look, Painter } from './paint.ts'
import { type Grouping, WALL } from './plan.ts'
import { sceneOf } from './scene.ts'
import { useHands } from './useHands.tsx'
import { WallKeys } from './WallKeys.tsx'
import styles from './wall.module.css'

/** How often news are drawn, when nothing else asks for a picture. @unit real ms */
const NEWS_MS = 80

interface Props {
  readonly frame: RefObject<HTMLDivElement | null>
  readonly grouping: Grouping
  readonly onArm: (armed: boolean, over: boolean) => void
  readonly onReady: (handle: WallHandle | undefined) => void
}

/** The wall. */
export function Wall({ frame, grouping, onArm, onReady }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const store = useStoreApi()
  const flow = useReactFlow()
  const [handle, setHandle] = useState<WallHandle>()
  const paintRef = usePicture(canvas, handle?.live)

  useEffect(() => {
    const live = new LivePlan(grouping)
    const pointOf = (clientX: number, clientY: number) => {
      const [tx, ty, k] = store.getState().transform
      const box = canvas.current?.getBoundingClientRect()
      return {
        x: (clientX - (box?.left ?? 0) - tx) / k - CORNER.x,
        y: (clientY - (box?.top ?? 0) - ty) / k - CORNER.y,
      }
    }
    const made: WallHandle = {
      live,
      at: (clientX, clientY) => {
        const p = pointOf(clientX, clientY)
        return live.plan.at(p.x, p.y)
      },
      headPx: () => WALL.head * store.getState().transform[2],
      show: ({ group, slot }) => {
        const at = slot < 0 ? { x: group.x, y: group.y } : live.plan.place({ group, slot })
        const [tx, ty, k] = store.getState().transform
        const { width, height } = store.getState()
        const x = tx + (at.x + CORNER.x) * k
        const y = ty + (at.y + CORNER.y) * k
        const size = WALL.cell * k
        const margin = 60
        if (x < 8 || y < margin || x + size > width - 8 || y + size > height - margin)
          void flow.setViewport({ x: tx + width / 2 - x, y: ty + height / 2 - y, zoom: k })
      },
      paint: () => paintRef.current(),
    }
    setHandle(made)
    onReady(made)
    return () => {
      live.close()
      onReady(undefined)
    }
  }, [grouping, store, flow, onReady, paintRef])

  const ghost = useHands(frame, handle, onArm)
  return (
    <>
      <canvas ref={canvas} className={styles.canvas} data-testid="wall" />
      {handle ? <NearCells handle={handle} /> : null}
      {handle ? <WallKeys handle={handle} canvas={canvas} /> : null}
      {ghost}
    </>
  )
}

/** Keeps the canvas painted: at once when the view moves, a few times a second when the cluster does. */
function usePicture(
  canvas: RefObject<HTMLCanvasElement | null>,
  live: LivePlan | undefined,
): RefObject<() => void> {
  const store = useStoreApi()
  const language = usePreference((p) => p.language)
  const theme = usePreference((p) => p.theme)
  const layers = usePreference((p) => p.layers)
  const scheduling = layers.includes('scheduling')
  const paintNow = useRef<() => void>(() => {})
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme is a new palette
  useEffect(() => {
    const el = canvas.current
    if (!el || !live) return
    const painter = new Painter(el)
    // The theme's tokens are on the page once this effect runs.
    const palette = readPalette()
    const t: Translate = (id, values) => words(language, id, values)
    let asked = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const paint = () => {
      asked = 0
      live.dirty = false
      const more = live.fill()
      live.plan.pack()
      const { plan } = live
      const look = lookOf(store.getState())
      const near = store.getState().transform[2] >= NEAR
      painter.paint(plan, look, sceneOf({ plan, palette, t, near, scheduling }))
      el.dataset.pods = String(plan.cells.size)
      if (more) ask()
    }
    const ask = () => {
      if (asked === 0) asked = requestAnimationFrame(paint)
    }
    const later = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        ask()
      }, NEWS_MS)
    }
    paintNow.current = ask
    let seen = store.getState()
    const stops = [
      store.subscribe((s) => {
        const same = s.transform === seen.transform && s.width === seen.width
        if (same && s.height === seen.height) return
        seen = s
        ask()
      }),
      cards.listen('now', later),
      selection.subscribe(ask),
      quest.subscribe(ask),
      pointed.subscribe(ask),
      stage.subscribe((s, before) => {
        if (s.scheduling !== before.scheduling) later()
      }),
      worldStore.subscribe((s, before) => {
        if (s.machines !== before.machines) later()
      }),
      () => cancelAnimationFrame(asked),
      () => clearTimeout(timer),
    ]
    ask()
    return () => {
      for (const stop of stops) stop()
    }
  }, [canvas, live, store, language, theme, layers])
  return paintNow
}

/** The part of the wall that the map's viewport shows. */
function lookOf(s: {
  readonly transform: readonly [number, number, number]
  readonly width: number
  readonly height: number
}): Look {
  const ratio = window.devicePixelRatio || 1
  const [tx, ty, k] = s.transform
  return {
    x: (tx + CORNER.x * k) * ratio,
    y: (ty + CORNER.y * k) * ratio,
    k: k * ratio,
    width: Math.max(1, Math.round(s.width * ratio)),
    height: Math.max(1, Math.round(s.height * ratio)),
    ratio,
  }
}
