/**
 * A cloud with load balancers, as far as a cluster sees one: the service controller of the cloud-controller-manager, and
 * behind it balancers with addresses from 203.0.113.0/24 (kept for documentation) that send what comes from outside to
 * any node fit for it.
 * @source staging/src/k8s.io/cloud-provider/controllers/service/controller.go
 */
import type { Node, Service } from '../api/generated/types.ts'
import { conditionOf } from '../api/meta/conditions.ts'
import { deepEqual } from '../api/meta/json.ts'
import { ApiError, isReason } from '../api/meta/status.ts'
import { keyOf, parseKey } from '../api/object.ts'
import type { Client } from '../client/client.ts'
import { createInformers, type Informer } from '../client/informer.ts'
import { createRecorder, type EventTarget, type EventType } from '../client/recorder.ts'
import { WorkQueue } from '../client/workqueue.ts'
import type { Balancer, Network } from '../network/network.ts'
import { sleep, spawn, type Task } from '../sim/task.ts'
import { WireError } from '../sim/wire.ts'

const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup'
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'
const PREFIX = '203.0.113.'
/** The first address given; lower ones belong to clients outside. */
const FIRST = 10
const LAST = 254
/** How long the cloud takes to make a balancer. @unit ms */
const MAKING_MS = [2000, 4000] as const
const REMOVING_MS = 1000

/** Starts the service controller. @returns the way that traffic from outside takes */
export function startCloudLoadBalancer(client: Client, network: Network): Balancer {
  return new CloudLoadBalancer(client, network).start()
}

class CloudLoadBalancer {
  private readonly services: Informer<Service>
  private readonly nodes: Informer<Node>
  private readonly queue: WorkQueue
  private readonly recorder
  private readonly random
  /** Key of the Service by address. */
  private readonly balancers = new Map<string, string>()
  private hosts = ''

  constructor(
    private readonly client: Client,
    private readonly network: Network,
  ) {
    const { world, place } = client
    const informers = createInformers(client)
    this.services = informers.for('Service')
    this.nodes = informers.for('Node')
    this.queue = new WorkQueue(world, place, 'sync Service')
    this.recorder = createRecorder(client, { component: 'service-controller' })
    this.random = world.random.split('cloud-load-balancer')
    spawn(world, place, 'wait for caches', () => this.run(() => informers.whenSynced()))
  }

  start(): Balancer {
    this.services.on({
      added: (s) => {
        if (wants(s) || needsCleanup(s)) this.queue.add(keyOf(s))
      },
      updated: (old, s) => {
        if (needsUpdate(old, s) || needsCleanup(s)) this.queue.add(keyOf(s))
      },
      deleted: (s) => this.release(keyOf(s)),
    })
    const look = () => this.lookAtHosts()
    this.nodes.on({ added: look, updated: look, deleted: look })
    return (ip) => this.hostOf(ip)
  }

  private *run(synced: () => Task<void>): Task<void> {
    yield* synced()
    this.queue.start(1, (key) => this.syncOne(key))
  }

  private *syncOne(key: string): Task<void> {
    try {
      yield* this.sync(key)
      this.queue.forget(key)
    } catch (error) {
      if (isReason(error, 'NotFound')) return
      if (!(error instanceof ApiError || error instanceof WireError)) throw error
      const s = this.services.getKey(key)
      const text = `Error syncing load balancer: ${error.message}`
      if (s) this.event(s, 'SyncLoadBalancerFailed', text, 'Warning')
      this.queue.addRateLimited(key)
    }
  }

  private *sync(key: string): Task<void> {
    const s = this.services.getKey(key)
    if (!s) return
    if (!wants(s) || needsCleanup(s)) return yield* this.remove(s)
    this.event(s, 'EnsuringLoadBalancer', 'Ensuring load balancer')
    const finalizers = s.metadata.finalizers ?? []
    if (!finalizers.includes(FINALIZER)) {
      yield* this.patch(s, { metadata: { finalizers: [...finalizers, FINALIZER] } })
    }
    if (this.included().length === 0) {
      const text = 'There are no available nodes for LoadBalancer'
      this.event(s, 'UnAvailableLoadBalancer', text, 'Warning')
    }
    const ip = yield* this.make(s)
    this.event(s, 'EnsuredLoadBalancer', 'Ensured load balancer')
    const loadBalancer = { ingress: [{ ip, ipMode: 'VIP' }] }
    if (!deepEqual(s.status?.loadBalancer, loadBalancer))
      yield* this.patch(s, { status: { loadBalancer } }, 'status')
  }

  /** An address for the Service: the one it has, the one it asks for, or the next free one. */
  private *make(s: Service): Task<string> {
    const key = keyOf(s)
    const held = [...this.balancers].find(([, owner]) => owner === key)?.[0]
    if (held) return held
    const given = s.status?.loadBalancer?.ingress?.[0]?.ip ?? s.spec?.loadBalancerIP
    if (!s.status?.loadBalancer?.ingress?.length) {
      const ms = this.random.between(MAKING_MS[0], MAKING_MS[1])
      yield* sleep(this.client.world, this.client.place, ms, { label: 'make load balancer' })
    }
    const usable = given?.startsWith(PREFIX) && !this.balancers.has(given)
    const ip = usable && given ? given : this.freeAddress()
    this.balancers.set(ip, key)
    return ip
  }

  private freeAddress(): string {
    for (let n = FIRST; n < LAST; n++) {
      if (!this.balancers.has(PREFIX + n)) return PREFIX + n
    }
    return PREFIX + LAST
  }

  private *remove(s: Service): Task<void> {
    const key = keyOf(s)
    const { world, place } = this.client
    if ([...this.balancers.values()].includes(key)) {
      this.event(s, 'DeletingLoadBalancer', 'Deleting load balancer')
      yield* sleep(world, place, REMOVING_MS, { label: 'remove load balancer' })
      this.release(key)
    }
    const finalizers = s.metadata.finalizers ?? []
    const rest = finalizers.filter((f) => f !== FINALIZER)
    if (rest.length < finalizers.length) yield* this.patch(s, { metadata: { finalizers: rest } })
    this.event(s, 'DeletedLoadBalancer', 'Deleted load balancer')
  }

  private release(key: string): void {
    for (const [ip, owner] of this.balancers) if (owner === key) this.balancers.delete(ip)
  }

  private *patch(s: Service, body: object, subresource?: string): Task<void> {
    const key = { namespace: s.metadata.namespace ?? '', name: s.metadata.name ?? '' }
    const options = subresource ? { subresource } : {}
    yield* this.client.patch('Service', key, 'merge', body, options)
  }

  private event(s: Service, reason: string, text: string, type: EventType = 'Normal'): void {
    const about: EventTarget = { kind: 'Service', apiVersion: 'v1', metadata: s.metadata }
    this.recorder.event(about, type, reason, text)
  }

  /** Nodes that balancers know; whether they are ready is the health check's matter. */
  private included(): Node[] {
    return [...this.nodes.list()].filter(
      (n) => n.metadata.labels?.[EXCLUDED] === undefined && !n.metadata.deletionTimestamp,
    )
  }

  private lookAtHosts(): void {
    const hosts = this.included()
      .map((n) => n.metadata.name ?? '')
      .sort()
      .join(' ')
    if (hosts === this.hosts) return
    this.hosts = hosts
    for (const key of this.balancers.values()) {
      const s = this.services.getKey(key)
      const text = 'Updated load balancer with new hosts'
      if (s) this.event(s, 'UpdatedLoadBalancer', text)
    }
  }

  /** The node that a new connection to a balancer's address is sent to; null when none is fit. */
  private hostOf(ip: string): string | null | undefined {
    const key = this.balancers.get(ip)
    if (key === undefined) return undefined
    const { wires } = this.client.world
    const fit = this.included()
      .filter((n) => conditionOf(n.status?.conditions, 'Ready')?.status === 'True')
      .map((n) => n.metadata.name ?? '')
      .filter((name) => !wires.isOff(name) && this.isHealthy(key, name))
    return fit.length === 0 ? null : (fit[this.random.below(fit.length)] ?? null)
  }

  /** The health check: with a Local policy only nodes that run a backend answer it. */
  private isHealthy(key: string, node: string): boolean {
    const { namespace, name } = parseKey(key)
    const s = this.services.get(namespace, name)
    if (s?.spec?.externalTrafficPolicy !== 'Local') return true
    const ip = [...this.balancers].find(([, owner]) => owner === key)?.[0] ?? ''
    const rule = this.network.rulesOf(node)?.get(`${ip}:${s.spec.ports?.[0]?.port ?? 0}`)
    return rule?.backends.some((b) => b.node === node) ?? false
  }
}

function wants(s: Service): boolean {
  return s.spec?.type === 'LoadBalancer' && !s.spec.loadBalancerClass
}

function needsCleanup(s: Service): boolean {
  if (!s.metadata.finalizers?.includes(FINALIZER)) return false
  return s.metadata.deletionTimestamp !== undefined || s.spec?.type !== 'LoadBalancer'
}

/** True when a change concerns the balancer. Pure. */
export function needsUpdate(old: Service, now: Service): boolean {
  if (!wants(old) && !wants(now)) return false
  const relevant = (s: Service) => [
    s.metadata.uid,
    s.metadata.annotations ?? {},
    wants(s),
    s.spec?.ports,
    s.spec?.sessionAffinity,
    s.spec?.sessionAffinityConfig ?? {},
    s.spec?.loadBalancerIP ?? '',
    s.spec?.loadBalancerSourceRanges ?? [],
    s.spec?.externalIPs ?? [],
    s.spec?.externalTrafficPolicy ?? '',
    s.spec?.healthCheckNodePort ?? 0,
  ]
  return !deepEqual(relevant(old), relevant(now))
}
