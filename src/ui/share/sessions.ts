/** Opens sessions: from links, files, the browser's storage, and after a crash from the page's own copy of the log. */
import type { Ask } from '../../protocol/protocol.ts'
import type { StartOptions } from '../bridge/bridge.ts'
import { bridge } from '../bridge/bridge.ts'
import { startCluster, watchCluster } from '../bridge/start.ts'
import { LOST_MS } from '../bridge/watchdog.ts'
import type { MessageId } from '../i18n/i18n.ts'
import { cards, worldStore } from '../store/world.ts'
import { beginAutosave, lastAutosave, noteDone, saveOnHide } from './autosave.ts'
import { type Bundle, BundleError, isLink, linkOf, ofLink, ofText } from './bundle.ts'
import { type KeptSession, keptBundle } from './kept.ts'
import { beginLog, currentBundle, knownBundle, lineOf, present } from './log.ts'
import { say, sayNothing, shownNotice } from './notice.ts'

/** Real ms in which a second crash counts as the same one; an endless loop takes a while to be noticed. */
const SAME_CRASH_MS = 60_000

let lastStart: StartOptions = {}
/** Under which id the session that starts next is saved. */
let nextId: string | undefined
let broughtBackAt = Number.NEGATIVE_INFINITY

/** From now on sessions come back after a crash. @param saved whether they are also saved by themselves */
export function keepSessions(saved: boolean): void {
  // The log as it begins: what is done next may be all that is known of it when the host is gone.
  const ready = () => void currentBundle('present').catch(() => undefined)
  watchCluster({ started, ready, crashed, silent })
  bridge.onAcknowledged = (ask) => noteDone(ask, saved)
  if (saved) saveOnHide()
}

function started(options: StartOptions): void {
  lastStart = options
  beginLog(options.recording, options.tree)
  beginAutosave(nextId)
  nextId = undefined
}

/** Plays a session, says how far it is and that it arrived; a fault of it is said and the first cluster starts. */
export async function openBundle(
  bundle: Bundle,
  arrived: MessageId = 'share.opened',
): Promise<void> {
  const cancel = () => {
    sayNothing()
    forgetLink()
    void startCluster({})
  }
  say({
    id: 'share.playing',
    tone: 'plain',
    until: bundle.moment,
    actions: [{ label: 'share.cancel', run: cancel }],
  })
  const { recording, moment, tree } = bundle
  try {
    if (!(await startCluster({ recording, until: moment, tree, speed: 0 }))) return
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    await startInstead('share.fault.replay', { message })
    return
  }
  say({
    id: arrived,
    values: { at: moment },
    tone: 'plain',
    actions: [{ label: 'share.play', run: play }],
  })
}

function play(): void {
  bridge.speed(1)
  sayNothing()
}

async function startInstead(id: MessageId, values: Record<string, string> = {}): Promise<void> {
  forgetLink()
  say({ id, values, tone: 'warn', more: { id: 'share.instead', values: {} } })
  await startCluster({})
}

/** Opens what a link or a file's text holds; says what is wrong with it. */
export async function load(linkOrFile: string | Blob): Promise<void> {
  const text = typeof linkOrFile === 'string' ? linkOrFile : await linkOrFile.text()
  try {
    await openBundle(isLink(text) ? await ofLink(text) : ofText(text))
  } catch (error) {
    if (!(error instanceof BundleError)) throw error
    // A cluster that runs is left alone.
    if (worldStore.getState().booted) say({ id: `share.fault.${error.fault}`, tone: 'warn' })
    else await startInstead(`share.fault.${error.fault}`)
  }
}

/** The link to this moment. */
export async function share(): Promise<string> {
  return linkOf(await currentBundle('shown'), location.href)
}

/** Opens a kept session; it goes on being saved in its place when it was saved by itself. */
export async function openKept(session: KeptSession): Promise<void> {
  const bundle = await keptBundle(session.id)
  if (!bundle) return say({ id: 'share.fault.not-a-session', tone: 'warn' })
  forgetLink()
  if (session.name === '') nextId = session.id
  await openBundle(bundle)
}

/** Offers the last session, if there is one; never more than that. */
export async function offerLast(): Promise<void> {
  const last = await lastAutosave()
  if (!last) return
  say({
    id: 'share.offer',
    values: { at: last.moment, last: last.last, when: last.savedAt },
    tone: 'plain',
    actions: [
      { label: 'share.restore', run: () => void openKept(last) },
      { label: 'share.notnow', run: sayNothing },
    ],
  })
}

/** Another session takes the place of the one that the address names. */
export function forgetLink(): void {
  if (isLink(location.hash)) history.replaceState(null, '', location.pathname + location.search)
}

/** The host does not answer: it may be at something long, or in an endless loop. */
function silent(ms: number): void {
  if (ms === 0) {
    if (shownNotice()?.id === 'share.hung') sayNothing()
    return
  }
  say({
    id: 'share.hung',
    values: { s: Math.round(ms / 1000), limit: LOST_MS / 1000 },
    tone: 'warn',
    actions: [{ label: 'share.hung.now', run: () => bridge.abandon() }],
  })
}

/** The host is gone: the session comes back by itself once; if that fails too, the reader chooses. */
function crashed(message: string, underWay: readonly Ask[]): void {
  const now = performance.now()
  const again = now - broughtBackAt < SAME_CRASH_MS
  broughtBackAt = now
  if (again) {
    worldStore.setState({ crash: message })
    return
  }
  void bringBack(underWay)
}

async function bringBack(underWay: readonly Ask[], without = 0): Promise<void> {
  const bundle = knownBundle(present(), without, underWay)
  if (!bundle) {
    await startCluster(lastStart)
    return say({ id: 'share.crash.back', values: { at: cards.now }, tone: 'warn' })
  }
  await openBundle(bundle, 'share.crash.back')
  if (underWay.length === 0) return
  const line = underWay.map((ask) => lineOf({ ...ask })).join('; ')
  say({
    id: 'share.crash.back',
    values: { at: bundle.moment },
    tone: 'warn',
    more: { id: 'share.crash.lost', values: { line } },
    actions: [{ label: 'share.play', run: play }],
  })
}

/** After a second crash: the session without its last command. */
export function bringBackWithoutLast(): void {
  void bringBack([], 1)
}
