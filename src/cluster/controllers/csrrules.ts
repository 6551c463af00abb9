/** What certificates of the kubernetes.io signers may be for. @source pkg/apis/certificates/helpers.go, pkg/controller/certificates/signer/signer.go */
import type { CertificateRequest } from '../api/pki/request.ts'

/** The signers of kube-controller-manager. */
export const SIGNERS = {
  kubeletServing: 'kubernetes.io/kubelet-serving',
  kubeletClient: 'kubernetes.io/kube-apiserver-client-kubelet',
  client: 'kubernetes.io/kube-apiserver-client',
} as const

const SERVING = ['digital signature', 'key encipherment', 'server auth']
const CLIENT = ['client auth', 'digital signature', 'key encipherment']

type Rule = (r: CertificateRequest, usages: readonly string[]) => string | undefined

/** By signer: what is wrong with a request, in upstream's words. Other signers are not ours. */
export const SIGNER_RULES: Readonly<Record<string, Rule>> = {
  [SIGNERS.kubeletServing](r, usages) {
    if (!isOfNodes(r)) return 'subject organization is not system:nodes'
    if (r.dnsNames.length + r.ipAddresses.length === 0)
      return 'DNS or IP subjectAltName is required'
    if (r.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed'
    if (r.uris.length > 0) return 'URI subjectAltNames are not allowed'
    if (!areUsages(usages, SERVING)) return `usages did not match [${SERVING.join(' ')}]`
    return nodeName(r)
  },
  [SIGNERS.kubeletClient](r, usages) {
    if (!isOfNodes(r)) return 'subject organization is not system:nodes'
    if (r.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed'
    if (r.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed'
    if (r.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed'
    if (r.uris.length > 0) return 'URI subjectAltNames are not allowed'
    const fault = nodeName(r)
    if (fault) return fault
    return areUsages(usages, CLIENT) ? undefined : `usages did not match [${CLIENT.join(' ')}]`
  },
  [SIGNERS.client](_r, usages) {
    const other = usages.find((u) => !CLIENT.includes(u))
    if (other) return `invalid usage for client certificate: ${other}`
    const missing = 'missing required usage for client certificate: client auth'
    return usages.includes('client auth') ? undefined : missing
  },
}

function isOfNodes(r: CertificateRequest): boolean {
  return r.organization.length === 1 && r.organization[0] === 'system:nodes'
}

function nodeName(r: CertificateRequest): string | undefined {
  if (r.commonName.startsWith('system:node:')) return undefined
  return 'subject common name does not begin with system:node:'
}

/** All of `wanted`; key encipherment is only for RSA and may be missing. */
function areUsages(usages: readonly string[], wanted: readonly string[]): boolean {
  const without = wanted.filter((u) => u !== 'key encipherment')
  const same = (l: readonly string[]) =>
    new Set(usages).size === l.length && usages.every((u) => l.includes(u))
  return same(wanted) || same(without)
}
