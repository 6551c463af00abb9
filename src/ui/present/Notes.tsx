/** Writing the notes: what is said at each step, which moment it shows, and a line to run. */
import { ArrowUp, Clock, Plus, Trash2 } from 'lucide-react'
import { clockText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { cards } from '../store/world.ts'
import type { Note } from './note.ts'
import styles from './present.module.css'
import { goTo, toggle, usePresenting, write } from './present.ts'

/** The list, over the map. */
export function Notes() {
  const t = useWords()
  const notes = usePresenting((p) => p.notes)
  const change = (id: string, part: Partial<Note>) =>
    write((all) => all.map((n) => (n.id === id ? { ...n, ...part } : n)))
  return (
    <div
      className={styles.notes}
      role="dialog"
      aria-label={t('present.edit')}
      onKeyDown={(e) => {
        if (e.key !== 'Escape') return
        e.stopPropagation()
        toggle('editing')
      }}
      data-testid="notes"
    >
      <h2 className="strong">{t('present.edit')}</h2>
      <p className="small muted">{t('present.help')}</p>
      <ol>
        {notes.map((n, i) => (
          <li key={n.id}>
            <span className="muted">{i + 1}</span>
            <div className={styles.fields}>
              <textarea
                className="field"
                value={n.text}
                rows={2}
                placeholder={t('present.text')}
                aria-label={t('present.text')}
                onFocus={() => goTo(i)}
                onChange={(e) => change(n.id, { text: e.target.value })}
                data-testid="note-text"
              />
              <input
                className="field mono"
                value={n.line ?? ''}
                placeholder="kubectl get pods"
                aria-label={t('present.line')}
                spellCheck={false}
                onChange={(e) => change(n.id, { line: e.target.value || undefined })}
                data-testid="note-line"
              />
              <div className={styles.row}>
                <button
                  type="button"
                  className="btn"
                  aria-pressed={n.at !== undefined}
                  onClick={() => change(n.id, { at: n.at === undefined ? cards.now : undefined })}
                  data-testid="note-moment"
                >
                  <Clock size={14} aria-hidden="true" />
                  {n.at === undefined ? t('present.moment') : `${clockText(n.at)} ×`}
                </button>
                <button
                  type="button"
                  className="btn"
                  disabled={i === 0}
                  aria-label={t('present.up')}
                  title={t('present.up')}
                  onClick={() => write((all) => raised(all, i))}
                >
                  <ArrowUp size={14} aria-hidden="true" />
                </button>
                <button
                  type="button"
                  className="btn"
                  aria-label={t('present.remove')}
                  title={t('present.remove')}
                  onClick={() => write((all) => all.filter((x) => x.id !== n.id))}
                >
                  <Trash2 size={14} aria-hidden="true" />
                </button>
              </div>
            </div>
          </li>
        ))}
      </ol>
      <div className={styles.row}>
        <button
          type="button"
          className="btn"
          onClick={() => write((all) => [...all, { id: crypto.randomUUID(), text: '' }])}
          data-testid="note-add"
        >
          <Plus size={14} aria-hidden="true" />
          {t('present.add')}
        </button>
        <button
          type="button"
          className="btn primary"
          onClick={() => toggle('editing')}
          data-testid="notes-done"
        >
          {t('present.done')}
        </button>
      </div>
    </div>
  )
}

function raised(notes: readonly Note[], i: number): Note[] {
  const out = [...notes]
  const [note] = out.splice(i, 1)
  if (note) out.splice(i - 1, 0, note)
  return out
}
