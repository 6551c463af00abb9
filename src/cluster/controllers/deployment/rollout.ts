/**
 * One look at one Deployment: what to change in its ReplicaSets, and what to say of it.
 * @source pkg/controller/deployment/sync.go, rolling.go, recreate.go, progress.go
 */
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/generated/types.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { controllerOf } from '../../api/meta/ownership.ts'
import { isReason } from '../../api/meta/status.ts'
import type { Recorder } from '../../client/recorder.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, callKey, decide, nowOf, refTo, targetOf } from '../framework.ts'
import { ownerRefFor } from '../podcontrol.ts'
import { templateHash } from '../templatehash.ts'
import { planNew, planOld, planProportional } from './rolling.ts'
import { calculateStatus, type Now, rolloutStatus, stuckCheckAfter } from './status.ts'
import {
  activeOf,
  activeOrLatest,
  DESIRED_REPLICAS,
  fenceposts,
  findNew,
  hasDeadline,
  isComplete,
  isSaturated,
  MAX_REPLICAS,
  newCondition,
  newReplicas,
  POD_TEMPLATE_HASH,
  REVISION,
  revisionOf,
  sameMap,
  setAnnotations,
  sizeAnnotations,
  templateText,
  wanted,
  withDeploymentCondition,
} from './util.ts'

/** Asks whether a set still has pods that run. */
export type HasLivePods = (rs: ReplicaSet) => boolean

interface Sets {
  /** As changed on the way (status updates give new versions). */
  d: Deployment
  current: ReplicaSet | undefined
  readonly old: readonly ReplicaSet[]
}

/** Brings Deployments forward. */
export class Rollout {
  private readonly recorder: Recorder

  constructor(private readonly c: ControllerContext) {
    this.recorder = c.recorder()
  }

  /** @returns ms after which to look again */
  *sync(d: Deployment, owned: readonly ReplicaSet[], hasLivePods: HasLivePods): Task<unknown> {
    if (d.metadata.deletionTimestamp) return yield* this.statusOnly(d, owned)
    const seen = yield* this.notePause(d)
    if (seen.spec?.paused || isScaling(seen, owned)) return yield* this.scaleOnly(seen, owned)
    if (seen.spec?.strategy?.type === 'Recreate') {
      return yield* this.recreate(seen, owned, hasLivePods)
    }
    return yield* this.roll(seen, owned)
  }

  private now(): Now {
    return { ms: this.c.world.clock.unixMs, text: nowOf(this.c) }
  }

  private *statusOnly(d: Deployment, owned: readonly ReplicaSet[]): Task<unknown> {
    const current = findNew(d, owned)
    const status = calculateStatus(d, owned, current, this.now())
    if (!sameStatus(d.status, status)) yield* this.writeStatus(d, status)
    return undefined
  }

  private *notePause(d: Deployment): Task<Deployment> {
    if (!hasDeadline(d)) return d
    const known = d.status?.conditions?.find((c) => c.type === 'Progressing')
    // A rollout that ran out of time keeps saying so.
    if (known?.reason === 'ProgressDeadlineExceeded') return d
    const paused = known?.reason === 'DeploymentPaused'
    if (!!d.spec?.paused === paused) return d
    const now = nowOf(this.c)
    const next = d.spec?.paused
      ? newCondition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', now)
      : newCondition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', now)
    const conditions = withDeploymentCondition(d.status?.conditions, next)
    return yield* this.writeStatus(d, { ...d.status, conditions })
  }

  private *scaleOnly(d: Deployment, owned: readonly ReplicaSet[]): Task<unknown> {
    const sets = yield* this.sortSets(d, owned, false)
    yield* this.scale(sets)
    if (d.spec?.paused) yield* this.cleanUp(sets)
    const status = calculateStatus(sets.d, allOf(sets), sets.current, this.now())
    if (!sameStatus(sets.d.status, status)) yield* this.writeStatus(sets.d, status)
    return undefined
  }

  private *scale(sets: Sets): Task<void> {
    const { d, current, old } = sets
    const only = activeOrLatest(current, old)
    if (only) {
      if (wanted(only) !== wanted(d)) yield* this.resize(sets, only, wanted(d))
      return
    }
    if (isSaturated(d, current)) {
      for (const rs of activeOf(old)) yield* this.resize(sets, rs, 0)
      return
    }
    if (d.spec?.strategy?.type === 'Recreate') return
    for (const { rs, to } of planProportional(d, activeOf([...old, current]))) {
      yield* this.resize(sets, rs, to)
    }
  }

  private *roll(d: Deployment, owned: readonly ReplicaSet[]): Task<unknown> {
    const sets = yield* this.sortSets(d, owned, true)
    const current = sets.current
    if (!current) return undefined
    const up = planNew(sets.d, allOf(sets), current)
    if (up) {
      this.tell(sets, up.rs, up.to)
      yield* this.resize(sets, up.rs, up.to)
      return yield* this.finish(sets)
    }
    const down = planOld(sets.d, allOf(sets), current, activeOf(sets.old))
    for (const { rs, to } of down) {
      this.tell(sets, rs, to)
      yield* this.resize(sets, rs, to)
    }
    if (down.length > 0) return yield* this.finish(sets)
    if (sets.d.status && isComplete(sets.d, sets.d.status)) yield* this.cleanUp(sets)
    return yield* this.finish(sets)
  }

  private *recreate(
    d: Deployment,
    owned: readonly ReplicaSet[],
    hasLivePods: HasLivePods,
  ): Task<unknown> {
    let sets = yield* this.sortSets(d, owned, false)
    const active = activeOf(sets.old)
    for (const rs of active) {
      this.tell(sets, rs, 0)
      yield* this.resize(sets, rs, 0)
    }
    if (active.length > 0) return yield* this.finish(sets)
    if (sets.old.some((rs) => (rs.status?.replicas ?? 0) > 0 || hasLivePods(rs))) {
      return yield* this.finish(sets)
    }
    if (!sets.current) sets = yield* this.sortSets(sets.d, owned, true)
    if (sets.current && wanted(sets.current) !== wanted(sets.d)) {
      yield* this.resize(sets, sets.current, wanted(sets.d))
    }
    if (sets.d.status && isComplete(sets.d, sets.d.status)) yield* this.cleanUp(sets)
    return yield* this.finish(sets)
  }

  private *finish(sets: Sets): Task<unknown> {
    const now = this.now()
    const { d } = sets
    const status = rolloutStatus(d, allOf(sets), sets.current, now)
    if (sameStatus(d.status, status)) return stuckCheckAfter(d, status, now)
    yield* this.writeStatus(d, status)
    return undefined
  }

  /** Tells old sets from the new one, which is made if need be, and keeps the revision numbers right. */
  private *sortSets(d: Deployment, owned: readonly ReplicaSet[], create: boolean): Task<Sets> {
    const found = findNew(d, owned)
    const old = owned.filter((rs) => rs.metadata.uid !== found?.metadata.uid)
    const revision = Math.max(0, ...old.map(revisionOf)) + 1
    if (found) return yield* this.refresh(d, found, old, revision)
    if (!create) return { d, current: undefined, old }
    return yield* this.createSet(d, old, revision)
  }

  private *refresh(
    d: Deployment,
    rs: ReplicaSet,
    old: readonly ReplicaSet[],
    revision: number,
  ): Task<Sets> {
    const before = rs.metadata.annotations ?? {}
    const annotations = setAnnotations(d, before, revision, true)
    const minReadySeconds = d.spec?.minReadySeconds ?? 0
    const changed = (rs.spec?.minReadySeconds ?? 0) !== minReadySeconds
    if (changed || !sameMap(before, annotations)) {
      const spec = { ...rs.spec, minReadySeconds } as NonNullable<ReplicaSet['spec']>
      const next = { ...rs, metadata: { ...rs.metadata, annotations }, spec }
      return { d, current: yield* this.c.client.update('ReplicaSet', next), old }
    }
    const conditions = d.status?.conditions
    const missing = hasDeadline(d) && !conditions?.some((c) => c.type === 'Progressing')
    const mark = annotations[REVISION] ?? ''
    if (!missing && d.metadata.annotations?.[REVISION] === mark) return { d, current: rs, old }
    const text = `Found new replica set "${rs.metadata.name}"`
    const status = missing
      ? {
          ...d.status,
          conditions: withDeploymentCondition(
            conditions,
            newCondition('Progressing', 'True', 'FoundNewReplicaSet', text, nowOf(this.c)),
          ),
        }
      : d.status
    return { d: yield* this.writeStatus(withRevision(d, mark), status), current: rs, old }
  }

  private *createSet(d: Deployment, old: readonly ReplicaSet[], revision: number): Task<Sets> {
    const template = d.spec?.template
    if (!template) return { d, current: undefined, old }
    const hash = templateHash(template, d.status?.collisionCount)
    const count = newReplicas(d, old, undefined)
    const rs = newReplicaSet(d, hash, count, revision)
    let current: ReplicaSet
    try {
      current = yield* this.c.client.create('ReplicaSet', rs)
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) return yield* this.collide(d, old, rs)
      // In a namespace that is going away there is nothing to report.
      if (!isReason(error, 'Forbidden')) yield* this.reportCreateFailure(d, rs, error)
      throw error
    }
    decide(this.c, refTo('Deployment', d), `create ${current.metadata.name}`, {
      revision,
      replicas: count,
      ...fenceposts(d),
    })
    if (count > 0)
      this.event(d, `Scaled up replica set ${current.metadata.name} from 0 to ${count}`)
    const text = `Created new replica set "${current.metadata.name}"`
    const made = newCondition('Progressing', 'True', 'NewReplicaSetCreated', text, nowOf(this.c))
    const conditions = hasDeadline(d)
      ? withDeploymentCondition(d.status?.conditions, made)
      : (d.status?.conditions ?? [])
    const marked = withRevision(d, String(revision))
    const next = yield* this.writeStatus(marked, { ...d.status, conditions })
    return { d: next, current, old }
  }

  /** The name is taken: by our own set that the cache has not seen yet, or by another with an equal hash. */
  private *collide(d: Deployment, old: readonly ReplicaSet[], rs: ReplicaSet): Task<Sets> {
    const there = yield* this.c.client.get('ReplicaSet', callKey(rs))
    const ours = controllerOf(there)?.uid === d.metadata.uid
    if (ours && templateText(there.spec?.template) === templateText(d.spec?.template)) {
      return { d, current: there, old }
    }
    const collisionCount = (d.status?.collisionCount ?? 0) + 1
    yield* this.writeStatus(d, { ...d.status, collisionCount })
    return { d, current: undefined, old }
  }

  private *reportCreateFailure(d: Deployment, rs: ReplicaSet, error: unknown): Task<void> {
    if (!(error instanceof Error)) return
    const text = `Failed to create new replica set "${rs.metadata.name}": ${error.message}`
    this.recorder.event(targetOf('Deployment', d), 'Warning', 'ReplicaSetCreateError', text)
    if (!hasDeadline(d)) return
    const failed = newCondition(
      'Progressing',
      'False',
      'ReplicaSetCreateError',
      text,
      nowOf(this.c),
    )
    const conditions = withDeploymentCondition(d.status?.conditions, failed)
    yield* this.writeStatus(d, { ...d.status, conditions })
  }

  private *resize(sets: Sets, rs: ReplicaSet, to: number): Task<void> {
    const { d } = sets
    const sizes = sizeAnnotations(d)
    const from = wanted(rs)
    const before = rs.metadata.annotations
    const marked =
      before?.[DESIRED_REPLICAS] === sizes[DESIRED_REPLICAS] &&
      before?.[MAX_REPLICAS] === sizes[MAX_REPLICAS]
    if (from === to && marked) return
    const metadata = { ...rs.metadata, annotations: { ...before, ...sizes } }
    const spec = { ...rs.spec, replicas: to } as NonNullable<ReplicaSet['spec']>
    const next = yield* this.c.client.update('ReplicaSet', { ...rs, metadata, spec })
    if (from !== to) {
      const direction = to > from ? 'up' : 'down'
      this.event(d, `Scaled ${direction} replica set ${rs.metadata.name} from ${from} to ${to}`)
    }
    if (sets.current === rs) sets.current = next
    else {
      const list = sets.old as ReplicaSet[]
      list[list.indexOf(rs)] = next
    }
  }

  private *cleanUp(sets: Sets): Task<void> {
    const limit = sets.d.spec?.revisionHistoryLimit ?? 10
    if (limit === 2_147_483_647) return
    const kept = sets.old.filter((rs) => !rs.metadata.deletionTimestamp)
    const surplus = kept.length - limit
    if (surplus <= 0) return
    const sorted = [...kept].sort((a, b) => revisionOf(a) - revisionOf(b))
    for (const rs of sorted.slice(0, surplus)) {
      const settled = (rs.metadata.generation ?? 0) <= (rs.status?.observedGeneration ?? 0)
      if ((rs.status?.replicas ?? 0) !== 0 || wanted(rs) !== 0 || !settled) continue
      try {
        yield* this.c.client.delete('ReplicaSet', callKey(rs))
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
    }
  }

  private tell(sets: Sets, rs: ReplicaSet, to: number): void {
    const from = wanted(rs)
    const { surge, unavailable } = fenceposts(sets.d)
    const text = `scale ${to > from ? 'up' : 'down'} ${rs.metadata.name} to ${to}`
    decide(this.c, refTo('Deployment', sets.d), text, {
      replicaSet: rs.metadata.name,
      from,
      to,
      maxSurge: surge,
      maxUnavailable: unavailable,
      wanted: wanted(sets.d),
    })
  }

  private event(d: Deployment, text: string): void {
    this.recorder.event(targetOf('Deployment', d), 'Normal', 'ScalingReplicaSet', text)
  }

  private *writeStatus(d: Deployment, status: DeploymentStatus | undefined): Task<Deployment> {
    return yield* this.c.client.updateStatus('Deployment', { ...d, ...(status ? { status } : {}) })
  }
}

function allOf(sets: Sets): ReplicaSet[] {
  return sets.current ? [...sets.old, sets.current] : [...sets.old]
}

/** A set whose note of the wanted size is out of date shows that the Deployment was scaled. */
function isScaling(d: Deployment, owned: readonly ReplicaSet[]): boolean {
  return activeOf(owned).some((rs) => {
    const noted = rs.metadata.annotations?.[DESIRED_REPLICAS]
    return noted !== undefined && Number(noted) !== wanted(d)
  })
}

function withRevision(d: Deployment, revision: string): Deployment {
  const annotations = { ...d.metadata.annotations, [REVISION]: revision }
  return { ...d, metadata: { ...d.metadata, annotations } }
}

function newReplicaSet(
  d: Deployment,
  hash: string,
  replicas: number,
  revision: number,
): ReplicaSet {
  const template = d.spec?.template
  const labels = { ...template?.metadata?.labels, [POD_TEMPLATE_HASH]: hash }
  const selector = d.spec?.selector
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${d.metadata.name}-${hash}`,
      ...(d.metadata.namespace ? { namespace: d.metadata.namespace } : {}),
      labels,
      annotations: setAnnotations(d, {}, revision, false),
      ownerReferences: [ownerRefFor('Deployment', d.metadata)],
    },
    spec: {
      replicas,
      ...(d.spec?.minReadySeconds ? { minReadySeconds: d.spec.minReadySeconds } : {}),
      selector: {
        ...selector,
        matchLabels: { ...selector?.matchLabels, [POD_TEMPLATE_HASH]: hash },
      },
      template: { ...template, metadata: { ...template?.metadata, labels } },
    },
  }
}

function sameStatus(a: DeploymentStatus | undefined, b: DeploymentStatus): boolean {
  return (
    (a?.replicas ?? 0) === (b.replicas ?? 0) &&
    (a?.updatedReplicas ?? 0) === (b.updatedReplicas ?? 0) &&
    (a?.readyReplicas ?? 0) === (b.readyReplicas ?? 0) &&
    (a?.availableReplicas ?? 0) === (b.availableReplicas ?? 0) &&
    (a?.unavailableReplicas ?? 0) === (b.unavailableReplicas ?? 0) &&
    (a?.terminatingReplicas ?? 0) === (b.terminatingReplicas ?? 0) &&
    (a?.observedGeneration ?? 0) === (b.observedGeneration ?? 0) &&
    a?.collisionCount === b.collisionCount &&
    deepEqual(a?.conditions ?? [], b.conditions ?? [])
  )
}
