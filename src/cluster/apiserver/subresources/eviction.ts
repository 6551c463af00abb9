/**
 * pods/eviction: deletion that asks the disruption budgets first.
 * @source pkg/registry/core/pod/storage/eviction.go
 */
import type { Eviction, Pod, PodDisruptionBudget, Status } from '../../api/generated/types.ts'
import { isTrue } from '../../api/meta/conditions.ts'
import { selects } from '../../api/meta/labels.ts'
import { badRequest, failure, internalError, tooManyRequests } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import { schemaNamed } from '../../api/schema.ts'
import type { ApiResponse } from '../../api/transport.ts'
import type { Task } from '../../sim/task.ts'
import { decodeObject } from '../body.ts'
import type { Call } from '../call.ts'
import { json } from '../content.ts'
import { deleteObject } from '../registry/delete.ts'
import { getObject } from '../registry/read.ts'
import type { Registry } from '../registry/registry.ts'
import { updateObject } from '../registry/update.ts'

/** Pods remembered in `disruptedPods` at once before evictions are refused. */
const DISRUPTED_MAX = 2000

/** Evicts a pod if its budget allows. @throws ApiError TooManyRequests, NotFound, Conflict */
export function* serveEviction(r: Registry, c: Call): Task<ApiResponse> {
  const { name } = c.info
  const body = decodeObject(c, { kind: 'Eviction', schema: schemaNamed('Eviction') })
  const eviction = body as unknown as Eviction
  if (eviction.metadata.name && eviction.metadata.name !== name) {
    throw badRequest('name in URL does not match name in Eviction object')
  }
  const options = eviction.deleteOptions ?? {}
  const dryRun = c.dryRun || (options.dryRun?.includes('All') ?? false)
  const call = dryRun ? { ...c, dryRun } : c
  const pod = (yield* getObject(r, c, name)) as unknown as Pod
  if (!needsNoBudget(pod)) yield* spendBudget(r, call, pod)
  yield* deleteObject(r, { ...call, subresource: '' }, name, options)
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
}

/** Finished, dying and never started pods do not count against a budget. */
function needsNoBudget(pod: Pod): boolean {
  const phase = pod.status?.phase
  if (phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending') return true
  return pod.metadata.deletionTimestamp !== undefined
}

function* spendBudget(r: Registry, c: Call, pod: Pod): Task<void> {
  const served = r.builtin('policy', 'v1', 'poddisruptionbudgets')
  yield* served.cache.ready()
  const filter = { namespace: c.namespace, labels: [], fields: [] }
  const budgets = (served.cache.list(filter) as unknown as PodDisruptionBudget[]).filter((b) =>
    selects(b.spec?.selector, pod.metadata.labels),
  )
  if (budgets.length > 1) {
    throw internalPlain(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  }
  const budget = budgets[0]
  if (!budget) return
  if (isUnreadyAndFree(pod, budget)) return
  const name = budget.metadata.name ?? ''
  const on: Call = { ...c, served, subresource: 'status' }
  yield* updateObject(
    r,
    on,
    name,
    (o) => spent(c, o as unknown as PodDisruptionBudget, pod) as unknown as AnyObject,
    { raw: true },
  )
}

function isUnreadyAndFree(pod: Pod, b: PodDisruptionBudget): boolean {
  if (isTrue(pod.status?.conditions, 'Ready')) return false
  if (b.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const s = b.status
  return (s?.currentHealthy ?? 0) >= (s?.desiredHealthy ?? 0) && (s?.desiredHealthy ?? 0) > 0
}

function spent(c: Call, b: PodDisruptionBudget, pod: Pod): PodDisruptionBudget {
  const status = b.status
  const name = b.metadata.name ?? ''
  if ((status?.observedGeneration ?? 0) < (b.metadata.generation ?? 0)) {
    const wait = 10
    throw tooMany(
      `The disruption budget ${name} is still being processed by the server.`,
      wait,
      name,
    )
  }
  const allowed = status?.disruptionsAllowed ?? 0
  if (allowed < 0) {
    throw forbiddenBudget(name)
  }
  const disrupted = status?.disruptedPods ?? {}
  if (Object.keys(disrupted).length > DISRUPTED_MAX)
    throw internalError('DisruptedPods map too big')
  if (allowed === 0) {
    const needs = `The disruption budget ${name} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`
    throw tooMany(
      "Cannot evict pod as it would violate the pod's disruption budget.",
      0,
      needs,
      true,
    )
  }
  return {
    ...b,
    status: {
      ...(status as NonNullable<typeof status>),
      disruptionsAllowed: allowed - 1,
      disruptedPods: { ...disrupted, [pod.metadata.name ?? '']: c.now },
    },
  }
}

function tooMany(message: string, retry: number, text: string, plain = false) {
  const causes = [
    {
      reason: 'DisruptionBudget',
      message: plain
        ? text
        : `The disruption budget ${text} is still being processed by the server.`,
    },
  ]
  const base = tooManyRequests(message, retry)
  const details: Status['details'] = { ...base.status.details, causes }
  return failure(429, 'TooManyRequests', message, details)
}

function forbiddenBudget(name: string) {
  return failure(403, 'Forbidden', `pdb disruptions allowed is negative: ${name}`)
}

function internalPlain(message: string) {
  return failure(500, '', message)
}
