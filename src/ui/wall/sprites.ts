/** The shapes of pods at one size, drawn when first needed and copied: hue and shade by row, state by column. */
import type { PodLook } from '../../protocol/cards.ts'
import type { Paint, Palette } from './ink.ts'
import { type Cell, LOOKS } from './plan.ts'

/** One drawn sheet. @unit size: device px of one sprite */
interface Sheet {
  readonly canvas: HTMLCanvasElement
  readonly size: number
  /** Which are there. @shape 1 once drawn, by row and column */
  readonly drawn: Uint8Array
}

/** Sizes that are drawn; what lies between is scaled down from the next. @unit device px */
const SIZES = [12, 16, 20, 26, 34, 44, 60, 80, 120, 200, 320] as const

/** The sheets of one theme. */
export class Sprites {
  private readonly sheets = new Map<number, Sheet>()

  constructor(private readonly palette: Palette) {}

  sheet(wanted: number): Sheet {
    const size = SIZES.find((s) => s >= wanted) ?? (SIZES.at(-1) as number)
    let sheet = this.sheets.get(size)
    if (!sheet) {
      sheet = this.blank(size)
      this.sheets.set(size, sheet)
    }
    return sheet
  }

  /** Copies the shape of a cell from a sheet. */
  copy(ctx: CanvasRenderingContext2D, sheet: Sheet, cell: Cell, x: number, y: number, to: number) {
    const { canvas, size, drawn } = sheet
    const column = LOOKS.indexOf(cell.pod.look)
    const row = cell.ink.ink
    const at = row * LOOKS.length + column
    if (!drawn[at]) {
      drawn[at] = 1
      this.draw(sheet, row, column)
    }
    ctx.drawImage(canvas, column * size, row * size, size, size, x, y, to, to)
  }

  /** The owner's monogram on a cell. */
  letters(ctx: CanvasRenderingContext2D, cell: Cell, x: number, y: number, size: number): void {
    const paint = this.palette.paints[cell.ink.ink] as Paint
    const solid = cell.pod.look === 'ready' || cell.pod.look === 'restarting'
    ctx.font = `550 ${size * 0.3}px "JetBrains Mono", ui-monospace, Menlo, Consolas, monospace`
    ctx.textAlign = 'center'
    ctx.textBaseline = 'middle'
    ctx.fillStyle = solid ? paint.on : paint.line
    const low = cell.pod.look === 'restarting' ? 0.62 : cell.pod.look === 'succeeded' ? 0.4 : 0.52
    ctx.fillText(cell.ink.monogram, x + size / 2, y + size * low)
    ctx.textAlign = 'left'
  }

  private blank(size: number): Sheet {
    const rows = this.palette.paints.length
    const canvas = document.createElement('canvas')
    canvas.width = size * LOOKS.length
    canvas.height = size * rows
    return { canvas, size, drawn: new Uint8Array(rows * LOOKS.length) }
  }

  private draw({ canvas, size }: Sheet, row: number, column: number): void {
    const paint = this.palette.paints[row]
    const look = LOOKS[column]
    const ctx = canvas.getContext('2d')
    if (!ctx || !paint || !look) return
    ctx.save()
    ctx.translate(column * size, row * size)
    ctx.scale(size / 40, size / 40)
    drawShape(ctx, look, paint, this.palette)
    ctx.restore()
  }
}

/** The shape of a state in a box of 40; the same that PodCell draws as SVG. */
function drawShape(
  ctx: CanvasRenderingContext2D,
  look: PodLook,
  paint: Paint,
  palette: Palette,
): void {
  const box = (inset: number, r = 7) => {
    ctx.beginPath()
    ctx.roundRect(inset, inset, 40 - inset * 2, 40 - inset * 2, r)
  }
  ctx.lineWidth = 2.4
  ctx.strokeStyle = paint.line
  ctx.fillStyle = paint.fill
  switch (look) {
    case 'pending':
    case 'creating':
      ctx.setLineDash([4, 3])
      box(2)
      return ctx.stroke()
    case 'notready':
    case 'unknown':
      box(2)
      return ctx.stroke()
    case 'restarting':
      ctx.fill(
        new Path2D('M8 1h14a11 11 0 0 0 17 12v19a7 7 0 0 1-7 7H8a7 7 0 0 1-7-7V8a7 7 0 0 1 7-7z'),
      )
      ctx.strokeStyle = palette.warn
      return ctx.stroke(new Path2D('M28 3a6 6 0 1 0 9 5'))
    case 'failed':
      return drawHatched(ctx, palette, box)
    case 'succeeded':
      ctx.globalAlpha = 0.35
      box(1)
      ctx.fill()
      ctx.globalAlpha = 1
      return ctx.stroke(new Path2D('M14 29l4 4 8-8'))
    case 'terminating':
      ctx.globalAlpha = 0.35
      box(5, 5)
      ctx.fill()
      ctx.globalAlpha = 1
      return
    default:
      box(1)
      return ctx.fill()
  }
}

function drawHatched(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  box: (inset: number) => void,
): void {
  ctx.save()
  box(1.5)
  ctx.clip()
  ctx.lineWidth = 1.6
  for (let i = -40; i < 40; i += 8) {
    ctx.beginPath()
    ctx.moveTo(i, 0)
    ctx.lineTo(i + 40, 40)
    ctx.moveTo(i + 40, 0)
    ctx.lineTo(i, 40)
    ctx.stroke()
  }
  ctx.restore()
  box(1.5)
  ctx.stroke()
  ctx.beginPath()
  ctx.roundRect(8, 12, 24, 16, 4)
  ctx.fillStyle = palette.card
  ctx.fill()
}
