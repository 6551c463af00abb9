/** Saves the session by itself after each thing that was done, and when the page is hidden. */
import type { Ask } from '../../protocol/protocol.ts'
import type { Bundle } from './bundle.ts'
import { saveToFile } from './files.ts'
import { type KeptSession, keep, keptSessions, StorageError } from './kept.ts'
import { aboutLog, currentBundle, noteAcknowledged } from './log.ts'
import { say, sayNothing, shownNotice } from './notice.ts'

/** Real ms after an act: what is done in one breath is saved once. */
const PAUSE_MS = 150

let id = newId()
let dirty = false
let timer: ReturnType<typeof setTimeout> | undefined
let saving: Promise<void> | undefined
/** Said once until it works again. */
let complained = false

/** From now on another session is saved. @param as the id of a kept one that goes on */
export function beginAutosave(as?: string): void {
  clearTimeout(timer)
  timer = undefined
  dirty = false
  id = as ?? newId()
}

/** A kept session got a name: it is not written over; what goes on is saved beside it. */
export function leaveAsItIs(kept: string): void {
  if (kept === id) id = newId()
}

/** Something was done: the log is asked for soon. @param saved whether it is also kept in the browser */
export function noteDone(ask: Ask, saved: boolean): void {
  noteAcknowledged(ask)
  dirty = true
  timer ??= setTimeout(() => {
    timer = undefined
    if (saved) void save()
    else void currentBundle('present').catch(failed)
  }, PAUSE_MS)
}

/** Saves now what is not saved yet. */
export async function saveNow(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  if (dirty) await save()
}

/** Saves when the page is hidden: it may never come back. */
export function saveOnHide(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void saveNow()
  })
}

/** The newest session that was saved by itself in an earlier visit. */
export async function lastAutosave(): Promise<KeptSession | undefined> {
  try {
    return (await keptSessions()).find((s) => s.name === '' && s.id !== id)
  } catch (error) {
    // Without storage there is nothing to offer; saving will say so when it matters.
    if (error instanceof StorageError) return undefined
    throw error
  }
}

/** What the list shows of a session. */
export function describe(bundle: Bundle, name: string, as: string): KeptSession {
  return { id: as, name, savedAt: Date.now(), moment: bundle.moment, ...aboutLog(bundle) }
}

/** A new session's id. */
export function newId(): string {
  return crypto.randomUUID()
}

async function save(): Promise<void> {
  if (saving) {
    await saving
    if (!dirty) return
  }
  dirty = false
  const mine = id
  saving = currentBundle('present')
    .then((bundle) => (mine === id ? keep(describe(bundle, '', mine), bundle) : undefined))
    .then(settled, failed)
    .finally(() => {
      saving = undefined
    })
  await saving
}

function settled(): void {
  if (complained && shownNotice()?.id.match(/^share\.(full|absent)$/)) sayNothing()
  complained = false
}

function failed(error: unknown): void {
  // The host went away while it was asked: bringing back the session is someone else's work.
  if (!(error instanceof StorageError)) return
  dirty = true
  if (complained) return
  complained = true
  say({
    id: error.fault === 'full' ? 'share.full' : 'share.absent',
    tone: 'warn',
    actions: [{ label: 'share.save', run: () => void saveToFile() }],
  })
}
