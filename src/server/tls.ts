/** The host's certificate authority, the server's certificate, and who a client's certificate says it is. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import { utf8 } from '../cluster/api/meta/base64.ts'
import { type CertificateAuthority, makeAuthority, nameOf } from '../cluster/api/pki/authority.ts'
import { der, sequence } from '../cluster/api/pki/der.ts'
import type { UserInfo } from '../cluster/api/transport.ts'

/** PEM texts. */
export interface ServerTls {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

const DAY_MS = 86_400_000
const NAMES = ['localhost', 'kubernetes', 'kubernetes.default.svc', '127.0.0.1']
const DNS_TAG = 0x82
const IP_TAG = 0x87

/** An authority with a key that only this process knows. */
export function hostAuthority(): CertificateAuthority {
  // A first byte below the curve's order, so that any key is one.
  return makeAuthority([1, ...randomBytes(31)], Date.now() - DAY_MS)
}

/** Makes a server certificate for loopback names. */
export function makeTls(authority: CertificateAuthority): ServerTls {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = NAMES.map((n) =>
    isIP(n) ? der(IP_TAG, n.split('.').map(Number)) : der(DNS_TAG, utf8(n)),
  )
  const cert = authority.issue({
    subject: nameOf('kube-apiserver'),
    key: [...publicKey.export({ type: 'spki', format: 'der' })],
    serial: [...randomBytes(16)],
    notBefore: Date.now() - DAY_MS,
    notAfter: Date.now() + 365 * DAY_MS,
    usages: ['digital signature', 'key encipherment', 'server auth'],
    altNames: sequence(...names),
  })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { ca: authority.certificate, cert, key }
}

/**
 * Who a connection's certificate says it is: the common name, in the groups that are its organizations.
 * @returns undefined without a certificate, `refused` for one that is not good
 * @source staging/src/k8s.io/apiserver/pkg/authentication/request/x509/x509.go
 */
export function userOfCertificate(socket: unknown): UserInfo | 'refused' | undefined {
  const tls = socket as Partial<TLSSocket>
  const peer = tls.getPeerCertificate?.() as PeerCertificate | undefined
  if (!peer?.subject) return undefined
  // Node hands over names in a row as a list, whatever its types say.
  const { CN, O } = peer.subject as { CN?: string | string[]; O?: string | string[] }
  const name = [CN ?? ''].flat().at(-1)
  if (!tls.authorized || !name) return 'refused'
  const hash = peer.fingerprint256.replaceAll(':', '').toLowerCase()
  return {
    name,
    groups: [...[O ?? []].flat(), 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${hash}`] },
  }
}
