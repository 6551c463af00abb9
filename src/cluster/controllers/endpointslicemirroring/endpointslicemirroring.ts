/**
 * Endpoints written by hand, for a Service without selector, are mirrored as EndpointSlices.
 * @source pkg/controller/endpointslicemirroring
 */
import type {
  EndpointSlice,
  EndpointSubset,
  Endpoints,
  Service,
} from '../../api/generated/types.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { keyOf } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import { type ControllerContext, callKey, defineController, startLoop } from '../framework.ts'
import { ownerRefFor } from '../podcontrol.ts'
import { LAST_CHANGE } from '../servicepods.ts'

const MANAGER = 'endpointslicemirroring-controller.k8s.io'
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const SERVICE_NAME = 'kubernetes.io/service-name'
const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const OURS = 'mirror'

/** The mirroring controller. */
export const endpointslicemirroring = defineController({
  name: 'endpointslice-mirroring-controller',
  account: 'endpointslicemirroring-controller',
  start,
})

function start(c: ControllerContext): void {
  const all = c.informers.for('Endpoints')
  const services = c.informers.for('Service')
  const slices = c.informers.for('EndpointSlice')
  slices.index(OURS, (s) =>
    s.metadata.labels?.[MANAGED_BY] === MANAGER
      ? `${s.metadata.namespace}/${s.metadata.labels[SERVICE_NAME]}`
      : undefined,
  )
  const queue = startLoop({ context: c, kind: 'Endpoints', reconcile })
  const changed = (o: Endpoints | Service) => {
    // Endpoints that the endpoint controller keeps are no concern of ours.
    const service = services.getKey(keyOf(o))
    if (!service?.spec?.selector) queue.add(keyOf(o))
  }
  all.on({ added: changed, updated: (_old, e) => changed(e), deleted: changed })
  services.on({ added: changed, updated: (_old, s) => changed(s), deleted: changed })

  function* reconcile(key: string): Task<void> {
    const e = all.getKey(key)
    const service = services.getKey(key)
    const wanted =
      e && service && mirrors(e, service) ? (e.subsets ?? []).flatMap((s) => sliceOf(e, s)) : []
    const known = [...slices.by(OURS, key)]
    for (const want of wanted) {
      const old = known.shift()
      if (!old) yield* c.client.create('EndpointSlice', want)
      else if (
        !deepEqual(old.endpoints ?? [], want.endpoints) ||
        !deepEqual(old.ports ?? [], want.ports) ||
        !deepEqual(old.metadata.labels ?? {}, want.metadata.labels ?? {}) ||
        !deepEqual(old.metadata.annotations ?? {}, want.metadata.annotations ?? {})
      ) {
        const { labels = {}, annotations } = want.metadata
        const { annotations: _old, ...metadata } = { ...old.metadata, labels }
        yield* c.client.update('EndpointSlice', {
          ...want,
          metadata: annotations ? { ...metadata, annotations } : metadata,
        })
      }
    }
    for (const s of known) yield* c.client.delete('EndpointSlice', callKey(s))
  }
}

function mirrors(e: Endpoints, service: Service): boolean {
  if (service.spec?.selector) return false
  if (e.metadata.labels?.[SKIP] === 'true') return false
  return e.metadata.annotations?.['control-plane.alpha.kubernetes.io/leader'] === undefined
}

function sliceOf(e: Endpoints, subset: EndpointSubset): EndpointSlice[] {
  const addresses = [
    ...(subset.addresses ?? []).map((a) => ({ a, ready: true })),
    ...(subset.notReadyAddresses ?? []).map((a) => ({ a, ready: false })),
  ]
  if (addresses.length === 0) return []
  const { namespace, name } = e.metadata
  const { [SKIP]: _skip, ...labels } = e.metadata.labels ?? {}
  const {
    [LAST_CHANGE]: _change,
    [APPLIED]: _applied,
    ...annotations
  } = e.metadata.annotations ?? {}
  return [
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: `${name}-`,
        ...(namespace ? { namespace } : {}),
        labels: { ...labels, [MANAGED_BY]: MANAGER, [SERVICE_NAME]: name ?? '' },
        ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
        ownerReferences: [ownerRefFor('Endpoints', e.metadata)],
      },
      addressType: addresses[0]?.a.ip.includes(':') ? 'IPv6' : 'IPv4',
      endpoints: addresses.map(({ a, ready }) => ({
        addresses: [a.ip],
        conditions: { ready },
        ...(a.hostname ? { hostname: a.hostname } : {}),
        ...(a.nodeName ? { nodeName: a.nodeName } : {}),
        ...(a.targetRef ? { targetRef: a.targetRef } : {}),
      })),
      ports: (subset.ports ?? []).map((p) => ({
        name: p.name ?? '',
        port: p.port,
        protocol: p.protocol ?? 'TCP',
        ...(p.appProtocol ? { appProtocol: p.appProtocol } : {}),
      })),
    },
  ]
}
