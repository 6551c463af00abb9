/** One quiet message at a time about what became of a session: what happened, and what can be done about it. */
import { createStore, useStore } from 'zustand'
import type { MessageId } from '../i18n/i18n.ts'

/** A text of the catalogue with its values; moments are virtual milliseconds, `when` is a real instant. */
export interface Notice {
  readonly id: MessageId
  readonly values?: Readonly<Record<string, string | number>>
  readonly tone: 'plain' | 'warn' | 'bad'
  /** A second line as it is, such as a command or a link. */
  readonly detail?: string
  /** A second line of the catalogue. */
  readonly more?: { readonly id: MessageId; readonly values: Readonly<Record<string, string>> }
  /** Set while a session is played: the virtual time it goes to. */
  readonly until?: number
  readonly actions?: readonly { readonly label: MessageId; readonly run: () => void }[]
}

const store = createStore<{ notice: Notice | undefined }>(() => ({ notice: undefined }))

/** Real ms after which a message that asks nothing goes by itself. */
const GOES_AFTER_MS = 10_000

/** Shows a message in place of the one before. */
export function say(notice: Notice): void {
  store.setState({ notice })
  const stays = notice.tone !== 'plain' || notice.until !== undefined || notice.detail
  if (stays || notice.actions?.length) return
  setTimeout(() => {
    if (store.getState().notice === notice) sayNothing()
  }, GOES_AFTER_MS)
}

/** Takes the message away. */
export function sayNothing(): void {
  store.setState({ notice: undefined })
}

/** The message that is shown. */
export function useNotice(): Notice | undefined {
  return useStore(store, (s) => s.notice)
}

/** The message that is shown, outside of React. */
export function shownNotice(): Notice | undefined {
  return store.getState().notice
}
