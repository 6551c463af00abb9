/** Describes Services, Endpoints, EndpointSlices, Ingresses and IngressClasses. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import type {
  EndpointSlice,
  Endpoints,
  Ingress,
  IngressBackend,
  IngressClass,
  IPAddress,
  Service,
  ServiceCIDR,
} from '../../cluster/api/generated/types.ts'
import type { AnyObject } from '../../cluster/api/object.ts'
import type { Task } from '../../cluster/sim/task.ts'
import { isExpected, messageOf } from '../errors.ts'
import { compareStrings } from '../printers/gojson.ts'
import { getObject } from '../resource.ts'
import { type DescribeContext, head, related } from './describer.ts'
import { describeEvents } from './events.ts'
import { type PrefixWriter, pairsText, writeConditions } from './writer.ts'

const SERVICE_NAME = 'kubernetes.io/service-name'
/** Addresses that are shown before `+ n more...`. */
const ADDRESSES_MAX = 3

function* slicesOf(c: DescribeContext, namespace: string, service: string): Task<EndpointSlice[]> {
  const selector = `${SERVICE_NAME}=${service}`
  return yield* related<EndpointSlice>(c, 'endpointslices.discovery.k8s.io', namespace, {
    selector,
  })
}

/** A Service. */
export function* describeService(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const service = o as unknown as Service
  const spec = service.spec ?? {}
  const slices = yield* slicesOf(c, o.metadata.namespace ?? '', o.metadata.name ?? '')
  head(c, o)
  w.field(0, 'Selector', pairsText(spec.selector))
  w.field(0, 'Type', spec.type)
  if (spec.ipFamilyPolicy) w.field(0, 'IP Family Policy', spec.ipFamilyPolicy)
  w.field(0, 'IP Families', spec.ipFamilies?.join(',') || '<none>')
  w.field(0, 'IP', spec.clusterIP)
  w.field(0, 'IPs', spec.clusterIPs?.join(',') || '<none>')
  if (spec.externalIPs?.length) w.field(0, 'External IPs', spec.externalIPs.join(','))
  if (spec.loadBalancerIP) w.field(0, 'Desired LoadBalancer IP', spec.loadBalancerIP)
  if (spec.externalName) w.field(0, 'External Name', spec.externalName)
  const ingress = service.status?.loadBalancer?.ingress
  if (ingress?.length) {
    const text = ingress.map((i) =>
      i.ip ? `${i.ip}${i.ipMode ? ` (${i.ipMode})` : ''}` : (i.hostname ?? ''),
    )
    w.field(0, 'LoadBalancer Ingress', text.join(', '))
  }
  for (const p of spec.ports ?? []) {
    const name = p.name || '<unset>'
    const protocol = p.protocol ?? 'TCP'
    w.field(0, 'Port', `${name}\t${p.port}/${protocol}`)
    w.field(0, 'TargetPort', `${p.targetPort ?? 0}/${protocol}`)
    if (p.appProtocol) w.field(0, 'AppProtocol', p.appProtocol)
    if (p.nodePort) w.field(0, 'NodePort', `${name}\t${p.nodePort}/${protocol}`)
    w.field(0, 'Endpoints', addressesText(slices, p.name ?? ''))
  }
  w.field(0, 'Session Affinity', spec.sessionAffinity)
  if (spec.externalTrafficPolicy) w.field(0, 'External Traffic Policy', spec.externalTrafficPolicy)
  if (spec.internalTrafficPolicy) w.field(0, 'Internal Traffic Policy', spec.internalTrafficPolicy)
  if (spec.healthCheckNodePort) w.field(0, 'HealthCheck NodePort', spec.healthCheckNodePort)
  if (spec.loadBalancerSourceRanges?.length)
    w.field(0, 'LoadBalancer Source Ranges', spec.loadBalancerSourceRanges.join(','))
  yield* describeEvents(c, o)
}

/** Ready addresses behind a named port. */
function addressesText(slices: readonly EndpointSlice[], port: string): string {
  if (slices.length === 0) return '<none>'
  const list: string[] = []
  let more = false
  let count = 0
  const take = (address: string, ready: boolean | undefined) => {
    if (list.length === ADDRESSES_MAX) more = true
    if (ready === false) return
    if (!more) list.push(address)
    count++
  }
  for (const s of slices) {
    if (!s.ports?.length) {
      for (const e of s.endpoints ?? []) take(e.addresses[0] as string, e.conditions?.ready)
      continue
    }
    for (const p of s.ports.filter((x) => (x.name ?? '') === port))
      for (const e of s.endpoints ?? [])
        take(`${hostOf(e.addresses[0] as string)}:${p.port}`, e.conditions?.ready)
  }
  const text = list.join(',')
  return more ? `${text} + ${count - ADDRESSES_MAX} more...` : text
}

function hostOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

/** Endpoints. */
export function* describeEndpoints(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  head(c, o)
  w.write(0, 'Subsets:\n')
  for (const s of (o as unknown as Endpoints).subsets ?? []) {
    const ips = (list: readonly { ip: string }[] | undefined) =>
      (list ?? []).map((a) => a.ip).join(',') || '<none>'
    w.field(1, 'Addresses', ips(s.addresses))
    w.field(1, 'NotReadyAddresses', ips(s.notReadyAddresses))
    if (s.ports?.length) {
      w.write(1, 'Ports:\n')
      w.write(2, 'Name\tPort\tProtocol\n')
      w.write(2, '----\t----\t--------\n')
      for (const p of s.ports)
        w.write(2, `${p.name || '<unset>'}\t${p.port}\t${p.protocol ?? 'TCP'}\n`)
    }
    w.write(0, '\n')
  }
  yield* describeEvents(c, o)
}

/** An EndpointSlice. */
export function* describeEndpointSlice(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const slice = o as unknown as EndpointSlice
  head(c, o)
  w.field(0, 'AddressType', slice.addressType)
  if (!slice.ports?.length) w.write(0, 'Ports: <unset>\n')
  else {
    w.write(0, 'Ports:\n')
    w.write(1, 'Name\tPort\tProtocol\n')
    w.write(1, '----\t----\t--------\n')
    for (const p of slice.ports)
      w.write(1, `${p.name || '<unset>'}\t${p.port ?? '<unset>'}\t${p.protocol ?? 'TCP'}\n`)
  }
  if (!slice.endpoints?.length) w.write(0, 'Endpoints: <none>\n')
  else {
    w.write(0, 'Endpoints:\n')
    for (const e of slice.endpoints) {
      w.field(1, '- Addresses', e.addresses.join(', ') || '<none>')
      w.write(2, 'Conditions:\n')
      w.field(3, 'Ready', e.conditions?.ready ?? '<unset>')
      w.field(2, 'Hostname', e.hostname ?? '<unset>')
      if (e.targetRef) w.field(2, 'TargetRef', `${e.targetRef.kind}/${e.targetRef.name}`)
      w.field(2, 'NodeName', e.nodeName ?? '<unset>')
      w.field(2, 'Zone', e.zone ?? '<unset>')
    }
  }
  yield* describeEvents(c, o)
}

/** An Ingress. */
export function* describeIngress(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const ingress = o as unknown as Ingress
  const spec = ingress.spec ?? {}
  w.field(0, 'Name', o.metadata.name)
  w.labels('Labels', o.metadata.labels)
  w.field(0, 'Namespace', o.metadata.namespace)
  const addresses = new Set(
    (ingress.status?.loadBalancer?.ingress ?? []).map((i) => i.ip || i.hostname || ''),
  )
  addresses.delete('')
  w.field(0, 'Address', [...addresses].sort(compareStrings).join(','))
  w.field(0, 'Ingress Class', spec.ingressClassName ?? '<none>')
  const fallback = spec.defaultBackend ? yield* backendText(c, o, spec.defaultBackend) : '<default>'
  w.field(0, 'Default backend', fallback)
  if (spec.tls?.length) {
    w.write(0, 'TLS:\n')
    for (const t of spec.tls) {
      const hosts = (t.hosts ?? []).join(',')
      w.write(1, t.secretName ? `${t.secretName} terminates ${hosts}\n` : `SNI routes ${hosts}\n`)
    }
  }
  yield* rules(c, o, ingress, fallback, w)
  w.annotations('Annotations', o.metadata.annotations)
  yield* describeEvents(c, o)
}

function* rules(
  c: DescribeContext,
  o: AnyObject,
  ingress: Ingress,
  fallback: string,
  w: PrefixWriter,
): Task<void> {
  w.write(0, 'Rules:\n  Host\tPath\tBackends\n')
  w.write(1, '----\t----\t--------\n')
  const withPaths = (ingress.spec?.rules ?? []).filter((r) => r.http)
  for (const r of withPaths) {
    w.write(1, `${r.host || '*'}\t\n`)
    for (const p of r.http?.paths ?? [])
      w.write(2, `\t${p.path ?? ''} \t${yield* backendText(c, o, p.backend)}\n`)
  }
  if (withPaths.length === 0) w.write(1, `*\t*\t${fallback}\n`)
}

function* backendText(c: DescribeContext, o: AnyObject, b: IngressBackend): Task<string> {
  const namespace = o.metadata.namespace ?? ''
  if (b.resource) {
    const { apiGroup, kind, name } = b.resource
    return `APIGroup: ${apiGroup ?? '<none>'}, Kind: ${kind}, Name: ${name}`
  }
  if (!b.service) return ''
  const { name, port } = b.service
  const text = `${name}:${port?.number || port?.name || ''}`
  const slices = yield* slicesOf(c, namespace, name)
  try {
    const mapping = yield* c.k.mapping('services')
    const service = (yield* getObject(c.k, { mapping, namespace, name })) as unknown as Service
    const found = (service.spec?.ports ?? []).findLast(
      (p) => (port?.number && port.number === p.port) || (port?.name && port.name === p.name),
    )
    return `${text} (${addressesText(slices, found?.name ?? '')})`
  } catch (error) {
    if (!isExpected(error)) throw error
    return `${text} (<error: ${messageOf(error)}>)`
  }
}

/** An IngressClass. */
export function* describeIngressClass(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const spec = (o as unknown as IngressClass).spec
  head(c, o, false)
  w.field(0, 'Controller', spec?.controller)
  if (spec?.parameters) {
    w.write(0, 'Parameters:\n')
    if (spec.parameters.apiGroup) w.field(1, 'APIGroup', spec.parameters.apiGroup)
    w.field(1, 'Kind', spec.parameters.kind)
    w.field(1, 'Name', spec.parameters.name)
  }
  yield* describeEvents(c, o)
}

/** A ServiceCIDR. */
export function* describeServiceCidr(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const { spec, status } = o as unknown as ServiceCIDR
  head(c, o, false)
  w.field(0, 'CIDRs', (spec?.cidrs ?? []).join(', '))
  const conditions = status?.conditions ?? []
  if (conditions.length > 0) {
    w.write(0, 'Status:\nConditions:\n')
    writeConditions(w, conditions)
  }
  yield* describeEvents(c, o)
}

/** An IPAddress. */
export function* describeIpAddress(c: DescribeContext, o: AnyObject): Task<void> {
  const { w } = c
  const ref = (o as unknown as IPAddress).spec?.parentRef
  head(c, o, false)
  if (ref) {
    w.write(0, 'Parent Reference:\n')
    w.field(1, 'Group', ref.group ?? '')
    w.field(1, 'Resource', ref.resource)
    w.field(1, 'Namespace', ref.namespace ?? '')
    w.field(1, 'Name', ref.name)
  }
  yield* describeEvents(c, o)
}
