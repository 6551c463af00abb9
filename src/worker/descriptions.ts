/** Which asks need the descriptions of types and fields, half the size of the rest of the worker. */
import type { Ask } from '../protocol/protocol.ts'

/** Whether an answer may hold descriptions: `kubectl explain`, and the schemas that the API server publishes. */
export function asksForDescriptions(ask: Ask): boolean {
  if (ask.type === 'kubectl') return /\bexplain\b|openapi/.test(ask.line)
  return ask.type === 'http' && ask.path.startsWith('/openapi')
}
