/**
 * EndpointSlices: where each Service's traffic goes.
 * @source pkg/controller/endpointslice/endpointslice_controller.go, staging/src/k8s.io/endpointslice
 */
import type { Endpoint, EndpointSlice, Node, Pod, Service } from '../../api/generated/types.ts'
import { isPodReady } from '../../api/helpers/pods.ts'
import { isReason } from '../../api/meta/status.ts'
import { keyOf, parseKey } from '../../api/object.ts'
import type { Informer } from '../../client/informer.ts'
import type { Task } from '../../sim/task.ts'
import {
  type ControllerContext,
  callKey,
  decide,
  defineController,
  isOperational,
  nowOf,
  pauseFor,
  refTo,
  startLoop,
  targetOf,
} from '../framework.ts'
import { isNamespaceTerminating } from '../podcontrol.ts'
import { endpointPorts, hasHostname, isEndpoint, servicePods } from '../servicepods.ts'
import {
  identity,
  MANAGED_BY,
  MANAGER,
  type PortGroup,
  planSlices,
  portsId,
  SERVICE_NAME,
} from './slices.ts'
import { planZones, wantsTopology } from './topology.ts'

const BY_SERVICE = 'service'
const ZONE = 'topology.kubernetes.io/zone'

/** The controller of EndpointSlices. */
export const endpointslice = defineController({ name: 'endpointslice-controller', start })

function start(c: ControllerContext): void {
  const services = c.informers.for('Service')
  const slices = c.informers.for('EndpointSlice')
  const nodes = c.informers.for('Node')
  const members = servicePods(c)
  slices.index(BY_SERVICE, ourService)
  const queue = startLoop({ context: c, kind: 'Service', reconcile })
  /** Slices as this controller last wrote them; its cache may lag behind. */
  const written = new Map<string, string>()
  /** Services and address types whose endpoints carry hints of zones by annotation. */
  const hinted = new Set<string>()
  members.on((key) => queue.add(key))
  slices.on({
    updated(old, s) {
      // Somebody else changed a slice of ours.
      const key = ourService(s) ?? ourService(old)
      if (key && written.get(keyOf(s)) !== s.metadata.resourceVersion) queue.add(key)
    },
    deleted(s) {
      const key = ourService(s)
      written.delete(keyOf(s))
      if (key && services.getKey(key)) queue.add(key)
    },
  })

  function* reconcile(key: string): Task<unknown> {
    const { namespace, name } = parseKey(key)
    const service = services.get(namespace, name)
    if (!service || service.spec?.type === 'ExternalName' || !service.spec?.selector)
      return undefined
    if (service.metadata.deletionTimestamp) return undefined
    queue.hold(key, pauseFor(members.count(service)))
    const existing = [...slices.by(BY_SERVICE, key)].filter((s) => !s.metadata.deletionTimestamp)
    for (const addressType of addressTypes(service)) {
      const groups = groupByPorts(service, addressType, members.of(service), nodes)
      giveZones(key, service, addressType, groups)
      const mine = existing.filter((s) => s.addressType === addressType)
      const plan = planSlices(service, addressType, mine, groups, nowOf(c))
      try {
        yield* carryOut(service, plan)
      } catch (error) {
        if (isNamespaceTerminating(error)) return undefined
        if (isOperational(error) && !isReason(error, 'Conflict')) {
          const text = `Error updating Endpoint Slices for Service ${key}: ${error.message}`
          const about = targetOf('Service', service)
          c.recorder('endpoint-slice-controller').event(
            about,
            'Warning',
            'FailedToUpdateEndpointSlices',
            text,
          )
        }
        throw error
      }
    }
    return undefined
  }

  /** Hints by annotation; what becomes of them is told in events. */
  function giveZones(
    key: string,
    service: Service,
    addressType: string,
    groups: ReadonlyMap<string, PortGroup>,
  ): void {
    const tell = (type: 'Normal' | 'Warning', reason: string, text: string) =>
      c
        .recorder('endpoint-slice-controller')
        .event(targetOf('Service', service), type, reason, `${text}, addressType: ${addressType}`)
    const id = `${key}/${addressType}`
    const had = hinted.delete(id)
    if (!wantsTopology(service)) {
      const text = 'Topology Aware Hints has been disabled'
      if (had) tell('Warning', 'TopologyAwareHintsDisabled', text)
      return
    }
    const all = [...groups.values()].flatMap((g) => [...g.endpoints.values()])
    const plan = planZones(all, nodes.list())
    if ('refused' in plan) {
      tell('Warning', 'TopologyAwareHintsDisabled', plan.refused)
      return
    }
    for (const [e, zone] of plan.zones) e.hints = { forZones: [{ name: zone }] }
    hinted.add(id)
    if (had) return
    tell('Normal', 'TopologyAwareHintsEnabled', 'Topology Aware Hints has been enabled')
  }

  function* carryOut(service: Service, plan: ReturnType<typeof planSlices>): Task<void> {
    const { create, update, remove } = plan
    if (create.length + update.length + remove.length > 0) {
      decide(c, refTo('Service', service), 'changes its EndpointSlices', {
        create: create.length,
        update: update.length,
        remove: remove.length,
      })
    }
    const note = (s: EndpointSlice) => written.set(keyOf(s), s.metadata.resourceVersion ?? '')
    for (const s of create) note(yield* c.client.create('EndpointSlice', s))
    for (const s of update) note(yield* c.client.update('EndpointSlice', s))
    for (const s of remove) {
      try {
        yield* c.client.delete('EndpointSlice', callKey(s))
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
    }
  }
}

function ourService(s: EndpointSlice): string | undefined {
  const labels = s.metadata.labels
  if (labels?.[MANAGED_BY] !== MANAGER) return undefined
  return `${s.metadata.namespace}/${labels[SERVICE_NAME]}`
}

function addressTypes(service: Service): ('IPv4' | 'IPv6')[] {
  const families = service.spec?.ipFamilies?.filter((f) => f !== '')
  return families?.length ? families : ['IPv4']
}

function groupByPorts(
  service: Service,
  addressType: 'IPv4' | 'IPv6',
  pods: Iterable<Pod>,
  nodes: Informer<Node>,
): Map<string, PortGroup> {
  const groups = new Map<string, { ports: PortGroup['ports']; endpoints: Map<string, Endpoint> }>()
  for (const pod of pods) {
    if (!isEndpoint(pod, true)) continue
    const ip = addressOf(pod, addressType)
    if (!ip) continue
    const ports = endpointPorts(service, pod)
    const id = portsId(ports)
    let group = groups.get(id)
    if (!group) {
      group = { ports, endpoints: new Map() }
      groups.set(id, group)
    }
    const e = endpointOf(service, pod, ip, nodes)
    group.endpoints.set(identity(e), e)
  }
  return groups
}

function addressOf(pod: Pod, type: 'IPv4' | 'IPv6'): string | undefined {
  const ips = pod.status?.podIPs?.map((p) => p.ip) ?? [pod.status?.podIP ?? '']
  return ips.find((ip) => ip !== '' && ip.includes(':') === (type === 'IPv6'))
}

function endpointOf(service: Service, pod: Pod, ip: string, nodes: Informer<Node>): Endpoint {
  const serving = isPodReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const { namespace, name, uid } = pod.metadata
  const nodeName = pod.spec?.nodeName
  const zone = nodeName ? nodes.get('', nodeName)?.metadata.labels?.[ZONE] : undefined
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating)
  const hints = ready && !wantsTopology(service) ? hintsFor(service, zone, nodeName) : undefined
  return {
    addresses: [ip],
    conditions: {
      ready,
      serving,
      terminating,
    },
    ...(hasHostname(service, pod) ? { hostname: pod.spec?.hostname as string } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: {
      kind: 'Pod',
      ...(namespace ? { namespace } : {}),
      ...(name ? { name } : {}),
      ...(uid ? { uid } : {}),
    },
    ...(zone ? { zone } : {}),
    ...(hints ? { hints } : {}),
  }
}

/** Tells proxies for whom an endpoint is meant first, when the Service wishes traffic to stay near. */
function hintsFor(
  service: Service,
  zone: string | undefined,
  node: string | undefined,
): Endpoint['hints'] {
  const wish = service.spec?.trafficDistribution
  if (wish !== 'PreferClose' && wish !== 'PreferSameZone' && wish !== 'PreferSameNode') {
    return undefined
  }
  const nodes = wish === 'PreferSameNode' && node ? { forNodes: [{ name: node }] } : {}
  const zones = zone ? { forZones: [{ name: zone }] } : {}
  const hints = { ...zones, ...nodes }
  return Object.keys(hints).length > 0 ? hints : undefined
}
