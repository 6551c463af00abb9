/** The message about a session, quietly at the top of the map. */
import { X } from 'lucide-react'
import { clockText } from '../components/time.ts'
import { type Translate, useWords } from '../i18n/i18n.ts'
import { usePreference } from '../store/preferences.ts'
import { useNow } from '../store/world.ts'
import { type Notice, sayNothing, useNotice } from './notice.ts'
import styles from './share.module.css'
import { ago } from './when.ts'

/** The card; nothing when there is nothing to say. */
export function NoticeCard() {
  const t = useWords()
  const language = usePreference((p) => p.language)
  const notice = useNotice()
  if (!notice) return null
  const { tone, detail, more, actions = [] } = notice
  return (
    <section
      className={`${styles.notice} ${tone === 'plain' ? '' : styles[tone]}`}
      role={tone === 'plain' ? 'status' : 'alert'}
      data-testid="notice"
      data-notice={notice.id}
    >
      <div className={styles.text}>
        {notice.until === undefined ? (
          <p>{textOf(notice, t, language)}</p>
        ) : (
          <Playing until={notice.until} />
        )}
        {more ? <p className="small muted">{t(more.id, more.values)}</p> : null}
        {detail ? (
          <input
            className={styles.detail}
            readOnly
            value={detail}
            aria-label={t(notice.id, notice.values)}
            onFocus={(e) => e.target.select()}
          />
        ) : null}
      </div>
      <div className={styles.actions}>
        {actions.map((a, i) => (
          <button
            key={a.label}
            type="button"
            className={i === 0 ? 'btn primary' : 'btn'}
            onClick={a.run}
            data-testid={a.label}
          >
            {t(a.label)}
          </button>
        ))}
        {notice.until === undefined ? (
          <button
            type="button"
            className="icon-btn"
            onClick={sayNothing}
            aria-label={t('share.close')}
            title={t('share.close')}
          >
            <X size={16} aria-hidden="true" />
          </button>
        ) : null}
      </div>
    </section>
  )
}

/** Moments are written as the clock shows them, real instants as how long ago. */
function textOf(notice: Notice, t: Translate, language: string): string {
  const values = { ...notice.values }
  if (typeof values.at === 'number') values.at = clockText(values.at)
  if (typeof values.when === 'number') values.when = ago(values.when, language)
  return t(notice.id, values)
}

function Playing({ until }: { until: number }) {
  const t = useWords()
  const now = Math.min(useNow(), until)
  return (
    <>
      <p>{t('share.playing', { at: clockText(now), until: clockText(until) })}</p>
      <progress
        className={styles.progress}
        max={Math.max(until, 1)}
        value={now}
        aria-label={t('share.playing', { at: '', until: clockText(until) })}
      />
    </>
  )
}
