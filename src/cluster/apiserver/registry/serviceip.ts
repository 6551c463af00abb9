/**
 * Cluster addresses and node ports of Services. Addresses are objects (IPAddress) written in the same transaction as
 * the Service; node ports are told from the Services there are.
 * @source pkg/registry/core/service/storage/alloc.go, pkg/registry/core/service/ipallocator
 */
import type { Service, ServiceCIDR, ServicePort, ServiceSpec } from '../../api/generated/types.ts'
import { isTrue } from '../../api/meta/conditions.ts'
import { invalidValue } from '../../api/meta/field.ts'
import { newUid } from '../../api/meta/names.ts'
import { type FieldError, failure, internalError, invalid } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Op } from '../../etcd/store.ts'
import { isIpv4 } from '../../kinds/shared/ip.ts'
import type { Task } from '../../sim/task.ts'
import type { Call } from '../call.ts'
import type { Registry } from './registry.ts'
import { initFamilies } from './servicefamilies.ts'
import { unstamped } from './storage.ts'

const PORT_MIN = 30000
const PORT_MAX = 32767
const TRIES_MAX = 200_000

/** Fills in addresses and ports of a Service about to be stored. @throws ApiError Invalid */
export function* allocateService(
  r: Registry,
  c: Call,
  o: AnyObject,
  old: AnyObject | undefined,
): Task<void> {
  const service = o as unknown as Service
  const before = old as unknown as Service | undefined
  const services = r.builtin('', 'v1', 'services')
  const addresses = r.builtin('networking.k8s.io', 'v1', 'ipaddresses')
  yield* services.cache.ready()
  yield* addresses.cache.ready()
  yield* r.builtin('networking.k8s.io', 'v1', 'servicecidrs').cache.ready()
  const spec = service.spec as ServiceSpec
  const errors = initFamilies(spec, before?.spec)
  if (errors.length > 0) throw invalidService(service, errors)
  allocateIp(r, c, service, before)
  allocatePorts(r, c, service, before)
}

function invalidService(s: Service, errors: readonly FieldError[]): Error {
  return invalid({ group: '', kind: 'Service' }, s.metadata.name ?? '', errors)
}

const NEEDS_ADDRESS = ['ClusterIP', 'LoadBalancer', 'NodePort']

function allocateIp(r: Registry, c: Call, s: Service, old: Service | undefined): void {
  const spec = s.spec as ServiceSpec
  if (spec.type === 'ExternalName') return
  const asked = spec.clusterIPs?.[0] ?? spec.clusterIP
  if (asked === 'None' || !NEEDS_ADDRESS.includes(spec.type ?? '')) return
  // An address once given stays; whoever wants another is told by validation.
  if (old && old.spec?.type !== 'ExternalName') return
  if (asked) {
    const why = !ranges(r).some((x) => isIn(x, asked))
      ? 'the provided network does not match the current range'
      : taken(r, asked)
        ? 'provided IP is already allocated'
        : undefined
    if (why) {
      const text = `failed to allocate IP ${asked}: ${why}`
      throw invalidService(s, [invalidValue('spec.clusterIPs', spec.clusterIPs ?? [asked], text)])
    }
    spec.clusterIP = asked
    spec.clusterIPs = [asked]
    return
  }
  const ip = freeIp(r, c)
  spec.clusterIP = ip
  spec.clusterIPs = [ip]
}

/** Addresses of a ServiceCIDR that may be given out; the first and the last are not. */
interface Range {
  readonly base: number
  readonly size: number
}

/** The ServiceCIDRs that are ready, the cluster's own first. */
function ranges(r: Registry): Range[] {
  const all = [...r.builtin('networking.k8s.io', 'v1', 'servicecidrs').cache.state.values()]
  const own = (o: AnyObject) => (o.metadata.name === 'kubernetes' ? 0 : 1)
  return all
    .sort((a, b) => own(a) - own(b) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
    .map((o) => o as unknown as ServiceCIDR)
    .filter((o) => !o.metadata.deletionTimestamp && isTrue(o.status?.conditions, 'Ready'))
    .flatMap((o) => o.spec?.cidrs ?? [])
    .flatMap((text) => {
      const [ip = '', bits = ''] = text.split('/')
      return isIpv4(ip) ? [{ base: numberOf(ip), size: 2 ** (32 - Number(bits)) }] : []
    })
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((n, part) => n * 256 + Number(part), 0)
}

function isIn(x: Range, ip: string): boolean {
  const n = isIpv4(ip) ? numberOf(ip) : -1
  return n > x.base && n < x.base + x.size - 1
}

function taken(r: Registry, ip: string): boolean {
  return r.cached(r.builtin('networking.k8s.io', 'v1', 'ipaddresses'), '', ip) !== undefined
}

/** The low addresses of a range are left to those who ask for one, while there are others. */
function freeIp(r: Registry, c: Call): string {
  for (const x of ranges(r)) {
    const low = Math.min(Math.max(LOW.min, Math.floor(x.size / LOW.share)), LOW.max)
    const last = x.size - 2
    const tries = Math.min(TRIES_MAX, x.size * 4)
    for (let i = 0; low <= last && i < tries; i++) {
      const ip = textOf(x.base + c.random.between(low, last))
      if (!taken(r, ip)) return ip
    }
    for (let n = 1; n <= last; n++) {
      const ip = textOf(x.base + n)
      if (!taken(r, ip)) return ip
    }
  }
  throw internalError('failed to allocate a serviceIP: range is full')
}

/** @source pkg/registry/core/service/ipallocator calculateRangeOffset */
const LOW = { min: 16, max: 256, share: 16 }

function textOf(n: number): string {
  return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.')
}

function hasPorts(spec: ServiceSpec | undefined): boolean {
  if (spec?.type === 'NodePort') return true
  return spec?.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false
}

function allocatePorts(r: Registry, c: Call, s: Service, old: Service | undefined): void {
  const spec = s.spec as ServiceSpec
  const used = usedPorts(r, s)
  const own = new Map<string, number>()
  const mine = new Set((old?.spec?.ports ?? []).map((p) => p.nodePort ?? 0))
  const errors: FieldError[] = []
  spec.ports?.forEach((p, i) => {
    if (!p.nodePort) return
    const why = portError(p, { used, own, mine })
    if (why) errors.push(invalidValue(`spec.ports[${i}].nodePort`, p.nodePort, why))
    own.set(`${p.protocol}/${p.nodePort}`, p.nodePort)
  })
  if (errors.length > 0) throw invalidService(s, errors.slice(0, 1))
  if (hasPorts(spec)) {
    for (const p of spec.ports ?? [])
      if (!p.nodePort) p.nodePort = sharedPort(p, spec) ?? freePort(c, used, own)
  }
  const needsHealth = spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
  if (needsHealth && !spec.healthCheckNodePort) spec.healthCheckNodePort = freePort(c, used, own)
}

interface PortUse {
  readonly used: ReadonlySet<number>
  readonly own: ReadonlyMap<string, number>
  readonly mine: ReadonlySet<number>
}

function portError(p: ServicePort, u: PortUse): string | undefined {
  const port = p.nodePort ?? 0
  if (port < PORT_MIN || port > PORT_MAX) {
    return `provided port is not in the valid range. The range of valid ports is ${PORT_MIN}-${PORT_MAX}`
  }
  if (u.own.has(`${p.protocol}/${port}`)) return 'provided port is already allocated'
  return u.used.has(port) && !u.mine.has(port) ? 'provided port is already allocated' : undefined
}

/** The same port in another protocol keeps one number. */
function sharedPort(p: ServicePort, spec: ServiceSpec): number | undefined {
  const twin = spec.ports?.find((x) => x !== p && x.port === p.port && x.protocol !== p.protocol)
  return twin?.nodePort || undefined
}

function usedPorts(r: Registry, except: Service): Set<number> {
  const used = new Set<number>()
  for (const o of r.builtin('', 'v1', 'services').cache.state.values()) {
    if (o.metadata.uid === except.metadata.uid) continue
    const spec = (o as unknown as Service).spec
    for (const p of spec?.ports ?? []) if (p.nodePort) used.add(p.nodePort)
    if (spec?.healthCheckNodePort) used.add(spec.healthCheckNodePort)
  }
  return used
}

function freePort(c: Call, used: Set<number>, own: Map<string, number>): number {
  const taken_ = new Set(own.values())
  for (let i = 0; i < TRIES_MAX; i++) {
    const port = c.random.between(PORT_MIN, PORT_MAX)
    if (used.has(port) || taken_.has(port)) continue
    own.set(`free/${port}`, port)
    return port
  }
  throw failure(
    500,
    'InternalError',
    'Internal error occurred: failed to allocate a nodePort: range is full',
  )
}

/** What else must be written when a Service changes from `old` to `next` (undefined: it is gone). */
export function addressOps(
  r: Registry,
  c: Call,
  next: AnyObject | undefined,
  old: AnyObject | undefined,
): Op[] {
  const ipOf = (o: AnyObject | undefined) => {
    const spec = (o as unknown as Service | undefined)?.spec
    const ip = spec?.type === 'ExternalName' ? undefined : spec?.clusterIPs?.[0]
    return ip && ip !== 'None' ? ip : undefined
  }
  const before = ipOf(old)
  const after = ipOf(next)
  if (before === after) return []
  const { prefix } = r.builtin('networking.k8s.io', 'v1', 'ipaddresses').cache
  const ops: Op[] = []
  if (before) ops.push({ op: 'delete', key: prefix + before })
  if (after && next) {
    ops.push({ op: 'put', key: prefix + after, value: addressOf(c, next, after) })
    // The allocator is a client of its own server upstream, and its write shows in the audit log.
    r.world.trace.record({
      owner: 'kube-apiserver',
      verb: 'request',
      about: { kind: 'IPAddress', name: after },
      text: 'create ipaddresses',
      detail: { code: 201 },
    })
  }
  return ops
}

function addressOf(c: Call, s: AnyObject, ip: string): AnyObject {
  return unstamped({
    kind: 'IPAddress',
    apiVersion: 'networking.k8s.io/v1',
    metadata: {
      name: ip,
      uid: newUid(c.random),
      creationTimestamp: c.now,
      labels: {
        'ipaddress.kubernetes.io/ip-family': 'IPv4',
        'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
      },
    },
    spec: {
      parentRef: { resource: 'services', namespace: s.metadata.namespace, name: s.metadata.name },
    },
  } as AnyObject)
}
