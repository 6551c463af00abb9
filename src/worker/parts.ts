/**
 * The parts of the worker that come after it lives: what people work with (all of kubectl, reasons), and the
 * descriptions of types and fields. An ask that needs one waits for it outside the simulation, which never waits.
 */
import { provideDescriptions } from '../cluster/api/schema.ts'
import { isOfFew } from '../kubectl/few.ts'
import type { Ask } from '../protocol/protocol.ts'
import { scenarios } from '../scenarios/index.ts'

/** What needs no more than a cluster. */
const BARE: ReadonlySet<Ask['type']> = new Set([
  'speed',
  'step',
  'advance',
  'http',
  'fault',
  'add-node',
  'traffic',
  'history',
  'recording',
  'tree',
  'branches',
  'bookmark',
  'digest',
  'ports',
])

function needsTools(ask: Ask): boolean {
  if (ask.type !== 'start') return !BARE.has(ask.type)
  const scene = scenarios.find((s) => s.id === ask.scenario) ?? scenarios[0]
  return ask.recording !== undefined || !scene?.setup.every(isOfFew)
}

/** Whether an answer may hold descriptions: `kubectl explain`, and the schemas that the API server publishes. */
function needsDescriptions(ask: Ask): boolean {
  if (ask.type === 'kubectl') return /\bexplain\b|openapi/.test(ask.line)
  return ask.type === 'http' && ask.path.startsWith('/openapi')
}

/** Loads something once; after a failure it is tried again the next time. */
function once(load: () => Promise<unknown>): () => Promise<unknown> {
  let loading: Promise<unknown> | undefined
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
}

let tooled = false

/** Loads what people work with. */
export const loadTools = once(() =>
  import('../session/tools.ts').then(() => {
    tooled = true
  }),
)

const loadDescriptions = once(() =>
  import('virtual:descriptions').then((m) => provideDescriptions(m.default)),
)

/** @returns undefined when all that the ask needs is there */
export function partsFor(ask: Ask): (() => Promise<unknown>) | undefined {
  const tools = !tooled && needsTools(ask)
  const described = needsDescriptions(ask)
  if (!tools && !described) return undefined
  return async () => {
    if (tools) await loadTools()
    // Without them explain says less.
    if (described) await loadDescriptions().catch(() => undefined)
  }
}
