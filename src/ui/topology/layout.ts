/**
 * Where everything stands on the glass. Positions depend only on what exists and in which order it came, so nothing
 * moves unless it moved in the cluster. Pure.
 */

/** A rectangle in the glass' own coordinates. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** Measures, in px. */
export const SIZE = {
  gap: 16,
  node: 320,
  cell: 40,
  cellGap: 8,
  cellsPerRow: 6,
  header: 164,
  disk: 40,
} as const

const COLUMNS_MIN = 3
const WIDTH = COLUMNS_MIN * SIZE.node + (COLUMNS_MIN - 1) * SIZE.gap

/** Fixed places: the control plane and what surrounds it. */
export const PLACES = {
  controlPlane: { x: 0, y: 0, w: 792, h: 124 },
  outside: { x: 816, y: 0, w: WIDTH - 816, h: 124 },
  tray: { x: 0, y: 136, w: 304, h: 104 },
  focus: { x: 320, y: 136, w: WIDTH - 320, h: 104 },
  services: { x: 0, y: 252, w: WIDTH, h: 88 },
  nodes: { x: 0, y: 352 },
} as const

/** Chips inside the control-plane card, relative to it. */
export const CHIPS = {
  manager: { x: 224, y: 16, w: 184, h: 42 },
  scheduler: { x: 224, y: 66, w: 184, h: 42 },
  api: { x: 464, y: 16, w: 136, h: 92 },
  etcd: { x: 656, y: 66, w: 120, h: 42 },
} as const

/** One node's places. */
export interface NodePlace {
  readonly box: Box
  readonly disk: Box
}

/** Places of all nodes: rows of equal height, as many columns as keep the map wide rather than tall. */
export function placeNodes(
  nodes: readonly { name: string; slots: number }[],
): Map<string, NodePlace> {
  const columns = Math.max(COLUMNS_MIN, Math.ceil(Math.sqrt(nodes.length * 1.8)))
  const places = new Map<string, NodePlace>()
  let y: number = PLACES.nodes.y
  for (let i = 0; i < nodes.length; i += columns) {
    const row = nodes.slice(i, i + columns)
    const rows = Math.max(2, ...row.map((n) => Math.ceil(n.slots / SIZE.cellsPerRow)))
    const h = SIZE.header + rows * (SIZE.cell + SIZE.cellGap) + 8
    for (const [c, n] of row.entries()) {
      const x = c * (SIZE.node + SIZE.gap)
      places.set(n.name, {
        box: { x, y, w: SIZE.node, h },
        disk: { x, y: y + h + 8, w: SIZE.node, h: SIZE.disk },
      })
    }
    y += h + SIZE.disk + 24
  }
  return places
}

/** Centre of a pod's cell on its node. */
export function cellCentre(node: Box, slot: number): { x: number; y: number } {
  const column = slot % SIZE.cellsPerRow
  const row = Math.floor(slot / SIZE.cellsPerRow)
  const step = SIZE.cell + SIZE.cellGap
  return {
    x: node.x + 17 + column * step + SIZE.cell / 2,
    y: node.y + SIZE.header + row * step + SIZE.cell / 2,
  }
}

/** Middle of a box. */
export function middle(b: Box): { x: number; y: number } {
  return { x: b.x + b.w / 2, y: b.y + b.h / 2 }
}

/** A chip of the control plane in the glass' coordinates. */
export function chipBox(chip: keyof typeof CHIPS): Box {
  const c = CHIPS[chip]
  return { x: PLACES.controlPlane.x + c.x, y: PLACES.controlPlane.y + c.y, w: c.w, h: c.h }
}
