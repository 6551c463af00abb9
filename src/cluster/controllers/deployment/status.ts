/**
 * What a Deployment's status says of its ReplicaSets: counts, availability, progress.
 * @source pkg/controller/deployment/progress.go, sync.go calculateStatus
 */
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from '../../api/generated/types.ts'
import { parseTime } from '../../api/meta/time.ts'
import { omitEmpty } from '../framework.ts'
import {
  hasDeadline,
  isComplete,
  isProgressing,
  maxUnavailable,
  newCondition,
  totalOf,
  totalWanted,
  wanted,
  withDeploymentCondition,
} from './util.ts'

/** Virtual now in both forms. */
export interface Now {
  readonly ms: number
  readonly text: string
}

/** Counts and the Available condition. */
export function calculateStatus(
  d: Deployment,
  all: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  now: Now,
): DeploymentStatus {
  const available = totalOf(all, 'availableReplicas')
  const unavailable = Math.max(0, totalWanted(all) - available)
  const enough = available >= wanted(d) - maxUnavailable(d)
  const condition = enough
    ? newCondition(
        'Available',
        'True',
        'MinimumReplicasAvailable',
        'Deployment has minimum availability.',
        now.text,
      )
    : newCondition(
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
        now.text,
      )
  const status: DeploymentStatus = {
    ...omitEmpty({
      observedGeneration: d.metadata.generation ?? 0,
      replicas: totalOf(all, 'replicas'),
      updatedReplicas: current?.status?.replicas ?? 0,
      readyReplicas: totalOf(all, 'readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: unavailable,
    }),
    terminatingReplicas: totalOf(all, 'terminatingReplicas'),
    conditions: withDeploymentCondition(d.status?.conditions, condition),
  }
  const collisions = d.status?.collisionCount
  return collisions === undefined ? status : { ...status, collisionCount: collisions }
}

/** The status of a rollout under way: counts, and how it progresses. */
export function rolloutStatus(
  d: Deployment,
  all: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  now: Now,
): DeploymentStatus {
  const status = calculateStatus(d, all, current, now)
  let conditions = status.conditions ?? []
  if (!hasDeadline(d)) conditions = conditions.filter((c) => c.type !== 'Progressing')
  const known = d.status?.conditions?.find((c) => c.type === 'Progressing')
  const done =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) &&
    known?.reason === 'NewReplicaSetAvailable'
  if (hasDeadline(d) && !done) conditions = progress(d, status, conditions, current, known, now)
  return { ...status, conditions: withFailures(conditions, all, current) }
}

function progress(
  d: Deployment,
  status: DeploymentStatus,
  conditions: readonly DeploymentCondition[],
  current: ReplicaSet | undefined,
  known: DeploymentCondition | undefined,
  now: Now,
): DeploymentCondition[] {
  const subject = current
    ? `ReplicaSet "${current.metadata.name}"`
    : `Deployment "${d.metadata.name}"`
  const make = (value: string, reason: string, text: string) =>
    newCondition('Progressing', value, reason, `${subject} ${text}`, now.text)
  if (isComplete(d, status)) {
    const c = make('True', 'NewReplicaSetAvailable', 'has successfully progressed.')
    return withDeploymentCondition(conditions, c)
  }
  if (isProgressing(d.status, status)) {
    const c = make('True', 'ReplicaSetUpdated', 'is progressing.')
    // Replaced even when it says the same, because the time of the last progress counts for the deadline.
    const since = known?.status === 'True' ? known.lastTransitionTime : undefined
    const fresh = since ? { ...c, lastTransitionTime: since } : c
    return [...conditions.filter((x) => x.type !== 'Progressing'), fresh]
  }
  if (hasTimedOut(d, known, now)) {
    const c = make('False', 'ProgressDeadlineExceeded', 'has timed out progressing.')
    return withDeploymentCondition(conditions, c)
  }
  return [...conditions]
}

/** True when nothing has moved for the whole deadline. */
export function hasTimedOut(
  d: Deployment,
  known: DeploymentCondition | undefined,
  now: Now,
): boolean {
  if (!hasDeadline(d) || !known || known.reason === 'NewReplicaSetAvailable') return false
  if (known.reason === 'ProgressDeadlineExceeded') return true
  const from = parseTime(known.lastUpdateTime) ?? now.ms
  return from + (d.spec?.progressDeadlineSeconds ?? 0) * 1000 < now.ms
}

/** When to look again at a rollout that does not move. @unit ms; undefined when there is no need */
export function stuckCheckAfter(
  d: Deployment,
  status: DeploymentStatus,
  now: Now,
): number | undefined {
  const known = status.conditions?.find((c) => c.type === 'Progressing')
  if (!hasDeadline(d) || !known) return undefined
  if (isComplete(d, status) || known.reason === 'ProgressDeadlineExceeded') return undefined
  const from = parseTime(known.lastUpdateTime) ?? now.ms
  const after = from + (d.spec?.progressDeadlineSeconds ?? 0) * 1000 - now.ms
  return after < 1000 ? 5 : after + 1000
}

function withFailures(
  conditions: readonly DeploymentCondition[],
  all: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
): DeploymentCondition[] {
  const failureOf = (rs: ReplicaSet | undefined) =>
    rs?.status?.conditions?.find((c) => c.type === 'ReplicaFailure')
  const failure = failureOf(current) ?? all.map(failureOf).find((c) => c)
  if (!failure) return conditions.filter((c) => c.type !== 'ReplicaFailure')
  const condition: DeploymentCondition = {
    type: 'ReplicaFailure',
    status: failure.status,
    ...(failure.lastTransitionTime
      ? {
          lastTransitionTime: failure.lastTransitionTime,
          lastUpdateTime: failure.lastTransitionTime,
        }
      : {}),
    ...(failure.reason ? { reason: failure.reason } : {}),
    ...(failure.message ? { message: failure.message } : {}),
  }
  return withDeploymentCondition(conditions, condition)
}
