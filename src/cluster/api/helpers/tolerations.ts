/**
 * Taints and tolerations.
 * @source staging/src/k8s.io/component-helpers/scheduling/corev1/helpers.go, api/core/v1/toleration.go
 */
import type { Taint, Toleration } from '../generated/types.ts'

/** True when the toleration covers the taint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  switch (toleration.operator ?? 'Equal') {
    case 'Exists':
      return true
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '')
    default: {
      const bound = Number(toleration.value)
      const value = Number(taint.value)
      if (Number.isNaN(bound) || Number.isNaN(value)) return false
      return toleration.operator === 'Gt' ? value > bound : value < bound
    }
  }
}

/** True when one of the tolerations covers the taint. */
export function toleratesAny(
  tolerations: readonly Toleration[] | undefined,
  taint: Taint,
): boolean {
  return tolerations?.some((t) => tolerates(t, taint)) ?? false
}

/** The first taint, of those effects, that nobody tolerates. */
export function untoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly Taint['effect'][],
): Taint | undefined {
  return taints?.find((t) => effects.includes(t.effect) && !toleratesAny(tolerations, t))
}
