/** Reading v1 Events: their age, order and source. @source staging/src/k8s.io/kubectl/pkg/util/event/sorted_event_list.go */
import { humanDuration } from '../cluster/api/meta/duration.ts'
import { parseTime } from '../cluster/api/meta/time.ts'

/** A v1 Event. */
export interface CoreEvent {
  readonly metadata: {
    readonly name?: string
    readonly namespace?: string
    readonly creationTimestamp?: string
  }
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string }
  readonly source?: { readonly component?: string; readonly host?: string }
  readonly reportingComponent?: string
  readonly involvedObject?: {
    readonly kind?: string
    readonly name?: string
    readonly namespace?: string
    readonly fieldPath?: string
  }
}

/** Oldest last, by when they were last seen; equal ones keep their order. */
export function sortEvents(events: readonly CoreEvent[]): CoreEvent[] {
  const time = (e: CoreEvent) => parseTime(e.lastTimestamp) ?? Number.NEGATIVE_INFINITY
  return events
    .map((e, i) => ({ e, i }))
    .sort((a, b) => compare(time(a.e), time(b.e)) || a.i - b.i)
    .map((x) => x.e)
}

/** As `sortEvents`, but new-style events count by their own times (`kubectl events`). */
export function byLastSeen(events: readonly CoreEvent[]): CoreEvent[] {
  const time = (e: CoreEvent) =>
    parseTime(e.series?.lastObservedTime) ??
    parseTime(e.lastTimestamp) ??
    parseTime(e.eventTime) ??
    Number.NEGATIVE_INFINITY
  return events
    .map((e, i) => ({ e, i }))
    .sort((a, b) => compare(time(a.e), time(b.e)) || a.i - b.i)
    .map((x) => x.e)
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function since(text: string | null | undefined, now: number): string {
  const ms = parseTime(text)
  return ms === undefined ? '<unknown>' : humanDuration(now - ms)
}

/** `5s`, or `5s (x3 over 1m)`. @param now Unix milliseconds */
export function eventAge(e: CoreEvent, now: number): string {
  const first = since(e.eventTime ?? e.firstTimestamp, now)
  if (e.series) return `${since(e.series.lastObservedTime, now)} (x${e.series.count} over ${first})`
  if ((e.count ?? 0) > 1) return `${since(e.lastTimestamp, now)} (x${e.count} over ${first})`
  return first
}

/** The component that reported it. */
export function eventSource(e: CoreEvent): string {
  return e.source?.component || e.reportingComponent || ''
}
