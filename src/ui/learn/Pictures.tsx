/** Small drawings of the scenes, in the shapes that the map uses. They say nothing that the words do not. */
import type { Picture as Name } from '../../scenarios/scenario.ts'
import styles from './learn.module.css'

type Look = 'ready' | 'old' | 'pending' | 'hollow' | 'failed' | 'gone'

/** One thing of a drawing: a cell, a box around cells, a line, a disk, or a cross. */
type Part =
  | { readonly cell: Look; readonly at: readonly [number, number]; readonly hue?: number }
  | { readonly box: readonly [number, number, number, number]; readonly dim?: true }
  | { readonly line: readonly [number, number, number, number]; readonly cut?: true }
  | { readonly disk: readonly [number, number]; readonly dim?: true }
  | { readonly cross: readonly [number, number] }
  | { readonly arc: readonly [number, number] }

const row = (n: number, x: number, y: number, cell: Look, hue = 0): Part[] =>
  Array.from({ length: n }, (_, i) => ({ cell, at: [x + i * 16, y], hue }) as const)

const PICTURES: Readonly<Record<Name, readonly Part[]>> = {
  empty: [{ box: [6, 12, 24, 40] }, { box: [36, 12, 24, 40] }, { box: [66, 12, 24, 40] }],
  shop: [
    { box: [6, 8, 84, 22] },
    { box: [6, 36, 84, 22] },
    ...row(3, 12, 13, 'ready'),
    ...row(2, 60, 13, 'ready', 1),
    ...row(2, 12, 41, 'ready'),
    ...row(3, 44, 41, 'ready', 2),
  ],
  rollout: [
    ...row(3, 12, 14, 'old'),
    ...row(2, 60, 14, 'gone'),
    ...row(3, 12, 40, 'ready'),
    ...row(1, 60, 40, 'hollow'),
    ...row(1, 76, 40, 'pending'),
  ],
  image: [...row(4, 18, 14, 'old'), ...row(2, 18, 40, 'failed'), { cross: [68, 46] }],
  crash: [{ cell: 'failed', at: [42, 27], hue: 4 }, { arc: [48, 33] }],
  service: [
    { box: [8, 22, 24, 22] },
    { line: [32, 33, 54, 33], cut: true },
    ...row(2, 62, 14, 'ready'),
    ...row(2, 62, 40, 'ready'),
  ],
  pending: [
    { cell: 'pending', at: [10, 14] },
    { cell: 'pending', at: [10, 40], hue: 1 },
    { box: [40, 8, 50, 22] },
    { box: [40, 36, 50, 22] },
    ...row(1, 46, 13, 'ready', 2),
    ...row(1, 46, 41, 'ready', 2),
    { line: [26, 20, 38, 20], cut: true },
    { line: [26, 46, 38, 46], cut: true },
  ],
  claim: [
    { cell: 'pending', at: [12, 27] },
    { line: [28, 33, 60, 33], cut: true },
    { disk: [72, 33], dim: true },
  ],
  lost: [
    { box: [6, 8, 24, 50] },
    { box: [36, 8, 24, 50], dim: true },
    { box: [66, 8, 24, 50] },
    ...row(1, 12, 14, 'ready'),
    ...row(1, 12, 36, 'ready'),
    ...row(1, 42, 14, 'gone'),
    ...row(1, 72, 14, 'ready'),
    { cross: [48, 46] },
  ],
  scale: [
    ...row(1, 12, 44, 'ready'),
    ...row(1, 34, 44, 'ready'),
    ...row(1, 34, 28, 'ready'),
    ...row(1, 56, 44, 'ready'),
    ...row(1, 56, 28, 'ready'),
    ...row(1, 56, 12, 'hollow'),
    ...row(1, 78, 44, 'pending'),
    ...row(1, 78, 28, 'pending'),
    ...row(1, 78, 12, 'pending'),
  ],
  policy: [
    { cell: 'ready', at: [10, 27], hue: 2 },
    { line: [26, 33, 50, 33] },
    { box: [58, 12, 32, 42] },
    ...row(1, 68, 27, 'ready'),
    { cross: [52, 33] },
  ],
  quota: [
    { box: [10, 14, 76, 38] },
    ...row(4, 18, 27, 'ready', 3),
    { cell: 'pending', at: [82, 27] },
  ],
  disks: [
    ...row(1, 16, 10, 'ready', 2),
    ...row(1, 42, 10, 'ready', 2),
    ...row(1, 68, 10, 'pending', 2),
    { line: [22, 24, 22, 38] },
    { line: [48, 24, 48, 38] },
    { disk: [22, 46] },
    { disk: [48, 46] },
    { disk: [74, 46], dim: true },
  ],
  jobs: [
    ...row(2, 14, 14, 'failed', 4),
    { line: [50, 20, 82, 20], cut: true },
    { arc: [22, 46] },
    { line: [36, 46, 82, 46], cut: true },
  ],
  zones: [
    { box: [6, 8, 24, 50] },
    { box: [36, 8, 24, 50] },
    { box: [66, 8, 24, 50], dim: true },
    ...row(1, 12, 14, 'ready'),
    ...row(1, 12, 36, 'pending'),
    ...row(1, 42, 14, 'ready'),
    ...row(1, 42, 36, 'pending'),
  ],
  crowd: [],
}

/** The drawing of a scene. */
export function Picture({ name }: { name: Name }) {
  return (
    <svg className={styles.picture} viewBox="0 0 96 66" aria-hidden="true">
      {name === 'crowd' ? <Crowd /> : null}
      {PICTURES[name].map((p, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a drawing do not change
        <Drawn key={i} part={p} />
      ))}
    </svg>
  )
}

function Drawn({ part: p }: { part: Part }) {
  if ('cell' in p) return <Cell look={p.cell} at={p.at} hue={p.hue ?? 0} />
  if ('box' in p) {
    const [x, y, width, height] = p.box
    const dash = p.dim ? { strokeDasharray: '2 3' } : {}
    return <rect {...{ x, y, width, height, ...dash }} rx="4" className={styles.box} />
  }
  if ('line' in p) {
    const [x1, y1, x2, y2] = p.line
    const dash = p.cut ? { strokeDasharray: '1 4' } : {}
    return <line {...{ x1, y1, x2, y2, ...dash }} className={styles.wire} />
  }
  if ('disk' in p) {
    const [x, y] = p.disk
    const d = `M${x - 10} ${y - 5}v10a10 3.5 0 0 0 20 0v-10a10 3.5 0 0 0-20 0a10 3.5 0 0 0 20 0`
    return <path d={d} className={styles.box} strokeDasharray={p.dim ? '2 3' : undefined} />
  }
  if ('cross' in p) {
    const [x, y] = p.cross
    return (
      <path d={`M${x - 6} ${y - 6}l12 12m0-12l-12 12`} className={styles.cross} strokeWidth="2.4" />
    )
  }
  const [x, y] = p.arc
  return <path d={`M${x} ${y - 14}a14 14 0 1 1-12 7`} className={styles.arc} />
}

function Cell({ look, at, hue }: { look: Look; at: readonly [number, number]; hue: number }) {
  const place = { x: at[0], y: at[1], width: 12, height: 12, rx: 3 }
  const solid = `var(--o${hue})`
  const line = `var(--o${hue}-line)`
  switch (look) {
    case 'ready':
      return <rect {...place} fill={solid} />
    case 'old':
      return <rect {...place} fill={`var(--o${hue}-old)`} />
    case 'gone':
      return <rect {...place} fill={`var(--o${hue}-old)`} opacity="0.4" />
    case 'hollow':
      return <rect {...place} fill="none" stroke={line} strokeWidth="1.6" />
    case 'pending':
      return <rect {...place} fill="none" stroke={line} strokeWidth="1.4" strokeDasharray="2 2" />
    case 'failed':
      return (
        <g stroke={line} strokeWidth="1.4" fill="none">
          <rect {...place} />
          <path d={`M${at[0] + 2} ${at[1] + 10}l8-8m-8 4l4-4m0 8l4-4`} />
        </g>
      )
  }
}

/** Many cells, a few of them not well. */
function Crowd() {
  const cells = Array.from({ length: 18 * 11 }, (_, i) => [i % 18, Math.floor(i / 18)] as const)
  return (
    <g>
      {cells.map(([x, y]) => (
        <rect
          key={`${x} ${y}`}
          x={4 + x * 5}
          y={6 + y * 5}
          width="3.4"
          height="3.4"
          rx="0.8"
          fill={`var(--o${(x * 7 + y * 3) % 6}${(x * 5 + y * 11) % 17 === 0 ? '-old' : ''})`}
        />
      ))}
    </g>
  )
}
