/** What happened so far: warnings and faults along the time since birth. */
import { useMemo } from 'react'
import { useWords } from '../i18n/i18n.ts'
import { cards, type EventCard, useSlowTopic } from '../store/world.ts'
import styles from './bar.module.css'

const MARKS_MAX = 60

/** Events worth a mark: warnings and changes of size. */
function telling(): EventCard[] {
  const found: EventCard[] = []
  for (const e of cards.of<EventCard>('Event')) {
    if (e.type === 'Warning' || e.reason === 'ScalingReplicaSet') found.push(e)
  }
  return found.slice(-MARKS_MAX)
}

/** The strip of marks. */
export function Timeline() {
  const t = useWords()
  const version = useSlowTopic('Event', 1000)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is news
  const marks = useMemo(telling, [version])
  const whole = Math.max(1, cards.now)
  return (
    <div className={styles.scrub} role="img" aria-label={t('bar.timeline')}>
      <svg width="100%" height="48" preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" x2="100%" y1="24" y2="24" stroke="var(--line)" strokeWidth="3" />
        {marks.map((e) => (
          <rect
            key={e.uid}
            x={`${(e.at / whole) * 98}%`}
            y={e.type === 'Warning' ? 14 : 18}
            width="3"
            height={e.type === 'Warning' ? 10 : 6}
            rx="1"
            fill={e.type === 'Warning' ? 'var(--warn)' : 'var(--accent)'}
          >
            <title>{`${e.reason}: ${e.message}`}</title>
          </rect>
        ))}
        <circle cx="98%" cy="24" r="6" fill="var(--text)" />
      </svg>
    </div>
  )
}
