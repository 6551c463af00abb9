/**
 * A certificate authority: P-256, signatures by RFC 6979, so that the same key signs the same bytes alike everywhere.
 * @source pkg/controller/certificates/authority/authority.go, RFC 5280
 */
import { p256 } from '@noble/curves/nist.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { utf8 } from '../meta/base64.ts'
import { formatTime } from '../meta/time.ts'
import { bits, der, integer, oid, sequence, TAG } from './der.ts'
import { writePem } from './pem.ts'

/** What a certificate is to say. */
export interface CertificateTemplate {
  /** DER of the Name. */
  readonly subject: readonly number[]
  /** DER of the SubjectPublicKeyInfo. */
  readonly key: readonly number[]
  /** Big-endian bytes. */
  readonly serial: readonly number[]
  /** @unit Unix ms */
  readonly notBefore: number
  /** @unit Unix ms */
  readonly notAfter: number
  /** Usages by their names in the certificates API. */
  readonly usages: readonly string[]
  /** DER of GeneralNames. */
  readonly altNames?: readonly number[]
}

/** Issues certificates. */
export interface CertificateAuthority {
  /** Its own certificate in PEM. */
  readonly certificate: string
  /** The end of its own certificate; nothing it issues lasts longer. @unit Unix ms */
  readonly notAfter: number
  /** @returns PEM */
  issue(t: CertificateTemplate): string
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
const EC_P256 = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'))
const TRUE = der(TAG.boolean, [0xff])
const YEAR_MS = 365 * 86_400_000
const LIFE_YEARS = 10

/** Bits of the keyUsage extension. @source pkg/controller/certificates/authority/policies.go */
const KEY_USAGES: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
}

/** Purposes of the extKeyUsage extension, in the order in which they are written. */
const PURPOSES: readonly (readonly [string, string])[] = [
  ['any', '2.5.29.37.0'],
  ['server auth', '1.3.6.1.5.5.7.3.1'],
  ['client auth', '1.3.6.1.5.5.7.3.2'],
  ['code signing', '1.3.6.1.5.5.7.3.3'],
  ['email protection', '1.3.6.1.5.5.7.3.4'],
  ['s/mime', '1.3.6.1.5.5.7.3.4'],
  ['ipsec end system', '1.3.6.1.5.5.7.3.5'],
  ['ipsec tunnel', '1.3.6.1.5.5.7.3.6'],
  ['ipsec user', '1.3.6.1.5.5.7.3.7'],
  ['timestamping', '1.3.6.1.5.5.7.3.8'],
  ['ocsp signing', '1.3.6.1.5.5.7.3.9'],
  ['microsoft sgc', '1.3.6.1.4.1.311.10.3.3'],
  ['netscape sgc', '2.16.840.1.113730.4.1'],
]

/** DER of a Name of a common name and organizations. */
export function nameOf(commonName: string, organization: readonly string[] = []): number[] {
  const part = (id: string, text: string) =>
    der(TAG.set, sequence(oid(id), der(TAG.utf8, utf8(text))))
  return sequence(
    ...organization.map((o) => part('2.5.4.10', o)),
    ...(commonName ? [part('2.5.4.3', commonName)] : []),
  )
}

/** Makes an authority named `kubernetes` of a private key (32 bytes) and the instant of its birth (Unix ms). */
export function makeAuthority(secret: readonly number[], bornAt: number): CertificateAuthority {
  const privateKey = Uint8Array.from(secret)
  const point = [...p256.getPublicKey(privateKey, false)]
  const key = sequence(EC_P256, bits(point))
  const keyId = [...sha1(Uint8Array.from(point))]
  const issuer = nameOf('kubernetes')
  const notAfter = bornAt + LIFE_YEARS * YEAR_MS
  const sign = (t: Omit<CertificateTemplate, 'usages' | 'altNames'>, extensions: number[][]) => {
    const body = sequence(
      der(0xa0, integer([2])),
      integer(t.serial),
      ECDSA_SHA256,
      issuer,
      sequence(time(t.notBefore), time(t.notAfter)),
      t.subject,
      t.key,
      der(0xa3, sequence(...extensions)),
    )
    const signature = p256.sign(Uint8Array.from(body), privateKey, { format: 'der', lowS: false })
    return writePem('CERTIFICATE', sequence(body, ECDSA_SHA256, bits([...signature])))
  }
  const own = { subject: issuer, key, serial: [1], notBefore: bornAt - YEAR_MS, notAfter }
  return {
    certificate: sign(own, [
      keyUsage(['digital signature', 'key encipherment', 'cert sign']),
      extension('2.5.29.19', sequence(TRUE), true),
      extension('2.5.29.14', der(TAG.octets, keyId)),
    ]),
    notAfter,
    issue: (t) => sign(t, leafExtensions(t, keyId)),
  }
}

function leafExtensions(t: CertificateTemplate, keyId: readonly number[]): number[][] {
  const ids = new Set(PURPOSES.filter(([name]) => t.usages.includes(name)).map(([, id]) => id))
  const out: number[][] = []
  if (t.usages.some((u) => u in KEY_USAGES)) out.push(keyUsage(t.usages))
  if (ids.size > 0) out.push(extension('2.5.29.37', sequence(...[...ids].map(oid))))
  out.push(extension('2.5.29.19', sequence(), true))
  out.push(extension('2.5.29.35', sequence(der(0x80, keyId))))
  if (t.altNames) out.push(extension('2.5.29.17', t.altNames))
  return out
}

function extension(id: string, value: readonly number[], critical = false): number[] {
  return sequence(oid(id), ...(critical ? [TRUE] : []), der(TAG.octets, value))
}

function keyUsage(usages: readonly string[]): number[] {
  const set = usages.map((u) => KEY_USAGES[u]).filter((b) => b !== undefined)
  const last = Math.max(...set)
  const bytes = last > 7 ? [0, 0] : [0]
  for (const b of set) bytes[b >> 3] = (bytes[b >> 3] as number) | (0x80 >> (b & 7))
  return extension('2.5.29.15', bits(bytes, 7 - (last & 7)), true)
}

/** UTCTime until 2049, GeneralizedTime after. */
function time(unixMs: number): number[] {
  const digits = formatTime(unixMs).replace(/[-T:]/g, '')
  return digits < '2050'
    ? der(TAG.utcTime, utf8(digits.slice(2)))
    : der(TAG.generalizedTime, utf8(digits))
}
