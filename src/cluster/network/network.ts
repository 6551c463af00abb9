/**
 * The pod network: which address is where, what listens, what each node's kube-proxy rules say, and the one place
 * where the fate of a connection is decided. A request is walked hop by hop and each hop lands in the trace, because
 * the page draws exactly that.
 */
import type { Millis } from '../sim/clock.ts'
import { sleep, type Task } from '../sim/task.ts'
import type { World } from '../sim/world.ts'
import type { Hop, NetworkFailure, PodHttpRequest, PodHttpResponse, Walk } from './http.ts'
import { inCidr } from './policy.ts'

/** Serves one port of an address. Throwing means that the process died while answering. */
export type Listener = (request: PodHttpRequest) => Task<PodHttpResponse>

/** One address on the network: a pod's, or a node's own. */
export interface Endpoint {
  readonly ip: string
  /** The machine it is on; the wire between machines decides whether packets pass. */
  readonly node: string
  /** `ns/name` of the pod, or the node's name. */
  readonly name: string
  readonly pod: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly namespace: string
  readonly ports: Map<number, Listener>
}

/** One backend of a rule. */
export interface Backend {
  readonly ip: string
  readonly port: number
  readonly node?: string
}

/** What kube-proxy wrote for one address and port of a Service. */
export interface ServiceRule {
  readonly service: string
  readonly port: string
  readonly backends: readonly Backend[]
  /** Client IP affinity. @unit milliseconds; 0 is none */
  readonly affinityMs: Millis
  /** `Local` policies keep only backends on this node; without any, packets are dropped. */
  readonly localOnly: boolean
  /** Ranges that clients of a load balancer's address must come from; all when absent. */
  readonly sources?: readonly string[]
}

/** The rules of one node, by `ip:port` for cluster addresses and `:port` for node ports. */
export type RuleTable = ReadonlyMap<string, ServiceRule>

/** Answers a DNS question asked from a pod: addresses, or why not. */
export type Resolver = (q: {
  name: string
  namespace: string
  node: string
}) =>
  | { addresses: readonly string[]; note: string; via: string }
  | { failure: NetworkFailure; note: string; via?: string }

/** Whether NetworkPolicy lets a connection pass; a refusal names the policy. */
export type PolicyCheck = (c: {
  readonly from: Source
  /** Who has the source's address; none outside. */
  readonly source: Endpoint | undefined
  readonly to: Endpoint
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}) => string | undefined

/**
 * The node that a load balancer outside sends a new connection for its address to: null when none is fit, undefined
 * when no balancer has the address.
 */
export type Balancer = (ip: string) => string | null | undefined

/** Tells an Ingress controller's proxy where a request goes: to backends, or what to answer itself. */
export type IngressRoute = (q: {
  host: string
  path: string
  secure: boolean
}) =>
  | { readonly backends: readonly Backend[]; readonly path: string; readonly name: string }
  | { readonly status: number; readonly name: string; readonly location?: string }

/** Where a request starts. */
export interface Source {
  /** `client`, or the pod's `ns/name`. */
  readonly place: string
  readonly ip: string
  /** The node it runs on; the outside client enters by a node. */
  readonly node: string
  readonly namespace: string
}

/** What is asked. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Time after which a connection attempt into the void is given up, unless the caller says otherwise. */
const CONNECT_TIMEOUT_MS = 10_000
const DNS_PORT = 53
const IP = /^\d{1,3}(\.\d{1,3}){3}$/

/** The network of one cluster. */
export class Network {
  /** Cluster DNS; replaced by the coredns room. */
  resolver: Resolver = () => ({ failure: 'dns-unavailable', note: 'no cluster DNS' })
  policy: PolicyCheck = () => undefined
  balancer: Balancer = () => undefined
  ingress: IngressRoute = () => ({ status: 404, name: 'upstream-default-backend' })
  /** Names that the world outside knows; clients outside ask there first. */
  outside: (host: string) => readonly string[] = () => []
  private readonly endpoints = new Map<string, Endpoint>()
  private readonly byName = new Map<string, Endpoint>()
  private readonly rules = new Map<string, RuleTable>()
  private readonly affinity = new Map<string, { backend: Backend; until: Millis }>()
  private readonly random
  private nextWalk = 1

  constructor(private readonly world: World) {
    this.random = world.random.split('network')
  }

  attach(endpoint: Endpoint): void {
    this.endpoints.set(endpoint.ip, endpoint)
    this.byName.set(endpoint.name, endpoint)
  }

  detach(ip: string): void {
    const endpoint = this.endpoints.get(ip)
    if (endpoint && this.byName.get(endpoint.name) === endpoint) this.byName.delete(endpoint.name)
    this.endpoints.delete(ip)
  }

  at(ip: string): Endpoint | undefined {
    return this.endpoints.get(ip)
  }

  /** kube-proxy of a node replaces its rules. */
  program(node: string, table: RuleTable): void {
    this.rules.set(node, table)
  }

  rulesOf(node: string): RuleTable | undefined {
    return this.rules.get(node)
  }

  /** Sends a request and waits for its answer. The walk is recorded whatever its end. */
  *request(from: Source, target: Target, timeoutMs = CONNECT_TIMEOUT_MS): Task<Walk> {
    const walk = new Walking(this.world, this.nextWalk++, from, target)
    walk.hop(
      'client',
      from.place,
      `${target.method ?? 'GET'} http://${target.host}:${target.port}${target.path ?? '/'}`,
      from.ip,
    )
    let ip = target.host
    if (!IP.test(ip)) {
      const answer = this.resolve(from, ip)
      if ('failure' in answer) {
        walk.hop('dns', 'kube-dns', answer.note)
        if (answer.failure === 'dns-unavailable')
          yield* sleep(this.world, from.place, Math.min(timeoutMs, 5000))
        return walk.fail(answer.failure, answer.note)
      }
      walk.hop('dns', answer.via, answer.note, answer.addresses[0])
      yield* this.latency(from.node, from.node)
      ip = answer.addresses[this.random.below(answer.addresses.length)] as string
    }
    return yield* this.connect(walk, from, ip, timeoutMs)
  }

  /** Asks DNS with the search path of a pod (ndots 5). */
  resolve(from: Source, name: string) {
    if (name === 'localhost')
      return { addresses: ['127.0.0.1'], note: 'localhost', via: from.place }
    const known = from.place === 'client' ? this.outside(name) : []
    if (known.length > 0) return { addresses: known, note: `${name} A ${known[0]}`, via: 'dns' }
    const answer = this.resolver({ name, namespace: from.namespace, node: from.node })
    const server = answer.via === undefined ? undefined : this.byName.get(answer.via)
    const refusal = server && this.refusalOf(from, server, DNS_PORT, 'UDP')
    if (refusal) return { failure: 'dns-unavailable' as const, note: refusal }
    return answer
  }

  private refusalOf(
    from: Source,
    to: Endpoint,
    port: number,
    protocol: 'TCP' | 'UDP',
  ): string | undefined {
    return this.policy({ from, source: this.endpoints.get(from.ip), to, port, protocol })
  }

  private *connect(walk: Walking, from: Source, address: string, timeoutMs: Millis): Task<Walk> {
    const { target } = walk
    let ip = address === '127.0.0.1' ? from.ip : address
    let port = target.port
    const host = from.place === 'client' ? this.balancer(ip) : undefined
    if (host === null) {
      yield* sleep(this.world, from.place, timeoutMs)
      return walk.fail('timeout', `the load balancer at ${ip} has no node that is fit`)
    }
    if (host) walk.hop('node', host, `chosen by the load balancer at ${ip}`, `${ip}:${port}`)
    const entry = host ?? this.entryNode(from, ip)
    const rule = this.rules.get(entry)?.get(`${ip}:${port}`) ?? this.nodePortRule(entry, ip, port)
    if (rule?.sources && !rule.sources.some((cidr) => inCidr(cidr, from.ip))) {
      yield* sleep(this.world, from.place, timeoutMs)
      return walk.fail('timeout', `${from.ip} is in none of its loadBalancerSourceRanges`)
    }
    if (rule) {
      const backend = this.choose(rule, entry, from.ip)
      if (!backend) {
        walk.hop('service', rule.service, 'no endpoints', `${ip}:${port}`)
        if (!rule.localOnly || rule.backends.length === 0)
          return walk.fail('refused', `Service ${rule.service} has no endpoints`)
        yield* sleep(this.world, from.place, timeoutMs)
        return walk.fail('timeout', `no endpoint on ${entry} (Local traffic policy)`)
      }
      const share = `1 of ${rule.backends.length} endpoint${rule.backends.length === 1 ? '' : 's'}`
      walk.hop(
        'service',
        rule.service,
        `kube-proxy on ${entry}: ${share} of port ${rule.port}`,
        `${ip}:${port}`,
      )
      ip = backend.ip
      port = backend.port
    }
    return yield* this.reach(walk, from, { ip, port, entry }, timeoutMs)
  }

  private *reach(
    walk: Walking,
    from: Source,
    to: { ip: string; port: number; entry: string },
    timeoutMs: Millis,
  ): Task<Walk> {
    const endpoint = this.endpoints.get(to.ip)
    const { wires } = this.world
    if (!endpoint || wires.isCut(to.entry, endpoint.node) || wires.isCut(endpoint.node, to.entry)) {
      yield* sleep(this.world, from.place, timeoutMs)
      return walk.fail(
        'timeout',
        endpoint ? `no answer from ${endpoint.node}` : `no route to ${to.ip}`,
      )
    }
    const refusal = this.refusalOf(from, endpoint, to.port, 'TCP')
    if (refusal) {
      yield* sleep(this.world, from.place, timeoutMs)
      return walk.fail('timeout', refusal)
    }
    yield* this.latency(to.entry, endpoint.node)
    walk.hop(
      endpoint.pod ? 'pod' : 'node',
      endpoint.name,
      `on ${endpoint.node}`,
      `${to.ip}:${to.port}`,
    )
    const listener = endpoint.ports.get(to.port)
    if (!listener) return walk.fail('refused', `nothing listens on ${to.ip}:${to.port}`)
    const { target } = walk
    let response: PodHttpResponse
    try {
      response = yield* listener({
        method: target.method ?? 'GET',
        host: target.host,
        path: target.path ?? '/',
        headers: target.headers ?? {},
        body: target.body ?? '',
        from: from.ip,
      })
    } catch (error) {
      if (!(error instanceof ConnectionReset)) throw error
      return walk.fail('reset', 'connection reset by peer')
    }
    yield* this.latency(endpoint.node, to.entry)
    return walk.answer(response)
  }

  private *latency(a: string, b: string): Task<void> {
    const ms = a === b ? 0 : this.world.wires.delay(a, b)
    if (ms > 0) yield* sleep(this.world, a, ms, { label: 'packet' })
  }

  /** Traffic from outside to a node's address enters there; everything else meets its own node's rules. */
  private entryNode(from: Source, ip: string): string {
    const endpoint = this.endpoints.get(ip)
    if (from.place === 'client' && endpoint && !endpoint.pod) return endpoint.node
    return from.node
  }

  private nodePortRule(entry: string, ip: string, port: number): ServiceRule | undefined {
    const endpoint = this.endpoints.get(ip)
    if (!endpoint || endpoint.pod) return undefined
    return this.rules.get(entry)?.get(`:${port}`)
  }

  private choose(rule: ServiceRule, node: string, client: string): Backend | undefined {
    const usable = rule.localOnly ? rule.backends.filter((b) => b.node === node) : rule.backends
    if (usable.length === 0) return undefined
    const { now } = this.world.clock
    const key = `${node} ${rule.service} ${rule.port} ${client}`
    if (rule.affinityMs > 0) {
      const kept = this.affinity.get(key)
      const still = kept && kept.until > now && usable.some((b) => b.ip === kept.backend.ip)
      if (still && kept) {
        this.affinity.set(key, { backend: kept.backend, until: now + rule.affinityMs })
        return kept.backend
      }
    }
    const backend = usable[this.random.below(usable.length)] as Backend
    if (rule.affinityMs > 0) this.affinity.set(key, { backend, until: now + rule.affinityMs })
    return backend
  }
}

/** Thrown by a listener whose process ends before it answered. */
export class ConnectionReset extends Error {
  override name = 'ConnectionReset'
}

class Walking {
  private readonly hops: Hop[] = []
  private readonly began: Millis

  constructor(
    private readonly world: World,
    readonly id: number,
    private readonly from: Source,
    readonly target: Target,
  ) {
    this.began = world.clock.now
  }

  hop(kind: Hop['kind'], place: string, note: string, address?: string): void {
    const at = this.world.clock.now - this.began
    this.hops.push({ kind, place, note, at, ...(address ? { address } : {}) })
    this.world.trace.current = this.world.trace.record({
      owner: this.from.place,
      verb: 'message',
      text: `${kind} ${place}`,
      detail: {
        walk: this.id,
        hop: this.hops.length - 1,
        kind,
        place,
        note,
        ...(address ? { address } : {}),
      },
    })
  }

  fail(why: NetworkFailure, note: string): Walk {
    this.hop('failure', this.from.place, note)
    return { id: this.id, hops: this.hops, result: { ok: false, why } }
  }

  answer(response: PodHttpResponse): Walk {
    this.hop('answer', this.from.place, `${response.status}`)
    return { id: this.id, hops: this.hops, result: { ok: true, response } }
  }
}
