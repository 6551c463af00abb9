/** Durations as the kubelet's messages print them. */
import type { Millis } from '../sim/clock.ts'

/** `10s`, `1m20s`, `5m0s`: how Go prints a duration. @unit ms */
export function goDuration(ms: Millis): string {
  if (ms < 1000) return `${ms}ms`
  const s = ms / 1000
  if (s < 60) return `${Number.isInteger(s) ? s : s.toFixed(3).replace(/0+$/, '')}s`
  const m = Math.floor(s / 60)
  const rest = `${Math.round((s - m * 60) * 1000) / 1000}s`
  return m < 60 ? `${m}m${rest}` : `${Math.floor(m / 60)}h${m % 60}m${rest}`
}
