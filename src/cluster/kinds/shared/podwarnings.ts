/**
 * What is accepted in a pod but deserves a word.
 * @source pkg/api/pod/warnings.go
 */
import type { Container, ObjectMeta, PodSpec, PodTemplateSpec } from '../../api/generated/types.ts'
import { isWhole } from '../../api/meta/quantity.ts'
import { dnsLabel } from '../../api/meta/validation.ts'

const NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}

/** A pod's name is its hostname, where dots surprise. */
export function podNameWarning(name: string, spec: PodSpec | undefined): string[] {
  if (spec?.hostname) return []
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

/** Warnings of a pod template at `spec.template`. */
export function templateWarnings(t: PodTemplateSpec | undefined): string[] {
  const path = 'spec.template'
  return podWarnings(t?.spec, t?.metadata?.annotations, `${path}.spec`, `${path}.metadata`)
}

/** Warnings of a workload whose name becomes part of pod names; its name is only new once. */
export function workloadWarnings(
  o: { readonly metadata: ObjectMeta; readonly spec?: { readonly template?: PodTemplateSpec } },
  old: object | undefined,
): string[] {
  return [
    ...(old ? [] : templateNameWarning(o.metadata.name ?? '')),
    ...templateWarnings(o.spec?.template),
  ]
}

/** Warnings of a pod's spec; `old` silences those that were there before. */
export function podWarnings(
  spec: PodSpec | undefined,
  annotations: Record<string, string> | undefined,
  path: string,
  meta: string,
  _old?: PodSpec,
): string[] {
  if (!spec) return []
  const out: string[] = []
  for (const key of Object.keys(annotations ?? {})) {
    if (key.startsWith('container.apparmor.security.beta.kubernetes.io/')) {
      out.push(
        `${meta}.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
      )
    }
  }
  for (const k of Object.keys(spec.nodeSelector ?? {})) {
    if (NODE_LABELS[k]) out.push(`${path}.nodeSelector[${k}]: ${NODE_LABELS[k]}`)
  }
  out.push(...aliasWarnings(spec, path), ...volumeWarnings(spec, path))
  for (const list of ['initContainers', 'containers'] as const) {
    spec[list]?.forEach((c, i) => {
      out.push(...containerWarnings(c, `${path}.${list}[${i}]`))
    })
  }
  out.push(...portWarnings(spec, path))
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0 && meta !== 'metadata') {
    out.push(
      `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    )
  }
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
  spec.imagePullSecrets?.forEach((s, i) => {
    const name = s.name ?? ''
    if (secrets.has(name)) out.push(`${path}.imagePullSecrets[${i}].name: duplicate name "${name}"`)
    secrets.add(name)
  })
  return out
}

function volumeWarnings(spec: PodSpec, path: string): string[] {
  const out: string[] = []
  spec.volumes?.forEach((v, i) => {
    if (v.gitRepo)
      out.push(
        `${path}.volumes[${i}].gitRepo: deprecated in v1.11, and disabled by default in v1.33+`,
      )
    const memory = v.emptyDir?.sizeLimit
    if (memory !== undefined && !isWhole(memory)) {
      out.push(
        `${path}.volumes[${i}].emptyDir.sizeLimit: fractional byte value "${memory}" is invalid, must be an integer`,
      )
    }
  })
  return out
}

function containerWarnings(c: Container, path: string): string[] {
  const out: string[] = []
  for (const part of ['limits', 'requests'] as const) {
    for (const name of ['memory', 'ephemeral-storage']) {
      const q = c.resources?.[part]?.[name]
      if (q !== undefined && !isWhole(q)) {
        out.push(
          `${path}.resources.${part}[${name}]: fractional byte value "${q}" is invalid, must be an integer`,
        )
      }
    }
  }
  const seen = new Map<string, string>()
  c.env?.forEach((e, i) => {
    const known = seen.get(e.name)
    if (known !== undefined) {
      out.push(
        `${path}.env[${i}]: hides previous definition of "${e.name}", which may be dropped when using apply`,
      )
    }
    seen.set(e.name, e.value ?? '')
  })
  return out
}

function portWarnings(spec: PodSpec, path: string): string[] {
  const out: string[] = []
  const seen = new Map<string, string>()
  spec.containers.forEach((c, i) => {
    c.ports?.forEach((p, j) => {
      const id = `${p.protocol ?? 'TCP'}/${p.hostIP ?? ''}/${p.hostPort ?? 0}/${p.containerPort}`
      const at = `${path}.containers[${i}].ports[${j}]`
      const first = seen.get(id)
      if (first) out.push(`${at}: duplicate port definition with ${first}`)
      else seen.set(id, at)
    })
  })
  return out
}
