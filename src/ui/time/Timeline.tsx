/** The time since birth as a slider: what happened and what was done along it; drag it to look at any moment. */
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react'
import { clockText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { cards, type EventCard, useNow, useSlowTopic, useWorld } from '../store/world.ts'
import styles from './time.module.css'
import { goLive, look, useTravel } from './travel.ts'

const MARKS_MAX = 80
/** Pixels within which the handle snaps to a mark. */
const SNAP_PX = 5
const SECOND = 1000

/** Events worth a mark: warnings and changes of size. */
function telling(): EventCard[] {
  const found: EventCard[] = []
  for (const e of cards.of<EventCard>('Event')) {
    if (e.type === 'Warning' || e.reason === 'ScalingReplicaSet') found.push(e)
  }
  return found.slice(-MARKS_MAX)
}

/** The slider. */
export function Timeline() {
  const t = useWords()
  const now = useNow()
  const past = useWorld((s) => s.past)
  const present = Math.max(1, past?.present ?? now)
  const track = useRef<HTMLDivElement>(null)
  const [hover, setHover] = useState<number | undefined>()
  const snaps = useSnaps()
  const at = (x: number): number => {
    const box = track.current?.getBoundingClientRect()
    if (!box || box.width === 0) return present
    const moment = Math.max(0, Math.min(1, (x - box.left) / box.width)) * present
    const near = (SNAP_PX / box.width) * present
    const mark = snaps.find((s) => Math.abs(s - moment) < near)
    return mark ?? moment
  }
  const go = (moment: number) => (moment >= present ? goLive() : look(Math.max(0, moment)))
  const key = (e: KeyboardEvent) => {
    const step = e.shiftKey ? 10 * SECOND : SECOND
    const moves: Record<string, number> = {
      ArrowLeft: now - step,
      ArrowDown: now - step,
      ArrowRight: now + step,
      ArrowUp: now + step,
      PageDown: now - present / 10,
      PageUp: now + present / 10,
      Home: 0,
      End: present,
    }
    const to = moves[e.key]
    if (to === undefined) return
    e.preventDefault()
    go(to)
  }
  const drag = (e: PointerEvent) => {
    setHover(at(e.clientX))
    if (e.buttons & 1) go(at(e.clientX))
  }
  return (
    <div
      ref={track}
      className={`${styles.track} ${past ? styles.back : ''}`}
      role="slider"
      tabIndex={0}
      aria-label={t('time.slider')}
      aria-valuemin={0}
      aria-valuemax={Math.round(present / SECOND)}
      aria-valuenow={Math.round(now / SECOND)}
      aria-valuetext={past ? t('time.past', { time: clockText(now) }) : t('time.present')}
      data-testid="timeline"
      onKeyDown={key}
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId)
        go(at(e.clientX))
      }}
      onPointerMove={drag}
      onPointerLeave={() => setHover(undefined)}
    >
      <Marks present={present} />
      <span className={styles.handle} style={{ left: percent(now, present) }} />
      {hover === undefined ? null : (
        <span className={styles.hint} style={{ left: percent(hover, present) }}>
          {clockText(hover)}
        </span>
      )}
    </div>
  )
}

/** Moments that the handle snaps to: just before each act, and bookmarks. */
function useSnaps(): number[] {
  const commands = useTravel((s) => s.commands)
  const bookmarks = useTravel((s) => s.bookmarks)
  return useMemo(
    () => [...commands.filter((c) => c.acts).map((c) => c.at), ...bookmarks.map((b) => b.at)],
    [commands, bookmarks],
  )
}

function Marks({ present }: { present: number }) {
  const version = useSlowTopic('Event', 1000)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is news
  const events = useMemo(telling, [version])
  const commands = useTravel((s) => s.commands)
  const bookmarks = useTravel((s) => s.bookmarks)
  const branches = useTravel((s) => s.branches)
  const current = branches.find((b) => b.current)
  return (
    <svg width="100%" height="48" aria-hidden="true">
      <line x1="0" x2="100%" y1="24" y2="24" stroke="var(--line)" strokeWidth="3" />
      {events.map((e) => (
        <rect
          key={e.uid}
          x={percent(e.at, present)}
          y={e.type === 'Warning' ? 12 : 16}
          width="3"
          height={e.type === 'Warning' ? 10 : 6}
          rx="1"
          fill={e.type === 'Warning' ? 'var(--warn)' : 'var(--accent)'}
        >
          <title>{`${clockText(e.at)} ${e.reason}: ${e.message}`}</title>
        </rect>
      ))}
      {commands.map((c, i) =>
        c.acts ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the log only grows
          <circle key={i} cx={percent(c.at, present)} cy="33" r="2.5" fill="var(--muted)">
            <title>{`${clockText(c.at)} ${c.text}`}</title>
          </circle>
        ) : null,
      )}
      {bookmarks.map((b) => (
        <text
          key={b.at}
          x={percent(b.at, present)}
          y="46"
          textAnchor="middle"
          fontSize="12"
          fill="var(--accent)"
        >
          ★<title>{`${clockText(b.at)} ${b.name}`}</title>
        </text>
      ))}
      {current?.parent === undefined ? null : (
        <line
          x1={percent(current.from, present)}
          x2={percent(current.from, present)}
          y1="8"
          y2="40"
          stroke="var(--accent)"
          strokeDasharray="2 2"
        />
      )}
    </svg>
  )
}

function percent(at: number, present: number): string {
  return `${Math.max(0, Math.min(1, at / present)) * 100}%`
}
