/**
 * Sessions kept in this browser (IndexedDB): named ones, and the last few that were saved by themselves. What is listed
 * and what is played stand in two stores, written in one transaction: either all of a save is there or none of it.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { type Bundle, ofText, pack, unpack } from './bundle.ts'

/** What the list shows of a kept session. */
export interface KeptSession {
  readonly id: string
  /** '' when it was saved by itself. */
  readonly name: string
  /** @unit Unix ms of the real clock */
  readonly savedAt: number
  /** Virtual time that it shows. @unit ms */
  readonly moment: number
  readonly commands: number
  /** The last thing that was done, as a line. */
  readonly last: string
}

interface Shelf extends DBSchema {
  sessions: { key: string; value: KeptSession }
  bundles: { key: string; value: { readonly id: string; readonly packed: Uint8Array } }
}

/** Sessions saved by themselves that are kept; each open page writes one. */
const AUTOSAVES_MAX = 5
/** Real ms after which a database that does not open counts as absent. */
const OPEN_MAX_MS = 5000

/** Why a session cannot be kept: no room, or no storage at all. */
export type StorageFault = 'full' | 'absent'

/** Keeping failed; what was kept before is as it was. */
export class StorageError extends Error {
  constructor(readonly fault: StorageFault) {
    super(`sessions cannot be kept: ${fault}`)
  }
}

let opened: Promise<IDBPDatabase<Shelf>> | undefined

function open(): Promise<IDBPDatabase<Shelf>> {
  opened ??= new Promise<IDBPDatabase<Shelf>>((resolve, reject) => {
    const timer = setTimeout(() => reject(new StorageError('absent')), OPEN_MAX_MS)
    openDB<Shelf>('kubarium', 1, {
      upgrade(db) {
        db.createObjectStore('sessions', { keyPath: 'id' })
        db.createObjectStore('bundles', { keyPath: 'id' })
      },
      // A page of a later version waits for this one to let go.
      blocking: () => void opened?.then((db) => db.close()),
      terminated: () => {
        opened = undefined
      },
    })
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
  opened.catch(() => {
    opened = undefined
  })
  return opened
}

/** Runs something on the database; whatever goes wrong comes out as a StorageError. */
async function on<T>(what: (db: IDBPDatabase<Shelf>) => Promise<T>): Promise<T> {
  if (typeof indexedDB === 'undefined') throw new StorageError('absent')
  try {
    return await what(await open())
  } catch (error) {
    if (error instanceof StorageError) throw error
    const name = error instanceof DOMException ? error.name : ''
    throw new StorageError(name === 'QuotaExceededError' ? 'full' : 'absent')
  }
}

/** All kept sessions, the newest first. @throws StorageError */
export async function keptSessions(): Promise<KeptSession[]> {
  const all = await on((db) => db.getAll('sessions'))
  return all.sort((a, b) => b.savedAt - a.savedAt)
}

/** Keeps a session, in place of the one with that id; old ones saved by themselves make room. @throws StorageError */
export async function keep(session: KeptSession, bundle: Bundle): Promise<void> {
  const packed = await pack(JSON.stringify(bundle))
  await on(async (db) => {
    const tx = db.transaction(['sessions', 'bundles'], 'readwrite')
    const ended = tx.done.catch(() => undefined)
    try {
      await tx.objectStore('sessions').put(session)
      await tx.objectStore('bundles').put({ id: session.id, packed })
      const all = await tx.objectStore('sessions').getAll()
      const auto = all.filter((s) => s.name === '').sort((a, b) => b.savedAt - a.savedAt)
      for (const { id } of auto.slice(AUTOSAVES_MAX)) {
        await tx.objectStore('sessions').delete(id)
        await tx.objectStore('bundles').delete(id)
      }
    } catch (error) {
      abort(tx)
      await ended
      throw error
    }
    await tx.done
  })
}

function abort(tx: { abort(): void }): void {
  try {
    tx.abort()
  } catch (error) {
    // The browser has ended it already, which is what is wanted.
    if (!(error instanceof DOMException)) throw error
  }
}

/** What a kept session holds. @throws StorageError, BundleError */
export async function keptBundle(id: string): Promise<Bundle | undefined> {
  const found = await on((db) => db.get('bundles', id))
  return found && ofText(await unpack(new Uint8Array(found.packed)))
}

/** Gives a session a name. @throws StorageError */
export async function rename(session: KeptSession, name: string): Promise<void> {
  await on((db) => db.put('sessions', { ...session, name }))
}

/** Forgets a session. @throws StorageError */
export async function forget(id: string): Promise<void> {
  await on(async (db) => {
    const tx = db.transaction(['sessions', 'bundles'], 'readwrite')
    await Promise.all([
      tx.objectStore('sessions').delete(id),
      tx.objectStore('bundles').delete(id),
      tx.done,
    ])
  })
}
