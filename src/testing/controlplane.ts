/**
 * A control plane for tests: world, store, API server, and machines that are not simulated further: a bound pod is Ready
 * after 200 ms, a finite one done 500 ms later (failed when its image, command or args say "fail"), a deleted one gone
 * within a second.
 */
import type { KindMap } from '../cluster/api/generated/kindmap.ts'
import type { Node, Pod } from '../cluster/api/generated/types.ts'
import { isReason } from '../cluster/api/meta/status.ts'
import { formatMicroTime, formatTime } from '../cluster/api/meta/time.ts'
import { keyOf } from '../cluster/api/object.ts'
import type { UserInfo } from '../cluster/api/transport.ts'
import { createApiServer } from '../cluster/apiserver/server.ts'
import { type Client, createClient, type Kind } from '../cluster/client/client.ts'
import { createInformers } from '../cluster/client/informer.ts'
import { createMvccStore } from '../cluster/etcd/mvcc.ts'
import { definitions } from '../cluster/kinds/index.ts'
import { spawn, type Task } from '../cluster/sim/task.ts'
import type { TraceRecord } from '../cluster/sim/trace.ts'
import { WireError } from '../cluster/sim/wire.ts'
import { createWorld, type World } from '../cluster/sim/world.ts'

/** A control plane under test. */
export interface ControlPlane {
  readonly world: World
  readonly client: Client
  /** A client of its own for a component. */
  clientFor(place: string, user: string, userAgent?: string): Client
  /** Runs a task to its end (other work goes on meanwhile) and returns its result. @throws what it throws */
  do<T>(body: (client: Client) => Task<T>): T
  /** Lets virtual time pass. */
  advance(ms: number): void
  /** Registers nodes node-1..node-n with 4 CPU, 8Gi and zones a, b, c in turn. */
  addNodes(n: number, shape?: { cpu?: string; memory?: string; pods?: string }): void
  /** Starts the stand-ins for kubelets. */
  startHollowKubelets(): void
  /** Stops the stand-in of a node: no leases, no pods started or ended there. */
  stopNode(name: string): void
  all<K extends Kind>(kind: K, namespace?: string): KindMap[K][]
  get<K extends Kind>(kind: K, namespace: string, name: string): KindMap[K]
  /** Writes since the last call (or a mark), as `owner verb resource name`. */
  flow(): string[]
  /** Events as `reason: message`, oldest first. */
  events(namespace?: string): string[]
}

const EPOCH_MS = Date.UTC(2026, 0, 1)

/** Makes a control plane with namespaces default, kube-system and kube-node-lease. */
export function createControlPlane(seed = 1): ControlPlane {
  const world = createWorld({ seed, epochMs: EPOCH_MS })
  const store = createMvccStore(world)
  const handler = createApiServer(world, { store, place: 'kube-apiserver', definitions })
  const clientFor = (place: string, user: string, userAgent = `${place}/v1.36.2`): Client => {
    const info: UserInfo = { name: user, groups: ['system:masters', 'system:authenticated'] }
    return createClient({ world, place, server: 'kube-apiserver', handler, user: info, userAgent })
  }
  const client = clientFor('kubectl', 'kubernetes-admin')
  const writes: TraceRecord[] = []
  world.trace.subscribe((r) => {
    if (r.verb === 'request') writes.push(r)
  })
  const hollow = new HollowKubelets(world, clientFor('kubelet', 'system:node'))

  const run = <T>(body: (client: Client) => Task<T>): T => {
    let result: { value: T } | { error: unknown } | undefined
    world.trace.current = 0
    spawn(world, 'kubectl', 'test', function* () {
      try {
        result = { value: yield* body(client) }
      } catch (error) {
        result = { error }
      }
    })
    const limit = world.clock.now + 600_000
    while (!result && world.clock.now < limit) {
      if (world.clock.run({ steps: 1, until: limit }) !== 'steps') break
    }
    if (!result) throw new Error('the task did not end')
    if ('error' in result) throw result.error
    return result.value
  }

  for (const name of ['default', 'kube-system', 'kube-node-lease']) {
    run(function* (c) {
      yield* c.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
      // Pods are refused without it; not every test runs the controller that makes it.
      const metadata = { name: 'default', namespace: name }
      yield* c.create('ServiceAccount', { apiVersion: 'v1', kind: 'ServiceAccount', metadata })
    })
  }

  return {
    world,
    client,
    clientFor,
    do: run,
    advance: (ms) => {
      world.clock.run({ until: world.clock.now + ms })
    },
    addNodes: (n, shape = {}) => run(() => hollow.register(n, shape)),
    startHollowKubelets: () => hollow.start(),
    stopNode: (name) => hollow.down.add(name),
    all: (kind, namespace) => [...run((c) => c.list(kind, namespace ? { namespace } : {})).items],
    get: (kind, namespace, name) => run((c) => c.get(kind, { namespace, name })),
    flow() {
      const lines = writes.splice(0).map(flowLine)
      return lines.filter((l) => !l.includes(' leases'))
    },
    events(namespace = 'default') {
      const items = run((c) => c.list('Event', { namespace })).items
      return items.map((e) => `${e.reason}: ${e.message}`)
    },
  }
}

function flowLine(r: TraceRecord): string {
  const owner = r.owner.slice(r.owner.lastIndexOf('/') + 1)
  const code = Number(r.detail?.code)
  return `${owner} ${r.text}${code >= 400 ? ` -> ${code}` : ''}`
}

class HollowKubelets {
  readonly down = new Set<string>()
  private readonly names = new Set<string>()
  private readonly phase = new Map<string, string>()
  private nextIp = 1

  constructor(
    private readonly world: World,
    private readonly client: Client,
  ) {}

  *register(n: number, shape: { cpu?: string; memory?: string; pods?: string }): Task<void> {
    for (let i = 0; i < n; i++) {
      const name = `node-${this.names.size + 1}`
      this.names.add(name)
      const node = this.node(name, i, shape)
      yield* this.client.create('Node', node)
      const { status } = node
      const key = { namespace: '', name }
      yield* this.client.patch('Node', key, 'strategic', { status }, { subresource: 'status' })
      // What the node lifecycle controller does for a ready node; not every test runs it.
      yield* this.client.patch('Node', key, 'merge', { spec: { taints: null } })
      yield* this.renew(name)
    }
  }

  start(): void {
    const informers = createInformers(this.client)
    informers.for('Pod').on({
      added: (p) => this.onPod(p),
      updated: (_old, p) => this.onPod(p),
      deleted: (p) => this.phase.delete(p.metadata.uid ?? ''),
    })
    const tick = () => {
      for (const name of this.names) {
        if (!this.down.has(name)) this.later(0, () => this.renew(name))
      }
      this.at(10_000, tick, true)
    }
    this.at(10_000, tick, true)
  }

  private at(ms: number, run: () => void, background = false): void {
    const { clock } = this.world
    const cause = this.world.trace.current
    clock.at(clock.now + ms, { owner: 'kubelet', label: 'hollow', cause, run }, background)
  }

  private later(ms: number, body: () => Task<void>): void {
    this.at(ms, () => {
      spawn(this.world, 'kubelet', 'hollow', body)
    })
  }

  private node(
    name: string,
    i: number,
    shape: { cpu?: string; memory?: string; pods?: string },
  ): Node {
    const resources = {
      cpu: shape.cpu ?? '4',
      memory: shape.memory ?? '8Gi',
      pods: shape.pods ?? '110',
      'ephemeral-storage': '100Gi',
    }
    const labels = {
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'topology.kubernetes.io/zone': `zone-${'abc'[i % 3]}`,
    }
    const now = this.now()
    const conditions = [
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ]
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      spec: {},
      status: {
        capacity: resources,
        allocatable: resources,
        conditions,
        addresses: [{ type: 'InternalIP', address: `172.18.0.${i + 2}` }],
      },
    }
  }

  private *renew(name: string): Task<void> {
    const key = { namespace: 'kube-node-lease', name }
    const spec = {
      holderIdentity: name,
      leaseDurationSeconds: 40,
      renewTime: formatMicroTime(this.world.clock.unixMs),
    }
    try {
      const lease = yield* this.client.get('Lease', key)
      yield* this.client.update('Lease', { ...lease, spec })
    } catch (error) {
      if (error instanceof WireError) return
      if (!isReason(error, 'NotFound')) throw error
      const metadata = { namespace: 'kube-node-lease', name }
      const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as const
      yield* this.client.create('Lease', lease)
    }
  }

  private onPod(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    const node = pod.spec?.nodeName
    if (!node || !this.names.has(node) || this.down.has(node)) return
    const key = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' }
    if (pod.metadata.deletionTimestamp) {
      if (this.phase.get(uid) === 'gone') return
      this.phase.set(uid, 'gone')
      const grace = Math.min(1000, 1000 * (pod.metadata.deletionGracePeriodSeconds ?? 0))
      const self = this
      this.later(grace, function* () {
        try {
          const preconditions = { uid }
          yield* self.client.delete('Pod', key, { gracePeriodSeconds: 0, preconditions })
        } catch {
          return
        }
      })
      return
    }
    if (this.phase.has(uid)) return
    this.phase.set(uid, 'starting')
    this.run(pod, uid)
  }

  private run(pod: Pod, uid: string): void {
    const ip = `10.244.${(this.nextIp >> 8) & 255}.${this.nextIp++ & 255}`
    const self = this
    this.later(200, function* () {
      if (self.phase.get(uid) !== 'starting') return
      const started = self.now()
      yield* self.report(pod, 'Running', started, ip)
      if ((pod.spec?.restartPolicy ?? 'Always') === 'Always') return
      const failing = /fail/.test(
        JSON.stringify(pod.spec?.containers.map((c) => [c.image, c.command, c.args])),
      )
      self.later(500, () => self.report(pod, failing ? 'Failed' : 'Succeeded', started, ip))
    })
  }

  private *report(pod: Pod, phase: string, started: string, ip: string): Task<void> {
    const key = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' }
    const ready = phase === 'Running'
    const now = this.now()
    const condition = (type: string, ok: boolean) => ({
      type,
      status: ok ? 'True' : 'False',
      lastTransitionTime: now,
    })
    const state = ready
      ? { running: { startedAt: started } }
      : {
          terminated: { exitCode: phase === 'Failed' ? 1 : 0, startedAt: started, finishedAt: now },
        }
    const containerStatuses = pod.spec?.containers.map((c) => ({
      name: c.name,
      image: c.image,
      imageID: c.image,
      restartCount: 0,
      ready,
      started: ready,
      state,
    }))
    const conditions = [
      condition('PodReadyToStartContainers', ready),
      condition('Initialized', true),
      condition('Ready', ready),
      condition('ContainersReady', ready),
    ]
    const status = {
      phase,
      podIP: ip,
      podIPs: [{ ip }],
      startTime: started,
      conditions,
      containerStatuses,
    }
    try {
      const options = { subresource: 'status' }
      yield* this.client.patch('Pod', key, 'strategic', { status }, options)
    } catch {
      this.phase.delete(keyOf(pod))
    }
  }

  private now(): string {
    return formatTime(this.world.clock.unixMs)
  }
}
