/**
 * One look at one StatefulSet: which pod to make, delete or wait for.
 * @source pkg/controller/statefulset/stateful_set_control.go, stateful_pod_control.go
 */
import type {
  ControllerRevision,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
  StatefulSetStatus,
} from '../../api/generated/types.ts'
import { isPodAvailable, isPodReady, isPodTerminal } from '../../api/helpers/pods.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { controllerOf } from '../../api/meta/ownership.ts'
import { ApiError, failure, isReason } from '../../api/meta/status.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  isOperational,
  omitEmpty,
  refTo,
  targetOf,
} from '../framework.ts'
import {
  claimName,
  claimOwners,
  firstOrdinal,
  hasIdentity,
  identityOf,
  newClaims,
  newPod,
  ordinalOf,
  partitionOf,
  revisionOf,
  wantedReplicas,
} from './pods.ts'

interface Counts {
  replicas: number
  ready: number
  available: number
  current: number
  updated: number
}

interface Look {
  readonly set: StatefulSet
  readonly current: ControllerRevision
  readonly update: ControllerRevision
  readonly counts: Counts
  readonly minReadySeconds: number
  readonly nowMs: number
  /** Pods of an ordinal in range; a pod without uid is not there yet. */
  readonly replicas: Pod[]
  /** Pods to be scaled away, highest ordinal first. */
  readonly condemned: Pod[]
  readonly inOrder: boolean
}

/** Carries out updates of StatefulSets. */
export class StatefulControl {
  constructor(private readonly c: ControllerContext) {}

  /** @returns ms after which to look again */
  *update(
    set: StatefulSet,
    pods: readonly Pod[],
    current: ControllerRevision,
    update: ControllerRevision,
  ): Task<number | undefined> {
    const look = this.look(set, pods, current, update)
    let failure: unknown
    if (!set.metadata.deletionTimestamp) {
      try {
        yield* this.act(look)
      } catch (error) {
        if (!isOperational(error)) throw error
        failure = error
      }
    }
    yield* this.writeStatus(look)
    if (failure) throw failure
    const waiting = look.minReadySeconds > 0 && look.counts.ready !== look.counts.available
    return waiting ? look.minReadySeconds * 1000 : undefined
  }

  private look(
    set: StatefulSet,
    pods: readonly Pod[],
    current: ControllerRevision,
    update: ControllerRevision,
  ): Look {
    const nowMs = this.c.world.clock.unixMs
    const minReadySeconds = set.spec?.minReadySeconds ?? 0
    const counts: Counts = { replicas: 0, ready: 0, available: 0, current: 0, updated: 0 }
    const first = firstOrdinal(set)
    const n = wantedReplicas(set)
    const slots = new Array<Pod | undefined>(n).fill(undefined)
    const condemned: Pod[] = []
    for (const p of pods) {
      counts.replicas++
      if (isPodReady(p)) counts.ready++
      if (isPodAvailable(p, minReadySeconds, nowMs)) counts.available++
      if (!p.metadata.deletionTimestamp) {
        if (revisionOf(p) === current.metadata.name) counts.current++
        if (revisionOf(p) === update.metadata.name) counts.updated++
      }
      const i = (ordinalOf(set, p) ?? 0) - first
      if (i >= 0 && i < n) slots[i] = p
      else condemned.push(p)
    }
    const replicas = slots.map((p, i) => p ?? versioned(set, current, update, i, first))
    condemned.sort((a, b) => (ordinalOf(set, b) ?? 0) - (ordinalOf(set, a) ?? 0))
    const inOrder = set.spec?.podManagementPolicy !== 'Parallel'
    return { set, current, update, counts, minReadySeconds, nowMs, replicas, condemned, inOrder }
  }

  private *act(look: Look): Task<void> {
    for (const pod of look.replicas) if (yield* this.bringUp(look, pod)) return
    for (const pod of look.condemned) yield* this.ownClaims(look, pod, pod)
    const unhealthy = firstUnhealthy(look)
    for (const pod of look.condemned) if (yield* this.takeDown(look, pod, unhealthy)) return
    if (look.set.spec?.updateStrategy?.type === 'OnDelete') return
    yield* this.roll(look)
  }

  /** @returns true to end this look here */
  private *bringUp(look: Look, pod: Pod): Task<boolean> {
    const { set, inOrder } = look
    if (pod.metadata.uid && isPodTerminal(pod)) {
      if (pod.metadata.deletionTimestamp) return inOrder
      yield* this.deletePod(set, pod)
      return inOrder
    }
    if (!pod.metadata.uid) {
      // It counts once it has been seen.
      yield* this.createPod(look, pod)
      return inOrder
    }
    if (pod.status?.phase === 'Pending') yield* this.createClaims(set, pod)
    if (pod.metadata.deletionTimestamp) return inOrder
    if (inOrder && !isAvailable(look, pod)) return true
    yield* this.align(look, pod)
    return false
  }

  /** Claims follow the retention policy; a pod whose claims were changed, or that lost its labels, is written too. */
  private *align(look: Look, pod: Pod): Task<void> {
    const { set } = look
    const known = hasIdentity(pod)
    if (!(yield* this.ownClaims(look, pod, undefined)) && known) return
    const labels = { ...pod.metadata.labels, ...identityOf(pod, ordinalOf(set, pod) ?? 0) }
    yield* this.c.client.update('Pod', { ...pod, metadata: { ...pod.metadata, labels } })
    const what = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`
    this.event(set, 'Normal', 'SuccessfulUpdate', `Update ${what} successful`)
  }

  private *takeDown(look: Look, pod: Pod, unhealthy: Pod | undefined): Task<boolean> {
    const { inOrder } = look
    if (pod.metadata.deletionTimestamp) return inOrder
    // One that works is taken down only when those above it are gone and all below are well.
    if (inOrder && !isAvailable(look, pod) && pod !== unhealthy) return true
    yield* this.deletePod(look.set, pod)
    return inOrder
  }

  /** From the top, one pod at a time: the next goes when all above it are of the new revision and well. */
  private *roll(look: Look): Task<void> {
    const { set, update, replicas } = look
    for (let i = replicas.length - 1; i >= partitionOf(set); i--) {
      const pod = replicas[i] as Pod
      if (revisionOf(pod) !== update.metadata.name && !pod.metadata.deletionTimestamp) {
        decide(this.c, refTo('StatefulSet', set), `replace ${pod.metadata.name}`, {
          from: revisionOf(pod),
          to: update.metadata.name,
          partition: partitionOf(set),
        })
        yield* this.deletePod(set, pod)
        look.counts.current--
        return
      }
      if (!isAvailable(look, pod)) return
    }
  }

  private *createPod(look: Look, pod: Pod): Task<void> {
    const { set } = look
    try {
      yield* this.createClaims(set, pod)
      yield* this.c.client.create('Pod', pod)
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) throw error
      if (error instanceof Error) {
        const text = `Create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} failed error: ${error.message}`
        this.event(set, 'Warning', 'FailedCreate', text)
      }
      throw error
    }
    const text = `Create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`
    this.event(set, 'Normal', 'SuccessfulCreate', text)
  }

  private *createClaims(set: StatefulSet, pod: Pod): Task<void> {
    const claims = this.c.informers.for('PersistentVolumeClaim')
    const failures: string[] = []
    for (const claim of newClaims(set, ordinalOf(set, pod) ?? 0)) {
      const { namespace, name = '' } = claim.metadata
      const known = claims.get(namespace, name)
      if (known?.metadata.deletionTimestamp) failures.push(`pvc ${name} is being deleted`)
      if (known) continue
      const where = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`
      try {
        yield* this.c.client.create('PersistentVolumeClaim', claim)
        this.event(set, 'Normal', 'SuccessfulCreate', `Create Claim ${name} ${where} success`)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        failures.push(`failed to create PVC ${name}: ${error.message}`)
        if (error.reason === 'AlreadyExists') continue
        const text = `Create Claim ${name} for ${where} failed error: ${error.message}`
        this.event(set, 'Warning', 'FailedCreate', text)
      }
    }
    if (failures.length > 0) throw aggregate(failures)
  }

  /** Gives a pod's claims the owners that the retention policy asks for. */
  private *ownClaims(look: Look, pod: Pod, condemned: Pod | undefined): Task<boolean> {
    const { set } = look
    const templates = set.spec?.volumeClaimTemplates
    if (!templates?.length) return false
    let changed = false
    const claims = this.c.informers.for('PersistentVolumeClaim')
    const wanted = claimOwners(set, condemned)
    for (const t of templates) {
      const name = claimName(set, t, ordinalOf(set, pod) ?? 0)
      const claim = claims.get(set.metadata.namespace, name)
      if (!claim) continue
      const has = claim.metadata.ownerReferences ?? []
      if (this.isHeldByAnother(set, claim, pod)) continue
      const ours = new Set([set.metadata.uid, pod.metadata.uid])
      const others = has.filter((r) => !ours.has(r.uid))
      const next = [...others, ...wanted]
      if (deepEqual(has, next)) continue
      const { ownerReferences: _old, ...metadata } = claim.metadata
      yield* this.c.client.update('PersistentVolumeClaim', {
        ...claim,
        metadata: next.length > 0 ? { ...metadata, ownerReferences: next } : metadata,
      })
      changed = true
    }
    return changed
  }

  /** A claim with another managing owner is left alone, which is worth a warning. */
  private isHeldByAnother(set: StatefulSet, claim: PersistentVolumeClaim, pod: Pod): boolean {
    const owner = controllerOf(claim)
    if (!owner || owner.uid === set.metadata.uid || owner.uid === pod.metadata.uid) return false
    const policy = set.spec?.persistentVolumeClaimRetentionPolicy
    if (policy?.whenScaled !== 'Delete' && policy?.whenDeleted !== 'Delete') return true
    const text = `PersistentVolumeClaim ${claim.metadata.name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`
    this.event(set, 'Warning', 'ConflictingController', text)
    return true
  }

  private *deletePod(set: StatefulSet, pod: Pod): Task<void> {
    const what = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`
    try {
      yield* this.c.client.delete('Pod', callKey(pod))
    } catch (error) {
      if (isReason(error, 'NotFound')) return
      if (error instanceof Error) {
        this.event(set, 'Warning', 'FailedDelete', `Delete ${what} failed error: ${error.message}`)
      }
      throw error
    }
    this.event(set, 'Normal', 'SuccessfulDelete', `Delete ${what} successful`)
  }

  private event(set: StatefulSet, type: 'Normal' | 'Warning', reason: string, text: string): void {
    this.c.recorder().event(targetOf('StatefulSet', set), type, reason, text)
  }

  private *writeStatus(look: Look): Task<void> {
    const { set } = look
    const status = statusOf(look)
    if (deepEqual(set.status ?? {}, status)) return
    let base = set
    for (let tries = 0; ; tries++) {
      try {
        yield* this.c.client.updateStatus('StatefulSet', { ...base, status })
        return
      } catch (error) {
        if (!isReason(error, 'Conflict') || tries >= 3) throw error
        base = yield* this.c.client.get('StatefulSet', callKey(set))
      }
    }
  }
}

function statusOf(look: Look): StatefulSetStatus {
  const { set, counts, update } = look
  const n = wantedReplicas(set)
  const rolled =
    set.spec?.updateStrategy?.type !== 'OnDelete' &&
    counts.updated === n &&
    counts.ready === n &&
    counts.replicas === n
  const current = rolled ? update : look.current
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: counts.replicas,
    availableReplicas: counts.available,
    ...omitEmpty({
      readyReplicas: counts.ready,
      currentReplicas: rolled ? counts.updated : counts.current,
      updatedReplicas: counts.updated,
      currentRevision: current.metadata.name,
      updateRevision: update.metadata.name,
    }),
    collisionCount: set.status?.collisionCount ?? 0,
    ...(set.status?.conditions ? { conditions: set.status.conditions } : {}),
  } as StatefulSetStatus
}

function versioned(
  set: StatefulSet,
  current: ControllerRevision,
  update: ControllerRevision,
  i: number,
  first: number,
): Pod {
  if (set.spec?.updateStrategy?.type === 'OnDelete') return newPod(set, update, i + first)
  const rolling = set.spec?.updateStrategy?.rollingUpdate
  const below =
    rolling?.partition === undefined
      ? i < (set.status?.currentReplicas ?? 0)
      : i + first < first + rolling.partition
  return newPod(set, below ? current : update, i + first)
}

function isAvailable(look: Look, pod: Pod): boolean {
  if (!pod.metadata.uid || pod.metadata.deletionTimestamp) return false
  return pod.status?.phase === 'Running' && isPodAvailable(pod, look.minReadySeconds, look.nowMs)
}

/** Several failures told as one. */
function aggregate(texts: readonly string[]): ApiError {
  const all = [...new Set(texts)]
  return failure(500, 'InternalError', all.length > 1 ? `[${all.join(', ')}]` : (all[0] ?? ''))
}

function firstUnhealthy(look: Look): Pod | undefined {
  const all = [...look.replicas, ...[...look.condemned].reverse()]
  return all.find((p) => !isAvailable(look, p))
}
