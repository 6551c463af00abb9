/**
 * Endpoints, the older and deprecated form of EndpointSlices, still written for every Service with a selector.
 * @source pkg/controller/endpoint/endpoints_controller.go, pkg/api/v1/endpoints/util.go
 */
import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Endpoints,
  Pod,
  Service,
} from '../../api/generated/types.ts'
import { isPodReady } from '../../api/helpers/pods.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { isReason } from '../../api/meta/status.ts'
import { parseKey } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  defineController,
  isOperational,
  nowOf,
  pauseFor,
  startLoop,
  targetOf,
} from '../framework.ts'
import { isNamespaceTerminating } from '../podcontrol.ts'
import {
  endpointPorts,
  HEADLESS,
  hasHostname,
  isEndpoint,
  isHeadless,
  LAST_CHANGE,
  servicePods,
} from '../servicepods.ts'

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
/** Addresses beyond this are left out. */
const MAX_ADDRESSES = 1000

/** The controller of Endpoints. */
export const endpoints = defineController({ name: 'endpoint-controller', start })

function start(c: ControllerContext): void {
  const services = c.informers.for('Service')
  const all = c.informers.for('Endpoints')
  const members = servicePods(c)
  const queue = startLoop({ context: c, kind: 'Service', reconcile })
  members.on((key) => queue.add(key))
  all.on({
    deleted: (e) => {
      const service = services.get(e.metadata.namespace, e.metadata.name ?? '')
      if (service) queue.add(`${e.metadata.namespace}/${e.metadata.name}`)
    },
  })

  function* reconcile(key: string): Task<unknown> {
    const { namespace, name } = parseKey(key)
    const service = services.get(namespace, name)
    if (!service) {
      try {
        if (all.get(namespace, name)) yield* c.client.delete('Endpoints', { namespace, name })
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
      return undefined
    }
    if (service.spec?.type === 'ExternalName' || !service.spec?.selector) return undefined
    queue.hold(key, pauseFor(members.count(service)))
    const known = all.get(namespace, name)
    const next = endpointsOf(service, members.of(service), known, nowOf(c))
    if (!next) return undefined
    try {
      if (known) yield* c.client.update('Endpoints', next)
      else yield* c.client.create('Endpoints', next)
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined
      if (isOperational(error)) tell(c, service, known !== undefined, error)
      throw error
    }
    return undefined
  }
}

function tell(c: ControllerContext, service: Service, known: boolean, error: Error): void {
  const what = known ? 'update' : 'create'
  const key = `${service.metadata.namespace}/${service.metadata.name}`
  const text = `Failed to ${what} endpoint ${key}: ${error.message}`
  const reason = known ? 'FailedToUpdateEndpoint' : 'FailedToCreateEndpoint'
  c.recorder().event(targetOf('Service', service), 'Warning', reason, text)
}

/** The object to write, or undefined when it is right as it is. */
export function endpointsOf(
  service: Service,
  pods: Iterable<Pod>,
  known: Endpoints | undefined,
  now: string,
): Endpoints | undefined {
  const { subsets, truncated } = subsetsOf(service, pods)
  const labels: Record<string, string> = { ...service.metadata.labels }
  if (isHeadless(service)) labels[HEADLESS] = ''
  else delete labels[HEADLESS]
  labels[MANAGED_BY] = 'endpoint-controller'
  const same = deepEqual(known?.subsets ?? [], subsets)
  const capacity = !!known?.metadata.annotations?.[OVER_CAPACITY] === truncated
  if (known && same && capacity && deepEqual(known.metadata.labels ?? {}, labels)) return undefined
  const annotations: Record<string, string> = { ...known?.metadata.annotations, [LAST_CHANGE]: now }
  if (truncated) annotations[OVER_CAPACITY] = 'truncated'
  else delete annotations[OVER_CAPACITY]
  const { namespace, name } = service.metadata
  const base = known?.metadata ?? { ...(namespace ? { namespace } : {}), ...(name ? { name } : {}) }
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...base, labels, annotations },
    ...(subsets.length > 0 ? { subsets } : {}),
  }
}

interface Group {
  readonly ports: EndpointPort[]
  readonly ready: EndpointAddress[]
  readonly notReady: EndpointAddress[]
}

function subsetsOf(
  service: Service,
  pods: Iterable<Pod>,
): { subsets: EndpointSubset[]; truncated: boolean } {
  const groups = new Map<string, Group>()
  let count = 0
  let truncated = false
  const publish = service.spec?.publishNotReadyAddresses === true
  for (const pod of pods) {
    if (!isEndpoint(pod, publish)) continue
    if (count >= MAX_ADDRESSES) {
      truncated = true
      break
    }
    count++
    const ports = endpointPorts(service, pod).map((p) => (p.name ? p : unnamed(p)))
    const id = ports.map((p) => `${p.name ?? ''}:${p.port}:${p.protocol}`).join(',')
    const group = groups.get(id) ?? { ports, ready: [], notReady: [] }
    groups.set(id, group)
    const to = publish || isPodReady(pod) ? group.ready : group.notReady
    to.push(addressOf(service, pod))
  }
  const ids = [...groups.keys()].sort()
  const subsets = ids.map((id) => subsetOf(groups.get(id) as Group))
  return { subsets, truncated }
}

function subsetOf(g: Group): EndpointSubset {
  const byIp = (a: EndpointAddress, b: EndpointAddress) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0)
  return {
    ...(g.ready.length > 0 ? { addresses: g.ready.sort(byIp) } : {}),
    ...(g.notReady.length > 0 ? { notReadyAddresses: g.notReady.sort(byIp) } : {}),
    ...(g.ports.length > 0 ? { ports: g.ports } : {}),
  }
}

function unnamed(p: EndpointPort): EndpointPort {
  const { name: _name, ...rest } = p
  return rest
}

function addressOf(service: Service, pod: Pod): EndpointAddress {
  const { namespace, name, uid } = pod.metadata
  const nodeName = pod.spec?.nodeName
  return {
    ip: pod.status?.podIP ?? '',
    ...(hasHostname(service, pod) ? { hostname: pod.spec?.hostname as string } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: {
      kind: 'Pod',
      ...(namespace ? { namespace } : {}),
      ...(name ? { name } : {}),
      ...(uid ? { uid } : {}),
    },
  }
}
