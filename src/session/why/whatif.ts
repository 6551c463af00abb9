/**
 * What would happen if: a command is given to one copy of the cluster and nothing to another; both run on, and what
 * differs is told. Times are of the copy that was given the command.
 */

import type { EndpointSlice, Pod } from '../../cluster/api/generated/types.ts'
import { selects } from '../../cluster/api/meta/labels.ts'
import type { AnyObject, KubeObject } from '../../cluster/api/object.ts'
import type { WhatIfAnswer, WhatIfLine } from '../../protocol/protocol.ts'
import { objectsIn } from '../objects.ts'
import type { Recording } from '../recording.ts'
import type { Session } from '../session.ts'
import { copyOf, health, lookAt, runOn } from './copy.ts'
import { headOf } from './edits.ts'
import { aboutOf, keyOf, type Look } from './look.ts'

/** How far the copies run on at most, and at least. @unit virtual ms */
const AHEAD_MAX_MS = 300_000
const AHEAD_MIN_MS = 20_000
/** Names said in one line. */
const NAMES_MAX = 4

/** Kinds that change without anybody caring. */
const NOISE = new Set([
  'Event',
  'Lease',
  'EndpointSlice',
  'Endpoints',
  'ControllerRevision',
  'Pod',
  'ReplicaSet',
  'PodMetrics',
  'NodeMetrics',
  'IPAddress',
])

/** Carries a terminal line out on a copy and tells the differences. */
export function whatIf(recording: Recording, now: number, command: string): WhatIfAnswer {
  const plain = copyOf(recording, now)
  const changed = copyOf(recording, now)
  const { revision } = changed.cluster.store.status()
  const { code, output } = runOn(changed, command)
  const quiet = changed.settle(AHEAD_MAX_MS)
  const least = now + AHEAD_MIN_MS
  if (changed.now < least || !quiet) changed.runUntil(Math.max(least, changed.now))
  plain.runUntil(changed.now)
  const a = lookAt(plain)
  const b = lookAt(changed)
  const lines: WhatIfLine[] = []
  if (code !== 0) {
    const message = output.trim().split('\n').at(-1) ?? ''
    lines.push({ id: 'whatif.failed', values: { code, message }, state: 'bad' })
  }
  lines.push(
    ...objects(a, b),
    ...pods(a, b),
    ...services(changed, revision, now),
    ...evictions(changed, b, now),
    ...fates(a, b),
  )
  if (lines.length === 0) lines.push({ id: 'whatif.nothing', values: {}, state: 'ok' })
  return { command, code, output, ran: changed.now - now, lines }
}

function names(list: readonly KubeObject[]): string {
  const said = list.slice(0, NAMES_MAX).map((o) => o.metadata.name ?? '')
  return said.join(', ') + (list.length > NAMES_MAX ? ' …' : '')
}

function snapshot(look: Look): Map<string, AnyObject> {
  const found = new Map<string, AnyObject>()
  for (const o of objectsIn(look.cluster.store)) {
    if (o.kind && !NOISE.has(o.kind)) found.set(keyOf(aboutOf(o)), o)
  }
  return found
}

/** What people write of an object, as text. */
function written(o: AnyObject): string {
  const { labels } = o.metadata
  return JSON.stringify([o.spec, o.data, labels, o.rules, o.subjects])
}

/** Objects made, gone and changed, by kind. */
function objects(a: Look, b: Look): WhatIfLine[] {
  const before = snapshot(a)
  const after = snapshot(b)
  const groups = {
    'whatif.created': [...after].filter(([k]) => !before.has(k)),
    'whatif.deleted': [...before].filter(([k]) => !after.has(k)),
    'whatif.changed': [...after].filter(([k, o]) => {
      const old = before.get(k)
      return old && written(old) !== written(o)
    }),
  }
  return Object.entries(groups).flatMap(([id, entries]) => {
    const kinds = new Map<string, AnyObject[]>()
    for (const [, o] of entries) kinds.set(o.kind, [...(kinds.get(o.kind) ?? []), o])
    return [...kinds].map(
      ([kind, list]): WhatIfLine => ({
        id,
        values: { kind, n: list.length, names: names(list) },
        state: id === 'whatif.deleted' ? 'waiting' : 'ok',
        ...(list.length === 1 && list[0] ? { about: aboutOf(list[0]) } : {}),
      }),
    )
  })
}

/** Pods that go and come, by the head of their owners. */
function pods(a: Look, b: Look): WhatIfLine[] {
  const uids = (look: Look) => new Map(look.list('Pod').map((p) => [p.metadata.uid ?? '', p]))
  const before = uids(a)
  const after = uids(b)
  const heads = new Map<string, { gone: Pod[]; come: Pod[] }>()
  const note = (look: Look, p: Pod, side: 'gone' | 'come') => {
    const head = headOf(look, p)
    const key =
      head.kind === 'Pod' ? `Pod ${p.metadata.name}` : `${head.kind} ${head.metadata.name}`
    const known = heads.get(key) ?? { gone: [], come: [] }
    known[side].push(p)
    heads.set(key, known)
  }
  for (const [uid, p] of before) if (!after.has(uid)) note(a, p, 'gone')
  for (const [uid, p] of after) if (!before.has(uid)) note(b, p, 'come')
  return [...heads].map(([owner, { gone, come }]): WhatIfLine => {
    const nodes = (list: readonly Pod[]) =>
      [...new Set(list.map((p) => p.spec?.nodeName ?? 'Pending'))].sort().join(', ')
    const n = Math.max(gone.length, come.length)
    if (come.length === 0)
      return {
        id: 'whatif.deleted',
        values: { kind: 'Pod', n, names: names(gone) },
        state: 'waiting',
      }
    if (gone.length === 0)
      return { id: 'whatif.created', values: { kind: 'Pod', n, names: names(come) }, state: 'ok' }
    const [from, to] = [nodes(gone), nodes(come)]
    if (from === to) return { id: 'whatif.replaced', values: { owner, n }, state: 'ok' }
    return { id: 'whatif.moved', values: { owner, n, from, to }, state: 'ok' }
  })
}

/** Ready endpoints of each Service as they changed, and how long there were none. */
function services(changed: Session, since: number, now: number): WhatIfLine[] {
  const { store } = changed.cluster
  const slices = new Map<string, { service: string; ready: number }>()
  const place = (o: EndpointSlice) => ({
    service: `${o.metadata.namespace}/${o.metadata.labels?.['kubernetes.io/service-name'] ?? ''}`,
    ready: (o.endpoints ?? []).filter((e) => e.conditions?.ready !== false).length,
  })
  const all = {
    key: '/registry/endpointslices/',
    end: '/registry/endpointslices0',
    revision: since,
  }
  for (const kv of store.history(all).kvs) slices.set(kv.key, place(kv.value as EndpointSlice))
  const ready = (service: string) =>
    [...slices.values()].reduce((n, s) => (s.service === service ? n + s.ready : n), 0)
  const touched = new Map<string, { up: boolean; since: number; down: number; first: number }>()
  for (const e of store.changes(since, store.status().revision)) {
    if (!e.kv.key.startsWith(all.key)) continue
    const at = store.timeOf(e.kv.modRevision) ?? changed.now
    const { service } = place(e.kv.value as EndpointSlice)
    const was = touched.get(service) ?? { up: ready(service) > 0, since: now, down: 0, first: -1 }
    if (e.type === 'delete') slices.delete(e.kv.key)
    else slices.set(e.kv.key, place(e.kv.value as EndpointSlice))
    const up = ready(service) > 0
    if (up !== was.up) {
      if (up && was.first >= 0) was.down += at - was.since
      if (!up && was.first < 0) was.first = at
      was.up = up
      was.since = at
    }
    touched.set(service, was)
  }
  return told(changed, touched, now)
}

function told(
  changed: Session,
  touched: ReadonlyMap<string, { up: boolean; down: number; first: number }>,
  now: number,
): WhatIfLine[] {
  const lines: WhatIfLine[] = []
  const steady: string[] = []
  const look = lookAt(changed)
  for (const [service, t] of touched) {
    const [namespace = '', name = ''] = service.split('/')
    const about = { kind: 'Service', namespace, name }
    if (!look.any(about)) continue
    if (t.first < 0) {
      if (t.up) steady.push(name)
    } else if (!t.up) {
      const values = { name, time: t.first - now }
      lines.push({ id: 'whatif.downtime.still', values, about, state: 'bad' })
    } else
      lines.push({ id: 'whatif.downtime', values: { name, time: t.down }, about, state: 'bad' })
  }
  if (steady.length > 0)
    lines.push({ id: 'whatif.uptime', values: { names: steady.join(', ') }, state: 'ok' })
  return lines
}

/** Evictions that the API server refused, by the budget that covers the pod. */
function evictions(changed: Session, look: Look, now: number): WhatIfLine[] {
  const refused = new Map<string, number>()
  changed.cluster.world.trace.backwards((r) => {
    if (r.at < now) return false
    if (r.text.endsWith('pods/eviction') && r.detail?.code === 429) {
      const pod = look.any({
        kind: 'Pod',
        namespace: r.about?.namespace ?? '',
        name: r.about?.name ?? '',
      })
      const budget = look
        .list('PodDisruptionBudget', r.about?.namespace ?? '')
        .find((b) => selects(b.spec?.selector, pod?.metadata.labels))
      const name = budget?.metadata.name ?? '-'
      refused.set(name, (refused.get(name) ?? 0) + 1)
    }
    return true
  })
  return [...refused].map(([name, n]) => ({
    id: 'whatif.evictions',
    values: { name, n },
    state: 'bad' as const,
  }))
}

/** What gets into trouble, and what gets out of it. */
function fates(a: Look, b: Look): WhatIfLine[] {
  const before = health(a)
  const lines: WhatIfLine[] = []
  for (const [key, { about, state }] of health(b)) {
    const was = before.get(key)?.state
    const values = { kind: about.kind, name: about.name }
    if (state === 'bad' && was !== 'bad') lines.push({ id: 'whatif.trouble', values, about, state })
    if (state === 'ok' && was === 'bad') lines.push({ id: 'whatif.mended', values, about, state })
  }
  return lines
}
