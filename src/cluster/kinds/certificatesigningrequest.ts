/** CertificateSigningRequest. @source pkg/apis/certificates/validation, pkg/registry/certificates, printers.go */

import type { RequestContext } from '../api/definition.ts'
import type { CertificateSigningRequest as Csr } from '../api/generated/types.ts'
import { decodeBase64 } from '../api/meta/base64.ts'
import { humanDuration } from '../api/meta/duration.ts'
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
import { dnsLabel, dnsSubdomain } from '../api/meta/validation.ts'
import { readRequest } from '../api/pki/request.ts'
import { own } from './own.ts'
import { ageColumn, column, nameColumn } from './shared/columns.ts'

/** The kind. */
export const certificatesigningrequest = own<Csr>(
  'certificates.k8s.io',
  'v1',
  'CertificateSigningRequest',
  {
    validate: (o, old) => (old ? [] : validate(o)),
    strategy: {
      prepareForCreate(o, c) {
        const { name, uid, groups, extra } = c.user
        const spec = { ...o.spec, username: name, groups: [...groups] }
        if (uid) spec.uid = uid
        if (extra)
          spec.extra = Object.fromEntries(Object.entries(extra).map(([k, v]) => [k, [...v]]))
        o.spec = spec as Csr['spec']
        o.status = {}
      },
      // What was asked for cannot be changed afterwards; the attempt is ignored.
      prepareForUpdate(o, old) {
        o.spec = old.spec
        if (old.status) o.status = old.status
      },
      prepareForStatusUpdate: updateStatus,
    },
    validateStatus: (o, old, c) => [
      ...validateConditions(o, old),
      ...validateUpdate(o, old, c.subresource === 'approval'),
    ],
    columns: [
      nameColumn(),
      ageColumn(),
      column<Csr>('SignerName', (o) => o.spec?.signerName || '<none>'),
      column<Csr>('Requestor', (o) => o.spec?.username || '<none>'),
      column<Csr>('RequestedDuration', (o) => {
        const s = o.spec?.expirationSeconds
        return s === undefined ? '<none>' : humanDuration(s * 1000)
      }),
      column<Csr>('Condition', conditionText),
    ],
    fields: { 'spec.signerName': (o) => o.spec?.signerName ?? '' },
  },
)

type Condition = NonNullable<NonNullable<Csr['status']>['conditions']>[number]
const DECISIONS = ['Approved', 'Denied']

function conditionsOf(o: Csr, type?: string): Condition[] {
  const all = [...(o.status?.conditions ?? [])]
  return type === undefined ? all : all.filter((x) => x.type === type)
}

function updateStatus(o: Csr, old: Csr, c: RequestContext): void {
  o.spec = old.spec
  let conditions = conditionsOf(o)
  if (c.subresource === 'approval') o.status = { ...old.status }
  else for (const t of DECISIONS) conditions = keepDecision(conditions, conditionsOf(old, t), t)
  const stamped = conditions.map((x) => stamp(x, conditionsOf(old), c.now))
  o.status = { ...o.status, conditions: stamped }
  if (stamped.length === 0) delete o.status.conditions
}

/** What was decided stays as it was; adding and removing decisions is left to validation. */
function keepDecision(next: Condition[], was: readonly Condition[], type: string): Condition[] {
  if (next.filter((x) => x.type === type).length !== was.length) return next
  let at = 0
  return next.map((x) => (x.type === type ? (was[at++] as Condition) : x))
}

function stamp(x: Condition, was: readonly Condition[], now: string): Condition {
  const before = was.find((y) => y.type === x.type && y.status === x.status)
  return {
    ...x,
    lastUpdateTime: x.lastUpdateTime ?? now,
    lastTransitionTime: x.lastTransitionTime ?? before?.lastTransitionTime ?? now,
  }
}

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]

function validate(o: Csr): FieldError[] {
  const out: FieldError[] = []
  const spec = o.spec as NonNullable<Csr['spec']>
  const fault = requestFault(decodeBase64(spec.request ?? '') ?? '')
  if (fault) out.push(invalidValue('spec.request', spec.request ?? '', fault))
  const usages = spec.usages ?? []
  if (usages.length === 0) out.push(required('spec.usages'))
  usages.forEach((u, i) => {
    if (!USAGES.includes(u)) out.push(notSupported(`spec.usages[${i}]`, u, USAGES))
  })
  usages.forEach((u, i) => {
    if (usages.indexOf(u) < i) out.push(duplicate(`spec.usages[${i}]`, u))
  })
  out.push(...validateSigner(spec.signerName))
  const s = spec.expirationSeconds
  if (s !== undefined && s < 600) {
    const text = 'may not specify a duration less than 600 seconds (10 minutes)'
    out.push(invalidValue('spec.expirationSeconds', s, text))
  }
  return out
}

function requestFault(pem: string): string | undefined {
  try {
    return readRequest(pem).fault
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'
const DOMAIN_MAX = 253
const PATH_MAX = DOMAIN_MAX * 2 + 65

/** @source pkg/apis/core/validation ValidateSignerName */
function validateSigner(name: string | undefined): FieldError[] {
  const path = 'spec.signerName'
  if (name === LEGACY_SIGNER)
    return [invalidValue(path, name, 'the legacy signerName is not allowed via this API version')]
  if (!name) return [required(path)]
  const segments = name.split('/')
  if (segments.length !== 2) {
    const text = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    return [invalidValue(path, name, text)]
  }
  const [domain = '', rest = ''] = segments
  const out: FieldError[] = []
  if (domain.length > DOMAIN_MAX) out.push(tooLong(path, DOMAIN_MAX))
  const labels = domain.split('.')
  for (const l of labels)
    for (const e of dnsLabel(l))
      out.push(invalidValue(path, domain, `validating label ${JSON.stringify(l)}: ${e}`))
  if (labels.length < 2) {
    const text = 'should be a domain with at least two segments separated by dots'
    out.push(invalidValue(path, domain, text))
  }
  for (const l of rest.split('.'))
    for (const e of dnsSubdomain(l))
      out.push(invalidValue(path, rest, `validating label ${JSON.stringify(l)}: ${e}`))
  if (rest.length > PATH_MAX) out.push(tooLong(path, PATH_MAX))
  return out
}

const TRUE_ONLY = ['Approved', 'Denied', 'Failed']

function validateConditions(o: Csr, old: Csr): FieldError[] {
  const out: FieldError[] = []
  const seen = new Set<string>()
  const both = (x: Csr) => DECISIONS.every((t) => conditionsOf(x, t).length > 0)
  conditionsOf(o).forEach((x, i) => {
    const at = `status.conditions[${i}]`
    if (!x.type) out.push(required(`${at}.type`))
    const allowed = TRUE_ONLY.includes(x.type) ? ['True'] : ['False', 'True', 'Unknown']
    if (!x.status) out.push(required(`${at}.status`))
    else if (!allowed.includes(x.status)) out.push(notSupported(`${at}.status`, x.status, allowed))
    const opposite = DECISIONS.find((t) => t !== x.type)
    if (DECISIONS.includes(x.type) && seen.has(opposite ?? '') && !both(old)) {
      const text = 'Approved and Denied conditions are mutually exclusive'
      out.push(invalidValue(`${at}.type`, x.type, text))
    }
    if (seen.has(x.type)) out.push(duplicate(`${at}.type`, x.type))
    seen.add(x.type)
  })
  return out
}

function validateUpdate(o: Csr, old: Csr, approval: boolean): FieldError[] {
  const out: FieldError[] = []
  const at = 'status.conditions'
  const change = (t: string) => conditionsOf(o, t).length - conditionsOf(old, t).length
  for (const t of TRUE_ONLY)
    if (change(t) < 0)
      out.push(forbiddenField(at, `updates may not remove a condition of type "${t}"`))
  if (approval) return out
  for (const t of DECISIONS)
    if (change(t) > 0)
      out.push(forbiddenField(at, `updates may not add a condition of type "${t}"`))
  const was = old.status?.certificate
  if (was && o.status?.certificate !== was) {
    const text = 'updates may not modify existing certificate content'
    out.push(forbiddenField('status.certificate', text))
  }
  return out
}

function conditionText(o: Csr): string {
  const has = (t: string) => o.status?.conditions?.some((c) => c.type === t) ?? false
  const out: string[] = []
  if (has('Denied')) out.push('Denied')
  else if (has('Approved')) out.push('Approved')
  if (out.length === 0) out.push('Pending')
  if (has('Failed')) out.push('Failed')
  if (o.status?.certificate) out.push('Issued')
  return out.join(',')
}
