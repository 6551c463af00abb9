/** NetworkPolicy. @source pkg/apis/networking/validation ValidateNetworkPolicySpec, pkg/apis/networking/v1/defaults.go */
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../api/meta/field.ts'
import { formatLabelSelector } from '../api/meta/labels.ts'
import type { FieldError } from '../api/meta/status.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { portOf } from './shared/handlers.ts'
import { cidrWarnings, isStrictSubset, parseCidr, validateCidr } from './shared/ip.ts'
import { validateSelector } from './shared/meta.ts'

/** The kind. */
export const networkpolicy = own<NetworkPolicy>('networking.k8s.io', 'v1', 'NetworkPolicy', {
  defaults(o) {
    const spec = o.spec
    if (!spec) return
    spec.podSelector ??= {}
    if ((spec.policyTypes?.length ?? 0) === 0) {
      spec.policyTypes = spec.egress ? ['Ingress', 'Egress'] : ['Ingress']
    }
    for (const r of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
      for (const p of r.ports ?? []) p.protocol ??= 'TCP'
    }
  },
  validate,
  strategy: { warnings },
  columns: [
    nameColumn(),
    column<NetworkPolicy>('Pod-Selector', (o) => formatLabelSelector(o.spec?.podSelector)),
    ageColumn(),
  ],
})

/** @source pkg/registry/networking/networkpolicy/strategy.go networkPolicyWarnings */
function warnings(o: NetworkPolicy): string[] {
  const peers = (list: readonly NetworkPolicyPeer[] | undefined, path: string) =>
    (list ?? []).flatMap((p, i) => {
      const at = `${path}[${i}].ipBlock`
      const except = (p.ipBlock?.except ?? []).flatMap((c, j) =>
        cidrWarnings(c, `${at}.except[${j}]`),
      )
      return p.ipBlock ? [...cidrWarnings(p.ipBlock.cidr, `${at}.cidr`), ...except] : []
    })
  return [
    ...(o.spec?.ingress ?? []).flatMap((r, i) => peers(r.from, `spec.ingress[${i}].from`)),
    ...(o.spec?.egress ?? []).flatMap((r, i) => peers(r.to, `spec.egress[${i}].to`)),
  ]
}

function validate(o: NetworkPolicy): FieldError[] {
  const spec = o.spec
  const out: FieldError[] = validateSelector(spec?.podSelector, 'spec.podSelector')
  spec?.ingress?.forEach((r, i) => {
    out.push(...validatePorts(r.ports, `spec.ingress[${i}].ports`))
    out.push(...validatePeers(r.from, `spec.ingress[${i}].from`))
  })
  spec?.egress?.forEach((r, i) => {
    out.push(...validatePorts(r.ports, `spec.egress[${i}].ports`))
    out.push(...validatePeers(r.to, `spec.egress[${i}].to`))
  })
  const types = spec?.policyTypes ?? []
  if (types.length > 2) {
    out.push(invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes'))
    return out
  }
  types.forEach((t, i) => {
    if (t !== 'Ingress' && t !== 'Egress') {
      out.push(notSupported(`spec.policyTypes[${i}]`, t, ['Ingress', 'Egress']))
    }
  })
  return out
}

const PROTOCOLS = ['TCP', 'UDP', 'SCTP']

function validatePorts(
  ports: readonly NetworkPolicyPort[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  ports?.forEach((p, i) => {
    const at = `${path}[${i}]`
    if (p.protocol && !PROTOCOLS.includes(p.protocol)) {
      out.push(notSupported(`${at}.protocol`, p.protocol, PROTOCOLS))
    }
    if (p.port === undefined) {
      if (p.endPort !== undefined) {
        const text = 'may not be specified when `port` is not specified'
        out.push(invalidValue(`${at}.endPort`, p.endPort, text))
      }
      return
    }
    if (p.endPort !== undefined && typeof p.port === 'string') {
      out.push(
        invalidValue(`${at}.endPort`, p.endPort, 'may not be specified when `port` is non-numeric'),
      )
    }
    out.push(...portOf(p.port, `${at}.port`))
    if (p.endPort !== undefined && typeof p.port === 'number' && p.endPort < p.port) {
      // Upstream shows the port here, not the end port.
      out.push(invalidValue(`${at}.endPort`, p.port, 'must be greater than or equal to `port`'))
    }
    if (p.endPort !== undefined && typeof p.port === 'number') {
      out.push(...portOf(p.endPort, `${at}.endPort`))
    }
  })
  return out
}

function validatePeers(
  peers: readonly NetworkPolicyPeer[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  peers?.forEach((p, i) => {
    const at = `${path}[${i}]`
    let parts = 0
    if (p.podSelector) {
      parts++
      out.push(...validateSelector(p.podSelector, `${at}.podSelector`))
    }
    if (p.namespaceSelector) {
      parts++
      out.push(...validateSelector(p.namespaceSelector, `${at}.namespaceSelector`))
    }
    if (p.ipBlock) {
      parts++
      out.push(...validateBlock(p.ipBlock, `${at}.ipBlock`))
    }
    if (parts === 0) out.push(required(at, 'must specify a peer'))
    else if (parts > 1 && p.ipBlock) {
      out.push(forbiddenField(at, 'may not specify both ipBlock and another peer'))
    }
  })
  return out
}

function validateBlock(b: NonNullable<NetworkPolicyPeer['ipBlock']>, at: string): FieldError[] {
  if (!b.cidr) return [required(`${at}.cidr`)]
  const out = validateCidr(b.cidr, `${at}.cidr`)
  const cidr = parseCidr(b.cidr)
  if (!cidr) return out
  b.except?.forEach((e, i) => {
    const inner = parseCidr(e)
    out.push(...validateCidr(e, `${at}.except[${i}]`))
    if (inner && !isStrictSubset(inner, cidr)) {
      out.push(invalidValue(`${at}.except[${i}]`, e, 'must be a strict subset of `cidr`'))
    }
  })
  return out
}
