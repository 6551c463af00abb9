/** What webhook configurations must fulfil. @source pkg/apis/admissionregistration/validation/validation.go */
import type { RuleWithOperations, ValidatingWebhook } from '../../api/generated/types.ts'
import { duplicate, invalidValue, notSupported, required } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { validateSelector } from './meta.ts'

const VERSIONS = ['v1', 'v1beta1']
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']
const NOT_QUALIFIED = 'should be a domain with at least three segments separated by dots'

/** Field errors of a configuration's webhooks. */
export function validateWebhooks(webhooks: readonly ValidatingWebhook[] | undefined): FieldError[] {
  const out: FieldError[] = []
  const names = new Set<string>()
  webhooks?.forEach((w, i) => {
    const at = `webhooks[${i}]`
    out.push(...validateWebhook(w, at), ...validateVersions(w, `${at}.admissionReviewVersions`))
    if (w.name && names.has(w.name)) out.push(duplicate(`${at}.name`, w.name))
    names.add(w.name)
  })
  return out
}

function validateWebhook(w: ValidatingWebhook, at: string): FieldError[] {
  const out: FieldError[] = []
  if (!w.name) out.push(required(`${at}.name`))
  else if (w.name.split('.').length < 3) {
    out.push(invalidValue(`${at}.name`, w.name, NOT_QUALIFIED))
  }
  w.rules?.forEach((r, i) => {
    out.push(...validateRule(r, `${at}.rules[${i}]`))
  })
  const policies = ['Fail', 'Ignore']
  if (w.failurePolicy && !policies.includes(w.failurePolicy)) {
    out.push(notSupported(`${at}.failurePolicy`, w.failurePolicy, policies))
  }
  const matches = ['Equivalent', 'Exact']
  if (w.matchPolicy && !matches.includes(w.matchPolicy)) {
    out.push(notSupported(`${at}.matchPolicy`, w.matchPolicy, matches))
  }
  if (!w.sideEffects) {
    const text = `must specify one of ${NO_SIDE_EFFECTS.join(', ')}`
    out.push(required(`${at}.sideEffects`, text))
  } else if (!NO_SIDE_EFFECTS.includes(w.sideEffects)) {
    out.push(notSupported(`${at}.sideEffects`, w.sideEffects, NO_SIDE_EFFECTS))
  }
  const { timeoutSeconds: timeout } = w
  if (timeout !== undefined && (timeout < 1 || timeout > 30)) {
    const text = 'the timeout value must be between 1 and 30 seconds'
    out.push(invalidValue(`${at}.timeoutSeconds`, timeout, text))
  }
  out.push(...validateSelector(w.namespaceSelector, `${at}.namespaceSelector`))
  out.push(...validateSelector(w.objectSelector, `${at}.objectSelector`))
  out.push(...validateClient(w, `${at}.clientConfig`))
  return out
}

function validateClient(w: ValidatingWebhook, at: string): FieldError[] {
  const { url, service } = w.clientConfig ?? {}
  if ((url === undefined) === (service === undefined)) {
    return [required(at, 'exactly one of url or service is required')]
  }
  if (url !== undefined && !url.startsWith('https://')) {
    const scheme = /^(\w+):/.exec(url)?.[1] ?? ''
    const text = `'https' is the only allowed URL scheme; desired format: https://host[/path]`
    return [invalidValue(`${at}.url`, scheme, text)]
  }
  if (!service) return []
  const out: FieldError[] = []
  if (!service.name) out.push(required(`${at}.service.name`, 'service name is required'))
  if (!service.namespace) {
    out.push(required(`${at}.service.namespace`, 'service namespace is required'))
  }
  return out
}

function validateVersions(w: ValidatingWebhook, at: string): FieldError[] {
  const versions = w.admissionReviewVersions ?? []
  const list = VERSIONS.join(', ')
  if (versions.length === 0) return [required(at, `must specify one of ${list}`)]
  const out = versions.flatMap((v, i) =>
    versions.indexOf(v) < i ? [invalidValue(`${at}[${i}]`, v, 'duplicate version')] : [],
  )
  if (!versions.some((v) => VERSIONS.includes(v))) {
    out.push(invalidValue(at, versions, `must include at least one of ${list}`))
  }
  return out
}

/** Field errors of what a webhook or policy wants to see. */
export function validateRule(r: RuleWithOperations, at: string): FieldError[] {
  const out: FieldError[] = []
  const operations = r.operations ?? []
  if (operations.length === 0) out.push(required(`${at}.operations`))
  if (operations.length > 1 && operations.includes('*')) {
    const text = "if '*' is present, must not specify other operations"
    out.push(invalidValue(`${at}.operations`, operations, text))
  }
  operations.forEach((o, i) => {
    if (!OPERATIONS.includes(o)) out.push(notSupported(`${at}.operations[${i}]`, o, OPERATIONS))
  })
  const lists = { apiGroups: 'API groups', apiVersions: 'API versions' } as const
  for (const [f, what] of Object.entries(lists) as [keyof typeof lists, string][]) {
    const list = r[f] ?? []
    if (list.length === 0) out.push(required(`${at}.${f}`))
    if (list.length > 1 && list.includes('*')) {
      const text = `if '*' is present, must not specify other ${what}`
      out.push(invalidValue(`${at}.${f}`, list, text))
    }
  }
  r.apiVersions?.forEach((v, i) => {
    if (v === '') out.push(required(`${at}.apiVersions[${i}]`))
  })
  out.push(...validateResourceNames(r.resources ?? [], `${at}.resources`))
  if (r.scope && !SCOPES.includes(r.scope)) {
    out.push(notSupported(`${at}.scope`, r.scope, SCOPES))
  }
  return out
}

/** A wildcard makes what it covers superfluous. */
function validateResourceNames(list: readonly string[], at: string): FieldError[] {
  const out: FieldError[] = list.length === 0 ? [required(at)] : []
  const all = list.includes('*/*')
  const whole = new Set(list.filter((r) => r.endsWith('/*')).map((r) => r.slice(0, -2)))
  const parts = new Set(list.filter((r) => r.startsWith('*/')).map((r) => r.slice(2)))
  list.forEach((r, i) => {
    const path = `${at}[${i}]`
    if (r === '') out.push(required(path))
    const [resource = '', sub] = r.split('/')
    if (r === '*/*' || sub === undefined) return
    const shadow = (by: string) =>
      out.push(invalidValue(path, r, `if '${by}' is present, must not specify ${r}`))
    if (sub !== '*' && whole.has(resource)) shadow(`${resource}/*`)
    if (resource !== '*' && parts.has(sub)) shadow(`*/${sub}`)
  })
  if (all && list.length > 1) {
    const text = "if '*/*' is present, must not specify other resources"
    out.push(invalidValue(at, list, text))
  }
  if (list.includes('*') && list.some((r) => r !== '*' && !r.includes('/'))) {
    const text = "if '*' is present, must not specify other resources without subresources"
    out.push(invalidValue(at, list, text))
  }
  return out
}
