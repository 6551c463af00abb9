/**
 * The half of ingress-nginx that speaks with the API: which Ingresses are its own, their events, their addresses, and
 * the endpoints that its proxies (the image's behaviour) send requests to.
 * @source https://github.com/kubernetes/ingress-nginx
 */
import type { EndpointSlice, Ingress, IngressBackend, Service } from '../api/generated/types.ts'
import { deepEqual } from '../api/meta/json.ts'
import { ApiError } from '../api/meta/status.ts'
import type { Client } from '../client/client.ts'
import { createInformers } from '../client/informer.ts'
import { createRecorder } from '../client/recorder.ts'
import type { Backend, IngressRoute } from '../network/network.ts'
import { sleep, spawn, type Task } from '../sim/task.ts'
import { WireError } from '../sim/wire.ts'
import { matchIngress } from './ingressrules.ts'
import { INGRESS_CONTROLLER, INGRESS_SERVICE } from './objects.ts'

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
const CLASS = 'nginx'
const NAMESPACE = 'kube-system'
/** How often addresses of Ingresses are brought up to date. @unit ms */
const STATUS_MS = 60_000

/** What the network needs of the controller. */
export interface RunningIngress {
  readonly route: IngressRoute
  /** Addresses of a host name, for clients outside: as the owner of the domain would have entered them. */
  addressesOf(host: string): readonly string[]
}

/** Starts the controller; it does nothing while no pod of it is ready. */
export function startIngressController(client: Client): RunningIngress {
  const { world, place } = client
  const informers = createInformers(client)
  const ingresses = informers.for('Ingress')
  const classes = informers.for('IngressClass')
  const services = informers.for('Service')
  const slices = informers.for('EndpointSlice')
  slices.index('service', serviceOf)
  const recorder = createRecorder(client, { component: 'nginx-ingress-controller' })

  const isOwn = (i: Ingress) => {
    const named = i.spec?.ingressClassName
    if (named) return classes.get('', named)?.spec?.controller === INGRESS_CONTROLLER
    return i.metadata.annotations?.[CLASS_ANNOTATION] === CLASS
  }
  const own = () => [...ingresses.list()].filter(isOwn)
  const isUp = () => [...slices.by('service', `${NAMESPACE}/${INGRESS_SERVICE}`)].some(hasReady)
  const told = (i: Ingress) => {
    if (!isOwn(i) || !isUp()) return
    const about = { kind: 'Ingress', apiVersion: i.apiVersion, metadata: i.metadata }
    recorder.event(about, 'Normal', 'Sync', 'Scheduled for sync')
  }
  ingresses.on({
    added: told,
    updated: (old, now) => {
      const same = deepEqual(old.spec, now.spec)
      if (!same || !deepEqual(old.metadata.annotations, now.metadata.annotations)) told(now)
    },
  })

  // A controller that comes up finds all Ingresses new.
  let wasUp = false
  const look = (slice: EndpointSlice) => {
    if (serviceOf(slice) !== `${NAMESPACE}/${INGRESS_SERVICE}`) return
    const up = isUp()
    if (up && !wasUp) for (const i of own()) told(i)
    wasUp = up
  }
  slices.on({ added: look, updated: (_old, now) => look(now), deleted: look })

  function* writeAddresses(): Task<void> {
    if (!isUp()) return
    const address = services.get(NAMESPACE, INGRESS_SERVICE)?.status?.loadBalancer?.ingress ?? []
    const ingress = address.map((a) => ({ ip: a.ip ?? '' }))
    for (const i of own()) {
      if (deepEqual(i.status?.loadBalancer?.ingress ?? [], ingress)) continue
      yield* client.updateStatus('Ingress', { ...i, status: { loadBalancer: { ingress } } })
    }
  }
  spawn(world, place, 'status', function* () {
    yield* informers.whenSynced()
    for (;;) {
      world.trace.current = 0
      try {
        yield* writeAddresses()
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof WireError)) throw error
      }
      yield* sleep(world, place, STATUS_MS, { background: true, label: 'ingress status' })
    }
  })

  return {
    route(q) {
      const found = matchIngress(own(), q)
      if (!found) return { status: 404, name: 'upstream-default-backend' }
      const namespace = found.ingress.metadata.namespace ?? ''
      const { backend, path } = found
      const name = `${namespace}-${backend.service?.name}-${portText(backend)}`
      if (found.redirect) return { status: 308, name, location: `https://${q.host}${q.path}` }
      const to = backend.service?.name ?? ''
      const service = services.get(namespace, to)
      const backends = service
        ? backendsOf(service, backend, [...slices.by('service', `${namespace}/${to}`)])
        : []
      if (backends.length === 0) return { status: 503, name }
      return { backends, path, name }
    },
    addressesOf(host) {
      const served = (h: string | undefined) =>
        h === host || (h?.startsWith('*.') && host.slice(host.indexOf('.')) === h.slice(1))
      for (const i of own()) {
        if (!i.spec?.rules?.some((r) => served(r.host))) continue
        const ips = (i.status?.loadBalancer?.ingress ?? []).flatMap((a) => (a.ip ? [a.ip] : []))
        if (ips.length > 0) return ips
      }
      return []
    },
  }
}

function portText(b: IngressBackend): string {
  return b.service?.port?.name ?? String(b.service?.port?.number ?? 0)
}

function serviceOf(s: EndpointSlice): string | undefined {
  const name = s.metadata.labels?.['kubernetes.io/service-name']
  return name ? `${s.metadata.namespace}/${name}` : undefined
}

function hasReady(s: EndpointSlice): boolean {
  return (s.endpoints ?? []).some((e) => e.conditions?.ready !== false)
}

/** Ready endpoints of the Service's port: requests go straight to pods, past the Service's address. Pure. */
export function backendsOf(
  service: Service,
  backend: IngressBackend,
  slices: readonly EndpointSlice[],
): Backend[] {
  const wanted = backend.service?.port
  const port = service.spec?.ports?.find((p) =>
    wanted?.name ? p.name === wanted.name : p.port === wanted?.number,
  )
  if (!port) return []
  if (service.spec?.type === 'ExternalName')
    return service.spec.externalName ? [{ ip: service.spec.externalName, port: port.port }] : []
  return slices.flatMap((s) => {
    const at = s.ports?.find((p) => (p.name ?? '') === (port.name ?? ''))?.port
    if (at === undefined) return []
    return (s.endpoints ?? [])
      .filter((e) => e.conditions?.ready !== false)
      .flatMap((e) => e.addresses.slice(0, 1).map((ip) => ({ ip, port: at })))
  })
}
