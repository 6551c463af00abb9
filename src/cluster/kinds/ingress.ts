/** Ingress and IngressClass. @source pkg/apis/networking/validation/validation.go, printers.go printIngress */
import type { Ingress, IngressBackend, IngressClass, IngressRule } from '../api/generated/types.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../api/meta/field.ts'
import { deepEqual } from '../api/meta/json.ts'
import type { FieldError } from '../api/meta/status.ts'
import {
  dnsLabel,
  dnsSubdomain,
  pathSegmentName,
  portName,
  regexError,
  wildcardSubdomain,
} from '../api/meta/validation.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'
import { isIp } from './shared/ip.ts'

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** Ingress. */
export const ingress = own<Ingress>('networking.k8s.io', 'v1', 'Ingress', {
  validate: (o, old) => [...validate(o), ...(old ? [] : validateAnnotation(o))],
  strategy: { warnings: (o, old, c) => (c.subresource === '' ? warnings(o, old) : []) },
  columns: [
    nameColumn(),
    column<Ingress>(
      'Class',
      (o) => o.spec?.ingressClassName ?? o.metadata.annotations?.[CLASS_ANNOTATION] ?? '<none>',
    ),
    column<Ingress>('Hosts', hosts),
    column<Ingress>('Address', (o) =>
      (o.status?.loadBalancer?.ingress ?? []).map((i) => i.ip || i.hostname || '').join(','),
    ),
    column<Ingress>('Ports', (o) => ((o.spec?.tls?.length ?? 0) > 0 ? '80, 443' : '80')),
    ageColumn(),
  ],
})

const HOSTS_SHOWN = 3

function hosts(o: Ingress): string {
  const list: string[] = []
  for (const r of o.spec?.rules ?? []) {
    if (list.length === HOSTS_SHOWN) break
    if (r.host) list.push(r.host)
  }
  if (list.length === 0) return '*'
  const text = list.join(',')
  const more = (o.spec?.rules?.length ?? 0) - HOSTS_SHOWN
  return more > 0 ? `${text} + ${more} more...` : text
}

function validate(o: Ingress): FieldError[] {
  const spec = o.spec ?? {}
  const out: FieldError[] = []
  if (!spec.defaultBackend && (spec.rules?.length ?? 0) === 0) {
    const text = 'either `defaultBackend` or `rules` must be specified'
    out.push(invalidValue('spec', null, text))
  }
  if (spec.defaultBackend) out.push(...validateBackend(spec.defaultBackend, 'spec.defaultBackend'))
  spec.rules?.forEach((r, i) => {
    out.push(...validateHost(r.host ?? '', `spec.rules[${i}].host`))
    out.push(...validatePaths(r, `spec.rules[${i}].http.paths`))
  })
  spec.tls?.forEach((t, i) => {
    t.hosts?.forEach((h, j) => {
      const at = `spec.tls[${i}].hosts[${j}]`
      const messages = h.includes('*') ? wildcardSubdomain(h) : dnsSubdomain(h)
      for (const m of messages) out.push(invalidValue(at, h, m))
    })
    for (const m of t.secretName ? dnsSubdomain(t.secretName) : [])
      out.push(invalidValue(`spec.tls[${i}].secretName`, t.secretName, m))
  })
  if (spec.ingressClassName !== undefined) {
    for (const m of dnsSubdomain(spec.ingressClassName)) {
      out.push(invalidValue('spec.ingressClassName', spec.ingressClassName, m))
    }
  }
  return out
}

/** A class by annotation must be the class by field. */
function validateAnnotation(o: Ingress): FieldError[] {
  const [named, by] = [o.metadata.annotations?.[CLASS_ANNOTATION], o.spec?.ingressClassName]
  if (named === undefined || by === undefined || named === by) return []
  const text = 'must match `ingressClassName` when both are specified'
  return [invalidValue(`annotations.${CLASS_ANNOTATION}`, named, text)]
}

function warnings(o: Ingress, old: Ingress | undefined): string[] {
  const named = o.metadata.annotations?.[CLASS_ANNOTATION] !== undefined
  if (old || !named || o.spec?.ingressClassName !== undefined) return []
  return [
    `annotation ${JSON.stringify(CLASS_ANNOTATION)} is deprecated, please use 'spec.ingressClassName' instead`,
  ]
}

function validateHost(host: string, at: string): FieldError[] {
  if (host === '') return []
  if (isIp(host)) return [invalidValue(at, host, 'must be a DNS name, not an IP address')]
  const messages = host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host)
  return messages.map((m) => invalidValue(at, host, m))
}

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']

function validatePaths(r: IngressRule, path: string): FieldError[] {
  const out: FieldError[] = []
  if (!r.http) return out
  if ((r.http.paths?.length ?? 0) === 0) return [required(path)]
  r.http.paths.forEach((p, i) => {
    const at = `${path}[${i}]`
    const type = p.pathType as string | undefined
    if (type === undefined) {
      out.push(required(`${at}.pathType`, 'pathType must be specified'))
      return
    }
    if (type === 'Exact' || type === 'Prefix') out.push(...validatePath(p.path ?? '', `${at}.path`))
    else if (type === 'ImplementationSpecific') {
      if (p.path && !p.path.startsWith('/')) {
        out.push(invalidValue(`${at}.path`, p.path, 'must be an absolute path'))
      }
    } else out.push(notSupported(`${at}.pathType`, type, PATH_TYPES))
    out.push(...validateBackend(p.backend, `${at}.backend`))
  })
  return out
}

function validatePath(path: string, at: string): FieldError[] {
  const out: FieldError[] = []
  if (!path.startsWith('/')) out.push(invalidValue(at, path, 'must be an absolute path'))
  for (const bad of ['//', '/./', '/../', '%2f', '%2F'])
    if (path.includes(bad)) out.push(invalidValue(at, path, `must not contain '${bad}'`))
  for (const bad of ['/..', '/.'])
    if (path.endsWith(bad)) out.push(invalidValue(at, path, `cannot end with '${bad}'`))
  return out
}

function validateBackend(b: IngressBackend | undefined, at: string): FieldError[] {
  if (b?.resource && b.service) {
    return [invalidValue(at, '', 'cannot set both resource and service backends')]
  }
  if (b?.resource) return validateReference(b.resource, `${at}.resource`)
  if (!b?.service) return [invalidValue(at, '', 'resource or service backend is required')]
  const out: FieldError[] = []
  const s = b.service
  if (!s.name) out.push(required(`${at}.service.name`))
  else for (const m of dnsLabel(s.name)) out.push(invalidValue(`${at}.service.name`, s.name, m))
  const { name, number } = s.port ?? {}
  if (name && number) {
    out.push(invalidValue(at, '', 'cannot set both port name & port number'))
  } else if (!name && !number) {
    out.push(required(at, 'port name or number is required'))
  } else if (name) {
    for (const m of portName(name)) out.push(invalidValue(`${at}.service.port.name`, name, m))
  } else if (number !== undefined && (number < 1 || number > 65535)) {
    const text = 'must be between 1 and 65535, inclusive'
    out.push(invalidValue(`${at}.service.port.number`, number, text))
  }
  return out
}

function validateReference(
  r: { apiGroup?: string; kind: string; name: string },
  at: string,
): FieldError[] {
  const out: FieldError[] = []
  if (r.apiGroup !== undefined) {
    for (const m of dnsSubdomain(r.apiGroup))
      out.push(invalidValue(`${at}.apiGroup`, r.apiGroup, m))
  }
  for (const k of ['kind', 'name'] as const) {
    if (!r[k]) out.push(required(`${at}.${k}`))
    else for (const m of pathSegmentName(r[k])) out.push(invalidValue(`${at}.${k}`, r[k], m))
  }
  return out
}

const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class'

/** IngressClass. */
export const ingressclass = own<IngressClass>('networking.k8s.io', 'v1', 'IngressClass', {
  defaults(o) {
    if (o.spec?.parameters) o.spec.parameters.scope ??= 'Cluster'
  },
  validate: (o, old) => [
    ...(old && o.spec?.controller !== old.spec?.controller
      ? [invalidValue('spec.controller', o.spec?.controller ?? '', 'field is immutable')]
      : []),
    ...validateClass(o, old),
  ],
  columns: [
    {
      name: 'Name',
      format: 'name',
      value: (o) => {
        const isDefault = o.metadata.annotations?.[DEFAULT_ANNOTATION] === 'true'
        return isDefault ? `${o.metadata.name} (default)` : (o.metadata.name ?? '')
      },
    },
    column<IngressClass>('Controller', (o) => o.spec?.controller ?? ''),
    column<IngressClass>('Parameters', (o) => {
      const p = o.spec?.parameters
      if (!p) return '<none>'
      return p.apiGroup ? `${p.kind}.${p.apiGroup}/${p.name}` : `${p.kind}/${p.name}`
    }),
    ageColumn(),
  ],
})

const CONTROLLER_MAX = 250
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"

/** @source apimachinery/pkg/util/validation IsDomainPrefixedPath */
function validateDomainPath(value: string, at: string): FieldError[] {
  if (value === '') return [required(at)]
  const slash = value.indexOf('/')
  const [host, path] = [value.slice(0, Math.max(slash, 0)), value.slice(slash + 1)]
  if (!host || !path) {
    return [invalidValue(at, value, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  }
  const out = dnsSubdomain(host).map((m) => invalidValue(at, host, m))
  if (!new RegExp(`^${HTTP_PATH}$`).test(path)) {
    out.push(invalidValue(at, path, regexError('Invalid path', HTTP_PATH)))
  }
  return out
}

function validateClass(o: IngressClass, old: IngressClass | undefined): FieldError[] {
  const out: FieldError[] = []
  const controller = o.spec?.controller ?? ''
  if (!old || !deepEqual(o.spec?.controller, old.spec?.controller)) {
    if (controller.length > CONTROLLER_MAX) {
      const body = `Too long: may not be more than ${CONTROLLER_MAX} bytes`
      out.push({ type: 'FieldValueTooLong', field: 'spec.controller', body })
    }
    out.push(...validateDomainPath(controller, 'spec.controller'))
  }
  const p = o.spec?.parameters
  if (!p) return out
  if (!p.kind) out.push(required('spec.parameters.kind', 'kind is required'))
  if (!p.name) out.push(required('spec.parameters.name', 'name is required'))
  const scope = p.scope as string
  if (scope !== 'Cluster' && scope !== 'Namespace') {
    out.push(notSupported('spec.parameters.scope', scope, ['Cluster', 'Namespace']))
  }
  if (scope === 'Namespace' && !p.namespace) {
    const text = "`parameters.scope` is set to 'Namespace'"
    out.push(required('spec.parameters.namespace', text))
  }
  if (scope === 'Cluster' && p.namespace !== undefined) {
    const text = "`parameters.scope` is set to 'Cluster'"
    out.push(forbiddenField('spec.parameters.namespace', text))
  }
  return out
}
