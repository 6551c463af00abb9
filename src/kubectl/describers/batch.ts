/** Describes Jobs and CronJobs. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go describeJob, describeCronJob */
import type { CronJob, Job } from '../../cluster/api/generated/types.ts'
import { humanDuration } from '../../cluster/api/meta/duration.ts'
import { formatLabelSelector } from '../../cluster/api/meta/labels.ts'
import { parseTime } from '../../cluster/api/meta/time.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { controllerOf, type DescribeContext } from './describer.ts'
import { describeEvents } from './events.ts'
import { describePodTemplate } from './podtemplate.ts'
import { boolText, longTime } from './writer.ts'

/** Index lists longer than this are cut. */
const INDEXES_MAX = 50

/** A Job. */
export function* describeJob(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const job = o as unknown as Job
  const spec = job.spec
  const s = job.status ?? {}
  w.field(0, 'Name', job.metadata.name)
  w.field(0, 'Namespace', job.metadata.namespace)
  w.field(0, 'Selector', formatLabelSelector(spec?.selector))
  w.labels('Labels', job.metadata.labels)
  w.annotations('Annotations', job.metadata.annotations)
  const controller = controllerOf(job.metadata)
  if (controller) w.field(0, 'Controlled By', controller)
  if (spec?.parallelism !== undefined) w.field(0, 'Parallelism', spec.parallelism)
  w.field(0, 'Completions', spec?.completions ?? '<unset>')
  if (spec?.completionMode) w.field(0, 'Completion Mode', spec.completionMode)
  if (spec?.suspend !== undefined) w.field(0, 'Suspend', spec.suspend)
  if (spec?.backoffLimit !== undefined) w.field(0, 'Backoff Limit', spec.backoffLimit)
  if (spec?.ttlSecondsAfterFinished !== undefined)
    w.field(0, 'TTL Seconds After Finished', spec.ttlSecondsAfterFinished)
  times(c, job)
  if (spec?.activeDeadlineSeconds !== undefined)
    w.field(0, 'Active Deadline Seconds', `${spec.activeDeadlineSeconds}s`)
  const ready = s.ready === undefined ? '' : ` (${s.ready} Ready)`
  w.field(
    0,
    'Pods Statuses',
    `${s.active ?? 0} Active${ready} / ${s.succeeded ?? 0} Succeeded / ${s.failed ?? 0} Failed`,
  )
  if (spec?.completionMode === 'Indexed')
    w.field(0, 'Completed Indexes', indexes(s.completedIndexes))
  describePodTemplate(w, spec?.template)
  yield* describeEvents(c, o)
}

function times(c: DescribeContext, job: Job): void {
  const { startTime, completionTime } = job.status ?? {}
  if (startTime) c.w.field(0, 'Start Time', longTime(startTime))
  if (completionTime) c.w.field(0, 'Completed At', longTime(completionTime))
  const from = parseTime(startTime)
  const to = parseTime(completionTime)
  if (from !== undefined && to !== undefined) c.w.field(0, 'Duration', humanDuration(to - from))
}

function indexes(text: string | undefined): string {
  if (!text) return '<none>'
  const cut = text.indexOf(',', INDEXES_MAX)
  return cut < 0 ? text : `${text.slice(0, cut + 1)}...`
}

/** A CronJob. */
export function* describeCronJob(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const cron = o as unknown as CronJob
  const spec = cron.spec
  w.field(0, 'Name', cron.metadata.name)
  w.field(0, 'Namespace', cron.metadata.namespace)
  w.labels('Labels', cron.metadata.labels)
  w.annotations('Annotations', cron.metadata.annotations)
  w.field(0, 'Schedule', spec?.schedule)
  w.field(0, 'Concurrency Policy', spec?.concurrencyPolicy)
  w.field(0, 'Suspend', boolText(spec?.suspend))
  w.field(0, 'Time Zone', spec?.timeZone ?? '<unset>')
  w.field(0, 'Successful Job History Limit', spec?.successfulJobsHistoryLimit ?? '<unset>')
  w.field(0, 'Failed Job History Limit', spec?.failedJobsHistoryLimit ?? '<unset>')
  const deadline = spec?.startingDeadlineSeconds
  w.field(0, 'Starting Deadline Seconds', deadline === undefined ? '<unset>' : `${deadline}s`)
  const job = spec?.jobTemplate.spec
  w.field(0, 'Selector', job?.selector ? formatLabelSelector(job.selector) : '<unset>')
  w.field(0, 'Parallelism', job?.parallelism ?? '<unset>')
  w.field(0, 'Completions', job?.completions ?? '<unset>')
  if (job?.activeDeadlineSeconds !== undefined)
    w.field(0, 'Active Deadline Seconds', `${job.activeDeadlineSeconds}s`)
  describePodTemplate(w, job?.template)
  const last = cron.status?.lastScheduleTime
  w.field(0, 'Last Schedule Time', last ? longTime(last) : '<unset>')
  w.field(0, 'Active Jobs', (cron.status?.active ?? []).map((a) => a.name).join(', ') || '<none>')
  yield* describeEvents(c, o)
}
