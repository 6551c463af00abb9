/**
 * Where each pod of a crowd stands: boxes of cells, one box for a node (or a namespace, an owner, a zone). A pod takes
 * the lowest free cell of its box and keeps it; boxes grow in steps and are packed again only then, so nothing moves
 * that did not move in the cluster. No DOM, no cards store: it is told what comes and goes.
 */
import type { NodeCard, PodCard, PodLook } from '../../protocol/cards.ts'
import { Slots } from '../store/slots.ts'

/** By what pods are put together. */
export type Grouping = 'node' | 'namespace' | 'owner' | 'zone'
export const GROUPINGS: readonly Grouping[] = ['node', 'namespace', 'owner', 'zone']

/** All looks, in the order in which they are counted. */
export const LOOKS: readonly PodLook[] = [
  'ready',
  'notready',
  'creating',
  'pending',
  'restarting',
  'failed',
  'succeeded',
  'terminating',
  'unknown',
]

/** What a pod shows of its owner. @shape ink: 0..13, two for each hue: newest revision, older one */
export interface Ink {
  readonly ink: number
  readonly monogram: string
  readonly root: string
}

/** One pod's place. */
export interface Cell {
  pod: PodCard
  ink: Ink
  readonly group: Group
  readonly slot: number
  /** Whether the filter leaves it bright, as of `asked`. */
  bright: boolean
  asked: number
}

/** One box of cells. @unit px of the map */
export interface Group {
  readonly key: string
  x: number
  y: number
  w: number
  h: number
  cols: number
  rows: number
  node: NodeCard | undefined
  readonly cells: (Cell | undefined)[]
  readonly slots: Slots
  count: number
  /** Requests of pods that have not ended. @unit thousandths of a core, bytes */
  cpu: number
  mem: number
  readonly looks: Int32Array
}

/** What stands at a point. */
export interface Hit {
  readonly group: Group
  readonly cell: Cell | undefined
  /** Whether it is the head of the box, by which a node is grabbed. */
  readonly head: boolean
}

/** Measures of the wall. @unit px of the map */
export const WALL = { cell: 40, step: 46, pad: 14, head: 62, gap: 16, cols: 8, wide: 992 } as const

/** The box of pods without a node. */
export const PENDING = ''

interface Facts {
  inkOf(pod: PodCard): Ink
  zoneOf(node: string): string
}

/** The plan of one wall. */
export class Plan {
  readonly groups: Group[] = []
  readonly cells = new Map<string, Cell>()
  /** @unit px of the map, from the wall's own corner */
  width = 0
  height = 0
  /** Where it begins: before 0 while pods wait for a node. */
  left = 0
  private readonly byKey = new Map<string, Group>()
  private loose = true
  private shelf = 0
  private area = 0
  /** Rows that a node's box has room for: the same for all, so that the wall is a grid. */
  private nodeRows = 2

  constructor(
    readonly grouping: Grouping,
    private readonly facts: Facts,
  ) {}

  /** A node came or changed. */
  node(card: NodeCard): void {
    if (this.grouping !== 'node') return
    this.group(card.name).node = card
  }

  /** A node left; its box stays while pods are on it. */
  nodeGone(name: string): void {
    const g = this.byKey.get(name)
    if (this.grouping !== 'node' || !g) return
    g.node = undefined
    if (g.count === 0) this.close(g)
  }

  /** A pod came or changed. */
  pod(pod: PodCard): void {
    const key = this.keyOf(pod)
    const old = this.cells.get(pod.uid)
    if (old && old.group.key === key) {
      this.tally(old.group, old.pod, -1)
      old.pod = pod
      old.ink = this.facts.inkOf(pod)
      old.asked = -1
      this.tally(old.group, pod, 1)
      return
    }
    if (old) this.podGone(pod.uid)
    const group = this.group(key)
    const slot = group.slots.take()
    const ink = this.facts.inkOf(pod)
    const cell: Cell = { pod, ink, group, slot, bright: true, asked: -1 }
    group.cells[slot] = cell
    this.cells.set(pod.uid, cell)
    group.count++
    this.tally(group, pod, 1)
    if (slot >= group.cols * group.rows) this.grow(group, slot + 1)
  }

  podGone(uid: string): void {
    const cell = this.cells.get(uid)
    if (!cell) return
    const { group, slot } = cell
    group.cells[slot] = undefined
    group.slots.give(slot)
    group.count--
    this.tally(group, cell.pod, -1)
    this.cells.delete(uid)
    if (group.count === 0 && !group.node) this.close(group)
  }

  /** Packs the boxes when one came, left or grew. @returns whether anything may have moved */
  pack(): boolean {
    if (!this.loose) return false
    this.loose = false
    let area = 0
    let widest = 0
    for (const g of this.groups) {
      if (g.key === PENDING) continue
      area += (g.w + WALL.gap) * (g.h + WALL.gap)
      widest = Math.max(widest, g.w)
    }
    // The width of the wall is kept until there is much more (or less) to show: then rows are made anew.
    if (this.shelf === 0 || area > this.area * 1.7 || area < this.area * 0.3) {
      this.area = area
      this.shelf = Math.max(WALL.wide, Math.sqrt(area * 1.9))
    }
    this.shelf = Math.max(this.shelf, widest)
    let x = 0
    let y = 0
    let tall = 0
    this.width = 0
    this.left = 0
    for (const g of this.groups) {
      if (g.key === PENDING) {
        // Beside the wall: however many wait, nobody else moves.
        g.x = this.left = -g.w - WALL.gap
        g.y = 0
        continue
      }
      if (x > 0 && x + g.w > this.shelf) {
        x = 0
        y += tall + WALL.gap
        tall = 0
      }
      g.x = x
      g.y = y
      x += g.w + WALL.gap
      tall = Math.max(tall, g.h)
      this.width = Math.max(this.width, g.x + g.w)
    }
    this.height = y + tall
    return true
  }

  /** What stands at a point of the wall. */
  at(x: number, y: number): Hit | undefined {
    for (const group of this.groups) {
      if (x < group.x || x > group.x + group.w || y < group.y || y > group.y + group.h) continue
      const column = Math.floor((x - group.x - WALL.pad) / WALL.step)
      const row = Math.floor((y - group.y - WALL.head) / WALL.step)
      const inside = column >= 0 && column < group.cols && row >= 0
      return {
        group,
        cell: inside ? group.cells[row * group.cols + column] : undefined,
        head: y < group.y + WALL.head,
      }
    }
    return undefined
  }

  /** A cell's own corner. */
  place(cell: { group: Group; slot: number }): { x: number; y: number } {
    const { group, slot } = cell
    return {
      x: group.x + WALL.pad + (slot % group.cols) * WALL.step,
      y: group.y + WALL.head + Math.floor(slot / group.cols) * WALL.step,
    }
  }

  find(key: string): Group | undefined {
    return this.byKey.get(key)
  }

  private keyOf(pod: PodCard): string {
    switch (this.grouping) {
      case 'node':
        return pod.node
      case 'namespace':
        return pod.namespace
      case 'owner':
        return `${pod.namespace}/${this.facts.inkOf(pod).root}`
      case 'zone':
        return pod.node === '' ? PENDING : this.facts.zoneOf(pod.node) || '-'
    }
  }

  private group(key: string): Group {
    const known = this.byKey.get(key)
    if (known) return known
    const group: Group = {
      key,
      x: 0,
      y: 0,
      w: 0,
      h: 0,
      cols: WALL.cols,
      rows: this.grouping === 'node' ? this.nodeRows : 2,
      node: undefined,
      cells: [],
      slots: new Slots(),
      count: 0,
      cpu: 0,
      mem: 0,
      looks: new Int32Array(LOOKS.length),
    }
    measure(group)
    this.byKey.set(key, group)
    this.groups.push(group)
    this.loose = true
    return group
  }

  private close(group: Group): void {
    this.byKey.delete(group.key)
    this.groups.splice(this.groups.indexOf(group), 1)
    this.loose = true
  }

  /** Makes room, by half as much again; nodes all at once, for their boxes are of one size. */
  private grow(group: Group, need: number): void {
    this.loose = true
    if (this.grouping === 'node' && group.key !== PENDING) {
      this.nodeRows = Math.max(Math.ceil(need / WALL.cols), Math.ceil(this.nodeRows * 1.5))
      for (const g of this.groups) {
        if (g.key === PENDING) continue
        g.rows = this.nodeRows
        measure(g)
      }
      return
    }
    const room = Math.ceil(Math.max(need, group.cols * group.rows * 1.6))
    group.cols = Math.max(WALL.cols, Math.ceil(Math.sqrt(room * 1.8)))
    group.rows = Math.ceil(room / group.cols)
    measure(group)
  }

  private tally(group: Group, pod: PodCard, by: number): void {
    group.looks[LOOKS.indexOf(pod.look)]! += by
    if (pod.look === 'succeeded' || pod.look === 'failed') return
    group.cpu += by * pod.cpu
    group.mem += by * pod.mem
  }
}

function measure(g: Group): void {
  g.w = WALL.pad * 2 + g.cols * WALL.step - (WALL.step - WALL.cell)
  g.h = WALL.head + g.rows * WALL.step - (WALL.step - WALL.cell) + WALL.pad
}
