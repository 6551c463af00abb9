/** Event, in core and in events.k8s.io. @source pkg/registry/core/event/strategy.go, printers.go printEvent */
import type { Column } from '../api/definition.ts'
import type { Event } from '../api/generated/types.ts'
import { humanDuration } from '../api/meta/duration.ts'
import { invalidValue, required, tooLong } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { parseTime } from '../api/meta/time.ts'
import { qualifiedName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { column, nameColumn } from './shared/columns.ts'

const columns: readonly Column<Event>[] = [
  column<Event>('Last Seen', lastSeen),
  column<Event>('Type', (o) => o.type ?? ''),
  column<Event>('Reason', (o) => o.reason ?? ''),
  column<Event>('Object', (o) => {
    const { kind = '', name = '' } = o.involvedObject
    return kind ? `${kind.toLowerCase()}/${name}` : name
  }),
  column<Event>('Subobject', (o) => o.involvedObject.fieldPath ?? '', { priority: 1 }),
  column<Event>('Source', sourceOf, { priority: 1 }),
  column<Event>('Message', (o) => (o.message ?? '').trim()),
  column<Event>('First Seen', firstSeen, { priority: 1 }),
  column<Event>('Count', (o) => o.series?.count ?? Math.max(1, o.count ?? 1), { priority: 1 }),
  { ...nameColumn<Event>(), priority: 1 },
]

const fields = {
  'involvedObject.kind': (o: Event) => o.involvedObject?.kind ?? '',
  'involvedObject.namespace': (o: Event) => o.involvedObject?.namespace ?? '',
  'involvedObject.name': (o: Event) => o.involvedObject?.name ?? '',
  'involvedObject.uid': (o: Event) => o.involvedObject?.uid ?? '',
  'involvedObject.apiVersion': (o: Event) => o.involvedObject?.apiVersion ?? '',
  'involvedObject.resourceVersion': (o: Event) => o.involvedObject?.resourceVersion ?? '',
  'involvedObject.fieldPath': (o: Event) => o.involvedObject?.fieldPath ?? '',
  reason: (o: Event) => o.reason ?? '',
  reportingComponent: (o: Event) => o.reportingComponent ?? '',
  source: (o: Event) => o.source?.component || o.reportingComponent || '',
  type: (o: Event) => o.type ?? '',
}

/** The kind in the core group, which is also the stored form. */
export const event = own<Event>('', 'v1', 'Event', {
  defaults: writeZeros,
  columns,
  fields,
  validate: (o) => validateAny(o, 'reportingComponent'),
})

/** The kind in events.k8s.io; what comes here is in the stored form already. */
export const newEvent = own<Event>('events.k8s.io', 'v1', 'Event', {
  defaults: writeZeros,
  columns,
  fields: renamedFields(),
  validate: (o, old) => [
    ...validateAny(o, 'reportingController'),
    ...(old ? updateFaults(o, old) : strict(o)),
  ],
})

/** Go writes the times of an event and its reporter even when they are not set. */
function writeZeros(o: Event): void {
  const zeros: Record<string, unknown> = {
    eventTime: null,
    firstTimestamp: null,
    lastTimestamp: null,
    reportingComponent: '',
    reportingInstance: '',
    source: {},
  }
  const all = o as unknown as Record<string, unknown>
  for (const [k, zero] of Object.entries(zeros)) all[k] ??= zero
}

function renamedFields(): Readonly<Record<string, (o: Event) => string>> {
  const out: Record<string, (o: Event) => string> = {}
  for (const [k, read] of Object.entries(fields)) {
    const name = k === 'reportingComponent' ? 'reportingController' : k
    out[name.replace('involvedObject.', 'regarding.')] = read
  }
  return out
}

/** What events.k8s.io lets nobody change. */
const FIXED = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
]

function updateFaults(o: Event, old: Event): FieldError[] {
  const out = deepEqual(o.series, old.series) ? [] : seriesFaults(o)
  const [now, was] = [o, old] as unknown as Record<string, unknown>[]
  for (const k of FIXED) {
    if (deepEqual(now?.[k], was?.[k])) continue
    const path = k === 'reportingComponent' ? 'reportingController' : k
    out.push(invalidValue(path, now?.[k], 'field is immutable'))
  }
  return out
}

function seriesFaults(o: Event): FieldError[] {
  if (!o.series) return []
  const out: FieldError[] = []
  if ((o.series.count ?? 0) < 2) {
    out.push(invalidValue('series.count', '', 'should be at least 2'))
  }
  if (!o.series.lastObservedTime) out.push(required('series.lastObservedTime'))
  return out
}

const NAME_MAX = 128
const NOTE_MAX = 1024

/** What holds in both groups; events that tell when they happened tell also who saw them. */
function validateAny(o: Event, controller: string): FieldError[] {
  const ns = o.involvedObject?.namespace ?? ''
  const home = o.metadata.namespace ?? ''
  const timed = Boolean(o.eventTime)
  // Events about cluster-scoped objects live in default.
  const clusterWide = home === 'default' || (timed && home === 'kube-system')
  const out: FieldError[] = []
  if (ns === '' ? !clusterWide : !timed && ns !== home)
    out.push(invalidValue('involvedObject.namespace', ns, 'does not match event.namespace'))
  if (!timed) return out
  const by = o.reportingComponent ?? ''
  if (!by) out.push(required(controller))
  for (const m of qualifiedName(by)) out.push(invalidValue(controller, by, m))
  for (const [field, value, max] of [
    ['reportingInstance', o.reportingInstance, NAME_MAX],
    ['action', o.action, NAME_MAX],
    ['reason', o.reason, NAME_MAX],
    ['message', o.message, NOTE_MAX],
  ] as const) {
    if (!value && field !== 'message') out.push(required(field))
    if ((value ?? '').length > max) out.push(tooLong(field, max))
  }
  return out
}

/** What events.k8s.io asks of a new event: its own fields, and none of the old ones. */
function strict(o: Event): FieldError[] {
  const out = seriesFaults(o)
  if (!o.eventTime) out.push(required('eventTime'))
  if (o.type !== 'Normal' && o.type !== 'Warning')
    out.push(invalidValue('type', '', `has invalid value: ${o.type ?? ''}`))
  const unset = 'needs to be unset'
  for (const f of ['firstTimestamp', 'lastTimestamp', 'count'] as const)
    if (o[f]) out.push(invalidValue(f, '', unset))
  if (o.source?.component || o.source?.host) out.push(invalidValue('source', '', unset))
  return out
}

function stamp(...times: (string | undefined)[]): number | undefined {
  for (const t of times) {
    const ms = parseTime(t)
    if (ms !== undefined) return ms
  }
  return undefined
}

function ago(ms: number | undefined, nowMs: number): string {
  return ms === undefined ? '<unknown>' : humanDuration(nowMs - ms)
}

function firstSeen(o: Event, nowMs: number): string {
  return ago(stamp(o.firstTimestamp, o.eventTime), nowMs)
}

function lastSeen(o: Event, nowMs: number): string {
  const first = firstSeen(o, nowMs)
  if (o.series) {
    const last = ago(stamp(o.series.lastObservedTime), nowMs)
    return `${last} (x${o.series.count} over ${first})`
  }
  if ((o.count ?? 0) > 1) return `${ago(stamp(o.lastTimestamp), nowMs)} (x${o.count} over ${first})`
  return o.lastTimestamp ? ago(stamp(o.lastTimestamp), nowMs) : first
}

function sourceOf(o: Event): string {
  const component = o.source?.component || o.reportingComponent || ''
  const host = o.source?.host || o.reportingInstance || ''
  return host ? `${component}, ${host}` : component
}
