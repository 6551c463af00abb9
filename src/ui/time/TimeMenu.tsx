/** All of time in one place: take back, run until, named moments, what was done, and the tree of branches. */
import { History, Redo2, Undo2 } from 'lucide-react'
import { Popover } from 'radix-ui'
import { type FormEvent, useEffect, useState } from 'react'
import type { StepUnit } from '../../protocol/protocol.ts'
import { bridge } from '../bridge/bridge.ts'
import { clockText } from '../components/time.ts'
import { useWords } from '../i18n/i18n.ts'
import { cards } from '../store/world.ts'
import { Branches } from './Branches.tsx'
import styles from './time.module.css'
import { bookmark, canBranch, look, redo, refresh, undo, useTravel } from './travel.ts'

/** Acts shown in the list, newest first. */
const ACTS_MAX = 40

/** The button in the bar and what it opens. */
export function TimeMenu() {
  const t = useWords()
  useUndoKeys()
  return (
    <Popover.Root onOpenChange={(open) => open && void refresh()}>
      <Popover.Trigger
        className="icon-btn"
        aria-label={t('time.menu')}
        title={t('time.menu')}
        data-testid="time-menu"
      >
        <History size={16} aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={`menu ${styles.tree}`}
          align="end"
          sideOffset={4}
          aria-label={t('time.menu')}
          data-testid="time"
        >
          <TakeBack />
          <Steps />
          <Until />
          <Bookmarks />
          <Acts />
          {canBranch() ? <Branches /> : null}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

/** Ctrl+Z and Ctrl+Shift+Z, wherever no text is being written. */
function useUndoKeys(): void {
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.key.toLowerCase() !== 'z' || !(e.ctrlKey || e.metaKey) || e.altKey) return
      const on = e.target as HTMLElement
      if (on.closest('input, textarea, select, [contenteditable], .monaco-editor, .xterm')) return
      e.preventDefault()
      void (e.shiftKey ? redo() : undo())
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
}

function TakeBack() {
  const t = useWords()
  const last = useTravel((s) => s.commands.findLast((c) => c.acts))
  const undone = useTravel((s) => s.redo.length)
  const busy = useTravel((s) => s.busy)
  if (!canBranch()) return null
  return (
    <div className={styles.form}>
      <button
        type="button"
        className="btn"
        disabled={!last || busy}
        onClick={() => void undo()}
        title={t('time.undo.about', { act: last?.text ?? '' })}
        data-testid="undo"
      >
        <Undo2 size={14} aria-hidden="true" />
        {t('time.undo')}
      </button>
      <button
        type="button"
        className="btn"
        disabled={undone === 0 || busy}
        onClick={() => void redo()}
        data-testid="redo"
      >
        <Redo2 size={14} aria-hidden="true" />
        {t('time.redo')}
      </button>
      <span className={`small muted ${styles.name}`} style={{ alignSelf: 'center' }}>
        {last?.text}
      </span>
    </div>
  )
}

const UNITS: readonly StepUnit[] = ['event', 'reconcile', 'second']

/** Steps of the present and of the past alike. */
function Steps() {
  const t = useWords()
  return (
    <>
      <h2>{t('time.steps')}</h2>
      <div className={styles.form}>
        {UNITS.map((unit) => (
          <button
            key={unit}
            type="button"
            className="btn"
            onClick={() => void bridge.step(unit)}
            data-testid={`step-${unit}`}
          >
            {t(`time.by.${unit}`)}
          </button>
        ))}
      </div>
    </>
  )
}

function Until() {
  const t = useWords()
  const [text, setText] = useState('')
  const [said, setSaid] = useState('')
  const run = async (e: FormEvent) => {
    e.preventDefault()
    setSaid(t('time.until.running'))
    try {
      setSaid(t((await bridge.until(text)) ? 'time.until.met' : 'time.until.over'))
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <h2>{t('time.until')}</h2>
      <form className={styles.form} onSubmit={(e) => void run(e)}>
        <input
          className="field"
          value={text}
          onChange={(e) => setText(e.target.value)}
          placeholder="deployment/web Available"
          aria-label={t('time.until')}
          data-testid="until"
          list="until-examples"
        />
        <datalist id="until-examples">
          {[
            'deployment/web Available',
            'node/node-2 NotReady',
            'event FailedScheduling',
            '5 pods Ready',
          ].map((x) => (
            <option key={x} value={x} />
          ))}
        </datalist>
        <button type="submit" className="btn" disabled={!text.trim()}>
          {t('time.until.go')}
        </button>
      </form>
      {said ? (
        <p className="small muted" role="status">
          {said}
        </p>
      ) : null}
    </>
  )
}

function Bookmarks() {
  const t = useWords()
  const bookmarks = useTravel((s) => s.bookmarks)
  const [name, setName] = useState('')
  if (!canBranch()) return null
  const add = (e: FormEvent) => {
    e.preventDefault()
    void bookmark(name || clockText(cards.now)).then(() => setName(''))
  }
  return (
    <>
      <h2>{t('time.bookmarks')}</h2>
      {bookmarks.map((b) => (
        <div key={b.at} className={styles.row}>
          <button type="button" className={styles.name} onClick={() => look(b.at)}>
            ★ {b.name}
          </button>
          <span className={styles.at}>{clockText(b.at)}</span>
          <button
            type="button"
            className="icon-btn"
            aria-label={t('time.bookmark.remove', { name: b.name })}
            onClick={() => void bookmark('', b.at)}
          >
            ×
          </button>
        </div>
      ))}
      <form className={styles.form} onSubmit={add}>
        <input
          className="field"
          value={name}
          onChange={(e) => setName(e.target.value)}
          placeholder={t('time.bookmark.name')}
          aria-label={t('time.bookmark.name')}
          data-testid="bookmark-name"
        />
        <button type="submit" className="btn" data-testid="bookmark-add">
          {t('time.bookmark.add')}
        </button>
      </form>
    </>
  )
}

function Acts() {
  const t = useWords()
  const commands = useTravel((s) => s.commands)
  const acts = commands.filter((c) => c.acts).slice(-ACTS_MAX)
  return (
    <>
      <h2>{t('time.acts')}</h2>
      {acts.length === 0 ? <p className="small muted">{t('time.acts.none')}</p> : null}
      {acts.reverse().map((c, i) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: acts of one instant have no other identity
          key={`${c.at}/${i}`}
          type="button"
          className={styles.row}
          style={{ width: '100%' }}
          onClick={() => look(Math.max(0, c.at - 1))}
          title={t('time.acts.before')}
        >
          <span className={`mono ${styles.name}`}>{c.text}</span>
          <span className={styles.at}>{clockText(c.at)}</span>
        </button>
      ))}
    </>
  )
}
