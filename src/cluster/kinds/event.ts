/** Event, in core and in events.k8s.io. @source pkg/registry/core/event/strategy.go, printers.go printEvent */
import type { Column } from '../api/definition.ts'
import type { Event } from '../api/generated/types.ts'
import { humanDuration } from '../api/meta/duration.ts'
import { invalidValue } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { parseTime } from '../api/meta/time.ts'
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
export const event = own<Event>('', 'v1', 'Event', { columns, fields, validate })

/** The kind in events.k8s.io. */
export const newEvent = own<Event>('events.k8s.io', 'v1', 'Event', { columns, fields, validate })

function validate(o: Event): FieldError[] {
  const ns = o.involvedObject?.namespace ?? ''
  const own_ = o.metadata.namespace ?? ''
  // Events about cluster-scoped objects live in default.
  if (ns === '' ? own_ === 'default' || own_ === 'kube-system' : ns === own_) return []
  const text = ns === '' ? 'does not match event.namespace' : 'does not match event.namespace'
  return [invalidValue('involvedObject.namespace', ns, text)]
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
