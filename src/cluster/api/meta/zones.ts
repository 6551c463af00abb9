/**
 * Time zones: names, and how far their clocks are from UTC. The only use of Intl in the simulation: it is asked for
 * rules that are the same in every engine (the IANA database), never for the host's own zone or language.
 * @source https://www.iana.org/time-zones
 */

const DAY_MS = 86_400_000
/** One part of a name. @source pkg/apis/batch/validation validTimeZoneCharacters */
const PART = /^[A-Z][A-Za-z.\-_0-9+]{0,13}$/

const formats = new Map<string, Intl.DateTimeFormat | undefined>()

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, makeFormat(zone))
  return formats.get(zone)
}

function makeFormat(zone: string): Intl.DateTimeFormat | undefined {
  // Intl does not mind the case of letters, Kubernetes does.
  if (!zone.split('/').every((p) => PART.test(p))) return undefined
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** True for a name of the IANA database. */
export function isTimeZone(zone: string): boolean {
  return formatOf(zone) !== undefined
}

/** How much later a zone's clocks show at an instant than UTC; 0 for a zone that is none. @unit Unix ms, ms */
export function zoneOffset(zone: string, unixMs: number): number {
  const format = formatOf(zone)
  if (!format) return 0
  const second = Math.floor(unixMs / 1000) * 1000
  const found: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const p of format.formatToParts(second)) found[p.type] = Number(p.value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: s = 0 } = found
  return Date.UTC(year, month - 1, day, hour, minute, s) - second
}

/** The first instant after `from` and not after `to` at which a zone's clocks are put forward or back. @unit Unix ms */
export function nextClockChange(zone: string, from: number, to: number): number | undefined {
  const before = zoneOffset(zone, from)
  let low = from
  while (low < to) {
    const high = Math.min(low + DAY_MS, to)
    if (zoneOffset(zone, high) !== before) return bisect(zone, before, low, high)
    low = high
  }
  return undefined
}

function bisect(zone: string, before: number, from: number, to: number): number {
  let low = Math.floor(from / 1000)
  let high = Math.ceil(to / 1000)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (zoneOffset(zone, middle * 1000) === before) low = middle
    else high = middle
  }
  return high * 1000
}
