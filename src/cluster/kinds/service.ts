/** Service. @source pkg/apis/core/v1/defaults.go, pkg/apis/core/validation ValidateService, registry/core/service */
import type { Service, ServiceSpec } from '../api/generated/types.ts'
import { formatLabels } from '../api/meta/labels.ts'
import { dnsLabel, maskTrailingDash } from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { cidrWarnings, ipWarnings, sloppyIpWarnings } from './shared/ip.ts'
import {
  patchAllocated,
  validateLoadBalancerStatus,
  validateService,
} from './shared/servicespec.ts'

const STICKY_SECONDS = 10800

/** The kind. */
export const service = own<Service>('', 'v1', 'Service', {
  defaults(o) {
    const spec = o.spec as ServiceSpec
    spec.sessionAffinity ??= 'None'
    if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
    if (spec.sessionAffinity === 'ClientIP') {
      const timeoutSeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? STICKY_SECONDS
      spec.sessionAffinityConfig = { clientIP: { timeoutSeconds } }
    }
    spec.type ??= 'ClusterIP'
    for (const p of spec.ports ?? []) {
      p.protocol ??= 'TCP'
      if (p.targetPort === undefined || p.targetPort === '') p.targetPort = p.port
    }
    const outside = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
    const hasOutsideIps = (spec.externalIPs?.length ?? 0) > 0 && spec.type === 'ClusterIP'
    if (!spec.externalTrafficPolicy && (outside || hasOutsideIps))
      spec.externalTrafficPolicy = 'Cluster'
    if (!spec.internalTrafficPolicy && spec.type !== 'ExternalName')
      spec.internalTrafficPolicy = 'Cluster'
    if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true
    for (const i of o.status?.loadBalancer?.ingress ?? []) if (i.ip) i.ipMode ??= 'VIP'
  },
  validate: (o, old) => validateService(o, old),
  validateStatus: (o) => validateLoadBalancerStatus(o),
  strategy: {
    validateName: (name, prefix) => dnsLabel(prefix ? maskTrailingDash(name) : name),
    prepareForCreate(o) {
      o.status = { loadBalancer: {} }
      syncClusterIps(o, undefined)
    },
    prepareForUpdate(o, old) {
      patchAllocated(o, old)
      syncClusterIps(o, old)
      if (old.spec?.type === 'LoadBalancer' && o.spec?.type !== 'LoadBalancer') {
        o.status = { loadBalancer: {} }
      }
    },
    warnings: (o, _old, c) => (c.subresource === '' ? warnings(o) : []),
  },
  columns: [
    nameColumn(),
    column<Service>('Type', (o) => o.spec?.type ?? ''),
    column<Service>('Cluster-IP', (o) => o.spec?.clusterIPs?.[0] || o.spec?.clusterIP || '<none>'),
    column<Service>('External-IP', externalIp),
    column<Service>('Port(s)', ports),
    ageColumn(),
    column<Service>('Selector', (o) => formatLabels(o.spec?.selector), { priority: 1 }),
  ],
  fields: {
    'spec.clusterIP': (o) => o.spec?.clusterIP ?? '',
    'spec.type': (o) => o.spec?.type ?? '',
  },
})

/** `clusterIP` and `clusterIPs[0]` are two names of one thing; whichever was set sets the other. */
function syncClusterIps(o: Service, old: Service | undefined): void {
  const spec = o.spec as ServiceSpec
  if (!old) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
    return
  }
  const before = old.spec
  const sameList = (spec.clusterIPs ?? []).join() === (before?.clusterIPs ?? []).join()
  if (spec.clusterIP === before?.clusterIP) {
    if (!spec.clusterIP && spec.clusterIPs) delete spec.clusterIPs
    return
  }
  if (!sameList) return
  if (!spec.clusterIP) delete spec.clusterIPs
  else spec.clusterIPs = [spec.clusterIP, ...(spec.clusterIPs ?? []).slice(1)]
}

function warnings(o: Service): string[] {
  const out: string[] = []
  const spec = o.spec as ServiceSpec
  const ips = spec.externalIPs ?? []
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === 'None'
  const named = spec.type === 'ExternalName'
  if (o.metadata.annotations?.[TOPOLOGY_HINTS] !== undefined) {
    const instead = 'service.kubernetes.io/topology-mode'
    out.push(`annotation ${TOPOLOGY_HINTS} is deprecated, please use ${instead} instead`)
  }
  if (!headless && !named) {
    for (const [i, ip] of (spec.clusterIPs ?? []).entries()) {
      out.push(...ipWarnings(ip, `spec.clusterIPs[${i}]`))
    }
  }
  if (headless) {
    if (spec.loadBalancerIP) out.push('spec.loadBalancerIP is ignored for headless services')
    if (ips.length > 0) out.push('spec.externalIPs is ignored for headless services')
    if (spec.sessionAffinity === 'ClientIP') {
      out.push('spec.SessionAffinity is ignored for headless services')
    }
  }
  ips.forEach((ip, i) => {
    out.push(...ipWarnings(ip, `spec.externalIPs[${i}]`))
  })
  if (ips.length > 0 && !headless && !named) {
    out.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  }
  out.push(...balancerWarnings(spec))
  if (named && ips.length > 0) {
    out.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  }
  if (!named && spec.externalName) {
    out.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  }
  if (spec.trafficDistribution === 'PreferClose') {
    out.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  }
  return out
}

const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints'

function balancerWarnings(spec: ServiceSpec): string[] {
  const ip = spec.loadBalancerIP
  return [
    ...(ip ? sloppyIpWarnings(ip, 'spec.loadBalancerIP') : []),
    ...(spec.loadBalancerSourceRanges ?? []).flatMap((c, i) =>
      cidrWarnings(c.trim(), `spec.loadBalancerSourceRanges[${i}]`),
    ),
  ]
}

const EXTERNAL_WIDTH = 16

function externalIp(o: Service): string {
  const spec = o.spec as ServiceSpec
  const given = spec.externalIPs ?? []
  switch (spec.type) {
    case 'ExternalName':
      return spec.externalName ?? ''
    case 'LoadBalancer': {
      const ingress = o.status?.loadBalancer?.ingress ?? []
      const all = ingress.map((i) => i.ip || i.hostname || '')
      const text = all.join(',')
      const shown = text.length > EXTERNAL_WIDTH ? `${text.slice(0, EXTERNAL_WIDTH - 3)}...` : text
      if (given.length > 0) return [...(shown ? [shown] : []), ...given].join(',')
      return shown || '<pending>'
    }
    default:
      return given.length > 0 ? given.join(',') : '<none>'
  }
}

function ports(o: Service): string {
  const list = o.spec?.ports ?? []
  if (list.length === 0) return '<none>'
  return list
    .map((p) => (p.nodePort ? `${p.port}:${p.nodePort}/${p.protocol}` : `${p.port}/${p.protocol}`))
    .join(',')
}
