/** Endpoints and EndpointSlice. @source pkg/apis/discovery/validation, printers.go printEndpointSlice */
import type { EndpointSlice, Endpoints } from '../api/generated/types.ts'
import { duplicate, invalidValue, notSupported, required, tooMany } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { ipWarnings, isIpv6, validateIp, validateSpecialIp } from './shared/ip.ts'

const SHOWN_MAX = 3

/** Endpoints. */
export const endpoints = own<Endpoints>('', 'v1', 'Endpoints', {
  defaults(o) {
    for (const s of o.subsets ?? []) for (const p of s.ports ?? []) p.protocol ??= 'TCP'
  },
  columns: [nameColumn(), column<Endpoints>('Endpoints', endpointsText), ageColumn()],
  validate: (o) => (o.subsets ?? []).flatMap((s, i) => validateSubset(s, `subsets[${i}]`)),
  strategy: {
    warnings: (o) => {
      return (['addresses', 'notReadyAddresses'] as const).flatMap((list) =>
        (o.subsets ?? []).flatMap((s, i) =>
          (s[list] ?? []).flatMap((a, j) => ipWarnings(a.ip, `subsets[${i}].${list}[${j}].ip`)),
        ),
      )
    },
  },
})

type Subset = NonNullable<Endpoints['subsets']>[number]
type Address = NonNullable<Subset['addresses']>[number]
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** @source pkg/apis/core/validation validateEndpointSubsets */
function validateSubset(s: Subset, at: string): FieldError[] {
  const out: FieldError[] = []
  if (!s.addresses?.length && !s.notReadyAddresses?.length)
    out.push(required(at, 'must specify `addresses` or `notReadyAddresses`'))
  for (const list of ['addresses', 'notReadyAddresses'] as const)
    s[list]?.forEach((a, i) => {
      out.push(...validateAddress(a, `${at}.${list}[${i}]`))
    })
  const several = (s.ports?.length ?? 0) > 1
  s.ports?.forEach((p, i) => {
    const path = `${at}.ports[${i}]`
    if (several && !p.name) out.push(required(`${path}.name`))
    for (const m of p.name ? dnsLabel(p.name) : [])
      out.push(invalidValue(`${path}.name`, p.name, m))
    for (const m of portNumber(p.port)) out.push(invalidValue(`${path}.port`, p.port, m))
    if (!PROTOCOLS.includes(p.protocol ?? ''))
      out.push(notSupported(`${path}.protocol`, p.protocol, PROTOCOLS))
    for (const m of p.appProtocol === undefined ? [] : qualifiedName(p.appProtocol))
      out.push(invalidValue(`${path}.appProtocol`, p.appProtocol, m))
  })
  return out
}

function validateAddress(a: Address, at: string): FieldError[] {
  const errors = validateIp(a.ip, `${at}.ip`)
  const out = [...errors]
  for (const m of a.hostname ? dnsLabel(a.hostname) : [])
    out.push(invalidValue(`${at}.hostname`, a.hostname, m))
  for (const m of a.nodeName === undefined ? [] : dnsSubdomain(a.nodeName))
    out.push(invalidValue(`${at}.nodeName`, a.nodeName, m))
  if (errors.length === 0) out.push(...validateSpecialIp(a.ip, `${at}.ip`))
  return out
}

function endpointsText(o: Endpoints): string {
  const out: string[] = []
  for (const s of o.subsets ?? []) {
    if (!s.ports?.length) {
      for (const a of s.addresses ?? []) out.push(a.ip)
    } else {
      for (const p of s.ports)
        for (const a of s.addresses ?? []) out.push(`${host(a.ip)}:${p.port}`)
    }
  }
  return shorten(out) || '<none>'
}

function host(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip
}

function shorten(list: readonly string[]): string {
  if (list.length <= SHOWN_MAX) return list.join(',')
  return `${list.slice(0, SHOWN_MAX).join(',')} + ${list.length - SHOWN_MAX} more...`
}

/** EndpointSlice. */
export const endpointslice = own<EndpointSlice>('discovery.k8s.io', 'v1', 'EndpointSlice', {
  defaults(o) {
    // Lists that Go leaves nil are written as null, unlike elsewhere.
    if (!o.endpoints?.length) o.endpoints = null as unknown as EndpointSlice['endpoints']
    if (!o.ports?.length) o.ports = null as unknown as NonNullable<EndpointSlice['ports']>
    for (const p of o.ports ?? []) {
      p.name ??= ''
      p.protocol ??= 'TCP'
    }
  },
  validate: (o, old) => [
    ...validate(o),
    ...(old && o.addressType !== old.addressType
      ? [invalidValue('addressType', o.addressType, 'field is immutable')]
      : []),
  ],
  strategy: {
    warnings: (o) =>
      (o.endpoints ?? []).flatMap((e, i) =>
        (e.addresses ?? []).flatMap((a, j) => ipWarnings(a, `endpoints[${i}].addresses[${j}]`)),
      ),
  },
  columns: [
    nameColumn(),
    column<EndpointSlice>('AddressType', (o) => o.addressType),
    column<EndpointSlice>('Ports', (o) => {
      if (!o.ports) return '<unset>'
      return shorten(o.ports.map((p) => (p.port === undefined ? '*' : String(p.port)))) || '<unset>'
    }),
    column<EndpointSlice>('Endpoints', (o) => {
      const all = (o.endpoints ?? []).flatMap((e) => e.addresses)
      return shorten(all) || '<unset>'
    }),
    ageColumn(),
  ],
})

const TYPES = ['FQDN', 'IPv4', 'IPv6']
const LIMITS = { endpoints: 1000, addresses: 100, ports: 20_000 }

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number]

function validate(o: EndpointSlice): FieldError[] {
  const out: FieldError[] = []
  if (!o.addressType) out.push(required('addressType'))
  else if (!TYPES.includes(o.addressType))
    out.push(notSupported('addressType', o.addressType, TYPES))
  const count = o.endpoints?.length ?? 0
  if (count > LIMITS.endpoints) return [...out, tooMany('endpoints', count, LIMITS.endpoints)]
  o.endpoints?.forEach((e, i) => {
    out.push(...validateEndpoint(e, o.addressType, `endpoints[${i}]`))
  })
  const ports = o.ports?.length ?? 0
  if (ports > LIMITS.ports) return [...out, tooMany('ports', ports, LIMITS.ports)]
  const names = new Set<string>()
  o.ports?.forEach((p, i) => {
    const [at, name] = [`ports[${i}]`, p.name ?? '']
    for (const m of name ? dnsLabel(name) : []) out.push(invalidValue(`${at}.name`, name, m))
    if (names.has(name)) out.push(duplicate(`${at}.name`, name))
    names.add(name)
    if (!PROTOCOLS.includes(p.protocol ?? ''))
      out.push(notSupported(`${at}.protocol`, p.protocol, PROTOCOLS))
    for (const m of p.appProtocol === undefined ? [] : qualifiedName(p.appProtocol))
      out.push(invalidValue(`${at}.appProtocol`, p.appProtocol, m))
  })
  return out
}

function validateEndpoint(e: Endpoint, type: string, at: string): FieldError[] {
  const out: FieldError[] = []
  const count = e.addresses?.length ?? 0
  const path = `${at}.addresses`
  if (count === 0) out.push(required(path, 'must contain at least 1 address'))
  else if (count > LIMITS.addresses) out.push(tooMany(path, count, LIMITS.addresses))
  e.addresses?.forEach((a, i) => {
    if (type === 'FQDN') out.push(...validateDomain(a, `${path}[${i}]`))
    else if (TYPES.includes(type)) out.push(...validateOfFamily(a, type, `${path}[${i}]`))
  })
  for (const m of e.nodeName === undefined ? [] : dnsSubdomain(e.nodeName))
    out.push(invalidValue(`${at}.nodeName`, e.nodeName, m))
  for (const m of e.hostname === undefined ? [] : dnsLabel(e.hostname))
    out.push(invalidValue(`${at}.hostname`, e.hostname, m))
  return out
}

function validateOfFamily(ip: string, type: string, path: string): FieldError[] {
  const errors = validateIp(ip, path)
  if (errors.length > 0) return errors
  if (isIpv6(ip) === (type === 'IPv6')) return validateSpecialIp(ip, path)
  return [invalidValue(path, ip, `must be an ${type} address`)]
}

/** @source staging/src/k8s.io/apimachinery/pkg/util/validation IsFullyQualifiedDomainName */
function validateDomain(given: string, path: string): FieldError[] {
  if (given === '') return [required(path)]
  const name = given.endsWith('.') ? given.slice(0, -1) : given
  const faults = dnsSubdomain(name)
  if (faults.length > 0) return [invalidValue(path, name, faults.join(','))]
  if (name.includes('.')) return []
  const text = 'should be a domain with at least two segments separated by dots'
  return [invalidValue(path, name, text)]
}
