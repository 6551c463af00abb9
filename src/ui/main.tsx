/** Starts the page: a cluster in a worker, the read model, the scripting face, React. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { exposeScripting } from './bridge/scripting.ts'
import { startCluster } from './bridge/start.ts'
import './theme/tokens.css'
import './theme/base.css'

const asked = new URLSearchParams(location.search)
const number = (name: string) => (asked.has(name) ? Number(asked.get(name)) : undefined)
const seed = number('seed')
const nodes = number('nodes')
const scenario = asked.get('scenario') ?? undefined

exposeScripting(
  startCluster({
    ...(seed === undefined ? {} : { seed }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(scenario === undefined ? {} : { scenario }),
  }),
)

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
