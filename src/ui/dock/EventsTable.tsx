/** Events of the cluster, newest first. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useMemo, useRef } from 'react'
import { ageText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { select } from '../store/selection.ts'
import { cards, type EventCard, useSlowTopic } from '../store/world.ts'
import styles from './dock.module.css'

const SHOWN = 80
/** The table looks for news this often. @unit real ms */
const LOOK_MS = 500
/** Height of a row; those out of view are not in the page. @unit px */
const ROW = 25

/** The newest events (of one object), without sorting what nobody sees. */
function newest(kind?: string, namespace?: string, name?: string): EventCard[] {
  const found: EventCard[] = []
  for (const e of cards.of<EventCard>('Event')) {
    if (kind && (e.aboutKind !== kind || e.aboutName !== name)) continue
    if (kind && namespace && e.namespace !== namespace) continue
    const last = found.at(-1)
    if (found.length >= SHOWN * 2 && last && e.at < last.at) continue
    found.push(e)
    if (found.length > SHOWN * 4) {
      found.sort((a, b) => b.at - a.at)
      found.length = SHOWN * 2
    }
  }
  return found.sort((a, b) => b.at - a.at).slice(0, SHOWN)
}

/** The table; `about` keeps only events of one object. */
export function EventsTable({
  about,
}: {
  about?: { kind: string; namespace: string; name: string }
}) {
  const t = useWords()
  const version = useSlowTopic('Event', LOOK_MS)
  const kind = about?.kind
  const name = about?.name
  const namespace = about?.namespace
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is news
  const events = useMemo(() => newest(kind, namespace, name), [version, kind, namespace, name])
  const box = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 3,
    initialRect: { width: 400, height: 200 },
  })
  const shown = rows.getVirtualItems()
  const above = shown[0]?.start ?? 0
  const below = rows.getTotalSize() - (shown.at(-1)?.end ?? 0)
  if (events.length === 0)
    return (
      <p className="small muted" style={{ padding: 16 }}>
        {t(about ? 'inspector.noevents' : 'events.none')}
      </p>
    )
  return (
    <div ref={box} className={`${styles.table} ${about ? '' : styles.about}`} data-testid="events">
      <table>
        <thead>
          <tr>
            <th>{t('events.age')}</th>
            <th>{t('events.type')}</th>
            <th>{t('events.reason')}</th>
            {about ? null : <th>{t('events.about')}</th>}
            <th>{t('events.message')}</th>
          </tr>
        </thead>
        <tbody>
          <tr style={{ height: above }} />
          {shown.map((v) => {
            const e = events[v.index]
            return e ? (
              <Row key={e.uid} event={e} age={ageText(cards.now - e.at)} about={!about} />
            ) : null
          })}
          <tr style={{ height: below }} />
        </tbody>
      </table>
    </div>
  )
}

const Row = memo(function Row({
  event: e,
  age,
  about,
}: {
  event: EventCard
  age: string
  about: boolean
}) {
  return (
    <tr>
      <td>{age}</td>
      <td className={e.type === 'Warning' ? 'warn' : 'muted'}>{e.type}</td>
      <td className={e.type === 'Warning' ? 'warn' : ''}>{e.reason}</td>
      {about ? (
        <td>
          <button
            type="button"
            onClick={() =>
              select(
                cards.find(e.aboutKind, e.aboutKind === 'Node' ? '' : e.namespace, e.aboutName),
              )
            }
          >
            {e.aboutKind.toLowerCase()}/{e.aboutName}
          </button>
        </td>
      ) : null}
      <td title={e.message}>
        {e.message}
        {e.count > 1 ? <span className="muted"> ×{e.count}</span> : null}
      </td>
    </tr>
  )
})
