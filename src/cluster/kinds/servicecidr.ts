/** IPAddress and ServiceCIDR. @source pkg/registry/networking, printers.go printIPAddress, printServiceCIDR */
import type { IPAddress, ServiceCIDR } from '../api/generated/types.ts'
import { invalidValue } from '../api/meta/field.ts'
import { pathSegmentName } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { validateCidr, validateIp } from './shared/ip.ts'

/** IPAddress. */
export const ipaddress = own<IPAddress>('networking.k8s.io', 'v1', 'IPAddress', {
  validate: (o) => validateIp(o.metadata.name ?? '', 'metadata.name'),
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

/** ServiceCIDR. */
export const servicecidr = own<ServiceCIDR>('networking.k8s.io', 'v1', 'ServiceCIDR', {
  validate: (o, old) => [
    ...(o.spec?.cidrs ?? []).flatMap((c, i) => validateCidr(c, `spec.cidrs[${i}]`)),
    ...(old && (old.spec?.cidrs ?? []).join() !== (o.spec?.cidrs ?? []).join()
      ? [invalidValue('spec.cidrs', o.spec?.cidrs ?? null, 'field is immutable')]
      : []),
  ],
  columns: [
    nameColumn(),
    column<ServiceCIDR>('CIDRs', (o) => (o.spec?.cidrs ?? []).join(',')),
    ageColumn(),
  ],
})
