/** CertificateSigningRequest. @source pkg/apis/certificates/validation, pkg/registry/certificates, printers.go */

import type { RequestContext } from '../api/definition.ts'
import type { CertificateSigningRequest as Csr } from '../api/generated/types.ts'
import { decodeBase64 } from '../api/meta/base64.ts'
import { humanDuration } from '../api/meta/duration.ts'
import { invalidValue, notSupported, required } from '../api/meta/field.ts'
import type { FieldError } from '../api/meta/status.ts'
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
    validateStatus: (o, _old, c) => (c.subresource === 'approval' ? validateApproval(o) : []),
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

function updateStatus(o: Csr, old: Csr, c: RequestContext): void {
  o.spec = old.spec
  const own_ = (t: string) => t === 'Approved' || t === 'Denied'
  const next = o.status?.conditions ?? []
  const was = old.status?.conditions ?? []
  const stamped = (list: typeof next) =>
    list.map((x) => {
      const before = was.find((y) => y.type === x.type)
      return {
        ...x,
        lastUpdateTime: x.lastUpdateTime ?? c.now,
        lastTransitionTime: before?.lastTransitionTime ?? x.lastTransitionTime ?? c.now,
      }
    })
  if (c.subresource === 'approval') {
    const kept = was.filter((x) => !own_(x.type))
    o.status = {
      ...old.status,
      conditions: [...kept, ...stamped(next.filter((x) => own_(x.type)))],
    }
  } else {
    const kept = was.filter((x) => own_(x.type))
    o.status = { ...o.status, conditions: [...kept, ...stamped(next.filter((x) => !own_(x.type)))] }
  }
  if (o.status.conditions?.length === 0) delete o.status.conditions
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
  const pem = decodeBase64(spec.request ?? '') ?? ''
  if (!/-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(pem)) {
    const text = 'PEM block type must be CERTIFICATE REQUEST'
    out.push(invalidValue('spec.request', spec.request ?? '', text))
  }
  const usages = spec.usages ?? []
  if (usages.length === 0) out.push(required('spec.usages'))
  usages.forEach((u, i) => {
    if (!USAGES.includes(u)) out.push(notSupported(`spec.usages[${i}]`, u, USAGES))
  })
  out.push(...validateSigner(spec.signerName))
  const s = spec.expirationSeconds
  if (s !== undefined && s < 600) {
    const text = 'may not specify a duration less than 600 seconds (10 minutes)'
    out.push(invalidValue('spec.expirationSeconds', s, text))
  }
  return out
}

function validateSigner(name: string | undefined): FieldError[] {
  if (!name) return [required('spec.signerName')]
  const [domain = '', path = ''] = name.split(/\/(.*)/s)
  if (!name.includes('/') || !path || !domain.includes('.')) {
    const text = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    return [invalidValue('spec.signerName', name, text)]
  }
  return []
}

function validateApproval(o: Csr): FieldError[] {
  const types = new Set((o.status?.conditions ?? []).map((c) => c.type))
  if (!types.has('Approved') || !types.has('Denied')) return []
  const text = 'Approved and Denied conditions are mutually exclusive'
  return [invalidValue('status.conditions', 'Denied', text)]
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
