/**
 * Descriptions of API types and fields for hover and `kubectl explain`, taken at build time from the doc comments of
 * @kubernetes/client-node (generated from release-1.36). It has none for fields that only name a type; those come from
 * kubernetes-types (1.30). They are never committed: `virtual:descriptions` is made anew by each build.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const ID = 'virtual:descriptions'
const MODELS = 'node_modules/@kubernetes/client-node/dist/gen/models'
const TYPES = 'node_modules/kubernetes-types'

/** Type name (ours) -> field name -> text; '' is the type itself. */
export function readDescriptions(root: string): Record<string, Record<string, string>> {
  const schemas = JSON.parse(
    readFileSync(join(root, 'src/cluster/api/generated/schemas.json'), 'utf8'),
  ) as Record<string, { id: string }>
  const files = new Set(readdirSync(join(root, MODELS)).filter((f) => f.endsWith('.d.ts')))
  const out: Record<string, Record<string, string>> = {}
  for (const [name, schema] of Object.entries(schemas)) {
    const file = candidates(schema.id).find((f) => files.has(f))
    const found = {
      ...fieldsOf(root, schema.id),
      ...(file ? parse(readFileSync(join(root, MODELS, file), 'utf8')) : {}),
    }
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

const modules = new Map<string, Record<string, Record<string, string>>>()

/** What kubernetes-types says of the fields of a type. */
function fieldsOf(root: string, id: string): Record<string, string> {
  const [group = '', version = '', type = ''] = id.split('.').slice(-3)
  const path = join(root, TYPES, group, `${version}.d.ts`)
  let found = modules.get(path)
  if (!found) {
    found = existsSync(path) ? parseTypes(readFileSync(path, 'utf8')) : {}
    modules.set(path, found)
  }
  return found[type] ?? {}
}

/** Type name -> field name -> text. */
function parseTypes(text: string): Record<string, Record<string, string>> {
  const out: Record<string, Record<string, string>> = {}
  for (const [, type = '', body = ''] of text.matchAll(
    /export interface (\w+) \{\n([\s\S]*?)^\}/gm,
  )) {
    const fields: Record<string, string> = {}
    const commented = /\/\*\*([\s\S]*?)\*\/\s*(?:readonly\s+)?"?([\w$-]+)"?\??:/g
    for (const [, comment = '', field = ''] of body.matchAll(commented)) {
      const lines = comment.split('\n').map((l) => l.replace(/^\s*\*\s?/, ''))
      fields[field] = lines.join('\n').trim()
    }
    out[type] = fields
  }
  return out
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
