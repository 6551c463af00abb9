/**
 * CronJobs: make a Job whenever their schedule says so.
 * @source pkg/controller/cronjob/cronjob_controllerv2.go, utils.go
 */
import type { CronJob, Job, ObjectReference } from '../../api/generated/types.ts'
import { isTrue } from '../../api/meta/conditions.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { controllerOf } from '../../api/meta/ownership.ts'
import { isReason } from '../../api/meta/status.ts'
import { formatRfc1123, formatTime, parseTime } from '../../api/meta/time.ts'
import { isTimeZone } from '../../api/meta/zones.ts'
import { keyOf } from '../../api/object.ts'
import type { Recorder } from '../../client/recorder.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  defineController,
  refTo,
  startLoop,
  targetOf,
} from '../framework.ts'
import { BY_CONTROLLER, isNamespaceTerminating, ownerRefFor } from '../podcontrol.ts'
import { nextTime, parseSchedule, type Schedule } from './cron.ts'

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
/** So many missed times in a row mean that something is wrong with the clock or the deadline. */
const MISSED_MAX = 100
/** A run may start a moment after its time. */
const SLACK_MS = 100

/** The CronJob controller. */
export const cronjob = defineController({
  name: 'cronjob-controller',
  start: (c) => new CronJobs(c).start(),
})

/** The latest time that was due and not yet run, and how many there were. */
export function missedTime(
  cj: CronJob,
  schedule: Schedule,
  nowMs: number,
): { last: number | undefined; count: number } {
  const created = parseTime(cj.metadata.creationTimestamp) ?? nowMs
  let from = parseTime(cj.status?.lastScheduleTime) ?? created
  const deadline = cj.spec?.startingDeadlineSeconds
  if (deadline !== undefined) from = Math.max(from, nowMs - deadline * 1000)
  let last: number | undefined
  let count = 0
  for (let t = nextTime(schedule, from); t !== undefined && t <= nowMs; t = nextTime(schedule, t)) {
    last = t
    if (++count > MISSED_MAX) break
  }
  return { last, count }
}

class CronJobs {
  private readonly jobs
  private readonly cronJobs
  private readonly recorder: Recorder

  constructor(private readonly c: ControllerContext) {
    this.cronJobs = c.informers.for('CronJob')
    this.jobs = c.informers.for('Job')
    this.jobs.index(BY_CONTROLLER, (j) => controllerOf(j)?.uid)
    this.recorder = c.recorder('cronjob-controller')
  }

  start(): void {
    const { c } = this
    const reconcile = (key: string) => this.reconcile(key)
    const queue = startLoop({ context: c, kind: 'CronJob', periodic: true, reconcile })
    this.cronJobs.on({
      added: (cj) => queue.add(keyOf(cj)),
      updated: (_old, cj) => queue.add(keyOf(cj)),
      deleted: (cj) => queue.add(keyOf(cj)),
    })
    const changed = (j: Job) => {
      const ref = controllerOf(j)
      if (ref?.kind !== 'CronJob') return
      const cj = this.cronJobs.get(j.metadata.namespace, ref.name)
      if (cj?.metadata.uid === ref.uid) queue.add(keyOf(cj))
    }
    this.jobs.on({ added: changed, updated: (_old, j) => changed(j), deleted: changed })
  }

  private *reconcile(key: string): Task<number | undefined> {
    const cj = this.cronJobs.getKey(key)
    if (!cj) return undefined
    const mine = [...this.jobs.by(BY_CONTROLLER, cj.metadata.uid ?? '')]
    let next = this.followActive(cj, mine)
    yield* this.cleanUp(cj, mine)
    let again: number | undefined
    if (!cj.metadata.deletionTimestamp) {
      const outcome = yield* this.runDue(next)
      next = outcome.cj
      again = outcome.again
    }
    if (!deepEqual(cj.status ?? {}, next.status ?? {})) {
      yield* this.c.client.updateStatus('CronJob', next)
    }
    return again
  }

  /** Takes finished and vanished Jobs off the active list. */
  private followActive(cj: CronJob, mine: readonly Job[]): CronJob {
    let active = cj.status?.active ?? []
    let lastSuccess = cj.status?.lastSuccessfulTime
    const about = targetOf('CronJob', cj)
    for (const j of mine) {
      const known = active.some((a) => a.uid === j.metadata.uid)
      const finished = isTrue(j.status?.conditions, 'Complete')
        ? 'Complete'
        : isTrue(j.status?.conditions, 'Failed')
          ? 'Failed'
          : undefined
      if (!known && !finished) {
        if (j.metadata.annotations?.[SCHEDULED] === undefined) {
          const text = `Saw a job that the controller did not create or forgot: ${j.metadata.name}`
          this.recorder.event(about, 'Warning', 'UnexpectedJob', text)
          continue
        }
        active = [...active, jobReference(j)]
      } else if (known && finished) {
        active = active.filter((a) => a.uid !== j.metadata.uid)
        const text = `Saw completed job: ${j.metadata.name}, condition: ${finished}`
        this.recorder.event(about, 'Normal', 'SawCompletedJob', text)
      }
      if (finished === 'Complete') {
        const at = j.status?.completionTime
        if (at && (!lastSuccess || at > lastSuccess)) lastSuccess = at
      }
    }
    for (const a of active) {
      if (mine.some((j) => j.metadata.uid === a.uid)) continue
      active = active.filter((x) => x.uid !== a.uid)
      const text = `Active job went missing: ${a.name}`
      this.recorder.event(about, 'Normal', 'MissingJob', text)
    }
    return withStatus(cj, active, { lastSuccessfulTime: lastSuccess })
  }

  private *cleanUp(cj: CronJob, mine: readonly Job[]): Task<void> {
    const started = (j: Job) => parseTime(j.status?.startTime) ?? 0
    const of = (type: string) =>
      mine.filter((j) => isTrue(j.status?.conditions, type)).sort((a, b) => started(a) - started(b))
    const limits: [string, number][] = [
      ['Complete', cj.spec?.successfulJobsHistoryLimit ?? 3],
      ['Failed', cj.spec?.failedJobsHistoryLimit ?? 1],
    ]
    for (const [type, limit] of limits) {
      const list = of(type)
      for (const j of list.slice(0, Math.max(0, list.length - limit))) yield* this.deleteJob(cj, j)
    }
  }

  private *deleteJob(cj: CronJob, j: Job): Task<void> {
    try {
      yield* this.c.client.delete('Job', callKey(j), { propagationPolicy: 'Background' })
    } catch (error) {
      if (isReason(error, 'NotFound')) return
      throw error
    }
    const text = `Deleted job ${j.metadata.name}`
    this.recorder.event(targetOf('CronJob', cj), 'Normal', 'SuccessfulDelete', text)
  }

  private *runDue(cj: CronJob): Task<{ cj: CronJob; again?: number }> {
    const { schedule: given = '', timeZone: zone, suspend } = cj.spec ?? {}
    const about = targetOf('CronJob', cj)
    if (zone !== undefined && !isTimeZone(zone)) {
      const text = `invalid timeZone: ${JSON.stringify(zone)}: unknown time zone ${zone}`
      this.recorder.event(about, 'Warning', 'UnknownTimeZone', text)
      return { cj }
    }
    if (suspend) return { cj }
    if (given.includes('TZ'))
      this.recorder.event(about, 'Warning', 'UnsupportedSchedule', tzText(given))
    const schedule = parseSchedule(given, zone)
    if (!schedule) {
      const text = `unparseable schedule: ${JSON.stringify(given)} : it is none`
      this.recorder.event(about, 'Warning', 'UnparseableSchedule', text)
      return { cj }
    }
    const nowMs = this.c.world.clock.unixMs
    const { last, count } = missedTime(cj, schedule, nowMs)
    const following = nextTime(schedule, nowMs)
    const again = following === undefined ? {} : { again: following - nowMs + SLACK_MS }
    if (count > MISSED_MAX) {
      const text =
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
      this.recorder.event(about, 'Warning', 'TooManyMissedTimes', text)
    }
    if (last === undefined) return { cj, ...again }
    const deadline = cj.spec?.startingDeadlineSeconds
    if (deadline !== undefined && last + deadline * 1000 < nowMs) {
      const text = `Missed scheduled time to start a job: ${formatRfc1123(last)}`
      this.recorder.event(about, 'Warning', 'MissSchedule', text)
      return { cj, ...again }
    }
    return { cj: yield* this.run(cj, last), ...again }
  }

  private *run(stored: CronJob, at: number): Task<CronJob> {
    let cj = stored
    const about = targetOf('CronJob', cj)
    const active = cj.status?.active ?? []
    const policy = cj.spec?.concurrencyPolicy ?? 'Allow'
    if (policy === 'Forbid' && active.length > 0) {
      const text =
        'Not starting job because prior execution is running and concurrency policy is Forbid'
      this.recorder.event(about, 'Normal', 'JobAlreadyActive', text)
      return cj
    }
    if (policy === 'Replace') {
      for (const a of active) {
        const j = this.jobs.get(cj.metadata.namespace, a.name ?? '')
        if (j) yield* this.deleteJob(cj, j)
      }
      cj = withStatus(cj, [], {})
    }
    decide(this.c, refTo('CronJob', cj), `start the job of ${formatTime(at)}`, {
      schedule: cj.spec?.schedule,
      concurrencyPolicy: policy,
    })
    let made: Job
    try {
      made = yield* this.c.client.create('Job', jobOf(cj, at))
    } catch (error) {
      if (isNamespaceTerminating(error)) return cj
      if (!isReason(error, 'AlreadyExists')) {
        const text = `Error creating job: ${(error as Error).message}`
        this.recorder.event(about, 'Warning', 'FailedCreate', text)
        throw error
      }
      made = yield* this.c.client.get('Job', callKey(jobOf(cj, at)))
      const known = cj.status?.active?.some((a) => a.uid === made.metadata.uid)
      // Somebody else's job of that name is none of ours.
      if (known || controllerOf(made)?.uid !== cj.metadata.uid) return cj
      const more = [...(cj.status?.active ?? []), jobReference(made)]
      return withStatus(cj, more, { lastScheduleTime: formatTime(at) })
    }
    const text = `Created job ${made.metadata.name}`
    this.recorder.event(about, 'Normal', 'SuccessfulCreate', text)
    const list = [...(cj.status?.active ?? []), jobReference(made)]
    return withStatus(cj, list, { lastScheduleTime: formatTime(at) })
  }
}

function tzText(schedule: string): string {
  return `CRON_TZ or TZ used in schedule ${JSON.stringify(schedule)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`
}

function withStatus(
  cj: CronJob,
  active: readonly ObjectReference[],
  more: { lastScheduleTime?: string; lastSuccessfulTime?: string | undefined },
): CronJob {
  const { active: _old, ...rest } = cj.status ?? {}
  const status = {
    ...rest,
    ...(active.length > 0 ? { active: [...active] } : {}),
    ...(more.lastScheduleTime ? { lastScheduleTime: more.lastScheduleTime } : {}),
    ...(more.lastSuccessfulTime ? { lastSuccessfulTime: more.lastSuccessfulTime } : {}),
  }
  return { ...cj, status }
}

function jobReference(j: Job): ObjectReference {
  const { namespace, name, uid, resourceVersion } = j.metadata
  return {
    kind: 'Job',
    namespace: namespace ?? '',
    name: name ?? '',
    uid: uid ?? '',
    apiVersion: 'batch/v1',
    resourceVersion: resourceVersion ?? '',
  }
}

/** The Job of one scheduled time; its name holds the time in minutes, so that it cannot be made twice. */
function jobOf(cj: CronJob, at: number): Job {
  const template = cj.spec?.jobTemplate
  const { namespace, name } = cj.metadata
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-${Math.floor(at / 60_000)}`,
      ...(namespace ? { namespace } : {}),
      ...(template?.metadata?.labels ? { labels: template.metadata.labels } : {}),
      annotations: { ...template?.metadata?.annotations, [SCHEDULED]: formatTime(at) },
      ownerReferences: [ownerRefFor('CronJob', cj.metadata)],
    },
    ...(template?.spec ? { spec: template.spec } : {}),
  }
}
