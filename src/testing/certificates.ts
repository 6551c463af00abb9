/** Keys and certificate signing requests, made by the host's own cryptography. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { utf8 } from '../cluster/api/meta/base64.ts'
import { nameOf } from '../cluster/api/pki/authority.ts'
import { bits, der, integer, oid, sequence, TAG } from '../cluster/api/pki/der.ts'
import { writePem } from '../cluster/api/pki/pem.ts'

const ALGORITHMS = {
  rsa: sequence(oid('1.2.840.113549.1.1.11'), [5, 0]),
  ec: sequence(oid('1.2.840.10045.4.3.2')),
  ed25519: sequence(oid('1.3.101.112')),
}

/** What to ask for. */
export interface RequestOptions {
  readonly type?: keyof typeof ALGORITHMS
  readonly name: string
  readonly organization?: readonly string[]
  readonly dns?: string
}

function keys(type: keyof typeof ALGORITHMS): { publicKey: KeyObject; privateKey: KeyObject } {
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  if (type === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-384' })
  return generateKeyPairSync('ed25519')
}

/** @returns the request in PEM and its private key */
export function makeRequest(o: RequestOptions) {
  const type = o.type ?? 'ec'
  const { publicKey, privateKey } = keys(type)
  const altNames =
    o.dns && sequence(oid('2.5.29.17'), der(TAG.octets, sequence(der(0x82, utf8(o.dns)))))
  const attributes = altNames
    ? sequence(oid('1.2.840.113549.1.9.14'), der(TAG.set, sequence(altNames)))
    : []
  const info = sequence(
    integer([0]),
    nameOf(o.name, o.organization),
    [...publicKey.export({ type: 'spki', format: 'der' })],
    der(0xa0, attributes),
  )
  const hash = type === 'ed25519' ? null : 'sha256'
  const signature = [...sign(hash, Uint8Array.from(info), privateKey)]
  const bytes = sequence(info, ALGORITHMS[type], bits(signature))
  return { pem: writePem('CERTIFICATE REQUEST', bytes), privateKey }
}
