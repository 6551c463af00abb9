/**
 * One look at one Job: make or delete pods, count the finished ones, and say how it stands.
 * @source pkg/controller/job/job_controller.go syncJob, manageJob, trackJobStatusAndRemoveFinalizers
 */
import type { Container, Job, JobCondition, JobStatus, Pod } from '../../api/generated/types.ts'
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
import { COMPLETION_INDEX, freeIndexes, indexOf, isIndexed } from './indexes.ts'
import {
  backoffLeft,
  deadlineOf,
  FAILURE_COUNT,
  failureCount,
  indexBackoffLeft,
  indexTexts,
  isFailedFor,
  isTracked,
  type JobView,
  jobCondition,
  matchedRule,
  replacesFailedOnly,
  TRACKING,
  verdictOf,
  viewJob,
  wantedActive,
} from './plan.ts'
import { removeTracking } from './tracking.ts'

/** Brings Jobs forward. */
export class JobSync {
  private readonly control: PodControl

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
    const verdict = verdictOf(view, clock.unixMs, now)
    let active = view.active.length
    let failure: unknown
    try {
      if (verdict) active -= yield* this.deletePods(job, view.active)
      else if (this.expectations.met(key) && !job.metadata.deletionTimestamp) {
        active = yield* this.manage(key, view)
      }
    } catch (error) {
      if (!isOperational(error)) throw error
      failure = error
    }
    const suspended = this.suspension(job, now)
    yield* this.track(stored, { ...view, job: suspended }, active, verdict, now)
    if (failure) throw failure
    return undefined
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

  /** @returns pods at work afterwards */
  private *manage(key: string, v: JobView): Task<number> {
    const { job } = v
    const active = v.active.length
    const want = wantedActive(v)
    const surplus = this.surplus(v, want)
    if (surplus.length > 0) {
      decide(this.c, refTo('Job', job), `delete ${surplus.length} pods`, { active, want })
      this.expectations.expectDeletions(
        key,
        surplus.map((p) => p.metadata.uid ?? ''),
      )
      return active - (yield* this.deletePods(job, surplus))
    }
    const held = replacesFailedOnly(job) ? v.terminating : 0
    const missing = want - held - active
    if (missing <= 0) return active
    const perIndex = job.spec?.backoffLimitPerIndex !== undefined
    const wait = perIndex ? 0 : backoffLeft(v, this.c.world.clock.unixMs)
    if (wait > 0) {
      this.again(key, wait)
      return active
    }
    return active + (yield* this.createPods(key, v, missing))
  }

  private surplus(v: JobView, want: number): Pod[] {
    const completions = v.job.spec?.completions ?? 0
    const out: Pod[] = []
    const seen = new Set<number>()
    if (isIndexed(v.job)) {
      for (const p of v.active) {
        const i = indexOf(p)
        const useless = i < 0 || i >= completions || v.succeededIndexes.has(i) || seen.has(i)
        if (useless || v.failedIndexes.has(i)) out.push(p)
        else seen.add(i)
      }
    }
    const rest = v.active.filter((p) => !out.includes(p))
    const over = v.active.length - out.length - want
    // The ones that have done least go first.
    if (over > 0) out.push(...[...rest].reverse().slice(0, over))
    return out
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

  /** @returns how many were deleted */
  private *deletePods(job: Job, pods: readonly Pod[]): Task<number> {
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
    }
    return n
  }

  /** Counts finished pods in two steps, so that a crash between them neither loses nor repeats one. */
  private *track(
    stored: Job,
    v: JobView,
    active: number,
    verdict: JobCondition | undefined,
    now: string,
  ): Task<void> {
    const { job } = v
    const before = job.status?.uncountedTerminatedPods
    const uid = (p: Pod) => p.metadata.uid ?? ''
    const succeeded = isIndexed(job)
      ? []
      : [...(before?.succeeded ?? []), ...v.newSucceeded.map(uid)]
    const late = verdict ? v.delayed : []
    const failed = [...(before?.failed ?? []), ...v.newFailed.map(uid), ...late.map(uid)]
    const held = new Set(verdict ? [] : v.delayed)
    const done = v.pods.filter((p) => isTracked(p) && !held.has(p) && this.isOver(job, p, verdict))
    const conditions = verdict ? replace(job, verdict) : (job.status?.conditions ?? [])
    const counts = {
      ready: v.ready,
      terminating: v.terminating,
      ...omitEmpty({ active }),
      ...indexTexts(v),
    }
    const { active: _active, ...rest } = job.status ?? {}
    let status: JobStatus = {
      ...rest,
      ...counts,
      ...(isIndexed(job) ? omitEmpty({ succeeded: v.succeededIndexes.size }) : {}),
      uncountedTerminatedPods: omitEmpty({ succeeded, failed }),
      ...(conditions.length > 0 ? { conditions } : {}),
    }
    let last = stored
    if (done.length > 0 && !deepEqual(stored.status ?? {}, status)) {
      last = yield* this.write(stored, status)
    }
    for (const p of done) yield* removeTracking(this.c, p)
    const gone = new Set([...v.pods.filter((p) => !isTracked(p)), ...done].map(uid))
    const present = new Set(v.pods.map(uid))
    const counted = (u: string) => gone.has(u) || !present.has(u)
    const total = (field: 'succeeded' | 'failed', list: readonly string[]) =>
      (status[field] ?? 0) + list.filter(counted).length
    status = {
      ...status,
      ...omitEmpty({ failed: total('failed', failed) }),
      ...(isIndexed(job) ? {} : omitEmpty({ succeeded: total('succeeded', succeeded) })),
      uncountedTerminatedPods: omitEmpty({
        succeeded: succeeded.filter((u) => !counted(u)),
        failed: failed.filter((u) => !counted(u)),
      }),
    }
    const finished = verdict && this.ending(v, status, active, verdict, now)
    if (finished) status = { ...status, ...finished }
    if (!deepEqual(last.status ?? {}, status)) yield* this.write(last, status)
    if (finished) this.tell(job, verdict)
  }

  private isOver(job: Job, p: Pod, verdict: JobCondition | undefined): boolean {
    const phase = p.status?.phase
    if (phase === 'Succeeded' || phase === 'Failed') return true
    if (verdict && p.metadata.deletionTimestamp) return true
    return isFailedFor(job, p) || job.metadata.deletionTimestamp !== undefined
  }

  /** The last condition comes when every pod is counted and none is on its way out. */
  private ending(
    v: JobView,
    status: JobStatus,
    active: number,
    verdict: JobCondition,
    now: string,
  ): Partial<JobStatus> | undefined {
    const waiting = status.uncountedTerminatedPods
    if (waiting?.succeeded?.length || waiting?.failed?.length) return undefined
    const leaving = v.terminating > 0 || v.active.length > active
    if (active > 0 || leaving) return undefined
    const complete = verdict.type === 'SuccessCriteriaMet'
    const type = complete ? 'Complete' : 'Failed'
    const last = jobCondition(type, 'True', verdict.reason ?? '', verdict.message ?? '', now)
    const conditions = [...(status.conditions ?? []), last]
    return complete ? { conditions, completionTime: now } : { conditions }
  }

  private tell(job: Job, verdict: JobCondition): void {
    const about = targetOf('Job', job)
    if (verdict.type === 'SuccessCriteriaMet') {
      this.c.recorder().event(about, 'Normal', 'Completed', 'Job completed')
      return
    }
    this.c.recorder().event(about, 'Warning', verdict.reason ?? '', verdict.message ?? '')
  }

  private *write(job: Job, status: JobStatus): Task<Job> {
    return yield* this.c.client.updateStatus('Job', { ...job, status })
  }
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
    annotations[FAILURE_COUNT] = String(failuresOf(v, index))
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

function failuresOf(v: JobView, index: number): number {
  let most = 0
  for (const p of v.pods) {
    if (indexOf(p) !== index || !isFailedFor(v.job, p)) continue
    const counts = matchedRule(v.job, p)?.action === 'Ignore' ? 0 : 1
    most = Math.max(most, failureCount(p) + counts)
  }
  return most
}
