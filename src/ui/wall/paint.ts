/**
 * Draws the wall: pixel by pixel when cells are specks, with shapes when they can be told apart, and the heads of the
 * boxes over both. The cost of a picture is bounded by what is in view, and by the pixels of the view when all is.
 */
import { type Palette, pixelOf } from './ink.ts'
import { paintMarks, tintOf } from './paintmarks.ts'
import { type Cell, type Group, type Plan, WALL } from './plan.ts'
import { Sprites } from './sprites.ts'

/** What part of the wall is seen. @unit x, y: device px of the wall's corner; k: device px for one of the map */
export interface Look {
  readonly x: number
  readonly y: number
  readonly k: number
  readonly width: number
  readonly height: number
  /** Device px for one CSS px. */
  readonly ratio: number
}

/** What a picture shows beyond the plan. */
export interface Scene {
  readonly palette: Palette
  readonly bright: (cell: Cell) => boolean
  readonly moodOf: (group: Group) => Mood
  /** Asked only of boxes whose head can be read. */
  readonly labelOf: (group: Group) => GroupLabel
  /** Marks of the layers on a pod, as bits; undefined when no layer marks anything. */
  readonly marks: ((cell: Cell) => number) | undefined
  readonly selected: string | undefined
  readonly now: number
  /** Cells drawn by somebody else, because the reader is that near. */
  readonly bare: boolean
}

/** What the head of a box says. @shape shares: 0..1 */
export interface GroupLabel {
  readonly title: string
  readonly state: string
  readonly tone: 'good' | 'bad' | 'warn' | ''
  readonly note: string
  readonly bars: readonly { readonly share: number; readonly text: string }[]
}

/** How a box looks: plain, its node lost, filtered out by the scheduler, or chosen by it. */
export type Mood = '' | 'lost' | 'dim' | 'win'

/** Below this size a cell is pixels, from it on a shape. @unit device px */
const SHAPE_FROM = 10
/** Below this size the patterns of states cannot be told apart. @unit device px */
const PATTERN_FROM = 4

/** The painter of one canvas. */
export class Painter {
  private readonly ctx: CanvasRenderingContext2D
  private pixels: ImageData | undefined
  private words = new Uint32Array(0)
  private sprites: Sprites | undefined
  private shades: Shades | undefined
  private palette: Palette | undefined

  constructor(private readonly canvas: HTMLCanvasElement) {
    const ctx = canvas.getContext('2d')
    if (!ctx) throw new Error('this browser gives no canvas')
    this.ctx = ctx
  }

  paint(plan: Plan, look: Look, scene: Scene): void {
    const { ctx, canvas } = this
    if (canvas.width !== look.width || canvas.height !== look.height) {
      canvas.width = look.width
      canvas.height = look.height
    }
    if (this.palette !== scene.palette) {
      this.palette = scene.palette
      this.sprites = new Sprites(scene.palette)
      this.shades = shadesOf(scene.palette)
    }
    const size = WALL.cell * look.k
    const seen = plan.groups.filter((g) => inView(g, look))
    if (size < SHAPE_FROM) this.paintPixels(seen, look, scene)
    else {
      ctx.clearRect(0, 0, look.width, look.height)
      for (const g of seen) this.paintBox(g, look, scene)
      if (!scene.bare) for (const g of seen) this.paintCells(g, look, scene)
    }
    for (const g of seen) paintHead(ctx, g, look, scene)
    this.paintSelected(plan, look, scene)
  }

  private paintPixels(seen: readonly Group[], look: Look, scene: Scene): void {
    const { width, height, k } = look
    if (this.pixels?.width !== width || this.pixels.height !== height) {
      this.pixels = new ImageData(width, height)
      this.words = new Uint32Array(this.pixels.data.buffer)
    }
    const words = this.words
    const shades = this.shades as Shades
    words.fill(0)
    const step = WALL.step * k
    const size = Math.max(1, Math.round(WALL.cell * k))
    for (const g of seen) {
      const mood = scene.moodOf(g)
      const gx = look.x + g.x * k
      const gy = look.y + g.y * k
      const ground = mood === 'lost' ? shades.lost : shades.card
      fill(words, look, gx, gy, g.w * k, g.h * k, ground)
      const left = gx + WALL.pad * k
      const top = gy + WALL.head * k
      for (const cell of g.cells) {
        if (!cell) continue
        const x = Math.round(left + (cell.slot % g.cols) * step)
        const y = Math.round(top + Math.floor(cell.slot / g.cols) * step)
        if (x + size < 0 || y + size < 0 || x >= width || y >= height) continue
        const bright = mood !== 'dim' && scene.bright(cell)
        const tints = bright ? shades.bright : shades.dim
        const marks = scene.marks?.(cell) ?? 0
        if (marks === 0) mark(words, look, x, y, size, cell, tints)
        else fill(words, look, x, y, size, size, tintOf(marks, tints))
      }
    }
    this.ctx.putImageData(this.pixels, 0, 0)
  }

  private paintBox(g: Group, look: Look, scene: Scene): void {
    const { ctx } = this
    const p = scene.palette
    const mood = scene.moodOf(g)
    const [x, y, w, h] = boxOf(g, look)
    ctx.beginPath()
    ctx.roundRect(x, y, w, h, Math.min(10 * look.k, 14 * look.ratio))
    ctx.fillStyle = mood === 'lost' ? p.sunk : p.card
    ctx.fill()
    ctx.lineWidth = mood === 'win' ? 2 * look.ratio : look.ratio
    ctx.strokeStyle = mood === 'win' ? p.accent : mood === 'lost' ? p.bad : p.line
    ctx.setLineDash(mood === 'lost' ? [6 * look.ratio, 4 * look.ratio] : [])
    ctx.stroke()
    ctx.setLineDash([])
  }

  private paintCells(g: Group, look: Look, scene: Scene): void {
    const { ctx } = this
    const { k } = look
    const size = WALL.cell * k
    const sprites = this.sprites as Sprites
    const sheet = sprites.sheet(size)
    const letters = size >= 20 * look.ratio
    const dimBox = scene.moodOf(g) === 'dim'
    const first = Math.max(0, Math.floor((-look.y / k - g.y - WALL.head) / WALL.step))
    for (let slot = first * g.cols; slot < g.cells.length; slot++) {
      const cell = g.cells[slot]
      if (!cell) continue
      const x = look.x + (g.x + WALL.pad + (slot % g.cols) * WALL.step) * k
      const y = look.y + (g.y + WALL.head + Math.floor(slot / g.cols) * WALL.step) * k
      if (y > look.height) break
      if (x + size < 0 || y + size < 0 || x > look.width) continue
      ctx.globalAlpha = dimBox || !scene.bright(cell) ? 0.18 : 1
      sprites.copy(ctx, sheet, cell, x, y, size)
      if (letters) sprites.letters(ctx, cell, x, y, size)
      const marks = scene.marks?.(cell) ?? 0
      if (marks) paintMarks(ctx, marks, { x, y, size }, scene.palette)
      if (cell.pod.look === 'terminating') this.paintGrace(cell, x, y, size, scene)
    }
    ctx.globalAlpha = 1
  }

  /** What is left of the grace period, as an arc around the cell. */
  private paintGrace(cell: Cell, x: number, y: number, size: number, scene: Scene): void {
    const { ctx } = this
    const grace = (cell.pod.grace ?? 30) * 1000
    const left = grace > 0 ? ((cell.pod.deleting ?? scene.now) - scene.now) / grace : 0
    const share = Math.max(0, Math.min(1, left))
    ctx.beginPath()
    const r = size * 0.42
    ctx.arc(x + size / 2, y + size / 2, r, -Math.PI / 2, -Math.PI / 2 + share * Math.PI * 2)
    ctx.strokeStyle = scene.palette.paints[cell.ink.ink]?.line ?? scene.palette.line
    ctx.lineWidth = Math.max(1.5, size * 0.06)
    ctx.stroke()
  }

  private paintSelected(plan: Plan, look: Look, scene: Scene): void {
    const { selected } = scene
    if (selected === undefined) return
    const { ctx } = this
    const cell = plan.cells.get(selected)
    const group = cell ? undefined : plan.groups.find((g) => g.node?.uid === selected)
    if (!cell && !group) return
    const [x, y, w, h] = cell ? cellBox(plan, cell, look) : boxOf(group as Group, look)
    const grow = cell ? 2 * look.ratio : 0
    // A speck needs a frame that can be seen.
    const more = Math.max(grow, (8 * look.ratio - w) / 2)
    ctx.beginPath()
    ctx.roundRect(x - more, y - more, w + more * 2, h + more * 2, Math.min(8 * look.k, 8))
    ctx.strokeStyle = scene.palette.accent
    ctx.lineWidth = 2 * look.ratio
    ctx.stroke()
  }
}

/** A cell in device px: x, y, width, height. */
export function cellBox(plan: Plan, cell: Cell, look: Look): [number, number, number, number] {
  const at = plan.place(cell)
  const size = WALL.cell * look.k
  return [look.x + at.x * look.k, look.y + at.y * look.k, size, size]
}

/** A group's box in device px: x, y, width, height. */
export function boxOf(g: Group, look: Look): [number, number, number, number] {
  return [look.x + g.x * look.k, look.y + g.y * look.k, g.w * look.k, g.h * look.k]
}

function inView(g: Group, look: Look): boolean {
  const [x, y, w, h] = boxOf(g, look)
  return x + w >= 0 && y + h >= 0 && x <= look.width && y <= look.height
}

/** Pixels of every ink: filled, of its line, pale. */
interface Tints {
  readonly fill: Uint32Array
  readonly line: Uint32Array
  readonly pale: Uint32Array
  readonly bad: number
  readonly warn: number
  readonly accent: number
}
interface Shades {
  readonly bright: Tints
  readonly dim: Tints
  readonly card: number
  readonly lost: number
}

function shadesOf(p: Palette): Shades {
  const tints = (share: number): Tints => ({
    fill: Uint32Array.from(p.paints, (x) => pixelOf(x.fill, p.card, share)),
    line: Uint32Array.from(p.paints, (x) => pixelOf(x.line, p.card, share)),
    pale: Uint32Array.from(p.paints, (x) => pixelOf(x.fill, p.card, share * 0.4)),
    bad: pixelOf(p.bad, p.card, share),
    warn: pixelOf(p.warn, p.card, share),
    accent: pixelOf(p.accent, p.card, share),
  })
  return {
    bright: tints(1),
    dim: tints(0.16),
    card: pixelOf(p.card),
    lost: pixelOf(p.bad, p.sunk, 0.22),
  }
}

function fill(
  words: Uint32Array,
  look: Look,
  x: number,
  y: number,
  w: number,
  h: number,
  colour: number,
): void {
  const left = Math.max(0, Math.round(x))
  const right = Math.min(look.width, Math.round(x + w))
  const bottom = Math.min(look.height, Math.round(y + h))
  if (left >= right) return
  for (let row = Math.max(0, Math.round(y)); row < bottom; row++)
    words.fill(colour, row * look.width + left, row * look.width + right)
}

/** One cell as pixels: solid, hollow, dashed, hatched or notched, as its bigger shape is. */
function mark(
  words: Uint32Array,
  look: Look,
  x: number,
  y: number,
  size: number,
  cell: Cell,
  tints: Tints,
): void {
  const { ink } = cell.ink
  const state = cell.pod.look
  const small = size < PATTERN_FROM
  const broken = state === 'failed' || state === 'restarting' || state === 'unknown'
  const coming = state === 'pending' || state === 'creating'
  const colour = small
    ? broken
      ? tints.bad
      : coming && cell.pod.unschedulable
        ? tints.warn
        : (coming || state === 'notready' || state === 'succeeded' || state === 'terminating'
            ? tints.pale
            : tints.fill)[ink]!
    : (state === 'succeeded' || state === 'terminating'
        ? tints.pale
        : state === 'ready' || state === 'restarting'
          ? tints.fill
          : tints.line)[ink]!
  const last = size - 1
  for (let dy = 0; dy < size; dy++) {
    const py = y + dy
    if (py < 0 || py >= look.height) continue
    for (let dx = 0; dx < size; dx++) {
      const px = x + dx
      if (px < 0 || px >= look.width) continue
      if (!small && !inked(state, dx, dy, last)) continue
      words[py * look.width + px] = colour
    }
  }
}

function inked(state: string, dx: number, dy: number, last: number): boolean {
  const edge = dx === 0 || dy === 0 || dx === last || dy === last
  switch (state) {
    case 'notready':
    case 'unknown':
      return edge
    case 'pending':
    case 'creating':
      return edge && (dx + dy) % 3 !== 2
    case 'failed':
      return edge || (dx + dy) % 3 === 0
    case 'restarting':
      return dx + (last - dy) < last * 1.45
    default:
      return true
  }
}

const FONT = 'Inter, system-ui, sans-serif'

function paintHead(ctx: CanvasRenderingContext2D, g: Group, look: Look, scene: Scene): void {
  const [x, y, w] = boxOf(g, look)
  const { k, ratio } = look
  const p = scene.palette
  const room = WALL.head * k
  const pad = WALL.pad * k
  if (room < 3 * ratio) return
  const label = scene.labelOf(g)
  const mood = scene.moodOf(g)
  const size = Math.min(13 * Math.max(k, ratio), Math.max(10 * ratio, 13 * k), room * 0.62)
  if (size < 9 * ratio) {
    paintThinBars(ctx, label, look, scene, { x: x + pad, y: y + room * 0.4, w: w - pad * 2 })
    return
  }
  ctx.textBaseline = 'middle'
  const line = k / ratio > 0.45 ? y + 20 * k : y + room * 0.4
  ctx.font = `600 ${size}px ${FONT}`
  ctx.fillStyle = mood === 'lost' || mood === 'dim' ? p.muted : p.text
  const title = fitted(ctx, label.title, w - pad * 2)
  ctx.fillText(title, x + pad, line)
  let at = x + pad + ctx.measureText(title).width + 8 * ratio
  ctx.font = `400 ${Math.min(size, 12 * Math.max(k, ratio))}px ${FONT}`
  if (label.state) {
    ctx.fillStyle = label.tone ? p[label.tone] : p.muted
    const state = fitted(ctx, label.state, x + w - pad - at)
    ctx.fillText(state, at, line)
    at += ctx.measureText(state).width + 10 * ratio
  }
  const note = ctx.measureText(label.note).width
  if (label.note && at + note < x + w - pad) {
    ctx.fillStyle = p.muted
    ctx.fillText(label.note, x + w - pad - note, line)
  }
  paintBars(ctx, label, look, scene, { x: x + pad, y: y + 36 * k, w: w - pad * 2 })
}

interface Strip {
  readonly x: number
  readonly y: number
  readonly w: number
}

function paintThinBars(
  ctx: CanvasRenderingContext2D,
  label: GroupLabel,
  look: Look,
  scene: Scene,
  at: Strip,
): void {
  const h = Math.max(1, 8 * look.k)
  for (const [i, bar] of label.bars.entries()) {
    const y = at.y + i * h * 1.8
    ctx.fillStyle = scene.palette.line
    ctx.fillRect(at.x, y, at.w, h)
    ctx.fillStyle = bar.share > 0.85 ? scene.palette.warn : scene.palette.strong
    ctx.fillRect(at.x, y, at.w * Math.min(1, bar.share), h)
  }
}

function paintBars(
  ctx: CanvasRenderingContext2D,
  label: GroupLabel,
  look: Look,
  scene: Scene,
  at: Strip,
): void {
  const { k, ratio } = look
  const h = Math.max(2, 5 * k)
  const gap = 12 * k
  const w = (at.w - gap) / 2
  for (const [i, bar] of label.bars.entries()) {
    const x = at.x + i * (w + gap)
    ctx.fillStyle = scene.palette.raise
    ctx.fillRect(x, at.y, w, h)
    ctx.fillStyle = bar.share > 0.85 ? scene.palette.warn : scene.palette.strong
    ctx.fillRect(x, at.y, w * Math.min(1, bar.share), h)
    const size = 11 * k
    if (size < 9 * ratio) continue
    ctx.font = `400 ${size}px ${FONT}`
    ctx.fillStyle = scene.palette.muted
    ctx.fillText(fitted(ctx, bar.text, w), x, at.y + h + 8 * k)
  }
}

/** The text as far as it fits, with an ellipsis. */
function fitted(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (width <= 0) return ''
  const whole = ctx.measureText(text).width
  if (whole <= width) return text
  const n = Math.floor((text.length * width) / whole) - 1
  return n < 1 ? '' : `${text.slice(0, n)}…`
}
