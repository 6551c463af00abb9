/**
 * What is accepted in a pod but deserves a word.
 * @source pkg/api/pod/warnings.go
 */
import type {
  Affinity,
  Container,
  ContainerPort,
  Job,
  JobSpec,
  NodeSelectorTerm,
  ObjectMeta,
  PodSpec,
  PodTemplateSpec,
} from '../../api/generated/types.ts'
import { dnsLabel, labelValue } from '../../api/meta/validation.ts'
import { fractionWarning, volumeWarnings } from './volumewarnings.ts'

/** Labels of nodes that nobody should go by any more. @source pkg/api/node/util.go */
export const OLD_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods':
    'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

/** A pod's name is its hostname, where dots surprise. */
export function podNameWarning(name: string): string[] {
  const messages = dnsLabel(name)
  if (messages.length === 0) return []
  return [
    `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
  ]
}

/** Warnings of a workload whose name becomes part of pod names. */
export function templateNameWarning(name: string): string[] {
  const messages = dnsLabel(name)
  if (messages.length === 0) return []
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
  ]
}

/** Warnings of a pod template at `path`. */
export function templateWarnings(t: PodTemplateSpec | undefined, path: string): string[] {
  return podWarnings(t?.spec, t?.metadata?.annotations, `${path}.`)
}

interface Workload {
  readonly metadata: ObjectMeta
  readonly spec?: { readonly template?: PodTemplateSpec }
}

/**
 * Warnings of a workload whose name becomes part of pod names: of its name while it is new, and of its template
 * whenever something is wanted otherwise.
 */
export function workloadWarnings(o: Workload, old: Workload | undefined): string[] {
  const same = old !== undefined && o.metadata.generation === old.metadata.generation
  return [
    ...(old ? [] : templateNameWarning(o.metadata.name ?? '')),
    ...(same ? [] : templateWarnings(o.spec?.template, 'spec.template')),
  ]
}

const COMPLETIONS_SOFT_LIMIT = 100_000
const PARALLELISM_SOFT_LIMIT = 10_000

/** Warnings of a job's spec. @source pkg/api/job/warnings.go */
export function jobSpecWarnings(spec: JobSpec | undefined, path: string): string[] {
  const many =
    spec?.completionMode === 'Indexed' &&
    (spec.completions ?? 0) > COMPLETIONS_SOFT_LIMIT &&
    (spec.parallelism ?? 0) > PARALLELISM_SOFT_LIMIT
  const text =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'
  return [
    ...(many ? [`${path}: ${text}`] : []),
    ...templateWarnings(spec?.template, `${path}.template`),
  ]
}

/** Warnings of a job. */
export function jobWarnings(o: Job, old: Job | undefined): string[] {
  if (!old)
    return [...templateNameWarning(o.metadata.name ?? ''), ...jobSpecWarnings(o.spec, 'spec')]
  return o.metadata.generation === old.metadata.generation ? [] : jobSpecWarnings(o.spec, 'spec')
}

/** Annotations that nobody reads. */
const DEAD_ANNOTATIONS = {
  'scheduler.alpha.kubernetes.io/critical-pod':
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls':
    'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls':
    'non-functional in v1.11+; use the "sysctls" field instead',
} as const

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
const NO_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead'
/** Where profiles of AppArmor once were named, followed by a container's name. */
export const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'
const LABELLESS = 'a null labelSelector results in matching no pod'

/** The word about a profile of AppArmor in an annotation. */
export function appArmorWarning(key: string, prefix = ''): string {
  return `${prefix}metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`
}

/** Warnings of a pod's spec. @param prefix of paths, as `spec.template.`; empty in a pod itself */
export function podWarnings(
  spec: PodSpec | undefined,
  annotations: Record<string, string> | undefined,
  prefix = '',
): string[] {
  if (!spec) return []
  const path = `${prefix}spec`
  const out = [...placementWarnings(spec, path)]
  for (const [key, text] of Object.entries(DEAD_ANNOTATIONS)) {
    if (annotations?.[key] !== undefined) out.push(`${prefix}metadata.annotations[${key}]: ${text}`)
  }
  out.push(...volumeWarnings(spec.volumes, `${path}.volumes`))
  out.push(...aliasWarnings(spec, path))
  out.push(...fractions(spec.overhead, `${path}.overhead`))
  if (!spec.securityContext?.seccompProfile && annotations?.[SECCOMP_POD] !== undefined) {
    out.push(`${prefix}metadata.annotations[${SECCOMP_POD}]: ${NO_SECCOMP}`)
  }
  for (const [c, at] of containersOf(spec, path)) {
    out.push(...profileWarnings(c, spec, annotations ?? {}, prefix), ...containerWarnings(c, at))
  }
  out.push(...portWarnings(spec, path))
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const text = 'must be >= 0; negative values are invalid and will be treated as 1'
    out.push(`${path}.terminationGracePeriodSeconds: ${text}`)
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    out.push(...termWarnings(spec.affinity?.[kind], `${path}.affinity.${kind}`))
  }
  return out
}

/** Every container with its path. */
function containersOf(spec: PodSpec, path: string): [Container, string][] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((c, i): [Container, string] => [c, `${path}.${list}[${i}]`]),
  )
}

function placementWarnings(spec: PodSpec, path: string): string[] {
  const out: string[] = []
  for (const k of Object.keys(spec.nodeSelector ?? {})) {
    if (OLD_NODE_LABELS[k]) out.push(`${path}.nodeSelector[${k}]: ${OLD_NODE_LABELS[k]}`)
  }
  const node = spec.affinity?.nodeAffinity
  const at = `${path}.affinity.nodeAffinity`
  node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((t, i) => {
    const terms = `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`
    out.push(...nodeTermWarnings(t, `${terms}[${i}]`, false))
  })
  node?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((p, i) => {
    const list = `${at}.preferredDuringSchedulingIgnoredDuringExecution`
    out.push(...nodeTermWarnings(p.preference ?? {}, `${list}[${i}].preference`, true))
  })
  spec.topologySpreadConstraints?.forEach((c, i) => {
    const spread = `${path}.topologySpreadConstraints[${i}]`
    const old = OLD_NODE_LABELS[c.topologyKey]
    if (old) out.push(`${spread}.topologyKey: ${c.topologyKey} is ${old}`)
    if (!c.labelSelector) out.push(`${spread}.labelSelector: ${LABELLESS}`)
  })
  return out
}

/** Warnings of a node selector term. @param values whether values that no label can have are told, too */
export function nodeTermWarnings(t: NodeSelectorTerm, path: string, values: boolean): string[] {
  const out: string[] = []
  t.matchExpressions?.forEach((e, i) => {
    const at = `${path}.matchExpressions[${i}]`
    const old = OLD_NODE_LABELS[e.key]
    if (old) out.push(`${at}.key: ${e.key} is ${old}`)
    if (!values) return
    e.values?.forEach((v, j) => {
      for (const m of labelValue(v)) out.push(`${at}.values[${j}]: ${v} is invalid, ${m}`)
    })
  })
  return out
}

function termWarnings(a: Affinity['podAffinity'], path: string): string[] {
  const out: string[] = []
  a?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((t, i) => {
    const at = `${path}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`
    if (!t.labelSelector) out.push(`${at}.labelSelector: ${LABELLESS}`)
  })
  a?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((p, i) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`
    if (!p.podAffinityTerm?.labelSelector)
      out.push(`${at}.podAffinityTerm.labelSelector: ${LABELLESS}`)
  })
  return out
}

function aliasWarnings(spec: PodSpec, path: string): string[] {
  const out: string[] = []
  const ips = new Set<string>()
  spec.hostAliases?.forEach((a, i) => {
    if (ips.has(a.ip)) out.push(`${path}.hostAliases[${i}].ip: duplicate ip "${a.ip}"`)
    ips.add(a.ip)
  })
  const secrets = new Set<string>()
  const names = (spec.imagePullSecrets ?? []).map((s) => s.name ?? '')
  names.forEach((name, i) => {
    if (secrets.has(name)) out.push(`${path}.imagePullSecrets[${i}].name: duplicate name "${name}"`)
    secrets.add(name)
  })
  names.forEach((name, i) => {
    if (name === '') out.push(`${path}.imagePullSecrets[${i}].name: invalid empty name ""`)
  })
  return out
}

/** Warnings of bytes that are no whole ones. */
function fractions(
  list: Readonly<Record<string, string>> | undefined,
  path: string,
  names: readonly string[] = ['memory', 'ephemeral-storage'],
): string[] {
  return names.flatMap((name) => {
    const q = list?.[name]
    return q === undefined ? [] : fractionWarning(q, `${path}[${name}]`)
  })
}

/** Profiles in annotations; in a pod itself that of AppArmor has become a field by now, and has been told. */
function profileWarnings(
  c: Container,
  spec: PodSpec,
  annotations: Readonly<Record<string, string>>,
  prefix: string,
): string[] {
  const out: string[] = []
  const seccomp = `${SECCOMP_CONTAINER}${c.name}`
  if (!c.securityContext?.seccompProfile && annotations[seccomp] !== undefined) {
    out.push(`${prefix}metadata.annotations[${seccomp}]: ${NO_SECCOMP}`)
  }
  const armor = `${APPARMOR}${c.name}`
  const armed = spec.securityContext?.appArmorProfile ?? c.securityContext?.appArmorProfile
  if (prefix !== '' && !armed && annotations[armor] !== undefined) {
    out.push(appArmorWarning(armor, prefix))
  }
  return out
}

function containerWarnings(c: Container, path: string): string[] {
  const out: string[] = []
  for (const name of ['memory', 'ephemeral-storage']) {
    for (const part of ['limits', 'requests'] as const) {
      out.push(...fractions(c.resources?.[part], `${path}.resources.${part}`, [name]))
    }
  }
  const seen = new Set<string>()
  c.env?.forEach((e, i) => {
    const self = `$(${e.name})`
    const value = e.value ?? ''
    // A value that builds on the one before hides nothing.
    const builds = !e.valueFrom && value !== self && value.includes(self)
    if (seen.has(e.name) && !builds) {
      const text = `hides previous definition of ${JSON.stringify(e.name)}, which may be dropped when using apply`
      out.push(`${path}.env[${i}]: ${text}`)
    }
    seen.add(e.name)
  })
  return out
}

interface Port {
  readonly at: string
  readonly ip: string
  readonly host: number
}

function portWarnings(spec: PodSpec, path: string): string[] {
  const out: string[] = []
  const all = new Map<string, Port[]>()
  for (const [c, container] of containersOf(spec, path)) {
    c.ports?.forEach((p, i) => {
      const at = `${container}.ports[${i}]`
      const port = { at, ip: p.hostIP ?? '', host: p.hostPort ?? 0 }
      if (port.ip !== '' && port.host === 0) {
        out.push(`${at}: hostIP set without hostPort: ${shownPort(p)}`)
      }
      const key = `${p.containerPort}/${p.protocol}`
      const others = all.get(key) ?? []
      for (const o of others) {
        const how = clash(port, o)
        if (how) out.push(`${at}: ${how} port definition with ${o.at}`)
      }
      all.set(key, [...others, port])
    })
  }
  return out
}

/** How two definitions of one port are at odds. */
function clash(a: Port, b: Port): string | undefined {
  if (a.ip === b.ip && a.host === b.host) return 'duplicate'
  if (a.host === 0 || b.host === 0) return 'overlapping'
  const oneAnywhere = (a.ip === '') !== (b.ip === '')
  return a.host === b.host && oneAnywhere ? 'dangerously ambiguous' : undefined
}

/** A port as Go prints a struct. */
function shownPort(p: ContainerPort): string {
  return `{Name:${p.name ?? ''} HostPort:${p.hostPort ?? 0} ContainerPort:${p.containerPort} Protocol:${p.protocol} HostIP:${p.hostIP ?? ''}}`
}
