/** What lies over the page for sharing and keeping: the message, the crash panel, the dialogs, the drop target. */
import { lazy, Suspense } from 'react'
import { startCluster } from '../bridge/start.ts'
import { useWords } from '../i18n/i18n.ts'
import { useWorld } from '../store/world.ts'
import { DropTarget } from './DropTarget.tsx'
import { closeDialog, useDialog } from './dialog.ts'
import { NoticeCard } from './NoticeCard.tsx'
import { bringBackWithoutLast, forgetLink } from './sessions.ts'
import styles from './share.module.css'

const SessionsDialog = lazy(() =>
  import('./SessionsDialog.tsx').then((m) => ({ default: m.SessionsDialog })),
)
const ImportDialog = lazy(() =>
  import('./ImportDialog.tsx').then((m) => ({ default: m.ImportDialog })),
)

/** Everything of this room that is not in the bar. */
export function ShareLayer() {
  const dialog = useDialog()
  return (
    <>
      <NoticeCard />
      <Crash />
      <DropTarget />
      <Suspense fallback={null}>
        {dialog.open === 'sessions' ? <SessionsDialog close={closeDialog} /> : null}
        {dialog.open === 'import' ? <ImportDialog text={dialog.text} close={closeDialog} /> : null}
      </Suspense>
    </>
  )
}

/** Shown when the simulation stopped again after its session had been brought back, or cannot be brought back. */
function Crash() {
  const t = useWords()
  const crash = useWorld((s) => s.crash)
  if (!crash) return null
  return (
    <div className={styles.crash} role="alert" data-testid="crash">
      <p className="strong bad">{t('app.crashed')}</p>
      <pre>{crash}</pre>
      <p className={styles.actions}>
        <button type="button" className="btn primary" onClick={bringBackWithoutLast}>
          {t('share.crash.retry')}
        </button>
        <button
          type="button"
          className="btn"
          onClick={() => {
            forgetLink()
            void startCluster({})
          }}
        >
          {t('app.restart')}
        </button>
      </p>
    </div>
  )
}
