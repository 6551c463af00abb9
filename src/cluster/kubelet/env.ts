/**
 * A container's environment and its command line with $(NAME) filled in.
 * @source pkg/kubelet/kubelet_pods.go makeEnvironmentVariables, third_party/forked/golang/expansion
 */
import type { ConfigMap, Container, EnvVar, Pod, Secret, Service } from '../api/generated/types.ts'
import { decodeBase64 } from '../api/meta/base64.ts'
import { milliValue, quantityValue } from '../api/meta/quantity.ts'

/** Configuration is missing; the message is the kubelet's own. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** What the kubelet has looked up for a container. */
export interface EnvSources {
  configMap(name: string): ConfigMap | undefined
  secret(name: string): Secret | undefined
  readonly services: readonly Service[]
  readonly hostIp: string
  readonly podIp: string
  /** Allocatable of the node, for limits that are not set. */
  readonly allocatable: { cpuMillis: number; memoryBytes: number }
}

/** The whole environment, in order. @throws ConfigError */
export function environment(pod: Pod, c: Container, from: EnvSources): Map<string, string> {
  const env = new Map<string, string>()
  for (const [k, v] of serviceVariables(pod, from.services)) env.set(k, v)
  for (const source of c.envFrom ?? []) {
    for (const [k, v] of importAll(pod, source, from)) env.set((source.prefix ?? '') + k, v)
  }
  for (const e of c.env ?? []) {
    if (e.value !== undefined || !e.valueFrom) env.set(e.name, expand(e.value ?? '', env))
    else {
      const value = valueFrom(pod, c, e, from)
      if (value !== undefined) env.set(e.name, value)
    }
  }
  return env
}

/** Fills `$(NAME)`; `$$` escapes, unknown names stay as they are. */
export function expand(text: string, env: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (whole === '$$') return '$'
    return env.get(name ?? '') ?? whole
  })
}

function importAll(
  pod: Pod,
  source: NonNullable<Container['envFrom']>[number],
  from: EnvSources,
): [string, string][] {
  const ns = pod.metadata.namespace ?? ''
  if (source.configMapRef) {
    const cm = from.configMap(source.configMapRef.name ?? '')
    if (!cm) {
      if (source.configMapRef.optional) return []
      throw new ConfigError(`configmap "${source.configMapRef.name}" not found`)
    }
    return Object.entries(cm.data ?? {})
  }
  if (source.secretRef) {
    const secret = from.secret(source.secretRef.name ?? '')
    if (!secret) {
      if (source.secretRef.optional) return []
      throw new ConfigError(`secret "${source.secretRef.name}" not found`)
    }
    return Object.entries(secret.data ?? {}).map(([k, v]) => [k, decodeBase64(v) ?? ''])
  }
  throw new ConfigError(`envFrom of ${ns}/${pod.metadata.name} names no source`)
}

function valueFrom(pod: Pod, c: Container, e: EnvVar, from: EnvSources): string | undefined {
  const v = e.valueFrom
  const ns = pod.metadata.namespace ?? ''
  if (v?.fieldRef) return fieldValue(pod, v.fieldRef.fieldPath, from)
  if (v?.resourceFieldRef) return resourceValue(pod, c, v.resourceFieldRef, from)
  if (v?.configMapKeyRef) {
    const ref = v.configMapKeyRef
    const cm = from.configMap(ref.name ?? '')
    const value = cm?.data?.[ref.key]
    if (value !== undefined) return value
    if (ref.optional) return undefined
    throw new ConfigError(
      cm
        ? `couldn't find key ${ref.key} in ConfigMap ${ns}/${ref.name}`
        : `configmap "${ref.name}" not found`,
    )
  }
  if (v?.secretKeyRef) {
    const ref = v.secretKeyRef
    const secret = from.secret(ref.name ?? '')
    const value = secret?.data?.[ref.key]
    if (value !== undefined) return decodeBase64(value) ?? ''
    if (ref.optional) return undefined
    throw new ConfigError(
      secret
        ? `couldn't find key ${ref.key} in Secret ${ns}/${ref.name}`
        : `secret "${ref.name}" not found`,
    )
  }
  return ''
}

/** The downward API's paths. */
export function fieldValue(
  pod: Pod,
  path: string,
  from: { hostIp: string; podIp: string },
): string {
  const m = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path)
  if (m) return pod.metadata[m[1] as 'labels' | 'annotations']?.[m[2] as string] ?? ''
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name ?? ''
    case 'metadata.namespace':
      return pod.metadata.namespace ?? ''
    case 'metadata.uid':
      return pod.metadata.uid ?? ''
    case 'metadata.labels':
      return quoted(pod.metadata.labels)
    case 'metadata.annotations':
      return quoted(pod.metadata.annotations)
    case 'spec.nodeName':
      return pod.spec?.nodeName ?? ''
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? ''
    case 'status.hostIP':
    case 'status.hostIPs':
      return from.hostIp
    case 'status.podIP':
    case 'status.podIPs':
      return from.podIp
    default:
      return ''
  }
}

function quoted(map: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((k) => `${k}=${JSON.stringify(map?.[k])}`)
    .join('\n')
}

/** A container's own requests and limits. @unit divisor as in the manifest; rounded up */
export function resourceValue(
  pod: Pod,
  c: Container,
  ref: { containerName?: string; resource: string; divisor?: string },
  from: Pick<EnvSources, 'allocatable'>,
): string {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]
  const of = ref.containerName ? all.find((x) => x.name === ref.containerName) : c
  const [list = '', name = ''] = ref.resource.split('.')
  const text = of?.resources?.[list as 'requests' | 'limits']?.[name]
  const divisor = ref.divisor && ref.divisor !== '0' ? ref.divisor : '1'
  if (name === 'cpu') {
    const millis = text ? milliValue(text) : list === 'limits' ? from.allocatable.cpuMillis : 0
    return String(Math.ceil(millis / Math.max(1, milliValue(divisor))))
  }
  const value = text
    ? quantityValue(text)
    : name === 'memory' && list === 'limits'
      ? from.allocatable.memoryBytes
      : 0
  return String(Math.ceil(value / Math.max(1, quantityValue(divisor))))
}

/** WEB_SERVICE_HOST and friends, for Services that exist when the container starts. */
function serviceVariables(pod: Pod, services: readonly Service[]): [string, string][] {
  const ns = pod.metadata.namespace ?? ''
  const own = pod.spec?.enableServiceLinks !== false
  const out: [string, string][] = []
  for (const s of services) {
    const ip = s.spec?.clusterIP
    if (!ip || ip === 'None') continue
    const master = s.metadata.namespace === 'default' && s.metadata.name === 'kubernetes'
    if (!master && !(own && s.metadata.namespace === ns)) continue
    const prefix = (s.metadata.name ?? '').toUpperCase().replaceAll('-', '_')
    const first = s.spec?.ports?.[0]
    if (!first) continue
    out.push([`${prefix}_SERVICE_HOST`, ip], [`${prefix}_SERVICE_PORT`, String(first.port)])
    for (const p of s.spec?.ports ?? []) {
      const protocol = (p.protocol ?? 'TCP').toLowerCase()
      if (p.name) {
        out.push([
          `${prefix}_SERVICE_PORT_${p.name.toUpperCase().replaceAll('-', '_')}`,
          String(p.port),
        ])
      }
      const at = `${prefix}_PORT_${p.port}_${protocol.toUpperCase()}`
      if (p === first) out.push([`${prefix}_PORT`, `${protocol}://${ip}:${p.port}`])
      out.push(
        [at, `${protocol}://${ip}:${p.port}`],
        [`${at}_PROTO`, protocol],
        [`${at}_PORT`, String(p.port)],
        [`${at}_ADDR`, ip],
      )
    }
  }
  return out
}
