/**
 * Reading: get, list with limit and continue, watch.
 * @source staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go, endpoints/handlers/get.go
 */
import { FieldSelectorError, parseFieldSelector } from '../../api/meta/fields.ts'
import { matches } from '../../api/meta/labels.ts'
import { parseSelector, SelectorError } from '../../api/meta/selectorparser.ts'
import { badRequest, expired, failure, notFound } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { prefixEnd, StoreError } from '../../etcd/store.ts'
import type { Task } from '../../sim/task.ts'
import { type Call, keyOfName } from '../call.ts'
import { param } from '../requestinfo.ts'
import { decodeContinue, encodeContinue } from './continue.ts'
import { fieldOf, type Registry } from './registry.ts'
import type { Filter } from './watchcache.ts'

/** A list as found. */
export interface Listed {
  readonly items: readonly AnyObject[]
  readonly revision: string
  readonly continue?: string
  readonly remaining?: number
}

/** Reads one object, in the stored version. @throws ApiError NotFound */
export function* getObject(r: Registry, c: Call, name: string): Task<AnyObject> {
  const key = keyOfName(c.served, c.namespace, name)
  const kv = (yield* r.store.range({ key })).kvs[0]
  if (!kv) throw notFound(c.served.gr, name)
  return c.served.cache.objectOf(kv)
}

/** Selectors of a request. @throws ApiError BadRequest */
export function filterOf(c: Call): Filter {
  const { query } = c.request
  const labels = param(query, 'labelSelector')
  const fields = param(query, 'fieldSelector')
  const name = c.info.name && c.info.verb === 'watch' ? [nameIs(c.info.name)] : []
  try {
    const filter: Filter = {
      namespace: c.served.definition.namespaced ? c.namespace : '',
      labels: labels ? parseSelector(labels) : [],
      fields: [...(fields ? parseFieldSelector(fields) : []), ...name],
    }
    for (const f of filter.fields) checkField(c, f.field)
    return filter
  } catch (error) {
    if (error instanceof SelectorError || error instanceof FieldSelectorError) {
      throw badRequest(error.message)
    }
    throw error
  }
}

function nameIs(value: string) {
  return { field: 'metadata.name', equal: true, value }
}

function checkField(c: Call, field: string): void {
  if (field === 'metadata.name') return
  if (field === 'metadata.namespace') return
  const { definition, custom } = c.served
  if (definition.fields && Object.hasOwn(definition.fields, field)) return
  if (!definition.fields && !custom) {
    const known = '"metadata.name", "metadata.namespace"'
    throw badRequest(`"${field}" is not a known field selector: only ${known}`)
  }
  throw badRequest(`field label not supported: ${field}`)
}

/** Lists objects. @throws ApiError BadRequest, Expired */
export function* listObjects(r: Registry, c: Call): Task<Listed> {
  const filter = filterOf(c)
  const { query } = c.request
  const limit = Math.max(0, Number(param(query, 'limit') ?? '0') || 0)
  const token = param(query, 'continue')
  const at = param(query, 'resourceVersion')
  checkVersion(at)
  if (!token) checkFuture(r, at)
  // A watch that goes on from this list needs what happens from now on.
  yield* c.served.cache.ready()
  if (!token && limit === 0 && fromCache(filter, at)) {
    yield* c.served.cache.ready()
    const revision = at === '0' ? 0 : (yield* r.store.range({ key: '/', countOnly: true })).revision
    const items = c.served.cache.list(filter)
    return { items, revision: String(Math.max(revision, c.served.cache.revision)) }
  }
  try {
    return yield* listFromStore(r, c, filter, limit, token, at)
  } catch (error) {
    if (error instanceof StoreError) throw staleList(error, token !== undefined)
    throw error
  }
}

/** Nobody can be served from a version that is not there yet. */
function checkFuture(r: Registry, at: string | undefined): void {
  const current = r.store.status().revision
  if (at === undefined || Number(at) <= current) return
  const cause = { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }
  const message = `Timeout: Too large resource version: ${at}, current: ${current}`
  throw failure(504, 'Timeout', message, { causes: [cause], retryAfterSeconds: 1 })
}

/** Indexed lists come from the cache, which the same etcd stream keeps as fresh as a quorum read. */
function fromCache(filter: Filter, at: string | undefined): boolean {
  if (at !== undefined && at !== '' && at !== '0') return false
  return at === '0' || filter.fields.some((f) => f.field === 'spec.nodeName' && f.equal)
}

/** @throws ApiError BadRequest when a resourceVersion is no number */
export function checkVersion(at: string | undefined): void {
  if (at === undefined || at === '') return
  if (/^\d+$/.test(at)) return
  const text = `strconv.ParseUint: parsing ${JSON.stringify(at)}: invalid syntax`
  throw failure(400, 'BadRequest', `resourceVersion: Invalid value: ${JSON.stringify(at)}: ${text}`)
}

function staleList(error: StoreError, continued: boolean): Error {
  if (error.reason !== 'compacted') return error
  return expired(
    continued
      ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'
      : 'The resourceVersion for the provided list is too old.',
  )
}

function* listFromStore(
  r: Registry,
  c: Call,
  filter: Filter,
  limit: number,
  token: string | undefined,
  at: string | undefined,
): Task<Listed> {
  const { served } = c
  const scope = filter.namespace
    ? `${served.cache.prefix}${filter.namespace}/`
    : served.cache.prefix
  const from = token ? decodeContinue(token, scope) : undefined
  const exact =
    param(c.request.query, 'resourceVersionMatch') === 'Exact' && at ? Number(at) : undefined
  const pinned = from?.revision ?? exact
  const plain = filter.labels.length === 0 && filter.fields.length === 0
  const end = prefixEnd(scope)
  let key = from?.key ?? scope
  let revision = pinned
  const items: AnyObject[] = []
  for (;;) {
    const want = limit > 0 ? Math.max(limit - items.length, plain ? 0 : 100) : undefined
    const page = yield* r.store.range({
      key,
      end,
      ...(revision !== undefined ? { revision } : {}),
      ...(want !== undefined ? { limit: want } : {}),
    })
    revision ??= page.revision
    let last = key
    for (let i = 0; i < page.kvs.length; i++) {
      const kv = page.kvs[i] as (typeof page.kvs)[number]
      last = kv.key
      const o = c.served.cache.objectOf(kv)
      if (!plain && !passes(c, filter, o)) continue
      items.push(o)
      if (limit === 0 || items.length < limit) continue
      const more = i + 1 < page.kvs.length || page.more
      if (!more) break
      const remaining = plain ? page.count - i - 1 : undefined
      const next = encodeContinue(revision, last.slice(scope.length))
      return {
        items,
        revision: String(revision),
        continue: next,
        ...(remaining ? { remaining } : {}),
      }
    }
    if (!page.more) return { items, revision: String(revision) }
    key = `${last}\0`
  }
}

function passes(c: Call, filter: Filter, o: AnyObject): boolean {
  const d = c.served.definition
  for (const f of filter.fields) if ((fieldOf(d, o, f.field) === f.value) !== f.equal) return false
  return matches(filter.labels, o.metadata.labels)
}
