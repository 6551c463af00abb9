/**
 * kube-scheduler: takes one pod at a time, finds the nodes that can run it, picks the best, and binds it. A pod that
 * fits nowhere says why, and may push out less important ones.
 * @source pkg/scheduler/scheduler.go, schedule_one.go
 */
import type { Pod } from '../api/generated/types.ts'
import { ApiError, isReason } from '../api/meta/status.ts'
import { formatTime } from '../api/meta/time.ts'
import type { Client } from '../client/client.ts'
import { createInformers, type Informers } from '../client/informer.ts'
import { standForElection } from '../client/leaderelection.ts'
import { type ActionRecorder, createActionRecorder, type EventTarget } from '../client/recorder.ts'
import type { Random } from '../sim/random.ts'
import { spawn, type Task } from '../sim/task.ts'
import { WireError } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'
import { SchedulerCache } from './cache.ts'
import { decisionDetail } from './decision.ts'
import { watchCluster } from './eventhandlers.ts'
import { CycleState, type Handle } from './framework/interface.ts'
import type { NodeInfo, PodInfo } from './framework/nodeinfo.ts'
import { type Diagnosis, Framework, fitError } from './framework/runtime.ts'
import { Nominator } from './nominator.ts'
import { bind } from './plugins/defaultbinder.ts'
import {
  type Candidate,
  describeVictims,
  disruptionCondition,
  planPreemption,
} from './plugins/defaultpreemption.ts'
import { DEFAULT_PROFILE } from './profile.ts'
import { type QueuedPod, SchedulingQueue } from './queue.ts'

/** Pods name their scheduler; this is ours. */
export const SCHEDULER_NAME = 'default-scheduler'

/** What the scheduler needs. */
export interface SchedulerDeps {
  readonly world: World
  readonly client: Client
  /** Made from the client unless given. */
  readonly informers?: Informers
  /** Stands for election under this identity before it works; several schedulers may then run. */
  readonly identity?: string
  /** Shown as the reporting instance of its events, e.g. the control plane's host name. */
  readonly hostname: string
}

/** A running scheduler. */
export interface RunningScheduler {
  /** Ends its tasks and watches. */
  stop(): void
}

/** Starts the scheduler, at once or when elected; it works once its caches have synced. */
export function startScheduler(deps: SchedulerDeps): RunningScheduler {
  const { client, identity } = deps
  if (!identity) return startScheduling(deps)
  let running: RunningScheduler | undefined
  const task = standForElection({
    client,
    name: 'kube-scheduler',
    identity,
    start: () => {
      running = startScheduling(deps)
    },
    stop: () => running?.stop(),
  })
  return {
    stop() {
      task.cancel()
      running?.stop()
    },
  }
}

function startScheduling(deps: SchedulerDeps): RunningScheduler {
  const { world, client } = deps
  const informers = deps.informers ?? createInformers(client)
  const scheduler = new Scheduler(deps, informers)
  spawn(world, workOf(client), 'scheduling loop', function* () {
    yield* informers.whenSynced()
    yield* scheduler.run()
  })
  return {
    stop() {
      informers.stop()
      world.tasks.crash(workOf(client))
    },
  }
}

/** Owns the tasks of one term in office; the election goes on without them. */
function workOf(client: Client): string {
  return `${client.place}/scheduling`
}

class Scheduler {
  readonly cache = new SchedulerCache()
  readonly queue: SchedulingQueue
  private readonly framework: Framework
  private readonly handle: Handle
  private readonly world: World
  private readonly client: Client
  private readonly recorder: ActionRecorder
  private readonly random: Random
  private readonly nominator = new Nominator()

  constructor(deps: SchedulerDeps, informers: Informers) {
    const { world, client } = deps
    this.world = world
    this.client = client
    this.random = world.random.split('kube-scheduler')
    this.recorder = createActionRecorder(client, {
      controller: SCHEDULER_NAME,
      instance: `${SCHEDULER_NAME}-${deps.hostname}`,
    })
    const namespaces = informers.for('Namespace')
    this.handle = {
      world,
      client,
      cache: this.cache,
      informer: (kind) => informers.for(kind),
      labelsOfNamespace: (name) => namespaces.get('', name)?.metadata.labels,
    }
    for (const kind of ['Service', 'ReplicaSet', 'StatefulSet', 'ReplicationController'] as const) {
      informers.for(kind)
    }
    informers.for('PodDisruptionBudget')
    const plugins = DEFAULT_PROFILE.map((e) => ({ plugin: e.make(this.handle), weight: e.weight }))
    this.framework = new Framework(plugins, this.random, (node, pod) =>
      this.nominator.on(node, pod),
    )
    this.queue = new SchedulingQueue(
      world,
      client.place,
      plugins.map((p) => p.plugin),
      (pod) => this.framework.preEnqueue(pod),
    )
    watchCluster({
      informers,
      cache: this.cache,
      queue: this.queue,
      nominator: this.nominator,
      schedulerName: SCHEDULER_NAME,
    })
  }

  *run(): Task<void> {
    for (;;) {
      const q = yield* this.queue.pop()
      this.world.trace.current = q.cause
      this.scheduleOne(q)
    }
  }

  /** One scheduling cycle; runs without interruption. What has to wait goes to a task of its own. */
  private scheduleOne(q: QueuedPod): void {
    const pod = q.info
    if (pod.pod.metadata.deletionTimestamp) {
      const text = `skip schedule deleting pod: ${pod.key}`
      this.recorder.event(target(pod.pod), 'Warning', 'FailedScheduling', 'Scheduling', text)
      return
    }
    if (this.cache.nodeOf(pod.key) !== undefined) return
    const movesAtStart = this.queue.moves
    const nodes = this.cache.list()
    const state = new CycleState()
    const nominated = this.cache.nodes.get(this.nominator.nodeOf(pod.key) ?? '')
    const found = this.framework.findFeasible(state, pod, nodes, nominated?.node && nominated)
    if (found.feasible.length === 0) {
      this.refuse(q, state, found.diagnosis, nodes.length, movesAtStart)
      return
    }
    const chosen = this.choose(state, pod, found)
    this.cache.assume(pod, chosen.name)
    this.nominator.remove(pod.key)
    for (const { plugin } of this.framework.plugins) plugin.reserve?.(state, pod, chosen)
    const self = this
    spawn(this.world, workOf(this.client), 'bind', function* () {
      yield* self.bindingCycle(q, state, chosen)
    })
  }

  private choose(
    state: CycleState,
    pod: PodInfo,
    found: { feasible: readonly NodeInfo[]; diagnosis: Diagnosis },
  ): NodeInfo {
    const { feasible, diagnosis } = found
    const one = feasible.length === 1
    const scores = one ? undefined : this.framework.score(state, pod, feasible)
    const chosen = scores
      ? this.framework.selectHost(feasible, scores.totals)
      : (feasible[0] as NodeInfo)
    const { trace } = this.world
    trace.current = trace.record({
      owner: this.client.place,
      verb: 'decide',
      about: referTo(pod.pod),
      text: `scheduled to ${chosen.name}`,
      detail: decisionDetail(this.cache.list(), feasible, diagnosis, scores, chosen),
    })
    return chosen
  }

  private *bindingCycle(q: QueuedPod, state: CycleState, node: NodeInfo): Task<void> {
    const pod = q.info.pod
    try {
      for (const { plugin } of this.framework.plugins) {
        const v = plugin.preBind && (yield* plugin.preBind(state, q.info, node))
        if (v) {
          this.undo(q, state)
          yield* this.report(q, v.reasons.join(', '), 'SchedulerError', undefined)
          return
        }
      }
      yield* bind(this.client, pod, node.name)
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof WireError)) throw error
      this.undo(q, state)
      // A pod that is gone, or bound by somebody else, needs no more of us.
      if (isReason(error, 'NotFound')) return
      yield* this.report(q, `binding rejected: ${error.message}`, 'SchedulerError', undefined)
      return
    }
    const text = `Successfully assigned ${q.info.key} to ${node.name}`
    this.recorder.event(target(pod), 'Normal', 'Scheduled', 'Binding', text)
  }

  private undo(q: QueuedPod, state: CycleState): void {
    for (const { plugin } of this.framework.plugins) plugin.unreserve?.(state, q.info)
    this.cache.forget(q.info.key)
    this.queue.addUnschedulable(q, new Set(), this.queue.moves)
  }

  private refuse(
    q: QueuedPod,
    state: CycleState,
    diagnosis: Diagnosis,
    nodes: number,
    movesAtStart: number,
  ): void {
    const { after, candidate } = this.postFilter(q.info, state, diagnosis, nodes)
    const preFilter = diagnosis.preFilter?.verdict.reasons.join(', ')
    const verdicts = [...diagnosis.refused.values()].map((r) => r.verdict)
    const message = fitError(nodes, verdicts, {
      ...(preFilter ? { preFilter } : {}),
      ...(after ? { after } : {}),
    })
    const { trace } = this.world
    trace.current = trace.record({
      owner: this.client.place,
      verb: 'decide',
      about: referTo(q.info.pod),
      text: candidate ? `preempts ${describeVictims(candidate)}` : message,
      detail: decisionDetail(this.cache.list(), [], diagnosis, undefined, undefined),
    })
    if (candidate) this.nominator.add(q.info, candidate.node.name)
    this.queue.addUnschedulable(q, diagnosis.plugins, movesAtStart)
    const self = this
    spawn(this.world, workOf(this.client), 'report', function* () {
      yield* self.report(q, message, 'Unschedulable', candidate)
    })
  }

  /** What comes after the reasons: claims of devices first, which end the chain early, then preemption. */
  private postFilter(
    pod: PodInfo,
    state: CycleState,
    diagnosis: Diagnosis,
    nodes: number,
  ): { after?: string; candidate?: Candidate } {
    if (nodes === 0) return {}
    if (diagnosis.preFilter) return { after: 'not found' }
    const { handle, framework, random } = this
    const result = planPreemption(handle, framework, state, pod, diagnosis, random)
    if ('candidate' in result) return { candidate: result.candidate }
    return { after: `no new claims to deallocate, ${result.message}` }
  }

  private *report(
    q: QueuedPod,
    message: string,
    reason: string,
    candidate: Candidate | undefined,
  ): Task<void> {
    const pod = q.info.pod
    this.recorder.event(target(pod), 'Warning', 'FailedScheduling', 'Scheduling', message)
    try {
      yield* this.patchCondition(pod, message, reason, candidate?.node.name)
      if (candidate) yield* this.evict(pod, candidate)
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof WireError)) throw error
    }
    if (candidate) this.queue.activateNow(q.info.key)
  }

  private *patchCondition(
    pod: Pod,
    message: string,
    reason: string,
    nominated: string | undefined,
  ): Task<void> {
    const old = pod.status?.conditions?.find((c) => c.type === 'PodScheduled')
    const same = old?.status === 'False' && old.reason === reason && old.message === message
    if (same && (nominated === undefined || pod.status?.nominatedNodeName === nominated)) return
    const changed = old?.status !== 'False'
    const now = formatTime(this.world.clock.unixMs)
    const { generation } = pod.metadata
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      ...(generation ? { observedGeneration: generation } : {}),
      lastTransitionTime: changed ? now : old?.lastTransitionTime,
      lastProbeTime: null,
    }
    const status = {
      conditions: [condition],
      ...(nominated === undefined ? {} : { nominatedNodeName: nominated }),
    }
    yield* this.client.patch('Pod', keyFor(pod), 'strategic', { status }, { subresource: 'status' })
  }

  private *evict(pod: Pod, candidate: Candidate): Task<void> {
    const now = formatTime(this.world.clock.unixMs)
    for (const victim of candidate.victims) {
      const v = victim.pod
      if (v.metadata.deletionTimestamp) continue
      try {
        const status = { conditions: [disruptionCondition(v, now)] }
        yield* this.client.patch('Pod', keyFor(v), 'strategic', { status }, STATUS)
        yield* this.client.delete('Pod', keyFor(v))
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
      const text = `Preempted by pod ${pod.metadata.uid} on node ${candidate.node.name}`
      this.recorder.event(target(v), 'Normal', 'Preempted', 'Preempting', text, target(pod))
    }
  }
}

const STATUS = { subresource: 'status' } as const

function keyFor(pod: Pod) {
  return { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' }
}

function target(pod: Pod): EventTarget {
  return { kind: 'Pod', apiVersion: 'v1', metadata: pod.metadata }
}

function referTo(pod: Pod) {
  const { namespace, name, uid } = pod.metadata
  return {
    kind: 'Pod',
    ...(namespace ? { namespace } : {}),
    name: name ?? '',
    ...(uid ? { uid } : {}),
  }
}
