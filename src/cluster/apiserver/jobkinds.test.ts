import { expect, test } from 'vitest'
import type { RequestContext, ResourceDefinition } from '../api/definition.ts'
import type { AnyObject } from '../api/object.ts'
import { cronjob } from '../kinds/cronjob.ts'
import { job } from '../kinds/job.ts'
import { decode } from './decode.ts'

const context: RequestContext = {
  user: { name: 'ann', groups: [] },
  namespace: 'default',
  now: '2026-01-01T00:00:00Z',
  dryRun: false,
  subresource: '',
}

function made(of: object, o: object): AnyObject {
  const d = of as ResourceDefinition
  const whole = decode(d.schema, { metadata: { name: 'x', uid: 'u1' }, ...o }) as AnyObject
  d.defaults?.(whole)
  return whole
}

function jobErrors(spec: object, old?: { spec: object; status?: object }, change: object = spec) {
  const d = job as unknown as ResourceDefinition
  const next = made(job, { spec: { ...BASE, ...change } })
  d.strategy?.prepareForCreate?.(next, context)
  let before: AnyObject | undefined
  if (old) {
    before = made(job, { spec: { ...BASE, ...old.spec }, status: old.status })
    d.strategy?.prepareForCreate?.(before, context)
  }
  return (d.validate?.(next, before, context) ?? []).map((e) => `${e.field}: ${e.body}`)
}

const TEMPLATE = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } }
const BASE = { template: TEMPLATE }
const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 3 }

test('rules of a pod failure policy', () => {
  const rules = [
    { action: 'Panic', onExitCodes: { operator: 'Near', values: [] } },
    {
      action: 'FailIndex',
      onExitCodes: { operator: 'In', values: [3, 0, 3], containerName: 'd' },
      onPodConditions: [{ type: 'Disruption Target' }],
    },
    { action: 'Ignore' },
  ]
  expect(jobErrors({ podFailurePolicy: { rules } })).toEqual([
    'spec.podFailurePolicy.rules[0].action: Unsupported value: "Panic": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
    'spec.podFailurePolicy.rules[0].onExitCodes.operator: Unsupported value: "Near": supported values: "In", "NotIn"',
    'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []: at least one value is required',
    'spec.podFailurePolicy.rules[1].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
    'spec.podFailurePolicy.rules[1].onExitCodes.containerName: Invalid value: "d": must be one of the container or initContainer names in the pod template',
    'spec.podFailurePolicy.rules[1].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
    'spec.podFailurePolicy.rules[1].onExitCodes.values[2]: Duplicate value: 3',
    'spec.podFailurePolicy.rules[1].onExitCodes.values: Invalid value: [3,0,3]: must be ordered',
    expect.stringMatching(
      /onPodConditions\[0\]\.type: Invalid value: "Disruption Target": name part/,
    ),
    'spec.podFailurePolicy.rules[1]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported',
    'spec.podFailurePolicy.rules[2]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
  ])
})

test('rules of a success policy', () => {
  expect(jobErrors({ successPolicy: { rules: [{ succeededCount: 1 }] } })).toEqual([
    'spec.successPolicy: Invalid value: {"rules":[{"succeededCount":1}]}: requires indexed completion mode',
  ])
  const rules = [
    {},
    { succeededIndexes: '0,2,1' },
    { succeededIndexes: '1-5' },
    { succeededIndexes: '0-1', succeededCount: 3 },
    { succeededCount: 4 },
  ]
  expect(jobErrors({ ...indexed, successPolicy: { rules } })).toEqual([
    'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
    'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "0,2,1": error parsing succeededIndexes: non-increasing order, previous: 2, current: 1',
    'spec.successPolicy.rules[2].succeededIndexes: Invalid value: "1-5": error parsing succeededIndexes: too large index: "5"',
    'spec.successPolicy.rules[3].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
    'spec.successPolicy.rules[4].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)',
  ])
})

test('limits per index need indexes', () => {
  expect(jobErrors({ backoffLimitPerIndex: 1, maxFailedIndexes: 1 })).toEqual([
    'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
    'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
  ])
  expect(jobErrors({ ...indexed, maxFailedIndexes: 4 })).toEqual([
    'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
    'spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions',
  ])
})

test("another job's labels are not its own", () => {
  const metadata = { labels: { 'job-name': 'y', 'batch.kubernetes.io/controller-uid': 'u0' } }
  const [first, second] = jobErrors({ template: { ...TEMPLATE, metadata } })
  expect(first).toMatch(/^spec.template.metadata.labels\[job-name\]: .*: must be 'x'$/)
  expect(second).toMatch(/labels\[batch.kubernetes.io\/controller-uid\]: .*: must be 'u1'$/)
})

test('a suspended job may be placed and sized anew, a running one not', () => {
  const container = { name: 'c', image: 'x', resources: { requests: { cpu: '1' } } }
  const spec = { ...TEMPLATE.spec, nodeSelector: { disk: 'ssd' }, containers: [container] }
  const next = { suspend: true, template: { spec } }
  expect(jobErrors(next, { spec: { suspend: true } })).toEqual([])
  const other = {
    ...next,
    template: { spec: { ...spec, containers: [{ name: 'c', image: 'y' }] } },
  }
  expect(jobErrors(other, { spec: { suspend: true } })[0]).toContain('field is immutable')
  expect(jobErrors(next, { spec: {} })[0]).toMatch(/^spec.template: .*field is immutable$/)
})

test('completions change with parallelism only', () => {
  const old = { spec: indexed }
  expect(jobErrors({ ...indexed, completions: 5, parallelism: 5 }, old)).toEqual([])
  expect(jobErrors({ ...indexed, completions: 5 }, old)).toEqual([
    'spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism',
  ])
})

test('schedules and zones', () => {
  const d = cronjob as unknown as ResourceDefinition
  const of = (spec: object) =>
    (
      d.validate?.(
        made(cronjob, { spec: { schedule: '* * * * *', jobTemplate: { spec: BASE }, ...spec } }),
        undefined,
        context,
      ) ?? []
    ).map((e) => `${e.field}: ${e.body}`)
  expect(of({ timeZone: 'Mars/Olympus', startingDeadlineSeconds: -1 })).toEqual([
    'spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
    'spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus',
  ])
  expect(of({ schedule: 'TZ=Asia/Tokyo 0 0 * * *' })).toEqual([
    'spec.schedule: Invalid value: "TZ=Asia/Tokyo 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ])
  expect(of({ schedule: '-5 25/70 * * *' })).toEqual([
    'spec.schedule: Invalid value: "-5 25/70 * * *": failed to parse int from : strconv.Atoi: parsing "": invalid syntax',
  ])
  expect(of({ schedule: '0 5-3 * * *' })).toEqual([
    'spec.schedule: Invalid value: "0 5-3 * * *": beginning of range (5) beyond end of range (3): 5-3',
  ])
  const template = { ...BASE, selector: { matchLabels: { a: 'b' } }, manualSelector: true }
  expect(of({ jobTemplate: { spec: template } })).toEqual([
    'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
    'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
  ])
})
