/**
 * Cluster DNS: names of Services and pods, from the API. Answers only while a CoreDNS pod is ready behind kube-dns, when
 * the cluster runs it as pods.
 * @source https://github.com/kubernetes/dns/blob/master/docs/specification.md
 */
import type { EndpointSlice, Service } from '../api/generated/types.ts'
import type { Client } from '../client/client.ts'
import { createInformers, type Informer } from '../client/informer.ts'
import type { Resolver } from '../network/network.ts'

const DOMAIN = 'cluster.local'
const NDOTS = 5

/** Starts cluster DNS. @returns the resolver that pods ask */
export function startCoreDns(client: Client, options: { needsPods: boolean }): Resolver {
  const informers = createInformers(client)
  const services = informers.for('Service')
  const slices = informers.for('EndpointSlice')
  slices.index('service', (s) => {
    const name = s.metadata.labels?.['kubernetes.io/service-name']
    return name ? `${s.metadata.namespace}/${name}` : undefined
  })
  return ({ name, namespace }) => {
    const server = serverOf(slices)
    if (options.needsPods && !server) {
      return { failure: 'dns-unavailable', note: 'kube-dns has no ready endpoints' }
    }
    for (const full of candidates(name, namespace)) {
      const addresses = lookUp(full, services, slices, 0)
      if (addresses)
        return { addresses, note: `${full} A ${addresses[0]}`, via: server ?? 'kube-dns' }
    }
    return {
      failure: 'could-not-resolve',
      note: `NXDOMAIN ${name}`,
      ...(server ? { via: server } : {}),
    }
  }
}

function serverOf(slices: Informer<EndpointSlice>): string | undefined {
  for (const s of slices.by('service', 'kube-system/kube-dns')) {
    const ready = s.endpoints?.find((e) => e.conditions?.ready !== false)
    if (ready)
      return ready.targetRef ? `kube-system/${ready.targetRef.name}` : 'kube-system/kube-dns'
  }
  return undefined
}

/** The names that a pod's resolver tries, by its search path and ndots. Pure. */
export function candidates(name: string, namespace: string): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const searched = [`${namespace}.svc.${DOMAIN}`, `svc.${DOMAIN}`, DOMAIN].map(
    (s) => `${name}.${s}`,
  )
  return name.split('.').length - 1 >= NDOTS ? [name, ...searched] : [...searched, name]
}

function lookUp(
  full: string,
  services: Informer<Service>,
  slices: Informer<EndpointSlice>,
  depth: number,
): string[] | undefined {
  if (!full.endsWith(`.${DOMAIN}`) || depth > 8) return undefined
  const parts = full.slice(0, -DOMAIN.length - 1).split('.')
  const kind = parts.pop()
  const namespace = parts.pop()
  if (!namespace) return undefined
  if (kind === 'pod') {
    const ip = parts[0]?.replaceAll('-', '.')
    return ip && /^\d+\.\d+\.\d+\.\d+$/.test(ip) ? [ip] : undefined
  }
  const name = parts.pop()
  const service = kind === 'svc' && name ? services.get(namespace, name) : undefined
  if (!service || !name) return undefined
  const { clusterIP, type, externalName } = service.spec ?? {}
  if (type === 'ExternalName') return lookUp(externalName ?? '', services, slices, depth + 1)
  const host = parts.pop()
  if (host === undefined && clusterIP && clusterIP !== 'None') return [clusterIP]
  const addresses: string[] = []
  for (const slice of slices.by('service', `${namespace}/${name}`)) {
    for (const e of slice.endpoints ?? []) {
      if (e.conditions?.ready === false && !service.spec?.publishNotReadyAddresses) continue
      const address = e.addresses[0]
      if (!address) continue
      const own = e.hostname ?? address.replaceAll('.', '-')
      if (host === undefined || own === host) addresses.push(address)
    }
  }
  return addresses.length ? addresses.sort() : undefined
}
