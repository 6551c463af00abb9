import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeRequest, type RequestOptions } from '../../../testing/certificates.ts'
import { createFullPlane } from '../../../testing/fullplane.ts'
import type { CertificateSigningRequest } from '../../api/generated/types.ts'
import { decodeBase64, encodeBase64 } from '../../api/meta/base64.ts'
import { lifetime } from './csrsigning.ts'

const CLIENT = 'kubernetes.io/kube-apiserver-client'
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet'

type Usages = NonNullable<NonNullable<CertificateSigningRequest['spec']>['usages']>

function ask(o: RequestOptions, signerName: string, usages: Usages, approve = true) {
  const cp = createFullPlane()
  const request = encodeBase64(makeRequest(o).pem)
  const made: CertificateSigningRequest = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'r' },
    spec: { request, signerName, usages },
  }
  cp.do((c) => c.create('CertificateSigningRequest', made))
  const get = () => cp.get('CertificateSigningRequest', '', 'r')
  if (approve) {
    const conditions = [{ type: 'Approved', status: 'True', reason: 'Test', message: '' }]
    const next = () => ({ ...get(), status: { conditions } })
    cp.do((c) => c.update('CertificateSigningRequest', next(), { subresource: 'approval' }))
  }
  cp.advance(1000)
  return get().status ?? {}
}

test('what was approved is signed', () => {
  const status = ask({ name: 'alice', organization: ['devs'] }, CLIENT, ['client auth'])
  const leaf = new X509Certificate(decodeBase64(status.certificate ?? '') ?? '')
  expect(leaf.subject).toBe('O=devs\nCN=alice')
  expect(leaf.issuer).toBe('CN=kubernetes')
  expect(status.conditions?.map((c) => c.type)).toEqual(['Approved'])
})

test('what was not approved is not, and other signers are not ours', () => {
  expect(ask({ name: 'alice' }, CLIENT, ['client auth'], false)).toEqual({})
  expect(ask({ name: 'alice' }, 'example.com/mine', ['client auth']).certificate).toBeUndefined()
})

test.each<[string, Usages, string]>([
  [CLIENT, ['client auth', 'server auth'], 'invalid usage for client certificate: server auth'],
  [CLIENT, ['digital signature'], 'missing required usage for client certificate: client auth'],
  [KUBELET, ['client auth'], 'subject organization is not system:nodes'],
  ['kubernetes.io/kubelet-serving', ['server auth'], 'subject organization is not system:nodes'],
])('%s refuses %j', (signer, usages, message) => {
  const failed = ask({ name: 'alice' }, signer, usages).conditions?.find((c) => c.type === 'Failed')
  expect(failed).toMatchObject({ status: 'True', reason: 'SignerValidationFailure', message })
})

test('what a kubelet asks for is approved without a person', () => {
  const o = { name: 'system:node:n1', organization: ['system:nodes'] }
  const status = ask(o, KUBELET, ['client auth', 'digital signature'], false)
  expect(status.conditions?.[0]).toMatchObject({ type: 'Approved', reason: 'AutoApproved' })
  expect(status.certificate).toBeDefined()
})

test('a certificate begins five minutes earlier; a long one ends earlier too', () => {
  const hour = 3_600_000
  expect(lifetime(3600, 0)).toEqual({ notBefore: -300_000, notAfter: hour })
  expect(lifetime(undefined, 0)).toEqual({ notBefore: -300_000, notAfter: 8760 * hour - 300_000 })
  expect(lifetime(60, 0).notAfter).toBe(600_000)
})
