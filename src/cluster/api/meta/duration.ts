/** Durations and ages as columns show them. */
import { parseTime } from './time.ts'

/**
 * How kubectl and the server print a duration in a column: `45s`, `3m12s`, `5h`, `2d3h`, `400d`.
 * @source staging/src/k8s.io/apimachinery/pkg/util/duration/duration.go HumanDuration
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.trunc(seconds / 60)
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`
  if (minutes < 180) return `${minutes}m`
  const hours = Math.trunc(minutes / 60)
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  if (hours < 48) return `${hours}h`
  const days = Math.trunc(hours / 24)
  if (hours < 192) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`
  if (hours < 24 * 365 * 2) return `${days}d`
  const years = Math.trunc(hours / 24 / 365)
  if (hours < 24 * 365 * 8) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`
  return `${years}y`
}

/** Age of a timestamp as a column shows it; `<unknown>` when unset. */
export function age(since: string | undefined, nowMs: number): string {
  const ms = parseTime(since)
  return ms === undefined ? '<unknown>' : humanDuration(nowMs - ms)
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Reads `1h30m`, as Go's time.ParseDuration does. @returns ms, or what is wrong with the text */
export function parseGoDuration(text: string): number | string {
  const shown = JSON.stringify(text)
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (digits === '0') return 0
  if (digits === '') return `time: invalid duration ${shown}`
  let rest = digits
  let total = 0
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[1]
    if (number === undefined) return `time: invalid duration ${shown}`
    rest = rest.slice(number.length)
    const unit = /^[^\d.]*/.exec(rest)?.[0] ?? ''
    if (unit === '') return `time: missing unit in duration ${shown}`
    const ms = UNITS[unit]
    if (ms === undefined) return `time: unknown unit ${JSON.stringify(unit)} in duration ${shown}`
    total += Number(number) * ms
    rest = rest.slice(unit.length)
  }
  return sign === '-' ? -total : total
}
