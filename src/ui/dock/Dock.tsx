/** The dock: terminal, YAML editor, events, and what is wrong. */
import { lazy, Suspense } from 'react'
import { watchedThrough } from '../bridge/transport.ts'
import { loadWithWords } from '../editor/words.ts'
import { type MessageId, useWords } from '../i18n/i18n.ts'
import { type DockTab, prefer, type SideTab, usePreference } from '../store/preferences.ts'
import { useTroubles, useTroubleWatch } from '../store/troubles.ts'
import { useWorld } from '../store/world.ts'
import styles from './dock.module.css'
import { EventsTable } from './EventsTable.tsx'
import { TroublesList } from './TroublesList.tsx'
import marks from './troubles.module.css'

const Terminal = lazy(() => import('./Terminal.tsx').then((m) => ({ default: m.Terminal })))
const Editor = lazy(() =>
  loadWithWords(() => import('./Editor.tsx')).then((m) => ({ default: m.Editor })),
)

const SIDE: readonly { tab: SideTab; word: MessageId }[] = [
  { tab: 'events', word: 'dock.events' },
  { tab: 'troubles', word: 'why.troubles' },
]
/** On narrow screens what stands at the side becomes tabs. */
const TABS: readonly { tab: DockTab; word: MessageId }[] = [
  { tab: 'terminal', word: 'dock.terminal' },
  { tab: 'editor', word: 'dock.editor' },
  ...SIDE,
]

/** The dock. */
export function Dock() {
  const t = useWords()
  const tab = usePreference((p) => p.dock)
  const booted = useWorld((s) => s.booted)
  useTroubleWatch()
  return (
    <div className={styles.dock}>
      <section className={styles.pane}>
        <div className={styles.tabs} role="tablist">
          {TABS.filter(isThere).map((x) => (
            <button
              type="button"
              key={x.tab}
              role="tab"
              aria-selected={tab === x.tab}
              className={`${tab === x.tab ? styles.on : ''} ${isSide(x.tab) ? styles.narrow : ''}`}
              onClick={() => prefer({ dock: x.tab })}
              data-testid={`tab-${x.tab}`}
            >
              {t(x.word)}
              {x.tab === 'troubles' ? <Count /> : null}
            </button>
          ))}
        </div>
        <div className={styles.body}>
          <Suspense fallback={null}>
            {tab === 'terminal' && booted ? <Terminal /> : null}
            {tab === 'editor' ? <Editor /> : null}
            {tab === 'events' ? <EventsTable /> : null}
            {tab === 'troubles' ? <TroublesList /> : null}
          </Suspense>
        </div>
      </section>
      <Side />
    </div>
  )
}

/** Events and troubles beside the terminal, where the screen is wide. */
function Side() {
  const t = useWords()
  const wanted = usePreference((p) => p.side)
  const tabs = SIDE.filter(isThere)
  const shown = tabs.some((x) => x.tab === wanted) ? wanted : 'events'
  return (
    <section className={`${styles.pane} ${styles.events}`} aria-label={t('dock.side')}>
      <div className={styles.tabs} role="tablist">
        {tabs.map((x) => (
          <button
            type="button"
            key={x.tab}
            role="tab"
            aria-selected={shown === x.tab}
            className={shown === x.tab ? styles.on : ''}
            onClick={() => prefer({ side: x.tab })}
            data-testid={`side-${x.tab}`}
          >
            {t(x.word)}
            {x.tab === 'troubles' ? <Count /> : null}
          </button>
        ))}
      </div>
      <div className={styles.body}>{shown === 'events' ? <EventsTable /> : <TroublesList />}</div>
    </section>
  )
}

/** How many there are; nothing when all is well. */
function Count() {
  const n = useTroubles((s) => s.list.length)
  return n > 0 ? (
    <span className={marks.count} data-testid="trouble-count">
      {n}
    </span>
  ) : null
}

function isSide(tab: DockTab): boolean {
  return SIDE.some((x) => x.tab === tab)
}

/** A real cluster that is watched is not explained. */
function isThere({ tab }: { tab: DockTab }): boolean {
  return tab !== 'troubles' || watchedThrough() === undefined
}
