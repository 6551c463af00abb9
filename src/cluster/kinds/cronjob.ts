/** CronJob. @source pkg/apis/batch/v1/defaults.go, pkg/apis/batch/validation ValidateCronJobSpec */
import { Cron } from 'croner'
import type { CronJob, CronJobSpec } from '../api/generated/types.ts'
import { humanDuration } from '../api/meta/duration.ts'
import { invalidValue, notSupported, required } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { parseTime } from '../api/meta/time.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn, podTemplateColumns } from './shared/columns.ts'
import { defaultJobSpec, validateJobSpec } from './shared/jobspec.ts'
import { nonNegative } from './shared/podtemplate.ts'
import { podWarnings } from './shared/podwarnings.ts'

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
  validate: (o, old) => [...(old ? [] : nameErrors(o)), ...validateSpec(o.spec as CronJobSpec)],
  strategy: {
    warnings: (o, _old, c) => {
      if (c.subresource !== '') return []
      const out: string[] = []
      if (/TZ/.test(o.spec?.schedule ?? '')) {
        out.push('cannot use TZ or CRON_TZ in schedule, use timeZone instead')
      }
      const t = o.spec?.jobTemplate.spec?.template
      return [
        ...out,
        ...podWarnings(
          t?.spec,
          t?.metadata?.annotations,
          'spec.jobTemplate.spec.template.spec',
          'spec.jobTemplate.spec.template.metadata',
        ),
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

function validateSpec(spec: CronJobSpec): FieldError[] {
  const out: FieldError[] = []
  if (!spec.schedule) out.push(required('spec.schedule'))
  else {
    const message = scheduleError(spec.schedule)
    if (message) out.push(invalidValue('spec.schedule', spec.schedule, message))
  }
  if (spec.timeZone !== undefined) out.push(...validateZone(spec))
  out.push(...nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'))
  const policy = spec.concurrencyPolicy as string
  const policies = ['Allow', 'Forbid', 'Replace']
  if (!policy) out.push(required('spec.concurrencyPolicy'))
  else if (!policies.includes(policy))
    out.push(notSupported('spec.concurrencyPolicy', policy, policies))
  out.push(...nonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'))
  out.push(...nonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'))
  const t = spec.jobTemplate?.spec
  if (t) {
    const filled = {
      ...t,
      completionMode: t.completionMode ?? 'NonIndexed',
      podReplacementPolicy:
        t.podReplacementPolicy ?? (t.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'),
    }
    out.push(...validateJobSpec(filled as typeof t, 'spec.jobTemplate.spec'))
  }
  return out
}

function validateZone(spec: CronJobSpec): FieldError[] {
  const zone = spec.timeZone ?? ''
  if (zone === '')
    return [invalidValue('spec.timeZone', zone, 'timeZone must be nil or non-empty string')]
  if (zone.toLowerCase() === 'local') {
    return [
      invalidValue(
        'spec.timeZone',
        zone,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ),
    ]
  }
  if (isZone(zone)) return []
  return [invalidValue('spec.timeZone', zone, `unknown time zone ${zone}`)]
}

function isZone(zone: string): boolean {
  try {
    new Cron('0 0 1 1 *', { timezone: zone, paused: true }).nextRun('2000-01-01T00:00:00')
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

const MACROS = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/

function scheduleError(text: string): string | undefined {
  if (MACROS.test(text)) return undefined
  if (text.startsWith('@')) return `unrecognized descriptor: ${text}`
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

function fieldError(field: string, b: Bound): string | undefined {
  for (const part of field.split(',')) {
    const [range = '', step, extra] = part.split('/')
    if (extra !== undefined) return `too many slashes: ${part}`
    const ends = range === '*' || range === '?' ? [] : range.split('-')
    if (ends.length > 2) return `too many hyphens: ${part}`
    const values: number[] = []
    for (const e of ends) {
      const named = b.names?.indexOf(e.toLowerCase()) ?? -1
      const n = named >= 0 ? named + b.min : Number(e)
      if (named < 0 && !/^\d+$/.test(e))
        return `failed to parse int from ${e}: strconv.Atoi: parsing ${JSON.stringify(e)}: invalid syntax`
      values.push(n)
    }
    if (step !== undefined && !/^\d+$/.test(step))
      return `failed to parse int from ${step}: strconv.Atoi: parsing ${JSON.stringify(step)}: invalid syntax`
    if (step !== undefined && Number(step) === 0)
      return `step of range should be a positive number: ${part}`
    const [low = b.min, high = low] = values
    if (low < b.min) return `beginning of range (${low}) below minimum (${b.min}): ${part}`
    if (high > b.max) return `end of range (${high}) above maximum (${b.max}): ${part}`
    if (low > high) return `beginning of range (${low}) beyond end of range (${high}): ${part}`
  }
  return undefined
}
