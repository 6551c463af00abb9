/**
 * ConfigMaps and Secrets made of literals and files, and the hash of content that ends their names.
 * @source https://kubectl.docs.kubernetes.io/references/kustomize/builtins/, api/hasher/hasher.go of kustomize 5
 */
import type { JsonObject } from '../../cluster/api/meta/json.ts'
import { sha256Hex } from '../../cluster/api/meta/sha256.ts'
import { encodeBase64 } from '../base64.ts'
import { CliError } from '../errors.ts'
import { goJson } from '../printers/gojson.ts'
import type { Folder } from './folder.ts'
import type { Generator, GeneratorOptions, Kustomization } from './kustomization.ts'
import { append, idOf, idsOf, idText, metadataOf, type Resource, remember } from './resource.ts'

/** Adds what the kustomization generates, or merges it with what came from below. @throws CliError */
export function generate(all: Resource[], k: Kustomization, folder: Folder): void {
  for (const g of k.configMapGenerator)
    place(all, made('ConfigMap', g, k.generatorOptions, folder), g)
  for (const g of k.secretGenerator) place(all, made('Secret', g, k.generatorOptions, folder), g)
}

function made(
  kind: 'ConfigMap' | 'Secret',
  g: Generator,
  common: GeneratorOptions,
  folder: Folder,
): Resource {
  if (!g.name) throw new CliError(`a ${kind.toLowerCase()} must have a name`)
  const data = Object.fromEntries(
    [...gather(kind, g, folder)].map(([key, v]) => [key, kind === 'Secret' ? encodeBase64(v) : v]),
  )
  const options = g.options ?? {}
  const labels = { ...common.labels, ...options.labels }
  const annotations = { ...common.annotations, ...options.annotations }
  const metadata: JsonObject = { name: g.name }
  if (g.namespace) metadata.namespace = g.namespace
  if (Object.keys(labels).length > 0) metadata.labels = labels
  if (Object.keys(annotations).length > 0) metadata.annotations = annotations
  const object: JsonObject = { apiVersion: 'v1', kind, metadata }
  if (Object.keys(data).length > 0) object.data = data
  if (kind === 'Secret') object.type = g.type || 'Opaque'
  if (options.immutable ?? common.immutable) object.immutable = true
  const plain = options.disableNameSuffixHash ?? common.disableNameSuffixHash ?? false
  return { object, past: [], prefixes: [], suffixes: [], hashed: !plain }
}

function gather(kind: string, g: Generator, folder: Folder): Map<string, string> {
  const out = new Map<string, string>()
  const add = (key: string, value: string) => {
    if (out.has(key))
      throw new CliError(
        kind === 'Secret'
          ? `secret generator: cannot add key "${key}", another key by that name already exists: ${key}`
          : `configmap ${g.name} illegally repeats the key \`${key}\``,
      )
    out.set(key, value)
  }
  for (const file of [...(g.envs ?? []), ...(g.env ? [g.env] : [])])
    for (const line of folder.read(file).split('\n')) {
      const text = line.trimStart()
      if (text === '' || text.startsWith('#')) continue
      const eq = text.indexOf('=')
      add(eq < 0 ? text : text.slice(0, eq), eq < 0 ? '' : text.slice(eq + 1))
    }
  for (const file of g.files ?? []) {
    const eq = file.indexOf('=')
    const path = eq < 0 ? file : file.slice(eq + 1)
    add(eq < 0 ? (path.split('/').at(-1) as string) : file.slice(0, eq), folder.read(path))
  }
  for (const literal of g.literals ?? []) {
    const eq = literal.indexOf('=')
    if (eq < 1) throw new CliError(`invalid literal source ${literal}, expected key=value`)
    add(literal.slice(0, eq), unquoted(literal.slice(eq + 1)))
  }
  return out
}

function unquoted(text: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(text)
  return quoted ? (quoted[2] as string) : text
}

function place(all: Resource[], r: Resource, g: Generator): void {
  const id = idOf(r.object)
  const same = all.filter((x) =>
    idsOf(x).some(
      (o) =>
        o.kind === id.kind &&
        o.group === '' &&
        o.name === id.name &&
        (!id.namespace || o.namespace === id.namespace),
    ),
  )
  const [old] = same
  const behavior = g.behavior ?? 'create'
  if (behavior === 'create' || behavior === '') {
    if (old)
      throw new CliError(
        `merging from generator: id ${idText(id)} exists; can not use behavior: '${g.behavior || 'unspecified'}', behavior must be merge or replace`,
      )
    return append(all, r)
  }
  if (behavior !== 'merge' && behavior !== 'replace')
    throw new CliError(`unknown behavior: ${behavior}`)
  if (!old)
    throw new CliError(
      `merging from generator: id ${idText(id)} does not exist; cannot merge or replace`,
    )
  absorb(old, r, behavior)
}

function absorb(old: Resource, r: Resource, behavior: 'merge' | 'replace'): void {
  const before = metadataOf(old.object)
  const now = metadataOf(r.object)
  const both = (field: string): void => {
    const value = { ...(before[field] as JsonObject), ...(now[field] as JsonObject) }
    if (Object.keys(value).length > 0) before[field] = value
  }
  both('labels')
  both('annotations')
  const data =
    behavior === 'merge'
      ? { ...(old.object.data as JsonObject), ...(r.object.data as JsonObject) }
      : r.object.data
  old.object = { ...r.object, metadata: before, ...(data ? { data } : {}) }
  old.hashed = old.hashed || r.hashed
}

const LETTERS: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' }

/** Ends the names of generated objects with the hash of what they hold. */
export function addHashes(all: readonly Resource[]): void {
  for (const r of all) {
    if (!r.hashed) continue
    const { object } = r
    const content: JsonObject = { kind: object.kind, name: '', data: object.data ?? '' }
    if (object.kind === 'Secret') content.type = object.type ?? ''
    for (const field of ['binaryData', 'stringData'])
      if (object[field] !== undefined) content[field] = object[field]
    const hash = [...sha256Hex(goJson(content)).slice(0, 10)].map((c) => LETTERS[c] ?? c).join('')
    remember(r)
    const m = metadataOf(object)
    m.name = `${String(m.name)}-${hash}`
  }
}
