/**
 * Numbers that may be written as a percentage.
 * @source staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go GetScaledValueFromIntOrPercent
 */

/** The number meant: itself, or that share of `total`, rounded up or down. Unreadable text counts as 0. */
export function scaledValue(
  value: number | string | undefined,
  total: number,
  roundUp: boolean,
): number {
  if (value === undefined) return 0
  if (typeof value === 'number') return value
  const m = /^(\d+)%$/.exec(value)
  if (!m) return Number.parseInt(value, 10) || 0
  const share = (Number(m[1]) * total) / 100
  return roundUp ? Math.ceil(share) : Math.floor(share)
}
