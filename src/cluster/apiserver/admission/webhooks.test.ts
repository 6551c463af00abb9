import { expect, test } from 'vitest'
import { encodeBase64 } from '../../api/meta/base64.ts'
import { sleep } from '../../sim/task.ts'
import type { World } from '../../sim/world.ts'
import { admissionCluster } from './cluster.testing.ts'
import {
  type AdmissionResponse,
  type AdmissionReview,
  WebhookFailure,
  type WebhookTarget,
} from './webhookcall.ts'

const ADMISSION = '/apis/admissionregistration.k8s.io/v1'
const NS = '/api/v1/namespaces/default'

type Answer = Partial<AdmissionResponse> | 'slow' | 'refused' | 'nothing'
interface Called {
  readonly target: WebhookTarget
  readonly review: AdmissionReview
}

/** A server whose webhooks are answered by a function of the target's path. */
function cluster(answers: (path: string, request: Called) => Answer) {
  const calls: Called[] = []
  let world: World | undefined
  const made = admissionCluster({
    *callWebhook(target, review) {
      const called = { target, review }
      calls.push(called)
      const answer = answers(/\/[^/?]*(?=\?)/.exec(target.url)?.[0] ?? '', called)
      if (answer === 'slow' && world) yield* sleep(world, 'webhook', 60_000)
      if (answer === 'refused')
        throw new WebhookFailure('dial tcp 10.0.0.1:443: connect: connection refused')
      const head = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }
      if (typeof answer === 'string') return head
      const uid = review.request?.uid as string
      return { ...head, response: { uid, allowed: true, ...answer } }
    },
  })
  world = made.world
  made.send('POST', `${NS}/services`, {
    body: { metadata: { name: 'hook' }, spec: { clusterIP: '10.96.7.7', ports: [{ port: 443 }] } },
  })
  const rules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
  ]
  const hook = (kind: 'mutating' | 'validating', name: string, more: object = {}) => ({
    kind,
    configured: made.send('POST', `${ADMISSION}/${kind}webhookconfigurations`, {
      body: {
        metadata: { name },
        webhooks: [
          {
            name: `${name}.example.com`,
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            clientConfig: { service: { namespace: 'default', name: 'hook', path: `/${name}` } },
            rules,
            ...more,
          },
        ],
      },
    }),
  })
  const create = (more: object = {}, query = {}, forMs = 0) =>
    made.send(
      'POST',
      `${NS}/configmaps`,
      { body: { metadata: { name: 'cm', ...more } }, query },
      forMs,
    )
  return { ...made, calls, hook, create }
}

const patch = (operations: object[]): Answer => ({
  patchType: 'JSONPatch',
  patch: encodeBase64(JSON.stringify(operations)),
})

test('a webhook is sent the review and may deny it, in its own words or none', () => {
  const status = { message: 'not today' }
  const c = cluster((path) => (path === '/a' ? { allowed: false, status } : { allowed: false }))
  c.hook('validating', 'a')
  const denied = c.create()
  expect([denied.status, c.said(denied)]).toEqual([
    400,
    'admission webhook "a.example.com" denied the request: not today',
  ])
  const { target, review } = c.calls[0] as Called
  expect(target).toMatchObject({
    url: 'https://hook.default.svc:443/a?timeout=10s',
    address: { ip: '10.96.7.7', port: 443 },
  })
  expect(review.request).toMatchObject({
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    operation: 'CREATE',
    name: 'cm',
    namespace: 'default',
    userInfo: { username: 'kubernetes-admin' },
    object: { metadata: { name: 'cm' } },
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions' },
  })
  const silent = cluster(() => ({ allowed: false }))
  silent.hook('validating', 'b')
  expect(silent.said(silent.create())).toBe(
    'admission webhook "b.example.com" denied the request without explanation',
  )
})

test('mutating webhooks patch in order, warn, and are asked again when they ask for it', () => {
  const c = cluster((path, { review }) => {
    const data = (review.request?.object as { data?: object } | undefined)?.data
    if (path === '/b')
      return {
        warnings: ['careful'],
        ...(patch([{ op: 'add', path: '/data', value: { k: 'b' } }]) as object),
      }
    return data ? patch([{ op: 'add', path: '/data/seen', value: 'yes' }]) : {}
  })
  c.hook('mutating', 'a', { reinvocationPolicy: 'IfNeeded' })
  c.hook('mutating', 'b')
  const made = c.create()
  expect(made.body).toMatchObject({ data: { k: 'b', seen: 'yes' } })
  expect(JSON.stringify(made.headers)).toContain('careful')
  expect(c.calls.map((x) => x.target.url.slice(28, 30))).toEqual(['/a', '/b', '/a'])
})

test('a webhook that cannot be reached fails the request, or is passed over', () => {
  const c = cluster((path) => (path === '/nothing' ? 'nothing' : 'refused'))
  c.hook('validating', 'x')
  const failed = c.create()
  expect([failed.status, c.said(failed)]).toEqual([
    500,
    'Internal error occurred: failed calling webhook "x.example.com": failed to call webhook: Post "https://hook.default.svc:443/x?timeout=10s": dial tcp 10.0.0.1:443: connect: connection refused',
  ])
  c.send('DELETE', `${ADMISSION}/validatingwebhookconfigurations/x`)
  c.hook('validating', 'gone', {
    clientConfig: { service: { namespace: 'default', name: 'gone' } },
  })
  expect(c.said(c.create())).toBe(
    'Internal error occurred: failed calling webhook "gone.example.com": failed to call webhook: Post "https://gone.default.svc:443/?timeout=10s": service "gone" not found',
  )
  c.send('DELETE', `${ADMISSION}/validatingwebhookconfigurations/gone`)
  c.hook('validating', 'nothing')
  expect(c.said(c.create())).toBe(
    'Internal error occurred: failed calling webhook "nothing.example.com": received invalid webhook response: webhook response was absent',
  )
  c.send('DELETE', `${ADMISSION}/validatingwebhookconfigurations/nothing`)
  c.hook('validating', 'y', { failurePolicy: 'Ignore' })
  expect(c.create().status).toBe(201)
})

test('a slow webhook is given up after its timeout', () => {
  const c = cluster(() => 'slow')
  c.hook('validating', 'x', { timeoutSeconds: 3 })
  expect(c.create({ name: 'early' }, {}, 2_999)).toBeUndefined()
  expect(c.said(c.create({}, {}, 3_000))).toContain('?timeout=3s": context deadline exceeded')
})

test('selectors, conditions, dry run and rules decide who is asked', () => {
  const c = cluster(() => ({ allowed: false }))
  c.hook('validating', 'a', { objectSelector: { matchLabels: { judge: 'me' } } })
  expect(c.create({ name: 'free' }).status).toBe(201)
  expect(c.create({ labels: { judge: 'me' } }).status).toBe(400)
  c.hook('validating', 'b', { namespaceSelector: { matchLabels: { no: 'such' } } })
  expect(c.create({ name: 'free2' }).status).toBe(201)
  c.hook('validating', 'c', {
    matchConditions: [{ name: 'x', expression: "object.metadata.name == 'judged'" }],
  })
  expect(c.create({ name: 'free3' }).status).toBe(201)
  expect(c.create({ name: 'judged' }).status).toBe(400)
  expect(c.create({ name: 'judged' }, { dryRun: 'All' }).status).toBe(400)
  expect(c.calls.at(-1)?.review.request).toMatchObject({ dryRun: true })
})

test('configurations are checked', () => {
  const c = cluster(() => ({}))
  const bad = c.hook('validating', 'x', {
    name: 'short',
    sideEffects: 'Some',
    timeoutSeconds: 31,
    clientConfig: {},
    matchConditions: [{ name: 'x', expression: 'foo' }],
  })
  const text = c.said(bad.configured)
  expect(text).toContain('should be a domain with at least three segments separated by dots')
  expect(text).toContain(
    'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
  )
  expect(text).toContain('the timeout value must be between 1 and 30 seconds')
  expect(text).toContain('exactly one of url or service is required')
  expect(text).toContain("undeclared reference to 'foo'")
})
