/** Events of the cluster, newest first. */
import { ageText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { select } from '../store/selection.ts'
import { cards, type EventCard, useKind } from '../store/world.ts'
import styles from './dock.module.css'

const SHOWN = 200

/** The table; `about` keeps only events of one object. */
export function EventsTable({
  about,
}: {
  about?: { kind: string; namespace: string; name: string }
}) {
  const t = useWords()
  const all = useKind<EventCard>('Event')
  const events = all
    .filter(
      (e) =>
        !about ||
        (e.aboutKind === about.kind &&
          e.aboutName === about.name &&
          (about.namespace === '' || e.namespace === about.namespace)),
    )
    .sort((a, b) => b.at - a.at)
    .slice(0, SHOWN)
  if (events.length === 0)
    return (
      <p className="small muted" style={{ padding: 16 }}>
        {t(about ? 'inspector.noevents' : 'events.none')}
      </p>
    )
  return (
    <div className={`${styles.table} ${about ? '' : styles.about}`} data-testid="events">
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
          {events.map((e) => (
            <tr key={e.uid}>
              <td>{ageText(cards.now - e.at)}</td>
              <td className={e.type === 'Warning' ? 'warn' : 'muted'}>{e.type}</td>
              <td>{e.reason}</td>
              {about ? null : (
                <td>
                  <button
                    type="button"
                    onClick={() =>
                      select(
                        cards.find(
                          e.aboutKind,
                          e.aboutKind === 'Node' ? '' : e.namespace,
                          e.aboutName,
                        ),
                      )
                    }
                  >
                    {e.aboutKind.toLowerCase()}/{e.aboutName}
                  </button>
                </td>
              )}
              <td title={e.message}>
                {e.message}
                {e.count > 1 ? <span className="muted"> ×{e.count}</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
