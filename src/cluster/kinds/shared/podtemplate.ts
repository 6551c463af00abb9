/**
 * What may stand in a pod's spec, in pods and in every template of pods.
 * @source pkg/apis/core/validation/validation.go ValidatePodSpec, ValidatePodTemplateSpec
 */
import type {
  LabelSelector,
  PodResourceClaim,
  PodSpec,
  PodTemplateSpec,
  Toleration,
} from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import { selects } from '../../api/meta/labels.ts'
import { addQuantity, compareQuantity } from '../../api/meta/quantity.ts'
import type { FieldError } from '../../api/meta/status.ts'
import {
  dnsLabel,
  dnsSubdomain,
  dnsSubdomainUnderscore,
  labelValue,
  qualifiedName,
} from '../../api/meta/validation.ts'
import {
  type ContainerContext,
  validateContainers,
  validateEphemeralContainers,
  validateImageSpace,
  validateInitContainers,
} from './container.ts'
import { validateIp } from './ip.ts'
import { validateAnnotations, validateLabels, validateSelector } from './meta.ts'
import { validateAffinity, validateSpread } from './placement.ts'
import { validateResources } from './resources.ts'
import { validateHostUsers, validatePodSecurityContext } from './securitycontext.ts'
import { validateVolumes } from './volumes.ts'

/** Field errors of a pod template. */
export function validatePodTemplate(t: PodTemplateSpec, path: string): FieldError[] {
  return [
    ...validateLabels(t.metadata?.labels, `${path}.labels`),
    ...validateAnnotations(t.metadata?.annotations, `${path}.annotations`),
    ...validatePodSpec(t.spec ?? { containers: [] }, `${path}.spec`),
    ...((t.spec?.ephemeralContainers?.length ?? 0) > 0
      ? [
          forbiddenField(
            `${path}.spec.ephemeralContainers`,
            'ephemeral containers not allowed in pod template',
          ),
        ]
      : []),
  ]
}

/** Negative grace counts as one second. */
function graceOf(spec: PodSpec): number {
  const seconds = spec.terminationGracePeriodSeconds ?? 30
  return seconds < 0 ? 1 : seconds
}

/** Field errors of a pod's spec. @param pod the name of the pod itself; absent in templates */
export function validatePodSpec(spec: PodSpec, path: string, pod?: string): FieldError[] {
  const { errors, volumes } = validateVolumes(spec.volumes, `${path}.volumes`, pod)
  const claims = spec.resourceClaims ?? []
  const context: ContainerContext = {
    volumes,
    claims: new Set(claims.map((c) => c.name).filter((n) => n)),
    restartPolicy: spec.restartPolicy ?? 'Always',
    hostUsers: spec.hostUsers ?? true,
    grace: graceOf(spec),
  }
  const main = spec.containers ?? []
  const init = spec.initContainers
  const ephemeral = `${path}.ephemeralContainers`
  const isPod = pod !== undefined
  return [
    ...errors,
    ...validateResourceClaims(claims, `${path}.resourceClaims`),
    ...validateContainers(spec.containers, context, `${path}.containers`),
    ...validateInitContainers(init, main, context, `${path}.initContainers`),
    ...validateEphemeralContainers(
      spec.ephemeralContainers,
      [...main, ...(init ?? [])],
      context,
      ephemeral,
    ),
    ...validatePodResources(spec, context, `${path}.resources`),
    ...validateHostNetwork(spec, `${path}.containers`, isPod),
    ...validatePolicies(spec, path),
    ...validateLabels(spec.nodeSelector, `${path}.nodeSelector`),
    ...validatePodSecurityContext(spec, path),
    ...validateAffinity(spec.affinity, `${path}.affinity`),
    ...validateDns(spec, `${path}.dnsConfig`),
    ...validateGates(spec, path),
    ...validateSpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`, isPod),
    ...validateHostUsers(spec, path),
    ...validateNames(spec, path),
    ...validateOs(spec, path),
  ]
}

/** What pods must be beyond templates. */
export function validatePodOnly(spec: PodSpec, path: string): FieldError[] {
  const space = (list: 'containers' | 'initContainers') =>
    (spec[list] ?? []).flatMap((c, i) => validateImageSpace(c, `${path}.${list}[${i}]`))
  return [...space('containers'), ...space('initContainers')]
}

function validateResourceClaims(list: readonly PodResourceClaim[], path: string): FieldError[] {
  const out: FieldError[] = []
  const names = new Set<string>()
  list.forEach((c, i) => {
    const at = `${path}[${i}]`
    if (!c.name) out.push(required(`${at}.name`))
    else if (names.has(c.name)) out.push(duplicate(`${at}.name`, c.name))
    else for (const t of dnsLabel(c.name)) out.push(invalidValue(`${at}.name`, c.name, t))
    names.add(c.name)
    const claim = c.resourceClaimName
    const template = c.resourceClaimTemplateName
    const shown = {
      Name: c.name,
      ResourceClaimName: claim ?? null,
      ResourceClaimTemplateName: template ?? null,
    }
    if (claim !== undefined && template !== undefined) {
      const text =
        'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'
      out.push(invalidValue(at, shown, text))
    }
    if (claim === undefined && template === undefined) {
      const text = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'
      out.push(invalidValue(at, shown, text))
    }
    for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const name = c[field]
      if (name === undefined) continue
      for (const t of dnsSubdomain(name)) out.push(invalidValue(`${at}.${field}`, name, t))
    }
  })
  return out
}

/** What the pod asks for as a whole, against what its containers ask for. */
function validatePodResources(
  spec: PodSpec,
  context: ContainerContext,
  path: string,
): FieldError[] {
  const r = spec.resources
  if (!r) return []
  const out: FieldError[] = []
  if (r.claims) {
    out.push(forbiddenField(`${path}.claims`, 'claims cannot be set for Resources at pod-level'))
  }
  out.push(...validateResources(r, path, context.claims, true))
  const sums: Record<string, string> = {}
  for (const c of spec.containers ?? []) {
    for (const [name, amount] of Object.entries(c.resources?.requests ?? {})) {
      sums[name] = addQuantity(sums[name], amount)
    }
  }
  for (const [name, sum] of Object.entries(sums)) {
    const own = r.requests?.[name] ?? '0'
    if (compareQuantity(sum, own) <= 0) continue
    const text = `must be greater than or equal to aggregate container requests of ${sum}`
    out.push(invalidValue(`${path}.requests[${name}]`, own, text))
  }
  spec.containers?.forEach((c, i) => {
    for (const [name, limit] of Object.entries(c.resources?.limits ?? {})) {
      const whole = r.limits?.[name]
      if (whole === undefined || compareQuantity(limit, whole) <= 0) continue
      const text = `must be less than or equal to pod limits of ${whole}`
      out.push(invalidValue(`${path}.containers[${i}][${name}].limits`, limit, text))
    }
  })
  return out
}

/** Ports of the host's network are the container's own. */
function validateHostNetwork(spec: PodSpec, path: string, isPod: boolean): FieldError[] {
  if (!spec.hostNetwork) return []
  const text = 'must match `containerPort` when `hostNetwork` is true'
  return (spec.containers ?? []).flatMap((c, i) =>
    (c.ports ?? []).flatMap((p, j) => {
      const host = p.hostPort ?? 0
      if (host === p.containerPort || (!isPod && host === 0)) return []
      return [invalidValue(`${path}[${i}].ports[${j}].hostPort`, host, text)]
    }),
  )
}

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never']
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']

function validatePolicies(spec: PodSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  const { restartPolicy, dnsPolicy } = spec
  if (!restartPolicy) out.push(required(`${path}.restartPolicy`))
  else if (!RESTART_POLICIES.includes(restartPolicy)) {
    out.push(notSupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES))
  }
  if (!dnsPolicy) out.push(required(`${path}.dnsPolicy`))
  else if (!DNS_POLICIES.includes(dnsPolicy)) {
    out.push(notSupported(`${path}.dnsPolicy`, dnsPolicy, DNS_POLICIES))
  }
  return out
}

const NAMESERVERS_MAX = 3
const SEARCHES_MAX = 32
const SEARCH_CHARACTERS_MAX = 2048

function validateDns(spec: PodSpec, at: string): FieldError[] {
  const dns = spec.dnsConfig
  const servers = dns?.nameservers ?? []
  if (spec.dnsPolicy === 'None') {
    if (!dns) return [required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')]
    if (servers.length === 0) {
      const text = 'must provide at least one DNS nameserver when `dnsPolicy` is None'
      return [required(`${at}.nameservers`, text)]
    }
  }
  if (!dns) return []
  const out: FieldError[] = []
  const searches = dns.searches ?? []
  if (servers.length > NAMESERVERS_MAX) {
    const text = `must not have more than ${NAMESERVERS_MAX} nameservers`
    out.push(invalidValue(`${at}.nameservers`, servers, text))
  }
  servers.forEach((s, i) => {
    out.push(...validateIp(s, `${at}.nameservers[${i}]`))
  })
  if (searches.length > SEARCHES_MAX) {
    const text = `must not have more than ${SEARCHES_MAX} search paths`
    out.push(invalidValue(`${at}.searches`, searches, text))
  }
  if (searches.join(' ').length > SEARCH_CHARACTERS_MAX) {
    const text = `must not have more than ${SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list`
    out.push(invalidValue(`${at}.searches`, searches, text))
  }
  searches.forEach((s, i) => {
    if (s === '.') return
    const name = s.replace(/\.$/, '')
    for (const t of dnsSubdomainUnderscore(name)) {
      out.push(invalidValue(`${at}.searches[${i}]`, name, t))
    }
  })
  dns.options?.forEach((o, i) => {
    if (!o.name) out.push(required(`${at}.options[${i}]`, 'must not be empty'))
  })
  return out
}

function validateNames(spec: PodSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  const check = (field: string, value: string | undefined, f: (v: string) => string[]) => {
    if (!value) return
    for (const t of f(value)) out.push(invalidValue(`${path}.${field}`, value, t))
  }
  check('serviceAccountName', spec.serviceAccountName, dnsSubdomain)
  check('nodeName', spec.nodeName, dnsSubdomain)
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) {
    const text = 'must be between 1 and 2147483647, inclusive'
    out.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, text))
  }
  check('hostname', spec.hostname, dnsLabel)
  check('subdomain', spec.subdomain, dnsLabel)
  out.push(...validateTolerations(spec.tolerations, `${path}.tolerations`))
  spec.hostAliases?.forEach((a, i) => {
    const at = `${path}.hostAliases[${i}]`
    out.push(...validateIp(a.ip ?? '', `${at}.ip`))
    a.hostnames?.forEach((name, j) => {
      for (const t of dnsSubdomain(name)) out.push(invalidValue(`${at}.hostnames[${j}]`, name, t))
    })
  })
  check('priorityClassName', spec.priorityClassName, dnsSubdomain)
  check('runtimeClassName', spec.runtimeClassName, dnsSubdomain)
  const policy = spec.preemptionPolicy
  if (policy && !['Never', 'PreemptLowerPriority'].includes(policy)) {
    const valid = ['PreemptLowerPriority', 'Never']
    out.push(notSupported(`${path}.preemptionPolicy`, policy, valid))
  }
  if (spec.overhead) out.push(...validateResources({ limits: spec.overhead }, `${path}.overhead`))
  return out
}

/** What Windows does not know, of a pod and of its containers, in the order of complaints. */
const NOT_WINDOWS = {
  context: [
    'appArmorProfile',
    'seLinuxOptions',
    '../hostUsers',
    '../hostPID',
    '../hostIPC',
    'seccompProfile',
    'fsGroup',
    'fsGroupChangePolicy',
    'sysctls',
    '../shareProcessNamespace',
    'runAsUser',
    'runAsGroup',
    'supplementalGroups',
    'supplementalGroupsPolicy',
    'seLinuxChangePolicy',
  ],
  container: [
    'appArmorProfile',
    'seLinuxOptions',
    'seccompProfile',
    'capabilities',
    'readOnlyRootFilesystem',
    'privileged',
    'allowPrivilegeEscalation',
    'procMount',
    'runAsUser',
    'runAsGroup',
  ],
} as const

function validateOs(spec: PodSpec, path: string): FieldError[] {
  const name = spec.os?.name as string | undefined
  if (!spec.os) return []
  if (!name) return [required(`${path}.os.name`, 'cannot be empty')]
  if (name !== 'linux' && name !== 'windows') {
    return [notSupported(`${path}.os`, name, ['linux', 'windows'])]
  }
  const windows = name === 'windows'
  const text = windows
    ? 'cannot be set for a windows pod'
    : 'windows options cannot be set for a linux pod'
  const out: FieldError[] = []
  const refuse = (o: object | undefined, at: string, fields: readonly string[]) => {
    for (const f of fields) {
      const outer = f.startsWith('../')
      const key = f.replace('../', '')
      const value = ((outer ? spec : o) as Record<string, unknown> | undefined)?.[key]
      if (value === undefined || (outer && value === false && key !== 'hostUsers')) continue
      out.push(forbiddenField(outer ? `${path}.${key}` : `${at}.${key}`, text))
    }
  }
  const context = windows ? NOT_WINDOWS.context : ['windowsOptions']
  refuse(spec.securityContext, `${path}.securityContext`, context)
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    spec[list]?.forEach((c, i) => {
      const fields = windows ? NOT_WINDOWS.container : ['windowsOptions']
      refuse(c.securityContext, `${path}.${list}[${i}].securityContext`, fields)
    })
  }
  return out
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Field errors of a list of tolerations. */
export function validateTolerations(
  list: readonly Toleration[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  list?.forEach((t, i) => {
    const at = `${path}[${i}]`
    if (t.key) for (const m of qualifiedName(t.key)) out.push(invalidValue(`${at}.key`, t.key, m))
    if (!t.key && t.operator !== 'Exists') {
      const text =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      out.push(invalidValue(`${at}.operator`, t.operator ?? '', text))
    }
    if (t.tolerationSeconds !== undefined && t.effect !== 'NoExecute') {
      const text = "effect must be 'NoExecute' when `tolerationSeconds` is set"
      out.push(invalidValue(`${at}.effect`, t.effect ?? '', text))
    }
    const operator = t.operator as string | undefined
    if (!operator || operator === 'Equal') {
      const messages = labelValue(t.value ?? '')
      if (messages.length > 0) out.push(invalidValue(`${at}.operator`, t.value, messages.join(';')))
    } else if (operator === 'Exists') {
      if (t.value) {
        const text = "value must be empty when `operator` is 'Exists'"
        out.push(invalidValue(`${at}.operator`, t.value, text))
      }
    } else {
      out.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']))
    }
    if (t.effect && !EFFECTS.includes(t.effect)) {
      out.push(notSupported(`${at}.effect`, t.effect, EFFECTS))
    }
  })
  return out
}

/** Gates of readiness and of scheduling. */
function validateGates(spec: PodSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  spec.readinessGates?.forEach(({ conditionType: type }, i) => {
    const at = `${path}.readinessGates[${i}].conditionType`
    for (const t of qualifiedName(type ?? '')) out.push(invalidValue(at, type ?? '', t))
  })
  const seen = new Set<string>()
  spec.schedulingGates?.forEach((g, i) => {
    const at = `${path}.schedulingGates[${i}]`
    for (const t of qualifiedName(g.name)) out.push(invalidValue(at, g.name, t))
    if (seen.has(g.name)) out.push(duplicate(at, g.name))
    seen.add(g.name)
  })
  return out
}

/** Field errors of a workload's selector against its template's labels. */
export function validateSelectorMatches(
  selector: LabelSelector | undefined,
  t: PodTemplateSpec | undefined,
  path: string,
): FieldError[] {
  const labels = t?.metadata?.labels
  if (selects(selector, labels)) return []
  const text = '`selector` does not match template `labels`'
  return [invalidValue(`${path}.metadata.labels`, labels ?? null, text)]
}

/** What upstream finds wrong with the selector of one kind. */
interface SelectorTexts {
  readonly empty: string
  readonly invalid: string
}

/**
 * Field errors of a workload's selector and of the template that it must select. A selector that means nothing leaves
 * the template unread; an empty one selects what it likes.
 */
export function validateSelected(
  selector: LabelSelector | undefined,
  texts: SelectorTexts,
  template: PodTemplateSpec,
  check: () => FieldError[],
): FieldError[] {
  const at = 'spec.selector'
  const own = validateSelector(selector, at)
  const out = selector ? own : [required(at)]
  if (selector && isEmptySelector(selector)) out.push(invalidValue(at, selector, texts.empty))
  if (own.length > 0) return [...out, invalidValue(at, selector, texts.invalid)]
  if (!selector || !isEmptySelector(selector)) {
    out.push(...validateSelectorMatches(selector, template, 'spec.template'))
  }
  return [...out, ...check()]
}

function isEmptySelector(s: LabelSelector): boolean {
  return Object.keys(s.matchLabels ?? {}).length + (s.matchExpressions?.length ?? 0) === 0
}

/** Field errors of a controller's template: pods that are kept running always restart. */
export function validateRunningTemplate(
  t: PodTemplateSpec,
  path: string,
  kind: string,
): FieldError[] {
  const out: FieldError[] = []
  const policy = t.spec?.restartPolicy
  if (policy !== 'Always') out.push(notSupported(`${path}.spec.restartPolicy`, policy, ['Always']))
  if (t.spec?.activeDeadlineSeconds !== undefined) {
    const text = `activeDeadlineSeconds in ${kind} is not Supported`
    out.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, text))
  }
  return out
}

/** A count that may not be negative. */
export function nonNegative(value: number | undefined, path: string): FieldError[] {
  if (value === undefined || value >= 0) return []
  return [invalidValue(path, value, 'must be greater than or equal to 0')]
}
