/**
 * PodSecurity: the namespace's level of pod security is enforced, or warned of.
 * @source staging/src/k8s.io/pod-security-admission/admission/admission.go
 */
import type { Namespace, PodSpec, PodTemplateSpec } from '../../api/generated/types.ts'
import { forbidden } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'
import { type PodSubject, violations } from './podsecuritychecks.ts'

const LABEL = 'pod-security.kubernetes.io/'
const WORKLOADS = new Set([
  'replicationcontrollers',
  'podtemplates',
  'replicasets',
  'deployments',
  'statefulsets',
  'daemonsets',
  'jobs',
  'cronjobs',
])

/** The plugin. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  wants: (s, operation, sub) => {
    if (operation === 'DELETE' || operation === 'CONNECT') return false
    if (s.gr.resource === 'pods' && s.gr.group === '')
      return sub === '' || sub === 'ephemeralcontainers'
    return WORKLOADS.has(s.gr.resource) && sub === ''
  },
  *validate(a, r) {
    const namespaces = r.builtin('', 'v1', 'namespaces')
    yield* namespaces.cache.ready()
    const labels = r.cached<Namespace>(namespaces, '', a.namespace)?.metadata.labels
    if (!labels) return
    const subject = subjectOf(a)
    if (!subject) return
    const isPod = a.served.gr.resource === 'pods'
    const enforce = policy(labels, 'enforce')
    if (isPod && enforce) {
      const text = violations(enforce.level, subject)
      if (text) {
        const why = `violates PodSecurity "${enforce.level}:${enforce.version}": ${text}`
        throw forbidden(a.served.gr, a.name, why)
      }
    }
    const warn = policy(labels, 'warn')
    if (!warn) return
    const text = violations(warn.level, subject)
    if (text)
      a.call.warnings.push(`would violate PodSecurity "${warn.level}:${warn.version}": ${text}`)
  },
}

function policy(labels: Readonly<Record<string, string>>, mode: string) {
  const level = labels[LABEL + mode]
  if (level !== 'baseline' && level !== 'restricted') return undefined
  return { level, version: labels[`${LABEL}${mode}-version`] ?? 'latest' } as const
}

function subjectOf(a: Attributes): PodSubject | undefined {
  const o = a.object as AnyObject
  if (a.served.gr.resource === 'pods') {
    const spec = o.spec as PodSpec | undefined
    return spec && { spec, annotations: o.metadata.annotations }
  }
  const t = templateOf(o)
  return t?.spec && { spec: t.spec, annotations: t.metadata?.annotations }
}

function templateOf(o: AnyObject): PodTemplateSpec | undefined {
  if (o.kind === 'PodTemplate') return o.template as PodTemplateSpec | undefined
  const spec = o.spec as
    | { template?: PodTemplateSpec; jobTemplate?: { spec?: { template?: PodTemplateSpec } } }
    | undefined
  return spec?.template ?? spec?.jobTemplate?.spec?.template
}
