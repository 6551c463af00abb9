/**
 * Field errors of where a pod may run: affinities and spread.
 * @source pkg/apis/core/validation/validation.go validateAffinity, validateTopologySpreadConstraints
 */
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
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
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../api/meta/validation.ts'
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
  if (required_) out.push(...validateNodeSelector(required_, `${path}.required${DURING}`))
  a?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((p, i) => {
    const at = `${path}.preferred${DURING}[${i}]`
    out.push(...weight(p.weight, at), ...nodeTerm(p.preference ?? {}, `${at}.preference`, true))
  })
  return out
}

function weight(value: number, at: string): FieldError[] {
  if (value >= 1 && value <= 100) return []
  return [invalidValue(`${at}.weight`, value, 'must be in the range 1-100')]
}

/** Field errors of a node selector. */
export function validateNodeSelector(selector: NodeSelector, path: string): FieldError[] {
  const at = `${path}.nodeSelectorTerms`
  const terms = selector.nodeSelectorTerms ?? []
  if (terms.length === 0) return [required(at, 'must have at least one node selector term')]
  return terms.flatMap((t, i) => nodeTerm(t, `${at}[${i}]`))
}

/** Field errors of a node selector term. @param anyValue whether values need not be labels' values */
export function nodeTerm(t: NodeSelectorTerm, path: string, anyValue = false): FieldError[] {
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
    if (anyValue) return
    e.values?.forEach((v, j) => {
      for (const m of labelValue(v)) out.push(invalidValue(`${at}.values[${j}]`, v, m))
    })
  })
  t.matchFields?.forEach((e, i) => {
    out.push(...nodeField(e, `${path}.matchFields[${i}]`))
  })
  return out
}

/** A node's field: its name, by In or NotIn. */
function nodeField(e: NodeSelectorRequirement, at: string): FieldError[] {
  const out: FieldError[] = []
  if (e.operator !== 'In' && e.operator !== 'NotIn') {
    out.push(invalidValue(`${at}.operator`, e.operator ?? '', 'not a valid selector operator'))
  } else if (e.values?.length !== 1) {
    const text = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
    out.push(required(`${at}.values`, text))
  }
  if (e.key !== 'metadata.name') {
    return [...out, invalidValue(`${at}.key`, e.key ?? '', 'not a valid field selector key')]
  }
  e.values?.forEach((v, j) => {
    for (const m of dnsSubdomain(v)) out.push(invalidValue(`${at}.values[${j}]`, v, m))
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
  for (const name of t.namespaces ?? []) {
    for (const m of dnsLabel(name)) out.push(invalidValue(`${path}.namespace`, name, m))
  }
  out.push(...labelKeys(t, path))
  if (!t.topologyKey) out.push(required(`${path}.topologyKey`, 'can not be empty'))
  const key = t.topologyKey ?? ''
  for (const m of qualifiedName(key)) out.push(invalidValue(`${path}.topologyKey`, key, m))
  return out
}

const UNSELECTED = 'must not be specified when labelSelector is not set'

/** Keys whose values are taken from the pod itself. */
function labelKeys(t: PodAffinityTerm, path: string): FieldError[] {
  const out: FieldError[] = []
  for (const field of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
    const keys = t[field] ?? []
    const at = `${path}.${field}`
    if (keys.length > 0 && !t.labelSelector) out.push(forbiddenField(at, UNSELECTED))
    if (!t.labelSelector) continue
    keys.forEach((k, i) => {
      for (const m of qualifiedName(k)) out.push(invalidValue(`${at}[${i}]`, k, m))
    })
  }
  // The pod's own values stand in the selector by now: a key that is there twice was written by the user, too.
  const seen = new Set(Object.keys(t.labelSelector?.matchLabels ?? {}))
  for (const { key } of t.labelSelector?.matchExpressions ?? []) {
    const i = (t.matchLabelKeys ?? []).lastIndexOf(key)
    if (i >= 0 && seen.has(key)) {
      out.push(
        invalidValue(`${path}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector'),
      )
    }
    seen.add(key)
  }
  t.matchLabelKeys?.forEach((k, i) => {
    if (!t.mismatchLabelKeys?.includes(k)) return
    const text = 'exists in both matchLabelKeys and mismatchLabelKeys'
    out.push(invalidValue(`${path}.matchLabelKeys[${i}]`, k, text))
  })
  return out
}

const WHEN = ['DoNotSchedule', 'ScheduleAnyway']

/** Field errors of spread constraints. */
export function validateSpread(
  list: readonly TopologySpreadConstraint[] | undefined,
  path: string,
  isPod = false,
): FieldError[] {
  const out: FieldError[] = []
  const pairOf = (c: TopologySpreadConstraint) =>
    `{${c.topologyKey ?? ''}, ${c.whenUnsatisfiable ?? ''}}`
  list?.forEach((c, i) => {
    const at = `${path}[${i}]`
    if (!(c.maxSkew > 0)) {
      out.push(invalidValue(`${at}.maxSkew`, c.maxSkew ?? 0, 'must be greater than zero'))
    }
    if (!c.topologyKey) out.push(required(`${at}.topologyKey`, 'can not be empty'))
    const when = (c.whenUnsatisfiable as string | undefined) ?? ''
    if (!WHEN.includes(when)) out.push(notSupported(`${at}.whenUnsatisfiable`, when, WHEN))
    const pair = pairOf(c)
    if (list.slice(i + 1).some((later) => pairOf(later) === pair)) {
      out.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair))
    }
    if (c.minDomains !== undefined && c.minDomains <= 0) {
      out.push(invalidValue(`${at}.minDomains`, c.minDomains, 'must be greater than zero'))
    }
    if (c.minDomains !== undefined && when !== 'DoNotSchedule') {
      const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`
      out.push(invalidValue(`${at}.minDomains`, c.minDomains, text))
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = c[field]
      if (policy === undefined || policy === 'Honor' || policy === 'Ignore') continue
      out.push(notSupported(`${at}.${field}`, policy, ['Honor', 'Ignore']))
    }
    out.push(...spreadKeys(c, `${at}.matchLabelKeys`, isPod))
    out.push(...validateSelector(c.labelSelector, `${at}.labelSelector`))
  })
  return out
}

/** In a pod the keys' values were added to the selector, hence once is right there. */
function spreadKeys(c: TopologySpreadConstraint, at: string, isPod: boolean): FieldError[] {
  const keys = c.matchLabelKeys ?? []
  const selector = c.labelSelector
  const out: FieldError[] = keys.length > 0 && !selector ? [forbiddenField(at, UNSELECTED)] : []
  keys.forEach((k, i) => {
    for (const m of qualifiedName(k)) out.push(invalidValue(`${at}[${i}]`, k, m))
    const labels = selector?.matchLabels?.[k] === undefined ? 0 : 1
    const times = labels + (selector?.matchExpressions ?? []).filter((e) => e.key === k).length
    if (times <= (isPod ? 1 : 0)) return
    out.push(invalidValue(`${at}[${i}]`, k, 'exists in both matchLabelKeys and labelSelector'))
  })
  return out
}
