/**
 * Field errors of Services, and what an update carries over.
 * @source pkg/apis/core/validation/validation.go ValidateService, pkg/registry/core/service/storage/storage.go
 */
import type { Service, ServicePort, ServiceSpec } from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import { deepEqual } from '../../api/meta/json.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsLabel, dnsSubdomain, qualifiedName } from '../../api/meta/validation.ts'
import { portOf } from './handlers.ts'
import { isIp, isIpv6, validateCidr, validateIp, validateSpecialIp } from './ip.ts'
import { validateLabels } from './meta.ts'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const POLICIES = ['Cluster', 'Local']

/** Field errors of a Service; `old` on update. */
export function validateService(o: Service, old: Service | undefined): FieldError[] {
  const spec = o.spec as ServiceSpec
  // Addresses and families are looked at first, and what is wrong there is all that is told.
  const addresses = validateFamilies(spec)
  if (addresses.length > 0) return addresses
  return [
    ...(old ? validateChange(spec, old.spec as ServiceSpec) : []),
    ...validateShape(spec),
    ...validatePorts(spec),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateExternalIps(spec),
    ...validateTypePorts(spec),
    ...validatePortIdentity(spec),
    ...validateLoadBalancer(spec, o.metadata.annotations),
    ...validatePolicies(spec),
  ]
}

function validateShape(spec: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  const headless = spec.clusterIP === 'None'
  const external = spec.type === 'ExternalName'
  if (!headless && !external && (spec.ports?.length ?? 0) === 0) out.push(required('spec.ports'))
  if (external) {
    const without = 'may not be set for ExternalName services'
    if (spec.clusterIPs?.length) out.push(forbiddenField('spec.clusterIPs', without))
    if (spec.ipFamilies?.length) out.push(forbiddenField('spec.ipFamilies', without))
    if (spec.ipFamilyPolicy) out.push(forbiddenField('spec.ipFamilyPolicy', without))
    const name = (spec.externalName ?? '').replace(/\.$/, '')
    if (name === '') out.push(required('spec.externalName'))
    else for (const t of dnsSubdomain(name)) out.push(invalidValue('spec.externalName', name, t))
  } else if ((spec.type === 'NodePort' || spec.type === 'LoadBalancer') && headless) {
    const text = `may not be set to 'None' for ${spec.type} services`
    out.push(invalidValue('spec.clusterIPs[0]', 'None', text))
  }
  return out
}

function validatePorts(spec: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  const names = new Set<string>()
  const list = spec.ports ?? []
  list.forEach((p, i) => {
    const at = `spec.ports[${i}]`
    if (list.length > 1 && !p.name) out.push(required(`${at}.name`))
    else if (p.name) {
      for (const t of dnsLabel(p.name)) out.push(invalidValue(`${at}.name`, p.name, t))
      if (names.has(p.name)) out.push(duplicate(`${at}.name`, p.name))
      names.add(p.name)
    }
    out.push(...portOf(p.port, `${at}.port`))
    if (!PROTOCOLS.includes(p.protocol ?? '')) {
      out.push(notSupported(`${at}.protocol`, p.protocol, PROTOCOLS))
    }
    out.push(...portOf(p.targetPort, `${at}.targetPort`))
    if (p.appProtocol !== undefined) {
      for (const t of qualifiedName(p.appProtocol))
        out.push(invalidValue(`${at}.appProtocol`, p.appProtocol, t))
    }
  })
  return out
}

function validateAffinity(spec: ServiceSpec): FieldError[] {
  const affinity = spec.sessionAffinity as string
  const out: FieldError[] = []
  if (!['ClientIP', 'None'].includes(affinity)) {
    out.push(notSupported('spec.sessionAffinity', affinity, ['ClientIP', 'None']))
  }
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (affinity === 'ClientIP' && seconds !== undefined && (seconds <= 0 || seconds > 86400)) {
    const text = 'must be greater than 0 and less than 86400'
    out.push(invalidValue('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, text))
  }
  if (affinity === 'None' && spec.sessionAffinityConfig) {
    const text = 'must not be set when session affinity is None'
    out.push(forbiddenField('spec.sessionAffinityConfig', text))
  }
  return out
}

function validateExternalIps(spec: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  spec.externalIPs?.forEach((ip, i) => {
    const errors = validateIp(ip, `spec.externalIPs[${i}]`)
    out.push(...(errors.length > 0 ? errors : validateSpecialIp(ip, `spec.externalIPs[${i}]`)))
  })
  return out
}

function validateTypePorts(spec: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  const type = spec.type as string
  if (!type) out.push(required('spec.type'))
  else if (!TYPES.includes(type)) out.push(notSupported('spec.type', type, TYPES))
  if (type === 'ClusterIP') {
    spec.ports?.forEach((p, i) => {
      if (!p.nodePort) return
      out.push(
        forbiddenField(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"),
      )
    })
  }
  return out
}

/** Ports are told apart by protocol and number, node ports likewise. */
function validatePortIdentity(spec: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  const seen = new Set<string>()
  spec.ports?.forEach((p, i) => {
    const id = `${p.protocol}/${p.port}`
    if (seen.has(id)) out.push(duplicate(`spec.ports[${i}]`, portKey(p)))
    seen.add(id)
  })
  return out
}

function portKey(p: ServicePort): object {
  return {
    Name: '',
    Protocol: p.protocol,
    AppProtocol: null,
    Port: p.port,
    TargetPort: 0,
    NodePort: 0,
  }
}

const RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'

/** Ranges in an annotation, as they once were given. */
function validateRanges(spec: ServiceSpec, text: string): FieldError[] {
  const at = `metadata.annotations[${RANGES}]`
  const out: FieldError[] = []
  if (spec.type !== 'LoadBalancer') {
    out.push(forbiddenField(at, "may only be used when `type` is 'LoadBalancer'"))
  }
  if (text.trim() === '') return out
  return [...out, ...text.split(',').flatMap((r) => validateCidr(r.trim(), at))]
}

function validateLoadBalancer(
  spec: ServiceSpec,
  annotations: Readonly<Record<string, string>> | undefined,
): FieldError[] {
  const out: FieldError[] = []
  const ranges = spec.loadBalancerSourceRanges ?? []
  const told = annotations?.[RANGES]
  if (ranges.length === 0 && told !== undefined) out.push(...validateRanges(spec, told))
  if (ranges.length > 0) {
    const path = 'spec.LoadBalancerSourceRanges'
    if (spec.type !== 'LoadBalancer') {
      out.push(forbiddenField(path, "may only be used when `type` is 'LoadBalancer'"))
    }
    ranges.forEach((r, i) => {
      const bare = r.trim()
      out.push(...validateCidr(bare, `${path}[${i}]`))
    })
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') {
    const text = "may only be used when `type` is 'LoadBalancer'"
    out.push(forbiddenField('spec.allocateLoadBalancerNodePorts', text))
  }
  if (spec.loadBalancerClass !== undefined) {
    if (spec.type !== 'LoadBalancer') {
      const text = "may only be used when `type` is 'LoadBalancer'"
      out.push(forbiddenField('spec.loadBalancerClass', text))
    } else {
      for (const t of qualifiedName(spec.loadBalancerClass)) {
        out.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, t))
      }
    }
  }
  return out
}

function validatePolicies(spec: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  const outside =
    spec.type === 'NodePort' ||
    spec.type === 'LoadBalancer' ||
    (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0)
  const policy = spec.externalTrafficPolicy as string | undefined
  if (!outside && policy) {
    const text = 'may only be set for externally-accessible services'
    out.push(invalidValue('spec.externalTrafficPolicy', policy, text))
  } else if (outside && !policy) {
    out.push(required('spec.externalTrafficPolicy'))
  } else if (policy && !POLICIES.includes(policy)) {
    out.push(notSupported('spec.externalTrafficPolicy', policy, POLICIES))
  }
  const health = spec.healthCheckNodePort ?? 0
  if (health !== 0 && !(spec.type === 'LoadBalancer' && policy === 'Local')) {
    const text =
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    out.push(invalidValue('spec.healthCheckNodePort', health, text))
  } else if (health !== 0) {
    out.push(...portOf(health, 'spec.healthCheckNodePort'))
  }
  const inside = spec.internalTrafficPolicy as string | undefined
  if (inside && !POLICIES.includes(inside)) {
    out.push(notSupported('spec.internalTrafficPolicy', inside, POLICIES))
  }
  const distribution = spec.trafficDistribution
  const known = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
  if (distribution !== undefined && !known.includes(distribution)) {
    out.push(notSupported('spec.trafficDistribution', distribution, known))
  }
  return out
}

/**
 * Field errors of addresses and families, which must fit each other.
 * @source pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields
 */
export function validateFamilies(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return []
  const out = validateTwins(spec)
  const seen = new Set<string>()
  spec.ipFamilies?.forEach((f, i) => {
    if (!['IPv4', 'IPv6'].includes(f))
      out.push(notSupported(`spec.ipFamilies[${i}]`, f, ['IPv4', 'IPv6']))
    if (seen.has(f)) out.push(duplicate(`spec.ipFamilies[${i}]`, f))
    seen.add(f)
  })
  const policy = spec.ipFamilyPolicy as string | undefined
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
  if (policy && !policies.includes(policy))
    out.push(notSupported('spec.ipFamilyPolicy', policy, policies))
  return [...out, ...validateAddresses(spec)]
}

const IPS = 'spec.clusterIPs'

/** `clusterIP` and the first of `clusterIPs` are one. */
function validateTwins(spec: ServiceSpec): FieldError[] {
  const ips = spec.clusterIPs ?? []
  if (!spec.clusterIP) {
    const text = 'must be empty when `clusterIP` is not specified'
    return ips.length > 0 ? [invalidValue(IPS, ips, text)] : []
  }
  if (ips.length === 0) return [required(IPS)]
  if (ips[0] === spec.clusterIP) return []
  return [invalidValue(IPS, ips, 'first value must match `clusterIP`')]
}

function validateAddresses(spec: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  const ips = spec.clusterIPs ?? []
  let bad = false
  ips.forEach((ip, i) => {
    const none = i === 0 && ip === 'None'
    const errors = none
      ? ips.length > 1
        ? [invalidValue(IPS, ips, "'None' must be the first and only value")]
        : []
      : validateIp(ip, `${IPS}[${i}]`)
    bad ||= errors.length > 0
    out.push(...errors)
  })
  if (ips.length > 2) out.push(invalidValue(IPS, ips, 'may only hold up to 2 values'))
  if (bad) return out
  const sixes = ips.filter(isIpv6).length
  if (ips.length > 1 && (sixes === 0 || sixes === ips.length)) {
    out.push(invalidValue(IPS, ips, 'may specify no more than one IP for each IP family'))
  }
  ips.forEach((ip, i) => {
    const family = ip === 'None' ? undefined : spec.ipFamilies?.[i]
    if (!family || (family === 'IPv6') === isIpv6(ip)) return
    const text = `expected an ${family} value as indicated by \`ipFamilies[${i}]\``
    out.push(invalidValue(`${IPS}[${i}]`, ip, text))
  })
  return out
}

function validateChange(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const out: FieldError[] = []
  const was = old.clusterIPs ?? []
  const now = spec.clusterIPs ?? []
  const stays = old.type !== 'ExternalName' && spec.type !== 'ExternalName'
  if (stays && was[0] && was[0] !== 'None' && now[0] !== was[0]) {
    out.push(invalidValue('spec.clusterIPs[0]', now, 'may not change once set'))
  } else if (stays && was[0] === 'None' && now[0] !== 'None') {
    out.push(invalidValue('spec.clusterIPs[0]', now, 'may not change once set'))
  }
  const health = old.healthCheckNodePort
  if (
    health &&
    spec.healthCheckNodePort &&
    spec.healthCheckNodePort !== health &&
    spec.type === 'LoadBalancer'
  ) {
    out.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'))
  }
  const isLb = old.type === 'LoadBalancer' && spec.type === 'LoadBalancer'
  if (isLb && !deepEqual(spec.loadBalancerClass, old.loadBalancerClass)) {
    out.push(
      invalidValue(
        'spec.loadBalancerClass',
        spec.loadBalancerClass ?? null,
        'may not change once set',
      ),
    )
  }
  return out
}

/**
 * Field errors of where a Service can be reached.
 * @source pkg/apis/core/validation/validation.go ValidateLoadBalancerStatus
 */
export function validateLoadBalancerStatus(o: Service): FieldError[] {
  const path = 'status.loadBalancer.ingress'
  const list = o.status?.loadBalancer?.ingress ?? []
  if (o.spec?.type !== 'LoadBalancer' && list.length > 0) {
    return [forbiddenField(path, 'may only be used when `spec.type` is "LoadBalancer"')]
  }
  const out: FieldError[] = []
  list.forEach((x, i) => {
    const at = `${path}[${i}]`
    if (x.ip) out.push(...validateIp(x.ip, `${at}.ip`))
    const mode = x.ipMode as string | undefined
    if (mode !== undefined && !x.ip) {
      out.push(forbiddenField(`${at}.ipMode`, 'may not be specified when `ip` is not set'))
    } else if (mode !== undefined && mode !== 'Proxy' && mode !== 'VIP') {
      out.push(notSupported(`${at}.ipMode`, mode, ['Proxy', 'VIP']))
    }
    const { hostname } = x
    if (!hostname) return
    for (const t of dnsSubdomain(hostname)) out.push(invalidValue(`${at}.hostname`, hostname, t))
    if (isIp(hostname)) {
      const text = 'must be a DNS name, not an IP address'
      out.push(invalidValue(`${at}.hostname`, hostname, text))
    }
  })
  return out
}

/** Carries over what the user left out and the server had allocated; drops what the new type does not have. */
export function patchAllocated(o: Service, old: Service): void {
  const spec = o.spec as ServiceSpec
  const was = old.spec as ServiceSpec
  const needsIp = (s: ServiceSpec) => s.type !== 'ExternalName'
  if (needsIp(was) && needsIp(spec)) {
    spec.clusterIP ||= was.clusterIP
    if (!spec.clusterIPs?.length) spec.clusterIPs = was.clusterIPs
    spec.ipFamilies ??= was.ipFamilies
    spec.ipFamilyPolicy ??= was.ipFamilyPolicy
  }
  const hasPorts = (s: ServiceSpec) => s.type === 'NodePort' || s.type === 'LoadBalancer'
  if (hasPorts(was) && hasPorts(spec)) keepNodePorts(spec, was)
  if (hasPorts(was) && !hasPorts(spec)) dropNodePorts(spec, was)
  dropBalancer(spec, was)
  const health = (s: ServiceSpec) =>
    s.type === 'LoadBalancer' && s.externalTrafficPolicy === 'Local'
  if (health(was) && health(spec)) spec.healthCheckNodePort ??= was.healthCheckNodePort
  if (health(was) && !health(spec) && spec.healthCheckNodePort === was.healthCheckNodePort) {
    delete spec.healthCheckNodePort
  }
  if (was.externalTrafficPolicy && !hasPorts(spec) && !spec.externalIPs?.length) {
    if (spec.externalTrafficPolicy === was.externalTrafficPolicy) delete spec.externalTrafficPolicy
  }
  if (spec.type === 'ExternalName' && was.type !== 'ExternalName') dropIps(spec, was)
}

/** Drops what only load balancers have when the type changes and nobody changed it too. */
function dropBalancer(spec: ServiceSpec, was: ServiceSpec): void {
  if (was.type !== 'LoadBalancer' || spec.type === 'LoadBalancer') return
  if (spec.loadBalancerClass === was.loadBalancerClass) delete spec.loadBalancerClass
  if (spec.allocateLoadBalancerNodePorts === was.allocateLoadBalancerNodePorts) {
    delete spec.allocateLoadBalancerNodePorts
  }
}

function keepNodePorts(spec: ServiceSpec, was: ServiceSpec): void {
  const known = new Map((was.ports ?? []).map((p) => [`${p.protocol}/${p.port}`, p.nodePort]))
  const used = new Set((spec.ports ?? []).map((p) => p.nodePort).filter(Boolean))
  for (const p of spec.ports ?? []) {
    const before = known.get(`${p.protocol}/${p.port}`)
    if (!p.nodePort && before && !used.has(before)) p.nodePort = before
  }
}

function dropNodePorts(spec: ServiceSpec, was: ServiceSpec): void {
  const before = new Set((was.ports ?? []).map((p) => p.nodePort))
  for (const p of spec.ports ?? []) if (p.nodePort && before.has(p.nodePort)) delete p.nodePort
}

function dropIps(spec: ServiceSpec, was: ServiceSpec): void {
  if (spec.clusterIP === was.clusterIP) delete spec.clusterIP
  if (deepEqual(spec.clusterIPs, was.clusterIPs)) delete spec.clusterIPs
  delete spec.ipFamilies
  delete spec.ipFamilyPolicy
  if (spec.internalTrafficPolicy === was.internalTrafficPolicy) delete spec.internalTrafficPolicy
}
