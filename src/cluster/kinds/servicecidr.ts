/** IPAddress and ServiceCIDR. @source pkg/registry/networking, printers.go printIPAddress, printServiceCIDR */
import type { IPAddress, ServiceCIDR } from '../api/generated/types.ts'
import { invalidValue, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dnsSubdomain, pathSegmentName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { validateCidr, validateIp } from './shared/ip.ts'

/** IPAddress. */
export const ipaddress = own<IPAddress>('networking.k8s.io', 'v1', 'IPAddress', {
  validate: (o, old) => validateAddress(o, old),
  strategy: { validateName: pathSegmentName },
  columns: [
    nameColumn(),
    column<IPAddress>('ParentRef', (o) => {
      const p = o.spec?.parentRef
      if (!p) return '<none>'
      const resource = p.group ? `${p.resource}.${p.group}` : p.resource
      return p.namespace ? `${resource}/${p.namespace}/${p.name}` : `${resource}/${p.name}`
    }),
  ],
  fields: { 'spec.parentRef': (o) => o.spec?.parentRef?.name ?? '' },
})

function validateAddress(o: IPAddress, old: IPAddress | undefined): FieldError[] {
  const out = validateIp(o.metadata.name ?? '', 'metadata.name')
  const parent = o.spec?.parentRef
  const path = 'spec.parentRef'
  if (!parent) return [...out, required(path)]
  for (const m of parent.group ? dnsSubdomain(parent.group) : [])
    out.push(invalidValue(`${path}.group`, parent.group, m))
  for (const f of ['resource', 'name', 'namespace'] as const) {
    const value = parent[f]
    if (!value && f !== 'namespace') out.push(required(`${path}.${f}`))
    for (const m of value ? pathSegmentName(value) : [])
      out.push(invalidValue(`${path}.${f}`, value, m))
  }
  if (old && !deepEqual(parent, old.spec?.parentRef))
    out.push(invalidValue(path, parent, 'field is immutable'))
  return out
}

const FAMILIES =
  'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96'

/** ServiceCIDR. */
export const servicecidr = own<ServiceCIDR>('networking.k8s.io', 'v1', 'ServiceCIDR', {
  validate: (o, old) => (old ? fixedRanges(o, old) : validateRanges(o)),
  strategy: {
    prepareForCreate(o) {
      o.status = {}
    },
  },
  columns: [
    nameColumn(),
    column<ServiceCIDR>('CIDRs', (o) => (o.spec?.cidrs ?? []).join(',')),
    ageColumn(),
  ],
})

function validateRanges(o: ServiceCIDR): FieldError[] {
  const cidrs = o.spec?.cidrs ?? []
  const path = 'spec.cidrs'
  if (cidrs.length === 0) return [required(path, 'at least one CIDR required')]
  if (cidrs.length > 2) return [invalidValue(path, cidrs, 'may only hold up to 2 values')]
  const out: FieldError[] = []
  const sixes = cidrs.filter((c) => c.includes(':')).length
  if (cidrs.length === 2 && sixes !== 1) out.push(invalidValue(path, cidrs, FAMILIES))
  cidrs.forEach((c, i) => {
    out.push(...validateCidr(c, `${path}[${i}]`))
  })
  return out
}

/** One family may be added to the other; what is there stays. */
function fixedRanges(o: ServiceCIDR, old: ServiceCIDR): FieldError[] {
  const [now, was] = [o.spec?.cidrs ?? [], old.spec?.cidrs ?? []]
  const grown = was.length === 1 && now.length === 2 && now[0] === was[0]
  if (grown) return validateRanges(o)
  if (now.join() === was.join()) return []
  return [invalidValue('spec.cidrs', now, 'field is immutable')]
}
