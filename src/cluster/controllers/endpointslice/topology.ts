/**
 * Topology aware routing: endpoints are dealt out to zones by the zones' share of the cluster's CPU.
 * @source staging/src/k8s.io/endpointslice/topologycache/topologycache.go, utils.go, event.go
 */
import type { Endpoint, Node, Service } from '../../api/generated/types.ts'
import { amountOf } from '../../api/helpers/requests.ts'
import { isTrue } from '../../api/meta/conditions.ts'

const ZONE = 'topology.kubernetes.io/zone'
const MODES = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode']
const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']
/** A zone's endpoints may have to carry so much more than their share. */
const OVERLOAD = 0.2

/** Zones by endpoint, or why there can be none. */
export type ZonePlan =
  | { readonly zones: ReadonlyMap<Endpoint, string> }
  | { readonly refused: string }

interface Allocation {
  readonly minimum: number
  readonly desired: number
}

/** True for Services that ask for hints by annotation. */
export function wantsTopology(service: Service): boolean {
  const annotations = service.metadata.annotations ?? {}
  const key = MODES.find((k) => annotations[k] !== undefined)
  return key !== undefined && (annotations[key] === 'Auto' || annotations[key] === 'auto')
}

/** Deals the ready endpoints out to the zones. */
export function planZones(endpoints: readonly Endpoint[], nodes: Iterable<Node>): ZonePlan {
  const ready = endpoints.filter((e) => e.conditions?.ready)
  const shares = sharesOf(nodes)
  if (!shares) {
    const refused =
      'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'
    return { refused }
  }
  const counts = `(${ready.length} endpoints, ${shares.size} zones)`
  if (shares.size > ready.length) {
    return { refused: `Insufficient number of endpoints ${counts}` }
  }
  const wanted = allocate(shares, ready.length)
  if (!wanted) {
    const text =
      'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold'
    return { refused: `${text} ${counts}` }
  }
  if (ready.some((e) => !e.zone)) {
    return { refused: 'One or more endpoints do not have a zone specified' }
  }
  return { zones: redistribute(ready, wanted) }
}

/** The zones' shares of all CPU; undefined when a node does not tell, or all are in one zone. */
function sharesOf(nodes: Iterable<Node>): Map<string, number> | undefined {
  const cpus = new Map<string, number>()
  let total = 0
  for (const node of nodes) {
    const labels = node.metadata.labels ?? {}
    if (CONTROL_PLANE.some((k) => labels[k] !== undefined)) continue
    if (!isTrue(node.status?.conditions, 'Ready')) continue
    const zone = labels[ZONE]
    const cpu = amountOf('cpu', node.status?.allocatable?.cpu ?? '0')
    if (!zone || cpu === 0) return undefined
    cpus.set(zone, (cpus.get(zone) ?? 0) + cpu)
    total += cpu
  }
  if (total === 0 || cpus.size < 2) return undefined
  return new Map([...cpus].map(([zone, cpu]) => [zone, cpu / total]))
}

function allocate(
  shares: ReadonlyMap<string, number>,
  count: number,
): Map<string, Allocation> | undefined {
  const out = new Map<string, Allocation>()
  let left = count
  for (const [zone, share] of shares) {
    const desired = share * count
    const minimum = Math.ceil(desired / (1 + OVERLOAD))
    out.set(zone, { minimum, desired: Math.max(desired, minimum) })
    left -= minimum
    if (left < 0) return undefined
  }
  return out
}

/** Every endpoint serves its own zone, except those that a zone with too many gives to one with too few. */
function redistribute(
  ready: readonly Endpoint[],
  wanted: ReadonlyMap<string, Allocation>,
): Map<Endpoint, string> {
  const zones = new Map(ready.map((e) => [e, e.zone ?? '']))
  const over = new Map<string, number>()
  const under = new Map<string, number>()
  for (const [zone, { desired }] of wanted) {
    const has = ready.filter((e) => e.zone === zone).length
    if (has > desired) over.set(zone, has - desired)
    if (has < desired) under.set(zone, desired - has)
  }
  for (;;) {
    const giver = most(over)
    const taker = most(under)
    if (!giver || !taker || (giver.n < 1 && taker.n < 1) || giver.n < 0.5 || taker.n < 0.5) break
    const gift = ready.find((e) => zones.get(e) === giver.zone && e.zone === giver.zone)
    if (!gift) break
    zones.set(gift, taker.zone)
    over.set(giver.zone, giver.n - 1)
    under.set(taker.zone, taker.n - 1)
  }
  return zones
}

function most(zones: ReadonlyMap<string, number>): { zone: string; n: number } | undefined {
  let best: { zone: string; n: number } | undefined
  for (const [zone, n] of zones) if (n > (best?.n ?? 0)) best = { zone, n }
  return best
}
