/**
 * Keeps the count of pods that may be evicted under each PodDisruptionBudget.
 * @source pkg/controller/disruption/disruption.go
 */
import type {
  OwnerReference,
  Pod,
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
  Scale,
} from '../../api/generated/types.ts'
import { isPodReady, isPodTerminal } from '../../api/helpers/pods.ts'
import { scaledValue } from '../../api/meta/intstr.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { matches, selectorOf } from '../../api/meta/labels.ts'
import { controllerOf } from '../../api/meta/ownership.ts'
import { isReason } from '../../api/meta/status.ts'
import { parseTime } from '../../api/meta/time.ts'
import { keyOf } from '../../api/object.ts'
import type { ResourceRef } from '../../client/client.ts'
import type { Recorder } from '../../client/recorder.ts'
import type { WorkQueue } from '../../client/workqueue.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  defineController,
  nowOf,
  pauseFor,
  startLoop,
  targetOf,
} from '../framework.ts'
import { podInformer } from '../podcontrol.ts'
import { watchServed } from '../served.ts'

/** An eviction that has not shown after this long did not happen. */
const DELETION_TIMEOUT_MS = 120_000
const STALE_CONDITION_MS = 120_000

/** The disruption controller. */
export const disruption = defineController({
  name: 'disruption-controller',
  start: (c) => new Disruption(c).start(),
})

interface Expected {
  readonly expectedPods: number
  readonly desiredHealthy: number
}

interface ScaleOfOwner {
  readonly uid: string
  readonly replicas: number
}

class Disruption {
  private readonly resources = new Map<string, ResourceRef>()
  private readonly budgets
  private readonly pods
  private readonly sets
  private readonly recorder: Recorder
  private readonly queue: WorkQueue
  private readonly stale: WorkQueue

  constructor(private readonly c: ControllerContext) {
    this.budgets = c.informers.for('PodDisruptionBudget')
    this.pods = podInformer(c)
    this.sets = {
      ReplicaSet: c.informers.for('ReplicaSet'),
      StatefulSet: c.informers.for('StatefulSet'),
      Deployment: c.informers.for('Deployment'),
      ReplicationController: c.informers.for('ReplicationController'),
    } as const
    this.recorder = c.recorder('controllermanager')
    this.queue = startLoop({
      context: c,
      kind: 'PodDisruptionBudget',
      workers: 1,
      reconcile: (key) => this.reconcile(key),
    })
    this.stale = startLoop({
      context: c,
      kind: 'Pod',
      label: 'stale disruption',
      workers: 1,
      reconcile: (key) => this.clearStale(key),
    })
  }

  start(): void {
    const { budgets, queue } = this
    const id = (r: ResourceRef) => `${r.group}/${r.kind}`
    watchServed(this.c, {
      added: (r) => this.resources.set(id(r), r),
      removed: (r) => this.resources.delete(id(r)),
    })
    budgets.on({
      added: (b) => queue.add(keyOf(b)),
      updated: (_old, b) => queue.add(keyOf(b)),
    })
    this.pods.on({
      added: (pod) => this.podChanged(pod),
      updated: (old, pod) => {
        this.podChanged(pod)
        if (old.metadata.labels !== pod.metadata.labels) this.podChanged(old)
      },
      deleted: (pod) => this.podChanged(pod),
    })
  }

  private podChanged(pod: Pod): void {
    for (const b of this.budgets.list(pod.metadata.namespace)) {
      if (selected(b, pod)) this.queue.add(keyOf(b))
    }
    const marked = pod.status?.conditions?.some(
      (x) => x.type === 'DisruptionTarget' && x.status === 'True',
    )
    if (marked && !pod.metadata.deletionTimestamp)
      this.stale.addAfter(keyOf(pod), STALE_CONDITION_MS)
  }

  private *reconcile(key: string): Task<unknown> {
    const budget = this.budgets.getKey(key)
    if (!budget) return undefined
    const all = [...this.pods.list(budget.metadata.namespace)]
    this.queue.hold(key, pauseFor(all.length))
    const mine = all.filter((p) => selected(budget, p))
    if (mine.length === 0) {
      this.recorder.event(
        targetOf('PodDisruptionBudget', budget),
        'Normal',
        'NoPods',
        'No matching pods found',
      )
    }
    let expected: Expected
    try {
      expected = yield* this.expectedOf(budget, mine)
    } catch (error) {
      if (!(error instanceof UnknownScale)) throw error
      const about = targetOf('PodDisruptionBudget', budget)
      this.recorder.event(
        about,
        'Warning',
        'CalculateExpectedPodCountFailed',
        `Failed to calculate the number of expected pods: ${error.message}`,
      )
      yield* this.write(budget, this.failSafe(budget, error.message))
      return undefined
    }
    const { status, recheckMs } = this.statusOf(budget, mine, expected)
    yield* this.write(budget, status)
    return recheckMs
  }

  private *expectedOf(budget: PodDisruptionBudget, mine: readonly Pod[]): Task<Expected> {
    const { maxUnavailable, minAvailable } = budget.spec ?? {}
    if (maxUnavailable !== undefined) {
      const n = yield* this.totalScale(mine)
      const away = scaledValue(maxUnavailable, n, true)
      return { expectedPods: n, desiredHealthy: Math.max(0, n - away) }
    }
    if (typeof minAvailable === 'string') {
      const n = yield* this.totalScale(mine)
      return { expectedPods: n, desiredHealthy: scaledValue(minAvailable, n, true) }
    }
    return { expectedPods: mine.length, desiredHealthy: minAvailable ?? 0 }
  }

  /** The sum of what the pods' controllers want; percentages are of that. */
  private *totalScale(mine: readonly Pod[]): Task<number> {
    const scales = new Map<string, number>()
    for (const p of mine) {
      const ref = controllerOf(p)
      if (!ref || scales.has(ref.uid)) continue
      const scale =
        this.knownScale(p.metadata.namespace, ref) ??
        (yield* this.servedScale(p.metadata.namespace ?? '', ref))
      if (!scale) throw new UnknownScale(`found no controllers for pod "${p.metadata.name}"`)
      // Sets of one Deployment count as that Deployment, once.
      if (scale.uid !== ref.uid) scales.set(ref.uid, 0)
      scales.set(scale.uid, scale.replicas)
    }
    let n = 0
    for (const v of scales.values()) n += v
    return n
  }

  private knownScale(namespace: string | undefined, ref: OwnerReference): ScaleOfOwner | undefined {
    const { kind, name } = ref
    if (kind !== 'ReplicaSet' && kind !== 'StatefulSet' && kind !== 'ReplicationController') {
      return undefined
    }
    const o = this.sets[kind].get(namespace, name)
    if (o?.metadata.uid !== ref.uid) return undefined
    const above = controllerOf(o)
    const d =
      above?.kind === 'Deployment' ? this.sets.Deployment.get(namespace, above.name) : undefined
    const top = d?.metadata.uid === above?.uid ? (d ?? o) : o
    return { uid: top.metadata.uid ?? '', replicas: top.spec?.replicas ?? 1 }
  }

  /** Asks the scale of an owner of any other kind; custom ones may have one. */
  private *servedScale(namespace: string, ref: OwnerReference): Task<ScaleOfOwner | undefined> {
    const group = ref.apiVersion.includes('/') ? (ref.apiVersion.split('/')[0] ?? '') : ''
    const resource = this.resources.get(`${group}/${ref.kind}`)
    if (!resource) {
      throw new UnknownScale(`no matches for kind "${ref.kind}" in version "${ref.apiVersion}"`)
    }
    try {
      const key = { namespace, name: ref.name }
      const scale = (yield* this.c.client.resource(resource).get(key, 'scale')) as unknown as Scale
      if (scale.metadata?.uid !== ref.uid) return undefined
      return { uid: ref.uid, replicas: scale.spec?.replicas ?? 0 }
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
      const name = resource.group ? `${resource.plural}.${resource.group}` : resource.plural
      throw new UnknownScale(`${name} does not implement the scale subresource`)
    }
  }

  private statusOf(budget: PodDisruptionBudget, mine: readonly Pod[], e: Expected) {
    const nowMs = this.c.world.clock.unixMs
    const disrupted: Record<string, string> = {}
    let recheckMs: number | undefined
    for (const p of mine) {
      const name = p.metadata.name ?? ''
      const at = budget.status?.disruptedPods?.[name]
      if (at === undefined || p.metadata.deletionTimestamp) continue
      const left = (parseTime(at) ?? 0) + DELETION_TIMEOUT_MS - nowMs
      if (left <= 0) {
        const text = `Pod ${keyOf(p)} was expected by PDB ${keyOf(budget)} to be deleted but it wasn't`
        this.recorder.event(targetOf('Pod', p), 'Warning', 'NotDeleted', text)
        continue
      }
      disrupted[name] = at
      recheckMs = Math.min(recheckMs ?? left, left)
    }
    const healthy = mine.filter(
      (p) => !p.metadata.deletionTimestamp && !disrupted[p.metadata.name ?? ''] && isPodReady(p),
    ).length
    const spare = e.expectedPods <= 0 ? 0 : Math.max(0, healthy - e.desiredHealthy)
    const known = budget.status?.conditions?.find((x) => x.type === 'DisruptionAllowed')
    const value = spare > 0 ? 'True' : 'False'
    const condition = {
      type: 'DisruptionAllowed',
      status: value as 'True' | 'False',
      reason: spare > 0 ? 'SufficientPods' : 'InsufficientPods',
      message: '',
      observedGeneration: budget.metadata.generation ?? 0,
      lastTransitionTime:
        known?.status === value ? (known.lastTransitionTime ?? nowOf(this.c)) : nowOf(this.c),
    }
    const status: PodDisruptionBudgetStatus = {
      conditions: [condition],
      currentHealthy: healthy,
      desiredHealthy: e.desiredHealthy,
      disruptionsAllowed: spare,
      expectedPods: e.expectedPods,
      observedGeneration: budget.metadata.generation ?? 0,
      ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
    }
    return { status, recheckMs }
  }

  /** Nothing may go while nobody knows how many there should be; the rest stays as it was told. */
  private failSafe(budget: PodDisruptionBudget, message: string): PodDisruptionBudgetStatus {
    const known = budget.status?.conditions?.find((x) => x.type === 'DisruptionAllowed')
    const same = known?.status === 'False' && known.lastTransitionTime
    const observedGeneration = budget.status?.observedGeneration
    const condition = {
      type: 'DisruptionAllowed',
      status: 'False' as const,
      reason: 'SyncFailed',
      message,
      ...(observedGeneration ? { observedGeneration } : {}),
      lastTransitionTime: same || nowOf(this.c),
    }
    const none = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
    return { ...none, ...budget.status, disruptionsAllowed: 0, conditions: [condition] }
  }

  private *write(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Task<void> {
    if (deepEqual(budget.status ?? {}, status)) return
    try {
      yield* this.c.client.updateStatus('PodDisruptionBudget', { ...budget, status })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }

  /** A pod marked for disruption that is still there two minutes later was spared after all. */
  private *clearStale(key: string): Task<void> {
    const pod = this.pods.getKey(key)
    const known = pod?.status?.conditions?.find((x) => x.type === 'DisruptionTarget')
    if (!pod || known?.status !== 'True' || pod.metadata.deletionTimestamp) return
    if (isPodTerminal(pod)) return
    const condition = { ...known, status: 'False', lastTransitionTime: nowOf(this.c) }
    const conditions = pod.status?.conditions?.map((x) => (x === known ? condition : x)) ?? []
    yield* this.c.client.updateStatus('Pod', { ...pod, status: { ...pod.status, conditions } })
  }
}

/** A controller of a kind that cannot be scaled. */
class UnknownScale extends Error {}

function selected(b: PodDisruptionBudget, pod: Pod): boolean {
  const selector = selectorOf(b.spec?.selector)
  return selector !== undefined && matches(selector, pod.metadata.labels)
}
