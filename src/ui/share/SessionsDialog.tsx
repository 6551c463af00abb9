/** Sessions kept in this browser: save the one that runs, open, rename, delete. */
import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useEffect, useState } from 'react'
import { clockText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { usePreference } from '../store/preferences.ts'
import { describe, leaveAsItIs, newId } from './autosave.ts'
import {
  forget,
  type KeptSession,
  keep,
  keptSessions,
  rename,
  StorageError,
  type StorageFault,
} from './kept.ts'
import { currentBundle } from './log.ts'
import { say } from './notice.ts'
import { openKept } from './sessions.ts'
import styles from './share.module.css'
import { ago } from './when.ts'

/** The dialog. */
export function SessionsDialog({ close }: { close: () => void }) {
  const t = useWords()
  const [sessions, setSessions] = useState<readonly KeptSession[]>([])
  const [fault, setFault] = useState<StorageFault>()
  const [name, setName] = useState('')
  /** Does something to what is kept, then shows what is kept now. */
  const change = async (what: () => Promise<unknown>) => {
    try {
      await what()
      setSessions(await keptSessions())
      setFault(undefined)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      setFault(error.fault)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked up once, when it opens
  useEffect(() => void change(async () => undefined), [])
  const save = () =>
    change(async () => {
      const bundle = await currentBundle('present')
      await keep(describe(bundle, name.trim(), newId()), bundle)
      setName('')
    })
  const open = (s: KeptSession) => {
    close()
    openKept(s).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error
      say({ id: `share.${error.fault}`, tone: 'warn' })
    })
  }
  return (
    <Dialog.Root open onOpenChange={(o) => o || close()}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.veil} />
        <Dialog.Content
          className={styles.dialog}
          aria-describedby={undefined}
          data-testid="sessions"
        >
          <header>
            <Dialog.Title className="strong">{t('sessions.title')}</Dialog.Title>
            <Dialog.Close className="icon-btn" aria-label={t('share.close')}>
              <X size={16} aria-hidden="true" />
            </Dialog.Close>
          </header>
          <form
            className={styles.line}
            onSubmit={(e) => {
              e.preventDefault()
              if (name.trim()) void save()
            }}
          >
            <input
              className={styles.input}
              value={name}
              onChange={(e) => setName(e.target.value)}
              placeholder={t('sessions.name')}
              aria-label={t('sessions.name')}
              maxLength={80}
            />
            <button type="submit" className="btn primary" disabled={!name.trim()}>
              {t('sessions.save')}
            </button>
          </form>
          {fault ? (
            <p className={styles.fault} role="alert">
              {t(`share.${fault}`)}
            </p>
          ) : null}
          {sessions.length === 0 && !fault ? <p className="muted">{t('sessions.none')}</p> : null}
          <ul className={styles.list}>
            {sessions.map((s) => (
              <Kept
                key={s.id}
                session={s}
                open={() => open(s)}
                rename={(to) => {
                  leaveAsItIs(s.id)
                  void change(() => rename(s, to))
                }}
                forget={() => void change(() => forget(s.id))}
              />
            ))}
          </ul>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

interface KeptProps {
  readonly session: KeptSession
  open(): void
  rename(to: string): void
  forget(): void
}

function Kept({ session: s, open, rename, forget }: KeptProps) {
  const t = useWords()
  const language = usePreference((p) => p.language)
  const [draft, setDraft] = useState<string>()
  const [sure, setSure] = useState(false)
  const about = { at: clockText(s.moment), n: s.commands, when: ago(s.savedAt, language) }
  return (
    <li>
      <div className={styles.what}>
        {draft === undefined ? (
          <p className={s.name ? 'strong' : 'muted'}>{s.name || t('sessions.auto')}</p>
        ) : (
          <form
            className={styles.line}
            onSubmit={(e) => {
              e.preventDefault()
              if (draft.trim()) rename(draft.trim())
              setDraft(undefined)
            }}
          >
            <input
              className={styles.input}
              value={draft}
              onChange={(e) => setDraft(e.target.value)}
              aria-label={t('sessions.name')}
              maxLength={80}
              ref={(input) => input?.focus()}
            />
          </form>
        )}
        <p className="small muted">{t('sessions.about', about)}</p>
        {s.last ? <p className={`small mono ${styles.last}`}>{s.last}</p> : null}
      </div>
      <div className={styles.actions}>
        <button type="button" className="btn" onClick={open}>
          {t('sessions.open')}
        </button>
        <button
          type="button"
          className="btn"
          onClick={() => setDraft(draft === undefined ? s.name : undefined)}
        >
          {t('sessions.rename')}
        </button>
        <button
          type="button"
          className={sure ? `btn ${styles.sure}` : 'btn'}
          onClick={() => (sure ? forget() : setSure(true))}
          onBlur={() => setSure(false)}
        >
          {t(sure ? 'sessions.sure' : 'sessions.delete')}
        </button>
      </div>
    </li>
  )
}
