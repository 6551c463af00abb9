/** Saves the whole map, not only what is in view: as a picture, as a drawing, as text. */
import { words } from '../i18n/i18n.ts'
import { preferences } from '../store/preferences.ts'
import { readPalette } from './ink.ts'
import { LivePlan } from './live.ts'
import { Painter } from './paint.ts'
import type { Plan } from './plan.ts'
import { sceneOf } from './scene.ts'
import { svgOf, textOf } from './twin.ts'

/** What the map can be saved as. */
export type Format = 'png' | 'svg' | 'txt'

/** Longest side of a picture. @unit px */
const SIDE_MAX = 4096
const MARGIN = 24

/** Saves the map as it is now. */
export async function saveMap(format: Format): Promise<void> {
  const live = new LivePlan(preferences.getState().grouping)
  while (live.fill()) await new Promise((next) => requestAnimationFrame(next))
  live.plan.pack()
  const blob = await blobOf(live.plan, format)
  live.close()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `kubarium-map.${format}`
  link.click()
  // The download has begun once the click returned to the browser.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

async function blobOf(plan: Plan, format: Format): Promise<Blob> {
  if (format === 'txt') return new Blob([textOf(plan)], { type: 'text/plain;charset=utf-8' })
  if (format === 'svg') return new Blob([svgOf(plan, readPalette())], { type: 'image/svg+xml' })
  const palette = readPalette()
  const { language } = preferences.getState()
  const width = plan.width - plan.left
  const k = Math.min(2, SIDE_MAX / Math.max(1, width), SIDE_MAX / Math.max(1, plan.height))
  const canvas = document.createElement('canvas')
  const look = {
    x: MARGIN - plan.left * k,
    y: MARGIN,
    k,
    width: Math.ceil(width * k) + MARGIN * 2,
    height: Math.ceil(plan.height * k) + MARGIN * 2,
    ratio: 1,
  }
  const scene = sceneOf({
    plan,
    palette,
    t: (id, values) => words(language, id, values),
    near: false,
    scheduling: false,
  })
  new Painter(canvas).paint(plan, look, scene)
  const ctx = canvas.getContext('2d')
  if (ctx) {
    ctx.globalCompositeOperation = 'destination-over'
    ctx.fillStyle = palette.glass
    ctx.fillRect(0, 0, canvas.width, canvas.height)
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob((b) => (b ? resolve(b) : reject(new Error('no picture'))), 'image/png'),
  )
}
