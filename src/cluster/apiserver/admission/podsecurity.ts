/**
 * PodSecurity: the namespace's level of pod security is enforced, or warned of.
 * @source staging/src/k8s.io/pod-security-admission/admission/admission.go
 */
import type { Namespace, Pod, PodSpec, PodTemplateSpec } from '../../api/generated/types.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { forbidden, invalid } from '../../api/meta/status.ts'
import type { AnyObject } from '../../api/object.ts'
import type { Task } from '../../sim/task.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'
import { type PodSubject, type Violation, violations } from './podsecuritychecks.ts'
import { type LevelVersion, labelFaults, policyOf, stricter } from './podsecuritylabels.ts'

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
    if (s.gr.resource === 'namespaces' && s.gr.group === '') return sub === ''
    if (s.gr.resource === 'pods' && s.gr.group === '')
      return sub === '' || sub === 'ephemeralcontainers' || sub === 'resize'
    return WORKLOADS.has(s.gr.resource) && sub === ''
  },
  *validate(a, r) {
    if (a.served.gr.resource === 'namespaces') return yield* judgeNamespace(a, r)
    const namespaces = r.builtin('', 'v1', 'namespaces')
    yield* namespaces.cache.ready()
    const labels = r.cached<Namespace>(namespaces, '', a.namespace)?.metadata.labels
    if (!labels) return
    const isPod = a.served.gr.resource === 'pods'
    if (isPod && a.old && !matters(a.object as AnyObject, a.old)) return
    const subject = subjectOf(a)
    if (!subject) return
    const { enforce, warn } = policyOf(labels)
    if (isPod) {
      const text = details(violations(enforce, subject))
      if (text)
        throw forbidden(a.served.gr, a.name, `violates PodSecurity "${shown(enforce)}": ${text}`)
    }
    const text = details(violations(warn, subject))
    if (text) a.call.warnings.push(`would violate PodSecurity "${shown(warn)}": ${text}`)
  },
}

function shown(p: LevelVersion): string {
  return `${p.level}:${p.version}`
}

function details(list: readonly Violation[]): string {
  return list.map((v) => `${v.reason} (${v.detail})`).join(', ')
}

/** Labels must be understood; pods that a new level would refuse are told of. */
function* judgeNamespace(a: Attributes, r: Registry): Task<void> {
  const labels = a.object?.metadata.labels
  const faults = labelFaults(labels)
  const before = a.old?.metadata.labels
  if (faults.length > 0 && !(a.old && deepEqual(faults, labelFaults(before)))) {
    throw invalid({ group: '', kind: 'Namespace' }, a.name, faults)
  }
  if (!a.old) return
  const now = policyOf(labels).enforce
  const was = policyOf(before).enforce
  if (deepEqual(now, was) || now.level === 'privileged') return
  if (now.version === was.version && stricter(now.level, was.level) <= 0) return
  const { cache } = r.builtin('', 'v1', 'pods')
  yield* cache.ready()
  const pods = cache.list({ namespace: a.name, labels: [], fields: [] })
  a.call.warnings.push(...existing(a.name, pods as unknown as Pod[], now))
}

/** Upstream looks at no more pods than these. */
const PODS_MAX = 3000

function existing(namespace: string, pods: readonly Pod[], level: LevelVersion): string[] {
  const found = new Map<string, string[]>()
  for (const p of pods.slice(0, PODS_MAX)) {
    if (!p.spec) continue
    const subject = { spec: p.spec, annotations: p.metadata.annotations }
    const why = violations(level, subject)
      .map((v) => v.reason)
      .join(', ')
    if (why) found.set(why, [...(found.get(why) ?? []), p.metadata.name ?? ''])
  }
  const lines = [...found].map(([why, names]) => {
    const first = [...names].sort()[0]
    const more = names.length - 1
    const others = more === 0 ? '' : ` (and ${more} other pod${more === 1 ? '' : 's'})`
    return `${first}${others}: ${why}`
  })
  const out: string[] = []
  if (pods.length > PODS_MAX) {
    out.push(
      `new PodSecurity enforce level only checked against the first ${PODS_MAX} of ${pods.length} existing pods`,
    )
  }
  if (lines.length > 0) {
    out.push(
      `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${shown(level)}"`,
    )
  }
  return [...out, ...lines.sort()]
}

/** Of what may change in a pod, only images and new containers are judged anew. */
function matters(o: AnyObject, old: AnyObject): boolean {
  const [now, was] = [o.spec, old.spec] as (PodSpec | undefined)[]
  const lists = ['containers', 'initContainers'] as const
  for (const k of lists) {
    const [a, b] = [now?.[k] ?? [], was?.[k] ?? []]
    if (a.length !== b.length || a.some((c, i) => c.image !== b[i]?.image)) return true
  }
  const before = new Map((was?.ephemeralContainers ?? []).map((c) => [c.name, c.image]))
  return (now?.ephemeralContainers ?? []).some((c) => before.get(c.name) !== c.image)
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
