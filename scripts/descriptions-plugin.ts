/**
 * Descriptions of API types and fields for hover and `kubectl explain`, taken at build time from the doc comments of
 * @kubernetes/client-node (generated from release-1.36). They are never committed: `virtual:descriptions` is made anew
 * by each build.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const ID = 'virtual:descriptions'
const MODELS = 'node_modules/@kubernetes/client-node/dist/gen/models'

/** Type name (ours) -> field name -> text; '' is the type itself. */
export function readDescriptions(root: string): Record<string, Record<string, string>> {
  const schemas = JSON.parse(
    readFileSync(join(root, 'src/cluster/api/generated/schemas.json'), 'utf8'),
  ) as Record<string, { id: string }>
  const files = new Set(readdirSync(join(root, MODELS)).filter((f) => f.endsWith('.d.ts')))
  const out: Record<string, Record<string, string>> = {}
  for (const [name, schema] of Object.entries(schemas)) {
    const file = candidates(schema.id).find((f) => files.has(f))
    if (!file) continue
    const found = parse(readFileSync(join(root, MODELS, file), 'utf8'))
    if (Object.keys(found).length > 0) out[name] = found
  }
  return out
}

/** client-node's names: `V1Pod`, or with the group before it where several groups share a name. */
function candidates(id: string): string[] {
  const parts = id.split('.')
  const type = parts.at(-1) ?? ''
  const version = cap(parts.at(-2) ?? '')
  const group = cap(parts.at(-3) ?? '')
  return [`${version}${type}.d.ts`, `${group}${version}${type}.d.ts`]
}

function cap(s: string): string {
  return s.charAt(0).toUpperCase() + s.slice(1)
}

function parse(text: string): Record<string, string> {
  const out: Record<string, string> = {}
  const comment =
    /\/\*\*\s*\n((?:\s*\*[^\n]*\n)+?)\s*\*\/\s*\n\s*(?:export declare class|'?([\w$-]+)'?\??:)/g
  for (const m of text.matchAll(comment)) {
    const words = (m[1] ?? '')
      .split('\n')
      .map((l) => l.replace(/^\s*\*\s?/, '').replace(/\\(['"])/g, '$1'))
      .join('\n')
      .trim()
    if (!words.startsWith('Kubernetes\n')) out[m[2] ?? ''] = words
  }
  return out
}

/** The vite plugin. */
export function descriptions(root = process.cwd()): Plugin {
  return {
    name: 'descriptions',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load: (id) =>
      id === `\0${ID}` ? `export default ${JSON.stringify(readDescriptions(root))}` : undefined,
  }
}
