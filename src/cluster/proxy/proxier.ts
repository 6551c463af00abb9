/**
 * kube-proxy of one node: turns Services and EndpointSlices into the node's rules. Changes are gathered: the first is
 * written at once, further ones a second later at the earliest, as minSyncPeriod says.
 * @source pkg/proxy/iptables/proxier.go, pkg/proxy/servicechangetracker.go, endpointschangetracker.go
 */
import type { EndpointSlice, Service, ServicePort } from '../api/generated/types.ts'
import type { Client } from '../client/client.ts'
import { createInformers, type Informer, type Informers } from '../client/informer.ts'
import type { Backend, Network, ServiceRule } from '../network/network.ts'
import type { Millis } from '../sim/clock.ts'
import type { World } from '../sim/world.ts'

const MIN_SYNC_MS: Millis = 1000
const SERVICE_NAME = 'kubernetes.io/service-name'

/** A running kube-proxy. */
export class Proxier {
  private readonly informers: Informers
  private readonly services: Informer<Service>
  private readonly slices: Informer<EndpointSlice>
  private readonly rules = new Map<string, ServiceRule>()
  private readonly keysOf = new Map<string, string[]>()
  private readonly dirty = new Set<string>()
  private lastSync: Millis = -MIN_SYNC_MS
  private pending = false
  private stopped = false

  constructor(
    private readonly world: World,
    private readonly client: Client,
    private readonly network: Network,
    private readonly node: string,
  ) {
    this.informers = createInformers(client)
    this.services = this.informers.for('Service')
    this.slices = this.informers.for('EndpointSlice')
    this.slices.index('service', (s) => serviceOf(s))
    const service = (s: Service) => this.mark(`${s.metadata.namespace}/${s.metadata.name}`)
    const slice = (s: EndpointSlice) => this.mark(serviceOf(s))
    this.services.on({ added: service, updated: (_o, n) => service(n), deleted: service })
    this.slices.on({ added: slice, updated: (_o, n) => slice(n), deleted: slice })
  }

  crash(): void {
    this.stopped = true
    this.informers.stop()
  }

  private mark(service: string | undefined): void {
    if (!service) return
    this.dirty.add(service)
    if (this.pending) return
    this.pending = true
    const { clock, trace } = this.world
    const due = Math.max(clock.now, this.lastSync + MIN_SYNC_MS)
    const step = {
      owner: this.client.place,
      label: 'sync proxy rules',
      cause: trace.current,
      run: () => this.sync(),
    }
    clock.at(due, step)
  }

  private sync(): void {
    this.pending = false
    if (this.stopped) return
    this.lastSync = this.world.clock.now
    for (const name of this.dirty) {
      for (const key of this.keysOf.get(name) ?? []) this.rules.delete(key)
      const [namespace = '', service = ''] = name.split('/')
      const found = this.services.get(namespace, service)
      const rules = found ? rulesOf(found, [...this.slices.by('service', name)]) : []
      this.keysOf.set(
        name,
        rules.map(([key]) => key),
      )
      for (const [key, rule] of rules) this.rules.set(key, rule)
    }
    this.world.trace.record({
      owner: this.client.place,
      verb: 'decide',
      text: `rules for ${this.dirty.size} service${this.dirty.size === 1 ? '' : 's'}`,
    })
    this.dirty.clear()
    this.network.program(this.node, this.rules)
  }
}

function serviceOf(s: EndpointSlice): string | undefined {
  const name = s.metadata.labels?.[SERVICE_NAME]
  return name ? `${s.metadata.namespace}/${name}` : undefined
}

/** All rules of a Service: one per address and port, and one per node port. Pure. */
export function rulesOf(
  service: Service,
  slices: readonly EndpointSlice[],
): [string, ServiceRule][] {
  const spec = service.spec
  if (!spec || spec.type === 'ExternalName') return []
  const name = `${service.metadata.namespace}/${service.metadata.name}`
  const affinity = spec.sessionAffinity === 'ClientIP'
  const affinityMs = affinity
    ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) * 1000
    : 0
  const ranges = spec.loadBalancerSourceRanges ?? []
  const sources = ranges.length > 0 ? { sources: ranges } : {}
  const out: [string, ServiceRule][] = []
  for (const port of spec.ports ?? []) {
    const backends = backendsOf(port, slices, service)
    const base = { service: name, port: port.name || String(port.port), backends, affinityMs }
    const inside = { ...base, localOnly: spec.internalTrafficPolicy === 'Local' }
    const outside = { ...base, localOnly: spec.externalTrafficPolicy === 'Local' }
    if (spec.clusterIP && spec.clusterIP !== 'None')
      out.push([`${spec.clusterIP}:${port.port}`, inside])
    for (const ip of spec.externalIPs ?? []) out.push([`${ip}:${port.port}`, outside])
    for (const i of service.status?.loadBalancer?.ingress ?? []) {
      if (i.ip) out.push([`${i.ip}:${port.port}`, { ...outside, ...sources }])
    }
    if (port.nodePort) out.push([`:${port.nodePort}`, outside])
  }
  return out
}

/** Ready endpoints; when none is ready, those that still serve while terminating. */
function backendsOf(
  port: ServicePort,
  slices: readonly EndpointSlice[],
  service: Service,
): Backend[] {
  const ready: Backend[] = []
  const serving: Backend[] = []
  for (const slice of slices) {
    const at = slice.ports?.find((p) => (p.name ?? '') === (port.name ?? ''))?.port
    if (at === undefined) continue
    for (const e of slice.endpoints ?? []) {
      const ip = e.addresses[0]
      if (!ip) continue
      const backend = { ip, port: at, ...(e.nodeName ? { node: e.nodeName } : {}) }
      if (e.conditions?.ready !== false || service.spec?.publishNotReadyAddresses)
        ready.push(backend)
      else if (e.conditions?.serving && e.conditions.terminating) serving.push(backend)
    }
  }
  return ready.length > 0 ? ready : serving
}
