/**
 * How a Service's endpoints are dealt out to EndpointSlices with as few writes as possible.
 * @source staging/src/k8s.io/endpointslice/reconciler.go
 */
import type {
  DiscoveryV1EndpointPort,
  Endpoint,
  EndpointSlice,
  Service,
} from '../../api/generated/types.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { ownerRefFor } from '../podcontrol.ts'
import { HEADLESS, isHeadless, LAST_CHANGE } from '../servicepods.ts'

/** A slice holds so many endpoints at most. */
export const MAX_ENDPOINTS = 100
export const SERVICE_NAME = 'kubernetes.io/service-name'
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
export const MANAGER = 'endpointslice-controller.k8s.io'

/** Endpoints that share their ports, by address (each with the pod's uid as identity). */
export interface PortGroup {
  readonly ports: readonly DiscoveryV1EndpointPort[]
  readonly endpoints: ReadonlyMap<string, Endpoint>
}

/** What to write. */
export interface SlicePlan {
  readonly create: EndpointSlice[]
  readonly update: EndpointSlice[]
  readonly remove: EndpointSlice[]
}

/** The identity of an endpoint across versions. */
export function identity(e: Endpoint): string {
  return `${e.addresses[0]}/${e.targetRef?.uid ?? ''}`
}

/** Compares the slices of one address type with the endpoints wanted. */
export function planSlices(
  service: Service,
  addressType: EndpointSlice['addressType'],
  existing: readonly EndpointSlice[],
  groups: ReadonlyMap<string, PortGroup>,
  now: string,
): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], remove: [] }
  const byPorts = new Map<string, EndpointSlice[]>()
  for (const s of existing) {
    const id = portsId(s.ports ?? [])
    if (!groups.has(id)) plan.remove.push(s)
    else byPorts.set(id, [...(byPorts.get(id) ?? []), s])
  }
  for (const [id, group] of groups) {
    planGroup(service, addressType, byPorts.get(id) ?? [], group, now, plan)
  }
  if (plan.create.length === 0 && existing.length === plan.remove.length) {
    keepPlaceholder(service, addressType, now, plan)
  }
  reuse(plan)
  return plan
}

/** A Service always has a slice, if an empty one. */
function keepPlaceholder(
  service: Service,
  addressType: EndpointSlice['addressType'],
  now: string,
  plan: SlicePlan,
): void {
  const empty = plan.remove.find((s) => !s.endpoints?.length && !s.ports?.length)
  if (empty) plan.remove.splice(plan.remove.indexOf(empty), 1)
  else plan.create.push(newSlice(service, addressType, [], [], now))
}

/** Slices to make take the place of slices to remove. */
function reuse(plan: SlicePlan): void {
  while (plan.create.length > 0 && plan.remove.length > 0) {
    const made = plan.create.pop() as EndpointSlice
    const old = plan.remove.pop() as EndpointSlice
    plan.update.push({
      ...made,
      metadata: { ...old.metadata, ...pickMeta(made) },
    })
  }
}

function pickMeta(s: EndpointSlice) {
  const { labels, annotations, ownerReferences } = s.metadata
  return {
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
    ...(ownerReferences ? { ownerReferences } : {}),
  }
}

function planGroup(
  service: Service,
  addressType: EndpointSlice['addressType'],
  slices: readonly EndpointSlice[],
  group: PortGroup,
  now: string,
  plan: SlicePlan,
): void {
  const left = new Map(group.endpoints)
  const changed = new Map<EndpointSlice, Endpoint[]>()
  const unchanged: EndpointSlice[] = []
  const labels = sliceLabels(service)
  for (const s of slices) {
    const kept: Endpoint[] = []
    let differs = false
    for (const e of s.endpoints ?? []) {
      const id = identity(e)
      const wanted = left.get(id)
      if (!wanted) {
        differs = true
        continue
      }
      left.delete(id)
      if (!deepEqual(wanted, e)) differs = true
      kept.push(wanted)
    }
    if (differs && kept.length === 0) plan.remove.push(s)
    else if (differs || !deepEqual(s.metadata.labels ?? {}, labels)) changed.set(s, kept)
    else unchanged.push(s)
  }
  const rest = [...left.values()]
  for (const list of [...changed.values()].sort((a, b) => b.length - a.length)) {
    while (rest.length > 0 && list.length < MAX_ENDPOINTS) list.push(rest.shift() as Endpoint)
  }
  fillUnchanged(unchanged, rest, changed)
  while (rest.length > 0) {
    const part = rest.splice(0, MAX_ENDPOINTS)
    plan.create.push(newSlice(service, addressType, part, group.ports, now))
  }
  for (const [s, endpoints] of changed) plan.update.push(changedSlice(service, s, endpoints, now))
}

/** One slice that was right as it was is opened only when it can take all that is left. */
function fillUnchanged(
  unchanged: readonly EndpointSlice[],
  rest: Endpoint[],
  changed: Map<EndpointSlice, Endpoint[]>,
): void {
  if (rest.length === 0 || rest.length >= MAX_ENDPOINTS) return
  let best: EndpointSlice | undefined
  for (const s of unchanged) {
    const size = s.endpoints?.length ?? 0
    if (size + rest.length > MAX_ENDPOINTS) continue
    if (!best || size > (best.endpoints?.length ?? 0)) best = s
  }
  if (!best) return
  changed.set(best, [...(best.endpoints ?? []), ...rest.splice(0)])
}

function changedSlice(
  service: Service,
  s: EndpointSlice,
  endpoints: readonly Endpoint[],
  now: string,
): EndpointSlice {
  const annotations = { ...s.metadata.annotations, [LAST_CHANGE]: now }
  const metadata = { ...s.metadata, labels: sliceLabels(service), annotations }
  return { ...s, metadata, endpoints: [...endpoints] }
}

function newSlice(
  service: Service,
  addressType: EndpointSlice['addressType'],
  endpoints: readonly Endpoint[],
  ports: readonly DiscoveryV1EndpointPort[],
  now: string,
): EndpointSlice {
  const { namespace, name } = service.metadata
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      ...(namespace ? { namespace } : {}),
      labels: sliceLabels(service),
      annotations: { [LAST_CHANGE]: now },
      ownerReferences: [ownerRefFor('Service', service.metadata)],
    },
    addressType,
    // Go writes an empty list that was never filled as null.
    endpoints: (endpoints.length > 0 ? [...endpoints] : null) as Endpoint[],
    ports: (ports.length > 0 ? [...ports] : null) as DiscoveryV1EndpointPort[],
  }
}

function sliceLabels(service: Service): Record<string, string> {
  const labels: Record<string, string> = { ...service.metadata.labels }
  if (isHeadless(service)) labels[HEADLESS] = ''
  else delete labels[HEADLESS]
  labels[MANAGED_BY] = MANAGER
  labels[SERVICE_NAME] = service.metadata.name ?? ''
  return labels
}

/** Names a set of ports, whatever their order. */
export function portsId(ports: readonly DiscoveryV1EndpointPort[]): string {
  const one = (p: DiscoveryV1EndpointPort) =>
    `${p.name ?? ''}:${p.protocol ?? 'TCP'}:${p.port ?? ''}:${p.appProtocol ?? ''}`
  return ports.map(one).sort().join(',')
}
