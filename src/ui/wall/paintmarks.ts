/** Marks of the layers on the canvas: the shapes that `layers/PodMarks.tsx` draws as elements, or a tint for specks. */
import { MARK } from '../layers/marks.ts'
import type { Palette } from './ink.ts'

interface Square {
  readonly x: number
  readonly y: number
  /** @unit device px for the 40 of a cell */
  readonly size: number
}

/** Draws the marks over one cell. */
export function paintMarks(
  ctx: CanvasRenderingContext2D,
  marks: number,
  { x, y, size }: Square,
  p: Palette,
): void {
  const k = size / 40
  const shape = (points: readonly (readonly [number, number])[], fill: string, line: string) => {
    ctx.beginPath()
    for (const [i, [px, py]] of points.entries())
      ctx[i === 0 ? 'moveTo' : 'lineTo'](x + px * k, y + py * k)
    ctx.closePath()
    ctx.fillStyle = fill
    ctx.fill()
    ctx.strokeStyle = line
    ctx.lineWidth = Math.max(1, 1.8 * k)
    ctx.stroke()
  }
  if (marks & MARK.risk)
    shape(
      [
        [-3, 12],
        [6, -4],
        [15, 12],
      ],
      p.bad,
      p.card,
    )
  if (marks & MARK.root)
    shape(
      [
        [-2, 11],
        [6, -3],
        [14, 11],
      ],
      p.card,
      p.warn,
    )
  if (marks & MARK.policy)
    shape(
      [
        [34, 25],
        [42, 28],
        [42, 34],
        [34, 43],
        [26, 34],
        [26, 28],
      ],
      p.accent,
      p.card,
    )
  if (marks & MARK.claim)
    shape(
      [
        [-3, 31],
        [13, 31],
        [13, 41],
        [-3, 41],
      ],
      p.text,
      p.card,
    )
}

/** The one colour of a marked pod that is only a few pixels large: the gravest mark tells. */
export function tintOf(
  marks: number,
  tints: { readonly bad: number; readonly warn: number; readonly accent: number },
): number {
  return marks & MARK.risk ? tints.bad : marks & MARK.root ? tints.warn : tints.accent
}
