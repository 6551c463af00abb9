/**
 * "Run until": a condition in few words, looked at after each change of the cluster.
 *
 *     deployment/web Available        a condition of its status is True
 *     node/node-2 NotReady            ... or, with Not in front, is not
 *     pod/web-0 gone                  it is not there (any more); `exists` is the opposite
 *     pod/shop/db-0 Ready             in another namespace: KIND/NAMESPACE/NAME
 *     job/pi .status.succeeded=1      a field has a value
 *     event FailedScheduling          an Event of that reason was written after now
 *     3 pods Ready                    so many of a kind meet the condition
 */
import type { Event } from '../cluster/api/generated/types.ts'
import type { AnyObject } from '../cluster/api/object.ts'
import type { About } from '../protocol/protocol.ts'
import type { Session } from './session.ts'

/** Looks whether a condition holds. */
export type Condition = () => boolean

interface Target {
  readonly kind: string
  readonly prefix: string
  readonly namespaced: boolean
}

/**
 * A condition that looks again only after a change.
 * @throws Error that says how conditions are written
 */
export function watched(session: Session, text: string): Condition {
  const holds = conditionOf(session, text)
  const { store } = session.cluster
  let seen = store.status().revision
  return () => {
    const { revision } = store.status()
    if (revision === seen) return false
    seen = revision
    return holds()
  }
}

/** @throws Error that says how conditions are written */
export function conditionOf(session: Session, text: string): Condition {
  const words = text.trim().split(/\s+/)
  if (words[0] === 'event' && words[1]) return eventWritten(session, words[1])
  if (words.length === 3 && /^\d+$/.test(words[0] ?? '')) {
    const target = targetOf(session, words[1] ?? '')
    const holds = stateOf(words[2] ?? '')
    const wanted = Number(words[0])
    return () => objects(session, target.prefix).filter(holds).length >= wanted
  }
  const [kind = '', ...names] = (words[0] ?? '').split('/')
  if (words.length !== 2 || names.length === 0 || names.length > 2) throw new Error(HELP)
  const target = targetOf(session, kind)
  const name = names.at(-1) ?? ''
  const namespace = names.length === 2 ? names[0] : 'default'
  const key = target.prefix + (target.namespaced ? `${namespace}/${name}` : name)
  const find = () => session.cluster.store.history({ key }).kvs[0]?.value as AnyObject | undefined
  const wanted = words[1] ?? ''
  if (wanted === 'gone') return () => find() === undefined
  if (wanted === 'exists') return () => find() !== undefined
  const holds = stateOf(wanted)
  return () => {
    const o = find()
    return o !== undefined && holds(o)
  }
}

/** The object that `kind/name` or `kind/namespace/name` means. @throws Error when it means none */
export function named(session: Session, text: string): About {
  const [kind = '', ...names] = text.trim().split('/')
  if (names.length === 0 || names.length > 2 || names.includes(''))
    throw new Error(`write an object as KIND/NAME or KIND/NAMESPACE/NAME, not "${text}"`)
  const target = targetOf(session, kind)
  const namespace = names.length === 2 ? (names[0] ?? '') : 'default'
  return {
    kind: target.kind,
    namespace: target.namespaced ? namespace : '',
    name: names.at(-1) ?? '',
  }
}

const HELP =
  'write a condition as KIND/NAME CONDITION (deployment/web Available, node/node-2 NotReady, pod/db gone, job/pi .status.succeeded=1), N KIND CONDITION, or event REASON'

/** A resource by any of the names kubectl takes for it: plural, singular, short or kind. */
function targetOf(session: Session, word: string): Target {
  const wanted = word.toLowerCase()
  for (const { info, cache } of session.cluster.api.registry.all()) {
    const names = [info.plural, info.singular, info.kind.toLowerCase(), ...(info.shortNames ?? [])]
    if (names.includes(wanted))
      return { kind: info.kind, prefix: cache.prefix, namespaced: info.namespaced }
  }
  throw new Error(`the server doesn't have a resource type "${word}"`)
}

function objects(session: Session, prefix: string): AnyObject[] {
  const { kvs } = session.cluster.store.history({ key: prefix, end: `${prefix.slice(0, -1)}0` })
  return kvs.map((kv) => kv.value as AnyObject)
}

/** A named condition of the status, a phase, or `.path=value`. */
function stateOf(text: string): (o: AnyObject) => boolean {
  const field = /^\.?([\w.]+)(=|!=)(.*)$/.exec(text)
  if (field) {
    const [, path = '', op, value] = field
    return (o) => (read(o, path) === value) === (op === '=')
  }
  const not = /^Not([A-Z]\w*)$/.exec(text)?.[1]
  return (o) => (not ? status(o, not) !== 'True' && status(o, not) !== '' : is(o, text))
}

function is(o: AnyObject, name: string): boolean {
  const s = o.status as { phase?: string } | undefined
  return status(o, name) === 'True' || s?.phase === name
}

function status(o: AnyObject, type: string): string {
  const s = o.status as { conditions?: { type: string; status: string }[] } | undefined
  return s?.conditions?.find((c) => c.type.toLowerCase() === type.toLowerCase())?.status ?? ''
}

function read(o: AnyObject, path: string): string {
  let at: unknown = o
  for (const part of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[part]
  return at === undefined ? '' : String(at)
}

function eventWritten(session: Session, reason: string): Condition {
  const { store } = session.cluster
  let seen = store.status().revision
  return () => {
    const { revision } = store.status()
    const found = store
      .changes(seen, revision)
      .some((e) => e.type === 'put' && (e.kv.value as Event | undefined)?.reason === reason)
    seen = revision
    return found
  }
}
