/**
 * Says of each APIService whether what it names can serve: the Service is there and has a ready endpoint behind the
 * port. Groups that have no Service are the API server's own.
 * @source staging/src/k8s.io/kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go
 */
import type {
  APIService,
  APIServiceCondition,
  EndpointSlice,
  Service,
} from '../api/generated/types.ts'
import { conditionOf, isTrue } from '../api/meta/conditions.ts'
import { ApiError } from '../api/meta/status.ts'
import { formatTime } from '../api/meta/time.ts'
import type { Client } from '../client/client.ts'
import { createInformers } from '../client/informer.ts'
import { WorkQueue } from '../client/workqueue.ts'
import { spawn, type Task } from '../sim/task.ts'
import { WireError } from '../sim/wire.ts'

/** Tells what an APIService says of its group. */
export type ApiServiceState = (name: string) => 'absent' | 'unavailable' | 'available'

/** Starts the watch over APIServices. @returns what they say */
export function startAggregator(client: Client): ApiServiceState {
  const { world, place } = client
  const informers = createInformers(client)
  const apis = informers.for('APIService')
  const services = informers.for('Service')
  const slices = informers.for('EndpointSlice')
  const queue = new WorkQueue(world, place, 'sync APIService')
  const all = () => {
    for (const a of apis.list()) if (a.spec?.service) queue.add(a.metadata.name ?? '')
  }
  const named = (s: { metadata: { namespace?: string } }) => {
    const { namespace } = s.metadata
    for (const a of apis.list())
      if (a.spec?.service?.namespace === namespace) queue.add(a.metadata.name ?? '')
  }
  apis.on({ added: all, updated: all })
  services.on({ added: named, deleted: named })
  slices.on({ added: named, updated: (_old, s) => named(s), deleted: named })

  function* sync(name: string): Task<void> {
    const api = apis.get('', name)
    const to = api?.spec?.service
    if (!api || !to) return
    const service = services.get(to.namespace, to.name ?? '')
    const own = [...slices.list(to.namespace)].filter(
      (s) => s.metadata.labels?.['kubernetes.io/service-name'] === to.name,
    )
    const now = availability(api, service, own)
    const old = conditionOf(api.status?.conditions, 'Available')
    if (old?.status === now.status && old.reason === now.reason && old.message === now.message)
      return
    const since = old?.status === now.status ? old.lastTransitionTime : undefined
    const lastTransitionTime = since ?? formatTime(world.clock.unixMs)
    const status = { conditions: [{ ...now, lastTransitionTime }] }
    yield* client.updateStatus('APIService', { ...api, status })
  }

  spawn(world, place, 'wait for caches', function* () {
    yield* informers.whenSynced()
    queue.start(1, function* (name) {
      try {
        yield* sync(name)
        queue.forget(name)
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof WireError)) throw error
        queue.addRateLimited(name)
      }
    })
  })
  return (name) => {
    const api = apis.get('', name)
    if (!api) return 'absent'
    return isTrue(api.status?.conditions, 'Available') ? 'available' : 'unavailable'
  }
}

/** The Available condition of an APIService that names a Service. Pure. */
export function availability(
  api: APIService,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
): APIServiceCondition {
  const to = api.spec?.service
  const no = (reason: string, message: string): APIServiceCondition => ({
    type: 'Available',
    status: 'False',
    reason,
    message,
  })
  const name = `service/${to?.name} in "${to?.namespace}"`
  if (!service) return no('ServiceNotFound', `${name} is not present`)
  const number = to?.port ?? 443
  const port = service.spec?.ports?.find((p) => p.port === number)
  if (!port) return no('ServicePortError', `${name} is not listening on port ${number}`)
  const ready = slices.some(
    (s) =>
      s.ports?.some((p) => (p.name ?? '') === (port.name ?? '')) &&
      s.endpoints?.some((e) => e.conditions?.ready !== false),
  )
  if (!ready) {
    const which = `with port name "${port.name ?? ''}"`
    return no('MissingEndpoints', `endpoints for ${name} have no addresses ${which}`)
  }
  return { type: 'Available', status: 'True', reason: 'Passed', message: 'all checks passed' }
}
