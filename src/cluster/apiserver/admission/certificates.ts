/**
 * Who may approve and sign certificate requests, and which subjects nobody may ask for.
 * @source plugin/pkg/admission/certificates/{approval,signing,subjectrestriction}/admission.go
 */
import type { CertificateSigningRequest as Csr } from '../../api/generated/types.ts'
import { decodeBase64 } from '../../api/meta/base64.ts'
import { deepEqual } from '../../api/meta/json.ts'
import { forbidden } from '../../api/meta/status.ts'
import { readRequest } from '../../api/pki/request.ts'
import type { Task } from '../../sim/task.ts'
import { authorize, authorizerReady } from '../authz/authorize.ts'
import type { Served } from '../call.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin, Attributes } from './chain.ts'

const GROUP = 'certificates.k8s.io'
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'
const MASTERS = 'system:masters'

const isRequests = (s: Served) =>
  s.gr.group === GROUP && s.gr.resource === 'certificatesigningrequests'

/** Approving and denying needs the verb `approve` on the signer. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  wants: (s, operation, sub) => isRequests(s) && operation === 'UPDATE' && sub === 'approval',
  *validate(a, r) {
    yield* mayUseSigner(a, r, 'approve')
  },
}

/** Setting a certificate or a condition needs the verb `sign` on the signer. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  wants: (s, operation, sub) => isRequests(s) && operation === 'UPDATE' && sub === 'status',
  *validate(a, r) {
    const [next, was] = [a.object as unknown as Csr, a.old as unknown as Csr]
    const untouched =
      next.status?.certificate === was.status?.certificate &&
      deepEqual(next.status?.conditions, was.status?.conditions)
    if (!untouched) yield* mayUseSigner(a, r, 'sign')
  },
}

/** Nobody becomes an administrator by certificate through the API. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  wants: (s, operation, sub) => isRequests(s) && operation === 'CREATE' && sub === '',
  *validate(a) {
    const { spec } = a.object as unknown as Csr
    if (spec?.signerName !== CLIENT_SIGNER) return
    const { organization } = readRequest(decodeBase64(spec.request ?? '') ?? '')
    if (!organization.includes(MASTERS)) return
    const text = `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`
    throw forbidden(a.served.gr, a.name, text)
  },
}

function* mayUseSigner(a: Attributes, r: Registry, verb: 'approve' | 'sign'): Task<void> {
  const { user } = a.call
  if (a.call.typed || user.groups.includes(MASTERS)) return
  yield* authorizerReady(r, user)
  const signer = (a.old as unknown as Csr).spec?.signerName ?? ''
  const names = [signer, `${signer.slice(0, signer.indexOf('/'))}/*`]
  const about = { user, verb, namespace: '', group: GROUP, resource: 'signers', subresource: '' }
  if (names.some((name) => authorize(r, { ...about, name }).allowed)) return
  const text = `user not permitted to ${verb} requests with signerName ${JSON.stringify(signer)}`
  throw forbidden(a.served.gr, a.name, text)
}
