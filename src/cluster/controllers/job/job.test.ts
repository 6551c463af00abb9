import { expect, test } from 'vitest'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { Job } from '../../api/generated/types.ts'
import { formatIndexes, parseIndexes } from './indexes.ts'

function setUp(name: string, spec: object, pod: object = {}) {
  const cp = createFullPlane()
  const labels = { 'job-name': name }
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default' },
    spec: {
      completions: 1,
      parallelism: 1,
      manualSelector: true,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'worker:1' }], ...pod },
      },
      ...spec,
    },
  } as unknown as Job
  cp.do((c) => c.create('Job', job))
  const get = () => cp.get('Job', 'default', name)
  const conditions = () =>
    (get().status?.conditions ?? []).map((c) => `${c.type} ${c.reason}: ${c.message}`)
  return { cp, get, conditions }
}

const fails = { containers: [{ name: 'c', image: 'worker:fail' }] }

test('three completions, two at a time: the writes of upstream in its order', () => {
  const { cp, get, conditions } = setUp('report', { completions: 3, parallelism: 2 })
  cp.advance(4000)
  const flow = cp.flow().filter((l) => l.startsWith('job-controller') && !l.includes('events'))
  expect(flow).toEqual([
    'job-controller create pods',
    'job-controller create pods',
    'job-controller update jobs/status',
    'job-controller create pods',
    'job-controller update jobs/status',
    'job-controller patch pods',
    'job-controller patch pods',
    'job-controller update jobs/status',
    'job-controller update jobs/status',
    'job-controller patch pods',
    'job-controller update jobs/status',
  ])
  expect(conditions()).toEqual([
    'SuccessCriteriaMet CompletionsReached: Reached expected number of succeeded pods',
    'Complete CompletionsReached: Reached expected number of succeeded pods',
  ])
  expect(get().status).toMatchObject({
    succeeded: 3,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
  })
  expect(cp.events()).toContain('Completed: Job completed')
})

test('failures wait ten seconds between tries, and end at the limit', () => {
  const { cp, get, conditions } = setUp('twice', { backoffLimit: 1 }, fails)
  cp.advance(9000)
  expect(get().status?.failed).toBe(1)
  expect(cp.all('Pod').length).toBe(1)
  cp.advance(6000)
  expect(get().status).toMatchObject({ failed: 2, ready: 0, terminating: 0 })
  expect(conditions()).toEqual([
    'FailureTarget BackoffLimitExceeded: Job has reached the specified backoff limit',
    'Failed BackoffLimitExceeded: Job has reached the specified backoff limit',
  ])
  expect(cp.events()).toContain('BackoffLimitExceeded: Job has reached the specified backoff limit')
  expect(cp.all('Pod').every((p) => !p.metadata.finalizers?.length)).toBe(true)
})

test('past its deadline a Job deletes its pods and fails', () => {
  const pod = { nodeSelector: { disk: 'nowhere' } }
  const { cp, conditions } = setUp('late', { activeDeadlineSeconds: 2 }, pod)
  cp.advance(6000)
  expect(conditions()).toEqual([
    'FailureTarget DeadlineExceeded: Job was active longer than specified deadline',
    'Failed DeadlineExceeded: Job was active longer than specified deadline',
  ])
  expect(cp.all('Pod')).toEqual([])
})

test('indexed: each pod has its index in name, label, annotation and environment', () => {
  const { cp, get } = setUp('parts', { completions: 4, parallelism: 4, completionMode: 'Indexed' })
  cp.advance(100)
  const pods = cp.all('Pod')
  expect(pods.map((p) => [p.metadata.generateName, p.spec?.hostname])).toEqual([
    ['parts-0-', 'parts-0'],
    ['parts-1-', 'parts-1'],
    ['parts-2-', 'parts-2'],
    ['parts-3-', 'parts-3'],
  ])
  expect(pods[2]?.spec?.containers[0]?.env?.[0]?.name).toBe('JOB_COMPLETION_INDEX')
  cp.advance(4000)
  expect(get().status).toMatchObject({ completedIndexes: '0-3', succeeded: 4 })
})

test('suspended Jobs have no pods; resumed ones start anew', () => {
  const { cp, get, conditions } = setUp('held', { suspend: true })
  cp.advance(1000)
  expect(cp.all('Pod')).toEqual([])
  expect(conditions()).toEqual(['Suspended JobSuspended: Job suspended'])
  const key = { namespace: 'default', name: 'held' }
  cp.do((c) => c.patch('Job', key, 'merge', { spec: { suspend: false } }))
  cp.advance(4000)
  expect(get().status?.succeeded).toBe(1)
  expect(conditions()[0]).toBe('Suspended JobResumed: Job resumed')
})

const nowhere = { nodeSelector: { disk: 'nowhere' } }

test('pods taken away by a suspension or a smaller parallelism are no failures', () => {
  const { cp, get } = setUp('less', { completions: 4, parallelism: 4 }, nowhere)
  const key = { namespace: 'default', name: 'less' }
  cp.advance(1500)
  expect(get().status).toMatchObject({ active: 4 })
  cp.do((c) => c.patch('Job', key, 'merge', { spec: { parallelism: 1 } }))
  cp.advance(3000)
  expect(cp.all('Pod').length).toBe(1)
  expect(get().status).toMatchObject({ active: 1, terminating: 0 })
  cp.do((c) => c.patch('Job', key, 'merge', { spec: { suspend: true } }))
  cp.advance(3000)
  expect(cp.all('Pod')).toEqual([])
  expect(get().status?.failed).toBeUndefined()
  expect(get().status?.startTime).toBeUndefined()
})

/** Only one of them finds room. */
const oneAtATime = {
  nodeSelector: { 'kubernetes.io/hostname': 'node-1' },
  containers: [{ name: 'c', image: 'worker:fail', resources: { requests: { cpu: '3' } } }],
}

test('a Job that fails counts the pods it stops, whatever it would replace', () => {
  const policy = { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] }
  const { cp, get } = setUp(
    'stop',
    { completions: 3, parallelism: 3, podFailurePolicy: policy, podReplacementPolicy: 'Failed' },
    oneAtATime,
  )
  cp.advance(4000)
  expect(get().status).toMatchObject({ failed: 3, ready: 0, terminating: 0 })
  expect(get().status?.conditions?.map((c) => c.type)).toEqual(['FailureTarget', 'Failed'])
})

test('a deleted pod is replaced ten seconds later, counted from the request', () => {
  const { cp } = setUp('once', {}, nowhere)
  cp.advance(1500)
  const [first] = cp.all('Pod')
  cp.do((c) => c.delete('Pod', { namespace: 'default', name: first?.metadata.name ?? '' }))
  cp.advance(8000)
  expect(cp.all('Pod')).toEqual([])
  cp.advance(4000)
  expect(cp.all('Pod').length).toBe(1)
})

test('with a limit per index, each index is tried again on its own', () => {
  const { cp, get, conditions } = setUp(
    'idx',
    { completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 1 },
    fails,
  )
  cp.advance(5000)
  expect(get().status?.failed).toBeUndefined()
  expect(cp.all('Pod').length).toBe(2)
  cp.advance(9000)
  expect(cp.all('Pod').length).toBe(4)
  expect(get().status).toMatchObject({ failed: 4, failedIndexes: '0,1' })
  expect(conditions()).toEqual([
    'FailureTarget FailedIndexes: Job has failed indexes',
    'Failed FailedIndexes: Job has failed indexes',
  ])
})

test('index lists print pairs with a comma and longer runs with a dash', () => {
  expect(formatIndexes(new Set([0, 1]))).toBe('0,1')
  expect(formatIndexes(new Set([0, 1, 2, 3, 5]))).toBe('0-3,5')
  expect([...parseIndexes('0-2,4', 5)]).toEqual([0, 1, 2, 4])
})
