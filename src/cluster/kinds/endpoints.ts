/** Endpoints and EndpointSlice. @source pkg/apis/discovery/validation, printers.go printEndpointSlice */
import type { EndpointSlice, Endpoints } from '../api/generated/types.ts'
import { invalidValue, notSupported, required } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { isIpv6, validateIp, validateSpecialIp } from './shared/ip.ts'

const SHOWN_MAX = 3

/** Endpoints. */
export const endpoints = own<Endpoints>('', 'v1', 'Endpoints', {
  defaults(o) {
    for (const s of o.subsets ?? []) for (const p of s.ports ?? []) p.protocol ??= 'TCP'
  },
  columns: [nameColumn(), column<Endpoints>('Endpoints', endpointsText), ageColumn()],
  validate(o) {
    const out: FieldError[] = []
    o.subsets?.forEach((s, i) => {
      if (!s.addresses?.length && !s.notReadyAddresses?.length) {
        out.push(required(`subsets[${i}]`, 'must specify `addresses` or `notReadyAddresses`'))
      }
      s.addresses?.forEach((a, j) => {
        out.push(...validateIp(a.ip, `subsets[${i}].addresses[${j}].ip`))
      })
    })
    return out
  },
})

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

function validate(o: EndpointSlice): FieldError[] {
  const out: FieldError[] = []
  if (!o.addressType) out.push(required('addressType'))
  else if (!TYPES.includes(o.addressType))
    out.push(notSupported('addressType', o.addressType, TYPES))
  o.endpoints?.forEach((e, i) => {
    const at = `endpoints[${i}]`
    if ((e.addresses?.length ?? 0) === 0) {
      out.push(required(`${at}.addresses`, 'must contain at least 1 address'))
    }
    if (o.addressType === 'FQDN') return
    e.addresses?.forEach((a, j) => {
      const path = `${at}.addresses[${j}]`
      const errors = validateIp(a, path)
      if (errors.length === 0 && isIpv6(a) !== (o.addressType === 'IPv6')) {
        const want = o.addressType === 'IPv6' ? 'an IPv6' : 'an IPv4'
        errors.push(invalidValue(path, a, `must be ${want} address`))
      } else if (errors.length === 0) {
        errors.push(...validateSpecialIp(a, path))
      }
      out.push(...errors)
    })
  })
  const names = new Set<string>()
  o.ports?.forEach((p, i) => {
    const name = p.name ?? ''
    if (names.has(name))
      out.push({
        ...required(`ports[${i}].name`),
        type: 'FieldValueDuplicate',
        body: `Duplicate value: ${JSON.stringify(name)}`,
      })
    names.add(name)
    if (!['SCTP', 'TCP', 'UDP'].includes(p.protocol ?? '')) {
      out.push(notSupported(`ports[${i}].protocol`, p.protocol, ['SCTP', 'TCP', 'UDP']))
    }
  })
  return out
}
