/**
 * Field errors of security contexts.
 * @source pkg/apis/core/validation/validation.go ValidateSecurityContext, validatePodSpecSecurityContext
 */
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { goStruct } from './gostructs.ts'
import { descendingPath } from './paths.ts'

const ID_TEXT = 'must be between 0 and 2147483647, inclusive'

function validateId(id: number | undefined, at: string): FieldError[] {
  if (id === undefined || (id >= 0 && id <= 2147483647)) return []
  return [invalidValue(at, id, ID_TEXT)]
}

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined']

function validateSeccomp(p: SeccompProfile | undefined, at: string): FieldError[] {
  if (!p) return []
  const out: FieldError[] = []
  const type = p.type as string | undefined
  if (!type) out.push(required(`${at}.type`, 'type is required when seccompProfile is set'))
  else if (!PROFILES.includes(type)) out.push(notSupported(`${at}.type`, type, PROFILES))
  if (type === 'Localhost') {
    if (p.localhostProfile === undefined) {
      const text = 'must be set when seccomp type is Localhost'
      out.push(required(`${at}.localhostProfile`, text))
    } else out.push(...descendingPath(p.localhostProfile, `${at}.localhostProfile`))
  } else if (p.localhostProfile !== undefined) {
    const text = 'can only be set when seccomp type is Localhost'
    out.push(invalidValue(`${at}.localhostProfile`, goStruct('Profile', p), text))
  }
  return out
}

function validateAppArmor(p: AppArmorProfile | undefined, at: string): FieldError[] {
  if (!p) return []
  const type = p.type as string | undefined
  const local = p.localhostProfile
  const path = `${at}.localhostProfile`
  const wanted = 'must be set when AppArmor type is Localhost'
  if (!type) return [required(`${at}.type`, 'type is required when appArmorProfile is set')]
  if (!PROFILES.includes(type)) return [notSupported(`${at}.type`, type, PROFILES)]
  if (type !== 'Localhost') {
    const text = 'can only be set when AppArmor type is Localhost'
    return local === undefined ? [] : [invalidValue(path, local, text)]
  }
  if (local === undefined) return [required(path, wanted)]
  if (local.trim() !== local)
    return [invalidValue(path, local, 'must not be padded with whitespace')]
  return local === '' ? [required(path, wanted)] : []
}

/** Field errors of a container's security context. */
export function validateSecurityContext(
  s: SecurityContext | undefined,
  hostUsers: boolean,
  at: string,
): FieldError[] {
  if (!s) return []
  const out = [
    ...validateId(s.runAsUser, `${at}.runAsUser`),
    ...validateId(s.runAsGroup, `${at}.runAsGroup`),
  ]
  const mount = s.procMount as string | undefined
  if (mount !== undefined && mount !== 'Default' && mount !== 'Unmasked') {
    out.push(notSupported(`${at}.procMount`, mount, ['Default', 'Unmasked']))
  }
  if (mount === 'Unmasked' && hostUsers) {
    const text = '`hostUsers` must be false to use `Unmasked`'
    out.push(invalidValue(`${at}.procMount`, mount, text))
  }
  out.push(...validateSeccomp(s.seccompProfile, `${at}.seccompProfile`))
  if (s.allowPrivilegeEscalation === false) {
    const cannot = 'cannot set `allowPrivilegeEscalation` to false and'
    const wrong = (text: string) =>
      out.push(invalidValue(at, goStruct('SecurityContext', s), `${cannot} ${text}`))
    if (s.privileged) wrong('`privileged` to true')
    for (const c of s.capabilities?.add ?? []) {
      if (c === 'CAP_SYS_ADMIN') wrong('`capabilities.Add` CAP_SYS_ADMIN')
    }
  }
  return [...out, ...validateAppArmor(s.appArmorProfile, `${at}.appArmorProfile`)]
}

const SYSCTL = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SYSCTL_RE = new RegExp(`^${SYSCTL}$`)
/** Sysctls whose namespace a pod shares with the host when it shares that. @source component-helpers/node/util/sysctl */
const IPC_SYSCTL = /^(kernel\.(shm|msg|sem)|fs\.mqueue\.)/

function validateSysctls(c: PodSecurityContext, spec: PodSpec, path: string): FieldError[] {
  const out: FieldError[] = []
  const names = new Set<string>()
  c.sysctls?.forEach((s, i) => {
    const at = `${path}[${i}].name`
    const name = s.name ?? ''
    if (!name) out.push(required(at))
    else if (name.length > 253 || !SYSCTL_RE.test(name)) {
      const text = `must have at most 253 characters and match regex ^${SYSCTL}$`
      out.push(invalidValue(at, name, text))
    } else if (names.has(name)) out.push(duplicate(at, name))
    names.add(name)
    const dotted = name.replaceAll('/', '.')
    if (spec.hostNetwork && dotted.startsWith('net.')) {
      out.push(invalidValue(at, name, "may not be specified when 'hostNetwork' is true"))
    } else if (spec.hostIPC && IPC_SYSCTL.test(dotted)) {
      out.push(invalidValue(at, name, "may not be specified when 'hostIPC' is true"))
    }
  })
  return out
}

/** Members of a pod's security context that take one of a few words. */
const WORDS = {
  fsGroupChangePolicy: ['Always', 'OnRootMismatch'],
  supplementalGroupsPolicy: ['Merge', 'Strict'],
  seLinuxChangePolicy: ['MountOption', 'Recursive'],
} as const

/** Field errors of a pod's security context. */
export function validatePodSecurityContext(spec: PodSpec, path: string): FieldError[] {
  const c = spec.securityContext
  const at = `${path}.securityContext`
  const word = (name: keyof typeof WORDS): FieldError[] => {
    const value = c?.[name] as string | undefined
    const valid: readonly string[] = WORDS[name]
    if (value === undefined || valid.includes(value)) return []
    return [notSupported(`${at}.${name}`, value, valid)]
  }
  const out = [
    ...validateId(c?.fsGroup, `${at}.fsGroup`),
    ...validateId(c?.runAsUser, `${at}.runAsUser`),
    ...validateId(c?.runAsGroup, `${at}.runAsGroup`),
    ...(c?.supplementalGroups ?? []).flatMap((g, i) =>
      validateId(g, `${at}.supplementalGroups[${i}]`),
    ),
  ]
  if (spec.shareProcessNamespace && spec.hostPID) {
    const text = 'ShareProcessNamespace and HostPID cannot both be enabled'
    out.push(invalidValue(`${at}.shareProcessNamespace`, true, text))
  }
  if (!c) return out
  return [
    ...out,
    ...validateSysctls(c, spec, `${at}.sysctls`),
    ...word('fsGroupChangePolicy'),
    ...validateSeccomp(c.seccompProfile, `${at}.seccompProfile`),
    ...validateAppArmor(c.appArmorProfile, `${at}.appArmorProfile`),
    ...word('supplementalGroupsPolicy'),
    ...word('seLinuxChangePolicy'),
  ]
}

/** Field errors of host namespaces in a pod with users of its own. */
export function validateHostUsers(spec: PodSpec, path: string): FieldError[] {
  if (spec.hostUsers !== false) return []
  const text = 'when `pod.Spec.HostUsers` is false'
  const out: FieldError[] = []
  if (spec.hostNetwork) out.push(forbiddenField(`${path}.hostNetwork`, text))
  if (spec.hostPID) out.push(forbiddenField(`${path}.HostPID`, text))
  if (spec.hostIPC) out.push(forbiddenField(`${path}.HostIPC`, text))
  return out
}
