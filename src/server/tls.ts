/** A certificate authority made at start, and the server's certificate signed by it. */
import { generate } from 'selfsigned'

/** PEM texts. */
export interface ServerTls {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

const DAY_MS = 86_400_000

/** Makes a CA and a server certificate for loopback names. */
export async function makeTls(): Promise<ServerTls> {
  const notBeforeDate = new Date(Date.now() - DAY_MS)
  const notAfterDate = new Date(Date.now() + 365 * DAY_MS)
  const common = { notBeforeDate, notAfterDate, algorithm: 'sha256', keyType: 'ec' as const }
  const authority = await generate([{ name: 'commonName', value: 'kubernetes' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'keyUsage',
        keyCertSign: true,
        digitalSignature: true,
        cRLSign: true,
        critical: true,
      },
    ],
  })
  const server = await generate([{ name: 'commonName', value: 'kube-apiserver' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: 'kubernetes' },
          { type: 2, value: 'kubernetes.default.svc' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { ca: authority.cert, cert: server.cert, key: server.private }
}
