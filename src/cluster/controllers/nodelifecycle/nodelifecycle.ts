/**
 * Watches over nodes: one that falls silent is marked Unknown and tainted, and its pods are marked not ready.
 * @source pkg/controller/nodelifecycle/node_lifecycle_controller.go, scheduler/rate_limited_queue.go
 */
import type { Lease, Node, Pod } from '../../api/generated/types.ts'
import { isReason } from '../../api/meta/status.ts'
import { parseTime } from '../../api/meta/time.ts'
import type { EventTarget, Recorder } from '../../client/recorder.ts'
import { spawn, type Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  defineController,
  every,
  isOperational,
  nowOf,
  refTo,
  startLoop,
  targetOf,
} from '../framework.ts'
import { BY_NODE, podInformer } from '../podcontrol.ts'
import {
  evictionPause,
  heartbeatsOf,
  type NodeHealth,
  readyOf,
  unknownConditions,
  withConditionTaints,
  withExecuteTaint,
  type ZoneState,
  zoneOf,
  zoneState,
} from './health.ts'

const LEASES = 'kube-node-lease'
/** How soon after a look nodes are tainted for eviction. */
const EVICTION_PERIOD_MS = 100

/** The node lifecycle controller. */
export const nodelifecycle = defineController({
  name: 'node-lifecycle-controller',
  account: 'node-controller',
  start: (c) => new Lifecycle(c).start(),
})

class Lifecycle {
  private readonly health = new Map<string, NodeHealth>()
  private readonly registered = new Map<string, string>()
  private readonly recorder: Recorder
  private readonly nodes
  private readonly leases
  private readonly pods
  /** Nodes to taint for eviction, by zone, and when a zone may go on. */
  private readonly toTaint = new Map<string, { names: Set<string>; nextAt: number }>()
  private tainting = false

  constructor(private readonly c: ControllerContext) {
    this.recorder = c.recorder('node-controller')
    this.nodes = c.informers.for('Node')
    this.leases = c.informers.for('Lease')
    this.pods = podInformer(c)
  }

  start(): void {
    const { c } = this
    const queue = startLoop({
      context: c,
      kind: 'Node',
      label: 'node conditions',
      workers: 8,
      reconcile: (name) => this.followConditions(name),
    })
    this.nodes.on({
      added: (n) => queue.add(n.metadata.name ?? ''),
      updated: (old, n) => {
        if (
          old.spec !== n.spec ||
          old.status?.conditions !== n.status?.conditions ||
          old.metadata.labels !== n.metadata.labels
        ) {
          queue.add(n.metadata.name ?? '')
        }
      },
    })
    every(c, 'monitor nodes', c.flags.nodeMonitorPeriodMs, () => this.monitor(), { atOnce: true })
  }

  /** NoSchedule taints and derived labels follow the node's conditions. */
  private *followConditions(name: string): Task<void> {
    const node = this.nodes.get('', name)
    if (!node) return
    const taints = withConditionTaints(node, nowOf(this.c))
    if (taints) yield* this.patch(node, { spec: { taints } })
    const labels = betaLabels(node)
    if (labels) yield* this.patch(node, { metadata: { labels } })
  }

  private *patch(node: Node, body: object): Task<void> {
    // Lists are replaced as a whole, guarded by the version they were read at.
    const { resourceVersion } = node.metadata
    const metadata = 'spec' in body ? { resourceVersion } : {}
    const merged = {
      ...body,
      metadata: { ...metadata, ...('metadata' in body ? (body.metadata as object) : {}) },
    }
    try {
      yield* this.c.client.patch('Node', callKey(node), 'merge', merged)
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }

  private *monitor(): Task<void> {
    this.noteComingsAndGoings()
    const states = new Map<string, { ready: number; notReady: number }>()
    for (const node of [...this.nodes.list()]) {
      try {
        const now = yield* this.look(node)
        const zone = states.get(zoneOf(now)) ?? { ready: 0, notReady: 0 }
        states.set(zoneOf(now), zone)
        if (readyOf(now)?.status === 'True') zone.ready++
        else if (readyOf(now)) zone.notReady++
        yield* this.planEviction(now)
      } catch (error) {
        if (!isOperational(error)) throw error
      }
    }
    this.scheduleTainting(states)
  }

  private noteComingsAndGoings(): void {
    for (const node of this.nodes.list()) {
      const name = node.metadata.name ?? ''
      if (this.registered.has(name)) continue
      this.registered.set(name, node.metadata.uid ?? '')
      const text = `Node ${name} event: Registered Node ${name} in Controller`
      this.recorder.event(aboutNode(name, node.metadata.uid), 'Normal', 'RegisteredNode', text)
    }
    for (const [name, uid] of [...this.registered]) {
      if (this.nodes.get('', name)) continue
      this.registered.delete(name)
      const text = `Node ${name} event: Removing Node ${name} from Controller`
      this.recorder.event(aboutNode(name, uid), 'Normal', 'RemovingNode', text)
    }
  }

  /** @returns the node as it is after the look */
  private *look(node: Node): Task<Node> {
    const { c } = this
    const before = readyOf(node)
    const silentMs = c.world.clock.now - this.probe(node)
    const grace = before ? c.flags.nodeMonitorGracePeriodMs : c.flags.nodeStartupGracePeriodMs
    if (silentMs <= grace) {
      yield* this.afterLook(node, before?.status)
      return node
    }
    const conditions = unknownConditions(node, nowOf(c))
    if (!conditions) {
      yield* this.afterLook(node, before?.status)
      return node
    }
    const seconds = Math.floor(grace / 1000)
    decide(
      c,
      refTo('Node', node),
      `${node.metadata.name} has not renewed its lease for ${seconds} s`,
      {
        silentSeconds: Math.floor(silentMs / 1000),
        graceSeconds: seconds,
      },
    )
    const status = { ...node.status, conditions }
    const next = yield* c.client.updateStatus('Node', { ...node, status })
    const h = this.health.get(node.metadata.name ?? '')
    if (h) {
      h.ready = readyOf(next)
      h.heartbeats = heartbeatsOf(next)
    }
    yield* this.afterLook(next, before?.status)
    return next
  }

  /** Notes every sign of life. @returns when the last one came, in virtual ms */
  private probe(node: Node): number {
    const name = node.metadata.name ?? ''
    const { clock } = this.c.world
    const lease: Lease | undefined = this.leases.get(LEASES, name)
    const renewTime = lease?.spec?.renewTime
    const heartbeats = heartbeatsOf(node)
    const known = this.health.get(name)
    if (!known) {
      const ready = readyOf(node)
      const created = (parseTime(node.metadata.creationTimestamp) ?? clock.unixMs) - clock.epochMs
      const probedAt = ready ? clock.now : created
      this.health.set(name, { probedAt, ready, heartbeats, renewTime })
      return probedAt
    }
    const posted = heartbeats !== known.heartbeats
    const renewed = renewTime !== undefined && renewTime !== known.renewTime
    if (posted || renewed) known.probedAt = clock.now
    known.heartbeats = heartbeats
    known.renewTime = renewTime ?? known.renewTime
    known.ready = readyOf(node)
    return known.probedAt
  }

  private *afterLook(node: Node, before: string | undefined): Task<void> {
    const now = readyOf(node)?.status
    if (now === undefined || now === 'True') return
    if (before === 'True') {
      const text = `Node ${node.metadata.name} status is now: NodeNotReady`
      const { name, uid } = node.metadata
      this.recorder.event(aboutNode(name, uid), 'Normal', 'NodeNotReady', text)
    }
    for (const pod of [...this.pods.by(BY_NODE, node.metadata.name ?? '')]) {
      yield* this.markNotReady(pod, node)
    }
  }

  private *markNotReady(pod: Pod, node: Node): Task<void> {
    const conditions = pod.status?.conditions
    const i = conditions?.findIndex((c) => c.type === 'Ready') ?? -1
    const ready = conditions?.[i]
    if (!conditions || ready?.status !== 'True' || pod.spec?.nodeName !== node.metadata.name) return
    const next = [...conditions]
    next[i] = { ...ready, status: 'False', lastTransitionTime: nowOf(this.c) }
    try {
      yield* this.c.client.updateStatus('Pod', {
        ...pod,
        status: { ...pod.status, conditions: next },
      })
    } catch (error) {
      if (isReason(error, 'NotFound')) return
      throw error
    }
    this.recorder.event(targetOf('Pod', pod), 'Warning', 'NodeNotReady', 'Node is not ready')
  }

  private *planEviction(node: Node): Task<void> {
    const taints = withExecuteTaint(node, nowOf(this.c))
    const name = node.metadata.name ?? ''
    const zone = zoneOf(node)
    if (!taints) {
      this.toTaint.get(zone)?.names.delete(name)
      return
    }
    if (readyOf(node)?.status === 'True' || hasExecuteTaint(node)) {
      this.toTaint.get(zone)?.names.delete(name)
      const fresh = this.nodes.get('', name) ?? node
      const right = withExecuteTaint(fresh, nowOf(this.c))
      if (right) yield* this.patch(fresh, { spec: { taints: right } })
      return
    }
    const queue = this.toTaint.get(zone) ?? { names: new Set(), nextAt: 0 }
    queue.names.add(name)
    this.toTaint.set(zone, queue)
  }

  /** Zones are emptied slowly, and not at all when everything seems lost: then the fault is likely ours. */
  private scheduleTainting(counts: ReadonlyMap<string, { ready: number; notReady: number }>): void {
    if (this.tainting || [...this.toTaint.values()].every((q) => q.names.size === 0)) return
    const states = new Map<string, ZoneState>()
    for (const [zone, n] of counts) states.set(zone, zoneState(n.ready, n.notReady))
    const known = [...counts].filter(([, n]) => n.ready + n.notReady > 0)
    if (known.every(([zone]) => states.get(zone) === 'FullDisruption')) return
    this.tainting = true
    const self = this
    const { clock } = this.c.world
    const run = () => {
      spawn(this.c.world, this.c.owner, 'taint nodes', function* () {
        try {
          yield* self.taintZones(states)
        } catch (error) {
          if (!isOperational(error)) throw error
        }
        self.tainting = false
      })
    }
    const step = {
      owner: this.c.owner,
      label: 'taint nodes',
      cause: this.c.world.trace.current,
      run,
    }
    clock.at(clock.now + EVICTION_PERIOD_MS, step)
  }

  private *taintZones(states: ReadonlyMap<string, ZoneState>): Task<void> {
    const { now } = this.c.world.clock
    for (const [zone, queue] of this.toTaint) {
      const pause = evictionPause(states.get(zone) ?? 'Normal', this.nodes.size)
      const [name] = queue.names
      if (pause === undefined || name === undefined || now < queue.nextAt) continue
      queue.names.delete(name)
      const node = this.nodes.get('', name)
      const taints = node && withExecuteTaint(node, nowOf(this.c))
      if (!node || !taints) continue
      queue.nextAt = now + pause
      yield* this.patch(node, { spec: { taints } })
    }
  }
}

function hasExecuteTaint(node: Node): boolean {
  const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
  return node.spec?.taints?.some((t) => t.effect === 'NoExecute' && keys.includes(t.key)) ?? false
}

/** The older os and arch labels are filled in from the stable ones. */
function betaLabels(node: Node): Record<string, string> | undefined {
  const labels = node.metadata.labels ?? {}
  const out: Record<string, string> = {}
  for (const name of ['os', 'arch']) {
    const value = labels[`kubernetes.io/${name}`]
    if (value !== undefined && labels[`beta.kubernetes.io/${name}`] !== value) {
      out[`beta.kubernetes.io/${name}`] = value
    }
  }
  return Object.keys(out).length > 0 ? out : undefined
}

/** Events name a node without its version. */
function aboutNode(name: string | undefined, uid: string | undefined): EventTarget {
  return { kind: 'Node', apiVersion: 'v1', metadata: { name: name ?? '', uid: uid ?? '' } }
}
