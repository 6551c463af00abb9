/** Field errors of the rules of a FlowSchema. @source pkg/apis/flowcontrol/validation/validation.go */
import type {
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  FlowcontrolV1Subject as Subject,
} from '../../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../../api/meta/field.ts'
import type { FieldError } from '../../api/meta/status.ts'
import { dnsLabel, dnsSubdomain } from '../../api/meta/validation.ts'

const VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'proxy',
  'update',
  'watch',
]
const KINDS = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const

/** Field errors of one rule with its subjects. */
export function validateFlowRule(r: PolicyRulesWithSubjects, at: string): FieldError[] {
  const out: FieldError[] = []
  const [resources, others] = [r.resourceRules ?? [], r.nonResourceRules ?? []]
  if (!r.subjects?.length)
    out.push(required(`${at}.subjects`, 'subjects must contain at least one value'))
  r.subjects?.forEach((s, i) => {
    out.push(...validateSubject(s, `${at}.subjects[${i}]`))
  })
  if (resources.length + others.length === 0) {
    const text = 'at least one of resourceRules and nonResourceRules has to be non-empty'
    out.push(required(at, text))
  }
  resources.forEach((x, i) => {
    out.push(...validateResources(x, `${at}.resourceRules[${i}]`))
  })
  others.forEach((x, i) => {
    out.push(...validateUrls(x, `${at}.nonResourceRules[${i}]`))
  })
  return out
}

function validateSubject(s: Subject, at: string): FieldError[] {
  const kind = s.kind as keyof typeof KINDS
  const field = KINDS[kind]
  if (!field) return [notSupported(`${at}.kind`, s.kind, Object.keys(KINDS))]
  const out: FieldError[] = []
  const subject = s[field]
  const path = `${at}.${field}`
  if (!subject) out.push(required(path, `${field} is required when subject kind is '${kind}'`))
  else if (!subject.name) out.push(required(`${path}.name`))
  if (s.serviceAccount && kind === 'ServiceAccount') {
    const { name, namespace } = s.serviceAccount
    for (const m of name && name !== '*' ? dnsSubdomain(name) : [])
      out.push(invalidValue(`${path}.name`, name, m))
    if (!namespace)
      out.push(required(`${path}.namespace`, 'must specify namespace for service account'))
    else
      for (const m of dnsLabel(namespace)) out.push(invalidValue(`${path}.namespace`, namespace, m))
  }
  for (const [other, f] of [
    ['ServiceAccount', 'serviceAccount'],
    ['User', 'user'],
    ['Group', 'group'],
  ] as const) {
    if (other === kind || !s[f]) continue
    out.push(forbiddenField(`${at}.${f}`, `${f} is forbidden when subject kind is not '${other}'`))
  }
  return out
}

function validateVerbs(verbs: readonly string[] | undefined, path: string): FieldError[] {
  if (!verbs?.length) return [required(path, 'verbs must contain at least one value')]
  if (verbs.includes('*')) return alone(verbs, path, 'verbs')
  return verbs.every((v) => VERBS.includes(v)) ? [] : [notSupported(path, verbs, VERBS)]
}

/** `*` says it all, so that nothing may stand beside it. */
function alone(list: readonly string[], path: string, what: string): FieldError[] {
  if (!list.includes('*') || list.length === 1) return []
  return [invalidValue(path, list, `if '*' is present, must not specify other ${what}`)]
}

function validateResources(r: ResourcePolicyRule, at: string): FieldError[] {
  const out = validateVerbs(r.verbs, `${at}.verbs`)
  const some = (field: 'apiGroups' | 'resources', one: string, many: string) => {
    if (!r[field]?.length)
      out.push(required(`${at}.${field}`, `resource rules must supply at least one ${one}`))
    else out.push(...alone(r[field], `${at}.${field}`, many))
  }
  some('apiGroups', 'api group', 'api groups')
  some('resources', 'resource', 'resources')
  const namespaces = r.namespaces ?? []
  const path = `${at}.namespaces`
  if (namespaces.length === 0 && !r.clusterScope) {
    const text = 'resource rules that are not cluster scoped must supply at least one namespace'
    out.push(required(path, text))
  }
  if (namespaces.includes('*')) return [...out, ...alone(namespaces, path, 'namespaces')]
  const intro = "each member of this list must be '*' or a DNS-1123 label; "
  namespaces.forEach((n, i) => {
    for (const m of dnsLabel(n)) out.push(invalidValue(`${path}[${i}]`, n, intro + m))
  })
  return out
}

function validateUrls(r: NonResourcePolicyRule, at: string): FieldError[] {
  const out = validateVerbs(r.verbs, `${at}.verbs`)
  const path = `${at}.nonResourceURLs`
  const urls = r.nonResourceURLs ?? []
  if (urls.length === 0) out.push(required(path, 'nonResourceURLs must contain at least one value'))
  if (urls.includes('*')) return [...out, ...alone(urls, path, 'non-resource URLs')]
  urls.forEach((u, i) => {
    const fault = urlFault(u)
    if (fault) out.push(invalidValue(`${path}[${i}]`, u, fault))
  })
  return out
}

function urlFault(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (url === '/') return undefined
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  const stars = url.split('*').length - 1
  const fine = stars === 0 || (stars === 1 && url.endsWith('/*'))
  return fine ? undefined : 'wildcard can only do suffix matching'
}
