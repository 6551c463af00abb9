/**
 * Field errors of containers.
 * @source pkg/apis/core/validation/validation.go validateContainers, validateInitContainers
 */
import type { Container, EphemeralContainer, Volume } from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notFoundField,
  notSupported,
  required,
  tooMany,
} from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsLabel, portName, portNumber } from '../../api/meta/validation.ts'
import { validateEnv, validateEnvFrom } from './env.ts'
import { validateLifecycle, validateProbes } from './handlers.ts'
import { validateDevices, validateMounts } from './mounts.ts'
import { validateResources } from './resources.ts'
import { validateSecurityContext } from './securitycontext.ts'

/** What a container's checks need to know of its pod. */
export interface ContainerContext {
  /** The pod's volumes that passed their own checks, by name. */
  readonly volumes: ReadonlyMap<string, Volume>
  /** Names of the pod's resource claims. */
  readonly claims: ReadonlySet<string>
  readonly restartPolicy: string
  /** False when the pod has users of its own. */
  readonly hostUsers: boolean
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
    out.push(...validateContainer(c, context, at))
    if (names.has(c.name)) out.push(duplicate(`${at}.name`, c.name))
    names.add(c.name)
    out.push(...validateLifecycle(c, context.grace, at))
    out.push(...validateProbes(c, at))
    out.push(...validateRestart(c, at))
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
    out.push(...validateContainer(c, context, at))
    out.push(...validateRestart(c, at))
    if (names.has(c.name)) out.push(duplicate(`${at}.name`, c.name))
    else if (c.name) names.add(c.name)
    // They run one by one, hence each has its ports to itself.
    out.push(...validateHostPorts([c], path))
    if (c.restartPolicy === 'Always') {
      out.push(...validateLifecycle(c, context.grace, at), ...validateProbes(c, at))
      return
    }
    const text = 'may not be set for init containers without restartPolicy=Always'
    for (const f of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (c[f]) out.push(forbiddenField(`${at}.${f}`, text))
    }
  })
  return out
}

/** In the order in which the type states them. */
const NOT_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

/** Field errors of ephemeral containers: they have names of their own and serve nothing. */
export function validateEphemeralContainers(
  list: readonly EphemeralContainer[] | undefined,
  others: readonly Container[],
  context: ContainerContext,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  const targets = new Set(others.map((c) => c.name))
  const names = new Set(targets)
  const text = 'cannot be set for an Ephemeral Container'
  list?.forEach((c, i) => {
    const at = `${path}[${i}]`
    out.push(...validateContainer(c, context, at))
    out.push(...validateImageSpace(c, at))
    if (names.has(c.name)) out.push(duplicate(`${at}.name`, c.name))
    else names.add(c.name)
    if (c.targetContainerName && !targets.has(c.targetContainerName)) {
      out.push(notFoundField(`${at}.targetContainerName`, c.targetContainerName))
    }
    for (const f of NOT_EPHEMERAL) {
      if (isSet(c[f])) out.push(forbiddenField(`${at}.${f}`, text))
    }
    c.volumeMounts?.forEach((m, j) => {
      const mount = `${at}.volumeMounts[${j}]`
      if (m.subPath) out.push(forbiddenField(`${mount}.subPath`, text))
      if (m.subPathExpr) out.push(forbiddenField(`${mount}.subPathExpr`, text))
    })
  })
  return out
}

/** Go's zero values are no settings. */
function isSet(value: unknown): boolean {
  if (value === undefined || value === '') return false
  return typeof value !== 'object' || Object.keys(value as object).length > 0
}

/** A check that pods have and templates do not. */
export function validateImageSpace(c: { image?: string }, at: string): FieldError[] {
  const image = c.image ?? ''
  if (image.trim() === image) return []
  return [invalidValue(`${at}.image`, image, 'must not have leading or trailing whitespace')]
}

function validateContainer(c: Container, context: ContainerContext, at: string): FieldError[] {
  const out: FieldError[] = []
  if (!c.name) out.push(required(`${at}.name`))
  else for (const t of dnsLabel(c.name)) out.push(invalidValue(`${at}.name`, c.name, t))
  if (!c.image) out.push(required(`${at}.image`))
  const termination = c.terminationMessagePolicy
  const policies = ['FallbackToLogsOnError', 'File']
  if (!termination) out.push(required(`${at}.terminationMessagePolicy`))
  else if (!policies.includes(termination)) {
    out.push(
      notSupported(`${at}.terminationMessagePolicy`, termination, [
        'File',
        'FallbackToLogsOnError',
      ]),
    )
  }
  out.push(...validatePorts(c, `${at}.ports`))
  out.push(...validateEnv(c.env, `${at}.env`))
  out.push(...validateEnvFrom(c.envFrom, `${at}.envFrom`))
  out.push(...validateMounts(c, context.volumes, `${at}.volumeMounts`))
  out.push(...validateDevices(c, context.volumes, `${at}.volumeDevices`))
  out.push(...validatePullPolicy(c.imagePullPolicy, `${at}.imagePullPolicy`))
  out.push(...validateResources(c.resources, `${at}.resources`, context.claims))
  out.push(...validateResizePolicy(c, context, `${at}.resizePolicy`))
  out.push(
    ...validateSecurityContext(c.securityContext, context.hostUsers, `${at}.securityContext`),
  )
  return out
}

/** Field errors of when to pull an image. */
export function validatePullPolicy(policy: string | undefined, at: string): FieldError[] {
  if (!policy) return [required(at)]
  return PULL_POLICIES.includes(policy) ? [] : [notSupported(at, policy, PULL_POLICIES)]
}

const RESTARTS = ['Always', 'Never', 'OnFailure']
const ACTIONS = ['Restart', 'RestartAllContainers']
const RULES_MAX = 20
const CODES_MAX = 255

/** A container's own policy of restarts, and its rules by exit code. */
function validateRestart(c: Container, at: string): FieldError[] {
  const out: FieldError[] = []
  const policy = c.restartPolicy
  const rules = c.restartPolicyRules ?? []
  if (policy !== undefined && !RESTARTS.includes(policy)) {
    out.push(notSupported(`${at}.restartPolicy`, policy, RESTARTS))
  }
  if (rules.length === 0) return out
  if (policy === undefined) {
    const text = 'must specify restartPolicy when restart rules are used'
    out.push(required(`${at}.restartPolicy`, text))
  }
  if (rules.length > RULES_MAX) {
    out.push(tooMany(`${at}.restartPolicyRules`, rules.length, RULES_MAX))
  }
  rules.forEach((r, i) => {
    const rule = `${at}.restartPolicyRules[${i}]`
    if (!ACTIONS.includes(r.action))
      out.push(notSupported(`${rule}.action`, r.action ?? '', ACTIONS))
    if (!r.exitCodes) {
      out.push(required(`${rule}.exitCodes`, 'must be specified'))
      return
    }
    const { operator, values = [] } = r.exitCodes
    if (operator !== 'In' && operator !== 'NotIn') {
      out.push(notSupported(`${rule}.exitCodes.operator`, operator ?? '', ['In', 'NotIn']))
    }
    if (values.length > CODES_MAX) {
      out.push(tooMany(`${rule}.exitCodes.values`, values.length, CODES_MAX))
    }
  })
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
      if (messages.length === 0) names.add(p.name)
    }
    if (!p.containerPort) out.push(required(`${at}.containerPort`))
    else {
      for (const t of portNumber(p.containerPort)) {
        out.push(invalidValue(`${at}.containerPort`, p.containerPort, t))
      }
    }
    for (const t of p.hostPort ? portNumber(p.hostPort) : []) {
      out.push(invalidValue(`${at}.hostPort`, p.hostPort, t))
    }
    if (!p.protocol) out.push(required(`${at}.protocol`))
    else if (!PROTOCOLS.includes(p.protocol)) {
      out.push(notSupported(`${at}.protocol`, p.protocol, PROTOCOLS))
    }
  })
  return out
}

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

function validateResizePolicy(c: Container, context: ContainerContext, path: string): FieldError[] {
  const out: FieldError[] = []
  const seen = new Set<string>()
  c.resizePolicy?.forEach((p, i) => {
    if (seen.has(p.resourceName)) out.push(duplicate(`${path}[${i}]`, p.resourceName))
    seen.add(p.resourceName)
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
  })
  return out
}
