/** The dock: terminal, YAML editor and events. */
import { lazy, Suspense } from 'react'
import { useWords } from '../i18n/i18n.ts'
import { type DockTab, prefer, usePreference } from '../store/preferences.ts'
import { useWorld } from '../store/world.ts'
import styles from './dock.module.css'
import { EventsTable } from './EventsTable.tsx'

const Terminal = lazy(() => import('./Terminal.tsx').then((m) => ({ default: m.Terminal })))
const Editor = lazy(() => import('./Editor.tsx').then((m) => ({ default: m.Editor })))

const TABS: readonly { tab: DockTab; word: 'dock.terminal' | 'dock.editor' | 'dock.events' }[] = [
  { tab: 'terminal', word: 'dock.terminal' },
  { tab: 'editor', word: 'dock.editor' },
  { tab: 'events', word: 'dock.events' },
]

/** The dock. */
export function Dock() {
  const t = useWords()
  const tab = usePreference((p) => p.dock)
  const booted = useWorld((s) => s.booted)
  return (
    <div className={styles.dock}>
      <section className={styles.pane}>
        <div className={styles.tabs} role="tablist">
          {TABS.map((x) => (
            <button
              type="button"
              key={x.tab}
              role="tab"
              aria-selected={tab === x.tab}
              className={`${tab === x.tab ? styles.on : ''} ${x.tab === 'events' ? styles.narrow : ''}`}
              onClick={() => prefer({ dock: x.tab })}
              data-testid={`tab-${x.tab}`}
            >
              {t(x.word)}
            </button>
          ))}
        </div>
        <div className={styles.body}>
          <Suspense fallback={null}>
            {tab === 'terminal' && booted ? <Terminal /> : null}
            {tab === 'editor' ? <Editor /> : null}
            {tab === 'events' ? <EventsTable /> : null}
          </Suspense>
        </div>
      </section>
      <section className={`${styles.pane} ${styles.events}`} aria-label={t('dock.events')}>
        <h2 className={styles.title}>{t('dock.events')}</h2>
        <div className={styles.body}>
          <EventsTable />
        </div>
      </section>
    </div>
  )
}
