/** How times read. */

/** `00:04:12` of virtual milliseconds. */
export function clockText(ms: number): string {
  const s = Math.floor(ms / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}

/** `04:12.345`, for steps of a chain. */
export function preciseText(ms: number): string {
  const whole = clockText(ms)
  return `${whole.startsWith('00:') ? whole.slice(3) : whole}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`
}

/** `5s`, `3m`, `2h10m`: kubectl's ages. */
export function ageText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 120) return `${s}s`
  const m = Math.floor(s / 60)
  if (m < 10) return s % 60 ? `${m}m${s % 60}s` : `${m}m`
  if (m < 180) return `${m}m`
  const h = Math.floor(m / 60)
  return h < 48 ? `${h}h` : `${Math.floor(h / 24)}d`
}

/** `0.4 s`, `12 s`, `2 min 5 s`: how long something took. */
export function durationText(ms: number): string {
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`
  const s = Math.round(ms / 1000)
  if (s < 120) return `${s} s`
  return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`
}
