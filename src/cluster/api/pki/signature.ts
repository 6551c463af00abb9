/** Whether a signature over bytes was made with the key of a SubjectPublicKeyInfo. @source RFC 5280, 8017, 5480, 8410 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { type Element, elements, oidText } from './der.ts'

type Hash = (bytes: Uint8Array) => Uint8Array

interface Scheme {
  readonly family: 'RSA' | 'ECDSA' | 'Ed25519'
  readonly hash: Hash
  /** DER before the digest in an RSA signature. */
  readonly prefix?: string
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  '1.2.840.113549.1.1.5': { family: 'RSA', hash: sha1, prefix: '3021300906052b0e03021a05000414' },
  '1.2.840.113549.1.1.11': {
    family: 'RSA',
    hash: sha256,
    prefix: '3031300d060960864801650304020105000420',
  },
  '1.2.840.113549.1.1.12': {
    family: 'RSA',
    hash: sha384,
    prefix: '3041300d060960864801650304020205000430',
  },
  '1.2.840.113549.1.1.13': {
    family: 'RSA',
    hash: sha512,
    prefix: '3051300d060960864801650304020305000440',
  },
  '1.2.840.10045.4.3.2': { family: 'ECDSA', hash: sha256 },
  '1.2.840.10045.4.3.3': { family: 'ECDSA', hash: sha384 },
  '1.2.840.10045.4.3.4': { family: 'ECDSA', hash: sha512 },
  '1.3.101.112': { family: 'Ed25519', hash: (b) => b },
}

const CURVES: Readonly<Record<string, typeof p256>> = {
  '1.2.840.10045.3.1.7': p256,
  '1.3.132.0.34': p384,
  '1.3.132.0.35': p521,
}

/** What Go's crypto/x509 says of a signature that is wrong. */
const WRONG = {
  RSA: 'crypto/rsa: verification error',
  ECDSA: 'x509: ECDSA verification failure',
  Ed25519: 'x509: Ed25519 verification failure',
}
const UNKNOWN = 'x509: cannot verify signature: algorithm unimplemented'

/** What is to be checked: bytes, who signed (SubjectPublicKeyInfo), how (dotted OID), and the signature. */
export interface Signed {
  readonly bytes: readonly number[]
  readonly key: Element
  readonly algorithm: string
  readonly signature: readonly number[]
}

/** Says what is wrong with a signature; undefined when it is right. */
export function signatureFault(s: Signed): string | undefined {
  const scheme = SCHEMES[s.algorithm]
  if (!scheme) return UNKNOWN
  let right = false
  try {
    right = verify(s, scheme)
  } catch {
    // A key or signature that does not even parse is no proof either.
    right = false
  }
  return right ? undefined : WRONG[scheme.family]
}

function verify(s: Signed, scheme: Scheme): boolean {
  const [how, key] = elements(s.key.body)
  const point = Uint8Array.from((key as Element).body.slice(1))
  const signature = Uint8Array.from(s.signature)
  const digest = scheme.hash(Uint8Array.from(s.bytes))
  if (scheme.family === 'Ed25519') return ed25519.verify(signature, digest, point)
  if (scheme.family === 'RSA') return verifyRsa([...point], s.signature, digest, scheme)
  const [, curve] = elements((how as Element).body)
  const c = CURVES[oidText((curve as Element).body)]
  const options = { prehash: false, lowS: false, format: 'der' } as const
  return c?.verify(signature, digest, point, options) ?? false
}

/** PKCS #1 v1.5: the signature raised to the public exponent is the padded digest. */
function verifyRsa(
  key: number[],
  signature: readonly number[],
  digest: Uint8Array,
  scheme: Scheme,
): boolean {
  const [pair] = elements(key)
  const [n, e] = elements((pair as Element).body)
  const size = (n as Element).body.length - ((n as Element).body[0] === 0 ? 1 : 0)
  const tail = `00${scheme.prefix}${hex(digest)}`
  const wanted = `0001${'f'.repeat(size * 2 - 4 - tail.length)}${tail}`
  const found = power(big(signature), big((e as Element).body), big((n as Element).body))
  return found === BigInt(`0x${wanted}`)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let out = 1n
  let square = base % modulus
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) out = (out * square) % modulus
    square = (square * square) % modulus
  }
  return out
}

function big(bytes: readonly number[]): bigint {
  return BigInt(`0x${hex(bytes) || '0'}`)
}

function hex(bytes: ArrayLike<number>): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}
