/**
 * One cluster: the only file that knows every room. Puts the world, etcd, API server, controllers, scheduler and
 * machines together, and is where machines join, lose power and come back.
 */

import { startAggregator } from './addons/aggregator.ts'
import { startCloudLoadBalancer } from './addons/cloudloadbalancer.ts'
import { startCsiAttacher } from './addons/csiattacher.ts'
import { startIngressController } from './addons/ingresscontroller.ts'
import { startMetricsServer } from './addons/metricsserver.ts'
import { startNetworkPolicy } from './addons/networkpolicy.ts'
import { METRICS_API_SERVICE } from './addons/objects.ts'
import type { AggregatedApi } from './api/aggregated.ts'
import type { Namespace } from './api/generated/types.ts'
import { isReason } from './api/meta/status.ts'
import { formatTime } from './api/meta/time.ts'
import type { NodeServer } from './api/nodeserver.ts'
import type { KubeObject } from './api/object.ts'
import type { CertificateAuthority } from './api/pki/authority.ts'
import type { UserInfo } from './api/transport.ts'
import { type ApiServer, createApiServer } from './apiserver/server.ts'
import {
  ADDRESSES,
  addons,
  apiServerEndpoints,
  coreObjects,
  liveAddons,
  NODE_IMAGES,
  staticPods,
} from './bootstrap.ts'
import { type Client, createClient, type Kind } from './client/client.ts'
import { createInformers } from './client/informer.ts'
import { startControllerManager } from './controllers/manager.ts'
import { startCoreDns } from './coredns/coredns.ts'
import { createMvccStore, type MvccStore } from './etcd/mvcc.ts'
import { definitions } from './kinds/index.ts'
import { type HollowKubelets, startHollowKubelets } from './kubelet/hollow.ts'
import { Kubelet } from './kubelet/kubelet.ts'
import type { Machine } from './kubelet/nodestatus.ts'
import { createNodeServer } from './kubelet/server.ts'
import { Disks } from './kubelet/volumes.ts'
import { Network, type Source } from './network/network.ts'
import { Proxier } from './proxy/proxier.ts'
import { NodeRuntime, USUAL_SPEED } from './runtime/runtime.ts'
import { text } from './runtime/serving.ts'
import { startScheduler } from './scheduler/scheduler.ts'
import { assert } from './sim/assert.ts'
import type { Millis } from './sim/clock.ts'
import { sleep, spawn, type Task } from './sim/task.ts'
import { createWorld, type World } from './sim/world.ts'
import { webhookCaller } from './webhooks.ts'

/** How a cluster is made. Plain data: it is part of every recording. */
export interface ClusterConfig {
  readonly seed: number
  /** RFC 3339 instant of the cluster's birth. */
  readonly epoch: string
  /** Workers at birth, named `node-1` and so on. */
  readonly nodes: number
  /** Only the control plane and the workers: no control-plane node, no kube-system pods. */
  readonly bare: boolean
  /** Stand-in kubelets in place of simulated ones. */
  readonly hollow: boolean
  /** One-way delay between components. @unit ms; 0 for big clusters */
  readonly latencyMs: Millis
  /** Versions of objects are kept for looking at the past. */
  readonly keepHistory: boolean
  /** Trace records kept. */
  readonly keepRecords: number
}

/** The usual small cluster. */
export const DEFAULT_CONFIG: ClusterConfig = {
  seed: 1,
  epoch: '2026-05-04T09:00:00Z',
  nodes: 3,
  bare: false,
  hollow: false,
  latencyMs: 1,
  keepHistory: true,
  keepRecords: 200_000,
}

const ADMIN: UserInfo = {
  name: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:masters', 'system:authenticated'],
}
const API_SERVER = 'kube-apiserver-1'
const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane'

/** What the host brings, which is in no recording. */
export interface ClusterHost {
  /** Signs certificates; one of the seed unless given. */
  readonly authority?: CertificateAuthority
}

interface RunningMachine {
  readonly machine: Machine
  readonly runtime: NodeRuntime
  kubelet: Kubelet | undefined
  server: NodeServer | undefined
  proxy: Proxier | undefined
  powered: boolean
}

/** A running cluster. */
export class Cluster {
  readonly world: World
  readonly store: MvccStore
  readonly api: ApiServer
  readonly network: Network
  /** A client with an administrator's rights, for the cluster's host. */
  readonly admin: Client
  private readonly machines = new Map<string, RunningMachine>()
  private readonly disks = new Disks()
  private readonly aggregated: AggregatedApi[] = []
  private hollow: HollowKubelets | undefined
  private nextMachine = 1

  constructor(
    readonly config: ClusterConfig,
    private readonly host: ClusterHost = {},
  ) {
    const epochMs = Date.parse(config.epoch)
    assert(!Number.isNaN(epochMs), `epoch ${config.epoch} is an instant`)
    this.world = createWorld({ seed: config.seed, epochMs, keepRecords: config.keepRecords })
    this.world.wires.base = (from, to) => (isInstant(from, to) ? 0 : config.latencyMs)
    this.network = new Network(this.world)
    this.store = createMvccStore(this.world, {
      client: API_SERVER,
      keepHistory: config.keepHistory,
      describe: refOf,
    })
    this.api = createApiServer(this.world, {
      store: this.store,
      place: API_SERVER,
      definitions,
      nodes: (name) => this.nodeServer(name),
      aggregated: this.aggregated,
      callWebhook: webhookCaller(this.network, () => this.apiServerSource()),
    })
    this.admin = this.client('admin', ADMIN, 'kubectl/v1.36.2')
    spawn(this.world, API_SERVER, 'bootstrap', () => this.bootstrap())
  }

  /** Names of machines that are (or were) part of the cluster, in the order they came. */
  get machineNames(): readonly string[] {
    return [...this.machines.keys()]
  }

  machineState(name: string): 'on' | 'off' | undefined {
    const m = this.machines.get(name)
    return m && (m.powered ? 'on' : 'off')
  }

  nodeServer(name: string): NodeServer | undefined {
    const m = this.machines.get(name)
    return m?.powered ? m.server : undefined
  }

  /** Makes a client of the API server for a component or person. */
  client(place: string, user: UserInfo, userAgent: string): Client {
    return createClient({
      world: this.world,
      place,
      server: API_SERVER,
      handler: this.api,
      user,
      userAgent,
    })
  }

  /** A machine from the shelf joins, as `kubeadm join` would have it. @returns its name */
  addMachine(name?: string, size?: Partial<Machine>): string {
    const index = this.nextMachine++
    const machine = this.describeMachine(name ?? `node-${index}`, index, size)
    if (this.config.hollow) {
      this.hollow?.add(machine)
      this.network.attach(nodeEndpoint(machine))
    } else this.boot(machine)
    return machine.name
  }

  /** A machine loses power: nothing it ran says goodbye. */
  powerOff(name: string): boolean {
    const m = this.machines.get(name)
    if (this.config.hollow) this.hollow?.setDown(name, true)
    if (!m?.powered) return false
    m.powered = false
    m.kubelet?.crash()
    m.proxy?.crash()
    this.world.tasks.crash(name)
    this.world.wires.powerOff(name)
    m.kubelet = undefined
    m.server = undefined
    m.proxy = undefined
    return true
  }

  /** A machine gets its power back: its kubelet and kube-proxy start again. */
  powerOn(name: string): boolean {
    const m = this.machines.get(name)
    if (this.config.hollow) this.hollow?.setDown(name, false)
    if (!m || m.powered) return false
    this.world.wires.powerOn(name)
    this.startMachine(m)
    return true
  }

  /** The runtime of a machine, for faults of its registry and containers. */
  runtimeOf(name: string): NodeRuntime | undefined {
    return this.machines.get(name)?.runtime
  }

  kubeletOf(name: string): Kubelet | undefined {
    return this.machines.get(name)?.kubelet
  }

  private *bootstrap(): Task<void> {
    for (const o of coreObjects()) yield* this.ensure(o)
    for (const o of apiServerEndpoints(this.config.bare ? '172.18.0.2' : controlPlaneIp()))
      yield* this.ensure(o)
    this.startControlPlane()
    if (!this.config.bare) {
      const more = this.config.hollow ? [] : liveAddons()
      for (const o of [...addons(), ...more]) yield* this.ensure(o)
      this.boot(
        this.describeMachine('control-1', 0, {
          labels: controlPlaneLabels(),
          taints: [{ key: CONTROL_PLANE_LABEL, effect: 'NoSchedule' }],
        }),
      )
      spawn(this.world, 'control-1/kubelet', 'static pods', () => this.runStaticPods('control-1'))
    }
    if (this.config.hollow) {
      const user = {
        name: 'system:node:hollow',
        groups: ['system:nodes', 'system:masters', 'system:authenticated'],
      }
      const client = this.client('hollow-kubelets', user, 'kubelet/v1.36.2')
      this.hollow = startHollowKubelets({ world: this.world, client, machines: [] })
    }
    for (let i = 0; i < this.config.nodes; i++) this.addMachine()
  }

  private startControlPlane(): void {
    const { world } = this
    const manager = this.client(
      'kube-controller-manager-1',
      { name: 'system:kube-controller-manager', groups: ['system:authenticated'] },
      'kube-controller-manager/v1.36.2',
    )
    startControllerManager({ world, client: manager, ...this.host })
    const scheduler = this.client(
      'kube-scheduler-1',
      { name: 'system:kube-scheduler', groups: ['system:authenticated'] },
      'kube-scheduler/v1.36.2',
    )
    startScheduler({
      world,
      client: scheduler,
      informers: createInformers(scheduler),
      hostname: 'control-1',
    })
    if (this.config.hollow) return
    const dns = this.client(
      'coredns',
      {
        name: 'system:serviceaccount:kube-system:coredns',
        groups: ['system:serviceaccounts', 'system:authenticated'],
      },
      'coredns',
    )
    this.network.resolver = startCoreDns(dns, { needsPods: !this.config.bare })
    if (!this.config.bare) this.startAddons()
  }

  /** What a usual installation runs beside Kubernetes proper. */
  private startAddons(): void {
    this.network.policy = startNetworkPolicy(this.addonClient('kube-network-policies', 'flannel'))
    const aggregator = this.client(
      API_SERVER,
      { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
      'kube-apiserver/v1.36.2',
    )
    const stateOf = startAggregator(aggregator)
    const metrics = startMetricsServer(this.addonClient('metrics-server', 'metrics-server'), {
      nodes: (name) => this.nodeServer(name),
      state: () => stateOf(METRICS_API_SERVICE),
    })
    this.aggregated.push(metrics)
    startCsiAttacher(this.addonClient('csi-attacher', 'csi-attacher'))
    const cloud = this.addonClient('cloud-controller-manager', 'service-controller')
    this.network.balancer = startCloudLoadBalancer(cloud, this.network)
    const ingress = startIngressController(this.addonClient('ingress-nginx', 'ingress-nginx'))
    this.network.ingress = ingress.route
    this.network.outside = ingress.addressesOf
  }

  private addonClient(name: string, account: string): Client {
    const user = {
      name: `system:serviceaccount:kube-system:${account}`,
      groups: ['system:serviceaccounts', 'system:authenticated'],
    }
    return this.client(name, user, name)
  }

  private *ensure(o: KubeObject): Task<void> {
    try {
      yield* this.admin.create(o.kind as Kind, o as unknown as Namespace as never)
    } catch (e) {
      if (!isReason(e, 'AlreadyExists')) throw e
    }
  }

  private describeMachine(name: string, index: number, size: Partial<Machine> = {}): Machine {
    const zone: Record<string, string> = this.config.bare
      ? { 'topology.kubernetes.io/zone': `zone-${'abc'[(index - 1) % 3]}` }
      : {}
    const high = Math.floor(index / 256)
    return {
      name,
      ip: this.addressOf(index),
      cpuMillis: 4000,
      memoryBytes: 8 * 1024 ** 3,
      ephemeralBytes: 100 * 1024 ** 3,
      podsMax: 110,
      taints: [],
      podCidr: `10.${244 + high}.${index % 256}.0/24`,
      ...size,
      labels: { ...zone, ...size.labels },
    }
  }

  /** Machine 0 is the control plane's. Bare clusters number theirs as a container network would. */
  private addressOf(index: number): string {
    if (index === 0) return controlPlaneIp()
    if (this.config.bare) return `172.18.${(index - 1) >> 8}.${((index - 1) & 255) + 2}`
    const high = Math.floor(index / 256)
    return `192.168.${10 + high}.${high === 0 ? index + 20 : index % 256}`
  }

  private boot(machine: Machine): void {
    const prefix = (machine.podCidr ?? '10.244.0.0').split('.').slice(0, 3).join('.')
    const runtime = new NodeRuntime(
      this.world,
      this.network,
      machine.name,
      machine.ip,
      prefix,
      USUAL_SPEED,
    )
    for (const image of NODE_IMAGES) runtime.preload(image)
    const m: RunningMachine = {
      machine,
      runtime,
      kubelet: undefined,
      server: undefined,
      proxy: undefined,
      powered: false,
    }
    this.machines.set(machine.name, m)
    this.network.attach(nodeEndpoint(machine))
    if (machine.name === 'control-1') this.listenAsApiServer(machine)
    this.startMachine(m)
  }

  private startMachine(m: RunningMachine): void {
    const { world } = this
    const { name } = m.machine
    const user = { name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] }
    const client = this.client(`${name}/kubelet`, user, 'kubelet/v1.36.2')
    m.kubelet = new Kubelet({
      world,
      client,
      network: this.network,
      runtime: m.runtime,
      machine: m.machine,
      disks: this.disks,
    })
    m.server = createNodeServer(m.kubelet)
    const proxyUser = {
      name: 'system:serviceaccount:kube-system:kube-proxy',
      groups: ['system:serviceaccounts', 'system:authenticated'],
    }
    m.proxy = new Proxier(
      world,
      this.client(`${name}/kube-proxy`, proxyUser, 'kube-proxy/v1.36.2'),
      this.network,
      name,
    )
    m.powered = true
  }

  /** Where the API server's own requests leave from: its machine, or any when it stands outside (bare). */
  private apiServerSource(): Source | undefined {
    const machines = [...this.machines.values()].filter((m) => m.powered)
    const m = machines.find((x) => x.machine.name === 'control-1') ?? machines[0]
    return m && { place: API_SERVER, ip: m.machine.ip, node: m.machine.name, namespace: '' }
  }

  private listenAsApiServer(machine: Machine): void {
    this.network.at(machine.ip)?.ports.set(6443, function* () {
      return text(
        '{"kind":"Status","status":"Failure","message":"Unauthorized","code":401}',
        401,
        'application/json',
      )
    })
  }

  private *runStaticPods(node: string): Task<void> {
    const kubelet = this.machines.get(node)?.kubelet
    assert(kubelet, 'the control-plane machine has a kubelet')
    for (const pod of staticPods(node)) {
      for (;;) {
        try {
          const owner = yield* kubelet.client.get('Node', { namespace: '', name: node })
          const ownerReferences = [
            {
              apiVersion: 'v1',
              kind: 'Node',
              name: node,
              uid: owner.metadata.uid ?? '',
              controller: true,
            },
          ]
          yield* kubelet.client.create('Pod', {
            ...pod,
            metadata: { ...pod.metadata, ownerReferences },
          })
          break
        } catch (e) {
          if (isReason(e, 'AlreadyExists')) break
          if (!isReason(e, 'NotFound') && !isReason(e, 'Forbidden')) throw e
          yield* sleep(this.world, 'control-1/kubelet', 500, { label: 'static pod' })
        }
      }
    }
  }

  /** RFC 3339 of virtual now. */
  get nowText(): string {
    return formatTime(this.world.clock.unixMs)
  }

  /** Address of the API server inside the cluster. */
  readonly serviceIp = ADDRESSES.kubernetes
}

/** Makes a cluster; nothing has happened in it until its clock runs. */
export function createCluster(config: Partial<ClusterConfig> = {}): Cluster {
  return new Cluster({ ...DEFAULT_CONFIG, ...config })
}

function controlPlaneIp(): string {
  return '192.168.10.11'
}

function controlPlaneLabels(): Record<string, string> {
  return {
    [CONTROL_PLANE_LABEL]: '',
    'node.kubernetes.io/exclude-from-external-load-balancers': '',
  }
}

function nodeEndpoint(m: Machine) {
  return {
    ip: m.ip,
    node: m.name,
    name: m.name,
    pod: false,
    labels: {},
    namespace: '',
    ports: new Map(),
  }
}

/** Places whose wires take no time: the person's own, and etcd beside its API server. */
const AT_HAND = new Set(['kubectl', 'page', 'admin', 'client', 'etcd-1'])

function isInstant(from: string, to: string): boolean {
  return AT_HAND.has(from) || AT_HAND.has(to) || sameMachine(from, to)
}

function sameMachine(a: string, b: string): boolean {
  const machine = (p: string) => (p.includes('/') ? p.slice(0, p.indexOf('/')) : p)
  return machine(a) === machine(b)
}

function refOf(
  value: unknown,
): { kind: string; namespace?: string; name: string; uid?: string } | undefined {
  const o = value as Partial<KubeObject> | undefined
  if (!o?.metadata?.name || !o.kind) return undefined
  const { namespace, name, uid } = o.metadata
  return { kind: o.kind, name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}) }
}
