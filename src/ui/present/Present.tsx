/** What a presentation adds to the page: the note that is told, its keys, and the pointer. */
import {
  ChevronLeft,
  ChevronRight,
  Maximize,
  PanelBottom,
  PanelRight,
  Pencil,
  Play,
  X,
} from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { clockText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { isWriting } from '../layers/layers.ts'
import { toggleFullScreen } from './fullscreen.ts'
import { Laser } from './Laser.tsx'
import { Notes } from './Notes.tsx'
import styles from './present.module.css'
import { leave, run, stepBy, toggle, usePresenting } from './present.ts'

/** Where arrows have a meaning of their own. */
const WALKED = '[role=listbox], [role=tree], [role=slider], [role=tablist], .react-flow__node'

/** The bar below the map. */
export function Present() {
  const t = useWords()
  const step = usePresenting((p) => p.step)
  const notes = usePresenting((p) => p.notes)
  const editing = usePresenting((p) => p.editing)
  const dock = usePresenting((p) => p.dock)
  const inspector = usePresenting((p) => p.inspector)
  const note = notes[step]
  useKeys()
  return (
    <section className={styles.bar} aria-label={t('present.title')} data-testid="present">
      <div className={styles.note} aria-live="polite">
        {note ? (
          <>
            <p data-testid="note">{note.text}</p>
            {note.at === undefined ? null : (
              <span className="mono muted">{clockText(note.at)}</span>
            )}
            {note.line ? (
              <button
                type="button"
                className={styles.line}
                onClick={() => run(note.line ?? '')}
                data-testid="note-run"
              >
                <Play size={16} aria-hidden="true" />
                <code>{note.line}</code>
              </button>
            ) : null}
          </>
        ) : (
          <p className="muted">{t('present.none')}</p>
        )}
      </div>
      <div className={styles.tools}>
        <span className="muted" data-testid="note-count">
          {notes.length ? `${step + 1} / ${notes.length}` : ''}
        </span>
        <Tool word={t('present.back')} off={step === 0} act={() => stepBy(-1)}>
          <ChevronLeft size={20} aria-hidden="true" />
        </Tool>
        <Tool word={t('present.next')} off={step >= notes.length - 1} act={() => stepBy(1)}>
          <ChevronRight size={20} aria-hidden="true" />
        </Tool>
        <Tool word={t('present.edit')} on={editing} act={() => toggle('editing')}>
          <Pencil size={16} aria-hidden="true" />
        </Tool>
        <Tool word={t('present.dock')} on={dock} act={() => toggle('dock')}>
          <PanelBottom size={16} aria-hidden="true" />
        </Tool>
        <Tool word={t('present.inspector')} on={inspector} act={() => toggle('inspector')}>
          <PanelRight size={16} aria-hidden="true" />
        </Tool>
        <Tool word={t('map.full')} act={() => void toggleFullScreen()}>
          <Maximize size={16} aria-hidden="true" />
        </Tool>
        <Tool word={t('present.leave')} act={leave}>
          <X size={20} aria-hidden="true" />
        </Tool>
      </div>
      {editing ? <Notes /> : null}
      <Laser />
    </section>
  )
}

function Tool(p: {
  word: string
  on?: boolean
  off?: boolean
  act: () => void
  children: ReactNode
}) {
  return (
    <button
      type="button"
      className="icon-btn"
      aria-label={p.word}
      title={p.word}
      aria-pressed={p.on}
      disabled={p.off}
      onClick={p.act}
    >
      {p.children}
    </button>
  )
}

function useKeys(): void {
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || isWriting(e.target)) return
      const walked = e.target instanceof Element && e.target.closest(WALKED) !== null
      if (e.key === 'Escape') leave()
      else if (walked) return
      else if (e.key === 'PageDown' || e.key === 'ArrowRight') stepBy(1)
      else if (e.key === 'PageUp' || e.key === 'ArrowLeft') stepBy(-1)
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
}
