/** One pod, one cell. Hue tells the owner; shape and pattern tell the state, so colour never stands alone. */
import { memo } from 'react'
import type { PodCard } from '../store/world.ts'
import { useNow, useTopic } from '../store/world.ts'
import { type Livery, liveryOf } from './owners.ts'
import styles from './PodCell.module.css'

interface Props {
  readonly pod: PodCard
  readonly selected?: boolean
  /** A NoExecute taint of its node, and the virtual time at which it began. */
  readonly taintKey?: string
  readonly taintSince?: number
}

/** The drawing of a pod's cell. */
export function PodCell(props: Props) {
  // The owner's newest revision decides the shade, so a new ReplicaSet repaints the cells of the older ones.
  useTopic('revisions')
  const { hue, monogram, root } = liveryOf(props.pod)
  return <Drawing {...props} hue={hue} monogram={monogram} root={root} />
}

const Drawing = memo(function Drawing({
  pod,
  selected,
  taintKey,
  taintSince,
  hue,
  monogram,
}: Props & Livery) {
  const tolerated =
    taintKey !== undefined && pod.look !== 'terminating'
      ? (pod.tolerates[taintKey] ?? pod.tolerates['*'])
      : undefined
  return (
    <span className={`${styles.cell} ${hue} ${selected ? styles.selected : ''} ${styles.arrive}`}>
      <svg width="40" height="40" viewBox="0 0 40 40" aria-hidden="true">
        {tolerated !== undefined && taintSince !== undefined ? (
          <Tolerating monogram={monogram} seconds={tolerated} since={taintSince} />
        ) : (
          <Look pod={pod} monogram={monogram} />
        )}
      </svg>
    </span>
  )
})

function Look({ pod, monogram }: { pod: PodCard; monogram: string }) {
  const label = (cls = styles.line, y = 24) => (
    <text x="20" y={y} className={cls}>
      {monogram}
    </text>
  )
  switch (pod.look) {
    case 'pending':
    case 'creating':
      return (
        <>
          <rect
            x="2"
            y="2"
            width="36"
            height="36"
            rx="7"
            className={`${styles.stroke} ${styles.dashed}`}
          />
          {label()}
        </>
      )
    case 'notready':
    case 'unknown':
      return (
        <>
          <rect x="2" y="2" width="36" height="36" rx="7" className={styles.stroke} />
          {label()}
        </>
      )
    case 'restarting':
      return (
        <>
          <path
            d="M8 1h14a11 11 0 0 0 17 12v19a7 7 0 0 1-7 7H8a7 7 0 0 1-7-7V8a7 7 0 0 1 7-7z"
            className={styles.fill}
          />
          <path d="M28 3a6 6 0 1 0 9 5" className={styles.arc} strokeWidth="2.5" />
          {label(styles.on, 28)}
        </>
      )
    case 'failed':
      return (
        <>
          <pattern
            id={`hatch-${pod.uid}`}
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <path d="M0 0h6M0 0v6" stroke="var(--ol)" strokeWidth="1.2" opacity="0.7" />
          </pattern>
          <rect
            x="1.5"
            y="1.5"
            width="37"
            height="37"
            rx="7"
            fill={`url(#hatch-${pod.uid})`}
            className={styles.stroke}
          />
          <rect x="1.5" y="1.5" width="37" height="37" rx="7" fill={`url(#hatch-${pod.uid})`} />
          <rect x="8" y="12" width="24" height="16" rx="4" fill="var(--card)" />
          {label()}
        </>
      )
    case 'succeeded':
      return (
        <>
          <rect x="1" y="1" width="38" height="38" rx="7" className={styles.pale} />
          {label(styles.line, 20)}
          <path d="M14 29l4 4 8-8" className={styles.stroke} />
        </>
      )
    case 'terminating':
      return <Terminating pod={pod} monogram={monogram} />
    default:
      return (
        <>
          <rect x="1" y="1" width="38" height="38" rx="7" className={styles.fill} />
          {label(styles.on)}
        </>
      )
  }
}

const PERIMETER = 4 * 36 - 8 * 7 + 2 * Math.PI * 7

function ring(share: number) {
  return `${Math.max(0, Math.min(1, share)) * PERIMETER} ${PERIMETER}`
}

function Terminating({ pod, monogram }: { pod: PodCard; monogram: string }) {
  const now = useNow()
  const grace = (pod.grace ?? 30) * 1000
  // deletionTimestamp is when the grace period ends.
  const left = grace > 0 ? ((pod.deleting ?? now) - now) / grace : 0
  return (
    <>
      <rect x="6" y="6" width="28" height="28" rx="5" className={styles.pale} />
      <rect x="2" y="2" width="36" height="36" rx="7" className={styles.track} />
      <rect
        x="2"
        y="2"
        width="36"
        height="36"
        rx="7"
        className={styles.stroke}
        strokeDasharray={ring(left)}
        strokeWidth="3"
      />
      <text x="20" y="24" className={styles.line}>
        {monogram}
      </text>
    </>
  )
}

function Tolerating({
  monogram,
  seconds,
  since,
}: {
  monogram: string
  seconds: number
  since: number
}) {
  const now = useNow()
  const left =
    seconds < 0 ? Number.POSITIVE_INFINITY : Math.max(0, seconds - Math.floor((now - since) / 1000))
  return (
    <>
      <rect x="2" y="2" width="36" height="36" rx="7" className={styles.track} />
      <rect
        x="2"
        y="2"
        width="36"
        height="36"
        rx="7"
        className={styles.arc}
        strokeDasharray={ring(seconds < 0 ? 1 : left / Math.max(1, seconds))}
      />
      <text x="20" y="18" className={styles.line}>
        {monogram}
      </text>
      <text x="20" y="32" className={styles.line}>
        {Number.isFinite(left) ? left : '∞'}
      </text>
    </>
  )
}
