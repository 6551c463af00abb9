/**
 * The checks of the baseline and restricted levels, in the order in which violations are told.
 * @source staging/src/k8s.io/pod-security-admission/policy
 */
import type {
  Container,
  PodSpec,
  SELinuxOptions,
  SecurityContext,
} from '../../api/generated/types.ts'
import type { LevelVersion } from './podsecuritylabels.ts'

/** What is judged. */
export interface PodSubject {
  readonly spec: PodSpec
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** What a check found: `host namespaces` and `hostNetwork=true`. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

type Check = (p: PodSubject) => Violation | undefined

/** What of the pod does not keep to the level, as that version of it has it. */
export function violations(p: LevelVersion, subject: PodSubject): Violation[] {
  if (p.level === 'privileged') return []
  const minor = p.version === 'latest' ? Number.POSITIVE_INFINITY : Number(p.version.slice(3))
  const checks = p.level === 'baseline' ? BASELINE : restricted(minor)
  return checks
    .filter((c) => minor >= (SINCE.get(c) ?? 0))
    .map((c) => c(subject))
    .filter((v) => v !== undefined)
}

function containers(p: PodSubject): Container[] {
  const { initContainers = [], containers: main, ephemeralContainers = [] } = p.spec
  return [...initContainers, ...main, ...(ephemeralContainers as Container[])]
}

function failing(p: PodSubject, bad: (s: SecurityContext, c: Container) => boolean): string[] {
  return containers(p)
    .filter((c) => bad(c.securityContext ?? {}, c))
    .map((c) => c.name)
}

function named(list: readonly string[]): string {
  const names = list.map((n) => JSON.stringify(n)).join(', ')
  return `container${list.length === 1 ? '' : 's'} ${names}`
}

function quoted(list: Iterable<string>): string {
  return [...new Set(list)].map((x) => JSON.stringify(x)).join(', ')
}

const BASE_CAPS = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

const capabilitiesBaseline: Check = (p) => {
  const added = new Set<string>()
  const bad = failing(p, (s) => {
    const extra = (s.capabilities?.add ?? []).filter((x) => !BASE_CAPS.has(x))
    for (const x of extra) added.add(x)
    return extra.length > 0
  })
  if (bad.length === 0) return undefined
  const detail = `${named(bad)} must not include ${quoted([...added].sort())} in securityContext.capabilities.add`
  return { reason: 'non-default capabilities', detail }
}

const hostNamespaces: Check = ({ spec }) => {
  const set = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((f) => spec[f])
  if (set.length === 0) return undefined
  return { reason: 'host namespaces', detail: set.map((f) => `${f}=true`).join(', ') }
}

const hostPathVolumes: Check = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((v) => v.hostPath).map((v) => v.name)
  if (bad.length === 0) return undefined
  return {
    reason: 'hostPath volumes',
    detail: `volume${bad.length === 1 ? '' : 's'} ${quoted(bad)}`,
  }
}

const hostPorts: Check = (p) => {
  const ports = new Set<number>()
  const bad = failing(p, (_s, c) => {
    const own = (c.ports ?? []).filter((x) => x.hostPort)
    for (const x of own) ports.add(x.hostPort as number)
    return own.length > 0
  })
  if (bad.length === 0) return undefined
  const list = [...ports].sort((a, b) => a - b)
  const use = bad.length === 1 ? 'uses' : 'use'
  const s = list.length === 1 ? '' : 's'
  return { reason: 'hostPort', detail: `${named(bad)} ${use} hostPort${s} ${list.join(', ')}` }
}

const privileged: Check = (p) => {
  const bad = failing(p, (s) => s.privileged === true)
  if (bad.length === 0) return undefined
  return {
    reason: 'privileged',
    detail: `${named(bad)} must not set securityContext.privileged=true`,
  }
}

const procMount: Check = (p) => {
  const bad = failing(p, (s) => s.procMount !== undefined && s.procMount !== 'Default')
  if (bad.length === 0 || p.spec.hostUsers === false) return undefined
  return {
    reason: 'procMount',
    detail: `${named(bad)} must not set securityContext.procMount to "Unmasked"`,
  }
}

const seccompBaseline: Check = (p) => {
  const bad = failing(p, (s) => s.seccompProfile?.type === 'Unconfined')
  const pod = p.spec.securityContext?.seccompProfile?.type === 'Unconfined'
  if (bad.length === 0 && !pod) return undefined
  const who = [...(pod ? ['pod'] : []), ...(bad.length > 0 ? [named(bad)] : [])].join(' and ')
  const detail = `${who} must not set securityContext.seccompProfile.type to "Unconfined"`
  return { reason: 'seccompProfile', detail }
}

const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
])

const sysctls: Check = ({ spec }) => {
  const bad = (spec.securityContext?.sysctls ?? [])
    .map((s) => s.name)
    .filter((n) => !SAFE_SYSCTLS.has(n))
  if (bad.length === 0) return undefined
  return { reason: 'forbidden sysctls', detail: bad.join(', ') }
}

const windowsHostProcess: Check = (p) => {
  const bad = failing(p, (s) => s.windowsOptions?.hostProcess === true)
  const pod = p.spec.securityContext?.windowsOptions?.hostProcess === true
  if (bad.length === 0 && !pod) return undefined
  const who = [...(pod ? ['pod'] : []), ...(bad.length > 0 ? [named(bad)] : [])].join(' and ')
  return {
    reason: 'hostProcess',
    detail: `${who} must not set securityContext.windowsOptions.hostProcess=true`,
  }
}

const allowPrivilegeEscalation: Check = (p) => {
  const bad = failing(p, (s) => s.allowPrivilegeEscalation !== false)
  if (bad.length === 0 || p.spec.os?.name === 'windows') return undefined
  const detail = `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`
  return { reason: 'allowPrivilegeEscalation != false', detail }
}

const capabilitiesRestricted: Check = (p) => {
  if (p.spec.os?.name === 'windows') return undefined
  const undropped = failing(p, (s) => !(s.capabilities?.drop ?? []).includes('ALL'))
  const added = new Set<string>()
  const adding = failing(p, (s) => {
    const extra = (s.capabilities?.add ?? []).filter((x) => x !== 'NET_BIND_SERVICE')
    for (const x of extra) added.add(x)
    return extra.length > 0
  })
  const parts: string[] = []
  if (undropped.length > 0) {
    parts.push(`${named(undropped)} must set securityContext.capabilities.drop=["ALL"]`)
  }
  if (adding.length > 0) {
    const list = quoted([...added].sort())
    parts.push(`${named(adding)} must not include ${list} in securityContext.capabilities.add`)
  }
  if (parts.length === 0) return undefined
  return { reason: 'unrestricted capabilities', detail: parts.join('; ') }
}

const ALLOWED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

const restrictedVolumes: Check = ({ spec }) => {
  const names: string[] = []
  const types = new Set<string>()
  for (const v of spec.volumes ?? []) {
    const type = Object.keys(v).find((k) => k !== 'name')
    if (!type || ALLOWED_VOLUMES.has(type)) continue
    names.push(v.name)
    types.add(type)
  }
  if (names.length === 0) return undefined
  const list = [...types].sort()
  const use = names.length === 1 ? 'uses' : 'use'
  const s = list.length === 1 ? '' : 's'
  const detail = `volume${names.length === 1 ? '' : 's'} ${quoted(names)} ${use} restricted volume type${s} ${quoted(list)}`
  return { reason: 'restricted volume types', detail }
}

const runAsNonRoot: Check = (p) => {
  const pod = p.spec.securityContext?.runAsNonRoot
  const explicit = failing(p, (s) => s.runAsNonRoot === false)
  const reason = 'runAsNonRoot != true'
  if (pod === false || explicit.length > 0) {
    const who = [
      ...(pod === false ? ['pod'] : []),
      ...(explicit.length > 0 ? [named(explicit)] : []),
    ]
    return {
      reason,
      detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false`,
    }
  }
  if (pod === true) return undefined
  const bad = failing(p, (s) => s.runAsNonRoot === undefined)
  if (bad.length === 0) return undefined
  return { reason, detail: `pod or ${named(bad)} must set securityContext.runAsNonRoot=true` }
}

const runAsUser: Check = (p) => {
  const bad = failing(p, (s) => s.runAsUser === 0)
  const pod = p.spec.securityContext?.runAsUser === 0
  if (bad.length === 0 && !pod) return undefined
  const who = [...(pod ? ['pod'] : []), ...(bad.length > 0 ? [named(bad)] : [])].join(' and ')
  return { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` }
}

const seccompRestricted: Check = (p) => {
  if (p.spec.os?.name === 'windows') return undefined
  const good = (t: string | undefined) => t === 'RuntimeDefault' || t === 'Localhost'
  const pod = p.spec.securityContext?.seccompProfile?.type
  const explicit = failing(p, (s) => s.seccompProfile !== undefined && !good(s.seccompProfile.type))
  if ((pod !== undefined && !good(pod)) || explicit.length > 0) {
    const who = [
      ...(pod !== undefined && !good(pod) ? ['pod'] : []),
      ...(explicit.length > 0 ? [named(explicit)] : []),
    ].join(' and ')
    return {
      reason: 'seccompProfile',
      detail: `${who} must not set securityContext.seccompProfile.type to "Unconfined"`,
    }
  }
  if (good(pod)) return undefined
  const bad = failing(p, (s) => s.seccompProfile === undefined)
  if (bad.length === 0) return undefined
  const detail = `pod or ${named(bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`
  return { reason: 'seccompProfile', detail }
}

const SELINUX_TYPES = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
])

const seLinuxOptions: Check = (p) => {
  const types = new Set<string>()
  let [user, role] = [false, false]
  const isBad = (o: SELinuxOptions | undefined) => {
    if (!o) return false
    const type = SELINUX_TYPES.has(o.type ?? '') ? undefined : o.type
    if (type) types.add(type)
    user ||= Boolean(o.user)
    role ||= Boolean(o.role)
    return Boolean(type || o.user || o.role)
  }
  const pod = isBad(p.spec.securityContext?.seLinuxOptions)
  const bad = failing(p, (s) => isBad(s.seLinuxOptions))
  if (!pod && bad.length === 0) return undefined
  const who = [...(pod ? ['pod'] : []), ...(bad.length > 0 ? [named(bad)] : [])].join(' and ')
  const what = [
    ...(types.size > 0 ? [`type${types.size === 1 ? '' : 's'} ${quoted([...types].sort())}`] : []),
    ...(user ? ['user may not be set'] : []),
    ...(role ? ['role may not be set'] : []),
  ]
  return {
    reason: 'seLinuxOptions',
    detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
  }
}

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'

const appArmor: Check = (p) => {
  const values = new Set<string>()
  const isBad = (type: string | undefined) => {
    if (type === undefined || type === 'RuntimeDefault' || type === 'Localhost') return false
    values.add(type)
    return true
  }
  const pod = isBad(p.spec.securityContext?.appArmorProfile?.type)
  const bad = failing(p, (s) => isBad(s.appArmorProfile?.type))
  const notes = Object.entries(p.annotations ?? {})
    .filter(([k, v]) => k.startsWith(APPARMOR) && !/^(runtime\/default|localhost\/.*|)$/.test(v))
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .sort()
  const who = [
    ...(pod ? ['pod'] : []),
    ...(bad.length > 0 ? [named(bad)] : []),
    ...(notes.length > 0 ? [`annotation${notes.length === 1 ? '' : 's'}`] : []),
  ]
  if (who.length === 0) return undefined
  const list = [...[...values].sort(), ...notes]
  return {
    reason: `forbidden AppArmor profile${list.length === 1 ? '' : 's'}`,
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(list)}`,
  }
}

const hostHandlers: Check = (p) => {
  const hosts = new Set<string>()
  const bad = failing(p, (_s, c) => {
    const handlers = [
      c.livenessProbe,
      c.readinessProbe,
      c.startupProbe,
      c.lifecycle?.postStart,
      c.lifecycle?.preStop,
    ]
    const own = handlers.flatMap((h) => [h?.httpGet?.host, h?.tcpSocket?.host]).filter(Boolean)
    for (const h of own) hosts.add(h as string)
    return own.length > 0
  })
  if (bad.length === 0) return undefined
  const use = bad.length === 1 ? 'uses' : 'use'
  const reason = 'probe or lifecycle host'
  const s = hosts.size === 1 ? '' : 's'
  const detail = `${named([...bad].sort())} ${use} ${reason}${s} ${quoted([...hosts].sort())}`
  return { reason, detail }
}

/** In the order of their ids. */
const BASELINE: readonly Check[] = [
  appArmor,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostHandlers,
  privileged,
  procMount,
  seLinuxOptions,
  seccompBaseline,
  sysctls,
  windowsHostProcess,
]

const RESTRICTED: readonly Check[] = [
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
]

/** Which version of Kubernetes brought a check. */
const SINCE: ReadonlyMap<Check, number> = new Map([
  [hostHandlers, 34],
  [allowPrivilegeEscalation, 8],
  [capabilitiesRestricted, 22],
  [runAsUser, 23],
  [seccompRestricted, 19],
])

/** The level's own checks, behind those of the baseline that they do not replace. */
function restricted(minor: number): Check[] {
  const replaced = new Set<Check>([hostPathVolumes])
  if (minor >= 22) replaced.add(capabilitiesBaseline)
  if (minor >= 19) replaced.add(seccompBaseline)
  return [...BASELINE.filter((c) => !replaced.has(c)), ...RESTRICTED]
}
