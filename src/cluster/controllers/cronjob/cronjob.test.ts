import { expect, test } from 'vitest'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { CronJob } from '../../api/generated/types.ts'
import { nextTime, parseSchedule } from './cron.ts'

const next = (schedule: string, after: string): string | undefined => {
  const s = parseSchedule(schedule)
  const t = s && nextTime(s, Date.parse(after))
  return t === undefined ? undefined : new Date(t).toISOString().slice(0, 16)
}

test.each([
  ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01'],
  ['*/15 * * * *', '2026-01-01T00:15:30Z', '2026-01-01T00:30'],
  ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
  ['30 6 * * mon-fri', '2026-01-02T07:00:00Z', '2026-01-05T06:30'],
  ['0 12 1 * sun', '2026-01-01T12:00:00Z', '2026-01-04T12:00'],
  ['@hourly', '2026-12-31T23:10:00Z', '2027-01-01T00:00'],
  ['5/20 3 * jan,jul *', '2026-02-01T00:00:00Z', '2026-07-01T03:05'],
])('%s after %s is %s', (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected)
})

const nextIn = (zone: string, schedule: string, after: string): string | undefined => {
  const s = parseSchedule(schedule, zone)
  const t = s && nextTime(s, Date.parse(after))
  return t === undefined ? undefined : new Date(t).toISOString().slice(0, 16)
}

test.each([
  ['Asia/Shanghai', '0 9 * * *', '2026-01-01T00:59:00Z', '2026-01-01T01:00'],
  ['Asia/Kolkata', '30 0 * * *', '2026-01-01T00:00:00Z', '2026-01-01T19:00'],
  ['America/New_York', '0 9 * * *', '2026-03-07T15:00:00Z', '2026-03-08T13:00'],
  // 02:30 is skipped on 8 March 2026, and comes again the day after.
  ['America/New_York', '30 2 * * *', '2026-03-08T00:00:00Z', '2026-03-09T06:30'],
  // 01:30 comes twice on 1 November 2026.
  ['America/New_York', '30 1 1 11 *', '2026-10-31T00:00:00Z', '2026-11-01T05:30'],
  ['America/New_York', '30 1 1 11 *', '2026-11-01T05:30:00Z', '2026-11-01T06:30'],
  ['Europe/Berlin', '0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-28T23:00'],
])('in %s %s after %s is %s', (zone, schedule, after, expected) => {
  expect(nextIn(zone, schedule, after)).toBe(expected)
})

test('every second day is not any day, so that either day will do', () => {
  expect(next('0 0 */2 * mon', '2026-01-03T00:00:00Z')).toBe('2026-01-05T00:00')
  expect(next('0 0 1-2 * *', '2026-01-03T00:00:00Z')).toBe('2026-02-01T00:00')
})

test('a zone that is not known is told of', () => {
  const cp = setUp({ timeZone: 'Asia/Tokyo', schedule: '1 9 * * *' })
  cp.advance(70_000)
  const [job] = cp.all('Job')
  expect(job?.metadata.annotations).toMatchObject({
    'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z',
  })
  expect(() => setUp({ timeZone: 'asia/tokyo' })).toThrow('unknown time zone asia/tokyo')
})

test('what is no schedule is refused', () => {
  for (const s of ['', '* * * *', '60 * * * *', 'a * * * *', '*/0 * * * *', '@never']) {
    expect(parseSchedule(s)).toBeUndefined()
  }
})

function setUp(spec: object, containers: object[] = [{ name: 'c', image: 'worker:1' }]) {
  const cp = createFullPlane()
  const job = { template: { spec: { restartPolicy: 'Never', containers } } }
  cp.do((c) =>
    c.create('CronJob', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'tick', namespace: 'default' },
      spec: { schedule: '* * * * *', jobTemplate: { spec: job }, ...spec },
    } as CronJob),
  )
  return cp
}

test('a Job is made on the minute, and told of when it is done', () => {
  const cp = setUp({})
  cp.advance(70_000)
  const job = cp.all('Job')[0]
  const minutes = Date.parse('2026-01-01T00:01:00Z') / 60_000
  expect(job?.metadata.name).toBe(`tick-${minutes}`)
  expect(job?.metadata.annotations).toMatchObject({
    'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z',
  })
  const status = cp.get('CronJob', 'default', 'tick').status
  expect(Object.keys(status ?? {}).sort()).toEqual(['lastScheduleTime', 'lastSuccessfulTime'])
  expect(cp.events()).toContain(`SuccessfulCreate: Created job tick-${minutes}`)
  expect(cp.events()).toContain(
    `SawCompletedJob: Saw completed job: tick-${minutes}, condition: Complete`,
  )
})

test('a Job made by hand is remarked upon', () => {
  const cp = setUp({ suspend: true })
  const cj = cp.get('CronJob', 'default', 'tick')
  const owner = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    name: 'tick',
    uid: cj.metadata.uid ?? '',
  }
  cp.do((c) =>
    c.create('Job', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'm',
        namespace: 'default',
        ownerReferences: [{ ...owner, controller: true }],
      },
      ...(cj.spec?.jobTemplate.spec ? { spec: cj.spec.jobTemplate.spec } : {}),
    }),
  )
  cp.advance(5000)
  expect(cp.events()).toContain(
    'UnexpectedJob: Saw a job that the controller did not create or forgot: m',
  )
  expect(cp.get('CronJob', 'default', 'tick').status?.lastSuccessfulTime).toBeDefined()
})

test('only so many finished Jobs are kept', () => {
  const cp = setUp({ successfulJobsHistoryLimit: 2 })
  cp.advance(5.5 * 60_000)
  expect(cp.all('Job').length).toBe(2)
})

test('Forbid skips a run while the one before is still at work', () => {
  const cp = setUp({ concurrencyPolicy: 'Forbid' })
  cp.do((c) =>
    c.patch('CronJob', { namespace: 'default', name: 'tick' }, 'merge', {
      spec: { jobTemplate: { spec: { template: { spec: { nodeSelector: { disk: 'no' } } } } } },
    }),
  )
  cp.advance(3.5 * 60_000)
  expect(cp.all('Job').length).toBe(1)
  expect(cp.events().filter((e) => e.startsWith('JobAlreadyActive')).length).toBeGreaterThan(0)
})
