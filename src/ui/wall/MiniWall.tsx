/** The whole wall in a corner, with the part in view; a click or a drag there moves the view. */
import { Panel, useReactFlow, useStoreApi } from '@xyflow/react'
import { type PointerEvent, useEffect, useRef } from 'react'
import { useWords } from '../i18n/i18n.ts'
import { usePreference } from '../store/preferences.ts'
import { CORNER, type WallHandle } from './handle.ts'
import { readPalette } from './ink.ts'
import { type Group, LOOKS } from './plan.ts'
import styles from './wall.module.css'

/** @unit CSS px */
const WIDTH = 168
const HEIGHT = 116
/** How often it follows the cluster. @unit real ms */
const LOOK_MS = 500

const READY = LOOKS.indexOf('ready')
const BROKEN = [LOOKS.indexOf('failed'), LOOKS.indexOf('restarting'), LOOKS.indexOf('unknown')]

/** The map in small. */
export function MiniWall({ handle }: { handle: WallHandle }) {
  const t = useWords()
  const canvas = useRef<HTMLCanvasElement>(null)
  const store = useStoreApi()
  const flow = useReactFlow()
  const theme = usePreference((p) => p.theme)
  const scale = useRef({ k: 1, left: 0 })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme is a new palette
  useEffect(() => {
    const el = canvas.current
    const ctx = el?.getContext('2d')
    if (!el || !ctx) return
    const palette = readPalette()
    const ratio = window.devicePixelRatio || 1
    el.width = WIDTH * ratio
    el.height = HEIGHT * ratio
    const still = document.createElement('canvas')
    still.width = el.width
    still.height = el.height
    const colourOf = (g: Group) => {
      if (g.node && g.node.ready !== 'True') return palette.bad
      if (BROKEN.some((i) => (g.looks[i] ?? 0) > 0)) return palette.warn
      return g.count > 0 && g.looks[READY] === g.count ? palette.strong : palette.muted
    }
    const drawBoxes = () => {
      const { plan } = handle.live
      const width = Math.max(1, plan.width - plan.left)
      const k = Math.min((el.width - 8) / width, (el.height - 8) / Math.max(1, plan.height))
      scale.current = { k: k / ratio, left: plan.left }
      const to = still.getContext('2d')
      to?.clearRect(0, 0, el.width, el.height)
      for (const g of plan.groups) {
        if (!to) break
        to.fillStyle = colourOf(g)
        const size = [Math.max(1, g.w * k - 0.5), Math.max(1, g.h * k - 0.5)] as const
        to.fillRect(4 + (g.x - plan.left) * k, 4 + g.y * k, ...size)
      }
      drawView()
    }
    const drawView = () => {
      const { transform, width, height } = store.getState()
      const [tx, ty, zoom] = transform
      const k = scale.current.k * ratio
      ctx.clearRect(0, 0, el.width, el.height)
      ctx.drawImage(still, 0, 0)
      ctx.strokeStyle = palette.accent
      ctx.lineWidth = 2 * ratio
      const atX = 4 + (-tx / zoom - CORNER.x - scale.current.left) * k
      const atY = 4 + (-ty / zoom - CORNER.y) * k
      // All in view: there is nothing to find, and it would cover a part of it.
      const { plan } = handle.live
      const all =
        atX <= 4 &&
        atY <= 4 &&
        atX + (width / zoom) * k >= 4 + (plan.width - plan.left) * k &&
        atY + (height / zoom) * k >= 4 + plan.height * k
      el.parentElement?.toggleAttribute('data-idle', all)
      const x = Math.max(1, atX)
      const y = Math.max(1, atY)
      const right = Math.min(el.width - 1, atX + (width / zoom) * k)
      const bottom = Math.min(el.height - 1, atY + (height / zoom) * k)
      ctx.strokeRect(x, y, Math.max(4, right - x), Math.max(4, bottom - y))
    }
    let transform = store.getState().transform
    const stop = store.subscribe((s) => {
      if (s.transform === transform) return
      transform = s.transform
      drawView()
    })
    const timer = setInterval(drawBoxes, LOOK_MS)
    drawBoxes()
    return () => {
      stop()
      clearInterval(timer)
    }
  }, [handle, store, theme])
  const go = (e: PointerEvent) => {
    if (e.buttons !== 1) return
    const box = e.currentTarget.getBoundingClientRect()
    const { k, left } = scale.current
    const x = (e.clientX - box.left - 4) / k + left + CORNER.x
    const y = (e.clientY - box.top - 4) / k + CORNER.y
    const { transform, width, height } = store.getState()
    const zoom = transform[2]
    void flow.setViewport({ x: width / 2 - x * zoom, y: height / 2 - y * zoom, zoom })
  }
  return (
    <Panel position="bottom-right" className={styles.mini} data-exact="">
      <canvas
        ref={canvas}
        style={{ width: WIDTH, height: HEIGHT }}
        role="img"
        aria-label={t('wall.mini')}
        onPointerDown={go}
        onPointerMove={go}
        data-testid="wall-mini"
      />
    </Panel>
  )
}
