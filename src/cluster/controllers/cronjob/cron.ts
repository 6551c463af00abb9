/**
 * Cron schedules: five fields, names, steps, and the usual shorthands. Times are UTC unless a zone is given.
 * @source https://pkg.go.dev/github.com/robfig/cron/v3 (the dialect that upstream speaks)
 */

import { parseGoDuration } from '../../api/meta/duration.ts'
import { isTimeZone, nextClockChange, zoneOffset } from '../../api/meta/zones.ts'

/** A parsed schedule: which minutes, hours, days, months and weekdays it names. */
export interface Schedule {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** True when the day field, or the weekday field, was `*`. */
  readonly anyDay: boolean
  readonly anyWeekday: boolean
  /** Whose clocks it goes by; UTC unless given. */
  readonly zone?: string
  /** For `@every`: a plain interval instead. @unit ms */
  readonly everyMs?: number
}

const SHORTHANDS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const EVERY = '@every '
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const DAYS = 'sun mon tue wed thu fri sat'.split(' ')
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Beyond this many days without a match there is none (29 February needs up to eight years). */
const SEARCH_DAYS_MAX = 366 * 9

/** Reads a schedule, which may name its zone itself (`TZ=Asia/Tokyo ...`); undefined when it is none. */
export function parseSchedule(given: string, timeZone?: string): Schedule | undefined {
  const named = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(given)
  const text = named?.[2] ?? given
  const zone = named?.[1] ?? timeZone
  if (zone !== undefined && !isTimeZone(zone)) return undefined
  if (text.startsWith(EVERY)) {
    const found = parseGoDuration(text.slice(EVERY.length))
    if (typeof found !== 'number') return undefined
    return { ...EMPTY, everyMs: Math.max(1000, Math.floor(found / 1000) * 1000) }
  }
  const fields = (SHORTHANDS[text.trim()] ?? text.trim()).split(/\s+/)
  if (fields.length !== 5) return undefined
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string]
  const minutes = parseField(minute, 0, 59, [])
  const hours = parseField(hour, 0, 23, [])
  const days = parseField(day, 1, 31, [])
  const months = parseField(month, 1, 12, MONTHS)
  const weekdays = parseField(weekday, 0, 6, DAYS)
  if (!minutes || !hours || !days || !months || !weekdays) return undefined
  // Every second day is not any day.
  const any = (f: string) => f.split(',').some((p) => /^[*?](-|$|\/1$)/.test(p))
  const found = { minutes, hours, days, months, weekdays }
  return { ...found, anyDay: any(day), anyWeekday: any(weekday), ...(zone ? { zone } : {}) }
}

const NONE: ReadonlySet<number> = new Set()
const EMPTY: Schedule = {
  minutes: NONE,
  hours: NONE,
  days: NONE,
  months: NONE,
  weekdays: NONE,
  anyDay: true,
  anyWeekday: true,
}

function parseField(
  text: string,
  min: number,
  max: number,
  names: readonly string[],
): Set<number> | undefined {
  const out = new Set<number>()
  for (const part of text.split(',')) {
    const m = /^(\*|\?|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part)
    if (!m) return undefined
    const any = m[1] === '*' || m[1] === '?'
    const first = any ? min : numberOf(m[1] as string, min, names)
    const step = m[3] === undefined ? 1 : Number(m[3])
    // `5/15` means from 5 to the end in steps of 15.
    const open = any || (m[2] === undefined && m[3] !== undefined)
    const last = m[2] !== undefined ? numberOf(m[2], min, names) : open ? max : first
    if (first === undefined || last === undefined || step < 1) return undefined
    if (first < min || last > max || first > last) return undefined
    for (let i = first; i <= last; i += step) out.add(i)
  }
  return out
}

function numberOf(text: string, min: number, names: readonly string[]): number | undefined {
  const i = names.indexOf(text.toLowerCase())
  if (i >= 0) return i + min
  return /^\d+$/.test(text) ? Number(text) : undefined
}

/** The first time after `afterMs` that the schedule names. @unit Unix ms */
export function nextTime(s: Schedule, afterMs: number): number | undefined {
  if (s.everyMs) return Math.floor(afterMs / 1000) * 1000 + s.everyMs
  return s.zone ? nextInZone(s, s.zone, afterMs) : nextOnClock(s, afterMs)
}

/** Zones change their clocks a few times a year, and schedules look ahead some years. */
const CHANGES_MAX = 64

/** What falls into an hour that is skipped does not run; in an hour that comes twice it runs twice. */
function nextInZone(s: Schedule, zone: string, afterMs: number): number | undefined {
  let from = afterMs
  let since = afterMs
  let offset = zoneOffset(zone, afterMs)
  for (let i = 0; i < CHANGES_MAX; i++) {
    const shown = nextOnClock(s, from + offset)
    if (shown === undefined) return undefined
    const found = shown - offset
    const change = nextClockChange(zone, since, found)
    if (change === undefined) return found
    offset = zoneOffset(zone, change)
    since = change
    from = change - 1
  }
  return undefined
}

function nextOnClock(s: Schedule, afterMs: number): number | undefined {
  const start = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS
  let day = Math.floor(start / DAY_MS)
  let minuteOfDay = (start - day * DAY_MS) / MINUTE_MS
  for (let i = 0; i < SEARCH_DAYS_MAX; i++) {
    if (matchesDay(s, day)) {
      for (let m = minuteOfDay; m < 1440; m++) {
        const hour = Math.floor(m / 60)
        if (!s.hours.has(hour)) m = hour * 60 + 59
        else if (s.minutes.has(m % 60)) return day * DAY_MS + m * MINUTE_MS
      }
    }
    day++
    minuteOfDay = 0
  }
  return undefined
}

function matchesDay(s: Schedule, day: number): boolean {
  const { month, date } = civil(day)
  if (!s.months.has(month)) return false
  const byDate = s.days.has(date)
  const byWeekday = s.weekdays.has((((day + 4) % 7) + 7) % 7)
  // When both are named, either will do.
  return s.anyDay || s.anyWeekday ? byDate && byWeekday : byDate || byWeekday
}

/** Month and day of the month of a day counted from 1970-01-01. */
function civil(day: number): { month: number; date: number } {
  const z = day + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const year = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const date = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  return { month: shifted < 10 ? shifted + 3 : shifted - 9, date }
}
