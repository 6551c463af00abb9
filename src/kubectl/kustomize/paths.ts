/**
 * Places in objects: slash paths of field specifications, which go into every item of a list on the way, and the
 * dotted paths of replacements.
 * @source api/filters/fieldspec, kyaml/utils/pathsplitter.go, kyaml/yaml/fns.go of kustomize 5
 */
import { isObject, type JsonObject } from '../../cluster/api/meta/json.ts'
import { CliError } from '../errors.ts'

/** Reads and replaces one value; `undefined` when it is not there. */
export type Change = (value: unknown) => unknown

/**
 * Changes what is at a slash path.
 * @param create what to put at the end of the path when it is missing (`{}` for a map); undefined: leave it out
 */
export function changeAt(
  object: JsonObject,
  path: string,
  change: Change,
  create?: 'map' | 'value',
): void {
  walk(object, splitPath(path, '/'), change, create)
}

function walk(
  node: unknown,
  path: readonly string[],
  change: Change,
  create: 'map' | 'value' | undefined,
): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, path, change, create)
    return
  }
  if (!isObject(node)) return
  const [first = '', ...rest] = path
  const asList = first.endsWith('[]')
  const key = asList ? first.slice(0, -2) : first
  let value = node[key]
  if (value === undefined || value === null) {
    if (!create || asList) return
    value = rest.length > 0 || create === 'map' ? {} : undefined
    if (rest.length > 0) node[key] = value
  }
  if (rest.length > 0) return walk(value, rest, change, create)
  if (Array.isArray(value) && create !== 'map') node[key] = value.map((v) => change(v))
  else node[key] = change(value)
}

/** A path's parts; a backslash keeps the separator that follows, square brackets keep dots. */
export function splitPath(path: string, separator: '/' | '.'): string[] {
  const out: string[] = []
  let part = ''
  let depth = 0
  for (let i = 0; i < path.length; i++) {
    const c = path[i] as string
    if (c === '\\' && path[i + 1] === separator) {
      part += separator
      i++
    } else if (c === separator && depth === 0) {
      out.push(part)
      part = ''
    } else {
      if (separator === '.' && c === '[') depth++
      if (separator === '.' && c === ']') depth--
      part += c
    }
  }
  out.push(part)
  return separator === '/' ? out.filter((p) => p !== '') : out
}

/** One place that a dotted path leads to. */
export interface Place {
  get(): unknown
  set(value: unknown): void
}

/**
 * All places of a dotted path: `spec.containers.[name=web].image`, `spec.ports.0.port`, `spec.rules.*.host`.
 * @param create makes missing fields (and list items named by `[key=value]`)
 */
export function placesOf(object: JsonObject, path: string, create: boolean): Place[] {
  const parts = splitPath(path, '.')
  let nodes: { node: unknown; place: Place }[] = [
    { node: object, place: { get: () => object, set: () => {} } },
  ]
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1
    const next = parts[i + 1]
    const missing = () => (last ? null : next && (/^\[/.test(next) || /^\d+$/.test(next)) ? [] : {})
    nodes = nodes.flatMap(({ node }) =>
      stepsOf(node, part, create ? missing : undefined).map((place) => ({
        node: place.get(),
        place,
      })),
    )
  }
  return nodes.map((n) => n.place)
}

function stepsOf(node: unknown, part: string, missing: (() => unknown) | undefined): Place[] {
  if (Array.isArray(node)) {
    const at = (i: number): Place => ({
      get: () => node[i],
      set: (v) => {
        node[i] = v
      },
    })
    if (part === '*') return node.map((_, i) => at(i))
    const where = /^\[([^=\]]+)=(.*)\]$/.exec(part)
    if (where) {
      const [, key = '', value = ''] = where
      const found = node.flatMap((x, i) =>
        isObject(x) && String(x[key] ?? '') === value ? [at(i)] : [],
      )
      if (found.length > 0 || !missing) return found
      node.push({ [key]: value })
      return [at(node.length - 1)]
    }
    const index = part === '-' ? node.length - 1 : /^\d+$/.test(part) ? Number(part) : -1
    return index >= 0 && index < node.length ? [at(index)] : []
  }
  if (!isObject(node)) return []
  const place = (key: string): Place => ({
    get: () => node[key],
    set: (v) => {
      node[key] = v
    },
  })
  if (part === '*') return Object.keys(node).map(place)
  if (/^\[/.test(part))
    throw new CliError(`wrong node kind: expected SequenceNode but got MappingNode`)
  if (node[part] === undefined || node[part] === null) {
    if (!missing) return []
    node[part] = missing()
  }
  return [place(part)]
}
