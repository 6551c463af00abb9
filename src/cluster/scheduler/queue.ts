/**
 * Pods that wait for a node: the active queue in order of priority, pods that back off after a failure, and pods that
 * cannot be scheduled until something changes in the cluster.
 * @source pkg/scheduler/backend/queue/scheduling_queue.go
 */
import type { Pod } from '../api/generated/types.ts'
import { type AnyObject, keyOf } from '../api/object.ts'
import type { CauseId, Millis, Timer } from '../sim/clock.ts'
import { Signal, type Task, turn } from '../sim/task.ts'
import type { World } from '../sim/world.ts'
import type { ClusterEvent, ClusterResource, Plugin } from './framework/interface.ts'
import { PodInfo } from './framework/nodeinfo.ts'
import type { Refusal } from './framework/runtime.ts'
import { prioritySort } from './plugins/prioritysort.ts'

const BACKOFF_MIN_MS: Millis = 1000
const BACKOFF_MAX_MS: Millis = 10_000
/** A pod that nothing moved for so long is tried again anyway. */
const UNSCHEDULABLE_MAX_MS: Millis = 5 * 60_000
const FLUSH_MS: Millis = 30_000

/** A pod in the queue. */
export interface QueuedPod {
  info: PodInfo
  readonly priority: number
  readonly sequence: number
  timestamp: Millis
  attempts: number
  /** Plugins that refused it last time. */
  refusedBy: ReadonlySet<string>
  gated: boolean
  /** Backs off because of an error: waits out its time even when nobody else is in the queue. */
  errored: boolean
  cause: CauseId
}

/** Pods put aside, in the order in which they came, and found by the plugins that refused them. */
class Aside {
  private readonly pods = new Map<string, { q: QueuedPod; serial: number; by: readonly string[] }>()
  private readonly byPlugin = new Map<string, Map<string, QueuedPod>>()
  private serial = 0

  get size(): number {
    return this.pods.size
  }

  add(q: QueuedPod): void {
    this.delete(q.info.key)
    const by = [...q.refusedBy]
    this.pods.set(q.info.key, { q, serial: this.serial++, by })
    for (const plugin of by) {
      const set = this.byPlugin.get(plugin)
      if (set) set.set(q.info.key, q)
      else this.byPlugin.set(plugin, new Map([[q.info.key, q]]))
    }
  }

  delete(key: string): void {
    const entry = this.pods.get(key)
    if (!entry) return
    this.pods.delete(key)
    for (const plugin of entry.by) this.byPlugin.get(plugin)?.delete(key)
  }

  has(key: string): boolean {
    return this.pods.has(key)
  }

  get(key: string): QueuedPod | undefined {
    return this.pods.get(key)?.q
  }

  all(): QueuedPod[] {
    return Array.from(this.pods.values(), (e) => e.q)
  }

  /** Those that any of the plugins refused, first come first. */
  refusedBy(plugins: readonly string[]): readonly QueuedPod[] {
    const sets = plugins.flatMap((p) => {
      const set = this.byPlugin.get(p)
      return set?.size ? [set] : []
    })
    const [one, ...more] = sets
    if (!one) return []
    if (more.length === 0) return [...one.values()]
    const keys = new Set(sets.flatMap((s) => [...s.keys()]))
    return [...keys]
      .flatMap((k) => this.pods.get(k) ?? [])
      .sort((a, b) => a.serial - b.serial)
      .map((e) => e.q)
  }
}

/** The three queues. */
export class SchedulingQueue {
  private readonly active: QueuedPod[] = []
  private readonly backoff = new Map<string, QueuedPod>()
  private readonly unschedulable = new Aside()
  private readonly known = new Map<string, QueuedPod>()
  private readonly signal = new Signal()
  private readonly wants = new Map<ClusterResource, { plugin: string; event: ClusterEvent }[]>()
  private sequence = 0
  private backoffTimer: Timer | undefined
  private flushTimer: Timer | undefined
  /** Moves so far; a cycle that saw one happen may have missed its chance. */
  moves = 0

  constructor(
    private readonly world: World,
    private readonly owner: string,
    plugins: readonly Plugin[],
    private readonly preEnqueue: (pod: PodInfo) => Refusal | undefined,
  ) {
    for (const p of plugins) {
      for (const event of p.enqueueOn ?? []) {
        const list = this.wants.get(event.resource)
        const want = { plugin: p.name, event }
        if (list) list.push(want)
        else this.wants.set(event.resource, [want])
      }
    }
  }

  /** Takes in a new pod. */
  add(pod: Pod): void {
    const key = keyOf(pod)
    if (this.known.has(key)) return this.update(pod)
    const info = new PodInfo(pod)
    const q: QueuedPod = {
      info,
      priority: info.priority,
      sequence: this.sequence++,
      timestamp: this.world.clock.now,
      attempts: 0,
      refusedBy: NOBODY,
      gated: false,
      errored: false,
      cause: this.world.trace.current,
    }
    this.known.set(key, q)
    this.activate(q)
  }

  /** Takes a change to a waiting pod; only changes beyond its status may help it. */
  update(pod: Pod): void {
    const q = this.known.get(keyOf(pod))
    if (!q) return this.add(pod)
    const old = q.info.pod
    if (old.metadata.uid !== pod.metadata.uid) {
      this.remove(keyOf(old))
      return this.add(pod)
    }
    const changed = old.spec !== pod.spec || old.metadata.labels !== pod.metadata.labels
    q.info = changed ? new PodInfo(pod) : q.info
    q.info.pod = pod
    if (!changed || !this.unschedulable.has(q.info.key)) return
    q.cause = this.world.trace.current
    this.unschedulable.delete(q.info.key)
    if (this.isBackingOff(q) && !q.gated) this.enterBackoff(q)
    else this.activate(q)
  }

  remove(key: string): void {
    const q = this.known.get(key)
    if (!q) return
    this.known.delete(key)
    this.unschedulable.delete(key)
    this.backoff.delete(key)
    const at = this.active.indexOf(q)
    if (at >= 0) this.active.splice(at, 1)
  }

  get(key: string): QueuedPod | undefined {
    return this.known.get(key)
  }

  /** Waits for the next pod, which leaves the queue; each takes a step of its own. */
  *pop(): Task<QueuedPod> {
    for (;;) {
      while (this.active.length === 0 && !this.anyBackoff()) yield* this.signal.wait()
      yield* turn(this.world, this.owner, 'schedule')
      const q = this.take()
      if (q) {
        q.attempts++
        this.known.delete(q.info.key)
        return q
      }
    }
  }

  /** Puts a pod that was refused aside until something changes that its refusers care about. */
  addUnschedulable(q: QueuedPod, refusedBy: ReadonlySet<string>, movesAtStart: number): void {
    if (this.known.has(q.info.key)) return
    q.refusedBy = refusedBy
    q.errored = refusedBy.size === 0
    q.timestamp = this.world.clock.now
    this.known.set(q.info.key, q)
    // Something changed while the pod was in work: it may have been just what it needed.
    if (q.errored || this.moves !== movesAtStart) this.enterBackoff(q)
    else this.setAside(q)
  }

  /** True when any pod could care about changes at all; spares callers the work. */
  get hasWaiting(): boolean {
    return this.unschedulable.size > 0
  }

  /** Something changed in the cluster: pods that it may help come back. */
  moved(
    resource: ClusterResource,
    action: 'Add' | 'Update' | 'Delete',
    old: AnyObject | undefined,
    now: AnyObject | undefined,
  ): void {
    const wants = this.wants.get(resource)
    if (!wants) return
    this.moves++
    const asked = wants.filter((w) => w.event.actions.includes(action))
    const helps = (q: QueuedPod) =>
      asked.some((w) => q.refusedBy.has(w.plugin) && (w.event.helps?.(q.info, old, now) ?? true))
    for (const q of this.unschedulable.refusedBy(asked.map((w) => w.plugin))) {
      if (!q.gated && helps(q)) this.comeBack(q)
    }
  }

  /** Brings one pod back at once (its preemption has finished). */
  activateNow(key: string): void {
    const q = this.unschedulable.get(key) ?? this.backoff.get(key)
    if (!q) return
    this.unschedulable.delete(key)
    this.backoff.delete(key)
    q.cause = this.world.trace.current
    this.activate(q)
  }

  private comeBack(q: QueuedPod): void {
    this.unschedulable.delete(q.info.key)
    q.cause = this.world.trace.current
    if (this.isBackingOff(q)) this.enterBackoff(q)
    else this.activate(q)
  }

  private activate(q: QueuedPod): void {
    const refusal = this.preEnqueue(q.info)
    q.gated = refusal !== undefined
    if (refusal) {
      q.refusedBy = new Set([refusal.plugin])
      this.unschedulable.add(q)
      return
    }
    insert(this.active, q)
    this.signal.notify()
  }

  private setAside(q: QueuedPod): void {
    this.unschedulable.add(q)
    this.flushTimer ??= this.schedule(FLUSH_MS, 'flush unschedulable', () => {
      this.flushTimer = undefined
      this.flush()
    })
  }

  private flush(): void {
    const { now } = this.world.clock
    let left = false
    for (const q of this.unschedulable.all()) {
      if (q.gated) continue
      if (now - q.timestamp > UNSCHEDULABLE_MAX_MS) this.comeBack(q)
      else left = true
    }
    if (left) {
      this.flushTimer = this.schedule(FLUSH_MS, 'flush unschedulable', () => {
        this.flushTimer = undefined
        this.flush()
      })
    }
  }

  private schedule(ms: Millis, label: string, run: () => void): Timer {
    const { clock } = this.world
    return clock.at(clock.now + ms, { owner: this.owner, label, cause: 0, run }, true)
  }

  private enterBackoff(q: QueuedPod): void {
    this.backoff.set(q.info.key, q)
    if (q.errored) this.armBackoff()
    else this.signal.notify()
  }

  private armBackoff(): void {
    let first = Number.POSITIVE_INFINITY
    for (const q of this.backoff.values()) if (q.errored) first = Math.min(first, backoffEnd(q))
    if (first === Number.POSITIVE_INFINITY) return
    if (this.backoffTimer && this.backoffTimer.due <= first) return
    this.backoffTimer?.cancel()
    const { clock } = this.world
    const run = () => {
      this.backoffTimer = undefined
      for (const q of [...this.backoff.values()]) {
        if (!q.errored || this.isBackingOff(q)) continue
        this.backoff.delete(q.info.key)
        this.activate(q)
      }
      this.armBackoff()
    }
    const due = Math.max(clock.now, first)
    this.backoffTimer = clock.at(due, { owner: this.owner, label: 'backoff', cause: 0, run })
  }

  private isBackingOff(q: QueuedPod): boolean {
    return backoffEnd(q) > this.world.clock.now
  }

  private anyBackoff(): boolean {
    for (const q of this.backoff.values()) if (!q.errored) return true
    return false
  }

  /** With nobody in the active queue, pods that back off without an error need not wait. */
  private take(): QueuedPod | undefined {
    const q = this.active.shift()
    if (q) return q
    let best: QueuedPod | undefined
    for (const b of this.backoff.values()) {
      if (!b.errored && (!best || backoffEnd(b) < backoffEnd(best))) best = b
    }
    if (best) this.backoff.delete(best.info.key)
    return best
  }
}

const NOBODY: ReadonlySet<string> = new Set()

function backoffEnd(q: QueuedPod): Millis {
  if (q.attempts === 0) return q.timestamp
  const ms = BACKOFF_MIN_MS * (1 << Math.min(q.attempts - 1, 10))
  return q.timestamp + Math.min(ms, BACKOFF_MAX_MS)
}

/** The queue is kept sorted; most pods belong at its end. */
function insert(queue: QueuedPod[], q: QueuedPod): void {
  let low = 0
  let high = queue.length
  const last = queue[high - 1]
  if (!last || prioritySort(last, q) <= 0) {
    queue.push(q)
    return
  }
  while (low < high) {
    const middle = (low + high) >> 1
    if (prioritySort(queue[middle] as QueuedPod, q) <= 0) low = middle + 1
    else high = middle
  }
  queue.splice(low, 0, q)
}
