/** Starts the page: a cluster in a worker, the read model, the scripting face, React. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { exposeScripting } from './bridge/scripting.ts'
import { startCluster } from './bridge/start.ts'
import { attachedTo, watchedThrough } from './bridge/transport.ts'
import { loadWords } from './i18n/words.ts'
import { isLink } from './share/bundle.ts'
import { embedded } from './share/embedding.ts'
import { keepPage } from './share/offline.ts'
import { keepSessions, load, offerLast, share } from './share/sessions.ts'
import { watchLive } from './share/watching.ts'
import { preferences } from './store/preferences.ts'
import './theme/tokens.css'
import './theme/base.css'

const asked = new URLSearchParams(location.search)
const number = (name: string) => (asked.has(name) ? Number(asked.get(name)) : undefined)
const seed = number('seed')
const nodes = number('nodes')
const scenario = asked.get('scenario') ?? undefined

async function begin(): Promise<void> {
  if (watchedThrough() !== undefined) return watchLive()
  if (attachedTo() === undefined) keepSessions(embedded() === undefined)
  if (isLink(location.hash)) return load(location.hash)
  await startCluster({
    ...(seed === undefined ? {} : { seed }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(scenario === undefined ? {} : { scenario }),
  })
  if (attachedTo() === undefined && embedded() === undefined) void offerLast()
}

const ready = begin()
exposeScripting(ready, { share, load })
void ready.finally(keepPage)
window.addEventListener('hashchange', () => {
  if (isLink(location.hash)) void load(location.hash)
})

/** The cluster comes alive while the words are on their way. */
async function show(root: HTMLElement): Promise<void> {
  await loadWords(preferences.getState().language)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}

const root = document.getElementById('root')
if (root) void show(root)
