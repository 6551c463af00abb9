/** The colours of the wall, read from the theme's tokens, for canvas and for single pixels. */
import type { PodCard } from '../../protocol/cards.ts'
import { cards, type WorkloadCard } from '../store/world.ts'
import { liveryOf } from '../topology/owners.ts'
import type { Ink } from './plan.ts'

const HUES = 6

/** One owner's colours, as CSS. */
export interface Paint {
  readonly fill: string
  readonly line: string
  readonly on: string
}

/** All colours of one theme. @shape paints: by ink */
export interface Palette {
  readonly paints: readonly Paint[]
  readonly card: string
  readonly sunk: string
  readonly line: string
  readonly strong: string
  readonly text: string
  readonly muted: string
  readonly accent: string
  readonly accentSoft: string
  readonly warn: string
  readonly bad: string
  readonly badSoft: string
  readonly good: string
  readonly raise: string
  readonly glass: string
}

/** Reads the palette of the theme that is on. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const paints: Paint[] = []
  for (let h = 0; h < HUES; h++) {
    const line = token(`o${h}-line`)
    paints.push({ fill: token(`o${h}`), line, on: token(`o${h}-on`) })
    paints.push({ fill: token(`o${h}-old`), line, on: token('text') })
  }
  const sys = { fill: token('sys'), line: token('sys-line'), on: token('sys-on') }
  paints.push(sys, sys)
  return {
    paints,
    card: token('card'),
    sunk: token('sunk'),
    line: token('line'),
    strong: token('line-strong'),
    text: token('text'),
    muted: token('muted'),
    accent: token('accent'),
    accentSoft: token('accent-soft'),
    warn: token('warn'),
    bad: token('bad'),
    badSoft: token('bad-soft'),
    good: token('good'),
    raise: token('raise'),
    glass: token('glass'),
  }
}

const known = new Map<string, Ink>()

/** A pod's ink; pods of one owner share it. */
export function inkOf(pod: PodCard): Ink {
  // Pods of a StatefulSet carry their ordinal, pods without an owner their own name.
  const shared = pod.owner && pod.owner.kind !== 'StatefulSet' ? pod.owner.uid : undefined
  const hit = shared === undefined ? undefined : known.get(shared)
  if (hit) return hit
  const { hue, monogram, root } = liveryOf(pod)
  const number = /o-(\d)/.exec(hue)?.[1]
  const ink = {
    ink: number === undefined ? HUES * 2 : Number(number) * 2 + (hue.endsWith('old') ? 1 : 0),
    monogram,
    root,
  }
  if (shared !== undefined) known.set(shared, ink)
  return ink
}

/** Every owner is looked at again. */
export function forgetAll(): void {
  known.clear()
}

/** A ReplicaSet came or changed its revision: it and its siblings are looked at again. @returns their pods */
export function forget(set: WorkloadCard): PodCard[] {
  const pods: PodCard[] = []
  for (const s of cards.of<WorkloadCard>('ReplicaSet')) {
    if (s.uid !== set.uid && (!set.owner || s.owner?.uid !== set.owner.uid)) continue
    known.delete(s.uid)
    for (const p of cards.podsByOwner.get(s.uid)?.values() ?? []) pods.push(p)
  }
  return pods
}

/** `#rrggbb` (or `#rgb`, to which builds shorten it) as the 32 bits of one pixel. @shape little-endian: alpha, blue, green, red */
export function pixelOf(hex: string, over?: string, share = 1): number {
  const part = (h: string, i: number) =>
    Number.parseInt(
      h.length === 4 ? h.slice(1 + i, 2 + i).repeat(2) : h.slice(1 + i * 2, 3 + i * 2),
      16,
    )
  const mix = (i: number) =>
    over === undefined
      ? part(hex, i)
      : Math.round(part(hex, i) * share + part(over, i) * (1 - share))
  return ((255 << 24) | (mix(2) << 16) | (mix(1) << 8) | mix(0)) >>> 0
}
