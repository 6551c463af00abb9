/** CronJob. @source pkg/apis/batch/v1/defaults.go, pkg/apis/batch/validation ValidateCronJobSpec */
import type { CronJob, CronJobSpec, JobSpec } from '../api/generated/types.ts'
import { humanDuration, parseGoDuration } from '../api/meta/duration.ts'
import { invalidValue, notSupported, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { parseTime } from '../api/meta/time.ts'
import { isTimeZone } from '../api/meta/zones.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { defaultJobSpec, validateJobSpec } from './shared/jobspec.ts'
import { nonNegative } from './shared/podtemplate.ts'
import { jobSpecWarnings, templateNameWarning } from './shared/podwarnings.ts'

/** A job's name gets an eleven-letter suffix and must stay a label. */
const NAME_MAX = 52

/** The kind. */
export const cronjob = own<CronJob>('batch', 'v1', 'CronJob', {
  defaults(o) {
    const spec = o.spec as CronJobSpec
    spec.concurrencyPolicy ??= 'Allow'
    spec.suspend ??= false
    spec.successfulJobsHistoryLimit ??= 3
    spec.failedJobsHistoryLimit ??= 1
    if (spec.jobTemplate?.spec) defaultTemplate(spec)
  },
  validate: (o, old) => [
    ...validateSpec(o.spec as CronJobSpec, old?.spec),
    ...(old ? [] : nameErrors(o)),
  ],
  strategy: {
    warnings: (o, old, c) => {
      if (c.subresource !== '') return []
      const path = 'spec.jobTemplate.spec'
      const same = old !== undefined && deepEqual(o.spec, old.spec)
      return [
        ...(old ? [] : templateNameWarning(o.metadata.name ?? '')),
        ...(same ? [] : jobSpecWarnings(o.spec?.jobTemplate.spec, path)),
        ...(o.spec?.schedule?.includes('TZ') ? [TZ_WARNING] : []),
      ]
    },
  },
  columns: [
    nameColumn(),
    column<CronJob>('Schedule', (o) => o.spec?.schedule ?? ''),
    column<CronJob>('Timezone', (o) => o.spec?.timeZone ?? '<none>'),
    column<CronJob>('Suspend', (o) => (o.spec?.suspend ? 'True' : 'False')),
    column<CronJob>('Active', (o) => o.status?.active?.length ?? 0, { type: 'integer' }),
    column<CronJob>('Last Schedule', (o, now) => {
      const at = parseTime(o.status?.lastScheduleTime)
      return at === undefined ? '<none>' : humanDuration(now - at)
    }),
    ageColumn(),
    ...podTemplateColumns<CronJob>(
      (o) => o.spec?.jobTemplate.spec?.template.spec,
      () => '<none>',
    ),
  ],
})

/** The template's job keeps its own defaults for later; only its pods and policies are filled in. */
function defaultTemplate(spec: CronJobSpec): void {
  const s = spec.jobTemplate.spec
  if (!s) return
  const given = { ...s }
  defaultJobSpec(s)
  for (const f of JOB_ONLY) {
    if (given[f] === undefined) delete s[f]
  }
}

/** Filled in when a Job is made, not in its template. */
const JOB_ONLY = [
  'completions',
  'parallelism',
  'backoffLimit',
  'completionMode',
  'suspend',
  'podReplacementPolicy',
  'manualSelector',
] as const

function nameErrors(o: CronJob): FieldError[] {
  const name = o.metadata.name ?? ''
  if (name.length <= NAME_MAX) return []
  return [invalidValue('metadata.name', name, `must be no more than ${NAME_MAX} characters`)]
}

const TZ_WARNING =
  'CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'

function validateSpec(spec: CronJobSpec, old: CronJobSpec | undefined): FieldError[] {
  const out: FieldError[] = []
  if (!spec.schedule) out.push(required('spec.schedule'))
  else out.push(...validateSchedule(spec, old?.schedule.includes('TZ') ?? false))
  out.push(...nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'))
  if (spec.timeZone !== undefined && spec.timeZone !== old?.timeZone)
    out.push(...validateZone(spec.timeZone))
  const policy = spec.concurrencyPolicy as string
  const policies = ['Allow', 'Forbid', 'Replace']
  if (!policy) out.push(required('spec.concurrencyPolicy'))
  else if (!policies.includes(policy))
    out.push(notSupported('spec.concurrencyPolicy', policy, policies))
  const t = spec.jobTemplate?.spec
  if (t) out.push(...validateTemplate(t))
  out.push(...nonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'))
  out.push(...nonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'))
  return out
}

function validateSchedule(spec: CronJobSpec, mayNameZone: boolean): FieldError[] {
  const out: FieldError[] = []
  const { schedule, timeZone } = spec
  const message = scheduleError(schedule)
  if (message) out.push(invalidValue('spec.schedule', schedule, message))
  if (!schedule.includes('TZ')) return out
  if (!mayNameZone) {
    const text = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
    out.push(invalidValue('spec.schedule', schedule, text))
  } else if (timeZone !== undefined) {
    const text = 'cannot use both timeZone field and TZ or CRON_TZ in schedule'
    out.push(invalidValue('spec.schedule', schedule, text))
  }
  return out
}

function validateTemplate(t: JobSpec): FieldError[] {
  const path = 'spec.jobTemplate.spec'
  const filled = {
    ...t,
    completionMode: t.completionMode ?? 'NonIndexed',
    podReplacementPolicy:
      t.podReplacementPolicy ?? (t.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'),
  }
  const out = validateJobSpec(filled as JobSpec, path)
  if (t.selector)
    out.push(invalidValue(`${path}.selector`, t.selector, '`selector` will be auto-generated'))
  if (t.manualSelector) out.push(notSupported(`${path}.manualSelector`, true, ['nil', 'false']))
  return out
}

function validateZone(zone: string): FieldError[] {
  const bad = (text: string) => [invalidValue('spec.timeZone', zone, text)]
  if (zone === '') return bad('timeZone must be nil or non-empty string')
  if (zone.toLowerCase() === 'local') {
    const text =
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
    // Go knows a zone by that very name.
    return zone === 'Local' ? bad(text) : [...bad(text), ...bad(`unknown time zone ${zone}`)]
  }
  return isTimeZone(zone) ? [] : bad(`unknown time zone ${zone}`)
}

const MACROS = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/
const EVERY = '@every '

function scheduleError(text: string): string | undefined {
  if (MACROS.test(text)) return undefined
  if (text.startsWith(EVERY)) {
    const found = parseGoDuration(text.slice(EVERY.length))
    return typeof found === 'number' ? undefined : `failed to parse duration ${text}: ${found}`
  }
  if (text.startsWith('@')) return `unrecognized descriptor: ${text}`
  const zone = /^(?:CRON_)?TZ=(\S*)\s/.exec(text)?.[1]
  if (zone && !isTimeZone(zone)) return `provided bad location ${zone}: unknown time zone ${zone}`
  const fields = text
    .replace(/^(CRON_)?TZ=\S+\s+/, '')
    .trim()
    .split(/\s+/)
  if (fields.length !== 5) {
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
  }
  for (const [i, f] of fields.entries()) {
    const message = fieldError(f, BOUNDS[i] as Bound)
    if (message) return message
  }
  return undefined
}

interface Bound {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const BOUNDS: readonly Bound[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  {
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]

function numberFault(text: string): string {
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
}

/** In the order in which the parser that upstream uses would stumble. */
function fieldError(field: string, b: Bound): string | undefined {
  for (const part of field.split(',').filter((p) => p !== '')) {
    const message = partError(part, b)
    if (message) return message
  }
  return undefined
}

function partError(part: string, b: Bound): string | undefined {
  const [range = '', step, ...more] = part.split('/')
  const ends = range.split('-')
  const any = ends[0] === '*' || ends[0] === '?'
  const values: number[] = []
  for (const e of any ? [] : ends.slice(0, 2)) {
    const named = b.names?.indexOf(e.toLowerCase()) ?? -1
    if (named < 0 && !/^\+?\d+$/.test(e)) return numberFault(e)
    values.push(named >= 0 ? named + b.min : Number(e))
  }
  if (!any && ends.length > 2) return `too many hyphens: ${part}`
  if (more.length > 0) return `too many slashes: ${part}`
  if (step !== undefined && /^-\d+$/.test(step))
    return `negative number (${step}) not allowed: ${step}`
  if (step !== undefined && !/^\+?\d+$/.test(step)) return numberFault(step)
  const [low = b.min] = values
  const open = any || (ends.length === 1 && step !== undefined)
  const high = open ? b.max : (values[1] ?? low)
  if (low < b.min) return `beginning of range (${low}) below minimum (${b.min}): ${part}`
  if (high > b.max) return `end of range (${high}) above maximum (${b.max}): ${part}`
  if (low > high) return `beginning of range (${low}) beyond end of range (${high}): ${part}`
  if (step !== undefined && Number(step) === 0)
    return `step of range should be a positive number: ${part}`
  return undefined
}
