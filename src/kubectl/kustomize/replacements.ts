/**
 * Replacements: a value of one object copied into others.
 * @source https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/
 */
import { cloneJson, isObject } from '../../cluster/api/meta/json.ts'
import { decodeBase64, encodeBase64 } from '../base64.ts'
import { CliError } from '../errors.ts'
import { parseYaml } from '../manifest.ts'
import type { Folder } from './folder.ts'
import type { FieldOptions, Kustomization, Replacement, Selector } from './kustomization.ts'
import { type Place, placesOf } from './paths.ts'
import { idOf, idText, type Resource, select } from './resource.ts'

/** Copies all values. @throws CliError sources and fields that are not there */
export function replaceValues(all: readonly Resource[], k: Kustomization, folder: Folder): void {
  for (const entry of k.replacements)
    for (const r of entry.path ? fromFile(folder.read(entry.path)) : [entry]) replaceOne(all, r)
}

function fromFile(text: string): Replacement[] {
  const value = parseYaml(text, '1.2')
  return (Array.isArray(value) ? value : [value]) as Replacement[]
}

function replaceOne(all: readonly Resource[], r: Replacement): void {
  if (!r.source && r.sourceValue === undefined)
    throw new CliError('replacements must specify a source and at least one target')
  if (!r.targets || r.targets.length === 0)
    throw new CliError('replacements must specify a source and at least one target')
  const value = r.source ? sourceOf(all, r.source) : r.sourceValue
  for (const target of r.targets) {
    if (!target.select) throw new CliError('target must specify resources to select')
    const rejected = new Set((target.reject ?? []).flatMap((s) => select(all, s)))
    for (const found of exact(all, target.select)) {
      if (rejected.has(found)) continue
      for (const path of target.fieldPaths ?? ['metadata.name']) {
        const places = placesOf(found.object, path, target.options?.create ?? false)
        if (places.length === 0)
          throw new CliError(`unable to find field "${path}" in replacement target`)
        // Labels and annotations are texts, whatever they are copied from.
        const isText = /^metadata\.(annotations|labels)\./.test(path)
        for (const place of places) put(place, isText ? String(value) : value, target.options)
      }
    }
  }
}

/** Names in sources and targets of replacements are names, not expressions. */
function exact(all: readonly Resource[], s: Selector): Resource[] {
  const quote = (text: string | undefined) => text?.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return select(all, {
    ...s,
    ...(s.name ? { name: quote(s.name) as string } : {}),
    ...(s.namespace ? { namespace: quote(s.namespace) as string } : {}),
  })
}

function sourceOf(all: readonly Resource[], source: NonNullable<Replacement['source']>): unknown {
  const found = exact(all, source)
  const what = describe(source)
  if (found.length > 1) throw new CliError(`multiple matches for selector ${what}`)
  const [r] = found
  if (!r) throw new CliError(`nothing selected by ${what}`)
  const path = source.fieldPath || 'metadata.name'
  const [place] = placesOf(r.object, path, false)
  if (!place)
    throw new CliError(
      `fieldPath \`${path}\` is missing for replacement source ${idText(idOf(r.object))}`,
    )
  return part(place.get(), source.options)
}

function describe(s: NonNullable<Replacement['source']>): string {
  const { group = '', version = '', kind = '', name = '', namespace = '', fieldPath } = s
  return `${idText({ group, version, kind, name, namespace })}${fieldPath ? `:${fieldPath}` : ''}`
}

function part(value: unknown, options: FieldOptions | undefined): unknown {
  if (!options?.delimiter) return value
  if (isObject(value) || Array.isArray(value))
    throw new CliError('delimiter option can only be used with scalar nodes')
  const parts = String(value).split(options.delimiter)
  const out = parts[options.index ?? 0]
  if (out === undefined)
    throw new CliError(`options.index ${options.index} is out of bounds for value ${String(value)}`)
  return out
}

function put(place: Place, value: unknown, options: FieldOptions | undefined): void {
  const old = place.get()
  if (!options?.delimiter) {
    place.set(
      typeof old === 'string' && !isObject(value) && !Array.isArray(value)
        ? String(value)
        : cloneJson(value),
    )
    return
  }
  const text = options.encoding === 'base64' ? decodeBase64(String(old)).text : String(old ?? '')
  const parts = text.split(options.delimiter)
  const index = options.index ?? 0
  if (index < 0) parts.unshift(String(value))
  else if (index >= parts.length) parts.push(String(value))
  else parts[index] = String(value)
  const joined = parts.join(options.delimiter)
  place.set(options.encoding === 'base64' ? encodeBase64(joined) : joined)
}
