/**
 * One look at one Job: make or delete pods, count the finished ones, and say how it stands.
 * @source pkg/controller/job/job_controller.go syncJob, manageJob, trackJobStatusAndRemoveFinalizers
 */
import type { Container, Job, JobCondition, JobStatus, Pod } from '../../api/generated/types.ts'
import { isPodReady } from '../../api/helpers/pods.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { isReason } from '../../api/meta/status.ts'
import type { Expectations } from '../../client/expectations.ts'
import type { Millis } from '../../sim/clock.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  decide,
  isOperational,
  nowOf,
  omitEmpty,
  refTo,
  targetOf,
} from '../framework.ts'
import { isNamespaceTerminating, PodControl, podFromTemplate, slowStart } from '../podcontrol.ts'
import { podsToDelete } from '../ranking.ts'
import { COMPLETION_INDEX, freeIndexes, indexOf, isIndexed } from './indexes.ts'
import {
  type Backoff,
  backoffLeft,
  countsAsFailure,
  deadlineOf,
  FAILURE_COUNT,
  failureCount,
  IGNORED_COUNT,
  ignoredCount,
  indexBackoffLeft,
  indexTexts,
  isFailedFor,
  isTracked,
  type JobView,
  jobCondition,
  matchedRule,
  nextBackoff,
  replacesFailedOnly,
  successVerdict,
  TRACKING,
  verdictOf,
  viewJob,
  wantedActive,
} from './plan.ts'
import { removeTracking } from './tracking.ts'

/** What one look counts, as far as it has come. */
interface Tally {
  active: number
  ready: number
  terminating: number
  readonly backoff: Backoff
}

/** Brings Jobs forward. */
export class JobSync {
  private readonly control: PodControl
  private readonly backoffs = new Map<string, Backoff>()

  constructor(
    private readonly c: ControllerContext,
    private readonly expectations: Expectations,
    private readonly again: (key: string, ms: Millis) => void,
  ) {
    this.control = new PodControl(c, c.recorder())
  }

  *sync(key: string, stored: Job, pods: readonly Pod[]): Task<unknown> {
    const { clock } = this.c.world
    const now = nowOf(this.c)
    const job = this.started(key, stored, now)
    const view = viewJob(job, pods)
    const backoff = nextBackoff(this.backoffs.get(key), view, clock.unixMs)
    const tally: Tally = {
      active: view.active.length,
      ready: view.ready,
      terminating: view.terminating,
      backoff,
    }
    let verdict = verdictOf(view, clock.unixMs, now)
    let seen = job
    let failure: unknown
    const met = this.expectations.met(key)
    try {
      if (verdict) {
        const deleted = yield* this.deletePods(job, view.active, tally)
        // What may still come into sight keeps the Job from being called ended.
        if (deleted !== view.active.length || !met) verdict = undefined
      } else if (met && !job.metadata.deletionTimestamp) {
        yield* this.manage(key, view, tally)
        verdict = successVerdict(view, tally.active, now)
        if (!verdict) seen = this.suspension(job, now)
      } else verdict = successVerdict(view, tally.active, now)
    } catch (error) {
      if (!isOperational(error)) throw error
      failure = error
    }
    yield* this.track(key, stored, { ...view, job: seen }, tally, verdict, now)
    if (failure) throw failure
    return undefined
  }

  /** Forgets the failures of a Job that has ended or is gone. */
  forget(key: string): void {
    this.backoffs.delete(key)
  }

  /** Notes the start, and when the deadline has to be looked at. */
  private started(key: string, job: Job, now: string): Job {
    if (job.spec?.suspend) return job
    const next = job.status?.startTime ? job : { ...job, status: { ...job.status, startTime: now } }
    const deadline = deadlineOf(next)
    const left = deadline === undefined ? 0 : deadline - this.c.world.clock.unixMs
    if (left > 0) this.again(key, left)
    return next
  }

  private suspension(job: Job, now: string): Job {
    const known = job.status?.conditions?.find((c) => c.type === 'Suspended')
    const about = targetOf('Job', job)
    if (job.spec?.suspend && known?.status !== 'True') {
      const c = jobCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', now)
      this.c.recorder().event(about, 'Normal', 'Suspended', 'Job suspended')
      const { startTime: _start, ...status } = job.status ?? {}
      return { ...job, status: { ...status, conditions: replace(job, c) } }
    }
    if (!job.spec?.suspend && known?.status === 'True') {
      const c = jobCondition('Suspended', 'False', 'JobResumed', 'Job resumed', now)
      this.c.recorder().event(about, 'Normal', 'Resumed', 'Job resumed')
      return { ...job, status: { ...job.status, startTime: now, conditions: replace(job, c) } }
    }
    return job
  }

  private *manage(key: string, v: JobView, tally: Tally): Task<void> {
    const { job } = v
    const active = v.active.length
    const want = wantedActive(v)
    const surplus = surplusPods(v, want)
    if (surplus.length > 0) {
      decide(this.c, refTo('Job', job), `delete ${surplus.length} pods`, { active, want })
      this.expectations.expectDeletions(
        key,
        surplus.map((p) => p.metadata.uid ?? ''),
      )
      // They are no failures, hence the finalizer goes first: what has none is not counted.
      for (const p of surplus) yield* removeTracking(this.c, p)
      yield* this.deletePods(job, surplus, tally)
      return
    }
    const held = replacesFailedOnly(job) ? v.terminating : 0
    const missing = want - held - active
    if (missing <= 0) return
    const perIndex = job.spec?.backoffLimitPerIndex !== undefined
    const wait = perIndex ? 0 : backoffLeft(tally.backoff, this.c.world.clock.unixMs)
    if (wait > 0) this.again(key, wait)
    else tally.active += yield* this.createPods(key, v, missing)
  }

  private *createPods(key: string, v: JobView, missing: number): Task<number> {
    const { job } = v
    const indexes = isIndexed(job) ? this.nextIndexes(key, v, missing) : undefined
    const count = indexes ? indexes.length : missing
    if (count === 0) return 0
    decide(this.c, refTo('Job', job), `create ${count} pods`, {
      active: v.active.length,
      succeeded: v.succeeded,
      failed: v.failed,
      ...(indexes ? { indexes } : {}),
    })
    this.expectations.expectCreations(key, count)
    const owner = { kind: 'Job' as const, metadata: job.metadata }
    const base = podFromTemplate(job.spec?.template ?? {}, owner, {})
    const finalizers = [...(base.metadata.finalizers ?? []), TRACKING]
    const pod = { ...base, metadata: { ...base.metadata, finalizers } }
    const { control } = this
    const { done, error } = yield* slowStart(count, function* (i) {
      try {
        yield* control.create(indexes ? indexed(v, pod, indexes[i] as number) : pod, owner)
      } catch (e) {
        if (!isNamespaceTerminating(e)) throw e
      }
    })
    if (done < count) this.expectations.lowerCreations(key, count - done)
    if (error) throw error
    return done
  }

  private nextIndexes(key: string, v: JobView, missing: number): number[] {
    const { job } = v
    const busy = new Set<number>()
    for (const p of v.pods) {
      const over = p.status?.phase === 'Succeeded' || isFailedFor(job, p)
      if (!over) busy.add(indexOf(p))
    }
    if (job.spec?.backoffLimitPerIndex !== undefined) {
      for (const i of new Set(v.delayed.map(indexOf))) {
        const left = indexBackoffLeft(v, i, this.c.world.clock.unixMs)
        if (left <= 0) continue
        busy.add(i)
        this.again(key, left)
      }
    }
    const taken = [v.succeededIndexes, v.failedIndexes, busy]
    return freeIndexes(taken, job.spec?.completions ?? 0, missing)
  }

  /** @returns how many were deleted; the tally moves them from active to terminating */
  private *deletePods(job: Job, pods: readonly Pod[], tally: Tally): Task<number> {
    const owner = { kind: 'Job' as const, metadata: job.metadata }
    let n = 0
    for (const p of pods) {
      try {
        yield* this.control.delete(p, owner)
      } catch (error) {
        this.expectations.deletionObserved(keyOfJob(job), p.metadata.uid ?? '')
        if (!isReason(error, 'NotFound')) throw error
      }
      n++
      tally.active--
      tally.terminating++
      if (isPodReady(p)) tally.ready--
    }
    return n
  }

  /** Counts finished pods in two steps, so that a crash between them neither loses nor repeats one. */
  private *track(
    key: string,
    stored: Job,
    v: JobView,
    tally: Tally,
    verdict: JobCondition | undefined,
    now: string,
  ): Task<void> {
    const { job } = v
    const before = job.status?.uncountedTerminatedPods
    const succeeded = isIndexed(job)
      ? []
      : [...(before?.succeeded ?? []), ...v.newSucceeded.map(uidOf)]
    const done = v.pods.filter((p) => isTracked(p) && isOver(v, p, verdict))
    const failed = [...(before?.failed ?? []), ...failuresAmong(v, done, verdict)]
    const conditions = verdict ? replace(job, verdict) : (job.status?.conditions ?? [])
    const { active: _active, ...rest } = job.status ?? {}
    let status: JobStatus = {
      ...rest,
      ready: tally.ready,
      terminating: tally.terminating,
      ...omitEmpty({ active: tally.active }),
      ...indexTexts(v),
      ...(isIndexed(job) ? omitEmpty({ succeeded: v.succeededIndexes.size }) : {}),
      uncountedTerminatedPods: omitEmpty({ succeeded, failed }),
      ...(conditions.length > 0 ? { conditions } : {}),
    }
    let last = stored
    if (done.length > 0 && !deepEqual(stored.status ?? {}, status)) {
      last = yield* this.write(stored, status)
    }
    this.backoffs.set(key, tally.backoff)
    for (const p of done) yield* removeTracking(this.c, p)
    status = settled(v, status, done)
    const finished = verdict && ending(status, verdict, now)
    if (finished) status = { ...status, ...finished }
    if (!deepEqual(last.status ?? {}, status)) yield* this.write(last, status)
    if (finished) this.tell(job, status, verdict)
  }

  private tell(job: Job, status: JobStatus, verdict: JobCondition): void {
    const about = targetOf('Job', job)
    if (verdict.type === 'SuccessCriteriaMet') {
      if ((status.succeeded ?? 0) > (job.spec?.completions ?? Number.POSITIVE_INFINITY)) {
        const text = 'Too many succeeded pods running after completion count reached'
        this.c.recorder().event(about, 'Warning', 'TooManySucceededPods', text)
      }
      this.c.recorder().event(about, 'Normal', 'Completed', 'Job completed')
      return
    }
    this.c.recorder().event(about, 'Warning', verdict.reason ?? '', verdict.message ?? '')
  }

  private *write(job: Job, status: JobStatus): Task<Job> {
    return yield* this.c.client.updateStatus('Job', { ...job, status })
  }
}

function uidOf(p: Pod): string {
  return p.metadata.uid ?? ''
}

/** True for pods that need not be held any longer. */
function isOver(v: JobView, p: Pod, verdict: JobCondition | undefined): boolean {
  if (verdict || v.job.metadata.deletionTimestamp || p.status?.phase === 'Succeeded') return true
  return isFailedFor(v.job, p) && !v.delayed.includes(p)
}

/** Uids that count as failures: with a verdict of failure every pod that had not ended is one. */
function failuresAmong(
  v: JobView,
  done: readonly Pod[],
  verdict: JobCondition | undefined,
): string[] {
  const known = new Set(v.job.status?.uncountedTerminatedPods?.failed ?? [])
  const lost = verdict?.type === 'FailureTarget'
  return done
    .filter((p) => p.status?.phase !== 'Succeeded' && (lost || isFailedFor(v.job, p)))
    .filter((p) => !known.has(uidOf(p)) && countsAsFailure(v.job, p))
    .map(uidOf)
}

/** The status once the finalizers of `done` are gone: what waited to be counted is. */
function settled(v: JobView, status: JobStatus, done: readonly Pod[]): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  const gone = new Set([...v.pods.filter((p) => !isTracked(p)), ...done].map(uidOf))
  const present = new Set(v.pods.map(uidOf))
  const counted = (u: string) => gone.has(u) || !present.has(u)
  const total = (field: 'succeeded' | 'failed', list: readonly string[]) =>
    (status[field] ?? 0) + list.filter(counted).length
  return {
    ...status,
    ...omitEmpty({ failed: total('failed', failed) }),
    ...(isIndexed(v.job) ? {} : omitEmpty({ succeeded: total('succeeded', succeeded) })),
    uncountedTerminatedPods: omitEmpty({
      succeeded: succeeded.filter((u) => !counted(u)),
      failed: failed.filter((u) => !counted(u)),
    }),
  }
}

/** The last condition comes when every pod is counted and none is on its way out. */
function ending(
  status: JobStatus,
  verdict: JobCondition,
  now: string,
): Partial<JobStatus> | undefined {
  const waiting = status.uncountedTerminatedPods
  if (waiting?.succeeded?.length || waiting?.failed?.length) return undefined
  if ((status.terminating ?? 0) > 0) return undefined
  const complete = verdict.type === 'SuccessCriteriaMet'
  const type = complete ? 'Complete' : 'Failed'
  const last = jobCondition(type, 'True', verdict.reason ?? '', verdict.message ?? '', now)
  const conditions = [...(status.conditions ?? []), last]
  return complete ? { conditions, completionTime: now } : { conditions }
}

/** Active pods beyond those wanted; of an index that is twice there or out of range in any case. */
function surplusPods(v: JobView, want: number): Pod[] {
  const completions = v.job.spec?.completions ?? 0
  const out: Pod[] = []
  const seen = new Set<number>()
  if (isIndexed(v.job)) {
    for (const p of v.active) {
      const i = indexOf(p)
      if (i < 0 || i >= completions || seen.has(i)) out.push(p)
      else seen.add(i)
    }
  }
  const over = v.active.length - out.length - want
  if (over <= 0) return out
  const rest = v.active.filter((p) => !out.includes(p))
  return [...out, ...podsToDelete(rest, [], over)]
}

function keyOfJob(job: Job): string {
  return `${job.metadata.namespace}/${job.metadata.name}`
}

function replace(job: Job, next: JobCondition): JobCondition[] {
  const list = job.status?.conditions ?? []
  if (list.some((c) => c === next)) return list
  return [...list.filter((c) => c.type !== next.type), next]
}

function indexed(v: JobView, pod: Pod, index: number): Pod {
  const { job } = v
  const text = String(index)
  const labels = { ...pod.metadata.labels, [COMPLETION_INDEX]: text }
  const annotations: Record<string, string> = {
    ...pod.metadata.annotations,
    [COMPLETION_INDEX]: text,
  }
  if (job.spec?.backoffLimitPerIndex !== undefined) {
    Object.assign(annotations, failuresOf(v, index))
  }
  const env = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } },
  }
  const withEnv = (c: Container): Container =>
    c.env?.some((e) => e.name === env.name) ? c : { ...c, env: [...(c.env ?? []), env] }
  const spec = pod.spec && {
    ...pod.spec,
    hostname: `${job.metadata.name}-${index}`,
    containers: pod.spec.containers.map(withEnv),
    ...(pod.spec.initContainers ? { initContainers: pod.spec.initContainers.map(withEnv) } : {}),
  }
  const generateName = `${job.metadata.name}-${index}-`
  const metadata = { ...pod.metadata, generateName, labels, annotations }
  return { ...pod, metadata, ...(spec ? { spec } : {}) }
}

/** What a new pod of an index says of the tries before it. */
function failuresOf(v: JobView, index: number): Record<string, string> {
  const last = v.delayed.find((p) => indexOf(p) === index)
  if (!last) return { [FAILURE_COUNT]: '0' }
  const excused = matchedRule(v.job, last)?.action === 'Ignore'
  const ignored = ignoredCount(last) + (excused ? 1 : 0)
  return {
    [FAILURE_COUNT]: String(failureCount(last) + (excused ? 0 : 1)),
    ...(ignored > 0 ? { [IGNORED_COUNT]: String(ignored) } : {}),
  }
}
