/**
 * Field errors of where a pod may run: affinities and spread.
 * @source pkg/apis/core/validation/validation.go validateAffinity, validateTopologySpreadConstraints
 */
import type {
  Affinity,
  NodeSelectorTerm,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { qualifiedName } from '../../api/meta/validation.ts'
import { validateSelector } from './meta.ts'

const DURING = 'DuringSchedulingIgnoredDuringExecution'

/** Field errors of an affinity. */
export function validateAffinity(a: Affinity | undefined, path: string): FieldError[] {
  if (!a) return []
  return [
    ...nodeAffinity(a.nodeAffinity, `${path}.nodeAffinity`),
    ...podAffinity(a.podAffinity, `${path}.podAffinity`),
    ...podAffinity(a.podAntiAffinity, `${path}.podAntiAffinity`),
  ]
}

function nodeAffinity(a: Affinity['nodeAffinity'], path: string): FieldError[] {
  const out: FieldError[] = []
  const required_ = a?.requiredDuringSchedulingIgnoredDuringExecution
  if (required_) {
    const at = `${path}.required${DURING}.nodeSelectorTerms`
    const terms = required_.nodeSelectorTerms ?? []
    if (terms.length === 0) out.push(required(at, 'must have at least one node selector term'))
    terms.forEach((t, i) => {
      out.push(...nodeTerm(t, `${at}[${i}]`))
    })
  }
  a?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((p, i) => {
    const at = `${path}.preferred${DURING}[${i}]`
    out.push(...weight(p.weight, at), ...nodeTerm(p.preference, `${at}.preference`))
  })
  return out
}

function weight(value: number, at: string): FieldError[] {
  if (value >= 1 && value <= 100) return []
  return [invalidValue(`${at}.weight`, value, 'must be in the range 1-100')]
}

/** Field errors of a node selector term. */
export function nodeTerm(t: NodeSelectorTerm, path: string): FieldError[] {
  const out: FieldError[] = []
  t.matchExpressions?.forEach((e, i) => {
    const at = `${path}.matchExpressions[${i}]`
    const count = e.values?.length ?? 0
    switch (e.operator as string) {
      case 'In':
      case 'NotIn':
        if (count === 0) {
          out.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
        }
        break
      case 'Exists':
      case 'DoesNotExist':
        if (count > 0) {
          const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
          out.push(forbiddenField(`${at}.values`, text))
        }
        break
      case 'Gt':
      case 'Lt':
        if (count !== 1) {
          const text = "must be specified single value when `operator` is 'Lt' or 'Gt'"
          out.push(required(`${at}.values`, text))
        }
        break
      default:
        out.push(invalidValue(`${at}.operator`, e.operator, 'not a valid selector operator'))
    }
    for (const m of qualifiedName(e.key)) out.push(invalidValue(`${at}.key`, e.key, m))
  })
  return out
}

function podAffinity(a: Affinity['podAffinity'], path: string): FieldError[] {
  const out: FieldError[] = []
  a?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((t, i) => {
    out.push(...podTerm(t, `${path}.required${DURING}[${i}]`))
  })
  a?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((p, i) => {
    const at = `${path}.preferred${DURING}[${i}]`
    out.push(...weight(p.weight, at), ...podTerm(p.podAffinityTerm, `${at}.podAffinityTerm`))
  })
  return out
}

function podTerm(t: PodAffinityTerm, path: string): FieldError[] {
  const out = [
    ...validateSelector(t.labelSelector, `${path}.labelSelector`),
    ...validateSelector(t.namespaceSelector, `${path}.namespaceSelector`),
  ]
  if (!t.topologyKey) out.push(required(`${path}.topologyKey`, 'can not be empty'))
  const key = t.topologyKey ?? ''
  for (const m of qualifiedName(key)) out.push(invalidValue(`${path}.topologyKey`, key, m))
  return out
}

/** Field errors of spread constraints. */
export function validateSpread(
  list: readonly TopologySpreadConstraint[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  const seen = new Set<string>()
  list?.forEach((c, i) => {
    const at = `${path}[${i}]`
    if (!(c.maxSkew > 0)) {
      out.push(invalidValue(`${at}.maxSkew`, c.maxSkew ?? 0, 'must be greater than zero'))
    }
    if (!c.topologyKey) out.push(required(`${at}.topologyKey`, 'can not be empty'))
    const when = c.whenUnsatisfiable as string
    if (when !== 'DoNotSchedule' && when !== 'ScheduleAnyway') {
      out.push(
        notSupported(`${at}.whenUnsatisfiable`, when ?? '', ['DoNotSchedule', 'ScheduleAnyway']),
      )
    }
    const pair = `{${c.topologyKey}, ${when}}`
    if (seen.has(pair)) out.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair))
    seen.add(pair)
    if (c.minDomains !== undefined && c.minDomains <= 0) {
      out.push(invalidValue(`${at}.minDomains`, c.minDomains, 'must be greater than zero'))
    } else if (c.minDomains !== undefined && when !== 'DoNotSchedule') {
      const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`
      out.push(invalidValue(`${at}.minDomains`, c.minDomains, text))
    }
    out.push(...validateSelector(c.labelSelector, `${at}.labelSelector`))
  })
  return out
}
