/**
 * The kubelet: registers its node, renews its lease, reports status, and runs a worker for each pod bound to it.
 * @source pkg/kubelet/kubelet.go, kubelet_node_status.go
 */
import type {
  Container as ContainerSpec,
  LifecycleHandler,
  NodeStatus,
  Pod,
  PodStatus,
} from '../api/generated/types.ts'
import { deepEqual } from '../api/meta/json.ts'
import { ApiError, isReason } from '../api/meta/status.ts'
import type { Client } from '../client/client.ts'
import { createInformers, type Informer, type Informers } from '../client/informer.ts'
import { createRecorder, type EventTarget, type Recorder } from '../client/recorder.ts'
import type { Network } from '../network/network.ts'
import { type Container, ExecFailure } from '../runtime/container.ts'
import { emptyVolume, type Volume } from '../runtime/filesystem.ts'
import type { NodeRuntime } from '../runtime/runtime.ts'
import type { Millis } from '../sim/clock.ts'
import { sleep, spawn, type Task } from '../sim/task.ts'
import { WireError } from '../sim/wire.ts'
import type { World } from '../sim/world.ts'
import { ConfigError, type EnvSources } from './env.ts'
import { EvictionManager } from './eviction.ts'
import { type Machine, nodeLease, nodeStatus, registration } from './nodestatus.ts'
import { killWhileOutOfMemory } from './oom.ts'
import type { ContainerRecord, Eviction, PodRecord } from './podrecord.ts'
import { PodWorker } from './podworker.ts'
import { ResizeManager } from './resize.ts'
import { podStatus } from './status.ts'
import { configuration, type Disks, optional, type VolumeHost } from './volumes.ts'

/** Upstream's default timings. @unit ms */
export const KUBELET_TIMES = {
  leaseRenewMs: 10_000,
  statusUpdateMs: 10_000,
  statusReportMs: 300_000,
  networkReadyMs: 3000,
} as const

/** What the parts of a kubelet share. */
export interface KubeletContext {
  readonly world: World
  /** `node-1/kubelet`: trace owner and end of its wires. */
  readonly place: string
  readonly nodeName: string
  readonly client: Client
  readonly runtime: NodeRuntime
  readonly recorder: Recorder
  readonly volumeHost: VolumeHost
  target(pod: Pod): EventTarget
  emptyVolume(): Volume
  envSources(pod: Pod, c: ContainerSpec, podIp: string): Task<EnvSources>
  /** Sends the pod's status when it changed. */
  report(record: PodRecord): Task<void>
  /** Removes the object of a pod whose containers have all ended. */
  finalize(record: PodRecord): Task<void>
  /** Runs a lifecycle hook. @returns why it failed */
  runHook(
    record: PodRecord,
    c: ContainerRecord,
    container: Container,
    hook: LifecycleHandler,
  ): Task<string | undefined>
  after(ms: Millis, f: () => void): void
  wakePod(uid: string): void
  /** The spec of a pod may have changed. */
  podChanged(record: PodRecord): void
  /** A pod has ended, or needs less. */
  roomMade(): void
  /** Attachable volumes came into use or went out of it; the node is to say so. */
  volumesChanged(): void
  /** A container uses more or less memory than before. */
  memoryChanged(): void
}

/** What a kubelet is started with. */
export interface KubeletOptions {
  readonly world: World
  readonly client: Client
  readonly network: Network
  readonly runtime: NodeRuntime
  readonly machine: Machine
  readonly disks: Disks
}

/** A running kubelet. */
export class Kubelet implements KubeletContext {
  readonly world: World
  readonly place: string
  readonly nodeName: string
  readonly client: Client
  readonly runtime: NodeRuntime
  readonly recorder: Recorder
  readonly volumeHost: VolumeHost
  readonly workers = new Map<string, PodWorker>()
  private readonly machine: Machine
  readonly capacity: ReadonlyMap<string, number>
  private readonly eviction: EvictionManager
  private readonly resizes = new ResizeManager(this)
  private informers: Informers
  private readonly pods: Informer<Pod>
  private networkReady = false
  private lastReport: Millis = 0
  private stopped = false

  constructor(options: KubeletOptions) {
    const { world, machine, client } = options
    this.world = world
    this.client = client
    this.machine = machine
    this.nodeName = machine.name
    this.place = client.place
    this.runtime = options.runtime
    this.recorder = createRecorder(client, { component: 'kubelet', host: machine.name })
    this.informers = createInformers(client)
    this.volumeHost = {
      node: machine.name,
      client,
      disks: options.disks,
      hostIp: machine.ip,
      allocatable: { cpuMillis: machine.cpuMillis, memoryBytes: machine.memoryBytes },
    }
    this.pods = this.informers.for('Pod', { fieldSelector: `spec.nodeName=${machine.name}` })
    this.pods.on({
      added: (pod) => this.admit(pod),
      updated: (_old, pod) => this.admit(pod),
      deleted: (pod) => this.forget(pod),
    })
    spawn(world, this.place, 'node status', () => this.keepNode())
    spawn(world, this.place, 'lease', () => this.keepLease())
    this.capacity = new Map([
      ['cpu', machine.cpuMillis],
      ['memory', machine.memoryBytes],
    ])
    this.eviction = new EvictionManager(this)
    spawn(world, this.place, 'eviction', () => this.eviction.run())
  }

  /** Ends the process without a word (power lost). Its containers end with the machine. */
  crash(): void {
    this.stopped = true
    this.informers.stop()
    for (const w of this.workers.values()) w.abandon()
    this.workers.clear()
  }

  worker(namespace: string, name: string): PodWorker | undefined {
    for (const w of this.workers.values()) {
      const { metadata } = w.record.pod
      if (metadata.namespace === namespace && metadata.name === name) return w
    }
    return undefined
  }

  private admit(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    const known = this.workers.get(uid)
    if (known) {
      known.update(pod)
      return
    }
    const phase = pod.status?.phase
    const done = phase === 'Succeeded' || phase === 'Failed'
    if (done && !pod.metadata.deletionTimestamp) return
    const worker = new PodWorker(this, pod)
    this.workers.set(uid, worker)
    const why = phase === undefined || phase === 'Pending' ? this.eviction.refuses(pod) : undefined
    if (why === undefined) return
    this.recorder.event(this.target(pod), 'Warning', 'Evicted', why)
    worker.evict({ reason: 'Evicted', message: `Pod was rejected: ${why}` })
  }

  private forget(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    const worker = this.workers.get(uid)
    if (!worker) return
    worker.abandon()
    this.workers.delete(uid)
    this.roomMade()
  }

  wakePod(uid: string): void {
    this.workers.get(uid)?.poke()
  }

  get capacityBytes(): number {
    return this.machine.memoryBytes
  }

  records(): PodRecord[] {
    return [...this.workers.values()].map((w) => w.record)
  }

  evict(record: PodRecord, eviction: Eviction): void {
    this.workers.get(record.uid)?.evict(eviction)
  }

  podChanged(record: PodRecord): void {
    this.resizes.changed(record)
  }

  roomMade(): void {
    this.resizes.retry()
  }

  volumesChanged(): void {
    this.after(0, () => spawn(this.world, this.place, 'node status', () => this.updateNode()))
  }

  private volumesInUse(): string[] {
    return [...new Set([...this.workers.values()].flatMap((w) => [...w.uses]))].sort()
  }

  memoryChanged(): void {
    if (this.stopped) return
    const { recorder, capacityBytes } = this
    killWhileOutOfMemory(this.records(), capacityBytes, recorder, this.nodeTarget())
  }

  after(ms: Millis, run: () => void): void {
    const { clock, trace } = this.world
    const guarded = () => {
      if (!this.stopped) run()
    }
    clock.at(
      clock.now + ms,
      { owner: this.place, label: 'later', cause: trace.current, run: guarded },
      ms > 20_000,
    )
  }

  target(pod: Pod): EventTarget {
    return { kind: 'Pod', apiVersion: 'v1', metadata: pod.metadata }
  }

  emptyVolume(): Volume {
    return emptyVolume()
  }

  *envSources(pod: Pod, c: ContainerSpec, podIp: string): Task<EnvSources> {
    const namespace = pod.metadata.namespace ?? ''
    const { client } = this
    const configMaps = new Map()
    const secrets = new Map()
    const fail = (message: string) => new ConfigError(message)
    for (const name of namesOf(c, 'configMap')) {
      const call = client.get('ConfigMap', { namespace, name })
      configMaps.set(name, yield* configuration(call, 'configmap', fail))
    }
    for (const name of namesOf(c, 'secret')) {
      const call = client.get('Secret', { namespace, name })
      secrets.set(name, yield* configuration(call, 'secret', fail))
    }
    const services = this.informers.for('Service')
    yield* services.whenSynced()
    return {
      configMap: (name) => configMaps.get(name),
      secret: (name) => secrets.get(name),
      services: [
        ...services.list('default'),
        ...(namespace === 'default' ? [] : services.list(namespace)),
      ],
      hostIp: this.machine.ip,
      podIp,
      allocatable: this.volumeHost.allocatable,
    }
  }

  *report(record: PodRecord): Task<void> {
    const { pod } = record
    const { clock } = this.world
    const status = podStatus(record, {
      ip: this.machine.ip,
      epochMs: clock.epochMs,
      nowMs: clock.unixMs,
    })
    const patch = statusPatch(pod.status, status)
    if (!patch) return
    const key = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' }
    try {
      const body = { metadata: { uid: record.uid }, status: patch }
      const updated = yield* this.client.patch('Pod', key, 'strategic', body, {
        subresource: 'status',
      })
      // The watch may already have brought something newer.
      if (Number(updated.metadata.resourceVersion) > Number(record.pod.metadata.resourceVersion))
        record.pod = updated
    } catch (e) {
      if (e instanceof WireError || (e instanceof ApiError && e.code >= 500)) {
        this.after(1000, () => this.wakePod(record.uid))
        return
      }
      if (!isReason(e, 'NotFound') && !isReason(e, 'Conflict') && !isReason(e, 'Invalid')) throw e
    }
  }

  *finalize(record: PodRecord): Task<void> {
    const key = {
      namespace: record.pod.metadata.namespace ?? '',
      name: record.pod.metadata.name ?? '',
    }
    for (;;) {
      try {
        return yield* this.client.delete('Pod', key, {
          gracePeriodSeconds: 0,
          preconditions: { uid: record.uid },
        })
      } catch (e) {
        if (isReason(e, 'NotFound') || isReason(e, 'Conflict')) return
        if (!(e instanceof WireError) && !(e instanceof ApiError)) throw e
        yield* sleep(this.world, this.place, 2000, { label: 'retry delete' })
      }
    }
  }

  *runHook(
    record: PodRecord,
    c: ContainerRecord,
    container: Container,
    hook: LifecycleHandler,
  ): Task<string | undefined> {
    if (hook.sleep) {
      yield* sleep(this.world, this.place, hook.sleep.seconds * 1000, { label: 'hook' })
      return undefined
    }
    if (hook.exec) {
      let output = ''
      const collect = (t: string) => {
        output += t
      }
      try {
        const code = yield* container.run(hook.exec.command ?? [], {
          stdout: collect,
          stderr: collect,
        })
        return code === 0
          ? undefined
          : `Exec lifecycle hook (${JSON.stringify(hook.exec.command)}) for Container "${c.spec.name}" failed: ${output}`
      } catch (e) {
        if (e instanceof ExecFailure) return e.message
        throw e
      }
    }
    const get = hook.httpGet
    if (!get) return undefined
    const ip = get.host ?? record.sandbox?.ip ?? ''
    const port =
      typeof get.port === 'number'
        ? get.port
        : (c.spec.ports?.find((p) => p.name === get.port)?.containerPort ?? 0)
    const source = { place: this.place, ip: this.machine.ip, node: this.nodeName, namespace: '' }
    const walk = yield* this.runtime.network.request(source, {
      host: ip,
      port,
      path: get.path ?? '/',
    })
    return walk.result.ok && walk.result.response.status < 400 ? undefined : 'request failed'
  }

  private *keepNode(): Task<void> {
    const { clock } = this.world
    yield* this.register()
    for (;;) {
      yield* this.updateNode()
      const wait = this.networkReady ? KUBELET_TIMES.statusUpdateMs : 500
      yield* sleep(this.world, this.place, wait, {
        background: this.networkReady,
        label: 'node status',
      })
      this.networkReady ||=
        clock.now >= KUBELET_TIMES.networkReadyMs && this.runtime.podPrefix !== ''
    }
  }

  private *register(): Task<void> {
    const body = registration(this.machine, this.runtime, this.world.clock.unixMs, {
      networkReady: false,
      memoryPressure: false,
    })
    for (;;) {
      try {
        yield* this.client.create('Node', body)
        break
      } catch (e) {
        if (isReason(e, 'AlreadyExists')) break
        if (!(e instanceof WireError) && !(e instanceof ApiError)) throw e
        yield* sleep(this.world, this.place, 1000, { label: 'register' })
      }
    }
    this.recorder.event(this.nodeTarget(), 'Normal', 'Starting', 'Starting kubelet.')
  }

  nodeTarget(): EventTarget {
    return {
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { name: this.machine.name, uid: this.machine.name },
    }
  }

  private *updateNode(): Task<void> {
    const { clock } = this.world
    try {
      const node = yield* optional(
        this.client.get('Node', { namespace: '', name: this.machine.name }),
      )
      if (!node) {
        yield* this.register()
        return
      }
      if (this.runtime.podPrefix === '' && node.spec?.podCIDR) {
        this.runtime.podPrefix = node.spec.podCIDR.split('.').slice(0, 3).join('.')
      }
      const next = nodeStatus(node, this.machine, this.runtime, clock.unixMs, {
        networkReady: this.networkReady,
        memoryPressure: this.eviction.underPressure,
        volumesInUse: this.volumesInUse(),
      })
      const due =
        clock.now - this.lastReport >= KUBELET_TIMES.statusReportMs || this.lastReport === 0
      if (!next.changed && !due) return
      this.lastReport = clock.now
      yield* this.client.patch(
        'Node',
        { namespace: '', name: this.machine.name },
        'strategic',
        { status: next.status },
        { subresource: 'status' },
      )
      for (const reason of turns(node.status?.conditions, next.status.conditions)) {
        const message = `Node ${this.machine.name} status is now: ${reason}`
        this.recorder.event(this.nodeTarget(), 'Normal', reason, message)
      }
    } catch (e) {
      if (!(e instanceof WireError) && !(e instanceof ApiError)) throw e
    }
  }

  private *keepLease(): Task<void> {
    const { client, world, place, machine } = this
    const key = { namespace: 'kube-node-lease', name: machine.name }
    for (;;) {
      try {
        const node = yield* optional(client.get('Node', { namespace: '', name: machine.name }))
        const known = yield* optional(client.get('Lease', key))
        const lease = nodeLease(machine, node, known, world.clock.unixMs)
        if (known) yield* client.update('Lease', lease)
        else yield* client.create('Lease', lease)
      } catch (e) {
        if (!(e instanceof WireError) && !(e instanceof ApiError)) throw e
        yield* sleep(world, place, 1000, { background: true, label: 'lease retry' })
        continue
      }
      yield* sleep(world, place, KUBELET_TIMES.leaseRenewMs, { background: true, label: 'lease' })
    }
  }
}

/** Which Events a change of conditions is told by. @source pkg/kubelet/nodestatus/setters.go */
function turns(old: NodeStatus['conditions'], next: NodeStatus['conditions']): string[] {
  const of = (list: NodeStatus['conditions'], type: string) =>
    list?.find((c) => c.type === type)?.status
  const reasons: string[] = []
  if (of(next, 'Ready') === 'True' && of(old, 'Ready') !== 'True') reasons.push('NodeReady')
  const pressed = of(next, 'MemoryPressure')
  if (of(old, 'MemoryPressure') !== undefined && of(old, 'MemoryPressure') !== pressed)
    reasons.push(pressed === 'True' ? 'NodeHasInsufficientMemory' : 'NodeHasSufficientMemory')
  return reasons
}

type Conditions = PodStatus['conditions']

/** Conditions merge by type, field by field: what a condition no longer says must be taken out by name. */
function withRemovals(old: Conditions, next: Conditions): unknown[] {
  const removed = (old ?? [])
    .filter((o) => !next?.some((c) => c.type === o.type))
    .map((o) => ({ type: o.type, $patch: 'delete' }))
  const kept = (next ?? []).map((c) => {
    const before = old?.find((o) => o.type === c.type)
    const gone = Object.keys(before ?? {}).filter((k) => !(k in c))
    return { ...c, ...Object.fromEntries(gone.map((k) => [k, null])) }
  })
  return [...kept, ...removed]
}

/** What changed, as a strategic merge patch of status; undefined when nothing did. */
export function statusPatch(
  old: PodStatus | undefined,
  next: PodStatus,
): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {}
  const before = (old ?? {}) as Record<string, unknown>
  const after = next as Record<string, unknown>
  for (const key of Object.keys({ ...before, ...after })) {
    if (key === 'nominatedNodeName' || key === 'resize' || key === 'resourceClaimStatuses') continue
    if (after[key] === undefined) patch[key] = null
    else if (!deepEqual(before[key], after[key])) {
      patch[key] =
        key === 'conditions' ? withRemovals(old?.conditions, next.conditions) : after[key]
    }
  }
  return Object.keys(patch).length > 0 ? patch : undefined
}

function namesOf(c: ContainerSpec, kind: 'configMap' | 'secret'): string[] {
  const names = new Set<string>()
  for (const f of c.envFrom ?? []) {
    const name = kind === 'configMap' ? f.configMapRef?.name : f.secretRef?.name
    if (name) names.add(name)
  }
  for (const e of c.env ?? []) {
    const name =
      kind === 'configMap' ? e.valueFrom?.configMapKeyRef?.name : e.valueFrom?.secretKeyRef?.name
    if (name) names.add(name)
  }
  return [...names]
}
