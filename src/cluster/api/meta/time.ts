/**
 * metav1.Time and MicroTime: RFC 3339 in UTC. The only place where a Date is used, and only to format.
 * @source staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/time.go, micro_time.go
 */

/** `2026-01-02T03:04:05Z`. @unit Unix milliseconds, cut to whole seconds */
export function formatTime(unixMs: number): string {
  if (unixMs >= cachedSecond && unixMs < cachedSecond + 1000) return cachedText
  cachedSecond = Math.floor(unixMs / 1000) * 1000
  cachedText = `${new Date(cachedSecond).toISOString().slice(0, 19)}Z`
  return cachedText
}

// Nearly every call is about the current second.
let cachedSecond = Number.NaN
let cachedText = ''

/** `2026-01-02T03:04:05.678000Z`. @unit Unix milliseconds */
export function formatMicroTime(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 23)}000Z`
}

/** Unix milliseconds of a Time or MicroTime; undefined when absent or not a time. */
export function parseTime(text: string | undefined | null): number | undefined {
  if (!text) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** `Mon, 02 Jan 2006 15:04:05 +0000`. @unit Unix milliseconds */
export function formatRfc1123(unixMs: number): string {
  return new Date(unixMs).toUTCString().replace('GMT', '+0000')
}
