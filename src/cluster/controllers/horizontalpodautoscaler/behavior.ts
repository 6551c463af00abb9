/**
 * How fast an autoscaler may move: stabilization windows and policies.
 * @source pkg/controller/podautoscaler/horizontal.go normalizeDesiredReplicasWithBehaviors
 */
import type { HorizontalPodAutoscaler, HPAScalingRules } from '../../api/generated/types.ts'

/** A change of scale that policies look back on. */
export interface ScaleEvent {
  readonly at: number
  readonly change: number
}

/** What an autoscaler remembers. @unit times in virtual ms */
export interface ScaleHistory {
  recommendations: { at: number; replicas: number }[]
  ups: ScaleEvent[]
  downs: ScaleEvent[]
}

const DOWN_WINDOW_S = 300
/** Without a behavior a target may double at once, and reach four in any case. */
const UP_MINIMUM = 4

/** What became of a wish, and which conditions tell of it. */
export interface Bounded {
  readonly replicas: number
  readonly stabilized?: { reason: string; message: string }
  readonly limited?: { reason: string; message: string }
}

/** Applies window, policies and limits to the replicas that metrics ask for. */
export function bound(
  hpa: HorizontalPodAutoscaler,
  history: ScaleHistory,
  current: number,
  wanted: number,
  now: number,
): Bounded {
  const stable = stabilize(hpa, history, current, wanted, now)
  const stabilized =
    stable === wanted
      ? undefined
      : !hpa.spec?.behavior || wanted < current
        ? {
            reason: 'ScaleDownStabilized',
            message:
              'recent recommendations were higher than current one, applying the highest recent recommendation',
          }
        : {
            reason: 'ScaleUpStabilized',
            message:
              'recent recommendations were lower than current one, applying the lowest recent recommendation',
          }
  const { replicas, limited } = limit(hpa, history, current, stable, now)
  return {
    replicas,
    ...(stabilized ? { stabilized } : {}),
    ...(limited ? { limited } : {}),
  }
}

function stabilize(
  hpa: HorizontalPodAutoscaler,
  history: ScaleHistory,
  current: number,
  wanted: number,
  now: number,
): number {
  const { scaleUp, scaleDown } = hpa.spec?.behavior ?? {}
  const upMs = (scaleUp?.stabilizationWindowSeconds ?? 0) * 1000
  const downMs = (scaleDown?.stabilizationWindowSeconds ?? DOWN_WINDOW_S) * 1000
  let least = wanted
  let most = wanted
  for (const r of history.recommendations) {
    if (r.at > now - upMs) least = Math.min(least, r.replicas)
    if (r.at > now - downMs) most = Math.max(most, r.replicas)
  }
  const longest = Math.max(upMs, downMs)
  history.recommendations = history.recommendations.filter((r) => r.at > now - longest)
  history.recommendations.push({ at: now, replicas: wanted })
  if (current < least) return least
  return current > most ? most : current
}

function limit(
  hpa: HorizontalPodAutoscaler,
  history: ScaleHistory,
  current: number,
  wanted: number,
  now: number,
): { replicas: number; limited?: { reason: string; message: string } } {
  const max = hpa.spec?.maxReplicas ?? wanted
  const min = hpa.spec?.minReplicas ?? 1
  if (wanted > current) {
    const rate = upLimit(hpa.spec?.behavior?.scaleUp, history, current, now)
    const most = Math.min(Math.max(rate, current), max)
    if (wanted <= most) return { replicas: wanted }
    return rate < max
      ? limitedBy(most, 'ScaleUpLimit', 'increasing faster than the maximum scale rate')
      : limitedBy(
          most,
          'TooManyReplicas',
          'the desired replica count is more than the maximum replica count',
        )
  }
  if (wanted < current) {
    const rate = downLimit(hpa.spec?.behavior?.scaleDown, history, current, now)
    const least = Math.max(Math.min(rate, current), min)
    if (wanted >= least) return { replicas: wanted }
    return rate > min
      ? limitedBy(least, 'ScaleDownLimit', 'decreasing faster than the maximum scale rate')
      : limitedBy(
          least,
          'TooFewReplicas',
          'the desired replica count is less than the minimum replica count',
        )
  }
  return { replicas: wanted }
}

function limitedBy(replicas: number, reason: string, limit: string) {
  const message =
    reason === 'ScaleUpLimit' || reason === 'ScaleDownLimit'
      ? `the desired replica count is ${limit}`
      : limit
  return { replicas, limited: { reason, message } }
}

function upLimit(
  rules: HPAScalingRules | undefined,
  history: ScaleHistory,
  current: number,
  now: number,
): number {
  if (!rules) return Math.max(2 * current, UP_MINIMUM)
  if (rules.selectPolicy === 'Disabled') return current
  const limits = (rules.policies ?? []).map((p) => {
    const start = startOf(history, current, p.periodSeconds, now)
    return p.type === 'Pods' ? start + p.value : Math.ceil((start * (100 + p.value)) / 100)
  })
  return rules.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits)
}

function downLimit(
  rules: HPAScalingRules | undefined,
  history: ScaleHistory,
  current: number,
  now: number,
): number {
  if (!rules) return 0
  if (rules.selectPolicy === 'Disabled') return current
  const limits = (rules.policies ?? []).map((p) => {
    const start = startOf(history, current, p.periodSeconds, now)
    return p.type === 'Pods' ? start - p.value : Math.floor((start * (100 - p.value)) / 100)
  })
  return rules.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits)
}

/** The size at the beginning of the period that a policy looks at. */
function startOf(history: ScaleHistory, current: number, seconds: number, now: number): number {
  const since = (list: readonly ScaleEvent[]) =>
    list.filter((e) => e.at > now - seconds * 1000).reduce((n, e) => n + e.change, 0)
  return current - since(history.ups) + since(history.downs)
}

/** Remembers a change for the policies. */
export function remember(history: ScaleHistory, from: number, to: number, now: number): void {
  const keep = (list: ScaleEvent[]) => list.filter((e) => e.at > now - 1_800_000)
  history.ups = keep(history.ups)
  history.downs = keep(history.downs)
  if (to > from) history.ups.push({ at: now, change: to - from })
  if (to < from) history.downs.push({ at: now, change: from - to })
}
