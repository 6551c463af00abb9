/**
 * What a request's path and method mean: verb, group, version, namespace, resource, name, subresource.
 * @source staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go
 */
import type { Method, Query } from '../api/transport.ts'

/** API verbs as authorization and audit name them. */
export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'

/** A request for a resource. */
export interface ResourceRequest {
  readonly verb: Verb
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  /** '' for the collection. */
  readonly name: string
  readonly subresource: string
  /** What follows the subresource (`proxy/<rest>`). */
  readonly rest: readonly string[]
}

interface ParsedPath {
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  readonly name: string
  readonly subresource: string
  readonly rest: readonly string[]
  readonly watch: boolean
}

const REMEMBERED_MAX = 50_000
const remembered = new Map<string, ParsedPath | null>()
const OWN_SUBRESOURCES = new Set(['status', 'finalize'])

/** Reads a path; undefined when it names no resource (discovery, health, openapi). */
export function requestInfo(
  method: Method,
  path: string,
  query: Query,
): ResourceRequest | undefined {
  let parsed = remembered.get(path)
  if (parsed === undefined) {
    parsed = parsePath(path) ?? null
    if (remembered.size > REMEMBERED_MAX) remembered.clear()
    remembered.set(path, parsed)
  }
  if (!parsed) return undefined
  return { ...parsed, verb: verbOf(method, parsed, query) }
}

function verbOf(method: Method, p: ParsedPath, query: Query): Verb {
  switch (method) {
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return p.name ? 'delete' : 'deletecollection'
    default:
      if (p.watch || isTrue(query, 'watch')) return p.subresource ? 'get' : 'watch'
      return p.name ? 'get' : 'list'
  }
}

function parsePath(path: string): ParsedPath | undefined {
  const parts = path.split('/').filter((p) => p !== '')
  let i: number
  let group = ''
  if (parts[0] === 'api') i = 1
  else if (parts[0] === 'apis') {
    group = parts[1] ?? ''
    i = 2
  } else return undefined
  const version = parts[i++]
  if (!version) return undefined
  const watch = parts[i] === 'watch'
  if (watch) i++
  const rest = parts.slice(i)
  if (rest.length === 0) return undefined
  return { group, version, watch, ...place(rest) }
}

function place(rest: string[]) {
  if (rest[0] === 'namespaces' && rest.length > 2 && !OWN_SUBRESOURCES.has(rest[2] as string)) {
    const [, namespace = '', resource = '', name = '', subresource = '', ...more] = rest
    return { namespace, resource, name, subresource, rest: more }
  }
  const [resource = '', name = '', subresource = '', ...more] = rest
  // A namespace is asked for within itself, as upstream sets it.
  const namespace = resource === 'namespaces' ? name : ''
  return { namespace, resource, name, subresource, rest: more }
}

/** First value of a query parameter. */
export function param(query: Query, name: string): string | undefined {
  return query.get(name)?.[0]
}

/** True for `true` and `1`, as Go's conversion reads booleans (any value but false and 0). */
export function isTrue(query: Query, name: string): boolean {
  const v = query.get(name)?.[0]
  return v !== undefined && v !== 'false' && v !== '0'
}
