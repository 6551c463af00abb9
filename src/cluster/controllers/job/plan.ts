/**
 * What a Job's pods mean for it: successes, failures, whether it is done, and how many pods to run.
 * @source pkg/controller/job/job_controller.go, pod_failure_policy.go, backoff_utils.go, success_policy.go
 */
import type { Job, JobCondition, Pod } from '../../api/generated/types.ts'
import { isPodReady } from '../../api/helpers/pods.ts'
import { isTrue } from '../../api/meta/conditions.ts'
import { parseTime } from '../../api/meta/time.ts'
import { formatIndexes, indexOf, isIndexed, parseIndexes } from './indexes.ts'

/** On pods, until the Job has counted them. */
export const TRACKING = 'batch.kubernetes.io/job-tracking'
const BACKOFF_MS = 10_000
const BACKOFF_MAX_MS = 600_000

/** True when the Job has ended, one way or the other. */
export function isFinished(job: Job): boolean {
  const c = job.status?.conditions
  return isTrue(c, 'Complete') || isTrue(c, 'Failed')
}

/** True when only failed pods, not terminating ones, are replaced. */
export function replacesFailedOnly(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed'
}

/** True when the pod counts as a failure. */
export function isFailedFor(job: Job, pod: Pod): boolean {
  const phase = pod.status?.phase
  if (phase === 'Failed') return true
  if (replacesFailedOnly(job)) return false
  return pod.metadata.deletionTimestamp !== undefined && phase !== 'Succeeded'
}

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING) ?? false
}

/** One look at a Job and its pods. */
export interface JobView {
  readonly job: Job
  readonly pods: readonly Pod[]
  readonly active: readonly Pod[]
  readonly ready: number
  readonly terminating: number
  /** Finished pods that are not counted yet. */
  readonly newSucceeded: readonly Pod[]
  readonly newFailed: readonly Pod[]
  /** Newly failed pods that the failure policy excuses. */
  readonly ignored: readonly Pod[]
  /** With a limit per index: failed pods that are counted only when their index is tried again or given up. */
  readonly delayed: readonly Pod[]
  /** Totals with those. */
  readonly succeeded: number
  readonly failed: number
  readonly succeededIndexes: ReadonlySet<number>
  readonly failedIndexes: ReadonlySet<number>
}

/** Sorts the pods out. */
export function viewJob(job: Job, pods: readonly Pod[]): JobView {
  const uncounted = job.status?.uncountedTerminatedPods
  const known = new Set([...(uncounted?.succeeded ?? []), ...(uncounted?.failed ?? [])])
  const active: Pod[] = []
  const newSucceeded: Pod[] = []
  const ended: Pod[] = []
  let terminating = 0
  for (const p of pods) {
    const phase = p.status?.phase
    const done = phase === 'Succeeded' || phase === 'Failed'
    if (p.metadata.deletionTimestamp && !done) terminating++
    if (!done && !p.metadata.deletionTimestamp) active.push(p)
    else if (!isTracked(p) || known.has(p.metadata.uid ?? '')) continue
    else if (phase === 'Succeeded') newSucceeded.push(p)
    else if (isFailedFor(job, p) && isOfJob(job, p)) ended.push(p)
  }
  const completions = job.spec?.completions ?? 0
  const succeededIndexes = parseIndexes(job.status?.completedIndexes, completions)
  const failedIndexes = parseIndexes(job.status?.failedIndexes, completions)
  if (isIndexed(job)) {
    for (const p of pods) {
      const i = indexOf(p)
      if (p.status?.phase === 'Succeeded' && i >= 0 && i < completions) succeededIndexes.add(i)
    }
    failIndexes(job, pods, succeededIndexes, failedIndexes)
  }
  const delayed = delayedPods(job, ended, active, succeededIndexes, failedIndexes)
  const ignored = ended.filter((p) => !countsAsFailure(job, p))
  const counted = ended.filter((p) => !delayed.includes(p) && !ignored.includes(p))
  const waiting = isIndexed(job) ? 0 : (uncounted?.succeeded?.length ?? 0) + newSucceeded.length
  const succeeded = isIndexed(job) ? succeededIndexes.size : (job.status?.succeeded ?? 0) + waiting
  const failed = (job.status?.failed ?? 0) + (uncounted?.failed?.length ?? 0) + counted.length
  const ready = active.filter(isPodReady).length
  return {
    job,
    pods,
    active,
    ready,
    terminating,
    newSucceeded,
    newFailed: counted,
    ignored,
    delayed,
    succeeded,
    failed,
    succeededIndexes,
    failedIndexes,
  }
}

/** Pods of an index that is no longer wanted are not looked at. */
function isOfJob(job: Job, pod: Pod): boolean {
  if (!isIndexed(job)) return true
  const i = indexOf(pod)
  return i >= 0 && i < (job.spec?.completions ?? 0)
}

/** Pods of an index that is no longer wanted, or that the failure policy excuses, do not count. */
export function countsAsFailure(job: Job, pod: Pod): boolean {
  return isOfJob(job, pod) && matchedRule(job, pod)?.action !== 'Ignore'
}

function delayedPods(
  job: Job,
  failed: readonly Pod[],
  active: readonly Pod[],
  succeeded: ReadonlySet<number>,
  givenUp: ReadonlySet<number>,
): Pod[] {
  if (job.spec?.backoffLimitPerIndex === undefined) return []
  const last = new Map<number, Pod>()
  for (const p of failed) {
    const i = indexOf(p)
    if (succeeded.has(i) || givenUp.has(i)) continue
    const known = last.get(i)
    if (!known || triesBefore(p) >= triesBefore(known)) last.set(i, p)
  }
  for (const p of active) last.delete(indexOf(p))
  return [...last.values()]
}

/** How long an index has to wait for its next try. @unit ms */
export function indexBackoffLeft(v: JobView, index: number, nowMs: number): number {
  let left = 0
  for (const p of v.pods) {
    if (indexOf(p) !== index || !isFailedFor(v.job, p)) continue
    const doublings = Math.min(triesBefore(p), 10)
    const ms = Math.min(BACKOFF_MS * (1 << doublings), BACKOFF_MAX_MS)
    left = Math.max(left, finishTime(p, nowMs) + ms - nowMs)
  }
  return left
}

/** With a limit per index, an index whose pods failed too often is given up. */
function failIndexes(
  job: Job,
  pods: readonly Pod[],
  succeeded: ReadonlySet<number>,
  failed: Set<number>,
): void {
  const limit = job.spec?.backoffLimitPerIndex
  if (limit === undefined) return
  for (const p of pods) {
    const i = indexOf(p)
    if (i < 0 || succeeded.has(i) || !isFailedFor(job, p)) continue
    const action = matchedRule(job, p)?.action
    if (action === 'FailIndex') failed.add(i)
    else if (action !== 'Ignore' && failureCount(p) >= limit) failed.add(i)
  }
}

export const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count'
export const IGNORED_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count'

/** Failures of the pod's index before this pod. */
export function failureCount(pod: Pod): number {
  return Number(pod.metadata.annotations?.[FAILURE_COUNT] ?? 0) || 0
}

/** Failures of the pod's index before this pod that the failure policy excused. */
export function ignoredCount(pod: Pod): number {
  return Number(pod.metadata.annotations?.[IGNORED_COUNT] ?? 0) || 0
}

function triesBefore(pod: Pod): number {
  return failureCount(pod) + ignoredCount(pod)
}

/** The first rule of the pod failure policy that a failed pod meets. */
export function matchedRule(job: Job, pod: Pod): { action: string; message: string } | undefined {
  const rules = job.spec?.podFailurePolicy?.rules
  if (!rules || pod.status?.phase !== 'Failed') return undefined
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]
    if (!rule) continue
    const ending = `matching ${rule.action} rule at index ${i}`
    const codes = rule.onExitCodes
    for (const s of codes ? statusesOf(pod) : []) {
      const code = s.state?.terminated?.exitCode
      if (!codes || !code) continue
      if (codes.containerName !== undefined && codes.containerName !== s.name) continue
      if (codes.values.includes(code) !== (codes.operator === 'In')) continue
      const message = `Container ${s.name} for pod ${name} failed with exit code ${code} ${ending}`
      return { action: rule.action, message }
    }
    for (const want of rule.onPodConditions ?? []) {
      const c = pod.status?.conditions?.find((x) => x.type === want.type)
      if (c?.status !== (want.status ?? 'True')) continue
      return { action: rule.action, message: `Pod ${name} has condition ${want.type} ${ending}` }
    }
  }
  return undefined
}

function statusesOf(pod: Pod) {
  return [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
}

/** Makes a condition of a Job. */
export function jobCondition(
  type: string,
  status: string,
  reason: string,
  message: string,
  now: string,
): JobCondition {
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message }
}

/** Why the Job has failed by now, or succeeded by its policy: FailureTarget or SuccessCriteriaMet. */
export function verdictOf(v: JobView, nowMs: number, now: string): JobCondition | undefined {
  const { job } = v
  const known = job.status?.conditions?.find(
    (c) => (c.type === 'FailureTarget' || c.type === 'SuccessCriteriaMet') && c.status === 'True',
  )
  if (known) return known
  const fail = (reason: string, message: string) =>
    jobCondition('FailureTarget', 'True', reason, message, now)
  for (const p of v.pods) {
    const rule = matchedRule(job, p)
    if (rule?.action === 'FailJob') return fail('PodFailurePolicy', rule.message)
  }
  const limit = job.spec?.backoffLimit ?? 6
  if (v.failed > limit || restartsExceed(v, limit)) {
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  }
  const deadline = deadlineOf(job)
  if (deadline !== undefined && nowMs >= deadline) {
    return fail('DeadlineExceeded', 'Job was active longer than specified deadline')
  }
  return indexVerdict(v, now)
}

function restartsExceed(v: JobView, limit: number): boolean {
  if (v.job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false
  let restarts = 0
  for (const p of v.active) for (const s of statusesOf(p)) restarts += s.restartCount
  return limit === 0 ? restarts > 0 : restarts >= limit
}

/** When the Job's time is up. @unit Unix ms */
export function deadlineOf(job: Job): number | undefined {
  const seconds = job.spec?.activeDeadlineSeconds
  const start = parseTime(job.status?.startTime)
  if (seconds === undefined || start === undefined || job.spec?.suspend) return undefined
  return start + seconds * 1000
}

function indexVerdict(v: JobView, now: string): JobCondition | undefined {
  const { job, succeededIndexes, failedIndexes } = v
  if (!isIndexed(job)) return undefined
  const fail = (reason: string, message: string) =>
    jobCondition('FailureTarget', 'True', reason, message, now)
  const most = job.spec?.maxFailedIndexes
  if (most !== undefined && failedIndexes.size > most) {
    const text = 'Job has exceeded the specified maximal number of failed indexes'
    return fail('MaxFailedIndexesExceeded', text)
  }
  const given = failedIndexes.size + succeededIndexes.size
  if (failedIndexes.size > 0 && given >= (job.spec?.completions ?? 0)) {
    return fail('FailedIndexes', 'Job has failed indexes')
  }
  const rule = job.spec?.successPolicy?.rules.findIndex((r) => {
    const of = r.succeededIndexes
      ? [...parseIndexes(r.succeededIndexes, job.spec?.completions ?? 0)].filter((i) =>
          succeededIndexes.has(i),
        ).length
      : succeededIndexes.size
    const need =
      r.succeededCount ?? parseIndexes(r.succeededIndexes, job.spec?.completions ?? 0).size
    return of >= need
  })
  if (rule !== undefined && rule >= 0) {
    const text = `Matched rules at index ${rule}`
    return jobCondition('SuccessCriteriaMet', 'True', 'SuccessPolicy', text, now)
  }
  return undefined
}

/** Done when enough have succeeded and `active` pods, the ones left after this look, are none. */
export function successVerdict(v: JobView, active: number, now: string): JobCondition | undefined {
  const { completions } = v.job.spec ?? {}
  const enough = completions === undefined ? v.succeeded > 0 : v.succeeded >= completions
  if (!enough || active > 0) return undefined
  return jobCondition(
    'SuccessCriteriaMet',
    'True',
    'CompletionsReached',
    'Reached expected number of succeeded pods',
    now,
  )
}

/** How many pods should be at work. */
export function wantedActive(v: JobView): number {
  const { completions, parallelism = 1, suspend } = v.job.spec ?? {}
  if (suspend) return 0
  if (completions === undefined) return v.succeeded > 0 ? v.active.length : parallelism
  return Math.max(0, Math.min(completions - v.succeeded, parallelism))
}

/** Failures in a row. @unit Unix ms */
export interface Backoff {
  readonly failures: number
  readonly lastAt: number
}

/** The failures in a row with the pods that ended newly. */
export function nextBackoff(old: Backoff | undefined, v: JobView, nowMs: number): Backoff {
  const times = (list: readonly Pod[]) => list.map((p) => finishTime(p, nowMs))
  const failed = times([...new Set([...v.newFailed, ...v.delayed, ...v.ignored])])
  const lastSuccess = Math.max(...times(v.newSucceeded))
  const since = v.newSucceeded.length > 0 ? failed.filter((at) => at > lastSuccess) : failed
  const before = v.newSucceeded.length > 0 ? 0 : (old?.failures ?? 0)
  if (since.length === 0) return { failures: before, lastAt: old?.lastAt ?? 0 }
  return { failures: before + since.length, lastAt: Math.max(...since) }
}

/** How long to wait before new pods, after failures in a row. @unit ms */
export function backoffLeft(b: Backoff, nowMs: number): number {
  if (b.failures === 0) return 0
  const ms = Math.min(BACKOFF_MS * (1 << Math.min(b.failures - 1, 10)), BACKOFF_MAX_MS)
  return Math.max(0, b.lastAt + ms - nowMs)
}

/** When a pod ended: its last container, its loss of readiness, the wish to delete it, or its birth. */
function finishTime(pod: Pod, nowMs: number): number {
  const ends = (pod.status?.containerStatuses ?? []).map((s) =>
    parseTime(s.state?.terminated?.finishedAt),
  )
  const known = ends.filter((at) => at !== undefined)
  if (ends.length > 0 && known.length === ends.length) return Math.max(...known)
  const ready = pod.status?.conditions?.find((c) => c.type === 'Ready' && c.status === 'False')
  const unready = parseTime(ready?.lastTransitionTime)
  if (unready !== undefined) return unready
  const deadline = parseTime(pod.metadata.deletionTimestamp)
  if (deadline !== undefined) {
    return deadline - (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000
  }
  return parseTime(pod.metadata.creationTimestamp) ?? nowMs
}

/** The texts of the index sets; absent when there are none. */
export function indexTexts(v: JobView): { completedIndexes?: string; failedIndexes?: string } {
  if (!isIndexed(v.job)) return {}
  const completed = formatIndexes(v.succeededIndexes)
  const failed = formatIndexes(v.failedIndexes)
  const perIndex = v.job.spec?.backoffLimitPerIndex !== undefined
  return {
    ...(completed ? { completedIndexes: completed } : {}),
    ...(perIndex ? { failedIndexes: failed } : {}),
  }
}
