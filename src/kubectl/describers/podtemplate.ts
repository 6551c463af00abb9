/** Pods and pod templates: containers, probes, environment, tolerations. @source staging/src/k8s.io/kubectl/pkg/describe/describe.go describeContainers, DescribePodTemplate */
import type {
  Container,
  ContainerPort,
  ContainerState,
  ContainerStatus,
  EnvVar,
  Pod,
  PodTemplateSpec,
  Probe,
  ResourceRequirements,
  Toleration,
  TopologySpreadConstraint,
} from '../../cluster/api/generated/types.ts'
import { formatLabelSelector } from '../../cluster/api/meta/labels.ts'
import { canonicalQuantity, milliValue, quantityValue } from '../../cluster/api/meta/quantity.ts'
import { compareStrings } from '../printers/gojson.ts'
import { describeVolumes } from './volumes.ts'
import { boolText, goList, longTime, type PrefixWriter } from './writer.ts'

/** Writes a pod template at level 0, its fields below. */
export function describePodTemplate(w: PrefixWriter, t: PodTemplateSpec | undefined): void {
  w.write(0, 'Pod Template:\n')
  if (!t) {
    w.write(1, '<unset>')
    return
  }
  const spec = t.spec
  w.labels('  Labels', t.metadata?.labels)
  if (Object.keys(t.metadata?.annotations ?? {}).length > 0)
    w.annotations('  Annotations', t.metadata?.annotations)
  if (spec?.serviceAccountName) w.field(1, 'Service Account', spec.serviceAccountName)
  if (spec?.initContainers?.length)
    describeContainers(w, 'Init Containers', spec.initContainers, { space: '  ' })
  describeContainers(w, 'Containers', spec?.containers ?? [], { space: '  ' })
  describeVolumes(w, spec?.volumes ?? [], '  ')
  describeSpread(w, spec?.topologySpreadConstraints ?? [], '  ')
  if (spec?.priorityClassName) w.field(1, 'Priority Class Name', spec.priorityClassName)
  w.labels('  Node-Selectors', spec?.nodeSelector)
  describeTolerations(w, '  Tolerations', spec?.tolerations ?? [])
}

/** Extra facts of the containers of a live pod. */
export interface ContainerOptions {
  readonly space: string
  readonly statuses?: readonly ContainerStatus[]
  readonly pod?: Pod
}

/** Writes containers under a heading. */
export function describeContainers(
  w: PrefixWriter,
  label: string,
  containers: readonly Container[],
  o: ContainerOptions,
): void {
  w.write(0, `${o.space}${label}:${containers.length === 0 ? ' <none>' : ''}\n`)
  for (const c of containers) {
    const status = o.statuses?.find((s) => s.name === c.name)
    basics(w, c, status, o.space ? ' ' : '')
    lines(w, 'Command', c.command)
    lines(w, 'Args', c.args)
    if (status) state(w, status)
    describeResources(w, c.resources, 2)
    if (c.livenessProbe) w.field(2, 'Liveness', probeText(c.livenessProbe))
    if (c.readinessProbe) w.field(2, 'Readiness', probeText(c.readinessProbe))
    if (c.startupProbe) w.field(2, 'Startup', probeText(c.startupProbe))
    if (c.envFrom?.length) envFrom(w, c)
    environment(w, c, o.pod)
    mounts(w, c)
  }
}

function basics(
  w: PrefixWriter,
  c: Container,
  status: ContainerStatus | undefined,
  indent: string,
): void {
  w.write(1, `${indent}${c.name}:\n`)
  if (status) w.field(2, 'Container ID', status.containerID)
  w.field(2, 'Image', c.image)
  if (status) w.field(2, 'Image ID', status.imageID)
  const ports = portsText(c.ports ?? [], (p) => p.containerPort)
  w.field(2, ports.includes(',') ? 'Ports' : 'Port', ports || '<none>')
  const host = portsText(c.ports ?? [], (p) => p.hostPort ?? 0)
  w.field(2, host.includes(',') ? 'Host Ports' : 'Host Port', host || '<none>')
  const seccomp = c.securityContext?.seccompProfile
  if (seccomp) {
    w.field(2, 'SeccompProfile', seccomp.type)
    if (seccomp.type === 'Localhost') w.field(3, 'LocalhostProfile', seccomp.localhostProfile)
  }
}

function portsText(ports: readonly ContainerPort[], number: (p: ContainerPort) => number): string {
  return ports
    .map((p) => `${number(p)}/${p.protocol ?? 'TCP'}${p.name ? ` (${p.name})` : ''}`)
    .join(', ')
}

function lines(w: PrefixWriter, label: string, values: readonly string[] | undefined): void {
  if (!values?.length) return
  w.write(2, `${label}:\n`)
  for (const v of values) for (const line of v.split('\n')) w.write(3, `${line}\n`)
}

function state(w: PrefixWriter, s: ContainerStatus): void {
  stateText(w, 'State', s.state)
  if (s.lastState?.terminated) stateText(w, 'Last State', s.lastState)
  w.field(2, 'Ready', boolText(s.ready))
  w.field(2, 'Restart Count', s.restartCount)
}

function stateText(w: PrefixWriter, label: string, s: ContainerState | undefined): void {
  if (s?.running) {
    w.field(2, label, 'Running')
    w.field(3, 'Started', longTime(s.running.startedAt))
  } else if (s?.terminated) {
    const t = s.terminated
    w.field(2, label, 'Terminated')
    if (t.reason) w.field(3, 'Reason', t.reason)
    if (t.message) w.field(3, 'Message', t.message)
    w.field(3, 'Exit Code', t.exitCode)
    if ((t.signal ?? 0) > 0) w.field(3, 'Signal', t.signal)
    w.field(3, 'Started', longTime(t.startedAt))
    w.field(3, 'Finished', longTime(t.finishedAt))
  } else {
    w.field(2, label, 'Waiting')
    if (s?.waiting?.reason) w.field(3, 'Reason', s.waiting.reason)
  }
}

/** Writes limits and requests at a level. */
export function describeResources(
  w: PrefixWriter,
  r: ResourceRequirements | undefined,
  level: number,
): void {
  for (const [title, list] of [
    ['Limits', r?.limits],
    ['Requests', r?.requests],
  ] as const) {
    const names = Object.keys(list ?? {}).sort(compareStrings)
    if (names.length === 0) continue
    w.write(level, `${title}:\n`)
    for (const n of names) w.field(level + 1, n, canonicalQuantity(list?.[n] as string))
  }
}

/** `http-get http://:8080/live delay=0s ...`. */
export function probeText(p: Probe): string {
  const attributes = `delay=${p.initialDelaySeconds ?? 0}s timeout=${p.timeoutSeconds ?? 0}s period=${p.periodSeconds ?? 0}s #success=${p.successThreshold ?? 0} #failure=${p.failureThreshold ?? 0}`
  if (p.exec) return `exec ${goList(p.exec.command)} ${attributes}`
  if (p.httpGet) {
    const { scheme = '', host = '', port, path = '' } = p.httpGet
    const slash = path && !path.startsWith('/') ? '/' : ''
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${slash}${path} ${attributes}`
  }
  if (p.tcpSocket) return `tcp-socket ${p.tcpSocket.host ?? ''}:${p.tcpSocket.port} ${attributes}`
  if (p.grpc) return `grpc <pod>:${p.grpc.port} ${p.grpc.service ?? ''} ${attributes}`
  return `unknown ${attributes}`
}

function envFrom(w: PrefixWriter, c: Container): void {
  w.write(2, 'Environment Variables from:\n')
  for (const e of c.envFrom ?? []) {
    const ref = e.configMapRef ?? e.secretRef
    const from = e.configMapRef ? 'ConfigMap' : e.secretRef ? 'Secret' : ''
    const prefix = e.prefix ? ` with prefix '${e.prefix}'` : ''
    w.write(3, `${ref?.name ?? ''}\t${from}${prefix}\tOptional: ${ref?.optional === true}\n`)
  }
}

function environment(w: PrefixWriter, c: Container, pod: Pod | undefined): void {
  w.write(2, `Environment:${c.env?.length ? '' : '\t<none>'}\n`)
  for (const e of c.env ?? []) {
    const from = e.valueFrom
    if (!from) {
      const [first, ...rest] = (e.value ?? '').split('\n')
      w.field(3, e.name, first)
      for (const line of rest) w.write(3, `\t${line}\n`)
    } else if (from.fieldRef) {
      const { apiVersion, fieldPath } = from.fieldRef
      w.field(3, e.name, `${fieldValue(pod, fieldPath)} (${apiVersion}:${fieldPath})`)
    } else if (from.resourceFieldRef) resourceValue(w, e, c)
    else if (from.secretKeyRef) {
      const { key, name, optional } = from.secretKeyRef
      w.field(
        3,
        e.name,
        `<set to the key '${key}' in secret '${name}'>\tOptional: ${optional === true}`,
      )
    } else if (from.configMapKeyRef) {
      const { key, name, optional } = from.configMapKeyRef
      w.field(
        3,
        e.name,
        `<set to the key '${key}' of config map '${name}'>\tOptional: ${optional === true}`,
      )
    }
  }
}

/** Only fields of the metadata can be told without asking the node. */
function fieldValue(pod: Pod | undefined, path: string): string {
  const m = pod?.metadata
  if (!m) return ''
  const key = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path)
  if (key) return m[key[1] as 'labels']?.[key[2] as string] ?? ''
  if (path === 'metadata.name') return m.name ?? ''
  if (path === 'metadata.namespace') return m.namespace ?? ''
  if (path === 'metadata.uid') return m.uid ?? ''
  return ''
}

function resourceValue(w: PrefixWriter, e: EnvVar, c: Container): void {
  const ref = e.valueFrom?.resourceFieldRef
  const resource = ref?.resource ?? ''
  const [kind, ...rest] = resource.split('.')
  const name = rest.join('.')
  const list = kind === 'limits' ? c.resources?.limits : c.resources?.requests
  const quantity = list?.[name]
  const divisor = ref?.divisor && String(ref.divisor) !== '0' ? String(ref.divisor) : '1'
  const value =
    name === 'cpu'
      ? Math.ceil(milliValue(quantity) / milliValue(divisor))
      : Math.ceil(quantityValue(quantity) / quantityValue(divisor))
  const unlimited = value === 0 && (resource === 'limits.cpu' || resource === 'limits.memory')
  w.field(3, e.name, `${unlimited ? 'node allocatable' : value} (${resource})`)
}

function mounts(w: PrefixWriter, c: Container): void {
  const none = c.volumeMounts?.length ? '' : '\t<none>'
  w.write(2, `Mounts:${none}\n`)
  const byPath = [...(c.volumeMounts ?? [])].sort((a, b) =>
    compareStrings(a.mountPath, b.mountPath),
  )
  for (const m of byPath) {
    const flags = [
      m.readOnly ? 'ro' : 'rw',
      ...(m.subPath ? [`path=${JSON.stringify(m.subPath)}`] : []),
    ]
    w.write(3, `${m.mountPath} from ${m.name} (${flags.join(',')})\n`)
  }
  if (!c.volumeDevices?.length) return
  w.write(2, `Devices:${none}\n`)
  const devices = [...c.volumeDevices].sort((a, b) => compareStrings(a.devicePath, b.devicePath))
  for (const d of devices) w.write(3, `${d.devicePath} from ${d.name}\n`)
}

/** Writes topology spread constraints, if there are any. */
export function describeSpread(
  w: PrefixWriter,
  constraints: readonly TopologySpreadConstraint[],
  space: string,
): void {
  if (constraints.length === 0) return
  const sorted = [...constraints].sort((a, b) => compareStrings(a.topologyKey, b.topologyKey))
  const texts = sorted.map((t) => {
    const selector = t.labelSelector ? ` for selector ${formatLabelSelector(t.labelSelector)}` : ''
    return `${t.topologyKey}:${t.whenUnsatisfiable} when max skew ${t.maxSkew} is exceeded${selector}`
  })
  w.list('Topology Spread Constraints', texts, space)
}

/** Writes tolerations, sorted by key. */
export function describeTolerations(
  w: PrefixWriter,
  title: string,
  tolerations: readonly Toleration[],
): void {
  const sorted = tolerations
    .map((t, i) => ({ t, i }))
    .sort((a, b) => compareStrings(a.t.key ?? '', b.t.key ?? '') || a.i - b.i)
    .map((x) => x.t)
  w.list(title, sorted.map(tolerationText))
}

function tolerationText(t: Toleration): string {
  let s = t.key ?? ''
  if (t.value) s += `=${t.value}`
  if (t.effect) s += `:${t.effect}`
  if (t.operator === 'Exists' && !t.value) s += t.key || t.effect ? ' op=Exists' : 'op=Exists'
  if (t.tolerationSeconds !== undefined && t.tolerationSeconds !== null)
    s += ` for ${t.tolerationSeconds}s`
  return s
}
