/** What admission policies and their bindings must fulfil. @source pkg/apis/admissionregistration/validation/validation.go */
import type {
  AuditAnnotation,
  MatchCondition,
  MatchResources,
  ParamKind,
  ParamRef,
  Validation,
  Variable,
} from '../../api/generated/types.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooMany,
} from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import {
  dns1035Label,
  dnsSubdomain,
  pathSegmentName,
  qualifiedName,
} from '../../api/meta/validation.ts'
import { validateSelector } from './meta.ts'
import { validateRule } from './webhooks.ts'

/** Field errors of when a policy fails. */
export function validateFailurePolicy(policy: string | undefined, path: string): FieldError[] {
  if (!policy) return [required(path)]
  return policy === 'Fail' || policy === 'Ignore'
    ? []
    : [notSupported(path, policy, ['Fail', 'Ignore'])]
}

/** Field errors of the kind of a policy's parameters. */
export function validateParamKind(kind: ParamKind | undefined, path: string): FieldError[] {
  if (!kind) return []
  const out: FieldError[] = []
  const { apiVersion = '' } = kind
  const parts = apiVersion.split('/')
  const [group, version] = parts.length > 1 ? parts : ['', parts[0]]
  const bad = (text: string) => out.push(invalidValue(`${path}.apiVersion`, apiVersion, text))
  if (!apiVersion) out.push(required(`${path}.apiVersion`))
  else if (parts.length > 2) bad(`unexpected GroupVersion string: ${apiVersion}`)
  else {
    for (const t of group ? dnsSubdomain(group) : []) {
      out.push(invalidValue(`${path}.apiVersion`, group, t))
    }
    for (const t of dns1035Label(version ?? '')) {
      out.push(invalidValue(`${path}.apiVersion`, version, t))
    }
  }
  if (!kind.kind) out.push(required(`${path}.kind`))
  else {
    for (const t of dns1035Label(kind.kind.toLowerCase())) {
      const text = `may have mixed case, but should otherwise match: ${t}`
      out.push(invalidValue(`${path}.kind`, kind.kind, text))
    }
  }
  return out
}

/** Field errors of what a policy or binding is about. */
export function validateMatch(m: MatchResources | undefined, path: string): FieldError[] {
  if (!m) return []
  const out: FieldError[] = []
  const { matchPolicy: policy } = m
  if (!policy) out.push(required(`${path}.matchPolicy`))
  else if (policy !== 'Equivalent' && policy !== 'Exact') {
    out.push(notSupported(`${path}.matchPolicy`, policy, ['Equivalent', 'Exact']))
  }
  for (const f of ['namespaceSelector', 'objectSelector'] as const) {
    out.push(...validateSelector(m[f], `${path}.${f}`))
  }
  for (const f of ['resourceRules', 'excludeResourceRules'] as const) {
    m[f]?.forEach((r, i) => {
      const at = `${path}.${f}[${i}]`
      r.resourceNames?.forEach((name, j, all) => {
        for (const t of pathSegmentName(name)) {
          out.push(invalidValue(`${at}.resourceNames[${j}]`, name, t))
        }
        if (all.indexOf(name) < j) out.push(duplicate(`${at}.resourceNames[${j}]`, name))
      })
      out.push(...validateRule(r, at))
    })
  }
  return out
}

const CONDITIONS_MAX = 64

/** Field errors of conditions, but for what their expressions say. */
export function validateMatchConditions(
  list: readonly MatchCondition[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  const names = new Set<string>()
  if ((list?.length ?? 0) > CONDITIONS_MAX) {
    out.push(tooMany(path, list?.length ?? 0, CONDITIONS_MAX))
  }
  list?.forEach((c, i) => {
    const at = `${path}[${i}]`
    if (!c.expression?.trim()) out.push(required(`${at}.expression`))
    if (!c.name) out.push(required(`${at}.name`))
    else {
      for (const t of qualifiedName(c.name)) out.push(invalidValue(`${at}.name`, c.name, t))
      if (names.has(c.name)) out.push(duplicate(`${at}.name`, c.name))
      names.add(c.name)
    }
  })
  return out
}

const RESERVED =
  /^(true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/

/** Field errors of variables, but for what their expressions say. */
export function validateVariables(
  list: readonly Variable[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  list?.forEach((v, i) => {
    const at = `${path}[${i}]`
    if (!v.name?.trim()) out.push(required(`${at}.name`, 'name is not specified'))
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(v.name) || RESERVED.test(v.name)) {
      out.push(invalidValue(`${at}.name`, v.name, 'name is not a valid CEL identifier'))
    }
    if (!v.expression?.trim()) {
      out.push(required(`${at}.expression`, 'expression is not specified'))
    }
  })
  return out
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized']

/** Field errors of a policy's rules, but for what their expressions say. */
export function validateValidations(
  list: readonly Validation[] | undefined,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  list?.forEach((v, i) => {
    const at = `${path}[${i}]`
    const message = v.message?.trim() ?? ''
    if (!v.expression?.trim()) {
      out.push(required(`${at}.expression`, 'expression is not specified'))
    }
    if (v.messageExpression && !v.messageExpression.trim()) {
      const text = 'must be non-empty if specified'
      out.push(invalidValue(`${at}.messageExpression`, v.messageExpression, text))
    }
    if (v.message && !message) {
      const text = 'message must be non-empty if specified'
      out.push(invalidValue(`${at}.message`, v.message, text))
    } else if (/[\n\r]/.test(message)) {
      out.push(invalidValue(`${at}.message`, v.message, 'message must not contain line breaks'))
    } else if (/[\n\r]/.test(v.expression?.trim() ?? '') && !message) {
      const text = 'message must be specified if expression contains line breaks'
      out.push(required(`${at}.message`, text))
    }
    if (v.reason !== undefined && !REASONS.includes(v.reason)) {
      out.push(notSupported(`${at}.reason`, v.reason, REASONS))
    }
  })
  return out
}

/** Field errors of what a policy notes in the audit log. */
export function validateAnnotationRules(
  list: readonly AuditAnnotation[] | undefined,
  policy: string,
  path: string,
): FieldError[] {
  const out: FieldError[] = []
  const keys = new Set<string>()
  list?.forEach((a, i) => {
    const at = `${path}[${i}]`
    const name = `${policy}/${a.key ?? ''}`
    for (const t of qualifiedName(name)) out.push(invalidValue(`${at}.key`, name, t))
    if (!a.valueExpression?.trim()) {
      out.push(required(`${at}.valueExpression`, 'valueExpression is not specified'))
    }
    if (keys.has(a.key)) out.push(duplicate(`${at}.key`, a.key))
    keys.add(a.key)
  })
  return out
}

/** Field errors of a binding's reference to parameters. */
export function validateParamRef(ref: ParamRef | undefined, path: string): FieldError[] {
  if (!ref) return []
  const out: FieldError[] = []
  const exclusive = 'name and selector are mutually exclusive'
  for (const t of ref.name ? pathSegmentName(ref.name) : []) {
    out.push(invalidValue(`${path}.name`, ref.name, t))
  }
  if (ref.name && ref.selector) {
    out.push(forbiddenField(`${path}.name`, exclusive))
    out.push(...validateSelector(ref.selector, `${path}.selector`))
    out.push(forbiddenField(`${path}.selector`, exclusive))
  } else if (ref.selector) out.push(...validateSelector(ref.selector, `${path}.selector`))
  else if (!ref.name) out.push(required(path, 'one of name or selector must be specified'))
  const action = ref.parameterNotFoundAction as string | undefined
  const at = `${path}.parameterNotFoundAction`
  if (!action) out.push(required(at))
  else if (action !== 'Allow' && action !== 'Deny') {
    out.push(notSupported(at, action, ['Allow', 'Deny']))
  }
  return out
}

const ACTIONS = ['Audit', 'Deny', 'Warn']

/** Field errors of what a binding does with a failed rule. */
export function validateActions(list: readonly string[] | undefined, path: string): FieldError[] {
  const actions = list ?? []
  if (actions.length === 0) return [required(path)]
  const out: FieldError[] = []
  actions.forEach((a, i) => {
    if (!ACTIONS.includes(a)) out.push(notSupported(`${path}[${i}]`, a, ACTIONS))
    if (actions.indexOf(a) < i) out.push(duplicate(`${path}[${i}]`, a))
  })
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const text =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
    out.push(invalidValue(path, actions, text))
  }
  return out
}

/** Field errors of the policy a binding names. */
export function validatePolicyName(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(path)]
  return dnsSubdomain(name).map((t) => invalidValue(path, name, t))
}
