/**
 * Field errors of containers.
 * @source pkg/apis/core/validation/validation.go validateContainers, validateInitContainers
 */
import type {
  Container,
  EnvVar,
  LifecycleHandler,
  Probe,
  ResourceRequirements,
  VolumeMount,
} from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notFoundField,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import { compareQuantity, isWhole } from '../../api/meta/quantity.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsLabel, portName, qualifiedName } from '../../api/meta/validation.ts'

/** What a container's checks need to know of its pod. */
export interface ContainerContext {
  /** Names of the pod's volumes that passed their own checks. */
  readonly volumes: ReadonlySet<string>
  readonly restartPolicy: string
  readonly hostNetwork: boolean
  /** Seconds. */
  readonly grace: number
}

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** Field errors of the main containers. */
export function validateContainers(
  list: readonly Container[] | undefined,
  context: ContainerContext,
  path: string,
): FieldError[] {
  if (!list || list.length === 0) return [required(path)]
  const out: FieldError[] = []
  const names = new Set<string>()
  list.forEach((c, i) => {
    const at = `${path}[${i}]`
    out.push(...validateName(c, names, at))
    out.push(...validateContainer(c, context, at))
    out.push(...validateLifecycle(c, context, at))
    out.push(...validateProbes(c, at))
  })
  out.push(...validateHostPorts(list, path))
  return out
}

/** Field errors of init containers; those that restart always are sidecars. */
export function validateInitContainers(
  list: readonly Container[] | undefined,
  main: readonly Container[] | undefined,
  context: ContainerContext,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  const names = new Set((main ?? []).map((c) => c.name))
  list?.forEach((c, i) => {
    const at = `${path}[${i}]`
    out.push(...validateName(c, names, at))
    out.push(...validateContainer(c, context, at))
    if (c.restartPolicy === 'Always') {
      out.push(...validateLifecycle(c, context, at), ...validateProbes(c, at))
      return
    }
    const text = 'may not be set for init containers without restartPolicy=Always'
    for (const f of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (c[f]) out.push(forbiddenField(`${at}.${f}`, text))
    }
  })
  return out
}

function validateName(c: Container, names: Set<string>, at: string): FieldError[] {
  if (!c.name) return [required(`${at}.name`)]
  const out = dnsLabel(c.name).map((t) => invalidValue(`${at}.name`, c.name, t))
  if (names.has(c.name)) out.push(duplicate(`${at}.name`, c.name))
  names.add(c.name)
  return out
}

function validateContainer(c: Container, context: ContainerContext, at: string): FieldError[] {
  const out: FieldError[] = []
  const image = c.image ?? ''
  if (image === '') out.push(required(`${at}.image`))
  else if (image.trim() !== image) {
    out.push(invalidValue(`${at}.image`, image, 'must not have leading or trailing whitespace'))
  }
  const termination = c.terminationMessagePolicy
  if (termination && !['FallbackToLogsOnError', 'File'].includes(termination)) {
    const valid = ['FallbackToLogsOnError', 'File']
    out.push(notSupported(`${at}.terminationMessagePolicy`, termination, valid))
  }
  out.push(...validatePorts(c, `${at}.ports`))
  out.push(...validateEnv(c.env, `${at}.env`))
  out.push(...validateMounts(c.volumeMounts, context, `${at}.volumeMounts`))
  out.push(...validateDevices(c, context, at))
  const pull = c.imagePullPolicy
  if (!pull) out.push(required(`${at}.imagePullPolicy`))
  else if (!PULL_POLICIES.includes(pull)) {
    out.push(notSupported(`${at}.imagePullPolicy`, pull, PULL_POLICIES))
  }
  out.push(...validateResources(c.resources, `${at}.resources`))
  out.push(...validateResizePolicy(c, context, `${at}.resizePolicy`))
  out.push(...validateSecurity(c, `${at}.securityContext`))
  return out
}

function validatePorts(c: Container, path: string): FieldError[] {
  const out: FieldError[] = []
  const names = new Set<string>()
  c.ports?.forEach((p, i) => {
    const at = `${path}[${i}]`
    if (p.name) {
      const messages = portName(p.name)
      for (const t of messages) out.push(invalidValue(`${at}.name`, p.name, t))
      if (messages.length === 0 && names.has(p.name)) out.push(duplicate(`${at}.name`, p.name))
      names.add(p.name)
    }
    if (!p.containerPort) out.push(required(`${at}.containerPort`))
    else if (p.containerPort < 1 || p.containerPort > 65535) {
      out.push(invalidValue(`${at}.containerPort`, p.containerPort, PORT_RANGE))
    }
    if (p.hostPort && (p.hostPort < 1 || p.hostPort > 65535)) {
      out.push(invalidValue(`${at}.hostPort`, p.hostPort, PORT_RANGE))
    }
    if (!p.protocol) out.push(required(`${at}.protocol`))
    else if (!PROTOCOLS.includes(p.protocol)) {
      out.push(notSupported(`${at}.protocol`, p.protocol, PROTOCOLS))
    }
  })
  return out
}

const PORT_RANGE = 'must be between 1 and 65535, inclusive'

function validateHostPorts(list: readonly Container[], path: string): FieldError[] {
  const out: FieldError[] = []
  const taken = new Set<string>()
  list.forEach((c, i) => {
    c.ports?.forEach((p, j) => {
      if (!p.hostPort) return
      const id = `${p.protocol}/${p.hostIP ?? ''}/${p.hostPort}`
      if (taken.has(id)) out.push(duplicate(`${path}[${i}].ports[${j}].hostPort`, id))
      taken.add(id)
    })
  })
  return out
}

const ENV_TEXT =
  "a valid environment variable name must consist only of printable ASCII characters other than '='"

function validateEnv(env: readonly EnvVar[] | undefined, path: string): FieldError[] {
  const out: FieldError[] = []
  env?.forEach((e, i) => {
    const at = `${path}[${i}]`
    if (!e.name) out.push(required(`${at}.name`))
    else if (!/^[ -<>-~]+$/.test(e.name)) out.push(invalidValue(`${at}.name`, e.name, ENV_TEXT))
    if (!e.valueFrom) return
    const from = `${at}.valueFrom`
    const sources = Object.keys(e.valueFrom).length
    if (sources === 0) {
      out.push(
        invalidValue(
          from,
          '',
          'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
        ),
      )
    } else if (e.value) {
      out.push(invalidValue(from, '', 'may not be specified when `value` is not empty'))
    } else if (sources > 1) {
      out.push(invalidValue(from, '', 'may not have more than one field specified at a time'))
    }
    out.push(...validateEnvSource(e, from))
  })
  return out
}

function validateEnvSource(e: EnvVar, from: string): FieldError[] {
  const out: FieldError[] = []
  for (const ref of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const r = e.valueFrom?.[ref]
    if (!r) continue
    if (!r.name) out.push(required(`${from}.${ref}.name`))
    if (!r.key) out.push(required(`${from}.${ref}.key`))
  }
  const field = e.valueFrom?.fieldRef
  if (field) {
    if (!field.fieldPath) out.push(required(`${from}.fieldRef.fieldPath`))
    else if (!FIELD_PATHS.test(field.fieldPath)) {
      const valid = [
        'metadata.name',
        'metadata.namespace',
        'metadata.uid',
        'spec.nodeName',
        'spec.serviceAccountName',
        'status.hostIP',
        'status.hostIPs',
        'status.podIP',
        'status.podIPs',
      ]
      out.push(notSupported(`${from}.fieldRef.fieldPath`, field.fieldPath, valid))
    }
  }
  return out
}

const FIELD_PATHS =
  /^(metadata\.(name|namespace|uid)|metadata\.(labels|annotations)\['.+'\]|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/

function validateMounts(
  mounts: readonly VolumeMount[] | undefined,
  context: ContainerContext,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  const paths = new Set<string>()
  mounts?.forEach((m, i) => {
    const at = `${path}[${i}]`
    if (!m.name) out.push(required(`${at}.name`))
    if (!context.volumes.has(m.name)) out.push(notFoundField(`${at}.name`, m.name))
    if (!m.mountPath) out.push(required(`${at}.mountPath`))
    if (paths.has(m.mountPath))
      out.push(invalidValue(`${at}.mountPath`, m.mountPath, 'must be unique'))
    paths.add(m.mountPath)
    if (m.subPath) out.push(...relativePath(m.subPath, `${path}.subPath`))
    const propagation = m.mountPropagation
    if (propagation && !PROPAGATIONS.includes(propagation)) {
      out.push(notSupported(`${at}.mountPropagation`, propagation, PROPAGATIONS))
    }
  })
  return out
}

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None']

/** Errors of a path that must stay below where it starts. */
export function relativePath(value: string, path: string): FieldError[] {
  if (value.startsWith('/')) return [invalidValue(path, value, 'must be a relative path')]
  if (value.split('/').includes('..')) return [invalidValue(path, value, "must not contain '..'")]
  return []
}

function validateDevices(c: Container, context: ContainerContext, at: string): FieldError[] {
  const out: FieldError[] = []
  c.volumeDevices?.forEach((d, i) => {
    if (!context.volumes.has(d.name))
      out.push(notFoundField(`${at}.volumeDevices[${i}].name`, d.name))
    if (!d.devicePath) out.push(required(`${at}.volumeDevices[${i}].devicePath`))
  })
  return out
}

const STANDARD = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/

/** Field errors of requests and limits. */
export function validateResources(r: ResourceRequirements | undefined, path: string): FieldError[] {
  const out: FieldError[] = []
  if (!r) return out
  for (const part of ['limits', 'requests'] as const) {
    for (const [name, q] of Object.entries(r[part] ?? {})) {
      const at = `${path}.${part}`
      out.push(...validateResourceName(name, `${at}[${name}]`, at))
      if (compareQuantity(q, '0') < 0) {
        out.push(invalidValue(`${at}[${name}]`, q, 'must be greater than or equal to 0'))
      }
      if (name.includes('/') && !isWhole(q)) {
        out.push(invalidValue(`${at}[${name}]`, q, 'must be an integer'))
      }
    }
  }
  for (const [name, q] of Object.entries(r.requests ?? {})) {
    const limit = r.limits?.[name]
    if (limit === undefined) {
      if (name.includes('/')) {
        const text = 'Limit must be set for non overcommitable resources'
        out.push(required(`${path}.limits`, text))
      }
      continue
    }
    if (name.includes('/') && compareQuantity(q, limit) !== 0) {
      out.push(invalidValue(`${path}.requests`, q, `must be equal to ${name} limit of ${limit}`))
    } else if (compareQuantity(q, limit) > 0) {
      const text = `must be less than or equal to ${name} limit of ${limit}`
      out.push(invalidValue(`${path}.requests`, q, text))
    }
  }
  return out
}

function validateResourceName(name: string, at: string, list: string): FieldError[] {
  const messages = qualifiedName(name)
  if (messages.length > 0) return messages.map((t) => invalidValue(list, name, t))
  if (name.includes('/') || STANDARD.test(name)) return []
  return [
    invalidValue(list, name, 'must be a standard resource type or fully qualified'),
    invalidValue(at, name, 'must be a standard resource for containers'),
  ].slice(0, 2)
}

function validateResizePolicy(c: Container, context: ContainerContext, path: string): FieldError[] {
  const out: FieldError[] = []
  for (const p of c.resizePolicy ?? []) {
    if (!['cpu', 'memory'].includes(p.resourceName)) {
      out.push(notSupported(path, p.resourceName, ['cpu', 'memory']))
    }
    if (!['NotRequired', 'RestartContainer'].includes(p.restartPolicy)) {
      out.push(notSupported(path, p.restartPolicy, ['NotRequired', 'RestartContainer']))
    }
    if (context.restartPolicy === 'Never' && p.restartPolicy !== 'NotRequired') {
      const text = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
      out.push(invalidValue(path, p.restartPolicy, text))
    }
  }
  return out
}

/** The internal type's members, as an error shows them. */
const SECURITY = [
  'capabilities',
  'privileged',
  'seLinuxOptions',
  'windowsOptions',
  'runAsUser',
  'runAsGroup',
  'runAsNonRoot',
  'readOnlyRootFilesystem',
  'allowPrivilegeEscalation',
  'procMount',
  'seccompProfile',
  'appArmorProfile',
] as const

function validateSecurity(c: Container, at: string): FieldError[] {
  const s = c.securityContext
  if (!s) return []
  const out: FieldError[] = []
  for (const f of ['runAsUser', 'runAsGroup'] as const) {
    const id = s[f]
    if (id === undefined || (id >= 0 && id <= 2147483647)) continue
    out.push(invalidValue(`${at}.${f}`, id, 'must be between 0 and 2147483647, inclusive'))
  }
  if (s.allowPrivilegeEscalation !== false) return out
  const shown: Record<string, unknown> = {}
  for (const f of SECURITY) {
    const name = f === 'seLinuxOptions' ? 'SELinuxOptions' : f.charAt(0).toUpperCase() + f.slice(1)
    shown[name] = s[f] ?? null
  }
  if (s.privileged) {
    const text = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'
    out.push(invalidValue(at, shown, text))
  }
  if (s.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    const text =
      'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'
    out.push(invalidValue(at, shown, text))
  }
  return out
}

function validateLifecycle(c: Container, context: ContainerContext, at: string): FieldError[] {
  const out: FieldError[] = []
  for (const hook of ['postStart', 'preStop'] as const) {
    const h = c.lifecycle?.[hook]
    if (h) out.push(...validateHandler(h, `${at}.lifecycle.${hook}`, context.grace))
  }
  return out
}

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>

function validateHandler(h: Handler, at: string, grace?: number): FieldError[] {
  const out: FieldError[] = []
  let handlers = 0
  for (const kind of ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const) {
    if (!h[kind]) continue
    if (handlers++ > 0) {
      out.push(forbiddenField(`${at}.${kind}`, 'may not specify more than 1 handler type'))
      continue
    }
    out.push(...validateAction(h, kind, `${at}.${kind}`, grace))
  }
  if (handlers === 0) out.push(required(at, 'must specify a handler type'))
  return out
}

function validateAction(h: Handler, kind: string, at: string, grace = 30): FieldError[] {
  const out: FieldError[] = []
  if (kind === 'exec' && (h.exec?.command?.length ?? 0) === 0) out.push(required(`${at}.command`))
  if (kind === 'httpGet') {
    if (!h.httpGet?.path) out.push(required(`${at}.path`))
    out.push(...portOf(h.httpGet?.port, `${at}.port`))
  }
  if (kind === 'tcpSocket') out.push(...portOf(h.tcpSocket?.port, `${at}.port`))
  if (kind === 'grpc') out.push(...portOf(h.grpc?.port, `${at}.port`))
  const seconds = h.sleep?.seconds
  if (kind === 'sleep' && seconds !== undefined && (seconds < 0 || seconds > grace)) {
    const text = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`
    out.push(invalidValue(at, seconds, text))
  }
  return out
}

/** Errors of a port given by number or by name. */
export function portOf(port: number | string | undefined, at: string): FieldError[] {
  if (typeof port === 'string') return portName(port).map((t) => invalidValue(at, port, t))
  const n = port ?? 0
  return n >= 1 && n <= 65535 ? [] : [invalidValue(at, n, PORT_RANGE)]
}

function validateProbes(c: Container, at: string): FieldError[] {
  const out: FieldError[] = []
  for (const kind of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const p = c[kind]
    if (!p) continue
    const path = `${at}.${kind}`
    out.push(...validateHandler(p as Handler, path))
    for (const f of COUNTS) {
      const v = p[f]
      if (v !== undefined && v < 0) {
        out.push(invalidValue(`${path}.${f}`, v, 'must be greater than or equal to 0'))
      }
    }
    if (p.terminationGracePeriodSeconds !== undefined) {
      if (kind === 'readinessProbe') {
        const text = 'must not be set for readinessProbes'
        out.push(
          invalidValue(
            `${path}.terminationGracePeriodSeconds`,
            p.terminationGracePeriodSeconds,
            text,
          ),
        )
      } else if (p.terminationGracePeriodSeconds <= 0) {
        const text = 'must be greater than 0'
        out.push(
          invalidValue(
            `${path}.terminationGracePeriodSeconds`,
            p.terminationGracePeriodSeconds,
            text,
          ),
        )
      }
    }
    if (kind !== 'readinessProbe' && p.successThreshold !== 1) {
      out.push(invalidValue(`${path}.successThreshold`, p.successThreshold, 'must be 1'))
    }
  }
  return out
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const
